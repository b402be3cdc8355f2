/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * rssl._ssl: the names that CPython's ssl.py takes from _ssl, over rssl.h.
 *
 * Every object keeps a pointer to the module's state: it lives as long as the object's type.
 * An object's members are guarded by the GIL, except where a comment says otherwise; the GIL is
 * released around what blocks or computes.
 */
#ifndef RSSL_PYTHON_MODULE_H
#define RSSL_PYTHON_MODULE_H

#include <patchlevel.h>
#if PY_VERSION_HEX >= 0x030b0000 && !defined(Py_LIMITED_API)
# define Py_LIMITED_API 0x030b0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <pthread.h>
#include <rssl.h>
#include <stdbool.h>
#include <stdint.h>

#ifndef Py_TPFLAGS_IMMUTABLETYPE /* before Python 3.10 */
# define Py_TPFLAGS_IMMUTABLETYPE 0
# define Py_TPFLAGS_DISALLOW_INSTANTIATION 0
#endif

/* Puts a new reference to value, which may be NULL, in place of the one in the member. */
#define REPLACE(member, value) replace_object((PyObject **)&(member), (PyObject *)(value))
static inline void replace_object(PyObject **slot, PyObject *value)
{
    PyObject *before = *slot;
    Py_XINCREF(value);
    *slot = value;
    Py_XDECREF(before);
}

/* A function of another signature than PyCFunction's, as METH_ flags tell. */
#define METHOD(function) ((PyCFunction)(void (*)(void))(function))

typedef struct {
    PyTypeObject *context_type, *socket_type, *bio_type, *session_type, *certificate_type;
    PyObject *ssl_error, *zero_return_error, *want_read_error, *want_write_error;
    PyObject *syscall_error, *eof_error, *verification_error;
    PyObject *python_socket; /* _socket.socket */
    PyObject *timeout_error; /* socket.timeout, TimeoutError since Python 3.10 */
    PyObject *str_fileno, *str_gettimeout;
} module_state;

/* A context has at most one identity of each kind of key: loading another replaces it. */
enum { KEY_KINDS = 3 };

typedef struct {
    PyObject_HEAD
    module_state *state;
    rssl_ctx *ctx;
    int protocol, verify_mode;
    bool check_hostname, post_handshake_auth;
    uint64_t options;
    unsigned long verify_flags;
    unsigned int host_flags;
    int minimum_version, maximum_version; /* as the program set them */
    bool no_versions;                     /* versions and options leave none */
    long num_tickets;
    int security_level;
    rssl_identity *identities[KEY_KINDS];
    int newest_identity; /* its kind */
    /* Which roots came from a directory, by their number: not shown before a path ended in one. */
    bool *lazy_roots;
    size_t n_lazy_roots;
    size_t n_crls;
    PyObject *sni_callback, *msg_callback, *keylog_filename;
    PyObject *session_store; /* a reference that librssl holds: here for the garbage collector */
    /* For session_stats. */
    long connects, connects_good, accepts, accepts_good, hits;
} context_object;

typedef struct {
    PyObject_HEAD
    module_state *state;
    pthread_mutex_t lock; /* guards the bytes: sockets use them without the GIL */
    char *data;
    size_t start, end, capacity;
    bool eof;
} bio_object;

/* A session and what grew out of it, connection by connection, under one id. A TLS 1.3 session is
 * good for one connection, and what that one gets in turn takes its place here, so that a program
 * can go on with the same SSLSession. */
typedef struct {
    size_t references;
    PyObject *id;         /* bytes */
    rssl_session *newest; /* NULL: nothing that could be resumed */
} lineage;

typedef struct {
    PyObject_HEAD
    context_object *context;
    lineage *lineage;
    int64_t time;
} session_object;

