/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "core.h"

#include <ctype.h>
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

void push_error(lua_State *L, const rssl_error *error) {
  if (error == NULL) {
    lua_pushnil(L);
    return;
  }
  lua_createtable(L, 0, 10);
  set_integer(L, "code", rssl_error_code(error));
  set_string(L, "name", rssl_result_name(rssl_error_code(error)));
  set_string(L, "message", rssl_error_message(error));
  set_string(L, "reason", rssl_error_reason(error));
  set_string(L, "detail", rssl_error_detail(error));
  set_integer(L, "errno", rssl_error_errno(error));
  set_integer(L, "verify", rssl_error_verify(error));
  set_integer(L, "depth", rssl_error_depth(error));
  if (rssl_error_alert(error) >= 0) {
    set_integer(L, "alert", rssl_error_alert(error));
    lua_pushboolean(L, rssl_error_alert_received(error));
    lua_setfield(L, -2, "alert_received");
  }
  luaL_getmetatable(L, ERROR);
  lua_setmetatable(L, -2);
}

int push_failure(lua_State *L, rssl_result code) {
  lua_pushnil(L);
  push_status(L, code);
  if (RSSL_IS_WANT(code)) return 2;
  push_error(L, rssl_last_error());
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
