/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "core.h"

void new_type(lua_State *L, const char *type, const luaL_Reg *methods, lua_CFunction close) {
  luaL_newmetatable(L, type);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pushstring(L, type);
  lua_setfield(L, -2, "__name");
  /* So that a program cannot take __gc and call it with something else. */
  lua_pushstring(L, type);
  lua_setfield(L, -2, "__metatable");
  if (close != NULL) {
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__close");
  }
  lua_pop(L, 1);
}

void add_methods(lua_State *L, const char *type, const luaL_Reg *methods) {
  luaL_getmetatable(L, type);
  lua_getfield(L, -1, "__index");
  luaL_setfuncs(L, methods, 0);
  lua_pop(L, 2);
}

void **new_handle(lua_State *L, const char *type) {
  void **box = lua_newuserdata(L, sizeof *box);
  *box = NULL;
  luaL_getmetatable(L, type);
  lua_setmetatable(L, -2);
  return box;
}

void *check_handle(lua_State *L, int index, const char *type) {
  void *handle = *(void **)luaL_checkudata(L, index, type);
  if (handle == NULL) luaL_error(L, "attempt to use a closed %s", type);
  return handle;
}

void **new_keeping_handle(lua_State *L, const char *type) {
  void **box = new_handle(L, type);
  lua_createtable(L, 4, 0);
  lua_pushcfunction(L, run_body);
  lua_rawseti(L, -2, KEPT_RUNNER);
  lua_newtable(L);
  lua_rawseti(L, -2, KEPT_CALLBACKS);
  lua_setuservalue(L, -2);
  return box;
}

void get_kept(lua_State *L, int owner, enum kept what) {
  lua_getuservalue(L, owner);
  lua_rawgeti(L, -1, (int)what);
  lua_remove(L, -2);
}

void set_kept(lua_State *L, int owner, enum kept what) {
  lua_getuservalue(L, owner);
  lua_insert(L, -2);
  lua_rawseti(L, -2, (int)what);
  lua_pop(L, 1);
}
