/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A certificate as getpeercert's dictionary, and the Certificate objects of the chains.
 */
#include "module.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "constants.h"
#include "der_name.h"
#include "oid.h"

static PyObject *text(rssl_bytes b)
{
    return PyUnicode_DecodeUTF8((const char *)b.data, (Py_ssize_t)b.len, "backslashreplace");
}

/* Puts value, whose reference it takes over, under key. NULL: an exception is set. */
static int put(PyObject *dict, const char *key, PyObject *value)
{
    int rc = value != NULL ? PyDict_SetItemString(dict, key, value) : -1;
    Py_XDECREF(value);
    return rc;
}

static PyObject *cert_name(rssl_cert *cert, rssl_name which)
{
    name_builder b;
    size_t rdn;
    const char *key;
    rssl_bytes value;
    name_begin(&b);
    for (size_t i = 0; rssl_cert_name_at(cert, which, i, &rdn, &key, &value); i++)
        name_add(&b, rdn, key, text(value));
    return name_end(&b);
}

static PyObject *ip_address(rssl_bytes b)
{
    if (b.len == 4)
        return PyUnicode_FromFormat("%d.%d.%d.%d", b.data[0], b.data[1], b.data[2], b.data[3]);
    char out[8 * 5 + 1], *at = out;
    for (int i = 0; i < 16; i += 2)
        at += sprintf(at, i > 0 ? ":%X" : "%X", b.data[i] << 8 | b.data[i + 1]);
    return PyUnicode_FromString(out);
}

/* What OpenSSL prints for the kinds of names that it does not print. */
static PyObject *other_name(rssl_bytes b)
{
    switch (b.len > 0 ? b.data[0] & 0x1f : 0) {
    case 3:
        return Py_BuildValue("(ss)", "X400Name", "<unsupported>");
    case 5:
        return Py_BuildValue("(ss)", "EdiPartyName", "<unsupported>");
    case 7:
        return Py_BuildValue("(ss)", "IP Address", "<invalid>");
    default:
        return Py_BuildValue("(ss)", "othername", "<unsupported>");
    }
}

static PyObject *alternative_name(rssl_san type, rssl_bytes value)
{
    switch (type) {
    case RSSL_SAN_DNS:
        return Py_BuildValue("(sN)", "DNS", text(value));
    case RSSL_SAN_EMAIL:
        return Py_BuildValue("(sN)", "email", text(value));
    case RSSL_SAN_URI:
        return Py_BuildValue("(sN)", "URI", text(value));
    case RSSL_SAN_IP:
        return Py_BuildValue("(sN)", "IP Address", ip_address(value));
    case RSSL_SAN_DIRNAME:
        return Py_BuildValue("(sN)", "DirName", name_from_der(value.data, value.len));
    case RSSL_SAN_RID:
        return Py_BuildValue("(sN)", "Registered ID", text(value));
    default:
        return other_name(value);
    }
}

/* Appends item, whose reference it takes over, to the list. */
static int append(PyObject *list, PyObject *item)
{
    int rc = item != NULL ? PyList_Append(list, item) : -1;
    Py_XDECREF(item);
    return rc;
}

/* Puts the list, whose reference it takes over, as a tuple under key; nothing if it is empty. */
static int put_tuple(PyObject *dict, const char *key, PyObject *list)
{
    int rc = PyList_Size(list) > 0 ? put(dict, key, PyList_AsTuple(list)) : 0;
    Py_DECREF(list);
    return rc;
}

static int put_alternative_names(PyObject *dict, rssl_cert *cert)
{
    PyObject *list = PyList_New(0);
    rssl_san type;
    rssl_bytes value;
    if (list == NULL)
        return -1;
    for (size_t i = 0; rssl_cert_san_at(cert, i, &type, &value); i++) {
        if (append(list, alternative_name(type, value)) < 0) {
            Py_DECREF(list);
            return -1;
        }
    }
    return put_tuple(dict, "subjectAltName", list);
}

