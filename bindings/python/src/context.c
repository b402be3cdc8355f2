/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * _SSLContext: the type, and the settings that need no more than a line each.
 */
#include "module.h"

#include "constants.h"

static rssl_role role_of(int protocol)
{
    switch (protocol) {
    case PROTOCOL_TLS:
    case PROTOCOL_TLSv1_2:
        return RSSL_EITHER;
    case PROTOCOL_TLS_CLIENT:
        return RSSL_CLIENT;
    case PROTOCOL_TLS_SERVER:
        return RSSL_SERVER;
    default:
        return 0;
    }
}

static int warn_deprecated(int protocol)
{
#if PY_VERSION_HEX >= 0x030a0000
    const char *text = protocol == PROTOCOL_TLS       ? "ssl.PROTOCOL_TLS is deprecated"
                       : protocol == PROTOCOL_TLSv1_2 ? "ssl.PROTOCOL_TLSv1_2 is deprecated"
                                                      : NULL;
    return text != NULL ? PyErr_WarnEx(PyExc_DeprecationWarning, text, 2) : 0;
#else
    (void)protocol;
    return 0;
#endif
}

/* What CPython's contexts start with. */
static int set_defaults(context_object *self)
{
    bool client = self->protocol == PROTOCOL_TLS_CLIENT;
    self->verify_mode = client ? RSSL_CERT_REQUIRED : RSSL_CERT_NONE;
    self->check_hostname = client;
    self->verify_flags = VERIFY_X509_TRUSTED_FIRST;
    self->host_flags = HOSTFLAG_NO_PARTIAL_WILDCARDS;
    self->options = OP_ALL | OP_NO_SSLv3 | OP_NO_COMPRESSION | OP_CIPHER_SERVER_PREFERENCE
                    | OP_ENABLE_MIDDLEBOX_COMPAT;
    self->minimum_version
        = self->protocol == PROTOCOL_TLSv1_2 ? PROTO_MINIMUM_SUPPORTED : RSSL_TLS1_2;
    self->maximum_version = PROTO_MAXIMUM_SUPPORTED;
    self->num_tickets = 2;
    self->security_level = 2;
    /* A program resumes by giving the session, never by itself. */
    if (client || rssl_ctx_role(self->ctx) == RSSL_EITHER) {
        if (rssl_ctx_set_session_cache(self->ctx, 0) != RSSL_OK)
            goto fail;
    }
    /* Python programs poll the descriptor, and go back to plain text on it. */
    uint32_t options = RSSL_OPT_ALPN_OPTIONAL | RSSL_OPT_RETURN_EINTR | RSSL_OPT_NO_READ_AHEAD;
    if (rssl_ctx_set_options(self->ctx, options, 0) != RSSL_OK)
        goto fail;
    if (apply_verify_mode(self) < 0 || apply_verify_flags(self) < 0 || apply_options(self) < 0
        || apply_versions(self) < 0)
        return -1;
    return rssl_ctx_role(self->ctx) != RSSL_CLIENT ? install_hello_hook(self) : 0;
fail:
    raise_rssl(self->state, rssl_error_code(rssl_last_error()));
    return -1;
}

static PyObject *context_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    int protocol;
    (void)kwargs; /* a class derived from SSLContext may take some */
    if (!PyArg_ParseTuple(args, "i:_SSLContext", &protocol))
        return NULL;
    rssl_role role = role_of(protocol);
    if (role == 0)
        return PyErr_Format(PyExc_ValueError, "invalid or unsupported protocol version %d",
                            protocol);
    module_state *state = state_of_type(type);
    if (state == NULL || warn_deprecated(protocol) < 0)
        return NULL;
    allocfunc alloc = PyType_GetSlot(type, Py_tp_alloc);
    context_object *self = (context_object *)alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->state = state;
    self->protocol = protocol;
    rssl_result rc = rssl_ctx_new(role, &self->ctx);
    if (rc != RSSL_OK)
        raise_rssl(state, rc);
    if (rc != RSSL_OK || set_defaults(self) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static int context_traverse(context_object *self, visitproc visit, void *arg)
{
#if PY_VERSION_HEX >= 0x03090000
    Py_VISIT(Py_TYPE((PyObject *)self));
#endif
    Py_VISIT(self->sni_callback);
    Py_VISIT(self->msg_callback);
    Py_VISIT(self->session_store);
    return 0;
}

static int context_clear(context_object *self)
{
    Py_CLEAR(self->sni_callback);
    Py_CLEAR(self->msg_callback);
    if (self->session_store != NULL) {
        self->session_store = NULL;
        rssl_ctx_set_session_store(self->ctx, NULL);
    }
    return 0;
}

static void context_dealloc(context_object *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    PyObject_GC_UnTrack(self);
    context_clear(self);
    Py_CLEAR(self->keylog_filename);
    for (int i = 0; i < KEY_KINDS; i++)
        rssl_identity_free(self->identities[i]);
    PyMem_Free(self->lazy_roots);
    rssl_ctx_free(self->ctx);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyObject *wrap_socket(context_object *self, PyObject *args, PyObject *kwargs)
{
    static char *names[]
        = {"sock", "server_side", "server_hostname", "owner", "session", NULL};
    PyObject *socket, *hostname = Py_None, *owner = Py_None, *session = Py_None;
    int server_side;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!p|O$OO:_wrap_socket", names,
                                     self->state->python_socket, &socket, &server_side, &hostname,
                                     &owner, &session))
        return NULL;
    return socket_new(self, socket, NULL, NULL, server_side, hostname, owner, session);
}

