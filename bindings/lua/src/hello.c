/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A ClientHello under examination. The userdatum knows its socket, and asks that for the hello each
 * time: once decided, everything about it is absent.
 */
#include "core.h"

void push_hello(lua_State *L, int socket) {
  new_keeping_handle(L, HELLO);
  lua_pushvalue(L, socket);
  set_kept(L, -2, KEPT_SOCKET);
}

/* Pushes the socket, at index 2. */
static rssl_hello *check_hello(lua_State *L) {
  luaL_checkudata(L, 1, HELLO);
  get_kept(L, 1, KEPT_SOCKET);
  lua_insert(L, 2);
  return rssl_sock_hello(check_socket(L, 2));
}

static int socket_hello(lua_State *L) {
  if (rssl_sock_hello(check_socket(L, 1)) == NULL) lua_pushnil(L);
  else push_hello(L, 1);
  return 1;
}

static int hello_socket(lua_State *L) {
  check_hello(L);
  lua_settop(L, 2);
  return 1;
}

static int hello_server_name(lua_State *L) {
  push_optional_string(L, rssl_hello_server_name(check_hello(L)));
  return 1;
}

static int hello_alpn(lua_State *L) {
  rssl_hello *hello = check_hello(L);
  size_t n = rssl_hello_alpn_count(hello);
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    push_bytes(L, rssl_hello_alpn(hello, i));
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

typedef size_t count_numbers(const rssl_hello *hello);
typedef uint16_t number_at(const rssl_hello *hello, size_t i);

static int push_numbers(lua_State *L, count_numbers *count, number_at *at) {
  rssl_hello *hello = check_hello(L);
  size_t n = count(hello);
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    lua_pushinteger(L, at(hello, i));
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

static int hello_ciphers(lua_State *L) {
  return push_numbers(L, rssl_hello_cipher_count, rssl_hello_cipher);
}

static int hello_schemes(lua_State *L) {
  return push_numbers(L, rssl_hello_scheme_count, rssl_hello_scheme);
}

static int hello_ca_names(lua_State *L) {
  rssl_hello *hello = check_hello(L);
  size_t n = rssl_hello_ca_count(hello);
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    push_bytes(L, rssl_hello_ca(hello, i));
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

/* The callbacks of that context become the socket's, beside those of its own context. */
static int hello_use_ctx(lua_State *L) {
  rssl_hello *hello = check_hello(L);
  rssl_result code = rssl_hello_use_ctx(hello, check_context(L, 3));
  if (code == RSSL_OK) {
    copy_callbacks(L, 2);
    int callbacks = lua_gettop(L);
    get_kept(L, 3, KEPT_CALLBACKS);
    copy_fields(L, -1, callbacks);
  }
  return push_result(L, code);
}

static int hello_use_identity(lua_State *L) {
  rssl_hello *hello = check_hello(L);
  rssl_result code = rssl_hello_use_identity(hello, check_identity(L, 3));
  if (code == RSSL_OK) {
    copy_callbacks(L, 2);
    lua_newtable(L);
    keep_signer(L, lua_gettop(L), 3);
    lua_setfield(L, -2, "used");
  }
  return push_result(L, code);
}

static int hello_use_alpn(lua_State *L) {
  rssl_hello *hello = check_hello(L);
  return push_result(L, rssl_hello_use_alpn(hello, check_text(L, 3)));
}

static int hello_continue(lua_State *L) {
  return push_result(L, rssl_hello_continue(check_hello(L)));
}

static int hello_reject(lua_State *L) {
  rssl_hello *hello = check_hello(L);
  int alert = check_int(L, 3);
  struct call call;
  call_begin(&call, L, 2);
  rssl_result code = rssl_hello_reject(hello, alert);
  call_end(&call);
  return push_result(L, code);
}

static const luaL_Reg methods[] = {
    {"socket", hello_socket},
    {"server_name", hello_server_name},
    {"alpn", hello_alpn},
    {"ciphers", hello_ciphers},
    {"schemes", hello_schemes},
    {"ca_names", hello_ca_names},
    {"use_ctx", hello_use_ctx},
    {"use_identity", hello_use_identity},
    {"use_alpn", hello_use_alpn},
    {"continue", hello_continue},
    {"reject", hello_reject},
    {NULL, NULL},
};

static const luaL_Reg socket_methods[] = {
    {"hello", socket_hello},
    {NULL, NULL},
};

void open_hello(lua_State *L) {
  new_type(L, HELLO, methods, NULL);
  add_methods(L, SOCKET, socket_methods);
}
