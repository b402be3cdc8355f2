/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What a context asks of a peer's certificate.
 */
#include "module.h"

#include "constants.h"

int apply_verify_mode(context_object *self)
{
    bool server = rssl_ctx_role(self->ctx) == RSSL_SERVER;
    rssl_result rc = RSSL_OK;
    if (!server)
        rc = rssl_ctx_set_check_hostname(self->ctx, false);
    if (rc == RSSL_OK)
        rc = rssl_ctx_set_verify(self->ctx, (rssl_cert_reqs)self->verify_mode);
    if (rc == RSSL_OK && !server && self->check_hostname)
        rc = rssl_ctx_set_check_hostname(self->ctx, true);
    if (rc == RSSL_OK)
        return 0;
    raise_rssl(self->state, rc);
    return -1;
}

int apply_verify_flags(context_object *self)
{
    uint32_t crl = RSSL_CRL_OFF, set = 0, clear = 0;
    if (self->verify_flags & VERIFY_CRL_CHECK_LEAF) {
        crl = RSSL_CRL_REQUIRED | RSSL_CRL_ENFORCE_EXPIRY;
        if (!(self->verify_flags & VERIFY_CRL_CHECK_ALL))
            crl |= RSSL_CRL_LEAF_ONLY;
    }
    *(self->verify_flags & VERIFY_X509_STRICT ? &set : &clear) |= RSSL_OPT_X509_STRICT;
    *(self->host_flags & HOSTFLAG_NEVER_CHECK_SUBJECT ? &clear : &set)
        |= RSSL_OPT_INSECURE_MATCH_CN;
    rssl_result rc = rssl_ctx_set_crl_flags(self->ctx, crl);
    if (rc == RSSL_OK)
        rc = rssl_ctx_set_options(self->ctx, set, clear);
    if (rc == RSSL_OK)
        return 0;
    raise_rssl(self->state, rc);
    return -1;
}

int context_set_check_hostname(context_object *self, PyObject *value, void *unused)
{
    (void)unused;
    int on = value != NULL ? PyObject_IsTrue(value) : 0;
    if (on < 0)
        return -1;
    self->check_hostname = on;
    if (on && self->verify_mode == RSSL_CERT_NONE)
        self->verify_mode = RSSL_CERT_REQUIRED;
    return apply_verify_mode(self);
}

static int integer(PyObject *value, long *out)
{
    if (value == NULL || !PyLong_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "an integer is required");
        return -1;
    }
    *out = PyLong_AsLong(value);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

int context_set_verify_mode(context_object *self, PyObject *value, void *unused)
{
    long mode;
    (void)unused;
    if (integer(value, &mode) < 0)
        return -1;
    if (mode != RSSL_CERT_NONE && mode != RSSL_CERT_OPTIONAL && mode != RSSL_CERT_REQUIRED) {
        PyErr_SetString(PyExc_ValueError, "invalid value for verify_mode");
        return -1;
    }
    if (mode == RSSL_CERT_NONE && self->check_hostname) {
        PyErr_SetString(PyExc_ValueError,
                        "Cannot set verify_mode to CERT_NONE when check_hostname is enabled.");
        return -1;
    }
    self->verify_mode = (int)mode;
    return apply_verify_mode(self);
}

/* Flags without a counterpart are kept: VERIFY_ALLOW_PROXY_CERTS would allow more than librssl
 * does, VERIFY_X509_TRUSTED_FIRST and VERIFY_X509_PARTIAL_CHAIN ask for what it does always. */
int context_set_verify_flags(context_object *self, PyObject *value, void *unused)
{
    long flags;
    (void)unused;
    if (integer(value, &flags) < 0)
        return -1;
    self->verify_flags = (unsigned long)flags;
    return apply_verify_flags(self);
}

int context_set_host_flags(context_object *self, PyObject *value, void *unused)
{
    const long known = HOSTFLAG_NO_PARTIAL_WILDCARDS | HOSTFLAG_NEVER_CHECK_SUBJECT;
    long flags;
    (void)unused;
    if (integer(value, &flags) < 0)
        return -1;
    if ((flags & ~known) != 0) {
        PyErr_Format(PyExc_ValueError, "host flags 0x%x are not supported", (int)(flags & ~known));
        return -1;
    }
    self->host_flags = (unsigned)flags;
    return apply_verify_flags(self);
}
