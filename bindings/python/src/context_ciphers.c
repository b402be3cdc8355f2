/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Ciphers and key exchange groups of a context.
 */
#include "module.h"

#include <stdio.h>
#include <string.h>

#include "constants.h"

/* The parts of the ciphers that librssl has, in OpenSSL's words. */
static const struct parts {
    uint16_t id;
    const char *authentication, *mac, *symmetric;
} table[] = {
    {0x1301, NULL, "AESGCM(128)", "aes-128-gcm"},
    {0x1302, NULL, "AESGCM(256)", "aes-256-gcm"},
    {0x1303, NULL, "CHACHA20/POLY1305(256)", "chacha20-poly1305"},
    {0xc02b, "ecdsa", "AESGCM(128)", "aes-128-gcm"},
    {0xc02c, "ecdsa", "AESGCM(256)", "aes-256-gcm"},
    {0xc02f, "rsa", "AESGCM(128)", "aes-128-gcm"},
    {0xc030, "rsa", "AESGCM(256)", "aes-256-gcm"},
    {0xcca8, "rsa", "CHACHA20/POLY1305(256)", "chacha20-poly1305"},
    {0xcca9, "ecdsa", "CHACHA20/POLY1305(256)", "chacha20-poly1305"},
};

static const struct parts *find(uint16_t id)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].id == id)
            return &table[i];
    return NULL;
}

static const char *protocol_of(uint16_t cipher)
{
    return cipher >> 8 == 0x13 ? "TLSv1.3" : "TLSv1.2";
}

PyObject *cipher_tuple(uint16_t cipher)
{
    const char *name = rssl_cipher_openssl_name(cipher);
    if (name == NULL)
        Py_RETURN_NONE;
    return Py_BuildValue("(ssi)", name, protocol_of(cipher), rssl_cipher_bits(cipher));
}

static PyObject *describe(uint16_t cipher)
{
    const struct parts *p = find(cipher);
    const char *name = rssl_cipher_openssl_name(cipher), *protocol = protocol_of(cipher);
    int bits = rssl_cipher_bits(cipher);
    if (p == NULL || name == NULL)
        return Py_BuildValue("{sIssss}", "id", 0x03000000u | cipher, "name", name, "protocol",
                             protocol);
    bool any = p->authentication == NULL;
    char line[128], auth[16] = "auth-any";
    if (!any)
        snprintf(auth, sizeof auth, "auth-%s", p->authentication);
    snprintf(line, sizeof line, "%-30s %s Kx=%-8s Au=%-5s Enc=%-22s Mac=AEAD", name, protocol,
             any ? "any" : "ECDH", any ? "any" : *p->authentication == 'r' ? "RSA" : "ECDSA",
             p->mac);
    return Py_BuildValue("{sIssssss sisi sOss sOssss}", "id", 0x03000000u | cipher, "name", name,
                         "protocol", protocol, "description", line, "strength_bits", bits,
                         "alg_bits", bits, "aead", Py_True, "symmetric", p->symmetric, "digest",
                         Py_None, "kea", any ? "kx-any" : "kx-ecdhe", "auth", auth);
}

PyObject *context_get_ciphers(context_object *self, PyObject *unused)
{
    (void)unused;
    PyObject *list = PyList_New(0);
    size_t n = rssl_ctx_cipher_count(self->ctx);
    for (size_t i = 0; list != NULL && i < n; i++) {
        PyObject *cipher = describe(rssl_ctx_cipher(self->ctx, i));
        if (cipher == NULL || PyList_Append(list, cipher) < 0)
            Py_CLEAR(list);
        Py_XDECREF(cipher);
    }
    return list;
}

/* The level that @SECLEVEL=n sets, if it does: programs read it back. */
static int security_level(const char *ciphers, int otherwise)
{
    const char *at = strstr(ciphers, "@SECLEVEL=");
    if (at == NULL)
        return otherwise;
    char digit = at[strlen("@SECLEVEL=")];
    return digit >= '0' && digit <= '5' ? digit - '0' : otherwise;
}

PyObject *context_set_ciphers(context_object *self, PyObject *arg)
{
    PyObject *bytes = PyUnicode_Check(arg) ? PyUnicode_AsUTF8String(arg) : NULL;
    if (bytes == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "set_ciphers() argument must be str");
        return NULL;
    }
    const char *ciphers = PyBytes_AsString(bytes);
    rssl_result rc = rssl_ctx_set_cipher_string(self->ctx, ciphers);
    if (rc == RSSL_OK)
        self->security_level = security_level(ciphers, self->security_level);
    Py_DECREF(bytes);
    if (rc == RSSL_OK)
        Py_RETURN_NONE;
    PyErr_SetString(self->state->ssl_error, "No cipher can be selected.");
    return NULL;
}

static PyObject *set_groups(context_object *self, PyObject *names)
{
    PyObject *bytes;
    if (!PyUnicode_FSConverter(names, &bytes))
        return NULL;
    rssl_result rc = rssl_ctx_set_groups(self->ctx, PyBytes_AsString(bytes));
    Py_DECREF(bytes);
    if (rc == RSSL_OK)
        Py_RETURN_NONE;
    return raise_rssl(self->state, rc);
}

PyObject *context_set_groups(context_object *self, PyObject *names)
{
    return set_groups(self, names);
}

PyObject *context_set_ecdh_curve(context_object *self, PyObject *name)
{
    PyObject *result = set_groups(self, name);
    if (result != NULL || PyErr_ExceptionMatches(PyExc_TypeError))
        return result;
    PyErr_Clear();
    return PyErr_Format(PyExc_ValueError, "unknown elliptic curve name %R", name);
}
