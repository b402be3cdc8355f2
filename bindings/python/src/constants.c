/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The numbers are OpenSSL 3's and CPython's, because programs store and compare them.
 */
#include "module.h"

#include "constants.h"

static const struct {
    const char *name;
    int64_t value;
} numbers[] = {
    {"CERT_NONE", RSSL_CERT_NONE},
    {"CERT_OPTIONAL", RSSL_CERT_OPTIONAL},
    {"CERT_REQUIRED", RSSL_CERT_REQUIRED},

    {"PROTOCOL_SSLv23", PROTOCOL_TLS},
    {"PROTOCOL_TLS", PROTOCOL_TLS},
    {"PROTOCOL_TLS_CLIENT", PROTOCOL_TLS_CLIENT},
    {"PROTOCOL_TLS_SERVER", PROTOCOL_TLS_SERVER},
    {"PROTOCOL_TLSv1", PROTOCOL_TLSv1},
    {"PROTOCOL_TLSv1_1", PROTOCOL_TLSv1_1},
    {"PROTOCOL_TLSv1_2", PROTOCOL_TLSv1_2},

    {"PROTO_MINIMUM_SUPPORTED", PROTO_MINIMUM_SUPPORTED},
    {"PROTO_MAXIMUM_SUPPORTED", PROTO_MAXIMUM_SUPPORTED},
    {"PROTO_SSLv3", PROTO_SSLv3},
    {"PROTO_TLSv1", PROTO_TLSv1},
    {"PROTO_TLSv1_1", PROTO_TLSv1_1},
    {"PROTO_TLSv1_2", RSSL_TLS1_2},
    {"PROTO_TLSv1_3", RSSL_TLS1_3},

    {"OP_ALL", OP_ALL},
    {"OP_CIPHER_SERVER_PREFERENCE", OP_CIPHER_SERVER_PREFERENCE},
    {"OP_ENABLE_KTLS", OP_ENABLE_KTLS},
    {"OP_ENABLE_MIDDLEBOX_COMPAT", OP_ENABLE_MIDDLEBOX_COMPAT},
    {"OP_IGNORE_UNEXPECTED_EOF", OP_IGNORE_UNEXPECTED_EOF},
    {"OP_LEGACY_SERVER_CONNECT", OP_LEGACY_SERVER_CONNECT},
    {"OP_NO_COMPRESSION", OP_NO_COMPRESSION},
    {"OP_NO_RENEGOTIATION", OP_NO_RENEGOTIATION},
    {"OP_NO_SSLv2", 0},
    {"OP_NO_SSLv3", OP_NO_SSLv3},
    {"OP_NO_TICKET", OP_NO_TICKET},
    {"OP_NO_TLSv1", OP_NO_TLSv1},
    {"OP_NO_TLSv1_1", OP_NO_TLSv1_1},
    {"OP_NO_TLSv1_2", OP_NO_TLSv1_2},
    {"OP_NO_TLSv1_3", OP_NO_TLSv1_3},
    {"OP_SINGLE_DH_USE", 0},
    {"OP_SINGLE_ECDH_USE", 0},

    {"VERIFY_DEFAULT", 0},
    {"VERIFY_ALLOW_PROXY_CERTS", VERIFY_ALLOW_PROXY_CERTS},
    {"VERIFY_CRL_CHECK_LEAF", VERIFY_CRL_CHECK_LEAF},
    {"VERIFY_CRL_CHECK_CHAIN", VERIFY_CRL_CHECK_LEAF | VERIFY_CRL_CHECK_ALL},
    {"VERIFY_X509_PARTIAL_CHAIN", VERIFY_X509_PARTIAL_CHAIN},
    {"VERIFY_X509_STRICT", VERIFY_X509_STRICT},
    {"VERIFY_X509_TRUSTED_FIRST", VERIFY_X509_TRUSTED_FIRST},

    {"HOSTFLAG_ALWAYS_CHECK_SUBJECT", HOSTFLAG_ALWAYS_CHECK_SUBJECT},
    {"HOSTFLAG_NO_WILDCARDS", HOSTFLAG_NO_WILDCARDS},
    {"HOSTFLAG_NO_PARTIAL_WILDCARDS", HOSTFLAG_NO_PARTIAL_WILDCARDS},
    {"HOSTFLAG_MULTI_LABEL_WILDCARDS", HOSTFLAG_MULTI_LABEL_WILDCARDS},
    {"HOSTFLAG_SINGLE_LABEL_SUBDOMAINS", HOSTFLAG_SINGLE_LABEL_SUBDOMAINS},
    {"HOSTFLAG_NEVER_CHECK_SUBJECT", HOSTFLAG_NEVER_CHECK_SUBJECT},

    {"ENCODING_PEM", ENCODING_PEM},
    {"ENCODING_DER", ENCODING_DER},

    {"SSL_ERROR_SSL", SSL_ERROR_SSL},
    {"SSL_ERROR_WANT_READ", SSL_ERROR_WANT_READ},
    {"SSL_ERROR_WANT_WRITE", SSL_ERROR_WANT_WRITE},
    {"SSL_ERROR_WANT_X509_LOOKUP", 4},
    {"SSL_ERROR_SYSCALL", SSL_ERROR_SYSCALL},
    {"SSL_ERROR_ZERO_RETURN", SSL_ERROR_ZERO_RETURN},
    {"SSL_ERROR_WANT_CONNECT", 7},
    {"SSL_ERROR_EOF", SSL_ERROR_EOF},
    {"SSL_ERROR_INVALID_ERROR_CODE", 10},

    {"ALERT_DESCRIPTION_CLOSE_NOTIFY", 0},
    {"ALERT_DESCRIPTION_UNEXPECTED_MESSAGE", 10},
    {"ALERT_DESCRIPTION_BAD_RECORD_MAC", 20},
    {"ALERT_DESCRIPTION_RECORD_OVERFLOW", 22},
    {"ALERT_DESCRIPTION_DECOMPRESSION_FAILURE", 30},
    {"ALERT_DESCRIPTION_HANDSHAKE_FAILURE", 40},
    {"ALERT_DESCRIPTION_BAD_CERTIFICATE", 42},
    {"ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE", 43},
    {"ALERT_DESCRIPTION_CERTIFICATE_REVOKED", 44},
    {"ALERT_DESCRIPTION_CERTIFICATE_EXPIRED", 45},
    {"ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN", 46},
    {"ALERT_DESCRIPTION_ILLEGAL_PARAMETER", 47},
    {"ALERT_DESCRIPTION_UNKNOWN_CA", 48},
    {"ALERT_DESCRIPTION_ACCESS_DENIED", 49},
    {"ALERT_DESCRIPTION_DECODE_ERROR", 50},
    {"ALERT_DESCRIPTION_DECRYPT_ERROR", 51},
    {"ALERT_DESCRIPTION_PROTOCOL_VERSION", 70},
    {"ALERT_DESCRIPTION_INSUFFICIENT_SECURITY", 71},
    {"ALERT_DESCRIPTION_INTERNAL_ERROR", 80},
    {"ALERT_DESCRIPTION_USER_CANCELLED", 90},
    {"ALERT_DESCRIPTION_NO_RENEGOTIATION", 100},
    {"ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION", 110},
    {"ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE", 111},
    {"ALERT_DESCRIPTION_UNRECOGNIZED_NAME", 112},
    {"ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE", 113},
    {"ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE", 114},
    {"ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY", 115},
};

