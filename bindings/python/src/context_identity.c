/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Certificates and private keys that a context shows.
 */
#include "module.h"

#include <errno.h>
#include <stdio.h>
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
    return copy_password(&p, given, buf, sizeof buf, "password should be a string or callable") < 0
               ? -1
               : 0;
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
        rssl_identity_free(before);
    } else {
        self->identities[kind] = before;
        rssl_identity_free(id);
    }
    return rc;
}

/* Both in memory, or both in files: the bytes of a file that is not there raise its error. */
static rssl_result read_identity(const char *cert, const char *key, password *p,
                                 rssl_identity **out)
{
    rssl_password_cb ask = p->given != Py_None ? ask_password : NULL;
    rssl_result rc;
    p->thread = PyEval_SaveThread();
    if (is_pem(cert, strlen(cert)))
        rc = rssl_identity_new_mem(cert, strlen(cert), key, key != NULL ? strlen(key) : 0, ask, p,
                                   out);
    else
        rc = rssl_identity_new_file(cert, key, ask, p, out);
    PyEval_RestoreThread(p->thread);
    return rc;
}

static PyObject *load_failed(context_object *self, rssl_result rc, PyObject *certfile,
                             PyObject *keyfile)
{
    if (rc == RSSL_ERR_FORMAT || rc == RSSL_ERR_PASSWORD)
        return raise_pem_lib(self->state, "SSL");
    /* librssl reads the certificate first. */
    PyObject *where = certfile;
    if (rc == RSSL_ERR_FILE && keyfile != Py_None) {
        PyObject *path;
        if (PyUnicode_FSConverter(keyfile, &path)) {
            if (strstr(rssl_error_message(rssl_last_error()), PyBytes_AsString(path)) != NULL)
                where = keyfile;
            Py_DECREF(path);
        }
    }
    return raise_rssl_at(self->state, rc, where, __LINE__);
}

PyObject *context_load_cert_chain(context_object *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"certfile", "keyfile", "password", NULL};
    PyObject *certfile, *keyfile = Py_None, *given = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|OO:load_cert_chain", names, &certfile,
                                     &keyfile, &given))
        return NULL;
    PyObject *cert = path_bytes(certfile, "certfile"), *key = NULL, *result = NULL;
    if (cert == NULL)
        return NULL;
    if ((keyfile != Py_None && (key = path_bytes(keyfile, "keyfile")) == NULL)
        || check_password(given) < 0)
        goto done;
    const char *cert_text = PyBytes_AsString(cert);
    const char *key_text = key != NULL ? PyBytes_AsString(key) : NULL;
    if (key_text != NULL
        && is_pem(cert_text, strlen(cert_text)) != is_pem(key_text, strlen(key_text))) {
        PyErr_SetString(PyExc_ValueError, "certfile and keyfile must both be paths or both be PEM");
        goto done;
    }
    rssl_identity *id;
    password p = {.given = given};
    rssl_result rc = read_identity(cert_text, key_text, &p, &id);
    if (p.failed)
        goto done;
    if (rc == RSSL_OK)
        rc = use_identity(self, id);
    if (rc == RSSL_OK) {
        result = Py_None;
        Py_INCREF(result);
    } else {
        load_failed(self, rc, certfile, keyfile);
    }
done:
    Py_DECREF(cert);
    Py_XDECREF(key);
    return result;
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
