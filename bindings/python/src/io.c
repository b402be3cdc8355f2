/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Handshake, read, write and shutdown of a connection.
 */
#include "module.h"

#include <stdlib.h>
#include <string.h>

#include "constants.h"

enum { RECORD_MAX = 16384, BULK_MAX = 4 * RECORD_MAX };

/* One reader and one writer may be inside librssl; before the handshake is done, and to shut both
 * directions down, one thread. The mutexes tell the thread that holds them: a callback that comes
 * back into its own connection goes on to librssl, which refuses it. */
typedef struct {
    bool reading, writing;
} held;

static held hold(socket_object *self, bool reading, bool writing)
{
    held h = {false, false};
    if (!rssl_sock_is_connected(self->sock))
        reading = writing = true;
    if (reading)
        h.reading = pthread_mutex_lock(&self->reading) == 0;
    if (writing)
        h.writing = pthread_mutex_lock(&self->writing) == 0;
    return h;
}

static void let_go(socket_object *self, held h)
{
    if (h.writing)
        pthread_mutex_unlock(&self->writing);
    if (h.reading)
        pthread_mutex_unlock(&self->reading);
}

/* What a context counts, and which root it shows, once for each handshake done. */
static void count_handshake(socket_object *self)
{
    if (self->counted || !rssl_sock_is_connected(self->sock))
        return;
    self->counted = true;
    context_object *context = self->context;
    if (self->server_side) {
        context->accepts_good++;
        context->hits += rssl_sock_resumed(self->sock);
    } else {
        context->connects_good++;
    }
    if (context->n_lazy_roots == 0)
        return;
    rssl_cert *root = NULL, *next;
    for (size_t i = 0; (next = rssl_sock_verified_cert_new(self->sock, i)) != NULL; i++) {
        rssl_cert_free(root);
        root = next;
    }
    if (root != NULL)
        show_root(context, root);
    rssl_cert_free(root);
}

PyObject *socket_do_handshake(socket_object *self, PyObject *unused)
{
    io_call call;
    (void)unused;
    if (io_begin(&call, self, "handshake") < 0)
        return NULL;
    for (;;) {
        rssl_result rc;
        Py_BEGIN_ALLOW_THREADS
        held h = hold(self, true, true);
        rc = rssl_handshake(self->sock);
        let_go(self, h);
        Py_END_ALLOW_THREADS
        if (rc == RSSL_OK && self->error[0] == NULL)
            break;
        if (io_step(&call, rc, __LINE__) < 0) {
            io_end(&call);
            return NULL;
        }
    }
    io_end(&call);
    count_handshake(self);
    Py_RETURN_NONE;
}

/* Reads 1 to len bytes into buf. 0: the peer said close_notify. -1: an exception is set. */
static Py_ssize_t read_some(socket_object *self, void *buf, size_t len)
{
    io_call call;
    ptrdiff_t n;
    if (io_begin(&call, self, "read") < 0)
        return -1;
    self->has_read = true;
    for (;;) {
        Py_BEGIN_ALLOW_THREADS
        held h = hold(self, true, false);
        n = rssl_read(self->sock, buf, len);
        let_go(self, h);
        Py_END_ALLOW_THREADS
        if (n == RSSL_ERR_EOF && (self->context->options & OP_IGNORE_UNEXPECTED_EOF))
            n = 0;
        if (n == 0 && self->said_close) {
            raise_text_at(self->state, self->state->zero_return_error, SSL_ERROR_ZERO_RETURN,
                          "TLS/SSL connection has been closed (EOF)", __LINE__);
            n = -1;
            break;
        }
        if (n >= 0 && self->error[0] == NULL)
            break;
        if (io_step(&call, n, __LINE__) < 0) {
            n = -1;
            break;
        }
    }
    io_end(&call);
    count_handshake(self);
    return n;
}

/* Takes up to len bytes of what an earlier read left. */
static size_t take_left(socket_object *self, void *buf, size_t len)
{
    size_t n = self->n_left < len ? self->n_left : len;
    memcpy(buf, self->left + self->at_left, n);
    self->at_left += n;
    self->n_left -= n;
    if (self->n_left == 0) {
        free(self->left);
        self->left = NULL;
    }
    return n;
}

