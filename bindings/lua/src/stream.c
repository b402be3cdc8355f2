/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * core.stream(fd [, luasec]): TLS over a descriptor, used as LuaSocket's objects are, once
 * stream:attach(socket) has said with which Socket. Calls wait until the time-out, receive takes
 * LuaSocket's patterns, send says the index of the last byte sent.
 *
 * The stream owns the descriptor: it makes it non-blocking and closes it. What goes wrong is said as
 * LuaSocket does: "closed", which the end of a handshake's stream is too; "timeout"; or librssl's
 * message. With luasec it is as LuaSec does: "wantread" or "wantwrite" in place of "timeout", and
 * "closed" also where the peer has vanished without close_notify.
 */
#include "core.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STREAM "rssl.Stream"
#define WRITE_STEP 65536

struct stream {
  int fd; /* -1: closed */
  int calls; /* into librssl that are going on */
  bool connected;
  bool luasec;
  double block, total;         /* seconds a call may take; negative: any */
  double received, sent, born; /* for getstats */
  rssl_result want;            /* the WANT that the last call ended with */
  size_t owed;                 /* bytes sent without being told of: see stream_send */
  size_t first, last;          /* what of the buffer is unread */
  char buffer[16384];
};

/* What one call on a stream works with. */
struct use {
  lua_State *L;
  struct stream *s;
  int owner;     /* the index of the Socket; 0: there is none yet, or the stream is closed */
  double until;  /* when the call gives up; negative: never */
  int number;    /* the errno of what failed */
  char *message; /* of LONGEST_MESSAGE: what librssl says of it */
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct stream *check_stream(lua_State *L) {
  return luaL_checkudata(L, 1, STREAM);
}

/* The Socket of the stream at index 1, or nil. */
static void push_socket(lua_State *L) {
  lua_getuservalue(L, 1);
  lua_rawgeti(L, -1, 1);
  lua_remove(L, -2);
}

static struct use begin(lua_State *L, char *message) {
  struct use u = {.L = L, .s = check_stream(L), .until = -1, .message = message};
  if (u.s->calls > 0) luaL_error(L, "attempt to use a stream inside its own call");
  push_socket(L);
  if (u.s->fd >= 0 && !lua_isnil(L, -1)) u.owner = lua_gettop(L);
  double limit = u.s->block;
  if (u.s->total >= 0 && (limit < 0 || u.s->total < limit)) limit = u.s->total;
  if (limit >= 0) u.until = now() + limit;
  u.s->want = RSSL_OK;
  return u;
}

/* Waits until the descriptor is as the stream wants it. False: too late. */
static bool ready(const struct use *u) {
  struct pollfd p = {.fd = u->s->fd, .events = u->s->want == RSSL_WANT_WRITE ? POLLOUT : POLLIN};
  for (;;) {
    int wait = -1;
    if (u->until >= 0) {
      double left = u->until - now();
      if (left <= 0) return false;
      /* Rounded up, or the last millisecond would be spent spinning. */
      wait = left > 1e6 ? 1000000000 : (int)(left * 1000) + 1;
    }
    int n = poll(&p, 1, wait);
    /* An error of poll is one of the descriptor: the next call on it says which. */
    if (n > 0 || (n < 0 && errno != EINTR)) return true;
  }
}

typedef ptrdiff_t operation(rssl_sock *sock, void *data, size_t len);

static ptrdiff_t do_handshake(rssl_sock *sock, void *data, size_t len) {
  (void)data, (void)len;
  return rssl_handshake(sock);
}

static ptrdiff_t do_read(rssl_sock *sock, void *data, size_t len) {
  return rssl_read(sock, data, len);
}

static ptrdiff_t do_write(rssl_sock *sock, void *data, size_t len) {
  return rssl_write(sock, data, len);
}

static ptrdiff_t do_flush(rssl_sock *sock, void *data, size_t len) {
  (void)data, (void)len;
  return rssl_flush(sock);
}

static ptrdiff_t do_shutdown(rssl_sock *sock, void *data, size_t len) {
  (void)data, (void)len;
  return rssl_shutdown(sock, RSSL_SHUT_WR);
}

static ptrdiff_t do_pending(rssl_sock *sock, void *data, size_t len) {
  (void)data, (void)len;
  return (ptrdiff_t)rssl_pending(sock);
}

/* One call into librssl. Its callbacks can close the Socket: it is looked up each time. */
static ptrdiff_t perform(const struct use *u, operation *op, void *data, size_t len) {
  rssl_sock *sock = check_socket(u->L, u->owner);
  struct call call;
  call_begin(&call, u->L, u->owner);
  u->s->calls++;
  ptrdiff_t result = op(sock, data, len);
  u->s->calls--;
  call_end(&call);
  return result;
}

/* The same again while it gives a WANT, and until the stream's time is over. */
static ptrdiff_t persist(struct use *u, operation *op, void *data, size_t len) {
  ptrdiff_t result;
  do {
    result = perform(u, op, data, len);
    if (result != RSSL_WANT_READ && result != RSSL_WANT_WRITE) break;
    u->s->want = (rssl_result)result;
  } while (ready(u));
  if (result < 0 && !RSSL_IS_WANT(result)) {
    u->number = rssl_error_errno(rssl_last_error());
    copy_message(u->message, rssl_last_error());
  }
  return result;
}

static void push_reason(const struct use *u, ptrdiff_t result) {
  int code = result == RSSL_ERR_IO ? u->number : 0;
  bool cut = result == RSSL_ERR_EOF && (u->s->luasec || !u->s->connected);
  const char *reason;
  if (result == RSSL_WANT_READ) reason = u->s->luasec ? "wantread" : "timeout";
  else if (result == RSSL_WANT_WRITE) reason = u->s->luasec ? "wantwrite" : "timeout";
  else if (result == RSSL_ERR_CLOSED || cut || code == ECONNRESET || code == EPIPE) reason = "closed";
  else if (code == ETIMEDOUT) reason = "timeout";
  else reason = u->message;
  lua_pushstring(u->L, reason);
}

/* What is on the top, with the two nils that LuaSocket puts behind it. */
static int answer(lua_State *L) {
  lua_pushnil(L);
  lua_pushnil(L);
  return 3;
}

/* stream:dohandshake(): true; or false and why not. */
static int stream_dohandshake(lua_State *L) {
  char message[LONGEST_MESSAGE];
  struct use u = begin(L, message);
  ptrdiff_t result = u.owner == 0 ? RSSL_ERR_CLOSED : persist(&u, do_handshake, NULL, 0);
  u.s->connected = result == RSSL_OK;
  lua_pushboolean(L, u.s->connected);
  if (u.s->connected) return 1;
  push_reason(&u, result);
  return 2;
}

/* Reads what there is behind what the buffer has, of which it must not be full. 1, or why not. */
static ptrdiff_t fill(struct use *u) {
  struct stream *s = u->s;
  if (u->owner == 0 || !s->connected) return RSSL_ERR_CLOSED;
  if (s->first > 0) {
    memmove(s->buffer, s->buffer + s->first, s->last - s->first);
    s->last -= s->first;
    s->first = 0;
  }
  ptrdiff_t n = persist(u, do_read, s->buffer + s->last, sizeof s->buffer - s->last);
  if (n == 0) return RSSL_ERR_CLOSED;
  if (n < 0) return n;
  s->last += (size_t)n;
  s->received += (double)n;
  return 1;
}

/* n bytes, of which there may be more than the buffer holds. 0 waits for one, and leaves it. */
static ptrdiff_t receive_count(struct use *u, luaL_Buffer *out, size_t n) {
  struct stream *s = u->s;
  for (;;) {
    ptrdiff_t result;
    if (s->first == s->last && (result = fill(u)) < 0) return result;
    size_t part = s->last - s->first < n ? s->last - s->first : n;
    luaL_addlstring(out, s->buffer + s->first, part);
    s->first += part;
    n -= part;
    if (n == 0) return RSSL_OK;
  }
}

/* The same of what fits, without a luaL_Buffer, which copies byte by byte in Lua 5.1. */
static int receive_fitting(struct use *u, size_t n) {
  struct stream *s = u->s;
  ptrdiff_t result = RSSL_OK;
  while (s->last - s->first < n && (result = fill(u)) > 0) continue;
  if (result < 0) {
    lua_pushnil(u->L);
    push_reason(u, result);
    n = s->last - s->first;
  }
  lua_pushlstring(u->L, s->buffer + s->first, n);
  s->first += n;
  return result < 0 ? 3 : answer(u->L);
}

/* Up to a newline, which is left out as every CR is. */
static ptrdiff_t receive_line(struct use *u, luaL_Buffer *out) {
  struct stream *s = u->s;
  for (;;) {
    ptrdiff_t result;
    if (s->first == s->last && (result = fill(u)) < 0) return result;
    const char *from = s->buffer + s->first, *end = s->buffer + s->last;
    const char *newline = memchr(from, '\n', (size_t)(end - from)), *cr;
    s->first = newline == NULL ? s->last : (size_t)(newline + 1 - s->buffer);
    if (newline != NULL) end = newline;
    for (; (cr = memchr(from, '\r', (size_t)(end - from))) != NULL; from = cr + 1)
      luaL_addlstring(out, from, (size_t)(cr - from));
    luaL_addlstring(out, from, (size_t)(end - from));
    if (newline != NULL) return RSSL_OK;
  }
}

/* All until the peer closes. */
static ptrdiff_t receive_all(struct use *u, luaL_Buffer *out) {
  struct stream *s = u->s;
  for (bool some = false;; some = true) {
    ptrdiff_t result;
    if (s->first == s->last && (result = fill(u)) < 0) {
      bool end = result == RSSL_ERR_CLOSED || (result == RSSL_ERR_EOF && s->luasec);
      return end && some ? RSSL_OK : result;
    }
    luaL_addlstring(out, s->buffer + s->first, s->last - s->first);
    s->first = s->last;
  }
}

/* The arguments of receive: 'l', 'a', or 'n' and how many bytes. */
static char check_pattern(lua_State *L, size_t *count) {
  *count = 0;
  if (lua_isnumber(L, 2)) { /* or a string of digits, such as a header's */
    lua_Number n = lua_tonumber(L, 2);
    luaL_argcheck(L, n >= 0 && n < 4503599627370496.0, 2, "invalid receive pattern");
    *count = (size_t)n;
    return 'n';
  }
  const char *pattern = luaL_optstring(L, 2, "*l");
  if (*pattern == '*') pattern++;
  luaL_argcheck(L, *pattern == 'l' || *pattern == 'a', 2, "invalid receive pattern");
  return *pattern;
}

/* stream:receive([pattern [, prefix]]): the prefix and the bytes; or nil, why not, and as many. */
static int stream_receive(lua_State *L) {
  size_t count, prefix_len;
  lua_settop(L, 3);
  char pattern = check_pattern(L, &count);
  const char *prefix = luaL_optlstring(L, 3, "", &prefix_len);
  char message[LONGEST_MESSAGE];
  struct use u = begin(L, message);
  ptrdiff_t result = RSSL_OK;
  if (pattern == 'n' && prefix_len == 0 && count > 0 && count <= sizeof u.s->buffer)
    return receive_fitting(&u, count);
  luaL_Buffer out;
  luaL_buffinit(L, &out);
  luaL_addlstring(&out, prefix, prefix_len);
  if (pattern == 'l') result = receive_line(&u, &out);
  else if (pattern == 'a') result = receive_all(&u, &out);
  else if (prefix_len == 0) result = receive_count(&u, &out, count);
  else if (count > prefix_len) result = receive_count(&u, &out, count - prefix_len);
  luaL_pushresult(&out);
  if (result == RSSL_OK) return answer(L);
  lua_pushnil(L);
  push_reason(&u, result);
  lua_pushvalue(L, -3);
  return 3;
}

/* Sends what of len bytes is not taken yet, and sees it off. */
static ptrdiff_t send_bytes(struct use *u, const char *data, size_t len, size_t *taken) {
  while (*taken < len) {
    size_t step = len - *taken < WRITE_STEP ? len - *taken : WRITE_STEP;
    ptrdiff_t result = persist(u, do_write, (char *)data + *taken, step);
    if (result < 0) return result;
    *taken += (size_t)result;
  }
  return persist(u, do_flush, NULL, 0);
}

/*
 * stream:send(data [, i [, j]]): the index of the last byte sent; or nil, why not, and that index.
 *
 * Bytes that librssl has taken but not put on the wire are no longer the caller's. The last one of
 * them is not told of all the same, so that a program that waits and calls again with the rest, as
 * programs do, comes back until all are on the wire. It is skipped then.
 */
static int stream_send(lua_State *L) {
  size_t before, len;
  const char *data = check_range(L, 2, &before, &len);
  lua_settop(L, 4);
  char message[LONGEST_MESSAGE];
  struct use u = begin(L, message);
  struct stream *s = u.s;
  size_t skipped = s->owed < len ? s->owed : len, taken = skipped;
  ptrdiff_t result = RSSL_ERR_CLOSED;
  if (u.owner != 0 && s->connected) {
    result = send_bytes(&u, data, len, &taken);
    s->sent += (double)(taken - skipped);
    s->owed -= skipped;
    if (RSSL_IS_WANT(result) && taken > 0) {
      s->owed++;
      taken--;
    }
  }
  if (result == RSSL_OK) {
    lua_pushinteger(L, (lua_Integer)(before + taken));
    return answer(L);
  }
  lua_pushnil(L);
  push_reason(&u, result);
  lua_pushinteger(L, (lua_Integer)(before + taken));
  return 3;
}

/* Whether there is a Socket on the top that is not closed, or collected before the stream. */
static bool is_live(lua_State *L) {
  return !lua_isnil(L, -1) && *(void **)lua_touserdata(L, -1) != NULL;
}

/* Says close_notify, as far as the time-out allows it, and closes the descriptor. */
static int stream_close(lua_State *L) {
  char message[LONGEST_MESSAGE];
  struct use u = begin(L, message);
  if (u.s->fd < 0) return 0;
  if (u.s->connected && is_live(L)) (void)persist(&u, do_shutdown, NULL, 0);
  close(u.s->fd);
  u.s->fd = -1;
  u.s->connected = false;
  u.s->want = RSSL_OK;
  return 0;
}

/* Garbage is not waited for: close_notify is said if the descriptor takes it at once. */
static int stream_gc(lua_State *L) {
  struct stream *s = check_stream(L);
  if (s->fd < 0) return 0;
  push_socket(L);
  if (s->connected && is_live(L)) (void)rssl_shutdown(*(void **)lua_touserdata(L, -1), RSSL_SHUT_WR);
  close(s->fd);
  s->fd = -1;
  return 0;
}

/* stream:settimeout(seconds or nil [, "b" or "t"]): as LuaSocket's. */
static int stream_settimeout(lua_State *L) {
  struct stream *s = check_stream(L);
  double seconds = luaL_optnumber(L, 2, -1);
  switch (*luaL_optstring(L, 3, "b")) {
  case 'b': s->block = seconds; break;
  case 'r':
  case 't': s->total = seconds; break;
  default: return luaL_argerror(L, 3, "invalid timeout mode");
  }
  lua_pushinteger(L, 1);
  return 1;
}

/* stream:want(): what the last call waited for: "read", "write" or "nothing". */
static int stream_want(lua_State *L) {
  rssl_result want = check_stream(L)->want;
  lua_pushstring(L, want == RSSL_WANT_READ ? "read" : want == RSSL_WANT_WRITE ? "write" : "nothing");
  return 1;
}

/* stream:dirty(): whether receive has something without waiting, which select cannot see. */
static int stream_dirty(lua_State *L) {
  struct stream *s = check_stream(L);
  bool some = s->first < s->last;
  if (!some && s->connected) {
    push_socket(L);
    struct use u = {.L = L, .s = s, .owner = lua_gettop(L)};
    some = perform(&u, do_pending, NULL, 0) > 0;
  }
  lua_pushboolean(L, some);
  return 1;
}

static int stream_getfd(lua_State *L) {
  lua_pushinteger(L, check_stream(L)->fd);
  return 1;
}

/* stream:getstats(): bytes received, bytes sent, age in seconds. */
static int stream_getstats(lua_State *L) {
  struct stream *s = check_stream(L);
  lua_pushnumber(L, s->received);
  lua_pushnumber(L, s->sent);
  lua_pushnumber(L, now() - s->born);
  return 3;
}

static int stream_setstats(lua_State *L) {
  struct stream *s = check_stream(L);
  s->received = luaL_optnumber(L, 2, s->received);
  s->sent = luaL_optnumber(L, 3, s->sent);
  if (!lua_isnoneornil(L, 4)) s->born = now() - luaL_checknumber(L, 4);
  lua_pushinteger(L, 1);
  return 1;
}

/* stream:connected(): whether the handshake is done and the stream is not closed. */
static int stream_connected(lua_State *L) {
  lua_pushboolean(L, check_stream(L)->connected);
  return 1;
}

/* stream:attach(socket): true; or what rssl_sock_set_fd says. */
static int stream_attach(lua_State *L) {
  struct use u = begin(L, NULL);
  rssl_sock *sock = check_socket(L, 2);
  luaL_argcheck(L, u.s->fd >= 0 && u.owner == 0, 1, "closed, or has a Socket");
  rssl_result result = rssl_sock_set_fd(sock, u.s->fd);
  if (result != RSSL_OK) return push_failure(L, result);
  lua_getuservalue(L, 1);
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, 1);
  lua_pushboolean(L, true);
  return 1;
}

