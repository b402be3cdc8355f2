/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * _SSLSocket: one connection, over a Python socket's descriptor or two MemoryBIOs.
 */
#include "module.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "constants.h"

/* How often the process has forked, itself and those that it came from. */
static unsigned forks;

static void count_fork(void)
{
    forks++;
}

static void watch_forks(void)
{
    pthread_atfork(NULL, count_fork, count_fork);
}

static int check_role(context_object *context, bool server_side)
{
    const char *wrong = NULL;
    if (server_side && context->protocol == PROTOCOL_TLS_CLIENT)
        wrong = "Cannot create a server socket with a PROTOCOL_TLS_CLIENT context";
    else if (!server_side && context->protocol == PROTOCOL_TLS_SERVER)
        wrong = "Cannot create a client socket with a PROTOCOL_TLS_SERVER context";
    if (wrong == NULL && !context->no_versions)
        return 0;
    if (wrong != NULL) {
#if PY_VERSION_HEX >= 0x030a0000
        raise_text(context->state, 0, wrong);
#else
        raise_reason(context->state, "SSL", "CALLED_A_FUNCTION_YOU_SHOULD_NOT_CALL");
#endif
    } else
        raise_reason(context->state, "SSL", "NO_PROTOCOLS_AVAILABLE");
    return -1;
}

/* The name as str: a new reference, or NULL with an exception set. */
static PyObject *check_hostname(PyObject *hostname)
{
    PyObject *name;
    if (PyUnicode_Check(hostname)) {
        name = hostname;
        Py_INCREF(name);
    } else if (PyBytes_Check(hostname)) {
        name = PyUnicode_FromEncodedObject(hostname, "ascii", "strict");
    } else {
        return PyErr_Format(PyExc_TypeError, "server_hostname must be str or None");
    }
    if (name == NULL)
        return NULL;
    Py_ssize_t len = PyUnicode_GetLength(name);
    if (len == 0 || PyUnicode_ReadChar(name, 0) == '.') {
        PyErr_SetString(PyExc_ValueError, "server_hostname cannot be an empty string or start "
                                          "with a leading dot.");
        Py_CLEAR(name);
    } else if (PyUnicode_FindChar(name, 0, 0, len, 1) >= 0) {
        PyErr_SetString(PyExc_TypeError, "server_hostname must be str without null characters");
        Py_CLEAR(name);
    }
    return name;
}

static int set_transport(socket_object *self, PyObject *python_socket)
{
    rssl_io io = {.size = sizeof io,
                  .user = self,
                  .read = bio_transport_read,
                  .write = bio_transport_write};
    int fd = -1;
    if (python_socket != NULL && (fd = PyObject_AsFileDescriptor(python_socket)) < 0)
        return -1;
    if (self->context->msg_callback != NULL) {
        if ((self->observer = observer_new(fd)) == NULL)
            return -1;
        io.read = observed_read;
        io.write = observed_write;
    }
    bool descriptor = python_socket != NULL && self->observer == NULL;
    rssl_result rc
        = descriptor ? rssl_sock_set_fd(self->sock, fd) : rssl_sock_set_io(self->sock, &io);
    if (rc == RSSL_OK)
        return 0;
    raise_rssl(self->state, rc);
    return -1;
}

static int open_connection(socket_object *self, PyObject *python_socket)
{
    PyObject *name = NULL;
    if (!self->server_side && self->server_hostname != NULL) {
        name = PyUnicode_AsUTF8String(self->server_hostname);
        if (name == NULL)
            return -1;
    }
    rssl_result rc = rssl_sock_new(self->context->ctx, self->server_side ? RSSL_SERVER : RSSL_CLIENT,
                                   name != NULL ? PyBytes_AsString(name) : NULL, &self->sock);
    Py_XDECREF(name);
    if (rc != RSSL_OK) {
        if (self->server_hostname == NULL && self->context->check_hostname)
            PyErr_SetString(PyExc_ValueError, "check_hostname requires server_hostname");
        else
            raise_rssl(self->state, rc);
        return -1;
    }
    rssl_sock_set_user(self->sock, self);
    return set_transport(self, python_socket);
}

