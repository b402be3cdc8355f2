/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * SSLSession. Its id, time and timeout are this binding's own: the engine shows none.
 */
#include "module.h"

#include <time.h>

enum { LIFETIME = 7200 };

/* Takes the reference to session, which may be NULL, over. id NULL: a new one. */
static PyObject *session_new(context_object *context, rssl_session *session, PyObject *id)
{
    PyTypeObject *type = context->state->session_type;
    allocfunc alloc = PyType_GetSlot(type, Py_tp_alloc);
    session_object *self = (session_object *)alloc(type, 0);
    if (self == NULL) {
        rssl_session_free(session);
        return NULL;
    }
    self->state = context->state;
    self->session = session;
    self->time = (int64_t)time(NULL);
    REPLACE(self->context, context);
    if (id != NULL) {
        REPLACE(self->id, id);
    } else {
        PyObject *os = PyImport_ImportModule("os");
        self->id = os != NULL ? PyObject_CallMethod(os, "urandom", "i", 32) : NULL;
        Py_XDECREF(os);
        if (self->id == NULL)
            Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static int session_traverse(session_object *self, visitproc visit, void *arg)
{
#if PY_VERSION_HEX >= 0x03090000
    Py_VISIT(Py_TYPE((PyObject *)self));
#endif
    Py_VISIT((PyObject *)self->context);
    return 0;
}

static int session_clear(session_object *self)
{
    Py_CLEAR(self->context);
    return 0;
}

static void session_dealloc(session_object *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    PyObject_GC_UnTrack(self);
    session_clear(self);
    Py_CLEAR(self->id);
    rssl_session_free(self->session);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

/* A connection that resumed a session continues it, under the same id. */
PyObject *socket_get_session(socket_object *self, void *unused)
{
    (void)unused;
    if (!rssl_sock_is_connected(self->sock))
        Py_RETURN_NONE;
    rssl_session *newest = rssl_sock_session_new(self->sock);
    if (newest == NULL && self->session != NULL) {
        PyObject *known = (PyObject *)self->session;
        Py_INCREF(known);
        return known;
    }
    bool same = self->session != NULL && (self->issued || rssl_sock_resumed(self->sock));
    PyObject *session = session_new(self->context, newest, same ? self->session->id : NULL);
    if (session != NULL) {
        REPLACE(self->session, session);
        self->issued = true;
    }
    return session;
}

int socket_set_session(socket_object *self, PyObject *value, void *unused)
{
    (void)unused;
    if (value == NULL || !PyObject_TypeCheck(value, self->state->session_type)) {
        PyErr_SetString(PyExc_TypeError, "Value is not a SSLSession.");
        return -1;
    }
    session_object *session = (session_object *)value;
    const char *wrong = NULL;
    if (session->context != self->context)
        wrong = "Session refers to a different SSLContext.";
    else if (self->server_side)
        wrong = "Cannot set session for server-side SSLSocket.";
    else if (rssl_sock_is_connected(self->sock))
        wrong = "Cannot set session after handshake.";
    if (wrong != NULL) {
        PyErr_SetString(PyExc_ValueError, wrong);
        return -1;
    }
    /* One that is used up, or was got from a server of another name, costs a full handshake. */
    if (session->session != NULL)
        (void)rssl_sock_set_session(self->sock, session->session);
    REPLACE(self->session, session);
    self->issued = false;
    return 0;
}

static PyObject *get_id(session_object *self, void *unused)
{
    (void)unused;
    Py_INCREF(self->id);
    return self->id;
}

static PyObject *get_time(session_object *self, void *unused)
{
    (void)unused;
    return PyLong_FromLongLong(self->time);
}

static PyObject *get_lifetime(session_object *self, void *unused)
{
    (void)self;
    (void)unused;
    return PyLong_FromLong(LIFETIME);
}

static PyObject *get_has_ticket(session_object *self, void *unused)
{
    (void)unused;
    return PyBool_FromLong(self->session != NULL);
}

static PyObject *session_compare(PyObject *a, PyObject *b, int op)
{
    if (Py_TYPE(a) != Py_TYPE(b) || (op != Py_EQ && op != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    return PyObject_RichCompare(((session_object *)a)->id, ((session_object *)b)->id, op);
}

static Py_hash_t session_hash(session_object *self)
{
    return PyObject_Hash(self->id);
}

static PyGetSetDef session_getset[] = {
    {"id", (getter)get_id, NULL, "Names the session.", NULL},
    {"time", (getter)get_time, NULL, "When it was made, in seconds since 1970.", NULL},
    {"timeout", (getter)get_lifetime, NULL, "How many seconds it is good for.", NULL},
    {"ticket_lifetime_hint", (getter)get_lifetime, NULL, "The same.", NULL},
    {"has_ticket", (getter)get_has_ticket, NULL, "Whether it can be resumed.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot session_slots[] = {
    {Py_tp_dealloc, session_dealloc},
    {Py_tp_traverse, session_traverse},
    {Py_tp_clear, session_clear},
    {Py_tp_hash, session_hash},
    {Py_tp_richcompare, session_compare},
    {Py_tp_getset, session_getset},
    {0, NULL},
};

PyType_Spec session_spec = {
    .name = "rssl._ssl.SSLSession",
    .basicsize = sizeof(session_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE
             | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = session_slots,
};