static PyObject *wrap_bio(context_object *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"incoming", "outgoing", "server_side", "server_hostname",
                            "owner",    "session",  NULL};
    PyObject *incoming, *outgoing, *hostname = Py_None, *owner = Py_None, *session = Py_None;
    int server_side;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!p|O$OO:_wrap_bio", names,
                                     self->state->bio_type, &incoming, self->state->bio_type,
                                     &outgoing, &server_side, &hostname, &owner, &session))
        return NULL;
    return socket_new(self, NULL, (bio_object *)incoming, (bio_object *)outgoing, server_side,
                      hostname, owner, session);
}

/* What programs call that have external pre-shared keys. */
static PyObject *refuse_psk(context_object *self, PyObject *args, PyObject *kwargs)
{
    (void)self;
    (void)args;
    (void)kwargs;
    PyErr_SetString(PyExc_NotImplementedError, "librssl has no external pre-shared keys");
    return NULL;
}

static PyObject *session_stats(context_object *self, PyObject *unused)
{
    (void)unused;
    return Py_BuildValue("{sisl sl si sl sl si sl si si si}", "number", 0, "connect",
                         self->connects, "connect_good", self->connects_good,
                         "connect_renegotiate", 0, "accept", self->accepts, "accept_good",
                         self->accepts_good, "accept_renegotiate", 0, "hits", self->hits, "misses",
                         0, "timeouts", 0, "cache_full", 0);
}

static PyMethodDef context_methods[] = {
    {"_wrap_socket", METHOD(wrap_socket), METH_VARARGS | METH_KEYWORDS, NULL},
    {"_wrap_bio", METHOD(wrap_bio), METH_VARARGS | METH_KEYWORDS, NULL},
    {"_set_alpn_protocols", (PyCFunction)context_set_alpn_protocols, METH_O, NULL},
    {"set_ciphers", (PyCFunction)context_set_ciphers, METH_O,
     "set_ciphers(cipherlist): in OpenSSL's cipher language."},
    {"get_ciphers", (PyCFunction)context_get_ciphers, METH_NOARGS,
     "The ciphers enabled, as dictionaries."},
    {"set_ecdh_curve", (PyCFunction)context_set_ecdh_curve, METH_O,
     "set_ecdh_curve(name): the one key exchange group to use."},
    {"set_groups", (PyCFunction)context_set_groups, METH_O,
     "set_groups(names): the key exchange groups in order of preference, separated by ':'."},
    {"load_cert_chain", METHOD(context_load_cert_chain), METH_VARARGS | METH_KEYWORDS,
     "load_cert_chain(certfile, keyfile=None, password=None): paths, or PEM itself."},
    {"set_ocsp_response", (PyCFunction)context_set_ocsp_response, METH_O,
     "set_ocsp_response(der): staple it to the certificate loaded last."},
    {"set_session_store", (PyCFunction)context_set_session_store, METH_O,
     "set_session_store(store): keep a server's sessions by its put, get and remove; None: tickets."},
    {"set_ech_configs", (PyCFunction)context_set_ech_configs, METH_O,
     "set_ech_configs(list): encrypt the ClientHello for the keys of this ECHConfigList; None: no more."},
    {"set_ech_grease", (PyCFunction)context_set_ech_grease, METH_O,
     "set_ech_grease(on): without a list, send the extension with random contents."},
    {"load_dh_params", (PyCFunction)context_load_dh_params, METH_O,
     "load_dh_params(path): the file is checked, and not used."},
    {"load_verify_locations", METHOD(context_load_verify_locations), METH_VARARGS | METH_KEYWORDS,
     "load_verify_locations(cafile=None, capath=None, cadata=None)"},
    {"set_default_verify_paths", (PyCFunction)context_set_default_verify_paths, METH_NOARGS,
     "Load the operating system's trust roots."},
    {"cert_store_stats", (PyCFunction)context_cert_store_stats, METH_NOARGS,
     "How many certificates and revocation lists are loaded."},
    {"get_ca_certs", METHOD(context_get_ca_certs), METH_VARARGS | METH_KEYWORDS,
     "get_ca_certs(binary_form=False): the authorities loaded."},
    {"set_psk_client_callback", METHOD(refuse_psk), METH_VARARGS | METH_KEYWORDS, "Refused."},
    {"set_psk_server_callback", METHOD(refuse_psk), METH_VARARGS | METH_KEYWORDS, "Refused."},
    {"session_stats", (PyCFunction)session_stats, METH_NOARGS, "Counts of connections."},
    {NULL, NULL, 0, NULL},
};

