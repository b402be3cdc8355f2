/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "core.h"

#include <stdlib.h>
#include <string.h>

static int identity_close(lua_State *L) {
  void **box = luaL_checkudata(L, 1, IDENTITY);
  rssl_identity *identity = *box;
  *box = NULL;
  rssl_identity_free(identity);
  return 0;
}

struct password {
  struct callback callback;
  char *buf;
  size_t cap;
  ptrdiff_t len;
};

static void run_password(lua_State *L, struct callback *self) {
  struct password *p = (struct password *)self;
  push_callback(L, 2, "password");
  if (lua_isfunction(L, -1)) lua_call(L, 0, 1);
  if (lua_isnil(L, -1)) return;
  size_t len;
  const char *password = luaL_checklstring(L, -1, &len);
  if (len > p->cap) luaL_error(L, "password is longer than %d bytes", (int)p->cap);
  memcpy(p->buf, password, len);
  p->len = (ptrdiff_t)len;
}

static ptrdiff_t password_callback(void *user, char *buf, size_t cap) {
  (void)user;
  struct password p = {{run_password}, buf, cap, RSSL_ERR_CALLBACK};
  run_callback(&p.callback);
  return p.len;
}

/* A new identity is at index 4; the password, a string or a function, at 3. */
static rssl_password_cb keep_password(lua_State *L) {
  if (lua_isnil(L, 3)) return NULL;
  if (!lua_isfunction(L, 3)) luaL_checkstring(L, 3);
  replace_callback(L, 4, "password", 3);
  return password_callback;
}

static int forget_password(lua_State *L, rssl_result code) {
  if (code != RSSL_OK) return push_failure(L, code);
  lua_newtable(L);
  set_kept(L, 4, KEPT_CALLBACKS);
  lua_settop(L, 4);
  return 1;
}

static int identity_new_file(lua_State *L) {
  const char *cert = check_text(L, 1);
  const char *key = optional_text(L, 2);
  lua_settop(L, 3);
  void **box = new_keeping_handle(L, IDENTITY);
  rssl_password_cb password = keep_password(L);
  struct call call;
  call_begin(&call, L, 4);
  rssl_result code = rssl_identity_new_file(cert, key, password, NULL, (rssl_identity **)box);
  call_end(&call);
  return forget_password(L, code);
}

static int identity_new_mem(lua_State *L) {
  size_t cert_len, key_len = 0;
  const char *cert = luaL_checklstring(L, 1, &cert_len);
  const char *key = luaL_optlstring(L, 2, NULL, &key_len);
  lua_settop(L, 3);
  void **box = new_keeping_handle(L, IDENTITY);
  rssl_password_cb password = keep_password(L);
  struct call call;
  call_begin(&call, L, 4);
  rssl_result code = rssl_identity_new_mem(cert, cert_len, key, key_len, password, NULL,
                                           (rssl_identity **)box);
  call_end(&call);
  return forget_password(L, code);
}

/*
 * The function that signs is found by the address of its signer, in a table that the identity keeps
 * and, once they use it, contexts and sockets do.
 */
struct sign {
  struct callback callback;
  void *signer;
  uint16_t scheme;
  rssl_bytes message;
  void *sig;
  size_t cap;
  ptrdiff_t len;
};

static bool push_signer(lua_State *L, int table, void *signer) {
  if (!lua_istable(L, table)) return false;
  lua_pushlightuserdata(L, signer);
  lua_rawget(L, table);
  return lua_isfunction(L, -1);
}

