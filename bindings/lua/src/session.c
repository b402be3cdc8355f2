/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "core.h"

static int session_close(lua_State *L) {
  void **box = luaL_checkudata(L, 1, SESSION);
  rssl_session *session = *box;
  *box = NULL;
  rssl_session_free(session);
  return 0;
}

/* nil: the server has given none yet. */
static int socket_session(lua_State *L) {
  rssl_sock *s = check_socket(L, 1);
  void **box = new_handle(L, SESSION);
  *box = rssl_sock_session_new(s);
  if (*box == NULL) lua_pushnil(L);
  return 1;
}

static int socket_set_session(lua_State *L) {
  return push_result(L, rssl_sock_set_session(check_socket(L, 1), check_session(L, 2)));
}

static const luaL_Reg methods[] = {
    {"close", session_close},
    {NULL, NULL},
};

static const luaL_Reg socket_methods[] = {
    {"session", socket_session},
    {"set_session", socket_set_session},
    {NULL, NULL},
};

void open_session(lua_State *L) {
  new_type(L, SESSION, methods, session_close);
  add_methods(L, SOCKET, socket_methods);
}
