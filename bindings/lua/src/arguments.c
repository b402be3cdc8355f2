/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "core.h"

#include <limits.h>
#include <string.h>

uint32_t check_u32(lua_State *L, int index) {
  lua_Number n = luaL_checknumber(L, index);
  luaL_argcheck(L, n >= 0 && n <= UINT32_MAX && n == (lua_Number)(uint32_t)n, index,
                "number out of range");
  return (uint32_t)n;
}

uint16_t check_u16(lua_State *L, int index) {
  uint32_t n = check_u32(L, index);
  luaL_argcheck(L, n <= UINT16_MAX, index, "number out of range");
  return (uint16_t)n;
}

int check_int(lua_State *L, int index) {
  lua_Number n = luaL_checknumber(L, index);
  luaL_argcheck(L, n >= INT_MIN && n <= INT_MAX && n == (lua_Number)(int)n, index,
                "number out of range");
  return (int)n;
}

size_t check_size(lua_State *L, int index) {
  static const lua_Number last = 9007199254740992.0; /* up to here all are exact */
  lua_Number n = luaL_checknumber(L, index);
  luaL_argcheck(L, n >= 0 && n <= last && n <= (lua_Number)SIZE_MAX && n == (lua_Number)(size_t)n,
                index, "number out of range");
  return (size_t)n;
}

rssl_role check_role(lua_State *L, int index) {
  return lua_isnoneornil(L, index) ? 0 : check_u32(L, index);
}

const uint16_t *check_schemes(lua_State *L, int index, size_t *n) {
  luaL_checktype(L, index, LUA_TTABLE);
  *n = lua_rawlen(L, index);
  uint16_t *schemes = lua_newuserdata(L, (*n + 1) * sizeof *schemes);
  for (size_t i = 0; i < *n; i++) {
    lua_rawgeti(L, index, (int)i + 1);
    lua_Number scheme = lua_tonumber(L, -1);
    luaL_argcheck(L, scheme > 0 && scheme <= UINT16_MAX && scheme == (uint16_t)scheme, index,
                  "not a list of TLS numbers");
    schemes[i] = (uint16_t)scheme;
    lua_pop(L, 1);
  }
  return schemes;
}

const rssl_bytes *check_strings(lua_State *L, int index, size_t *n) {
  luaL_checktype(L, index, LUA_TTABLE);
  *n = lua_rawlen(L, index);
  rssl_bytes *strings = lua_newuserdata(L, (*n + 1) * sizeof *strings);
  lua_newtable(L); /* a callback can take them out of the list */
  for (size_t i = 0; i < *n; i++) {
    lua_rawgeti(L, index, (int)i + 1);
    luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, index, "not a list of strings");
    strings[i].data = (const uint8_t *)lua_tolstring(L, -1, &strings[i].len);
    lua_rawseti(L, -2, (int)i + 1);
  }
  return strings;
}

const char *check_text(lua_State *L, int index) {
  size_t len;
  const char *s = luaL_checklstring(L, index, &len);
  luaL_argcheck(L, strlen(s) == len, index, "contains a NUL byte");
  return s;
}

const char *optional_text(lua_State *L, int index) {
  return lua_isnoneornil(L, index) ? NULL : check_text(L, index);
}

const char *const *check_texts(lua_State *L, int index, size_t *n) {
  const rssl_bytes *strings = check_strings(L, index, n);
  const char **texts = lua_newuserdata(L, (*n + 1) * sizeof *texts);
  for (size_t i = 0; i < *n; i++) {
    texts[i] = (const char *)strings[i].data;
    luaL_argcheck(L, strlen(texts[i]) == strings[i].len, index, "contains a NUL byte");
  }
  return texts;
}

static size_t position(lua_Integer i, size_t len) {
  if (i >= 0) return (size_t)i;
  size_t back = 0 - (size_t)i;
  return back > len ? 0 : len - back + 1;
}

const char *check_range(lua_State *L, int index, size_t *before, size_t *len) {
  size_t whole;
  const char *s = luaL_checklstring(L, index, &whole);
  size_t first = position(luaL_optinteger(L, index + 1, 1), whole);
  size_t last = position(luaL_optinteger(L, index + 2, -1), whole);
  if (first < 1) first = 1;
  if (last > whole) last = whole;
  *before = first - 1;
  *len = first <= last ? last - first + 1 : 0;
  return *len > 0 ? s + *before : s;
}

void push_bytes(lua_State *L, rssl_bytes bytes) {
  if (bytes.data == NULL) lua_pushnil(L);
  else lua_pushlstring(L, (const char *)bytes.data, bytes.len);
}

void push_optional_string(lua_State *L, const char *s) {
  if (s == NULL) lua_pushnil(L);
  else lua_pushstring(L, s);
}