static int keep_left(socket_object *self, const char *data, size_t len)
{
    char *left = malloc(self->n_left + len);
    if (left == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (self->n_left > 0)
        memcpy(left, self->left + self->at_left, self->n_left);
    memcpy(left + self->n_left, data, len);
    free(self->left);
    self->left = left;
    self->at_left = 0;
    self->n_left += len;
    return 0;
}

static PyObject *bytes_of_left(socket_object *self, size_t len)
{
    size_t n = len < self->n_left ? len : self->n_left;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)n);
    if (bytes != NULL && n > 0)
        take_left(self, PyBytes_AsString(bytes), n);
    return bytes;
}

/* A long read in a stream of full records goes into an object that is made for as many as the read
 * before brought, or for one more if it was filled, and need not be copied. */
static PyObject *read_bulk(socket_object *self, size_t len)
{
    size_t size = len < self->bulk ? len : self->bulk;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (bytes == NULL)
        return NULL;
    Py_ssize_t n = read_some(self, PyBytes_AsString(bytes), size);
    if (n == (Py_ssize_t)size) {
        self->bulk = size < BULK_MAX ? size / RECORD_MAX * RECORD_MAX + RECORD_MAX : BULK_MAX;
        return bytes;
    }
    self->bulk = n >= 0 ? (size_t)n / RECORD_MAX * RECORD_MAX : 0;
    PyObject *shorter = n >= 0 ? PyBytes_FromStringAndSize(PyBytes_AsString(bytes), n) : NULL;
    Py_DECREF(bytes);
    return shorter;
}

/* A read takes a whole record and leaves what it has no room for to the next ones, which then need
 * neither librssl nor to let the GIL go. The copy costs less than an object of the size asked for,
 * which would have to be cut. */
static PyObject *read_bytes(socket_object *self, Py_ssize_t len)
{
    char record[RECORD_MAX];
    if (len < 0) {
        PyErr_SetString(PyExc_ValueError, "size should not be negative");
        return NULL;
    }
    if (len == 0 || self->n_left > 0)
        return bytes_of_left(self, (size_t)len);
    if (self->bulk > 0 && len >= RECORD_MAX)
        return read_bulk(self, (size_t)len);
    Py_ssize_t n = read_some(self, record, sizeof record);
    self->bulk = n == RECORD_MAX ? RECORD_MAX : 0;
    if (n > len) {
        if (keep_left(self, record + len, (size_t)(n - len)) < 0)
            return NULL;
        n = len;
    }
    return n >= 0 ? PyBytes_FromStringAndSize(record, n) : NULL;
}

static Py_ssize_t read_view(socket_object *self, char *buf, size_t len)
{
    char record[RECORD_MAX];
    if (self->n_left > 0)
        return (Py_ssize_t)take_left(self, buf, len);
    if (len >= sizeof record)
        return read_some(self, buf, len);
    Py_ssize_t n = read_some(self, record, sizeof record);
    if (n > (Py_ssize_t)len) {
        if (keep_left(self, record + len, (size_t)n - len) < 0)
            return -1;
        n = (Py_ssize_t)len;
    }
    if (n > 0)
        memcpy(buf, record, (size_t)n);
    return n;
}

static PyObject *read_into(socket_object *self, Py_ssize_t len, PyObject *target)
{
    Py_buffer view;
    if (PyObject_GetBuffer(target, &view, PyBUF_WRITABLE) < 0) {
        PyErr_Clear();
        return PyErr_Format(PyExc_TypeError,
                            "read() argument 2 must be read-write bytes-like object");
    }
    if (len <= 0 || len > view.len)
        len = view.len;
    Py_ssize_t n = len > 0 ? read_view(self, view.buf, (size_t)len) : 0;
    PyBuffer_Release(&view);
    return n >= 0 ? PyLong_FromSsize_t(n) : NULL;
}

PyObject *socket_read(socket_object *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs < 1 || nargs > 2) {
        PyErr_SetString(PyExc_TypeError, "_ssl._SSLSocket.read requires 1 to 2 arguments");
        return NULL;
    }
    Py_ssize_t len = PyNumber_AsSsize_t(args[0], PyExc_OverflowError);
    if (len == -1 && PyErr_Occurred())
        return NULL;
    return nargs == 1 ? read_bytes(self, len) : read_into(self, len, args[1]);
}