typedef struct {
    PyObject_HEAD
    module_state *state;
    context_object *context;
    rssl_sock *sock;
    PyObject *socket;                /* weak reference to the Python socket; NULL: on memory */
    PyObject *owner;                 /* weak reference to the SSLSocket or SSLObject, or NULL */
    bio_object *incoming, *outgoing; /* on memory */
    PyObject *server_hostname;
    session_object *session; /* the one set, or the newest given out */
    unsigned forks; /* of the process, before this was made */
    bool issued; /* session was given out, not set */
    bool server_side, counted, has_read, said_close;
    size_t bulk;       /* what a long read is expected to bring, in full records; 0: less than one */
    bool asks_program; /* for the call going on: the context has an sni_callback */
    char *left;          /* plaintext read and not asked for yet: n_left bytes from at_left on */
    size_t at_left, n_left;
    size_t written;      /* bytes taken from the write that is to be repeated */
    uint16_t *offered;   /* the client's ciphers, on a server */
    size_t n_offered;
    struct observer *observer; /* under a message callback */
    PyObject *error[3];  /* what a callback raised, until the call ends */
    /* Held only while the GIL is released, around one call of librssl. */
    pthread_mutex_t reading, writing;
} socket_object;

/* module.c */
module_state *state_of_type(PyTypeObject *type);
/* For types whose objects only this module makes. */
#if PY_VERSION_HEX >= 0x030a0000
# define NOT_FROM_PYTHON
#else
# define NOT_FROM_PYTHON {Py_tp_new, refuse_new},
PyObject *refuse_new(PyTypeObject *type, PyObject *args, PyObject *kwargs);
#endif

/* constants.c, exceptions.c, oid.c, random.c: what they add to the module. 0 or -1. */
int add_constants(PyObject *module);
int add_exceptions(PyObject *module, module_state *state);
extern PyMethodDef oid_functions[], random_functions[], certificate_functions[], path_functions[];

/* The types. */
extern PyType_Spec context_spec, socket_spec, bio_spec, session_spec, certificate_spec;

/* errors.c: set an exception and return NULL. raise_rssl takes the thread's last error; where
 * names the file that could not be read, or is NULL. */
#define raise_rssl(state, rc) raise_rssl_at(state, rc, NULL, __LINE__)
PyObject *raise_rssl_at(module_state *state, ptrdiff_t rc, PyObject *where, int line);
PyObject *raise_reason_at(module_state *state, const char *library, const char *reason, int line);
#define raise_reason(state, library, reason) raise_reason_at(state, library, reason, __LINE__)
PyObject *raise_text_at(module_state *state, PyObject *type, int code, const char *text, int line);
#define raise_text(state, code, text) raise_text_at(state, (state)->ssl_error, code, text, __LINE__)
/* What OpenSSL says of any damaged PEM file. */
#define raise_pem_lib(state, library) raise_pem_lib_at(state, library, __LINE__)
PyObject *raise_pem_lib_at(module_state *state, const char *library, int line);
PyObject *raise_verification_at(module_state *state, const rssl_error *e, const char *name, int line);

/* certificate.c */
PyObject *certificate_dict(rssl_cert *cert);
PyObject *certificate_new(module_state *state, rssl_cert *cert); /* takes the reference over */

/* context_verify.c */
int apply_verify_mode(context_object *self);
int apply_verify_flags(context_object *self);
int context_set_check_hostname(context_object *self, PyObject *value, void *unused);
int context_set_verify_mode(context_object *self, PyObject *value, void *unused);
int context_set_verify_flags(context_object *self, PyObject *value, void *unused);
int context_set_host_flags(context_object *self, PyObject *value, void *unused);

/* context_roots.c */
bool is_pem(const char *data, size_t len);
PyObject *path_bytes(PyObject *path, const char *name);
void show_root(context_object *self, rssl_cert *root);
PyObject *context_load_verify_locations(context_object *self, PyObject *args, PyObject *kwargs);
PyObject *context_set_default_verify_paths(context_object *self, PyObject *unused);
PyObject *context_cert_store_stats(context_object *self, PyObject *unused);
PyObject *context_get_ca_certs(context_object *self, PyObject *args, PyObject *kwargs);

/* context_identity.c */
PyObject *context_load_cert_chain(context_object *self, PyObject *args, PyObject *kwargs);
PyObject *context_load_dh_params(context_object *self, PyObject *path);

PyObject *context_set_ocsp_response(context_object *self, PyObject *response);

/* session_store.c */
PyObject *context_set_session_store(context_object *self, PyObject *store);

