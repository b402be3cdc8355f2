/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "core.h"

typedef rssl_result make_context(rssl_role role, rssl_ctx **out);

static int new_context(lua_State *L, make_context *make) {
  rssl_role role = check_role(L, 1);
  void **box = new_keeping_handle(L, CONTEXT);
  rssl_result code = make(role, (rssl_ctx **)box);
  return code == RSSL_OK ? 1 : push_failure(L, code);
}

static int ctx_new(lua_State *L) {
  return new_context(L, rssl_ctx_new);
}

static int ctx_new_default(lua_State *L) {
  return new_context(L, rssl_ctx_new_default);
}

static int context_close(lua_State *L) {
  void **box = luaL_checkudata(L, 1, CONTEXT);
  rssl_ctx *ctx = *box;
  *box = NULL;
  rssl_ctx_free(ctx);
  return 0;
}

static int context_role(lua_State *L) {
  lua_pushinteger(L, rssl_ctx_role(check_context(L, 1)));
  return 1;
}

static int context_set_verify(lua_State *L) {
  return push_result(L, rssl_ctx_set_verify(check_context(L, 1), check_u32(L, 2)));
}

static int context_verify(lua_State *L) {
  lua_pushinteger(L, rssl_ctx_verify(check_context(L, 1)));
  return 1;
}

static int context_set_check_hostname(lua_State *L) {
  luaL_checktype(L, 2, LUA_TBOOLEAN);
  return push_result(L, rssl_ctx_set_check_hostname(check_context(L, 1), lua_toboolean(L, 2)));
}

static int context_check_hostname(lua_State *L) {
  lua_pushboolean(L, rssl_ctx_check_hostname(check_context(L, 1)));
  return 1;
}

static int context_load_cert_file(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  return push_result(L, rssl_ctx_load_cert_file(ctx, check_text(L, 2), optional_text(L, 3),
                                                optional_text(L, 4)));
}

static int context_load_cert_mem(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  size_t cert_len, key_len = 0;
  const char *cert = luaL_checklstring(L, 2, &cert_len);
  const char *key = luaL_optlstring(L, 3, NULL, &key_len);
  return push_result(
      L, rssl_ctx_load_cert_mem(ctx, cert, cert_len, key, key_len, optional_text(L, 4)));
}

/* The keys of signers among them become reachable from the context, and those before are let go. */
static int context_set_identities(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  size_t n = lua_rawlen(L, 2);
  rssl_identity **identities = lua_newuserdata(L, (n + 1) * sizeof *identities);
  lua_newtable(L);
  int signers = lua_gettop(L);
  for (size_t i = 0; i < n; i++) {
    lua_rawgeti(L, 2, (int)i + 1);
    identities[i] = check_identity(L, -1);
    keep_signer(L, signers, lua_gettop(L));
    lua_pop(L, 1);
  }
  rssl_result code = rssl_ctx_set_identities(ctx, identities, n);
  if (code == RSSL_OK) replace_callback(L, 1, "identities", signers);
  return push_result(L, code);
}

static int context_set_versions(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  uint16_t min = lua_isnoneornil(L, 2) ? 0 : check_u16(L, 2);
  uint16_t max = lua_isnoneornil(L, 3) ? 0 : check_u16(L, 3);
  return push_result(L, rssl_ctx_set_versions(ctx, min, max));
}

static int context_versions(lua_State *L) {
  uint16_t min, max;
  rssl_ctx_versions(check_context(L, 1), &min, &max);
  lua_pushinteger(L, min);
  lua_pushinteger(L, max);
  return 2;
}

static int context_set_ciphers(lua_State *L) {
  return push_result(L, rssl_ctx_set_ciphers(check_context(L, 1), check_text(L, 2)));
}

static int context_set_cipher_string(lua_State *L) {
  return push_result(L, rssl_ctx_set_cipher_string(check_context(L, 1), check_text(L, 2)));
}

static int context_ciphers(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  size_t n = rssl_ctx_cipher_count(ctx);
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    lua_pushinteger(L, rssl_ctx_cipher(ctx, i));
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

static int context_set_groups(lua_State *L) {
  return push_result(L, rssl_ctx_set_groups(check_context(L, 1), check_text(L, 2)));
}

static int context_set_alpn(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  size_t n;
  const char *const *protocols = check_texts(L, 2, &n);
  return push_result(L, rssl_ctx_set_alpn(ctx, protocols, n));
}

static int context_set_options(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  uint32_t clear = lua_isnoneornil(L, 3) ? 0 : check_u32(L, 3);
  return push_result(L, rssl_ctx_set_options(ctx, check_u32(L, 2), clear));
}

static int context_options(lua_State *L) {
  lua_pushinteger(L, rssl_ctx_options(check_context(L, 1)));
  return 1;
}

static int context_load_verify_file(lua_State *L) {
  return push_result(L, rssl_ctx_load_verify_file(check_context(L, 1), check_text(L, 2)));
}

static int context_load_verify_dir(lua_State *L) {
  return push_result(L, rssl_ctx_load_verify_dir(check_context(L, 1), check_text(L, 2)));
}

static int context_load_verify_mem(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  size_t len;
  const char *data = luaL_checklstring(L, 2, &len);
  return push_result(L, rssl_ctx_load_verify_mem(ctx, data, len));
}

static int context_load_verify_system(lua_State *L) {
  return push_result(L, rssl_ctx_load_verify_system(check_context(L, 1)));
}

static int context_load_verify_bundled(lua_State *L) {
  return push_result(L, rssl_ctx_load_verify_bundled(check_context(L, 1)));
}

static int context_roots(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  size_t n = rssl_ctx_root_count(ctx);
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    rssl_cert **cert = new_certificate(L);
    *cert = rssl_ctx_root_new(ctx, i);
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

static int context_root_count(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)rssl_ctx_root_count(check_context(L, 1)));
  return 1;
}