static void run_sign(lua_State *L, struct callback *self) {
  struct sign *s = (struct sign *)self;
  push_callback(L, 2, "used"); /* by a hello callback */
  push_callback(L, 2, "chosen"); /* by a client certificate callback */
  push_callback(L, 2, "identities");
  if (!push_signer(L, 3, s->signer) && !push_signer(L, 4, s->signer) &&
      !push_signer(L, 5, s->signer)) {
    luaL_error(L, "the function that signs is gone");
  }
  lua_pushinteger(L, s->scheme);
  push_bytes(L, s->message);
  lua_call(L, 2, 1);
  if (lua_isnil(L, -1)) return;
  size_t len;
  const char *signature = luaL_checklstring(L, -1, &len);
  if (len > s->cap) luaL_error(L, "signature is longer than %d bytes", (int)s->cap);
  memcpy(s->sig, signature, len);
  s->len = (ptrdiff_t)len;
}

static ptrdiff_t sign_callback(void *user, uint16_t scheme, const void *msg, size_t len, void *sig,
                               size_t cap) {
  struct sign s = {{run_sign}, user, scheme, {msg, len}, sig, cap, RSSL_ERR_CALLBACK};
  run_callback(&s.callback);
  return s.len;
}

static int identity_new_signer(lua_State *L) {
  size_t len, n;
  const char *cert = luaL_checklstring(L, 1, &len);
  const uint16_t *schemes = check_schemes(L, 2, &n);
  luaL_checktype(L, 3, LUA_TFUNCTION);
  void **box = new_keeping_handle(L, IDENTITY);
  get_kept(L, -1, KEPT_CALLBACKS);
  void *signer = malloc(1); /* an address of its own, as long as anybody can sign with it */
  if (signer == NULL) return luaL_error(L, "not enough memory");
  rssl_result code = rssl_identity_new_signer(cert, len, schemes, n, sign_callback, signer, free,
                                              (rssl_identity **)box);
  if (code != RSSL_OK) {
    free(signer);
    return push_failure(L, code);
  }
  lua_pushlightuserdata(L, signer);
  lua_pushvalue(L, 3);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  return 1;
}

void keep_signer(lua_State *L, int table, int identity) {
  get_kept(L, identity, KEPT_CALLBACKS);
  copy_fields(L, -1, table);
  lua_pop(L, 1);
}

static int copied(lua_State *L, rssl_result code) {
  if (code != RSSL_OK) return push_failure(L, code);
  get_kept(L, 1, KEPT_CALLBACKS);
  set_kept(L, -2, KEPT_CALLBACKS);
  return 1;
}

static int identity_with_ocsp(lua_State *L) {
  rssl_identity *identity = check_identity(L, 1);
  size_t len;
  const char *ocsp = luaL_checklstring(L, 2, &len);
  void **box = new_keeping_handle(L, IDENTITY);
  return copied(L, rssl_identity_new_ocsp(identity, ocsp, len, (rssl_identity **)box));
}

static int identity_with_schemes(lua_State *L) {
  rssl_identity *identity = check_identity(L, 1);
  size_t n;
  const uint16_t *schemes = check_schemes(L, 2, &n);
  void **box = new_keeping_handle(L, IDENTITY);
  return copied(L, rssl_identity_new_schemes(identity, schemes, n, (rssl_identity **)box));
}

static int identity_chain(lua_State *L) {
  rssl_identity *identity = check_identity(L, 1);
  lua_newtable(L);
  for (size_t i = 0;; i++) {
    rssl_cert **cert = new_certificate(L);
    *cert = rssl_identity_cert_new(identity, i);
    if (*cert == NULL) break;
    lua_rawseti(L, -2, (int)i + 1);
  }
  lua_pop(L, 1);
  return 1;
}

static const luaL_Reg methods[] = {
    {"close", identity_close},
    {"with_ocsp", identity_with_ocsp},
    {"with_schemes", identity_with_schemes},
    {"chain", identity_chain},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"identity_new_file", identity_new_file},
    {"identity_new_mem", identity_new_mem},
    {"identity_new_signer", identity_new_signer},
    {NULL, NULL},
};

void open_identity(lua_State *L) {
  new_type(L, IDENTITY, methods, identity_close);
  luaL_setfuncs(L, functions, 0);
}
