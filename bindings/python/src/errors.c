/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * From librssl's errors to exceptions in CPython's form: "[SSL: REASON] reason (_ssl.c:123)",
 * with reason, library, verify_code and verify_message. The facts that librssl knows beyond that
 * are in the attribute detail.
 */
#include "module.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "constants.h"

/* Sets the attribute to text, or to None if it is NULL. */
static int set_text(PyObject *exception, const char *name, const char *text)
{
    PyObject *value = Py_BuildValue("z", text);
    int rc = value != NULL ? PyObject_SetAttrString(exception, name, value) : -1;
    Py_XDECREF(value);
    return rc;
}

/* The message of librssl's error as a str. An exception that is made collects garbage, which may call
 * librssl and so replace the error: its message is taken before. */
static PyObject *message_of(const rssl_error *e)
{
    const char *message = rssl_error_message(e);
    PyObject *text = PyUnicode_DecodeUTF8(message, (Py_ssize_t)strlen(message), "replace");
    if (text == NULL)
        PyErr_Clear();
    return text;
}

/* Makes the exception type((code, text)). A new reference, or NULL with another exception set. Takes
 * text and detail over; no text: an exception is set; no detail: there is none. */
static PyObject *make(PyObject *type, int code, PyObject *text, const char *library,
                      const char *reason, PyObject *detail)
{
    PyObject *exception
        = text != NULL ? PyObject_CallFunction(type, "iO", code, text) : NULL;
    if (exception != NULL
        && (set_text(exception, "library", library) < 0
            || set_text(exception, "reason", reason) < 0
            || (detail != NULL && PyObject_SetAttrString(exception, "detail", detail) < 0)))
        Py_CLEAR(exception);
    Py_XDECREF(text);
    Py_XDECREF(detail);
    return exception;
}

static PyObject *raise(PyObject *type, PyObject *exception)
{
    if (exception != NULL) {
        PyErr_SetObject(type, exception);
        Py_DECREF(exception);
    }
    return NULL;
}

PyObject *raise_text_at(module_state *state, PyObject *type, int code, const char *text, int line)
{
    (void)state;
    PyObject *full = PyUnicode_FromFormat("%s (_ssl.c:%d)", text, line);
    return raise(type, make(type, code, full, NULL, NULL, NULL));
}

/* "NO_SHARED_CIPHER" to "no shared cipher". */
static void spell_out(char *out, size_t cap, const char *reason)
{
    size_t i = 0;
    for (; reason[i] != '\0' && i + 1 < cap; i++)
        out[i] = reason[i] == '_' ? ' ' : (char)tolower((unsigned char)reason[i]);
    out[i] = '\0';
}

static PyObject *raise_with_reason(PyObject *type, int code, const char *library,
                                   const char *reason, const char *words, PyObject *detail,
                                   int line)
{
    PyObject *text
        = PyUnicode_FromFormat("[%s: %s] %s (_ssl.c:%d)", library, reason, words, line);
    return raise(type, make(type, code, text, library, reason, detail));
}

PyObject *raise_reason_at(module_state *state, const char *library, const char *reason, int line)
{
    char words[80];
    spell_out(words, sizeof words, reason);
    return raise_with_reason(state->ssl_error, SSL_ERROR_SSL, library, reason, words, NULL, line);
}

PyObject *raise_pem_lib_at(module_state *state, const char *library, int line)
{
    const int pem_lib = 0x80009; /* OpenSSL's ERR_R_PEM_LIB */
    PyObject *text = PyUnicode_FromFormat("[%s] PEM lib (_ssl.c:%d)", library, line);
    return raise(state->ssl_error, make(state->ssl_error, pem_lib, text, library, NULL,
                                        message_of(rssl_last_error())));
}

PyObject *raise_verification_at(module_state *state, const rssl_error *e, const char *name,
                                int line)
{
    int32_t verify = rssl_error_verify(e);
    PyObject *why;
    if (verify == RSSL_V_HOSTNAME && name != NULL)
        why = PyUnicode_FromFormat("Hostname mismatch, certificate is not valid for '%s'.", name);
    else if (verify == RSSL_V_IP_ADDRESS && name != NULL)
        why = PyUnicode_FromFormat("IP address mismatch, certificate is not valid for '%s'.", name);
    else
        why = PyUnicode_FromString(rssl_verify_string(verify));
    if (why == NULL)
        return NULL;
    const char *reason = "CERTIFICATE_VERIFY_FAILED";
    PyObject *text = PyUnicode_FromFormat(
        "[SSL: %s] certificate verify failed: %U (_ssl.c:%d)", reason, why, line);
    PyObject *exception = make(state->verification_error, SSL_ERROR_SSL, text, "SSL", reason,
                               message_of(e));
    if (exception != NULL) {
        PyObject *code = PyLong_FromLong(verify);
        if (code == NULL || PyObject_SetAttrString(exception, "verify_code", code) < 0
            || PyObject_SetAttrString(exception, "verify_message", why) < 0)
            Py_CLEAR(exception);
        Py_XDECREF(code);
    }
    Py_DECREF(why);
    return raise(state->verification_error, exception);
}

static PyObject *raise_errno(int number, PyObject *where)
{
    errno = number;
    if (where != NULL)
        return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, where);
    return PyErr_SetFromErrno(PyExc_OSError);
}

PyObject *raise_rssl_at(module_state *state, ptrdiff_t rc, PyObject *where, int line)
{
    const rssl_error *e = rssl_last_error();
    switch (rc) {
    case RSSL_WANT_READ:
        return raise_text_at(state, state->want_read_error, SSL_ERROR_WANT_READ,
                             "The operation did not complete (read)", line);
    case RSSL_WANT_WRITE:
        return raise_text_at(state, state->want_write_error, SSL_ERROR_WANT_WRITE,
                             "The operation did not complete (write)", line);
    case RSSL_WANT_CONSUME:
        return raise_reason_at(state, "SSL", "APPLICATION_DATA_AFTER_CLOSE_NOTIFY", line);
    case RSSL_ERR_EOF:
        return raise_with_reason(state->eof_error, SSL_ERROR_EOF, "SSL",
                                 "UNEXPECTED_EOF_WHILE_READING",
                                 "EOF occurred in violation of protocol", NULL, line);
    case RSSL_ERR_IO:
    case RSSL_ERR_FILE:
        if (rssl_error_errno(e) != 0)
            return raise_errno(rssl_error_errno(e), where);
        return raise_text_at(state, state->syscall_error, SSL_ERROR_SYSCALL,
                             rssl_error_message(e), line);
    case RSSL_ERR_VERIFY:
        return raise_verification_at(state, e, NULL, line);
    case RSSL_ERR_ARGUMENT:
        PyErr_SetString(PyExc_ValueError, rssl_error_message(e));
        return NULL;
    default: {
        char words[80];
        const char *reason = rssl_error_reason(e);
        if (*reason == '\0')
            reason = "INTERNAL_ERROR";
        spell_out(words, sizeof words, reason);
        const char *library = rc == RSSL_ERR_MISMATCH ? "X509" : "SSL";
        return raise_with_reason(state->ssl_error, SSL_ERROR_SSL, library, reason, words,
                                 message_of(e), line);
    }
    }
}
