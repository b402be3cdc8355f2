/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * tls.SSLContext.
 */
#include "modtls_rssl.h"
#include "py/objstr.h"
#include <string.h>

#define PROTOCOL_TLS_CLIENT 0
#define PROTOCOL_TLS_SERVER 1

// What MicroPython's programs rely on: self-signed certificates with the name in CN alone, and
// servers that go on where no application protocol is shared.
#define PORT_OPTIONS (RSSL_OPT_INSECURE_MATCH_CN | RSSL_OPT_ALPN_OPTIONAL)

static mp_obj_t context_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_int_t protocol = mp_obj_get_int(args[0]);
    if (protocol != PROTOCOL_TLS_CLIENT && protocol != PROTOCOL_TLS_SERVER) {
        mp_raise_ValueError(MP_ERROR_TEXT("unsupported protocol"));
    }
    handles_before_new();
    tls_context_t *self = mp_obj_malloc_with_finaliser(tls_context_t, type);
    self->verify_callback = mp_const_none;
    self->ctx = NULL;
    interrupts_t interrupts = interrupts_hold();
    rssl_result rc = rssl_ctx_new(protocol == PROTOCOL_TLS_SERVER ? RSSL_SERVER : RSSL_CLIENT, &self->ctx);
    if (rc == RSSL_OK) {
        handles_made();
        rc = rssl_ctx_set_options(self->ctx, PORT_OPTIONS, 0);
    }
    if (rc == RSSL_OK) {
        rc = rssl_ctx_set_client_cert_callback(self->ctx, tls_nothing_to_show, NULL, NULL);
    }
    interrupts_release(&interrupts);
    if (rc != RSSL_OK) {
        tls_raise(rc);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t context_del(mp_obj_t self_in) {
    tls_context_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->ctx != NULL) {
        interrupts_t interrupts = interrupts_hold();
        rssl_ctx_free(self->ctx);
        self->ctx = NULL;
        handles_freed();
        interrupts_release(&interrupts);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(context_del_obj, context_del);

// A client that verifies also checks the name; librssl keeps the two from contradicting.
static rssl_result set_verify_mode(rssl_ctx *ctx, rssl_cert_reqs mode) {
    rssl_result rc = RSSL_OK;
    if (mode == RSSL_CERT_NONE) {
        rc = rssl_ctx_set_check_hostname(ctx, false);
    } else if (mode <= RSSL_CERT_REQUIRED && rssl_ctx_role(ctx) == RSSL_CLIENT) {
        rc = rssl_ctx_set_check_hostname(ctx, true);
    }
    return rc == RSSL_OK ? rssl_ctx_set_verify(ctx, mode) : rc;
}

static rssl_result set_verify_callback(tls_context_t *self, mp_obj_t callback) {
    rssl_verify_cb cb = callback == mp_const_none ? NULL : tls_verify;
    rssl_result rc = rssl_ctx_set_verify_callback(self->ctx, cb, NULL, NULL);
    if (rc == RSSL_OK) {
        self->verify_callback = callback;
    }
    return rc;
}

static void context_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    tls_context_t *self = MP_OBJ_TO_PTR(self_in);
    bool known = attr == MP_QSTR_verify_mode || attr == MP_QSTR_verify_callback;
    if (dest[0] == MP_OBJ_NULL) {
        if (attr == MP_QSTR_verify_mode) {
            dest[0] = MP_OBJ_NEW_SMALL_INT(rssl_ctx_verify(self->ctx));
        } else if (attr == MP_QSTR_verify_callback) {
            dest[0] = self->verify_callback;
        } else {
            dest[1] = MP_OBJ_SENTINEL; // look for a method
        }
    } else if (known && dest[1] != MP_OBJ_NULL) {
        mp_int_t mode = attr == MP_QSTR_verify_mode ? mp_obj_get_int(dest[1]) : 0;
        interrupts_t interrupts = interrupts_hold();
        rssl_result rc = attr == MP_QSTR_verify_mode
            ? set_verify_mode(self->ctx, (rssl_cert_reqs)mode) : set_verify_callback(self, dest[1]);
        interrupts_release(&interrupts);
        if (rc != RSSL_OK) {
            tls_raise_value_error();
        }
        dest[0] = MP_OBJ_NULL; // stored
    }
}

static mp_obj_t context_get_ciphers(mp_obj_t self_in) {
    tls_context_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (size_t i = 0; i < rssl_ctx_cipher_count(self->ctx); i++) {
        const char *name = rssl_cipher_name(rssl_ctx_cipher(self->ctx, i));
        mp_obj_list_append(list, mp_obj_new_str_from_cstr(name));
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_1(context_get_ciphers_obj, context_get_ciphers);

static mp_obj_t context_set_ciphers(mp_obj_t self_in, mp_obj_t ciphers_in) {
    tls_context_t *self = MP_OBJ_TO_PTR(self_in);
    size_t n;
    mp_obj_t *ciphers;
    mp_obj_get_array(ciphers_in, &n, &ciphers);
    vstr_t names;
    vstr_init(&names, 64);
    for (size_t i = 0; i < n; i++) {
        vstr_add_str(&names, i ? ":" : "");
        vstr_add_str(&names, mp_obj_str_get_str(ciphers[i]));
    }
    interrupts_t interrupts = interrupts_hold();
    rssl_result rc = rssl_ctx_set_ciphers(self->ctx, vstr_null_terminated_str(&names));
    interrupts_release(&interrupts);
    vstr_clear(&names);
    if (rc != RSSL_OK) {
        tls_raise_bad_config();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(context_set_ciphers_obj, context_set_ciphers);

static mp_obj_t context_set_alpn_protocols(mp_obj_t self_in, mp_obj_t protocols_in) {
    tls_context_t *self = MP_OBJ_TO_PTR(self_in);
    size_t n;
    mp_obj_t *protocols;
    mp_obj_get_array(protocols_in, &n, &protocols);
    const char **names = m_new(const char *, n);
    for (size_t i = 0; i < n; i++) {
        names[i] = mp_obj_str_get_str(protocols[i]);
    }
    interrupts_t interrupts = interrupts_hold();
    rssl_result rc = rssl_ctx_set_alpn(self->ctx, names, n);
    interrupts_release(&interrupts);
    m_del(const char *, names, n);
    if (rc != RSSL_OK) {
        tls_raise_value_error();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(context_set_alpn_protocols_obj, context_set_alpn_protocols);

static bool is_certificate(const char *data, size_t len) {
    rssl_cert *cert = NULL;
    bool is = rssl_cert_new_mem(data, len, &cert) == RSSL_OK;
    rssl_cert_free(cert);
    return is;
}

static bool is_pem_or_der(const char *data, size_t len) {
    static const char pem[] = "-----BEGIN ";
    size_t pem_len = sizeof(pem) - 1;
    for (size_t i = 0; len >= pem_len && i <= len - pem_len; i++) {
        if (memcmp(data + i, pem, pem_len) == 0) {
            return true;
        }
    }
    return len > 0 && data[0] == 0x30;
}

static mp_obj_t context_load_cert_chain(mp_obj_t self_in, mp_obj_t cert_in, mp_obj_t key_in) {
    tls_context_t *self = MP_OBJ_TO_PTR(self_in);
    size_t cert_len, key_len;
    const char *key = mp_obj_str_get_data(key_in, &key_len);
    // What is no key at all is reported before what may be wrong with the certificate.
    if (!is_pem_or_der(key, key_len)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid key"));
    }
    const char *cert = mp_obj_str_get_data(cert_in, &cert_len);
    interrupts_t interrupts = interrupts_hold();
    bool cert_good = is_certificate(cert, cert_len);
    rssl_result rc = rssl_ctx_load_cert_mem(self->ctx, cert, cert_len, key, key_len, NULL);
    if (rc == RSSL_OK) {
        rc = rssl_ctx_set_client_cert_callback(self->ctx, NULL, NULL, NULL);
    }
    interrupts_release(&interrupts);
    if (rc == RSSL_ERR_FORMAT) {
        mp_raise_ValueError(cert_good ? MP_ERROR_TEXT("invalid key") : MP_ERROR_TEXT("invalid cert"));
    }
    if (rc != RSSL_OK) {
        tls_raise_value_error();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(context_load_cert_chain_obj, context_load_cert_chain);

static mp_obj_t context_load_verify_locations(mp_obj_t self_in, mp_obj_t cadata_in) {
    tls_context_t *self = MP_OBJ_TO_PTR(self_in);
    size_t len;
    const char *data = mp_obj_str_get_data(cadata_in, &len);
    interrupts_t interrupts = interrupts_hold();
    rssl_result rc = rssl_ctx_load_verify_mem(self->ctx, data, len);
    interrupts_release(&interrupts);
    if (rc == RSSL_ERR_FORMAT) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid cert"));
    }
    if (rc != RSSL_OK) {
        tls_raise_value_error();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(context_load_verify_locations_obj, context_load_verify_locations);

// The operating system's trust roots, or on a device that has none the ones inside librssl.
static mp_obj_t context_load_default_certs(mp_obj_t self_in) {
    tls_context_t *self = MP_OBJ_TO_PTR(self_in);
    interrupts_t interrupts = interrupts_hold();
    rssl_result rc = rssl_ctx_load_verify_system(self->ctx);
    if (rc != RSSL_OK && rssl_has("bundled-roots")) {
        rc = rssl_ctx_load_verify_bundled(self->ctx);
    }
    interrupts_release(&interrupts);
    if (rc != RSSL_OK) {
        tls_raise(rc);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(context_load_default_certs_obj, context_load_default_certs);

static mp_obj_t context_wrap_socket(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_server_side, ARG_do_handshake_on_connect, ARG_server_hostname };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_server_side, MP_ARG_KW_ONLY | MP_ARG_BOOL, { .u_bool = false } },
        { MP_QSTR_do_handshake_on_connect, MP_ARG_KW_ONLY | MP_ARG_BOOL, { .u_bool = true } },
        { MP_QSTR_server_hostname, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    tls_context_t *self = MP_OBJ_TO_PTR(pos_args[0]);
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args - 2, pos_args + 2, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);

    bool client = rssl_ctx_role(self->ctx) == RSSL_CLIENT;
    if (client && args[ARG_server_side].u_bool) {
        mp_raise_ValueError(MP_ERROR_TEXT("server_side requires PROTOCOL_TLS_SERVER"));
    }
    const char *name = NULL;
    if (client && args[ARG_server_hostname].u_obj != mp_const_none) {
        name = mp_obj_str_get_str(args[ARG_server_hostname].u_obj);
    }
    if (client && name == NULL && rssl_ctx_verify(self->ctx) != RSSL_CERT_NONE) {
        mp_raise_ValueError(MP_ERROR_TEXT("CERT_REQUIRED requires server_hostname"));
    }
    return tls_socket_new(self, pos_args[1], args[ARG_do_handshake_on_connect].u_bool, name);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(context_wrap_socket_obj, 2, context_wrap_socket);

static const mp_rom_map_elem_t context_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&context_del_obj) },
    { MP_ROM_QSTR(MP_QSTR_get_ciphers), MP_ROM_PTR(&context_get_ciphers_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_ciphers), MP_ROM_PTR(&context_set_ciphers_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_alpn_protocols), MP_ROM_PTR(&context_set_alpn_protocols_obj) },
    { MP_ROM_QSTR(MP_QSTR_load_cert_chain), MP_ROM_PTR(&context_load_cert_chain_obj) },
    { MP_ROM_QSTR(MP_QSTR_load_verify_locations), MP_ROM_PTR(&context_load_verify_locations_obj) },
    { MP_ROM_QSTR(MP_QSTR_load_default_certs), MP_ROM_PTR(&context_load_default_certs_obj) },
    { MP_ROM_QSTR(MP_QSTR_wrap_socket), MP_ROM_PTR(&context_wrap_socket_obj) },
};
static MP_DEFINE_CONST_DICT(context_locals, context_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    tls_context_type,
    MP_QSTR_SSLContext,
    MP_TYPE_FLAG_NONE,
    make_new, context_make_new,
    attr, context_attr,
    locals_dict, &context_locals
    );
