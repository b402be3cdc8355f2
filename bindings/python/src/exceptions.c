/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The classes: SSLError and what derives from it.
 */
#include "module.h"

/* An SSLError shows its text alone, where another OSError shows the number as well. */
static PyObject *ssl_error_str(PyObject *self)
{
    PyObject *text = PyObject_GetAttrString(self, "strerror");
    if (text == NULL)
        return NULL;
    if (PyUnicode_Check(text))
        return text;
    Py_DECREF(text);
    PyObject *args = PyObject_GetAttrString(self, "args");
    if (args == NULL)
        return NULL;
    PyObject *shown = PyObject_Str(args);
    Py_DECREF(args);
    return shown;
}

static PyType_Slot ssl_error_slots[] = {
    {Py_tp_doc, (void *)"An error occurred in the SSL implementation."},
    {Py_tp_str, ssl_error_str},
    {0, NULL},
};

static PyType_Spec ssl_error_spec = {
    .name = "rssl.SSLError",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = ssl_error_slots,
};

static PyObject *add(PyObject *module, const char *name, PyObject *type)
{
    if (type == NULL)
        return NULL;
    Py_INCREF(type);
    if (PyModule_AddObject(module, name, type) < 0) {
        Py_DECREF(type);
        Py_DECREF(type);
        return NULL;
    }
    return type;
}

static PyObject *derive(PyObject *module, const char *name, const char *doc, PyObject *bases)
{
    PyObject *full = PyUnicode_FromFormat("rssl.%s", name);
    if (full == NULL)
        return NULL;
    PyObject *utf8 = PyUnicode_AsUTF8String(full);
    Py_DECREF(full);
    if (utf8 == NULL)
        return NULL;
    PyObject *type = PyErr_NewExceptionWithDoc(PyBytes_AsString(utf8), doc, bases, NULL);
    Py_DECREF(utf8);
    return add(module, name, type);
}

int add_exceptions(PyObject *module, module_state *state)
{
    PyObject *bases = PyTuple_Pack(1, PyExc_OSError);
    if (bases == NULL)
        return -1;
    state->ssl_error = add(module, "SSLError", PyType_FromSpecWithBases(&ssl_error_spec, bases));
    Py_DECREF(bases);
    if (state->ssl_error == NULL)
        return -1;

    const struct {
        const char *name, *doc;
        PyObject **slot;
    } derived[] = {
        {"SSLZeroReturnError", "SSL/TLS session closed cleanly.", &state->zero_return_error},
        {"SSLWantReadError", "Non-blocking SSL socket needs to read more data\n"
                             "before the requested operation can be completed.",
         &state->want_read_error},
        {"SSLWantWriteError", "Non-blocking SSL socket needs to write more data\n"
                              "before the requested operation can be completed.",
         &state->want_write_error},
        {"SSLSyscallError", "System error when attempting SSL operation.", &state->syscall_error},
        {"SSLEOFError", "SSL/TLS connection terminated abruptly.", &state->eof_error},
    };
    for (size_t i = 0; i < sizeof derived / sizeof *derived; i++) {
        *derived[i].slot = derive(module, derived[i].name, derived[i].doc, state->ssl_error);
        if (*derived[i].slot == NULL)
            return -1;
    }
    bases = PyTuple_Pack(2, state->ssl_error, PyExc_ValueError);
    if (bases == NULL)
        return -1;
    state->verification_error = derive(module, "SSLCertVerificationError",
                                       "A certificate could not be verified.", bases);
    Py_DECREF(bases);
    return state->verification_error != NULL ? 0 : -1;
}