static const struct {
    const char *name;
    bool value;
} features[] = {
    {"HAS_SNI", true},      {"HAS_ECDH", true},     {"HAS_ALPN", true},    {"HAS_NPN", false},
    {"HAS_SSLv2", false},   {"HAS_SSLv3", false},   {"HAS_TLSv1", false},  {"HAS_TLSv1_1", false},
    {"HAS_TLSv1_2", true},  {"HAS_TLSv1_3", true},  {"HAS_PSK", false},    {"HAS_TLS_UNIQUE", false},
};

/* Programs look for "OpenSSL " and for a version that has TLS 1.3; what runs is said behind it. */
static int add_version(PyObject *module)
{
    PyObject *text = PyUnicode_FromFormat("OpenSSL 3.0.0 compatible: rssl %s, %s", rssl_version(),
                                          rssl_build_info());
    PyObject *info = Py_BuildValue("(iiiii)", 3, 0, 0, 0, 0);
    PyObject *api = Py_BuildValue("(iiiii)", 3, 0, 0, 0, 0);
    if (text == NULL || info == NULL || api == NULL)
        goto fail;
    if (PyModule_AddIntConstant(module, "OPENSSL_VERSION_NUMBER", 0x30000000L) < 0)
        goto fail;
    if (PyModule_AddObject(module, "OPENSSL_VERSION", text) < 0)
        goto fail;
    text = NULL;
    if (PyModule_AddObject(module, "OPENSSL_VERSION_INFO", info) < 0)
        goto fail;
    info = NULL;
    if (PyModule_AddObject(module, "_OPENSSL_API_VERSION", api) < 0)
        goto fail;
    return 0;
fail:
    Py_XDECREF(text);
    Py_XDECREF(info);
    Py_XDECREF(api);
    return -1;
}

int add_constants(PyObject *module)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        PyObject *value = PyLong_FromLongLong(numbers[i].value);
        if (value == NULL)
            return -1;
        if (PyModule_AddObject(module, numbers[i].name, value) < 0) {
            Py_DECREF(value);
            return -1;
        }
    }
    for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
        PyObject *value = PyBool_FromLong(features[i].value);
        if (PyModule_AddObject(module, features[i].name, value) < 0) {
            Py_DECREF(value);
            return -1;
        }
    }
    if (PyModule_AddStringConstant(module, "_DEFAULT_CIPHERS", DEFAULT_CIPHERS) < 0)
        return -1;
    return add_version(module);
}
