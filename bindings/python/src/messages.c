/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * _msg_callback: a transport that shows a debugging program the records that pass, and the messages
 * of those that are not encrypted. It is used by the connections of contexts with a callback alone.
 */
#include "module.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "constants.h"

enum {
    HEADER_LEN = 5,
    CHANGE_CIPHER_SPEC = 20,
    ALERT = 21,
    HANDSHAKE = 22,
    HEADER = 0x100,                     /* CPython's content type of a record's header */
    CHANGE_CIPHER_SPEC_MESSAGE = 0x101, /* and its message type of what has none */
};

/* One direction of the stream, up to the end of a whole record. */
typedef struct {
    const char *name;
    unsigned char *data;
    size_t len;
    bool encrypted;
} direction;

struct observer {
    int fd; /* -1: the MemoryBIOs */
    direction reading, writing;
};

/* Calls the program. What it raises is kept for the end of the call that is going on. */
static void report(socket_object *self, const direction *d, int version, int content, int message,
                   const unsigned char *data, size_t len)
{
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *callback = self->context->msg_callback;
    if (callback != NULL && self->error[0] == NULL) {
        Py_INCREF(callback);
        PyObject *owner = socket_owner(self);
        PyObject *result = owner != NULL
            ? PyObject_CallFunction(callback, "Osiiiy#", owner, d->name, version, content, message,
                                    (const char *)data, (Py_ssize_t)len)
            : NULL;
        if (result == NULL)
            PyErr_Fetch(&self->error[0], &self->error[1], &self->error[2]);
        Py_XDECREF(result);
        Py_XDECREF(owner);
        Py_DECREF(callback);
    }
    PyGILState_Release(gil);
}

static void report_handshake(socket_object *self, const direction *d, const unsigned char *body,
                             size_t len)
{
    while (len >= 4) {
        size_t n = 4 + ((size_t)body[1] << 16 | (size_t)body[2] << 8 | body[3]);
        if (n > len)
            return; /* goes on in the next record */
        report(self, d, RSSL_TLS1_2, HANDSHAKE, body[0], body, n);
        body += n;
        len -= n;
    }
}

static void report_record(socket_object *self, direction *d, const unsigned char *record, size_t len)
{
    int type = record[0], version = record[1] << 8 | record[2];
    const unsigned char *body = record + HEADER_LEN;
    len -= HEADER_LEN;
    report(self, d, version, HEADER, type, record, HEADER_LEN);
    if (d->encrypted)
        return;
    if (type == CHANGE_CIPHER_SPEC) {
        report(self, d, RSSL_TLS1_2, type, CHANGE_CIPHER_SPEC_MESSAGE, body, len);
        d->encrypted = true;
    } else if (type == ALERT && len == 2) {
        report(self, d, RSSL_TLS1_2, type, body[1], body, len);
    } else if (type == HANDSHAKE) {
        report_handshake(self, d, body, len);
    }
}

static void observe(socket_object *self, direction *d, const void *data, size_t len)
{
    unsigned char *grown = realloc(d->data, d->len + len);
    if (grown == NULL)
        return;
    d->data = grown;
    memcpy(d->data + d->len, data, len);
    d->len += len;
    size_t at = 0;
    while (d->len - at >= HEADER_LEN) {
        size_t n = HEADER_LEN + ((size_t)d->data[at + 3] << 8 | d->data[at + 4]);
        if (n > d->len - at)
            break;
        report_record(self, d, d->data + at, n);
        at += n;
    }
    memmove(d->data, d->data + at, d->len - at);
    d->len -= at;
}

static ptrdiff_t failure(ptrdiff_t want)
{
    return errno == EAGAIN || errno == EWOULDBLOCK ? want : RSSL_IO_ERROR(errno);
}

ptrdiff_t observed_read(void *user, void *buf, size_t len)
{
    socket_object *self = user;
    struct observer *o = self->observer;
    ptrdiff_t n = o->fd < 0 ? bio_transport_read(self, buf, len) : recv(o->fd, buf, len, 0);
    if (o->fd >= 0 && n < 0)
        n = failure(RSSL_WANT_READ);
    if (n > 0)
        observe(self, &o->reading, buf, (size_t)n);
    return n;
}

ptrdiff_t observed_write(void *user, const void *buf, size_t len)
{
    socket_object *self = user;
    struct observer *o = self->observer;
    ptrdiff_t n = o->fd < 0 ? bio_transport_write(self, buf, len)
                            : send(o->fd, buf, len, MSG_NOSIGNAL);
    if (o->fd >= 0 && n < 0)
        n = failure(RSSL_WANT_WRITE);
    if (n > 0)
        observe(self, &o->writing, buf, (size_t)n);
    return n;
}

struct observer *observer_new(int fd)
{
    struct observer *o = calloc(1, sizeof *o);
    if (o == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    o->fd = fd;
    o->reading.name = "read";
    o->writing.name = "write";
    return o;
}

void observer_free(struct observer *o)
{
    if (o == NULL)
        return;
    free(o->reading.data);
    free(o->writing.data);
    free(o);
}
