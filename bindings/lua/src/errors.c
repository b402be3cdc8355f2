/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "core.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* RSSL_WANT_READ is "want_read", RSSL_ERR_VERIFY "verify". */
static void push_status(lua_State *L, rssl_result code) {
  const char *name = rssl_result_name(code);
  if (strncmp(name, "RSSL_ERR_", 9) == 0) name += 9;
  else if (strncmp(name, "RSSL_", 5) == 0) name += 5;
  char status[32];
  size_t n = 0;
  for (; name[n] != '\0' && n < sizeof status - 1; n++) status[n] = (char)tolower((unsigned char)name[n]);
  lua_pushlstring(L, status, n);
}

static void set_string(lua_State *L, const char *key, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, key);
}

static void set_integer(lua_State *L, const char *key, lua_Integer value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, key);
}

void copy_message(char *to, const rssl_error *error) {
  snprintf(to, LONGEST_MESSAGE, "%s", rssl_error_message(error));
}

struct facts {
  rssl_result code;
  int number, depth, alert;
  int32_t verify;
  bool alert_received;
  const char *reason; /* static */
  char message[LONGEST_MESSAGE], detail[1024];
};

static void copy_facts(struct facts *f, const rssl_error *error) {
  f->code = rssl_error_code(error);
  f->number = rssl_error_errno(error);
  f->depth = rssl_error_depth(error);
  f->alert = rssl_error_alert(error);
  f->verify = rssl_error_verify(error);
  f->alert_received = rssl_error_alert_received(error);
  f->reason = rssl_error_reason(error);
  copy_message(f->message, error);
  snprintf(f->detail, sizeof f->detail, "%s", rssl_error_detail(error));
}

static void push_facts(lua_State *L, const struct facts *f) {
  lua_createtable(L, 0, 10);
  set_integer(L, "code", f->code);
  set_string(L, "name", rssl_result_name(f->code));
  set_string(L, "message", f->message);
  set_string(L, "reason", f->reason);
  set_string(L, "detail", f->detail);
  set_integer(L, "errno", f->number);
  set_integer(L, "verify", f->verify);
  set_integer(L, "depth", f->depth);
  if (f->alert >= 0) {
    set_integer(L, "alert", f->alert);
    lua_pushboolean(L, f->alert_received);
    lua_setfield(L, -2, "alert_received");
  }
  luaL_getmetatable(L, ERROR);
  lua_setmetatable(L, -2);
}

void push_error(lua_State *L, const rssl_error *error) {
  if (error == NULL) {
    lua_pushnil(L);
    return;
  }
  struct facts facts;
  copy_facts(&facts, error);
  push_facts(L, &facts);
}

int push_failure(lua_State *L, rssl_result code) {
  bool want = RSSL_IS_WANT(code);
  struct facts facts;
  if (!want) copy_facts(&facts, rssl_last_error());
  lua_pushnil(L);
  push_status(L, code);
  if (want) return 2;
  push_facts(L, &facts);
  return 3;
}

int push_result(lua_State *L, rssl_result code) {
  if (code != RSSL_OK) return push_failure(L, code);
  lua_pushboolean(L, true);
  return 1;
}

int push_count(lua_State *L, ptrdiff_t count) {
  if (count < 0) return push_failure(L, (rssl_result)count);
  lua_pushinteger(L, (lua_Integer)count);
  return 1;
}

static int error_tostring(lua_State *L) {
  lua_getfield(L, 1, "message");
  return 1;
}

void open_errors(lua_State *L) {
  luaL_newmetatable(L, ERROR);
  lua_pushcfunction(L, error_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_pushliteral(L, ERROR);
  lua_setfield(L, -2, "__name");
  lua_pop(L, 1);
}