static PyObject *get_protocol(context_object *self, void *unused)
{
    (void)unused;
    return PyLong_FromLong(self->protocol);
}

static PyObject *get_verify_mode(context_object *self, void *unused)
{
    (void)unused;
    return PyLong_FromLong(self->verify_mode);
}

static PyObject *get_check_hostname(context_object *self, void *unused)
{
    (void)unused;
    return PyBool_FromLong(self->check_hostname);
}

static PyObject *get_verify_flags(context_object *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLong(self->verify_flags);
}

static PyObject *get_host_flags(context_object *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLong(self->host_flags);
}

static PyObject *get_options(context_object *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(self->options);
}

static PyObject *get_num_tickets(context_object *self, void *unused)
{
    (void)unused;
    return PyLong_FromLong(self->num_tickets);
}

static PyObject *get_security_level(context_object *self, void *unused)
{
    (void)unused;
    return PyLong_FromLong(self->security_level);
}

static PyObject *get_post_handshake_auth(context_object *self, void *unused)
{
    (void)unused;
    return PyBool_FromLong(self->post_handshake_auth);
}

/* Kept as programs set it, and never offered: a server that would ask later finds a client that
 * does not let it, and says so. */
static int set_post_handshake_auth(context_object *self, PyObject *value, void *unused)
{
    (void)unused;
    int on = value != NULL ? PyObject_IsTrue(value) : 0;
    if (on < 0)
        return -1;
    self->post_handshake_auth = on;
    return 0;
}

static PyObject *object_or_none(PyObject *object)
{
    if (object == NULL)
        object = Py_None;
    Py_INCREF(object);
    return object;
}

static PyObject *get_sni_callback(context_object *self, void *unused)
{
    (void)unused;
    return object_or_none(self->sni_callback);
}

static PyObject *get_msg_callback(context_object *self, void *unused)
{
    (void)unused;
    return object_or_none(self->msg_callback);
}

static PyObject *get_keylog_filename(context_object *self, void *unused)
{
    (void)unused;
    return object_or_none(self->keylog_filename);
}

static PyGetSetDef context_getset[] = {
    {"protocol", (getter)get_protocol, NULL, NULL, NULL},
    {"verify_mode", (getter)get_verify_mode, (setter)context_set_verify_mode, NULL, NULL},
    {"check_hostname", (getter)get_check_hostname, (setter)context_set_check_hostname, NULL, NULL},
    {"verify_flags", (getter)get_verify_flags, (setter)context_set_verify_flags, NULL, NULL},
    {"_host_flags", (getter)get_host_flags, (setter)context_set_host_flags, NULL, NULL},
    {"options", (getter)get_options, (setter)context_set_options, NULL, NULL},
    {"minimum_version", (getter)context_get_minimum_version,
     (setter)context_set_minimum_version, NULL, NULL},
    {"maximum_version", (getter)context_get_maximum_version,
     (setter)context_set_maximum_version, NULL, NULL},
    {"num_tickets", (getter)get_num_tickets, (setter)context_set_num_tickets,
     "How many TLS 1.3 tickets a server sends.", NULL},
    {"security_level", (getter)get_security_level, NULL,
     "The level of OpenSSL's that stands in the cipher string.", NULL},
    {"post_handshake_auth", (getter)get_post_handshake_auth, (setter)set_post_handshake_auth,
     NULL, NULL},
    {"sni_callback", (getter)get_sni_callback, (setter)context_set_sni_callback, NULL, NULL},
    {"_msg_callback", (getter)get_msg_callback, (setter)context_set_msg_callback, NULL, NULL},
    {"keylog_filename", (getter)get_keylog_filename, (setter)context_set_keylog_filename, NULL,
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot context_slots[] = {
    {Py_tp_new, context_new},
    {Py_tp_dealloc, context_dealloc},
    {Py_tp_traverse, context_traverse},
    {Py_tp_clear, context_clear},
    {Py_tp_methods, context_methods},
    {Py_tp_getset, context_getset},
    {0, NULL},
};

PyType_Spec context_spec = {
    .name = "rssl._ssl._SSLContext",
    .basicsize = sizeof(context_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC
             | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = context_slots,
};
