/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * RAND_*: the operating system's generator, which needs no seed.
 */
#include "module.h"

static PyObject *random_bytes(PyObject *arg)
{
    long n = PyLong_AsLong(arg);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "num must be positive");
        return NULL;
    }
    PyObject *os = PyImport_ImportModule("os");
    if (os == NULL)
        return NULL;
    PyObject *bytes = PyObject_CallMethod(os, "urandom", "l", n);
    Py_DECREF(os);
    return bytes;
}

static PyObject *rand_bytes(PyObject *module, PyObject *arg)
{
    (void)module;
    return random_bytes(arg);
}

static PyObject *rand_pseudo_bytes(PyObject *module, PyObject *arg)
{
    (void)module;
    if (PyErr_WarnEx(PyExc_DeprecationWarning, "ssl.RAND_pseudo_bytes() is deprecated", 1) < 0)
        return NULL;
    PyObject *bytes = random_bytes(arg);
    return bytes != NULL ? Py_BuildValue("(NO)", bytes, Py_True) : NULL;
}

static PyObject *rand_add(PyObject *module, PyObject *args)
{
    Py_buffer view;
    double entropy;
    (void)module;
    if (!PyArg_ParseTuple(args, "s*d:RAND_add", &view, &entropy))
        return NULL;
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static PyObject *rand_status(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    Py_RETURN_TRUE;
}

PyMethodDef random_functions[] = {
    {"RAND_bytes", rand_bytes, METH_O, "RAND_bytes(n): n bytes of the system's generator."},
    {"RAND_pseudo_bytes", rand_pseudo_bytes, METH_O, "RAND_pseudo_bytes(n): deprecated."},
    {"RAND_add", rand_add, METH_VARARGS,
     "RAND_add(string, entropy): accepted and ignored, the generator is the system's."},
    {"RAND_status", rand_status, METH_NOARGS, "RAND_status(): True."},
    {NULL, NULL, 0, NULL},
};
