/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The module `tls`.
 */
#include "modtls_rssl.h"
#include "py/objstr.h"

// Where CPython's programs look for the library's name and version.
static const MP_DEFINE_STR_OBJ(version_obj, "librssl " RSSL_VERSION_STRING);

static const mp_rom_map_elem_t tls_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_tls) },
    { MP_ROM_QSTR(MP_QSTR_SSLContext), MP_ROM_PTR(&tls_context_type) },
    { MP_ROM_QSTR(MP_QSTR_OPENSSL_VERSION), MP_ROM_PTR(&version_obj) },
    { MP_ROM_QSTR(MP_QSTR_PROTOCOL_TLS_CLIENT), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_PROTOCOL_TLS_SERVER), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_CERT_NONE), MP_ROM_INT(RSSL_CERT_NONE) },
    { MP_ROM_QSTR(MP_QSTR_CERT_OPTIONAL), MP_ROM_INT(RSSL_CERT_OPTIONAL) },
    { MP_ROM_QSTR(MP_QSTR_CERT_REQUIRED), MP_ROM_INT(RSSL_CERT_REQUIRED) },
};
static MP_DEFINE_CONST_DICT(tls_globals, tls_globals_table);

const mp_obj_module_t tls_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&tls_globals,
};

MP_REGISTER_MODULE(MP_QSTR_tls, tls_module);
