/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * How librssl's callbacks reach Lua functions. A lua_State is known only while a call into librssl
 * is going on, and it is that call's own: a coroutine may be gone by the next one. Everything that
 * can raise runs under lua_pcall, for no error may cross librssl; what was raised waits on the
 * call's stack until librssl has returned.
 */
#include "core.h"

static _Thread_local struct call *current;

void call_begin(struct call *call, lua_State *L, int owner) {
  luaL_checkstack(L, 8, NULL); /* here, since run_callback must not raise */
  *call = (struct call){.outer = current, .L = L, .owner = owner};
  current = call;
}

void call_end(struct call *call) {
  current = call->outer;
  if (call->error != 0) {
    lua_pushvalue(call->L, call->error);
    lua_error(call->L);
  }
}

int run_body(lua_State *L) {
  struct callback *callback = lua_touserdata(L, 1);
  callback->body(L, callback);
  return 0;
}

bool run_callback(struct callback *callback) {
  struct call *call = current;
  if (call == NULL) return false;
  lua_State *L = call->L;
  int top = lua_gettop(L);
  lua_getuservalue(L, call->owner);
  lua_rawgeti(L, -1, KEPT_RUNNER);
  lua_pushlightuserdata(L, callback);
  lua_pushvalue(L, call->owner);
  bool done = lua_pcall(L, 2, 0, 0) == 0;
  if (!done && call->error == 0) {
    call->error = top + 1;
    lua_replace(L, top + 1);
    top++;
  }
  lua_settop(L, top);
  return done;
}

void copy_fields(lua_State *L, int from, int to) {
  lua_pushvalue(L, from);
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, to);
  }
  lua_pop(L, 1);
}

void push_callback(lua_State *L, int owner, const char *name) {
  get_kept(L, owner, KEPT_CALLBACKS);
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}

void copy_callbacks(lua_State *L, int owner) {
  lua_newtable(L);
  get_kept(L, owner, KEPT_CALLBACKS);
  copy_fields(L, -1, lua_gettop(L) - 1);
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  set_kept(L, owner, KEPT_CALLBACKS);
}

void replace_callback(lua_State *L, int owner, const char *name, int function) {
  copy_callbacks(L, owner);
  lua_pushvalue(L, function);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}
