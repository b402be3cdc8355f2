/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What a connection knows of its peer: certificates, chains, channel bindings.
 */
#include "module.h"

#include <string.h>

PyObject *socket_getpeercert(socket_object *self, PyObject *args)
{
    int der = 0;
    if (!PyArg_ParseTuple(args, "|p:getpeercert", &der))
        return NULL;
    if (!rssl_sock_is_connected(self->sock)) {
        PyErr_SetString(PyExc_ValueError, "handshake not done yet");
        return NULL;
    }
    rssl_cert *cert = rssl_sock_peer_cert_new(self->sock, 0);
    if (cert == NULL)
        Py_RETURN_NONE;
    PyObject *result;
    if (der) {
        rssl_bytes b = rssl_cert_der(cert);
        result = PyBytes_FromStringAndSize((const char *)b.data, (Py_ssize_t)b.len);
    } else if (self->context->verify_mode == RSSL_CERT_NONE) {
        result = PyDict_New(); /* what nobody verified says nothing */
    } else {
        result = certificate_dict(cert);
    }
    rssl_cert_free(cert);
    return result;
}

typedef rssl_cert *(*chain_getter)(const rssl_sock *s, size_t i);

/* The chain as a list of Certificate objects, or None if there is none. */
static PyObject *chain(socket_object *self, chain_getter get)
{
    rssl_cert *cert = get(self->sock, 0);
    if (cert == NULL)
        Py_RETURN_NONE;
    PyObject *list = PyList_New(0);
    for (size_t i = 1; cert != NULL; cert = get(self->sock, i++)) {
        if (list == NULL) {
            rssl_cert_free(cert);
            break;
        }
        PyObject *item = certificate_new(self->state, cert);
        if (item == NULL || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

PyObject *socket_get_verified_chain(socket_object *self, PyObject *unused)
{
    (void)unused;
    PyObject *list = chain(self, rssl_sock_verified_cert_new);
    if (list != Py_None)
        return list;
    Py_DECREF(list);
    return chain(self, rssl_sock_peer_cert_new);
}

PyObject *socket_get_unverified_chain(socket_object *self, PyObject *unused)
{
    (void)unused;
    return chain(self, rssl_sock_peer_cert_new);
}

PyObject *socket_get_channel_binding(socket_object *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"cb_type", NULL};
    const char *type = "tls-unique";
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|s:get_channel_binding", names, &type))
        return NULL;
    if (strcmp(type, "tls-exporter") != 0 && strcmp(type, "tls-server-end-point") != 0)
        return PyErr_Format(PyExc_ValueError, "'%s' channel binding type not implemented", type);
    if (!rssl_sock_is_connected(self->sock))
        Py_RETURN_NONE;
    char out[64];
    ptrdiff_t n = rssl_sock_channel_binding(self->sock, type, out, sizeof out);
    if (n < 0)
        return raise_rssl(self->state, n);
    return PyBytes_FromStringAndSize(out, n);
}

PyObject *socket_ocsp_response(socket_object *self, PyObject *unused)
{
    (void)unused;
    rssl_bytes b = rssl_sock_ocsp(self->sock);
    if (b.data == NULL)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize((const char *)b.data, (Py_ssize_t)b.len);
}
