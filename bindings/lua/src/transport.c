/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * How a socket's bytes travel: memory (feed and drain), descriptors, or Lua functions.
 */
#include "core.h"

#include <string.h>

enum { STACK_BUFFER = 32768, LONGEST_DRAIN = 1 << 20 };

static int socket_set_fd(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  return push_result(L, rssl_sock_set_fd(s, (rssl_fd)check_int(L, 2)));
}

static int socket_set_fds(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  rssl_fd rfd = (rssl_fd)check_int(L, 2);
  return push_result(L, rssl_sock_set_fds(s, rfd, (rssl_fd)check_int(L, 3)));
}

struct io {
  struct callback callback;
  void *read_to;
  const void *write_from;
  size_t len;
  ptrdiff_t result;
};

/* What a transport's function says instead of bytes or a count. */
static ptrdiff_t not_now(lua_State *L, int index) {
  if (lua_type(L, index) == LUA_TNUMBER) {
    lua_Integer e = lua_tointeger(L, index);
    luaL_argcheck(L, e > 0 && e < 0x10000, index, "not an errno");
    return RSSL_IO_ERROR((ptrdiff_t)e);
  }
  static const char *const wants[] = {"want_read", "want_write", NULL};
  return luaL_checkoption(L, index, NULL, wants) == 0 ? RSSL_WANT_READ : RSSL_WANT_WRITE;
}

static void run_read(lua_State *L, struct callback *self) {
  struct io *io = (struct io *)self;
  get_kept(L, 2, KEPT_TRANSPORT);
  lua_getfield(L, -1, "read");
  lua_pushinteger(L, (lua_Integer)io->len);
  lua_call(L, 1, 2);
  if (lua_isnil(L, -2)) {
    io->result = not_now(L, lua_gettop(L));
    return;
  }
  size_t len;
  const char *data = luaL_checklstring(L, -2, &len);
  if (len > io->len) luaL_error(L, "transport read more than the %d bytes asked for", (int)io->len);
  memcpy(io->read_to, data, len);
  io->result = (ptrdiff_t)len;
}

static void run_write(lua_State *L, struct callback *self) {
  struct io *io = (struct io *)self;
  get_kept(L, 2, KEPT_TRANSPORT);
  lua_getfield(L, -1, "write");
  lua_pushlstring(L, io->write_from, io->len);
  lua_call(L, 1, 2);
  if (lua_isnil(L, -2)) {
    io->result = not_now(L, lua_gettop(L));
    return;
  }
  lua_Integer count = luaL_checkinteger(L, -2);
  if (count < 0 || (size_t)count > io->len) luaL_error(L, "transport wrote more than it was given");
  io->result = (ptrdiff_t)count;
}

/* EIO, where a function raised: what it raised is raised again when librssl has returned. */
static ptrdiff_t io_read(void *user, void *buf, size_t len) {
  (void)user;
  struct io io = {.callback = {run_read}, .read_to = buf, .len = len};
  return run_callback(&io.callback) ? io.result : RSSL_IO_ERROR(5);
}

static ptrdiff_t io_write(void *user, const void *buf, size_t len) {
  (void)user;
  struct io io = {.callback = {run_write}, .write_from = buf, .len = len};
  return run_callback(&io.callback) ? io.result : RSSL_IO_ERROR(5);
}

/*
 * set_io{read =, write =}: read(n) returns up to n bytes, "" at the end; write(s) returns how many it
 * took. Both return nil and "want_read", "want_write" or an errno instead.
 */
static int socket_set_io(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_getfield(L, 2, "read");
  lua_getfield(L, 2, "write");
  luaL_argcheck(L, lua_isfunction(L, -1) && lua_isfunction(L, -2), 2,
                "needs the functions read and write");
  rssl_io io = {.size = sizeof io, .read = io_read, .write = io_write};
  rssl_result code = rssl_sock_set_io(s, &io);
  if (code == RSSL_OK) {
    lua_pushvalue(L, 2);
    set_kept(L, 1, KEPT_TRANSPORT);
  }
  return push_result(L, code);
}

/* feed(s, i, j): how many of the bytes from i to j were taken. */
static int socket_feed(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  size_t before, len;
  const char *data = check_range(L, 2, &before, &len);
  return push_count(L, rssl_feed(s, data, len));
}

static int socket_feed_eof(lua_State *L) {
  return push_result(L, rssl_feed_eof(check_socket(L, 1)));
}

/* drain(n): what there is to send, up to n bytes; "" if nothing. */
static int socket_drain(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  lua_Integer n = luaL_optinteger(L, 2, LONGEST_DRAIN);
  luaL_argcheck(L, n > 0, 2, "must be positive");
  struct call call;
  call_begin(&call, L, 1);
  size_t len = rssl_drain_pending(s);
  call_end(&call);
  if (len > (size_t)n) len = (size_t)n;
  if (len == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  char stack[STACK_BUFFER];
  char *buf = len > STACK_BUFFER ? lua_newuserdata(L, len) : stack;
  s = check_socket(L, 1); /* a callback may have closed it */
  call_begin(&call, L, 1);
  ptrdiff_t count = rssl_drain(s, buf, len);
  call_end(&call);
  if (count < 0) return push_failure(L, (rssl_result)count);
  lua_pushlstring(L, buf, (size_t)count);
  return 1;
}

static int socket_drain_pending(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  struct call call;
  call_begin(&call, L, 1);
  size_t pending = rssl_drain_pending(s);
  call_end(&call);
  lua_pushinteger(L, (lua_Integer)pending);
  return 1;
}

const luaL_Reg socket_transport[] = {
    {"set_fd", socket_set_fd},
    {"set_fds", socket_set_fds},
    {"set_io", socket_set_io},
    {"feed", socket_feed},
    {"feed_eof", socket_feed_eof},
    {"drain", socket_drain},
    {"drain_pending", socket_drain_pending},
    {NULL, NULL},
};
