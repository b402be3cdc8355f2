/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Versions, options, tickets and application protocols of a context.
 */
#include "module.h"

#include <string.h>

#include "constants.h"

/* Brings librssl's versions in line with minimum, maximum and the OP_NO_ options. What leaves none
 * is not an error before a connection is made. */
int apply_versions(context_object *self)
{
    bool allowed[2]; /* TLS 1.2, TLS 1.3 */
    int highest = self->maximum_version;
    if (highest == PROTO_MAXIMUM_SUPPORTED)
        highest = RSSL_TLS1_3;
    for (int i = 0; i < 2; i++)
        allowed[i] = self->minimum_version <= RSSL_TLS1_2 + i && highest >= RSSL_TLS1_2 + i;
    if (self->protocol == PROTOCOL_TLSv1_2 || (self->options & OP_NO_TLSv1_3))
        allowed[1] = false;
    if (self->options & OP_NO_TLSv1_2)
        allowed[0] = false;
    self->no_versions = !allowed[0] && !allowed[1];
    if (self->no_versions)
        return 0;
    rssl_result rc = rssl_ctx_set_versions(self->ctx, allowed[0] ? RSSL_TLS1_2 : RSSL_TLS1_3,
                                           allowed[1] ? RSSL_TLS1_3 : RSSL_TLS1_2);
    if (rc == RSSL_OK)
        return 0;
    raise_rssl(self->state, rc);
    return -1;
}

int apply_options(context_object *self)
{
    const struct {
        uint64_t theirs;
        uint32_t ours;
    } same[] = {
        {OP_CIPHER_SERVER_PREFERENCE, RSSL_OPT_SERVER_ORDER},
        {OP_NO_TICKET, RSSL_OPT_NO_TICKETS},
    };
    uint32_t set = 0, clear = 0;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        if (self->options & same[i].theirs)
            set |= same[i].ours;
        else
            clear |= same[i].ours;
    }
    rssl_result rc = rssl_ctx_set_options(self->ctx, set, clear);
    if (rc == RSSL_OK)
        return 0;
    raise_rssl(self->state, rc);
    return -1;
}

static int warn(const char *text)
{
#if PY_VERSION_HEX >= 0x030a0000
    return PyErr_WarnEx(PyExc_DeprecationWarning, text, 2);
#else
    (void)text;
    return 0;
#endif
}

/* Options that librssl has no counterpart for are kept as they are set: they ask for workarounds
 * that it does not need, or for things that it never does. */
int context_set_options(context_object *self, PyObject *value, void *unused)
{
    const uint64_t versions
        = OP_NO_SSLv3 | OP_NO_TLSv1 | OP_NO_TLSv1_1 | OP_NO_TLSv1_2 | OP_NO_TLSv1_3;
    (void)unused;
    if (value == NULL || !PyLong_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "an integer is required");
        return -1;
    }
    unsigned long long options = PyLong_AsUnsignedLongLong(value);
    if (options == (unsigned long long)-1 && PyErr_Occurred())
        return -1;
    if ((options & ~self->options & versions) != 0
        && warn("ssl.OP_NO_SSL*/ssl.OP_NO_TLS* options are deprecated") < 0)
        return -1;
    uint64_t before = self->options;
    self->options = options;
    if (apply_options(self) == 0 && apply_versions(self) == 0)
        return 0;
    self->options = before;
    return -1;
}

PyObject *context_get_minimum_version(context_object *self, void *unused)
{
    (void)unused;
    return PyLong_FromLong(self->minimum_version);
}

PyObject *context_get_maximum_version(context_object *self, void *unused)
{
    (void)unused;
    return PyLong_FromLong(self->maximum_version);
}

static int warn_version(long version)
{
    switch (version) {
    case PROTO_SSLv3:
        return warn("ssl.TLSVersion.SSLv3 is deprecated");
    case PROTO_TLSv1:
        return warn("ssl.TLSVersion.TLSv1 is deprecated");
    case PROTO_TLSv1_1:
        return warn("ssl.TLSVersion.TLSv1_1 is deprecated");
    case PROTO_MINIMUM_SUPPORTED:
    case PROTO_MAXIMUM_SUPPORTED:
    case RSSL_TLS1_2:
    case RSSL_TLS1_3:
        return 0;
    default:
        PyErr_Format(PyExc_ValueError, "Unsupported TLS/SSL version 0x%x", (int)version);
        return -1;
    }
}

