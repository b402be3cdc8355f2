/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Certificates and private keys that a context shows.
 */
#include "module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PASSWORD_MAX = 1024 };

typedef struct {
    PyObject *given;        /* str, bytes, bytearray, or something to call */
    PyThreadState *thread;  /* of the call that loads */
    bool failed;            /* with an exception set */
} password;

static void refuse(password *p, PyObject *type, const char *text)
{
    if (text != NULL)
        PyErr_SetString(type, text);
    p->failed = true;
}

/* Writes the password, which value is, to buf; -1 with an exception set. */
static ptrdiff_t copy_password(password *p, PyObject *value, char *buf, size_t cap,
                               const char *wrong_type)
{
    Py_buffer view;
    PyObject *utf8 = NULL;
    if (PyUnicode_Check(value)) {
        utf8 = PyUnicode_AsUTF8String(value);
        if (utf8 == NULL) {
            refuse(p, NULL, NULL);
            return -1;
        }
        value = utf8;
    } else if (!PyBytes_Check(value) && !PyByteArray_Check(value)) {
        refuse(p, PyExc_TypeError, wrong_type);
        return -1;
    }
    ptrdiff_t n = -1;
    if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE) < 0) {
        refuse(p, NULL, NULL);
    } else {
        if (view.len > PASSWORD_MAX || (size_t)view.len > cap) {
            refuse(p, PyExc_ValueError, "password cannot be longer than 1024 bytes");
        } else {
            n = view.len;
            memcpy(buf, view.buf, (size_t)n);
        }
        PyBuffer_Release(&view);
    }
    Py_XDECREF(utf8);
    return n;
}

/* librssl's rssl_password_cb. Called without the GIL, on the thread that loads. */
static ptrdiff_t ask_password(void *user, char *buf, size_t cap)
{
    password *p = user;
    ptrdiff_t n = -1;
    PyEval_RestoreThread(p->thread);
    if (!PyCallable_Check(p->given)) {
        n = copy_password(p, p->given, buf, cap, "password should be a string or callable");
    } else {
        PyObject *value = PyObject_CallObject(p->given, NULL);
        if (value == NULL)
            refuse(p, NULL, NULL);
        else
            n = copy_password(p, value, buf, cap, "password callback must return a string");
        Py_XDECREF(value);
    }
    p->thread = PyEval_SaveThread();
    return n;
}

static int check_password(PyObject *given)
{
    if (given == Py_None || PyCallable_Check(given))
        return 0;
    char buf[PASSWORD_MAX];
    password p = {.given = given};
    ptrdiff_t n
        = copy_password(&p, given, buf, sizeof buf, "password should be a string or callable");
    explicit_bzero(buf, sizeof buf);
    return n < 0 ? -1 : 0;
}

static int kind_of(const rssl_identity *id)
{
    rssl_cert *leaf = rssl_identity_cert_new(id, 0);
    const char *type = rssl_cert_key_type(leaf);
    int kind = type == NULL                            ? 2
               : strcmp(type, "rsaEncryption") == 0    ? 0
               : strcmp(type, "id-ecPublicKey") == 0 ? 1
                                                       : 2;
    rssl_cert_free(leaf);
    return kind;
}

/* Takes the reference over. */
static rssl_result use_identity(context_object *self, rssl_identity *id)
{
    int kind = kind_of(id);
    rssl_identity *all[KEY_KINDS], *before = self->identities[kind];
    size_t n = 0;
    self->identities[kind] = id;
    for (int i = 0; i < KEY_KINDS; i++)
        if (self->identities[i] != NULL)
            all[n++] = self->identities[i];
    rssl_result rc = rssl_ctx_set_identities(self->ctx, all, n);
    if (rc == RSSL_OK) {
        self->newest_identity = kind;
        rssl_identity_free(before);
    } else {
        self->identities[kind] = before;
        rssl_identity_free(id);
    }
    return rc;
}