static int context_clear_roots(lua_State *L) {
  return push_result(L, rssl_ctx_clear_roots(check_context(L, 1)));
}

static int context_set_max_fragment(lua_State *L) {
  return push_result(L, rssl_ctx_set_max_fragment(check_context(L, 1), check_size(L, 2)));
}

static int context_set_session_cache(lua_State *L) {
  return push_result(L, rssl_ctx_set_session_cache(check_context(L, 1), check_size(L, 2)));
}

static int context_set_ticket_count(lua_State *L) {
  return push_result(L, rssl_ctx_set_ticket_count(check_context(L, 1), check_size(L, 2)));
}

static int context_set_ticket_keys(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  size_t len = 0;
  const char *keys = luaL_optlstring(L, 2, NULL, &len);
  luaL_argcheck(L, len % 48 == 0, 2, "not keys of 48 bytes each");
  return push_result(L, rssl_ctx_set_ticket_keys(ctx, keys, len / 48));
}

static int context_load_crl_file(lua_State *L) {
  return push_result(L, rssl_ctx_load_crl_file(check_context(L, 1), check_text(L, 2)));
}

static int context_load_crl_mem(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  size_t len;
  const char *data = luaL_checklstring(L, 2, &len);
  return push_result(L, rssl_ctx_load_crl_mem(ctx, data, len));
}

static int context_set_crl_flags(lua_State *L) {
  return push_result(L, rssl_ctx_set_crl_flags(check_context(L, 1), check_u32(L, 2)));
}

static int context_clear_crls(lua_State *L) {
  return push_result(L, rssl_ctx_clear_crls(check_context(L, 1)));
}

static int context_set_verify_schemes(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  size_t n;
  const uint16_t *schemes = check_schemes(L, 2, &n);
  return push_result(L, rssl_ctx_set_verify_schemes(ctx, schemes, n));
}

static int context_set_client_ca_names(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  size_t n;
  const rssl_bytes *names = check_strings(L, 2, &n);
  return push_result(L, rssl_ctx_set_client_ca_names(ctx, names, n));
}

static const luaL_Reg methods[] = {
    {"close", context_close},
    {"role", context_role},
    {"set_verify", context_set_verify},
    {"verify", context_verify},
    {"set_check_hostname", context_set_check_hostname},
    {"check_hostname", context_check_hostname},
    {"load_cert_file", context_load_cert_file},
    {"load_cert_mem", context_load_cert_mem},
    {"set_identities", context_set_identities},
    {"set_versions", context_set_versions},
    {"versions", context_versions},
    {"set_ciphers", context_set_ciphers},
    {"set_cipher_string", context_set_cipher_string},
    {"ciphers", context_ciphers},
    {"set_groups", context_set_groups},
    {"set_alpn", context_set_alpn},
    {"set_options", context_set_options},
    {"options", context_options},
    {"load_verify_file", context_load_verify_file},
    {"load_verify_dir", context_load_verify_dir},
    {"load_verify_mem", context_load_verify_mem},
    {"load_verify_system", context_load_verify_system},
    {"load_verify_bundled", context_load_verify_bundled},
    {"roots", context_roots},
    {"root_count", context_root_count},
    {"clear_roots", context_clear_roots},
    {"set_max_fragment", context_set_max_fragment},
    {"set_session_cache", context_set_session_cache},
    {"set_ticket_count", context_set_ticket_count},
    {"set_ticket_keys", context_set_ticket_keys},
    {"load_crl_file", context_load_crl_file},
    {"load_crl_mem", context_load_crl_mem},
    {"set_crl_flags", context_set_crl_flags},
    {"clear_crls", context_clear_crls},
    {"set_verify_schemes", context_set_verify_schemes},
    {"set_client_ca_names", context_set_client_ca_names},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"ctx_new", ctx_new},
    {"ctx_new_default", ctx_new_default},
    {NULL, NULL},
};

void open_context(lua_State *L) {
  new_type(L, CONTEXT, methods, context_close);
  add_methods(L, CONTEXT, context_callbacks);
  luaL_setfuncs(L, functions, 0);
}
