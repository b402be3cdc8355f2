/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A connection: making it, the handshake, reading and writing, its end. What it agreed on is in
 * peer.c, how its bytes travel in transport.c.
 */
#include "core.h"

/* What one call reads at most on the C stack: a record's plaintext. Longer ones use a userdatum. */
enum { STACK_BUFFER = 16384, LONGEST_READ = 1 << 20 };

static void keep_context(lua_State *L, int socket, int context) {
  lua_pushvalue(L, context);
  set_kept(L, socket, KEPT_CONTEXT);
  get_kept(L, context, KEPT_CALLBACKS);
  set_kept(L, socket, KEPT_CALLBACKS);
}

/* sock_new(ctx, role, name) */
static int sock_new(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  rssl_role role = check_role(L, 2);
  const char *name = optional_text(L, 3);
  void **box = new_keeping_handle(L, SOCKET);
  keep_context(L, lua_gettop(L), 1);
  rssl_result code = rssl_sock_new(ctx, role, name, (rssl_sock **)box);
  return code == RSSL_OK ? 1 : push_failure(L, code);
}

/* wrap(ctx, fd, role, name): without an fd the transport is memory. */
static int wrap(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  bool memory = lua_isnoneornil(L, 2);
  rssl_fd fd = memory ? 0 : (rssl_fd)check_int(L, 2);
  rssl_role role = check_role(L, 3);
  const char *name = optional_text(L, 4);
  void **box = new_keeping_handle(L, SOCKET);
  keep_context(L, lua_gettop(L), 1);
  rssl_result code = memory ? rssl_sock_new(ctx, role, name, (rssl_sock **)box)
                            : rssl_wrap(ctx, fd, role, name, (rssl_sock **)box);
  return code == RSSL_OK ? 1 : push_failure(L, code);
}

static int socket_close(lua_State *L) {
  void **box = luaL_checkudata(L, 1, SOCKET);
  rssl_sock *s = *box;
  *box = NULL;
  rssl_sock_free(s);
  return 0;
}

static int socket_is_closed(lua_State *L) {
  lua_pushboolean(L, *(void **)luaL_checkudata(L, 1, SOCKET) == NULL);
  return 1;
}

static int socket_handshake(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  struct call call;
  call_begin(&call, L, 1);
  rssl_result code = rssl_handshake(s);
  call_end(&call);
  return push_result(L, code);
}

typedef ptrdiff_t read_bytes(rssl_sock *s, void *buf, size_t len);

/* Up to n bytes; nil, "closed" and no error after the peer's close_notify. */
static int read_with(lua_State *L, read_bytes *read) {
  lua_Integer n = luaL_optinteger(L, 2, STACK_BUFFER);
  luaL_argcheck(L, n > 0, 2, "must be positive");
  if (n > LONGEST_READ) n = LONGEST_READ;
  char stack[STACK_BUFFER];
  char *buf = n > STACK_BUFFER ? lua_newuserdata(L, (size_t)n) : stack;
  rssl_sock *s = check_socket(L, 1);
  struct call call;
  call_begin(&call, L, 1);
  ptrdiff_t count = read(s, buf, (size_t)n);
  call_end(&call);
  if (count < 0) return push_failure(L, (rssl_result)count);
  if (count == 0) {
    lua_pushnil(L);
    lua_pushliteral(L, "closed");
    return 2;
  }
  lua_pushlstring(L, buf, (size_t)count);
  return 1;
}

static int socket_read(lua_State *L) {
  return read_with(L, rssl_read);
}

static int socket_peek(lua_State *L) {
  return read_with(L, rssl_peek);
}

static int socket_pending(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  struct call call;
  call_begin(&call, L, 1);
  size_t pending = rssl_pending(s);
  call_end(&call);
  lua_pushinteger(L, (lua_Integer)pending);
  return 1;
}

/* write(s, i, j): how many of the bytes from i to j were taken. */
static int socket_write(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  size_t before, len;
  const char *data = check_range(L, 2, &before, &len);
  struct call call;
  call_begin(&call, L, 1);
  ptrdiff_t count = rssl_write(s, data, len);
  call_end(&call);
  return push_count(L, count);
}

static int socket_writev(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  size_t n;
  const rssl_bytes *pieces = check_strings(L, 2, &n);
  struct call call;
  call_begin(&call, L, 1);
  ptrdiff_t count = rssl_writev(s, pieces, n);
  call_end(&call);
  return push_count(L, count);
}

static int socket_set_write_queue(lua_State *L) {
  return push_result(L, rssl_sock_set_write_queue(check_socket(L, 1), check_size(L, 2)));
}

static int socket_flush(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  struct call call;
  call_begin(&call, L, 1);
  rssl_result code = rssl_flush(s);
  call_end(&call);
  return push_result(L, code);
}

static int socket_events(lua_State *L) {
  lua_pushinteger(L, rssl_events(check_socket(L, 1)));
  return 1;
}

static int socket_shutdown(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  int32_t how = lua_isnoneornil(L, 2) ? RSSL_SHUT_WR : check_int(L, 2);
  struct call call;
  call_begin(&call, L, 1);
  rssl_result code = rssl_shutdown(s, how);
  call_end(&call);
  return push_result(L, code);
}

/* What was received behind the peer's close_notify, "" if nothing. */
static int socket_detach(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  rssl_bytes rest;
  struct call call;
  call_begin(&call, L, 1);
  rssl_result code = rssl_detach(s, &rest);
  call_end(&call);
  if (code != RSSL_OK) return push_failure(L, code);
  lua_pushlstring(L, rest.data == NULL ? "" : (const char *)rest.data, rest.len);
  return 1;
}

static int socket_key_update(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  struct call call;
  call_begin(&call, L, 1);
  rssl_result code = rssl_key_update(s);
  call_end(&call);
  return push_result(L, code);
}

static int socket_error(lua_State *L) {
  push_error(L, rssl_sock_error(check_socket(L, 1)));
  return 1;
}

static int socket_set_verify_name(lua_State *L) {
  return push_result(L, rssl_sock_set_verify_name(check_socket(L, 1), check_text(L, 2)));
}

static int socket_context(lua_State *L) {
  check_socket(L, 1);
  get_kept(L, 1, KEPT_CONTEXT);
  return 1;
}

static const luaL_Reg methods[] = {
    {"close", socket_close},
    {"is_closed", socket_is_closed},
    {"handshake", socket_handshake},
    {"read", socket_read},
    {"peek", socket_peek},
    {"pending", socket_pending},
    {"write", socket_write},
    {"writev", socket_writev},
    {"set_write_queue", socket_set_write_queue},
    {"flush", socket_flush},
    {"events", socket_events},
    {"shutdown", socket_shutdown},
    {"detach", socket_detach},
    {"key_update", socket_key_update},
    {"error", socket_error},
    {"set_verify_name", socket_set_verify_name},
    {"context", socket_context},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"sock_new", sock_new},
    {"wrap", wrap},
    {NULL, NULL},
};

void open_socket(lua_State *L) {
  new_type(L, SOCKET, methods, socket_close);
  add_methods(L, SOCKET, socket_transport);
  add_methods(L, SOCKET, socket_peer);
  luaL_setfuncs(L, functions, 0);
}