static int put_uris(PyObject *dict, const char *key, rssl_cert *cert, rssl_uri which)
{
    PyObject *list = PyList_New(0);
    const char *uri;
    if (list == NULL)
        return -1;
    for (size_t i = 0; (uri = rssl_cert_uri_at(cert, which, i)) != NULL; i++) {
        if (append(list, PyUnicode_DecodeUTF8(uri, (Py_ssize_t)strlen(uri), "backslashreplace"))
            < 0) {
            Py_DECREF(list);
            return -1;
        }
    }
    return put_tuple(dict, key, list);
}

/* The number's magnitude in hexadecimal, two digits a byte, behind a sign if it is negative. */
static PyObject *serial_number(rssl_bytes b)
{
    bool negative = b.len > 0 && (b.data[0] & 0x80) != 0;
    unsigned char *magnitude = PyMem_Malloc(3 * b.len + 4);
    if (magnitude == NULL)
        return PyErr_NoMemory();
    unsigned carry = negative;
    for (size_t i = b.len; i-- > 0;) {
        unsigned byte = (negative ? ~b.data[i] & 0xffu : b.data[i]) + carry;
        magnitude[i] = (unsigned char)byte;
        carry = byte >> 8;
    }
    size_t first = 0;
    while (first < b.len && magnitude[first] == 0)
        first++;
    char *out = (char *)magnitude + b.len, *at = out;
    if (negative)
        *at++ = '-';
    for (size_t i = first; i < b.len; i++)
        at += sprintf(at, "%02X", magnitude[i]);
    PyObject *number = first < b.len ? PyUnicode_FromStringAndSize(out, at - out)
                                     : PyUnicode_FromString("00");
    PyMem_Free(magnitude);
    return number;
}

static PyObject *date(int64_t seconds)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t t = (time_t)seconds;
    struct tm tm;
    char out[64];
    if (gmtime_r(&t, &tm) == NULL)
        return PyErr_Format(PyExc_OverflowError, "a date is out of range");
    snprintf(out, sizeof out, "%.3s %2d %02d:%02d:%02d %d GMT", months + 3 * tm.tm_mon, tm.tm_mday,
             tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900);
    return PyUnicode_FromString(out);
}

PyObject *certificate_dict(rssl_cert *cert)
{
    PyObject *dict = PyDict_New();
    if (dict == NULL)
        return NULL;
    if (put(dict, "subject", cert_name(cert, RSSL_SUBJECT)) < 0
        || put(dict, "issuer", cert_name(cert, RSSL_ISSUER)) < 0
        || put(dict, "version", PyLong_FromLong(rssl_cert_version(cert))) < 0
        || put(dict, "serialNumber", serial_number(rssl_cert_serial(cert))) < 0
        || put(dict, "notBefore", date(rssl_cert_not_before(cert))) < 0
        || put(dict, "notAfter", date(rssl_cert_not_after(cert))) < 0
        || put_alternative_names(dict, cert) < 0
        || put_uris(dict, "OCSP", cert, RSSL_URI_OCSP) < 0
        || put_uris(dict, "caIssuers", cert, RSSL_URI_CA_ISSUERS) < 0
        || put_uris(dict, "crlDistributionPoints", cert, RSSL_URI_CRL) < 0)
        Py_CLEAR(dict);
    return dict;
}

static PyObject *test_decode_cert(PyObject *module, PyObject *arg)
{
    module_state *state = PyModule_GetState(module);
    PyObject *path;
    if (!PyUnicode_FSConverter(arg, &path))
        return NULL;
    rssl_cert *cert;
    rssl_result rc = rssl_cert_new_file(PyBytes_AsString(path), &cert);
    Py_DECREF(path);
    if (rc != RSSL_OK) {
        PyErr_SetString(state->ssl_error, rc == RSSL_ERR_FILE ? "Can't open file"
                                                              : "Error decoding PEM-encoded file");
        return NULL;
    }
    PyObject *dict = certificate_dict(cert);
    rssl_cert_free(cert);
    return dict;
}

PyMethodDef certificate_functions[] = {
    {"_test_decode_cert", test_decode_cert, METH_O, "A certificate file as a dictionary."},
    {NULL, NULL, 0, NULL},
};

