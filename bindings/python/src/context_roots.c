/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Whom a context trusts: authorities and revocation lists, from files, directories and memory.
 */
#include "module.h"

#include <stdlib.h>
#include <string.h>

/* As OpenSSL counts: by basicConstraints, and self-signed roots from before there were any. */
static bool is_authority(const rssl_cert *cert)
{
    if (rssl_cert_is_ca(cert))
        return true;
    rssl_bytes subject = rssl_cert_name_der(cert, RSSL_SUBJECT);
    rssl_bytes issuer = rssl_cert_name_der(cert, RSSL_ISSUER);
    return rssl_cert_version(cert) == 1 && subject.len == issuer.len
           && memcmp(subject.data, issuer.data, subject.len) == 0;
}

static bool is_lazy(const context_object *self, size_t i)
{
    return i < self->n_lazy_roots && self->lazy_roots[i];
}

static bool same_certificate(const rssl_cert *a, const rssl_cert *b)
{
    rssl_bytes x = rssl_cert_der(a), y = rssl_cert_der(b);
    return x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
}

void show_root(context_object *self, rssl_cert *root)
{
    for (size_t i = 0; i < self->n_lazy_roots; i++) {
        if (!self->lazy_roots[i])
            continue;
        rssl_cert *other = rssl_ctx_root_new(self->ctx, i);
        if (other != NULL && same_certificate(root, other))
            self->lazy_roots[i] = false;
        rssl_cert_free(other);
    }
}

/* Roots from number first on came from a directory. */
static int mark_lazy(context_object *self, size_t first)
{
    size_t n = rssl_ctx_root_count(self->ctx);
    bool *grown = PyMem_Realloc(self->lazy_roots, n > 0 ? n * sizeof *grown : 1);
    if (grown == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = self->n_lazy_roots; i < n; i++)
        grown[i] = i >= first;
    self->lazy_roots = grown;
    self->n_lazy_roots = n;
    return 0;
}

/* Roots that a file names are shown, also where a directory had brought them before. */
static void show_roots_of(context_object *self, const char *path, const void *data, size_t len)
{
    rssl_ctx *scratch;
    if (self->n_lazy_roots == 0 || rssl_ctx_new(RSSL_CLIENT, &scratch) != RSSL_OK)
        return;
    rssl_result rc = path != NULL ? rssl_ctx_load_verify_file(scratch, path)
                                  : rssl_ctx_load_verify_mem(scratch, data, len);
    rssl_cert *root;
    for (size_t i = 0; rc == RSSL_OK && (root = rssl_ctx_root_new(scratch, i)) != NULL; i++) {
        show_root(self, root);
        rssl_cert_free(root);
    }
    rssl_ctx_free(scratch);
}

/* "-----BEGIN" is what tells PEM from a path, and text from DER. */
bool is_pem(const char *data, size_t len)
{
    const char begin[] = "-----BEGIN";
    for (size_t i = 0; i + sizeof begin - 1 <= len; i++)
        if (memcmp(data + i, begin, sizeof begin - 1) == 0)
            return true;
    return false;
}

static bool nothing_found(rssl_result rc)
{
    return rc == RSSL_ERR_FORMAT
           && strcmp(rssl_error_reason(rssl_last_error()), "NO_CERTIFICATE_OR_CRL_FOUND") == 0;
}

/* A file may hold certificates, revocation lists or both. */
static int load_file(context_object *self, PyObject *where, const char *path)
{
    rssl_result rc, crl;
    Py_BEGIN_ALLOW_THREADS
    rc = rssl_ctx_load_verify_file(self->ctx, path);
    Py_END_ALLOW_THREADS
    bool no_certificate = nothing_found(rc);
    if (rc == RSSL_OK || no_certificate) {
        Py_BEGIN_ALLOW_THREADS
        crl = rssl_ctx_load_crl_file(self->ctx, path);
        Py_END_ALLOW_THREADS
        if (crl == RSSL_OK)
            self->n_crls++;
        if (no_certificate || !nothing_found(crl))
            rc = crl;
    }
    if (rc == RSSL_OK) {
        show_roots_of(self, path, NULL, 0);
        return 0;
    }
    if (nothing_found(rc))
        raise_reason(self->state, "X509", "NO_CERTIFICATE_OR_CRL_FOUND");
    else if (rc == RSSL_ERR_FORMAT)
        raise_pem_lib(self->state, "X509");
    else
        raise_rssl_at(self->state, rc, where, __LINE__);
    return -1;
}

