/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "core.h"

rssl_cert **new_certificate(lua_State *L) {
  return (rssl_cert **)new_handle(L, CERTIFICATE);
}

static int certificate_close(lua_State *L) {
  void **box = luaL_checkudata(L, 1, CERTIFICATE);
  rssl_cert *cert = *box;
  *box = NULL;
  rssl_cert_free(cert);
  return 0;
}

static int cert_new_mem(lua_State *L) {
  size_t len;
  const char *data = luaL_checklstring(L, 1, &len);
  rssl_cert **cert = new_certificate(L);
  rssl_result code = rssl_cert_new_mem(data, len, cert);
  return code == RSSL_OK ? 1 : push_failure(L, code);
}

static int cert_new_file(lua_State *L) {
  const char *path = check_text(L, 1);
  rssl_cert **cert = new_certificate(L);
  rssl_result code = rssl_cert_new_file(path, cert);
  return code == RSSL_OK ? 1 : push_failure(L, code);
}

static int certificate_der(lua_State *L) {
  push_bytes(L, rssl_cert_der(check_certificate(L, 1)));
  return 1;
}

static int certificate_pem(lua_State *L) {
  push_optional_string(L, rssl_cert_pem(check_certificate(L, 1)));
  return 1;
}

static int certificate_text(lua_State *L) {
  push_optional_string(L, rssl_cert_text(check_certificate(L, 1)));
  return 1;
}

static int certificate_version(lua_State *L) {
  lua_pushinteger(L, rssl_cert_version(check_certificate(L, 1)));
  return 1;
}

static int certificate_serial(lua_State *L) {
  push_bytes(L, rssl_cert_serial(check_certificate(L, 1)));
  return 1;
}

static int certificate_not_before(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)rssl_cert_not_before(check_certificate(L, 1)));
  return 1;
}

static int certificate_not_after(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)rssl_cert_not_after(check_certificate(L, 1)));
  return 1;
}

static int certificate_is_ca(lua_State *L) {
  lua_pushboolean(L, rssl_cert_is_ca(check_certificate(L, 1)));
  return 1;
}

static int certificate_key_type(lua_State *L) {
  push_optional_string(L, rssl_cert_key_type(check_certificate(L, 1)));
  return 1;
}

static int certificate_key_bits(lua_State *L) {
  lua_pushinteger(L, rssl_cert_key_bits(check_certificate(L, 1)));
  return 1;
}

static int certificate_signature_type(lua_State *L) {
  push_optional_string(L, rssl_cert_signature_type(check_certificate(L, 1)));
  return 1;
}

static int certificate_spki(lua_State *L) {
  push_bytes(L, rssl_cert_spki(check_certificate(L, 1)));
  return 1;
}

static int certificate_matches(lua_State *L) {
  lua_pushboolean(L, rssl_cert_matches(check_certificate(L, 1), check_text(L, 2)));
  return 1;
}

/* A list of {rdn=, key=, value=}. */
static int certificate_name(lua_State *L) {
  rssl_cert *cert = check_certificate(L, 1);
  rssl_name which = check_u32(L, 2);
  lua_newtable(L);
  size_t rdn;
  const char *key;
  rssl_bytes value;
  for (size_t i = 0; rssl_cert_name_at(cert, which, i, &rdn, &key, &value); i++) {
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, (lua_Integer)rdn);
    lua_setfield(L, -2, "rdn");
    lua_pushstring(L, key);
    lua_setfield(L, -2, "key");
    push_bytes(L, value);
    lua_setfield(L, -2, "value");
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

static int certificate_name_der(lua_State *L) {
  rssl_cert *cert = check_certificate(L, 1);
  push_bytes(L, rssl_cert_name_der(cert, check_u32(L, 2)));
  return 1;
}

/* A list of {type=, value=}. */
static int certificate_san(lua_State *L) {
  rssl_cert *cert = check_certificate(L, 1);
  lua_newtable(L);
  rssl_san type;
  rssl_bytes value;
  for (size_t i = 0; rssl_cert_san_at(cert, i, &type, &value); i++) {
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, type);
    lua_setfield(L, -2, "type");
    push_bytes(L, value);
    lua_setfield(L, -2, "value");
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

static int certificate_uris(lua_State *L) {
  rssl_cert *cert = check_certificate(L, 1);
  rssl_uri which = check_u32(L, 2);
  lua_newtable(L);
  const char *uri;
  for (size_t i = 0; (uri = rssl_cert_uri_at(cert, which, i)) != NULL; i++) {
    lua_pushstring(L, uri);
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

static int certificate_extension(lua_State *L) {
  rssl_cert *cert = check_certificate(L, 1);
  bool critical;
  push_bytes(L, rssl_cert_extension(cert, check_text(L, 2), &critical));
  lua_pushboolean(L, critical);
  return 2;
}

static const luaL_Reg methods[] = {
    {"close", certificate_close},
    {"der", certificate_der},
    {"pem", certificate_pem},
    {"text", certificate_text},
    {"version", certificate_version},
    {"serial", certificate_serial},
    {"not_before", certificate_not_before},
    {"not_after", certificate_not_after},
    {"is_ca", certificate_is_ca},
    {"key_type", certificate_key_type},
    {"key_bits", certificate_key_bits},
    {"signature_type", certificate_signature_type},
    {"spki", certificate_spki},
    {"matches", certificate_matches},
    {"name", certificate_name},
    {"name_der", certificate_name_der},
    {"san", certificate_san},
    {"uris", certificate_uris},
    {"extension", certificate_extension},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"cert_new_mem", cert_new_mem},
    {"cert_new_file", cert_new_file},
    {NULL, NULL},
};

void open_certificate(lua_State *L) {
  new_type(L, CERTIFICATE, methods, certificate_close);
  luaL_setfuncs(L, functions, 0);
}