static int set_version(context_object *self, PyObject *value, int *slot, int if_minimum,
                       int if_maximum)
{
    long version = value != NULL ? PyLong_AsLong(value) : -1;
    if (value == NULL)
        PyErr_SetString(PyExc_TypeError, "cannot delete a version");
    if (PyErr_Occurred())
        return -1;
    if (self->protocol == PROTOCOL_TLSv1_2) {
        PyErr_SetString(PyExc_ValueError, "The context's protocol doesn't support modification of "
                                          "highest and lowest version.");
        return -1;
    }
    if (warn_version(version) < 0)
        return -1;
    int before = *slot;
    *slot = version == PROTO_MINIMUM_SUPPORTED   ? if_minimum
            : version == PROTO_MAXIMUM_SUPPORTED ? if_maximum
                                                 : (int)version;
    if (apply_versions(self) == 0)
        return 0;
    *slot = before;
    return -1;
}

int context_set_minimum_version(context_object *self, PyObject *value, void *unused)
{
    (void)unused;
    return set_version(self, value, &self->minimum_version, PROTO_MINIMUM_SUPPORTED, RSSL_TLS1_3);
}

int context_set_maximum_version(context_object *self, PyObject *value, void *unused)
{
    (void)unused;
    return set_version(self, value, &self->maximum_version, PROTO_TLSv1, PROTO_MAXIMUM_SUPPORTED);
}

int context_set_num_tickets(context_object *self, PyObject *value, void *unused)
{
    (void)unused;
    long n = value != NULL ? PyLong_AsLong(value) : -1;
    if (value == NULL)
        PyErr_SetString(PyExc_TypeError, "cannot delete num_tickets");
    if (PyErr_Occurred())
        return -1;
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "value must be non-negative");
        return -1;
    }
    if (self->protocol != PROTOCOL_TLS_SERVER) {
        PyErr_SetString(PyExc_ValueError, "SSLContext is not a server context.");
        return -1;
    }
    rssl_result rc = rssl_ctx_set_ticket_count(self->ctx, (size_t)n);
    if (rc != RSSL_OK) {
        raise_rssl(self->state, rc);
        return -1;
    }
    self->num_tickets = n;
    return 0;
}

/* The names of a list in TLS's form, one length byte before each, as NUL-terminated strings in
 * place: every length byte gives its room to the NUL of the name before. */
static size_t split_protocols(char *list, size_t len, const char **names)
{
    size_t n = 0;
    for (size_t at = 0; at < len;) {
        size_t name = (unsigned char)list[at];
        list[at] = '\0';
        if (name > len - at - 1)
            return SIZE_MAX;
        names[n++] = list + at + 1;
        at += 1 + name;
    }
    list[len] = '\0';
    return n;
}

PyObject *context_set_alpn_protocols(context_object *self, PyObject *protocols)
{
    Py_buffer view;
    if (PyObject_GetBuffer(protocols, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    size_t len = (size_t)view.len;
    char *list = PyMem_Malloc(len + 1);
    const char **names = PyMem_Malloc((len + 1) * sizeof *names);
    PyObject *result = NULL;
    if (list == NULL || names == NULL) {
        PyErr_NoMemory();
    } else {
        memcpy(list, view.buf, len);
        size_t n = split_protocols(list, len, names);
        if (n == SIZE_MAX) {
            PyErr_SetString(PyExc_ValueError, "a malformed list of protocols");
        } else {
            rssl_result rc = rssl_ctx_set_alpn(self->ctx, names, n);
            result = rc == RSSL_OK ? Py_None : raise_rssl(self->state, rc);
        }
    }
    PyMem_Free(list);
    PyMem_Free(names);
    PyBuffer_Release(&view);
    Py_XINCREF(result);
    return result;
}
