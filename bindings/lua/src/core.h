/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What the files of rssl.core share. module.c says how the calls answer.
 */
#ifndef RSSL_LUA_CORE_H
#define RSSL_LUA_CORE_H

#include "lua_versions.h"

#include <rssl.h>

/* The metatables' names in the registry, and the types' in messages. */
#define CONTEXT "rssl.Context"
#define SOCKET "rssl.Socket"
#define HELLO "rssl.Hello"
#define CERTIFICATE "rssl.Certificate"
#define IDENTITY "rssl.Identity"
#define SESSION "rssl.Session"
#define ERROR "rssl.Error"

/* The constructors of a file's types and its functions of the module, which is on the top. */
void open_constants(lua_State *L);
void open_errors(lua_State *L);
void open_context(lua_State *L);
void open_socket(lua_State *L);
void open_hello(lua_State *L);
void open_certificate(lua_State *L);
void open_identity(lua_State *L);
void open_session(lua_State *L);
void open_stream(lua_State *L);

/* handles.c: a userdatum is one pointer, NULL once it is closed. */
void new_type(lua_State *L, const char *type, const luaL_Reg *methods, lua_CFunction close);
void add_methods(lua_State *L, const char *type, const luaL_Reg *methods);
void **new_handle(lua_State *L, const char *type);
void *check_handle(lua_State *L, int index, const char *type);

/* handles.c: what a context, a socket or an identity keeps alive, by number. */
enum kept {
  KEPT_RUNNER = 1, /* the function that run_callback calls */
  KEPT_CONTEXT,    /* of a socket: the userdatum that it was made from */
  KEPT_CALLBACKS,  /* a table, never changed once a socket has it: replaced instead */
  KEPT_TRANSPORT,  /* of a socket: the table given to set_io */
  KEPT_SOCKET      /* of a hello */
};
void **new_keeping_handle(lua_State *L, const char *type);
void get_kept(lua_State *L, int owner, enum kept what);
void set_kept(lua_State *L, int owner, enum kept what); /* pops the value */

#define check_context(L, index) ((rssl_ctx *)check_handle(L, index, CONTEXT))
#define check_socket(L, index) ((rssl_sock *)check_handle(L, index, SOCKET))
#define check_certificate(L, index) ((rssl_cert *)check_handle(L, index, CERTIFICATE))
#define check_identity(L, index) ((rssl_identity *)check_handle(L, index, IDENTITY))
#define check_session(L, index) ((rssl_session *)check_handle(L, index, SESSION))

/*
 * errors.c: what a Lua function returns for a result; each says how many values it pushed. They come
 * right behind the call into librssl: whatever is pushed before can run the collector, and with it
 * finalizers that replace the last error.
 */
int push_result(lua_State *L, rssl_result code);
int push_count(lua_State *L, ptrdiff_t count);
int push_failure(lua_State *L, rssl_result code);
void push_error(lua_State *L, const rssl_error *error);
enum { LONGEST_MESSAGE = 8192 }; /* with the NUL: two paths fit, what is longer is cut */
void copy_message(char *to, const rssl_error *error);

/* callbacks.c: a call into librssl that can run Lua functions. Between the two nothing may raise. */
struct call {
  struct call *outer;
  lua_State *L;
  int owner; /* the index of the userdatum whose kept callbacks are meant */
  int error; /* the index of what a callback raised, 0 if none did */
};
void call_begin(struct call *call, lua_State *L, int owner);
void call_end(struct call *call); /* raises what a callback raised */

/*
 * callbacks.c: runs body protected, inside the current call: its stack is this structure, then the
 * owner. False: it raised, and call_end will raise that again.
 */
struct callback {
  void (*body)(lua_State *L, struct callback *self);
};
bool run_callback(struct callback *callback);
void push_callback(lua_State *L, int owner, const char *name);
void copy_callbacks(lua_State *L, int owner); /* before a change; pushes the copy, now kept */
void copy_fields(lua_State *L, int from, int to);
void replace_callback(lua_State *L, int owner, const char *name, int function);
int run_body(lua_State *L);

/* arguments.c */
rssl_role check_role(lua_State *L, int index);
int check_int(lua_State *L, int index); /* one that is cut to fit is another number */
uint16_t check_u16(lua_State *L, int index);
uint32_t check_u32(lua_State *L, int index);
size_t check_size(lua_State *L, int index);
const uint16_t *check_schemes(lua_State *L, int index, size_t *n); /* pushes what holds them */
const rssl_bytes *check_strings(lua_State *L, int index, size_t *n); /* the same */
const char *const *check_texts(lua_State *L, int index, size_t *n); /* the same, for C strings */
const char *check_text(lua_State *L, int index); /* a C string: one with a NUL inside is refused */
const char *optional_text(lua_State *L, int index);
/* Of a string, with i and j behind: len bytes, and how many there are before i. */
const char *check_range(lua_State *L, int index, size_t *before, size_t *len);
void push_bytes(lua_State *L, rssl_bytes bytes);
void push_optional_string(lua_State *L, const char *s);

/* certificate.c: a new handle, for a reference that is taken when there is something to keep it. */
rssl_cert **new_certificate(lua_State *L);

/* identity.c: copies what finds the function that signs for identity, if one does, into a table. */
void keep_signer(lua_State *L, int table, int identity);

/* context_callbacks.c */
extern const luaL_Reg context_callbacks[];

/* transport.c and peer.c: more methods of sockets */
extern const luaL_Reg socket_transport[];
extern const luaL_Reg socket_peer[];

/* hello.c: for the callback */
void push_hello(lua_State *L, int socket);

#endif