static const luaL_Reg methods[] = {
    {"attach", stream_attach},
    {"close", stream_close},
    {"connected", stream_connected},
    {"dirty", stream_dirty},
    {"dohandshake", stream_dohandshake},
    {"getfd", stream_getfd},
    {"getstats", stream_getstats},
    {"receive", stream_receive},
    {"send", stream_send},
    {"setstats", stream_setstats},
    {"settimeout", stream_settimeout},
    {"want", stream_want},
    {NULL, NULL},
};

static int stream_new(lua_State *L) {
  int fd = check_int(L, 1);
  bool luasec = lua_toboolean(L, 2);
  struct stream *s = lua_newuserdata(L, sizeof *s);
  memset(s, 0, offsetof(struct stream, buffer));
  s->fd = -1;
  s->luasec = luasec;
  s->block = s->total = -1;
  s->born = now();
  lua_newtable(L);
  lua_setuservalue(L, -2);
  luaL_getmetatable(L, STREAM);
  lua_setmetatable(L, -2);
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
    lua_pushnil(L);
    lua_pushfstring(L, "descriptor %d: %s", fd, strerror(errno));
    return 2;
  }
  s->fd = fd;
  return 1;
}

void open_stream(lua_State *L) {
  new_type(L, STREAM, methods, stream_gc);
  lua_pushcfunction(L, stream_new);
  lua_setfield(L, -2, "stream");
}