static void init_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

PyObject *socket_new(context_object *context, PyObject *python_socket, bio_object *incoming,
                     bio_object *outgoing, bool server_side, PyObject *hostname, PyObject *owner,
                     PyObject *session)
{
    static pthread_once_t watched = PTHREAD_ONCE_INIT;
    PyTypeObject *type = context->state->socket_type;
    pthread_once(&watched, watch_forks);
    if (check_role(context, server_side) < 0)
        return NULL;
    allocfunc alloc = PyType_GetSlot(type, Py_tp_alloc);
    socket_object *self = (socket_object *)alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->state = context->state;
    self->server_side = server_side;
    self->forks = forks;
    init_lock(&self->reading);
    init_lock(&self->writing);
    REPLACE(self->context, context);
    REPLACE(self->incoming, incoming);
    REPLACE(self->outgoing, outgoing);
    if ((hostname != Py_None && (self->server_hostname = check_hostname(hostname)) == NULL)
        || (python_socket != NULL && (self->socket = PyWeakref_NewRef(python_socket, NULL)) == NULL)
        || (owner != Py_None && (self->owner = PyWeakref_NewRef(owner, NULL)) == NULL)
        || open_connection(self, python_socket) < 0
        || (session != Py_None && socket_set_session(self, session, NULL) < 0))
        Py_CLEAR(self);
    else if (server_side)
        context->accepts++;
    else
        context->connects++;
    return (PyObject *)self;
}

static int socket_traverse(socket_object *self, visitproc visit, void *arg)
{
#if PY_VERSION_HEX >= 0x03090000
    Py_VISIT(Py_TYPE((PyObject *)self));
#endif
    Py_VISIT((PyObject *)self->context);
    Py_VISIT((PyObject *)self->session);
    for (int i = 0; i < 3; i++)
        Py_VISIT(self->error[i]);
    return 0;
}

/* The context stays until the end: a connection cannot be without. */
static int socket_clear(socket_object *self)
{
    Py_CLEAR(self->session);
    for (int i = 0; i < 3; i++)
        Py_CLEAR(self->error[i]);
    return 0;
}

PyObject *referent(PyObject *weak)
{
    if (weak == NULL)
        Py_RETURN_NONE;
    return PyObject_CallObject(weak, NULL);
}

/* Tickets that a client has not read make the kernel reset the connection when it is closed, which
 * the server takes for a failure. Behind the end of the stream a reset does no harm: a client that
 * never read anything sends it first. Where the process has forked, the other one may go on with the
 * connection. */
static void end_stream(socket_object *self)
{
    if (self->socket == NULL || self->server_side || self->has_read || self->forks != forks
        || rssl_sock_version(self->sock) != RSSL_TLS1_3)
        return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *socket = referent(self->socket);
    if (socket != NULL && socket != Py_None) {
        int fd = PyObject_AsFileDescriptor(socket);
        if (fd >= 0)
            (void)shutdown(fd, SHUT_WR);
    }
    Py_XDECREF(socket);
    PyErr_Restore(type, value, traceback);
}

