/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * MemoryBIO: a queue of bytes between a program and an SSLObject.
 */
#include "module.h"

#include <stdlib.h>
#include <string.h>

/* Adds len bytes. Called with the lock held; false: out of memory, nothing was added. */
static bool append(bio_object *self, const void *data, size_t len)
{
    if (self->start == self->end)
        self->start = self->end = 0;
    if (len > self->capacity - self->end) {
        size_t held = self->end - self->start;
        if (self->start >= held && len <= self->capacity - held) {
            memcpy(self->data, self->data + self->start, held);
        } else {
            size_t capacity = held + len < 2 * self->capacity ? 2 * self->capacity : held + len;
            char *grown = malloc(capacity);
            if (grown == NULL)
                return false;
            if (held > 0)
                memcpy(grown, self->data + self->start, held);
            free(self->data);
            self->data = grown;
            self->capacity = capacity;
        }
        self->start = 0;
        self->end = held;
    }
    memcpy(self->data + self->end, data, len);
    self->end += len;
    return true;
}

ptrdiff_t bio_transport_read(void *user, void *buf, size_t len)
{
    bio_object *self = ((socket_object *)user)->incoming;
    pthread_mutex_lock(&self->lock);
    size_t held = self->end - self->start;
    ptrdiff_t n = held > 0 || self->eof ? (ptrdiff_t)(len < held ? len : held) : RSSL_WANT_READ;
    if (n > 0) {
        memcpy(buf, self->data + self->start, (size_t)n);
        self->start += (size_t)n;
    }
    pthread_mutex_unlock(&self->lock);
    return n;
}

ptrdiff_t bio_transport_write(void *user, const void *buf, size_t len)
{
    bio_object *self = ((socket_object *)user)->outgoing;
    pthread_mutex_lock(&self->lock);
    bool added = append(self, buf, len);
    pthread_mutex_unlock(&self->lock);
    return added ? (ptrdiff_t)len : RSSL_WANT_WRITE;
}

static PyObject *bio_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (!PyArg_ParseTuple(args, ":MemoryBIO"))
        return NULL;
    if (kwargs != NULL && PyDict_Size(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError, "MemoryBIO() takes no keyword arguments");
        return NULL;
    }
    module_state *state = state_of_type(type);
    if (state == NULL)
        return NULL;
    allocfunc alloc = PyType_GetSlot(type, Py_tp_alloc);
    bio_object *self = (bio_object *)alloc(type, 0);
    if (self != NULL) {
        self->state = state;
        pthread_mutex_init(&self->lock, NULL);
    }
    return (PyObject *)self;
}

static void bio_dealloc(bio_object *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    free(self->data);
    pthread_mutex_destroy(&self->lock);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyObject *bio_read(bio_object *self, PyObject *args)
{
    Py_ssize_t size = -1;
    if (!PyArg_ParseTuple(args, "|n:read", &size))
        return NULL;
    pthread_mutex_lock(&self->lock);
    size_t n = self->end - self->start;
    if (size >= 0 && (size_t)size < n)
        n = (size_t)size;
    PyObject *bytes = PyBytes_FromStringAndSize(n > 0 ? self->data + self->start : NULL,
                                                (Py_ssize_t)n);
    if (bytes != NULL)
        self->start += n;
    pthread_mutex_unlock(&self->lock);
    return bytes;
}

static PyObject *bio_write(bio_object *self, PyObject *arg)
{
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *result = NULL;
    pthread_mutex_lock(&self->lock);
    bool eof = self->eof;
    bool added = !eof && append(self, view.buf, (size_t)view.len);
    pthread_mutex_unlock(&self->lock);
    if (eof)
        PyErr_SetString(self->state->ssl_error, "cannot write() after write_eof()");
    else if (!added)
        PyErr_NoMemory();
    else
        result = PyLong_FromSsize_t(view.len);
    PyBuffer_Release(&view);
    return result;
}

static PyObject *bio_write_eof(bio_object *self, PyObject *unused)
{
    (void)unused;
    pthread_mutex_lock(&self->lock);
    self->eof = true;
    pthread_mutex_unlock(&self->lock);
    Py_RETURN_NONE;
}

static size_t held(bio_object *self)
{
    pthread_mutex_lock(&self->lock);
    size_t n = self->end - self->start;
    pthread_mutex_unlock(&self->lock);
    return n;
}

static PyObject *bio_pending(bio_object *self, void *unused)
{
    (void)unused;
    return PyLong_FromSize_t(held(self));
}

static PyObject *bio_eof(bio_object *self, void *unused)
{
    (void)unused;
    return PyBool_FromLong(self->eof && held(self) == 0);
}

static PyMethodDef bio_methods[] = {
    {"read", (PyCFunction)bio_read, METH_VARARGS, "Read up to size bytes, all if negative."},
    {"write", (PyCFunction)bio_write, METH_O, "Add the bytes b and return their number."},
    {"write_eof", (PyCFunction)bio_write_eof, METH_NOARGS, "Say that no more bytes come."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef bio_getset[] = {
    {"pending", (getter)bio_pending, NULL, "The number of bytes held.", NULL},
    {"eof", (getter)bio_eof, NULL, "Whether all was read and no more comes.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot bio_slots[] = {
    {Py_tp_new, bio_new},
    {Py_tp_dealloc, bio_dealloc},
    {Py_tp_methods, bio_methods},
    {Py_tp_getset, bio_getset},
    {0, NULL},
};

PyType_Spec bio_spec = {
    .name = "rssl._ssl.MemoryBIO",
    .basicsize = sizeof(bio_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = bio_slots,
};
