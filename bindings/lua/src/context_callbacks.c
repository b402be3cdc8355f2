/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The callbacks of contexts. The function of each is kept by name with the context, and with every
 * socket that was made while it was set: librssl asks a socket's calls for it, so that no callback
 * needs a `user`.
 */
#include "core.h"

#include <string.h>

static bool keep_function(lua_State *L, const char *name) {
  lua_settop(L, 2);
  bool on = !lua_isnil(L, 2);
  if (on) luaL_checktype(L, 2, LUA_TFUNCTION);
  replace_callback(L, 1, name, 2);
  return on;
}

struct verify {
  struct callback callback;
  int32_t verify;
  const rssl_cert *const *chain;
  size_t chain_len;
};

/* nil leaves the verdict as it is: who returns nothing has not accepted anything. */
static void run_verify(lua_State *L, struct callback *self) {
  struct verify *v = (struct verify *)self;
  push_callback(L, 2, "verify");
  if (lua_isnil(L, -1)) return;
  lua_pushvalue(L, 2);
  lua_pushinteger(L, v->verify);
  lua_createtable(L, (int)v->chain_len, 0);
  for (size_t i = 0; i < v->chain_len; i++) {
    rssl_cert **cert = new_certificate(L);
    *cert = rssl_cert_ref((rssl_cert *)v->chain[i]);
    lua_rawseti(L, -2, (int)i + 1);
  }
  lua_call(L, 3, 1);
  if (lua_isboolean(L, -1)) {
    if (lua_toboolean(L, -1)) v->verify = RSSL_V_OK;
    else if (v->verify == RSSL_V_OK) v->verify = RSSL_V_APPLICATION;
  } else if (lua_type(L, -1) == LUA_TNUMBER) {
    v->verify = check_int(L, -1);
  } else if (!lua_isnil(L, -1)) {
    luaL_error(L, "verify callback returned a %s", luaL_typename(L, -1));
  }
}

static int32_t verify_callback(void *user, const rssl_sock *s, int32_t verify,
                               const rssl_cert *const *chain, size_t chain_len) {
  (void)user, (void)s;
  struct verify v = {{run_verify}, verify, chain, chain_len};
  return run_callback(&v.callback) ? v.verify : RSSL_V_APPLICATION;
}

static int set_verify_callback(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  rssl_verify_cb cb = keep_function(L, "verify") ? verify_callback : NULL;
  return push_result(L, rssl_ctx_set_verify_callback(ctx, cb, NULL, NULL));
}

struct hello {
  struct callback callback;
  rssl_result result;
};

/* false refuses, "want_hello" decides later, anything else goes on. */
static void run_hello(lua_State *L, struct callback *self) {
  struct hello *h = (struct hello *)self;
  push_callback(L, 2, "hello");
  if (lua_isnil(L, -1)) return;
  lua_pushvalue(L, 2);
  push_hello(L, 2);
  lua_call(L, 2, 1);
  if (lua_isboolean(L, -1) && !lua_toboolean(L, -1)) {
    h->result = RSSL_ERR_CALLBACK;
  } else if (lua_type(L, -1) == LUA_TSTRING) {
    if (strcmp(lua_tostring(L, -1), "want_hello") != 0) {
      luaL_error(L, "hello callback returned \"%s\"", lua_tostring(L, -1));
    }
    h->result = RSSL_WANT_HELLO;
  }
}

static rssl_result hello_callback(void *user, rssl_sock *s, rssl_hello *hello) {
  (void)user, (void)s, (void)hello;
  struct hello h = {{run_hello}, RSSL_OK};
  return run_callback(&h.callback) ? h.result : RSSL_ERR_CALLBACK;
}

static int set_hello_callback(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  rssl_hello_cb cb = keep_function(L, "hello") ? hello_callback : NULL;
  return push_result(L, rssl_ctx_set_hello_callback(ctx, cb, NULL, NULL));
}

struct client_cert {
  struct callback callback;
  const rssl_bytes *names;
  size_t n_names;
  const uint16_t *schemes;
  size_t n_schemes;
  rssl_identity *chosen;
};

static void run_client_cert(lua_State *L, struct callback *self) {
  struct client_cert *c = (struct client_cert *)self;
  push_callback(L, 2, "client_cert");
  if (lua_isnil(L, -1)) return;
  lua_pushvalue(L, 2);
  lua_createtable(L, (int)c->n_names, 0);
  for (size_t i = 0; i < c->n_names; i++) {
    push_bytes(L, c->names[i]);
    lua_rawseti(L, -2, (int)i + 1);
  }
  lua_createtable(L, (int)c->n_schemes, 0);
  for (size_t i = 0; i < c->n_schemes; i++) {
    lua_pushinteger(L, c->schemes[i]);
    lua_rawseti(L, -2, (int)i + 1);
  }
  lua_call(L, 3, 1);
  if (lua_isnil(L, -1)) return;
  rssl_identity *identity = check_identity(L, -1);
  int index = lua_gettop(L);
  copy_callbacks(L, 2);
  lua_newtable(L);
  keep_signer(L, lua_gettop(L), index);
  lua_setfield(L, -2, "chosen");
  c->chosen = rssl_identity_ref(identity);
}