typedef struct {
    PyObject_HEAD
    rssl_cert *cert;
} certificate_object;

PyObject *certificate_new(module_state *state, rssl_cert *cert)
{
    allocfunc alloc = PyType_GetSlot(state->certificate_type, Py_tp_alloc);
    certificate_object *self = (certificate_object *)alloc(state->certificate_type, 0);
    if (self == NULL)
        rssl_cert_free(cert);
    else
        self->cert = cert;
    return (PyObject *)self;
}

static void certificate_dealloc(certificate_object *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    rssl_cert_free(self->cert);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyObject *certificate_der(certificate_object *self)
{
    rssl_bytes der = rssl_cert_der(self->cert);
    return PyBytes_FromStringAndSize((const char *)der.data, (Py_ssize_t)der.len);
}

static PyObject *certificate_public_bytes(certificate_object *self, PyObject *args,
                                          PyObject *kwargs)
{
    static char *names[] = {"format", NULL};
    int format = ENCODING_PEM;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|i:public_bytes", names, &format))
        return NULL;
    if (format == ENCODING_PEM)
        return PyUnicode_FromString(rssl_cert_pem(self->cert));
    if (format == ENCODING_DER)
        return certificate_der(self);
    PyErr_SetString(PyExc_ValueError, "Unsupported format");
    return NULL;
}

static PyObject *certificate_get_info(certificate_object *self, PyObject *unused)
{
    (void)unused;
    return certificate_dict(self->cert);
}

/* The subject as RFC 4514 writes it, last attribute first, but without escapes. */
static PyObject *subject_text(rssl_cert *cert)
{
    PyObject *out = PyUnicode_FromString("");
    const char *key;
    rssl_bytes value;
    for (size_t i = 0; out != NULL && rssl_cert_name_at(cert, RSSL_SUBJECT, i, NULL, &key, &value);
         i++) {
        PyObject *shown = text(value), *joined = NULL;
        if (shown != NULL)
            joined = PyUnicode_FromFormat(i > 0 ? "%s=%U,%U" : "%s=%U%U", oid_short_name(key),
                                          shown, out);
        Py_XDECREF(shown);
        Py_DECREF(out);
        out = joined;
    }
    return out;
}

static PyObject *certificate_repr(certificate_object *self)
{
    PyObject *subject = subject_text(self->cert);
    if (subject == NULL)
        return NULL;
    PyObject *shown = PyUnicode_FromFormat("<rssl._ssl.Certificate %R>", subject);
    Py_DECREF(subject);
    return shown;
}

static Py_hash_t certificate_hash(certificate_object *self)
{
    PyObject *der = certificate_der(self);
    if (der == NULL)
        return -1;
    Py_hash_t hash = PyObject_Hash(der);
    Py_DECREF(der);
    return hash;
}

static PyObject *certificate_compare(PyObject *a, PyObject *b, int op)
{
    if (Py_TYPE(a) != Py_TYPE(b) || (op != Py_EQ && op != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    rssl_bytes x = rssl_cert_der(((certificate_object *)a)->cert);
    rssl_bytes y = rssl_cert_der(((certificate_object *)b)->cert);
    bool equal = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
    return PyBool_FromLong(equal == (op == Py_EQ));
}

static PyMethodDef certificate_methods[] = {
    {"public_bytes", METHOD(certificate_public_bytes), METH_VARARGS | METH_KEYWORDS,
     "public_bytes(format=ENCODING_PEM): the certificate in PEM, a str, or in DER, bytes."},
    {"get_info", (PyCFunction)certificate_get_info, METH_NOARGS,
     "The fields, as getpeercert has them."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot certificate_slots[] = {
    NOT_FROM_PYTHON
    {Py_tp_dealloc, certificate_dealloc},
    {Py_tp_repr, certificate_repr},
    {Py_tp_hash, certificate_hash},
    {Py_tp_richcompare, certificate_compare},
    {Py_tp_methods, certificate_methods},
    {0, NULL},
};

PyType_Spec certificate_spec = {
    .name = "rssl._ssl.Certificate",
    .basicsize = sizeof(certificate_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = certificate_slots,
};
