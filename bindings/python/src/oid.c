/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Object identifiers under OpenSSL's numbers and names: those that meet in certificates.
 */
#include "module.h"

#include <string.h>

#include "oid.h"

static const struct object {
    int nid;
    const char *short_name, *long_name, *oid;
} objects[] = {
    {4, "MD5", "md5", "1.2.840.113549.2.5"},
    {64, "SHA1", "sha1", "1.3.14.3.2.26"},
    {672, "SHA256", "sha256", "2.16.840.1.101.3.4.2.1"},
    {673, "SHA384", "sha384", "2.16.840.1.101.3.4.2.2"},
    {674, "SHA512", "sha512", "2.16.840.1.101.3.4.2.3"},
    {6, "rsaEncryption", "rsaEncryption", "1.2.840.113549.1.1.1"},
    {912, "RSASSA-PSS", "rsassaPss", "1.2.840.113549.1.1.10"},
    {408, "id-ecPublicKey", "id-ecPublicKey", "1.2.840.10045.2.1"},
    {1087, "ED25519", "ED25519", "1.3.101.112"},
    {1034, "X25519", "X25519", "1.3.101.110"},
    {65, "RSA-SHA1", "sha1WithRSAEncryption", "1.2.840.113549.1.1.5"},
    {668, "RSA-SHA256", "sha256WithRSAEncryption", "1.2.840.113549.1.1.11"},
    {669, "RSA-SHA384", "sha384WithRSAEncryption", "1.2.840.113549.1.1.12"},
    {670, "RSA-SHA512", "sha512WithRSAEncryption", "1.2.840.113549.1.1.13"},
    {794, "ecdsa-with-SHA256", "ecdsa-with-SHA256", "1.2.840.10045.4.3.2"},
    {795, "ecdsa-with-SHA384", "ecdsa-with-SHA384", "1.2.840.10045.4.3.3"},
    {796, "ecdsa-with-SHA512", "ecdsa-with-SHA512", "1.2.840.10045.4.3.4"},
    {415, "prime256v1", "prime256v1", "1.2.840.10045.3.1.7"},
    {715, "secp384r1", "secp384r1", "1.3.132.0.34"},
    {716, "secp521r1", "secp521r1", "1.3.132.0.35"},
    {13, "CN", "commonName", "2.5.4.3"},
    {14, "C", "countryName", "2.5.4.6"},
    {15, "L", "localityName", "2.5.4.7"},
    {16, "ST", "stateOrProvinceName", "2.5.4.8"},
    {17, "O", "organizationName", "2.5.4.10"},
    {18, "OU", "organizationalUnitName", "2.5.4.11"},
    {48, "emailAddress", "emailAddress", "1.2.840.113549.1.9.1"},
    {49, "unstructuredName", "unstructuredName", "1.2.840.113549.1.9.2"},
    {99, "GN", "givenName", "2.5.4.42"},
    {100, "SN", "surname", "2.5.4.4"},
    {101, "initials", "initials", "2.5.4.43"},
    {105, "serialNumber", "serialNumber", "2.5.4.5"},
    {106, "title", "title", "2.5.4.12"},
    {107, "description", "description", "2.5.4.13"},
    {173, "name", "name", "2.5.4.41"},
    {174, "dnQualifier", "dnQualifier", "2.5.4.46"},
    {391, "DC", "domainComponent", "0.9.2342.19200300.100.1.25"},
    {458, "UID", "userId", "0.9.2342.19200300.100.1.1"},
    {509, "generationQualifier", "generationQualifier", "2.5.4.44"},
    {660, "street", "streetAddress", "2.5.4.9"},
    {661, "postalCode", "postalCode", "2.5.4.17"},
    {82, "subjectKeyIdentifier", "X509v3 Subject Key Identifier", "2.5.29.14"},
    {83, "keyUsage", "X509v3 Key Usage", "2.5.29.15"},
    {85, "subjectAltName", "X509v3 Subject Alternative Name", "2.5.29.17"},
    {86, "issuerAltName", "X509v3 Issuer Alternative Name", "2.5.29.18"},
    {87, "basicConstraints", "X509v3 Basic Constraints", "2.5.29.19"},
    {88, "crlNumber", "X509v3 CRL Number", "2.5.29.20"},
    {89, "certificatePolicies", "X509v3 Certificate Policies", "2.5.29.32"},
    {90, "authorityKeyIdentifier", "X509v3 Authority Key Identifier", "2.5.29.35"},
    {103, "crlDistributionPoints", "X509v3 CRL Distribution Points", "2.5.29.31"},
    {126, "extendedKeyUsage", "X509v3 Extended Key Usage", "2.5.29.37"},
    {666, "nameConstraints", "X509v3 Name Constraints", "2.5.29.30"},
    {177, "authorityInfoAccess", "Authority Information Access", "1.3.6.1.5.5.7.1.1"},
    {178, "OCSP", "OCSP", "1.3.6.1.5.5.7.48.1"},
    {179, "caIssuers", "CA Issuers", "1.3.6.1.5.5.7.48.2"},
    {129, "serverAuth", "TLS Web Server Authentication", "1.3.6.1.5.5.7.3.1"},
    {130, "clientAuth", "TLS Web Client Authentication", "1.3.6.1.5.5.7.3.2"},
    {131, "codeSigning", "Code Signing", "1.3.6.1.5.5.7.3.3"},
    {132, "emailProtection", "E-mail Protection", "1.3.6.1.5.5.7.3.4"},
    {133, "timeStamping", "Time Stamping", "1.3.6.1.5.5.7.3.8"},
    {180, "OCSPSigning", "OCSP Signing", "1.3.6.1.5.5.7.3.9"},
    {297, "DVCS", "dvcs", "1.3.6.1.5.5.7.3.10"},
    {1020, "tlsfeature", "TLS Feature", "1.3.6.1.5.5.7.1.24"},
};

