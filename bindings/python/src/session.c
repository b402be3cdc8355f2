/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * SSLSession. Its id, time and timeout are this binding's own: the engine shows none.
 */
#include "module.h"

#include <time.h>

enum { LIFETIME = 7200 };

static void lineage_free(lineage *l)
{
    if (l == NULL || --l->references > 0)
        return;
    rssl_session_free(l->newest);
    Py_XDECREF(l->id);
    PyMem_Free(l);
}

static lineage *lineage_new(void)
{
    lineage *l = PyMem_Calloc(1, sizeof *l);
    if (l == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    l->references = 1;
    PyObject *os = PyImport_ImportModule("os");
    l->id = os != NULL ? PyObject_CallMethod(os, "urandom", "i", 32) : NULL;
    Py_XDECREF(os);
    if (l->id == NULL) {
        lineage_free(l);
        l = NULL;
    }
    return l;
}

/* Takes the reference to l over. */
static PyObject *session_new(context_object *context, lineage *l)
{
    PyTypeObject *type = context->state->session_type;
    allocfunc alloc = PyType_GetSlot(type, Py_tp_alloc);
    session_object *self = (session_object *)alloc(type, 0);
    if (self == NULL) {
        lineage_free(l);
        return NULL;
    }
    self->lineage = l;
    self->time = (int64_t)time(NULL);
    REPLACE(self->context, context);
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
    lineage_free(self->lineage);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

void renew_session(socket_object *self)
{
    rssl_session *newest = self->session != NULL ? rssl_sock_session_new(self->sock) : NULL;
    if (newest != NULL) {
        rssl_session_free(self->session->lineage->newest);
        self->session->lineage->newest = newest;
    }
}

PyObject *socket_get_session(socket_object *self, void *unused)
{
    (void)unused;
    if (!rssl_sock_is_connected(self->sock))
        Py_RETURN_NONE;
    lineage *l;
    if (self->session != NULL && (self->issued || rssl_sock_resumed(self->sock))) {
        l = self->session->lineage;
        l->references++;
    } else if ((l = lineage_new()) == NULL) {
        return NULL;
    }
    PyObject *session = session_new(self->context, l);
    if (session != NULL) {
        REPLACE(self->session, session);
        self->issued = true;
        renew_session(self);
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
    if (session->lineage->newest != NULL)
        (void)rssl_sock_set_session(self->sock, session->lineage->newest);
    REPLACE(self->session, session);
    self->issued = false;
    return 0;
}

static PyObject *get_id(session_object *self, void *unused)
{
    (void)unused;
    PyObject *id = self->lineage->id;
    Py_INCREF(id);
    return id;
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
    return PyBool_FromLong(self->lineage->newest != NULL);
}

static PyObject *session_compare(PyObject *a, PyObject *b, int op)
{
    if (Py_TYPE(a) != Py_TYPE(b) || (op != Py_EQ && op != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    return PyObject_RichCompare(((session_object *)a)->lineage->id,
                                ((session_object *)b)->lineage->id, op);
}

static Py_hash_t session_hash(session_object *self)
{
    return PyObject_Hash(self->lineage->id);
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
    NOT_FROM_PYTHON
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