/* Of a directory's files those that cannot be read count as absent, as for OpenSSL, which looks
 * for each when it is needed. */
static int load_directory(context_object *self, const char *path)
{
    size_t first = rssl_ctx_root_count(self->ctx);
    rssl_result rc;
    Py_BEGIN_ALLOW_THREADS
    rc = rssl_ctx_load_verify_dir(self->ctx, path);
    Py_END_ALLOW_THREADS
    if (rc == RSSL_OK || rc == RSSL_ERR_FILE || rc == RSSL_ERR_FORMAT)
        return mark_lazy(self, first);
    raise_rssl(self->state, rc);
    return -1;
}

/* The length of the DER element at data, or 0 if there is no whole one. */
static size_t der_length(const unsigned char *data, size_t len)
{
    if (len < 2 || data[0] != 0x30)
        return 0;
    size_t n = data[1], head = 2;
    if (n & 0x80) {
        size_t digits = n & 0x7f;
        if (digits == 0 || digits > 4 || len < 2 + digits)
            return 0;
        for (n = 0; digits > 0; digits--)
            n = n << 8 | data[head++];
    }
    return n <= len - head ? head + n : 0;
}

static int refuse_data(context_object *self, bool text)
{
    raise_text(self->state, 0,
               text ? "no start line: cadata does not contain a certificate"
                    : "not enough data: cadata does not contain a certificate");
    return -1;
}

static int load_pem(context_object *self, const char *data, size_t len)
{
    rssl_result rc = rssl_ctx_load_verify_mem(self->ctx, data, len);
    if (rc == RSSL_OK) {
        show_roots_of(self, NULL, data, len);
        return 0;
    }
    if (rc == RSSL_ERR_FORMAT)
        raise_pem_lib(self->state, "SSL");
    else
        raise_rssl(self->state, rc);
    return -1;
}

/* One DER certificate after the other. All of them are looked at before one is added. */
static int load_ders(context_object *self, const unsigned char *data, size_t len)
{
    for (size_t at = 0, n; at < len; at += n) {
        rssl_cert *cert = NULL;
        n = der_length(data + at, len - at);
        if (n == 0)
            return refuse_data(self, false);
        rssl_result rc = rssl_cert_new_mem(data + at, n, &cert);
        rssl_cert_free(cert);
        if (rc != RSSL_OK) {
            raise_rssl(self->state, rc);
            return -1;
        }
    }
    for (size_t at = 0, n; at < len; at += n) {
        n = der_length(data + at, len - at);
        rssl_result rc = rssl_ctx_load_verify_mem(self->ctx, data + at, n);
        if (rc != RSSL_OK) {
            raise_rssl(self->state, rc);
            return -1;
        }
        show_roots_of(self, NULL, data + at, n);
    }
    return 0;
}