static void socket_dealloc(socket_object *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    PyObject_GC_UnTrack(self);
    end_stream(self);
    renew_session(self);
    rssl_sock_free(self->sock);
    socket_clear(self);
    Py_CLEAR(self->context);
    Py_CLEAR(self->socket);
    Py_CLEAR(self->owner);
    Py_CLEAR(self->incoming);
    Py_CLEAR(self->outgoing);
    Py_CLEAR(self->server_hostname);
    free(self->offered);
    free(self->left);
    observer_free(self->observer);
    pthread_mutex_destroy(&self->reading);
    pthread_mutex_destroy(&self->writing);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

PyObject *socket_owner(socket_object *self)
{
    PyObject *owner = referent(self->owner);
    if (owner == Py_None && self->socket != NULL) {
        Py_DECREF(owner);
        owner = referent(self->socket);
    }
    if (owner == Py_None) {
        Py_DECREF(owner);
        owner = (PyObject *)self;
        Py_INCREF(owner);
    }
    return owner;
}

static PyObject *get_owner(socket_object *self, void *unused)
{
    (void)unused;
    return referent(self->owner);
}

static int set_owner(socket_object *self, PyObject *value, void *unused)
{
    (void)unused;
    PyObject *weak = NULL;
    if (value != NULL && value != Py_None && (weak = PyWeakref_NewRef(value, NULL)) == NULL)
        return -1;
    PyObject *before = self->owner;
    self->owner = weak;
    Py_XDECREF(before);
    return 0;
}

static PyObject *get_context(socket_object *self, void *unused)
{
    (void)unused;
    PyObject *context = (PyObject *)self->context;
    Py_INCREF(context);
    return context;
}

/* In the callback for the server's name the new context answers the client. */
static int set_context(socket_object *self, PyObject *value, void *unused)
{
    (void)unused;
    if (value == NULL || !PyObject_TypeCheck(value, self->state->context_type)) {
        PyErr_SetString(PyExc_TypeError, "The value must be a SSLContext");
        return -1;
    }
    context_object *context = (context_object *)value;
    rssl_hello *hello = rssl_sock_hello(self->sock);
    if (hello != NULL) {
        rssl_result rc = rssl_hello_use_ctx(hello, context->ctx);
        if (rc != RSSL_OK) {
            raise_rssl(self->state, rc);
            return -1;
        }
    }
    REPLACE(self->context, context);
    return 0;
}

static PyObject *get_server_side(socket_object *self, void *unused)
{
    (void)unused;
    return PyBool_FromLong(self->server_side);
}

static PyObject *get_server_hostname(socket_object *self, void *unused)
{
    (void)unused;
    PyObject *name = self->server_hostname != NULL ? self->server_hostname : Py_None;
    Py_INCREF(name);
    return name;
}

static PyObject *get_session_reused(socket_object *self, void *unused)
{
    (void)unused;
    return PyBool_FromLong(rssl_sock_resumed(self->sock));
}

static PyObject *text_or_none(const char *text)
{
    if (text == NULL)
        Py_RETURN_NONE;
    return PyUnicode_FromString(text);
}

static PyObject *cipher(socket_object *self, PyObject *unused)
{
    (void)unused;
    return cipher_tuple(rssl_sock_cipher(self->sock));
}

/* Those of the client's that this side would take, in the client's order. */
static PyObject *shared_ciphers(socket_object *self, PyObject *unused)
{
    (void)unused;
    /* Before that another thread, in the handshake, may be about to put the offer there. */
    if (!self->server_side || !rssl_sock_is_connected(self->sock) || self->offered == NULL)
        Py_RETURN_NONE;
    const rssl_ctx *ctx = self->context->ctx;
    PyObject *list = PyList_New(0);
    size_t enabled = rssl_ctx_cipher_count(ctx);
    for (size_t i = 0; list != NULL && i < self->n_offered; i++) {
        size_t j = 0;
        while (j < enabled && rssl_ctx_cipher(ctx, j) != self->offered[i])
            j++;
        if (j == enabled)
            continue;
        PyObject *item = cipher_tuple(self->offered[i]);
        if (item == NULL || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *compression(socket_object *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    Py_RETURN_NONE;
}

static PyObject *version(socket_object *self, PyObject *unused)
{
    (void)unused;
    return text_or_none(rssl_version_name(rssl_sock_version(self->sock)));
}

static PyObject *group(socket_object *self, PyObject *unused)
{
    (void)unused;
    return text_or_none(rssl_group_name(rssl_sock_group(self->sock)));
}

static PyObject *selected_alpn_protocol(socket_object *self, PyObject *unused)
{
    (void)unused;
    rssl_bytes b = rssl_sock_alpn(self->sock);
    if (b.data == NULL)
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8((const char *)b.data, (Py_ssize_t)b.len, "strict");
}

static PyMethodDef socket_methods[] = {
    {"do_handshake", (PyCFunction)socket_do_handshake, METH_NOARGS, "Finish the handshake."},
    {"read", METHOD(socket_read), METH_FASTCALL,
     "read(size[, buffer]): up to size bytes, or their number where they go into buffer."},
    {"write", (PyCFunction)socket_write, METH_O, "Write the bytes b and return their number."},
    {"pending", (PyCFunction)socket_pending, METH_NOARGS,
     "The number of bytes that can be read at once."},
    {"shutdown", (PyCFunction)socket_shutdown, METH_NOARGS,
     "Say close_notify, wait for the peer's, and return the socket."},
    {"verify_client_post_handshake", (PyCFunction)socket_verify_client_post_handshake, METH_NOARGS,
     "Refused: librssl has no post-handshake authentication."},
    {"getpeercert", (PyCFunction)socket_getpeercert, METH_VARARGS,
     "getpeercert(der=False): the peer's certificate, decoded or in DER."},
    {"get_verified_chain", (PyCFunction)socket_get_verified_chain, METH_NOARGS,
     "The path from the peer's certificate to the trust root."},
    {"get_unverified_chain", (PyCFunction)socket_get_unverified_chain, METH_NOARGS,
     "The chain as the peer sent it."},
    {"get_channel_binding", METHOD(socket_get_channel_binding), METH_VARARGS | METH_KEYWORDS,
     "get_channel_binding(cb_type): bytes that both ends have, for authentication inside."},
    {"ocsp_response", (PyCFunction)socket_ocsp_response, METH_NOARGS,
     "The OCSP response that the server stapled, unchecked, or None."},
    {"ech_status", (PyCFunction)socket_ech_status, METH_NOARGS,
     "What became of the encrypted ClientHello."},
    {"ech_retry_configs", (PyCFunction)socket_ech_retry_configs, METH_NOARGS,
     "The ECHConfigList that the server sent when it rejected the one offered, or None."},
    {"cipher", (PyCFunction)cipher, METH_NOARGS, "The cipher agreed: (name, version, bits)."},
    {"shared_ciphers", (PyCFunction)shared_ciphers, METH_NOARGS,
     "The client's ciphers that the server has."},
    {"compression", (PyCFunction)compression, METH_NOARGS, "None: TLS is never compressed."},
    {"version", (PyCFunction)version, METH_NOARGS, "The protocol version agreed."},
    {"group", (PyCFunction)group, METH_NOARGS, "The key exchange group agreed."},
    {"selected_alpn_protocol", (PyCFunction)selected_alpn_protocol, METH_NOARGS,
     "The application protocol agreed."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef socket_getset[] = {
    {"context", (getter)get_context, (setter)set_context, NULL, NULL},
    {"owner", (getter)get_owner, (setter)set_owner, NULL, NULL},
    {"server_side", (getter)get_server_side, NULL, NULL, NULL},
    {"server_hostname", (getter)get_server_hostname, NULL, NULL, NULL},
    {"session", (getter)socket_get_session, (setter)socket_set_session, NULL, NULL},
    {"session_reused", (getter)get_session_reused, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot socket_slots[] = {
    NOT_FROM_PYTHON
    {Py_tp_dealloc, socket_dealloc},
    {Py_tp_traverse, socket_traverse},
    {Py_tp_clear, socket_clear},
    {Py_tp_methods, socket_methods},
    {Py_tp_getset, socket_getset},
    {0, NULL},
};

PyType_Spec socket_spec = {
    .name = "rssl._ssl._SSLSocket",
    .basicsize = sizeof(socket_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE
             | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = socket_slots,
};