static rssl_identity *client_cert_callback(void *user, const rssl_sock *s, const rssl_bytes *names,
                                           size_t n_names, const uint16_t *schemes,
                                           size_t n_schemes) {
  (void)user, (void)s;
  struct client_cert c = {{run_client_cert}, names, n_names, schemes, n_schemes, NULL};
  run_callback(&c.callback);
  return c.chosen;
}

static int set_client_cert_callback(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  rssl_client_cert_cb cb = keep_function(L, "client_cert") ? client_cert_callback : NULL;
  return push_result(L, rssl_ctx_set_client_cert_callback(ctx, cb, NULL, NULL));
}

struct keylog {
  struct callback callback;
  const char *line;
};

static void run_keylog(lua_State *L, struct callback *self) {
  push_callback(L, 2, "keylog");
  if (lua_isnil(L, -1)) return;
  lua_pushstring(L, ((struct keylog *)self)->line);
  lua_call(L, 1, 0);
}

static void keylog_callback(void *user, const char *line) {
  (void)user;
  struct keylog k = {{run_keylog}, line};
  run_callback(&k.callback);
}

static int set_keylog_callback(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  rssl_keylog_cb cb = keep_function(L, "keylog") ? keylog_callback : NULL;
  return push_result(L, rssl_ctx_set_keylog_callback(ctx, cb, NULL, NULL));
}

struct clock {
  struct callback callback;
  int64_t seconds;
};

static void run_time(lua_State *L, struct callback *self) {
  push_callback(L, 2, "time");
  if (lua_isnil(L, -1)) return;
  lua_call(L, 0, 1);
  lua_Number seconds = luaL_checknumber(L, -1);
  if (!(seconds >= 0 && seconds < 1e15)) luaL_error(L, "time callback returned no time");
  ((struct clock *)self)->seconds = (int64_t)seconds;
}

static int64_t time_callback(void *user) {
  (void)user;
  struct clock c = {{run_time}, -1};
  return run_callback(&c.callback) ? c.seconds : -1;
}

static int set_time_callback(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  rssl_time_cb cb = keep_function(L, "time") ? time_callback : NULL;
  return push_result(L, rssl_ctx_set_time_callback(ctx, cb, NULL, NULL));
}

struct store {
  struct callback callback;
  rssl_bytes id, session;
  uint32_t lifetime;
  bool remove;
  void *buf;
  size_t cap, len;
};

static void run_store_put(lua_State *L, struct callback *self) {
  struct store *s = (struct store *)self;
  push_callback(L, 2, "store");
  if (lua_isnil(L, -1)) luaL_error(L, "no session store");
  lua_getfield(L, -1, "put");
  push_bytes(L, s->id);
  push_bytes(L, s->session);
  lua_pushinteger(L, s->lifetime);
  lua_call(L, 3, 0);
}

static rssl_result store_put(void *user, const void *id, size_t id_len, const void *session,
                             size_t session_len, uint32_t lifetime) {
  (void)user;
  struct store s = {.callback = {run_store_put},
                    .id = {id, id_len},
                    .session = {session, session_len},
                    .lifetime = lifetime};
  return run_callback(&s.callback) ? RSSL_OK : RSSL_ERR_CALLBACK;
}

static void run_store_get(lua_State *L, struct callback *self) {
  struct store *s = (struct store *)self;
  push_callback(L, 2, "store");
  if (lua_isnil(L, -1)) return;
  lua_getfield(L, -1, "get");
  push_bytes(L, s->id);
  lua_pushboolean(L, s->remove);
  lua_call(L, 2, 1);
  if (lua_isnil(L, -1)) return;
  size_t len;
  const char *session = luaL_checklstring(L, -1, &len);
  if (len > s->cap) luaL_error(L, "session store returned more than %d bytes", (int)s->cap);
  memcpy(s->buf, session, len);
  s->len = len;
}

static ptrdiff_t store_get(void *user, const void *id, size_t id_len, bool remove, void *buf,
                           size_t cap) {
  (void)user;
  struct store s = {.callback = {run_store_get},
                    .id = {id, id_len},
                    .remove = remove,
                    .buf = buf,
                    .cap = cap};
  return run_callback(&s.callback) ? (ptrdiff_t)s.len : (ptrdiff_t)RSSL_ERR_CALLBACK;
}

static int set_session_store(lua_State *L) {
  rssl_ctx *ctx = check_context(L, 1);
  lua_settop(L, 2);
  rssl_session_store store = {.size = sizeof store, .put = store_put, .get = store_get};
  bool on = !lua_isnil(L, 2);
  if (on) {
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_getfield(L, 2, "put");
    lua_getfield(L, 2, "get");
    luaL_argcheck(L, lua_isfunction(L, -1) && lua_isfunction(L, -2), 2,
                  "needs the functions put and get");
  }
  replace_callback(L, 1, "store", 2);
  return push_result(L, rssl_ctx_set_session_store(ctx, on ? &store : NULL));
}

const luaL_Reg context_callbacks[] = {
    {"set_verify_callback", set_verify_callback},
    {"set_hello_callback", set_hello_callback},
    {"set_client_cert_callback", set_client_cert_callback},
    {"set_keylog_callback", set_keylog_callback},
    {"set_time_callback", set_time_callback},
    {"set_session_store", set_session_store},
    {NULL, NULL},
};
