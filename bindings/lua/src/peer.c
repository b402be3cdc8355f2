/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What a socket agreed on, and who is at the other end. Absent is nil.
 */
#include "core.h"

static void push_number(lua_State *L, lua_Integer n) {
  if (n == 0) lua_pushnil(L);
  else lua_pushinteger(L, n);
}

static int socket_is_connected(lua_State *L) {
  lua_pushboolean(L, rssl_sock_is_connected(check_socket(L, 1)));
  return 1;
}

/* "TLSv1.3", 772 */
static int socket_version(lua_State *L) {
  uint16_t version = rssl_sock_version(check_socket(L, 1));
  push_optional_string(L, rssl_version_name(version));
  push_number(L, version);
  return 2;
}

/* OpenSSL's name, IANA's name, the number, and the bits of the key. */
static int socket_cipher(lua_State *L) {
  uint16_t cipher = rssl_sock_cipher(check_socket(L, 1));
  push_optional_string(L, rssl_cipher_openssl_name(cipher));
  push_optional_string(L, rssl_cipher_name(cipher));
  push_number(L, cipher);
  push_number(L, rssl_cipher_bits(cipher));
  return 4;
}

static int socket_group(lua_State *L) {
  uint16_t group = rssl_sock_group(check_socket(L, 1));
  push_optional_string(L, rssl_group_name(group));
  push_number(L, group);
  return 2;
}

static int socket_alpn(lua_State *L) {
  push_bytes(L, rssl_sock_alpn(check_socket(L, 1)));
  return 1;
}

static int socket_server_name(lua_State *L) {
  push_optional_string(L, rssl_sock_server_name(check_socket(L, 1)));
  return 1;
}

static int socket_resumed(lua_State *L) {
  lua_pushboolean(L, rssl_sock_resumed(check_socket(L, 1)));
  return 1;
}

static int socket_verify_result(lua_State *L) {
  lua_pushinteger(L, rssl_sock_verify_result(check_socket(L, 1)));
  return 1;
}

static int socket_peer_signature(lua_State *L) {
  push_number(L, rssl_sock_peer_signature(check_socket(L, 1)));
  return 1;
}

static int socket_handshake_kind(lua_State *L) {
  push_number(L, rssl_sock_handshake_kind(check_socket(L, 1)));
  return 1;
}

/* Bytes received, bytes sent. */
static int socket_traffic(lua_State *L) {
  uint64_t rx, tx;
  rssl_sock_traffic(check_socket(L, 1), &rx, &tx);
  lua_pushnumber(L, (lua_Number)rx);
  lua_pushnumber(L, (lua_Number)tx);
  return 2;
}

static int socket_peer_certificate(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  rssl_cert **cert = new_certificate(L);
  *cert = rssl_sock_peer_cert_new(s, 0);
  if (*cert == NULL) lua_pushnil(L);
  return 1;
}

typedef rssl_cert *chain_at(const rssl_sock *s, size_t i);

static int push_chain(lua_State *L, chain_at *at) {
  rssl_sock *s = check_socket(L, 1);
  lua_newtable(L);
  for (size_t i = 0;; i++) {
    rssl_cert **cert = new_certificate(L);
    *cert = at(s, i);
    if (*cert == NULL) break;
    lua_rawseti(L, -2, (int)i + 1);
  }
  lua_pop(L, 1);
  return 1;
}

static int socket_peer_chain(lua_State *L) {
  return push_chain(L, rssl_sock_peer_cert_new);
}

static int socket_verified_chain(lua_State *L) {
  return push_chain(L, rssl_sock_verified_cert_new);
}

static int socket_own_chain(lua_State *L) {
  return push_chain(L, rssl_sock_own_cert_new);
}

static int socket_ocsp(lua_State *L) {
  push_bytes(L, rssl_sock_ocsp(check_socket(L, 1)));
  return 1;
}

/* export(label, length, context) */
static int socket_export(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  const char *label = check_text(L, 2);
  size_t len = check_size(L, 3), context_len = 0;
  const char *context = luaL_optlstring(L, 4, NULL, &context_len);
  luaL_argcheck(L, len > 0 && len <= 12240, 3, "out of range");
  char *out = lua_newuserdata(L, len);
  rssl_result code = rssl_sock_export(s, label, context, context_len, out, len);
  if (code != RSSL_OK) return push_failure(L, code);
  lua_pushlstring(L, out, len);
  return 1;
}

static int socket_channel_binding(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  char out[64];
  ptrdiff_t len = rssl_sock_channel_binding(s, check_text(L, 2), out, sizeof out);
  if (len < 0) return push_failure(L, (rssl_result)len);
  lua_pushlstring(L, out, (size_t)len);
  return 1;
}

const luaL_Reg socket_peer[] = {
    {"is_connected", socket_is_connected},
    {"version", socket_version},
    {"cipher", socket_cipher},
    {"group", socket_group},
    {"alpn", socket_alpn},
    {"server_name", socket_server_name},
    {"resumed", socket_resumed},
    {"verify_result", socket_verify_result},
    {"peer_signature", socket_peer_signature},
    {"handshake_kind", socket_handshake_kind},
    {"traffic", socket_traffic},
    {"peer_certificate", socket_peer_certificate},
    {"peer_chain", socket_peer_chain},
    {"verified_chain", socket_verified_chain},
    {"own_chain", socket_own_chain},
    {"ocsp", socket_ocsp},
    {"export", socket_export},
    {"channel_binding", socket_channel_binding},
    {NULL, NULL},
};
