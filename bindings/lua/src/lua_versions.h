/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * One source for Lua 5.1 to 5.4 and LuaJIT: where 5.1 lacks a name of later versions, it is given
 * here in terms of what 5.1 has.
 */
#ifndef RSSL_LUA_VERSIONS_H
#define RSSL_LUA_VERSIONS_H

#include <lauxlib.h>
#include <lua.h>

#if LUA_VERSION_NUM < 502
/* A userdatum's value is its environment there: a table, never nil. */
#define lua_getuservalue(L, index) lua_getfenv(L, index)
#define lua_setuservalue(L, index) ((void)lua_setfenv(L, index))
#define lua_rawlen(L, index) lua_objlen(L, index)
#undef luaL_setfuncs
#define luaL_setfuncs(L, functions, n) luaL_register(L, NULL, functions)
#endif

#endif
