/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Encrypted ClientHello (RFC 9849), of clients: librssl has no server that opens one.
 */
#include "module.h"

#include <rssl_unstable.h>

PyObject *context_set_ech_configs(context_object *self, PyObject *configs)
{
    Py_buffer view = {.buf = "", .len = 0};
    if (configs != Py_None && PyObject_GetBuffer(configs, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    rssl_result rc = rssl_x_set_ech_configs(self->ctx, view.buf, (size_t)view.len);
    if (configs != Py_None)
        PyBuffer_Release(&view);
    if (rc == RSSL_OK)
        Py_RETURN_NONE;
    return raise_rssl(self->state, rc);
}

PyObject *context_set_ech_grease(context_object *self, PyObject *value)
{
    int on = PyObject_IsTrue(value);
    if (on < 0)
        return NULL;
    rssl_result rc = rssl_x_set_ech_grease(self->ctx, on);
    if (rc == RSSL_OK)
        Py_RETURN_NONE;
    return raise_rssl(self->state, rc);
}

PyObject *socket_ech_status(socket_object *self, PyObject *unused)
{
    static const char *const names[] = {
        [RSSL_X_ECH_NOT_OFFERED] = "not offered",
        [RSSL_X_ECH_GREASE] = "grease",
        [RSSL_X_ECH_OFFERED] = "offered",
        [RSSL_X_ECH_ACCEPTED] = "accepted",
        [RSSL_X_ECH_REJECTED] = "rejected",
    };
    (void)unused;
    return PyUnicode_FromString(names[rssl_x_ech_status(self->sock)]);
}

PyObject *socket_ech_retry_configs(socket_object *self, PyObject *unused)
{
    (void)unused;
    rssl_bytes b = rssl_x_ech_retry_configs(self->sock);
    if (b.data == NULL)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize((const char *)b.data, (Py_ssize_t)b.len);
}
