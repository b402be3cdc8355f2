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

static bool is_client(const tls_context_t *self) {
    interrupts_t interrupts = interrupts_hold();
    bool is = rssl_ctx_role(self->ctx) == RSSL_CLIENT;
    interrupts_release(&interrupts);
    return is;
}

static mp_int_t verify_mode(const tls_context_t *self) {
    interrupts_t interrupts = interrupts_hold();
    mp_int_t mode = rssl_ctx_verify(self->ctx);
    interrupts_release(&interrupts);
    return mode;
}

// A client that verifies also checks the name; librssl keeps the two from contradicting.
static void set_verify_mode(tls_context_t *self, mp_int_t mode) {
    if (mode < RSSL_CERT_NONE || mode > RSSL_CERT_REQUIRED) {
        mp_raise_ValueError(MP_ERROR_TEXT("not a verify mode"));
    }
    rssl_result rc = RSSL_OK;
    interrupts_t interrupts = interrupts_hold();
    if (mode == RSSL_CERT_NONE) {
        rc = rssl_ctx_set_check_hostname(self->ctx, false);
    } else if (rssl_ctx_role(self->ctx) == RSSL_CLIENT) {
        rc = rssl_ctx_set_check_hostname(self->ctx, true);
    }
    if (rc == RSSL_OK) {
        rc = rssl_ctx_set_verify(self->ctx, (rssl_cert_reqs)mode);
    }
    interrupts_release(&interrupts);
    if (rc != RSSL_OK) {
        tls_raise_value_error();
    }
}

static void set_verify_callback(tls_context_t *self, mp_obj_t callback) {
    rssl_verify_cb cb = callback == mp_const_none ? NULL : tls_verify;
    interrupts_t interrupts = interrupts_hold();
    rssl_result rc = rssl_ctx_set_verify_callback(self->ctx, cb, NULL, NULL);
    interrupts_release(&interrupts);
    if (rc != RSSL_OK) {
        tls_raise_value_error();
    }
    self->verify_callback = callback;
}

static void context_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    tls_context_t *self = MP_OBJ_TO_PTR(self_in);
    bool mode = attr == MP_QSTR_verify_mode;
    bool callback = attr == MP_QSTR_verify_callback;
    if (dest[0] == MP_OBJ_NULL) {
        if (mode) {
            dest[0] = MP_OBJ_NEW_SMALL_INT(verify_mode(self));
        } else if (callback) {
            dest[0] = self->verify_callback;
        } else {
            dest[1] = MP_OBJ_SENTINEL; // look for a method
        }
    } else if ((mode || callback) && dest[1] != MP_OBJ_NULL) {
        if (mode) {
            set_verify_mode(self, mp_obj_get_int(dest[1]));
        } else {
            set_verify_callback(self, dest[1]);
        }
        dest[0] = MP_OBJ_NULL; // stored
    }
}

// A name that had a NUL inside would be another name to librssl.
static const char *name_of(mp_obj_t name_in) {
    size_t len;
    const char *name = mp_obj_str_get_data(name_in, &len);
    if (memchr(name, '\0', len) != NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("NUL in a name"));
    }
    return name;
}

// NULL: past the last.
static const char *cipher_name(const tls_context_t *self, size_t i) {
    interrupts_t interrupts = interrupts_hold();
    const char *name = NULL;
    if (i < rssl_ctx_cipher_count(self->ctx)) {
        name = rssl_cipher_name(rssl_ctx_cipher(self->ctx, i));
    }
    interrupts_release(&interrupts);
    return name;
}

static mp_obj_t context_get_ciphers(mp_obj_t self_in) {
    tls_context_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    const char *name;
    for (size_t i = 0; (name = cipher_name(self, i)) != NULL; i++) {
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
        vstr_add_str(&names, name_of(ciphers[i]));
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
        names[i] = name_of(protocols[i]);
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

// Any buffer; of what is none MicroPython's tests expect the words of strings.
static void get_bytes(mp_obj_t data_in, mp_buffer_info_t *data) {
    if (!mp_get_buffer(data_in, data, MP_BUFFER_READ)) {
        data->buf = (void *)mp_obj_str_get_data(data_in, &data->len);
    }
}

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
    mp_buffer_info_t cert, key;
    get_bytes(key_in, &key);
    // What is no key at all is reported before what may be wrong with the certificate.
    if (!is_pem_or_der(key.buf, key.len)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid key"));
    }
    get_bytes(cert_in, &cert);
    interrupts_t interrupts = interrupts_hold();
    bool cert_good = is_certificate(cert.buf, cert.len);
    rssl_result rc = rssl_ctx_load_cert_mem(self->ctx, cert.buf, cert.len, key.buf, key.len, NULL);
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
    mp_buffer_info_t data;
    get_bytes(cadata_in, &data);
    interrupts_t interrupts = interrupts_hold();
    rssl_result rc = rssl_ctx_load_verify_mem(self->ctx, data.buf, data.len);
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

    bool client = is_client(self);
    if (client && args[ARG_server_side].u_bool) {
        mp_raise_ValueError(MP_ERROR_TEXT("server_side requires PROTOCOL_TLS_SERVER"));
    }
    const char *name = NULL;
    if (client && args[ARG_server_hostname].u_obj != mp_const_none) {
        name = name_of(args[ARG_server_hostname].u_obj);
    }
    if (client && name == NULL && verify_mode(self) != RSSL_CERT_NONE) {
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
