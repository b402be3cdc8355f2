/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * set_session_store: an object of the program's keeps a server's sessions.
 */
#include "module.h"

#include <stdlib.h>
#include <string.h>

/* The store's functions are called without the GIL, on the threads of handshakes. The user of each
 * is the program's object. What it raises has nobody to go to, and costs a full handshake. */
static rssl_result put(void *user, const void *id, size_t id_len, const void *session,
                       size_t session_len, uint32_t lifetime)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *result = PyObject_CallMethod(user, "put", "y#y#I", id, (Py_ssize_t)id_len, session,
                                           (Py_ssize_t)session_len, (unsigned)lifetime);
    if (result == NULL)
        PyErr_WriteUnraisable(user);
    rssl_result rc = result != NULL ? RSSL_OK : RSSL_ERR_CALLBACK;
    Py_XDECREF(result);
    PyGILState_Release(gil);
    return rc;
}

static ptrdiff_t copy_session(PyObject *session, void *buf, size_t cap)
{
    Py_buffer view;
    if (session == Py_None)
        return 0;
    if (PyObject_GetBuffer(session, &view, PyBUF_SIMPLE) < 0)
        return -1;
    ptrdiff_t n = (size_t)view.len <= cap ? view.len : 0;
    memcpy(buf, view.buf, (size_t)n);
    PyBuffer_Release(&view);
    return n;
}

static ptrdiff_t get(void *user, const void *id, size_t id_len, bool remove, void *buf, size_t cap)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *session = PyObject_CallMethod(user, remove ? "remove" : "get", "y#", id,
                                            (Py_ssize_t)id_len);
    ptrdiff_t n = session != NULL ? copy_session(session, buf, cap) : -1;
    if (n < 0) {
        PyErr_WriteUnraisable(user);
        n = RSSL_ERR_CALLBACK;
    }
    Py_XDECREF(session);
    PyGILState_Release(gil);
    return n;
}

static void drop(void *user)
{
    if (!Py_IsInitialized())
        return;
    PyGILState_STATE gil = PyGILState_Ensure();
    Py_DECREF((PyObject *)user);
    PyGILState_Release(gil);
}

static int check_methods(PyObject *store)
{
    const char *const names[] = {"put", "get", "remove"};
    for (int i = 0; i < 3; i++) {
        PyObject *method = PyObject_GetAttrString(store, names[i]);
        bool callable = method != NULL && PyCallable_Check(method);
        Py_XDECREF(method);
        if (callable)
            continue;
        PyErr_Format(PyExc_TypeError, "a session store needs a method %s", names[i]);
        return -1;
    }
    return 0;
}

PyObject *context_set_session_store(context_object *self, PyObject *store)
{
    const rssl_session_store functions
        = {.size = sizeof functions, .user = store, .put = put, .get = get, .drop = drop};
    bool none = store == Py_None;
    if (!none && check_methods(store) < 0)
        return NULL;
    /* The end of the one before may call back here: it waits until this is done. */
    PyObject *before = self->session_store;
    Py_XINCREF(before);
    Py_INCREF(store);
    rssl_result rc = rssl_ctx_set_session_store(self->ctx, none ? NULL : &functions);
    if (rc == RSSL_OK)
        self->session_store = none ? NULL : store;
    if (rc != RSSL_OK || none)
        Py_DECREF(store);
    Py_XDECREF(before);
    if (rc == RSSL_OK)
        Py_RETURN_NONE;
    return raise_rssl(self->state, rc);
}