PyObject *context_set_ocsp_response(context_object *self, PyObject *response)
{
    rssl_identity *id = self->identities[self->newest_identity], *stapled;
    Py_buffer view;
    if (id == NULL) {
        PyErr_SetString(PyExc_ValueError, "no certificate is loaded");
        return NULL;
    }
    if (PyObject_GetBuffer(response, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    rssl_result rc = rssl_identity_new_ocsp(id, view.buf, (size_t)view.len, &stapled);
    PyBuffer_Release(&view);
    if (rc == RSSL_OK)
        rc = use_identity(self, stapled);
    if (rc == RSSL_OK)
        Py_RETURN_NONE;
    return raise_rssl(self->state, rc);
}

typedef struct {
    char *data;
    size_t len;
} text;

static void wipe(text *t)
{
    if (t->data != NULL)
        explicit_bzero(t->data, t->len);
    free(t->data);
}

static bool append(text *t, const char *data, size_t len)
{
    char *grown = malloc(t->len + len + 1);
    if (grown == NULL)
        return false;
    memcpy(grown, t->data != NULL ? t->data : "", t->len);
    memcpy(grown + t->len, data, len);
    text before = *t;
    t->data = grown;
    t->len += len;
    t->data[t->len] = '\0';
    wipe(&before);
    return true;
}

/* Reads the whole file. 0, or -1 with errno set. */
static int read_file(const char *path, text *out)
{
    char buf[16384];
    size_t n;
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return -1;
    errno = 0;
    while ((n = fread(buf, 1, sizeof buf, file)) > 0)
        if (!append(out, buf, n))
            errno = ENOMEM;
    int error = ferror(file) && errno == 0 ? EIO : errno;
    explicit_bzero(buf, sizeof buf);
    fclose(file);
    errno = error;
    return error == 0 ? 0 : -1;
}

/* What a program gives as a certificate or a key: a path, or PEM itself. */
static int read_source(PyObject *source, const char *name, text *out)
{
    PyObject *bytes = path_bytes(source, name);
    if (bytes == NULL)
        return -1;
    const char *given = PyBytes_AsString(bytes);
    int rc = 0, error = 0;
    if (is_pem(given, strlen(given))) {
        if (!append(out, given, strlen(given)))
            error = ENOMEM;
    } else if (!append(out, "", 0)) { /* an empty file is not an absent one */
        error = ENOMEM;
    } else {
        Py_BEGIN_ALLOW_THREADS
        if (read_file(given, out) < 0)
            error = errno;
        Py_END_ALLOW_THREADS
    }
    Py_DECREF(bytes);
    if (error != 0) {
        errno = error;
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, source);
        rc = -1;
    }
    return rc;
}

static rssl_cert *find_root(context_object *self, rssl_bytes subject)
{
    rssl_cert *root;
    for (size_t i = 0; (root = rssl_ctx_root_new(self->ctx, i)) != NULL; i++) {
        rssl_bytes name = rssl_cert_name_der(root, RSSL_SUBJECT);
        if (name.len == subject.len && memcmp(name.data, subject.data, name.len) == 0)
            return root;
        rssl_cert_free(root);
    }
    return NULL;
}

/* A certificate that comes alone is sent with the issuers that the context trusts, as OpenSSL
 * does: programs rely on it where an intermediate is among what they verify with. */
static bool add_issuers(context_object *self, text *chain)
{
    enum { MOST = 8 };
    const char *begin = "-----BEGIN CERTIFICATE-----";
    const char *first = chain->data != NULL ? strstr(chain->data, begin) : NULL;
    rssl_cert *cert;
    if (first == NULL || strstr(first + 1, begin) != NULL
        || rssl_cert_new_mem(chain->data, chain->len, &cert) != RSSL_OK)
        return true;
    bool added = true;
    for (int i = 0; i < MOST && added; i++) {
        rssl_bytes subject = rssl_cert_name_der(cert, RSSL_SUBJECT);
        rssl_bytes issuer = rssl_cert_name_der(cert, RSSL_ISSUER);
        if (issuer.len == 0
            || (issuer.len == subject.len && memcmp(issuer.data, subject.data, issuer.len) == 0))
            break;
        rssl_cert *root = find_root(self, issuer);
        if (root == NULL)
            break;
        const char *pem = rssl_cert_pem(root);
        added = append(chain, "\n", 1) && append(chain, pem, strlen(pem));
        rssl_cert_free(cert);
        cert = root;
    }
    rssl_cert_free(cert);
    return added;
}

static rssl_result make_identity(const text *cert, const text *key, password *p,
                                 rssl_identity **out)
{
    rssl_password_cb ask = p->given != Py_None ? ask_password : NULL;
    p->thread = PyEval_SaveThread();
    rssl_result rc
        = rssl_identity_new_mem(cert->data, cert->len, key->data, key->len, ask, p, out);
    PyEval_RestoreThread(p->thread);
    return rc;
}

static int load(context_object *self, text *cert, const text *key, PyObject *given)
{
    rssl_identity *id;
    password p = {.given = given};
    if (!add_issuers(self, cert)) {
        PyErr_NoMemory();
        return -1;
    }
    rssl_result rc = make_identity(cert, key, &p, &id);
    if (p.failed)
        return -1;
    if (rc == RSSL_OK)
        rc = use_identity(self, id);
    if (rc == RSSL_OK)
        return 0;
    if (rc == RSSL_ERR_FORMAT || rc == RSSL_ERR_PASSWORD)
        raise_pem_lib(self->state, "SSL");
    else
        raise_rssl(self->state, rc);
    return -1;
}

PyObject *context_load_cert_chain(context_object *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"certfile", "keyfile", "password", NULL};
    PyObject *certfile, *keyfile = Py_None, *given = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|OO:load_cert_chain", names, &certfile,
                                     &keyfile, &given))
        return NULL;
    text cert = {NULL, 0}, key = {NULL, 0};
    bool loaded = check_password(given) == 0 && read_source(certfile, "certfile", &cert) == 0
                  && (keyfile == Py_None || read_source(keyfile, "keyfile", &key) == 0)
                  && load(self, &cert, &key, given) == 0;
    wipe(&cert);
    wipe(&key);
    if (!loaded)
        return NULL;
    Py_RETURN_NONE;
}

/* librssl has no DHE, so that parameters have no use; a program that names a wrong file hears it. */
PyObject *context_load_dh_params(context_object *self, PyObject *path)
{
    PyObject *bytes;
    char line[128];
    bool found = false;
    if (!PyUnicode_FSConverter(path, &bytes))
        return NULL;
    FILE *file = fopen(PyBytes_AsString(bytes), "rbe");
    Py_DECREF(bytes);
    if (file == NULL)
        return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
    while (!found && fgets(line, sizeof line, file) != NULL)
        found = strncmp(line, "-----BEGIN DH PARAMETERS-----", 29) == 0;
    fclose(file);
    if (!found)
        return raise_reason(self->state, "PEM", "NO_START_LINE");
    Py_RETURN_NONE;
}
