/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * rssl.core: rssl.h for Lua. Each handle is a userdatum, each function of rssl.h a method of its
 * handle without the prefix (rssl_ctx_set_alpn is ctx:set_alpn), each constant a field of the module
 * without RSSL_. Functions that count and index return one table.
 *
 * RESULTS   Success is the value asked for, or true. Otherwise there are nil, a status, and an error:
 *
 *             nil, "want_read"        also "want_write", "want_hello", "want_consume": not an error
 *             nil, "closed"           of read and peek: the peer said close_notify
 *             nil, "verify", error    the name of RSSL_ERR_VERIFY in lower case; all others alike
 *
 *           error is a table with code, name ("RSSL_ERR_VERIFY"), message, reason, detail, errno,
 *           verify and depth, and, where there was one, alert and alert_received; tostring gives its
 *           message. What is absent (no ALPN agreed) is nil alone.
 *
 * RAISED    An argument of the wrong type, and the use of a closed handle.
 *
 * CALLBACKS Lua functions that librssl calls run inside the call that causes them, on the coroutine
 *           that made it, and cannot yield. What one raises makes that call fail in librssl, and is
 *           raised again from the call.
 *
 * LIFETIME  close, __gc and __close free a handle. A socket keeps its context, a context what its
 *           callbacks need; nothing is held by the registry, so that cycles are collected.
 */
#include "core.h"

static int digest(lua_State *L) {
  const char *hash = check_text(L, 1);
  size_t data_len;
  const char *data = luaL_checklstring(L, 2, &data_len);
  char out[64];
  ptrdiff_t len = rssl_digest(hash, data, data_len, out, sizeof out);
  if (len < 0) return push_failure(L, (rssl_result)len);
  lua_pushlstring(L, out, (size_t)len);
  return 1;
}

static int version(lua_State *L) {
  lua_pushstring(L, rssl_version());
  lua_pushinteger(L, rssl_version_number());
  return 2;
}

static int build_info(lua_State *L) {
  lua_pushstring(L, rssl_build_info());
  return 1;
}

static int has(lua_State *L) {
  lua_pushboolean(L, rssl_has(check_text(L, 1)));
  return 1;
}

static int strerror_of(lua_State *L) {
  lua_pushstring(L, rssl_strerror(check_int(L, 1)));
  return 1;
}

static int alert_name(lua_State *L) {
  lua_pushstring(L, rssl_alert_name(check_int(L, 1)));
  return 1;
}

static int verify_string(lua_State *L) {
  lua_pushstring(L, rssl_verify_string(check_int(L, 1)));
  return 1;
}

static int version_name(lua_State *L) {
  push_optional_string(L, rssl_version_name(check_u16(L, 1)));
  return 1;
}

/* OpenSSL's name, IANA's name, the bits of the key. */
static int cipher_name(lua_State *L) {
  uint16_t cipher = check_u16(L, 1);
  push_optional_string(L, rssl_cipher_openssl_name(cipher));
  push_optional_string(L, rssl_cipher_name(cipher));
  lua_pushinteger(L, rssl_cipher_bits(cipher));
  return 3;
}

static int group_name(lua_State *L) {
  push_optional_string(L, rssl_group_name(check_u16(L, 1)));
  return 1;
}

static const luaL_Reg functions[] = {
    {"digest", digest},
    {"version", version},
    {"build_info", build_info},
    {"has", has},
    {"strerror", strerror_of},
    {"alert_name", alert_name},
    {"verify_string", verify_string},
    {"version_name", version_name},
    {"cipher_name", cipher_name},
    {"group_name", group_name},
    {NULL, NULL},
};

#if defined(__GNUC__)
__attribute__((visibility("default")))
#elif defined(_WIN32)
__declspec(dllexport)
#endif
int luaopen_rssl_core(lua_State *L);

int luaopen_rssl_core(lua_State *L) {
  lua_newtable(L);
  luaL_setfuncs(L, functions, 0);
  open_constants(L);
  open_errors(L);
  open_context(L);
  open_socket(L);
  open_hello(L);
  open_session(L);
  open_stream(L);
  open_certificate(L);
  open_identity(L);
  return 1;
}
