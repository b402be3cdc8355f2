/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * How long a call may take: the Python socket's timeout, as one deadline for all of its waits.
 */
#include "module.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "constants.h"

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The descriptor: -1 with an exception set when there is none any more. A closed one must not be
 * used, for its number can be another file's by now. */
static int descriptor(module_state *state, PyObject *socket)
{
    PyObject *fileno = PyObject_CallMethodObjArgs(socket, state->str_fileno, NULL);
    if (fileno == NULL)
        return -1;
    long fd = PyLong_AsLong(fileno);
    Py_DECREF(fileno);
    if (fd < 0 && !PyErr_Occurred())
        PyErr_SetString(state->ssl_error, "Underlying socket has been closed.");
    return (int)fd;
}

int io_begin(io_call *call, socket_object *self, const char *what)
{
    call->self = self;
    call->what = what;
    call->rule = WAIT_UNKNOWN;
    call->socket = NULL;
    self->asks_program = self->context->sni_callback != NULL;
    if (self->socket == NULL) {
        call->rule = WAIT_NEVER;
        return 0;
    }
    PyObject *socket = referent(self->socket);
    if (socket == Py_None) {
        Py_CLEAR(socket);
        raise_text(self->state, SSL_ERROR_NO_SOCKET, "Underlying socket connection gone");
    }
    if (socket == NULL || descriptor(self->state, socket) < 0) {
        Py_XDECREF(socket);
        return -1;
    }
    call->socket = socket;
    return 0;
}

void io_end(io_call *call)
{
    Py_CLEAR(call->socket);
}

static int find_rule(io_call *call)
{
    PyObject *timeout
        = PyObject_CallMethodObjArgs(call->socket, call->self->state->str_gettimeout, NULL);
    if (timeout == NULL)
        return -1;
    /* A descriptor that blocks says "not now" only when SO_RCVTIMEO or its like ran out. */
    call->rule = WAIT_NEVER;
    if (timeout != Py_None) {
        double seconds = PyFloat_AsDouble(timeout);
        if (seconds > 0) {
            call->rule = WAIT_UNTIL;
            call->end_ns = seconds > 9e9 ? INT64_MAX : now_ns() + (int64_t)(seconds * 1e9);
        }
    }
    Py_DECREF(timeout);
    return PyErr_Occurred() ? -1 : 0;
}

static int timed_out(io_call *call, int line)
{
    PyObject *error = call->self->state->timeout_error;
    if (*call->what == 'h')
        PyErr_Format(error, "_ssl.c:%d: The %s operation timed out", line, call->what);
    else
        PyErr_Format(error, "The %s operation timed out", call->what);
    return -1;
}

static int wait_ready(io_call *call, short events, int line)
{
    int fd = descriptor(call->self->state, call->socket);
    if (fd < 0)
        return -1;
    for (;;) {
        int64_t left = call->end_ns - now_ns();
        if (left <= 0)
            return timed_out(call, line);
        int64_t ms = left / 1000000 + 1;
        struct pollfd p = {.fd = fd, .events = events};
        int n, error;
        Py_BEGIN_ALLOW_THREADS
        n = poll(&p, 1, ms > INT32_MAX ? INT32_MAX : (int)ms);
        error = errno;
        Py_END_ALLOW_THREADS
        if (n > 0)
            return 0;
        if (n == 0)
            continue;
        if (error != EINTR) {
            errno = error;
            PyErr_SetFromErrno(PyExc_OSError);
            return -1;
        }
        if (PyErr_CheckSignals() < 0)
            return -1;
    }
}

int io_step(io_call *call, ptrdiff_t rc, int line)
{
    socket_object *self = call->self;
    if (self->error[0] != NULL) {
        PyErr_Restore(self->error[0], self->error[1], self->error[2]);
        self->error[0] = self->error[1] = self->error[2] = NULL;
        return -1;
    }
    if (rc == RSSL_ERR_INTERRUPTED)
        return PyErr_CheckSignals();
    if (rc == RSSL_WANT_READ || rc == RSSL_WANT_WRITE) {
        if (call->rule == WAIT_UNKNOWN && find_rule(call) < 0)
            return -1;
        if (call->rule == WAIT_UNTIL)
            return wait_ready(call, rc == RSSL_WANT_READ ? POLLIN : POLLOUT, line);
    }
    if (rc == RSSL_ERR_VERIFY && self->server_hostname != NULL) {
        PyObject *name = PyUnicode_AsUTF8String(self->server_hostname);
        if (name != NULL)
            raise_verification_at(self->state, rssl_last_error(), PyBytes_AsString(name), line);
        Py_XDECREF(name);
    } else {
        raise_rssl_at(self->state, rc, NULL, line);
    }
    return -1;
}