const char *oid_long_name(const char *dotted)
{
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        if (strcmp(dotted, objects[i].oid) == 0)
            return objects[i].long_name;
    return dotted;
}

const char *oid_short_name(const char *long_name)
{
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        if (strcmp(long_name, objects[i].long_name) == 0)
            return objects[i].short_name;
    return long_name;
}

static PyObject *describe(const struct object *o)
{
    return Py_BuildValue("(isss)", o->nid, o->short_name, o->long_name, o->oid);
}

static PyObject *txt2obj(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"txt", "name", NULL};
    const char *text;
    int name = 0;
    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s|p:txt2obj", names, &text, &name))
        return NULL;
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        const struct object *o = &objects[i];
        if (strcmp(text, o->oid) == 0
            || (name && (strcmp(text, o->short_name) == 0 || strcmp(text, o->long_name) == 0)))
            return describe(o);
    }
    return PyErr_Format(PyExc_ValueError, "unknown object '%.100s'", text);
}

static PyObject *nid2obj(PyObject *module, PyObject *arg)
{
    long nid = PyLong_AsLong(arg);
    (void)module;
    if (nid == -1 && PyErr_Occurred())
        return NULL;
    if (nid < 0) {
        PyErr_SetString(PyExc_ValueError, "NID must be positive.");
        return NULL;
    }
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        if (objects[i].nid == nid)
            return describe(&objects[i]);
    return PyErr_Format(PyExc_ValueError, "unknown NID %ld", nid);
}

PyMethodDef oid_functions[] = {
    {"txt2obj", METHOD(txt2obj), METH_VARARGS | METH_KEYWORDS,
     "txt2obj(txt, name=False): look an object up by its OID, or by its names if name."},
    {"nid2obj", nid2obj, METH_O, "nid2obj(nid): look an object up by OpenSSL's number."},
    {NULL, NULL, 0, NULL},
};