/* context_protocol.c */
int apply_versions(context_object *self);
int apply_options(context_object *self);
PyObject *context_get_minimum_version(context_object *self, void *unused);
PyObject *context_get_maximum_version(context_object *self, void *unused);
int context_set_minimum_version(context_object *self, PyObject *value, void *unused);
int context_set_maximum_version(context_object *self, PyObject *value, void *unused);
int context_set_options(context_object *self, PyObject *value, void *unused);
int context_set_num_tickets(context_object *self, PyObject *value, void *unused);
PyObject *context_set_alpn_protocols(context_object *self, PyObject *protocols);

/* context_ciphers.c */
PyObject *cipher_tuple(uint16_t cipher);
PyObject *context_set_ciphers(context_object *self, PyObject *ciphers);
PyObject *context_get_ciphers(context_object *self, PyObject *unused);
PyObject *context_set_ecdh_curve(context_object *self, PyObject *name);
PyObject *context_set_groups(context_object *self, PyObject *names);

/* encrypted_client_hello.c */
PyObject *context_set_ech_configs(context_object *self, PyObject *configs);
PyObject *context_set_ech_grease(context_object *self, PyObject *value);
PyObject *socket_ech_status(socket_object *self, PyObject *unused);
PyObject *socket_ech_retry_configs(socket_object *self, PyObject *unused);

/* callbacks.c */
int install_hello_hook(context_object *self);
int context_set_sni_callback(context_object *self, PyObject *value, void *unused);
int context_set_msg_callback(context_object *self, PyObject *value, void *unused);
int context_set_keylog_filename(context_object *self, PyObject *value, void *unused);

/* socket.c */
PyObject *socket_new(context_object *context, PyObject *python_socket, bio_object *incoming,
                     bio_object *outgoing, bool server_side, PyObject *hostname, PyObject *owner,
                     PyObject *session);
PyObject *socket_owner(socket_object *self); /* a new reference: the owner, or self */
/* What a weak reference, or NULL, refers to: a new reference, None if it is gone. */
PyObject *referent(PyObject *weak);

/* peer.c */
PyObject *socket_getpeercert(socket_object *self, PyObject *args);
PyObject *socket_get_verified_chain(socket_object *self, PyObject *unused);
PyObject *socket_get_unverified_chain(socket_object *self, PyObject *unused);
PyObject *socket_get_channel_binding(socket_object *self, PyObject *args, PyObject *kwargs);
PyObject *socket_ocsp_response(socket_object *self, PyObject *unused);

/* io.c */
PyObject *socket_do_handshake(socket_object *self, PyObject *unused);
PyObject *socket_read(socket_object *self, PyObject *const *args, Py_ssize_t nargs);
PyObject *socket_write(socket_object *self, PyObject *bytes);
PyObject *socket_pending(socket_object *self, PyObject *unused);
PyObject *socket_shutdown(socket_object *self, PyObject *unused);
PyObject *socket_verify_client_post_handshake(socket_object *self, PyObject *unused);

/* session.c */
PyObject *socket_get_session(socket_object *self, void *unused);
int socket_set_session(socket_object *self, PyObject *value, void *unused);
void renew_session(socket_object *self);

/* memory_bio.c: librssl's transport; user is a socket_object. Called without the GIL. */
ptrdiff_t bio_transport_read(void *user, void *buf, size_t len);
ptrdiff_t bio_transport_write(void *user, const void *buf, size_t len);

/* messages.c: the same for a connection with an observer, over the descriptor if it is not -1. */
struct observer *observer_new(int fd);
void observer_free(struct observer *observer);
ptrdiff_t observed_read(void *user, void *buf, size_t len);
ptrdiff_t observed_write(void *user, const void *buf, size_t len);

/* wait.c: one call of a socket method, which may take several of librssl. */
typedef struct {
    socket_object *self;
    PyObject *socket; /* the Python socket, held for the call; NULL: on memory */
    enum { WAIT_UNKNOWN, WAIT_NEVER, WAIT_UNTIL } rule;
    int64_t end_ns;
    const char *what; /* "read", "write": for the message of a timeout */
} io_call;
int io_begin(io_call *call, socket_object *self, const char *what);
void io_end(io_call *call);
/* After a negative result of librssl: 0 to call again, -1 with an exception set. */
int io_step(io_call *call, ptrdiff_t rc, int line);

#endif