static int load_data(context_object *self, PyObject *cadata)
{
    const char *wrong = "cadata should be an ASCII string or a bytes-like object";
    Py_buffer view;
    bool text = PyUnicode_Check(cadata);
    PyObject *ascii = NULL;
    if (text && (ascii = PyUnicode_AsASCIIString(cadata)) == NULL) {
        PyErr_SetString(PyExc_TypeError, wrong);
        return -1;
    }
    if (PyObject_GetBuffer(text ? ascii : cadata, &view, PyBUF_SIMPLE) < 0) {
        PyErr_SetString(PyExc_TypeError, wrong);
        Py_XDECREF(ascii);
        return -1;
    }
    int rc = -1;
    bool pem = is_pem(view.buf, (size_t)view.len);
    if (view.len == 0)
        PyErr_SetString(PyExc_ValueError, "Empty certificate data");
    else if (pem)
        rc = load_pem(self, view.buf, (size_t)view.len);
    else if (text)
        rc = refuse_data(self, true);
    else
        rc = load_ders(self, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    Py_XDECREF(ascii);
    return rc;
}

/* A path as bytes: a new reference, or NULL with stock's TypeError. */
PyObject *path_bytes(PyObject *path, const char *name)
{
    PyObject *bytes;
    if (PyUnicode_FSConverter(path, &bytes))
        return bytes;
    if (PyErr_ExceptionMatches(PyExc_TypeError))
        PyErr_Format(PyExc_TypeError, "%s should be a valid filesystem path", name);
    return NULL;
}

PyObject *context_load_verify_locations(context_object *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"cafile", "capath", "cadata", NULL};
    PyObject *cafile = Py_None, *capath = Py_None, *cadata = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOO:load_verify_locations", names, &cafile,
                                     &capath, &cadata))
        return NULL;
    if (cafile == Py_None && capath == Py_None && cadata == Py_None) {
        PyErr_SetString(PyExc_TypeError, "cafile, capath and cadata cannot be all omitted");
        return NULL;
    }
    PyObject *file = NULL, *directory = NULL, *result = NULL;
    if (cafile != Py_None && (file = path_bytes(cafile, "cafile")) == NULL)
        goto done;
    if (capath != Py_None && (directory = path_bytes(capath, "capath")) == NULL)
        goto done;
    if (cadata != Py_None && load_data(self, cadata) < 0)
        goto done;
    if (file != NULL) {
        const char *path = PyBytes_AsString(file);
        int rc = is_pem(path, strlen(path)) ? load_pem(self, path, strlen(path))
                                            : load_file(self, cafile, path);
        if (rc < 0)
            goto done;
    }
    if (directory != NULL && load_directory(self, PyBytes_AsString(directory)) < 0)
        goto done;
    result = Py_None;
    Py_INCREF(result);
done:
    Py_XDECREF(file);
    Py_XDECREF(directory);
    return result;
}

/* A system without roots is no error here, as in CPython: every peer is refused then. */
PyObject *context_set_default_verify_paths(context_object *self, PyObject *unused)
{
    (void)unused;
    const char *file = getenv("SSL_CERT_FILE"), *directory = getenv("SSL_CERT_DIR");
    bool from_environment = file != NULL || directory != NULL;
    if (!from_environment) {
        rssl_result rc;
        Py_BEGIN_ALLOW_THREADS
        rc = rssl_ctx_load_verify_system(self->ctx);
        Py_END_ALLOW_THREADS
        if (rc != RSSL_OK && rc != RSSL_ERR_FILE && rc != RSSL_ERR_FORMAT)
            return raise_rssl(self->state, rc);
        Py_RETURN_NONE;
    }
    /* One that is empty says that there are none. */
    if (file != NULL && *file != '\0' && load_file(self, NULL, file) < 0)
        PyErr_Clear();
    if (directory != NULL && *directory != '\0' && load_directory(self, directory) < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *context_cert_store_stats(context_object *self, PyObject *unused)
{
    size_t n = 0, authorities = 0;
    rssl_cert *root;
    (void)unused;
    for (size_t i = 0; (root = rssl_ctx_root_new(self->ctx, i)) != NULL; i++) {
        if (!is_lazy(self, i)) {
            n++;
            authorities += is_authority(root);
        }
        rssl_cert_free(root);
    }
    return Py_BuildValue("{snsnsn}", "x509", (Py_ssize_t)n, "crl", (Py_ssize_t)self->n_crls,
                         "x509_ca", (Py_ssize_t)authorities);
}

PyObject *context_get_ca_certs(context_object *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"binary_form", NULL};
    int binary = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|p:get_ca_certs", names, &binary))
        return NULL;
    PyObject *list = PyList_New(0);
    rssl_cert *root;
    for (size_t i = 0; list != NULL && (root = rssl_ctx_root_new(self->ctx, i)) != NULL; i++) {
        if (!is_lazy(self, i) && is_authority(root)) {
            rssl_bytes der = rssl_cert_der(root);
            PyObject *item = binary ? PyBytes_FromStringAndSize((const char *)der.data,
                                                                (Py_ssize_t)der.len)
                                    : certificate_dict(root);
            if (item == NULL || PyList_Append(list, item) < 0)
                Py_CLEAR(list);
            Py_XDECREF(item);
        }
        rssl_cert_free(root);
    }
    return list;
}