/* Writes what is left of len bytes at data, of which *taken were taken before, and sends all. */
static ptrdiff_t write_all(socket_object *self, const char *data, size_t len, size_t *taken)
{
    while (*taken < len) {
        ptrdiff_t n = rssl_write(self->sock, data + *taken, len - *taken);
        if (n < 0)
            return n;
        *taken += (size_t)n;
    }
    return rssl_flush(self->sock);
}

/* A count is reported once nothing of its bytes waits inside, or a program that then polls for
 * reading alone would wait for ever. Until then the call asks to be repeated, and goes on where
 * it was. */
static PyObject *write_view(socket_object *self, const Py_buffer *view)
{
    size_t len = (size_t)view->len, taken = self->written;
    io_call call;
    if (len < taken)
        return raise_reason(self->state, "SSL", "BAD_LENGTH");
    if (io_begin(&call, self, "write") < 0)
        return NULL;
    self->written = 0;
    for (;;) {
        ptrdiff_t rc;
        Py_BEGIN_ALLOW_THREADS
        held h = hold(self, false, true);
        rc = write_all(self, view->buf, len, &taken);
        let_go(self, h);
        Py_END_ALLOW_THREADS
        if (rc == RSSL_OK && self->error[0] == NULL)
            break;
        if (io_step(&call, rc, __LINE__) < 0) {
            self->written = taken;
            io_end(&call);
            return NULL;
        }
    }
    io_end(&call);
    count_handshake(self);
    return PyLong_FromSize_t(len);
}

PyObject *socket_write(socket_object *self, PyObject *arg)
{
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *result = write_view(self, &view);
    PyBuffer_Release(&view);
    return result;
}

PyObject *socket_pending(socket_object *self, PyObject *unused)
{
    size_t n = self->n_left;
    (void)unused;
    /* A reader that is inside takes what there is: nothing is left for another. */
    if (n == 0 && rssl_sock_is_connected(self->sock)
        && pthread_mutex_trylock(&self->reading) == 0) {
        Py_BEGIN_ALLOW_THREADS
        n = rssl_pending(self->sock);
        Py_END_ALLOW_THREADS
        pthread_mutex_unlock(&self->reading);
    }
    return PyLong_FromSize_t(n);
}

/* Says close_notify first, beside a reader that may be waiting, and then waits for the peer's. */
static int shut_down(socket_object *self, io_call *call)
{
    if (!rssl_sock_is_connected(self->sock)) {
        raise_reason(self->state, "SSL", "SHUTDOWN_WHILE_IN_INIT");
        return -1;
    }
    self->has_read = true;
    const int32_t stages[] = {RSSL_SHUT_WR, RSSL_SHUT_RDWR};
    for (int i = 0; i < 2;) {
        rssl_result rc;
        Py_BEGIN_ALLOW_THREADS
        held h = hold(self, stages[i] == RSSL_SHUT_RDWR, true);
        rc = rssl_shutdown(self->sock, stages[i]);
        let_go(self, h);
        Py_END_ALLOW_THREADS
        call->what = rc == RSSL_WANT_READ ? "read" : "write";
        if (rc == RSSL_OK) {
            self->said_close = true;
            i++;
        } else if (io_step(call, rc, __LINE__) < 0) {
            return -1;
        }
    }
    return 0;
}

PyObject *socket_shutdown(socket_object *self, PyObject *unused)
{
    io_call call;
    (void)unused;
    if (io_begin(&call, self, "write") < 0)
        return NULL;
    PyObject *result = NULL;
    if (shut_down(self, &call) == 0) {
        result = call.socket != NULL ? call.socket : Py_None;
        Py_INCREF(result);
    }
    io_end(&call);
    return result;
}

PyObject *socket_verify_client_post_handshake(socket_object *self, PyObject *unused)
{
    (void)unused;
    const char *reason = !self->server_side ? "NOT_SERVER"
                         : rssl_sock_version(self->sock) == RSSL_TLS1_3 ? "EXTENSION_NOT_RECEIVED"
                                                                        : "WRONG_SSL_VERSION";
    return raise_reason(self->state, "SSL", reason);
}
