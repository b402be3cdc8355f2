/* The interface that librssl.so.0 keeps, as it was first published under RSSL_0.1. A difference
 * between it and the header is an error of redeclaration or a failed assertion here; that neither
 * has a name which the other lacks is tested by tests/header.rs. Nothing in this file changes or
 * goes once it is released: what is new is added at the end of its section.
 */
#include <rssl.h>

#define CONSTANT(name, value) _Static_assert((name) == (value), #name)
#define FIRST_MEMBER(type, member, of) \
  _Static_assert(offsetof(type, member) == 0 && MEMBER_IS(type, member, of), #type "." #member)
#define NEXT_MEMBER(type, before, member, of)                                                  \
  _Static_assert(offsetof(type, member) == offsetof(type, before) + sizeof(((type *)0)->before) \
                     && MEMBER_IS(type, member, of),                                           \
                 #type "." #member)
#define MEMBER_IS(type, member, of) _Generic(((type *)0)->member, of: 1, default: 0)

/* -- types */

typedef struct rssl_ctx rssl_ctx;
typedef struct rssl_sock rssl_sock;
typedef struct rssl_identity rssl_identity;
typedef struct rssl_cert rssl_cert;
typedef struct rssl_hello rssl_hello;
typedef struct rssl_error rssl_error;
typedef struct rssl_bytes rssl_bytes;
typedef struct rssl_io rssl_io;
typedef struct rssl_session rssl_session;
typedef struct rssl_session_store rssl_session_store;

FIRST_MEMBER(rssl_bytes, data, const uint8_t *);
NEXT_MEMBER(rssl_bytes, data, len, size_t);
_Static_assert(sizeof(rssl_bytes) == 2 * sizeof(size_t), "rssl_bytes");

#ifdef _WIN32
typedef uintptr_t rssl_fd;
#else
typedef int rssl_fd;
#endif

typedef int32_t rssl_result;
typedef void (*rssl_drop_cb)(void *user);

/* -- results */

CONSTANT(RSSL_OK, 0);
CONSTANT(RSSL_WANT_READ, -2);
CONSTANT(RSSL_WANT_WRITE, -3);
CONSTANT(RSSL_WANT_HELLO, -4);
CONSTANT(RSSL_WANT_CONSUME, -5);
CONSTANT(RSSL_ERR_ARGUMENT, -16);
CONSTANT(RSSL_ERR_STATE, -17);
CONSTANT(RSSL_ERR_UNSUPPORTED, -18);
CONSTANT(RSSL_ERR_CALLBACK, -19);
CONSTANT(RSSL_ERR_INTERNAL, -20);
CONSTANT(RSSL_ERR_IO, -32);
CONSTANT(RSSL_ERR_EOF, -33);
CONSTANT(RSSL_ERR_CLOSED, -34);
CONSTANT(RSSL_ERR_INTERRUPTED, -35);
CONSTANT(RSSL_ERR_FILE, -48);
CONSTANT(RSSL_ERR_FORMAT, -49);
CONSTANT(RSSL_ERR_PASSWORD, -50);
CONSTANT(RSSL_ERR_KEY, -51);
CONSTANT(RSSL_ERR_MISMATCH, -52);
CONSTANT(RSSL_ERR_NAME, -53);
CONSTANT(RSSL_ERR_VERIFY, -64);
CONSTANT(RSSL_ERR_NO_CERT, -65);
CONSTANT(RSSL_ERR_ALERT, -66);
CONSTANT(RSSL_ERR_PROTOCOL, -67);
CONSTANT(RSSL_ERR_NO_SHARED, -68);
CONSTANT(RSSL_ERR_NO_ALPN, -69);
CONSTANT(RSSL_ERR_NOT_TLS, -70);

_Static_assert(RSSL_IS_WANT(RSSL_WANT_READ) && RSSL_IS_WANT(RSSL_WANT_CONSUME), "RSSL_IS_WANT");
_Static_assert(!RSSL_IS_WANT(RSSL_OK) && !RSSL_IS_WANT(RSSL_ERR_ARGUMENT), "RSSL_IS_WANT");
_Static_assert(RSSL_IO_ERROR(4) == -0x10004, "RSSL_IO_ERROR");
_Static_assert(sizeof(RSSL_IO_ERROR(4)) == sizeof(ptrdiff_t), "RSSL_IO_ERROR");
_Static_assert(RSSL_MAKE_VERSION(1, 2, 3) == 0x010203, "RSSL_MAKE_VERSION");

/* -- errors */

RSSL_API const rssl_error *rssl_last_error(void);
RSSL_API const rssl_error *rssl_sock_error(const rssl_sock *s);
RSSL_API rssl_result rssl_error_code(const rssl_error *e);
RSSL_API const char *rssl_error_message(const rssl_error *e);
RSSL_API int rssl_error_errno(const rssl_error *e);
RSSL_API int rssl_error_alert(const rssl_error *e);
RSSL_API bool rssl_error_alert_received(const rssl_error *e);
RSSL_API int32_t rssl_error_verify(const rssl_error *e);
RSSL_API int rssl_error_depth(const rssl_error *e);
RSSL_API const char *rssl_error_reason(const rssl_error *e);
RSSL_API const char *rssl_error_detail(const rssl_error *e);
RSSL_API const char *rssl_strerror(rssl_result code);
RSSL_API const char *rssl_result_name(rssl_result code);
RSSL_API const char *rssl_alert_name(int alert);
RSSL_API const char *rssl_verify_string(int32_t v);

CONSTANT(RSSL_V_OK, 0);
CONSTANT(RSSL_V_UNSPECIFIED, 1);
CONSTANT(RSSL_V_CRL_UNAVAILABLE, 3);
CONSTANT(RSSL_V_CERT_SIGNATURE, 7);
CONSTANT(RSSL_V_CERT_NOT_YET_VALID, 9);
CONSTANT(RSSL_V_CERT_EXPIRED, 10);
CONSTANT(RSSL_V_CRL_EXPIRED, 12);
CONSTANT(RSSL_V_SELF_SIGNED, 18);
CONSTANT(RSSL_V_UNKNOWN_ISSUER, 20);
CONSTANT(RSSL_V_REVOKED, 23);
CONSTANT(RSSL_V_INVALID_CA, 24);
CONSTANT(RSSL_V_INVALID_PURPOSE, 26);
CONSTANT(RSSL_V_UNHANDLED_CRITICAL, 34);
CONSTANT(RSSL_V_UNSUPPORTED_SIGNATURE, 76);
CONSTANT(RSSL_V_APPLICATION, 50);
CONSTANT(RSSL_V_HOSTNAME, 62);
CONSTANT(RSSL_V_IP_ADDRESS, 64);
CONSTANT(RSSL_V_OCSP_INVALID, 96);

/* -- context */

typedef uint32_t rssl_role;
CONSTANT(RSSL_CLIENT, 1);
CONSTANT(RSSL_SERVER, 2);
CONSTANT(RSSL_EITHER, 3);
RSSL_API RSSL_MUST_USE rssl_result rssl_ctx_new(rssl_role role, rssl_ctx **out);
RSSL_API RSSL_MUST_USE rssl_result rssl_ctx_new_default(rssl_role role, rssl_ctx **out);
RSSL_API rssl_ctx *rssl_ctx_ref(rssl_ctx *ctx);
RSSL_API void rssl_ctx_free(rssl_ctx *ctx);
RSSL_API rssl_role rssl_ctx_role(const rssl_ctx *ctx);

typedef uint32_t rssl_cert_reqs;
CONSTANT(RSSL_CERT_NONE, 0);
CONSTANT(RSSL_CERT_OPTIONAL, 1);
CONSTANT(RSSL_CERT_REQUIRED, 2);
RSSL_API rssl_result rssl_ctx_set_verify(rssl_ctx *ctx, rssl_cert_reqs mode);
RSSL_API rssl_cert_reqs rssl_ctx_verify(const rssl_ctx *ctx);
RSSL_API rssl_result rssl_ctx_set_check_hostname(rssl_ctx *ctx, bool on);
RSSL_API bool rssl_ctx_check_hostname(const rssl_ctx *ctx);

RSSL_API rssl_result rssl_ctx_load_verify_file(rssl_ctx *ctx, const char *path);
RSSL_API rssl_result rssl_ctx_load_verify_dir(rssl_ctx *ctx, const char *path);
RSSL_API rssl_result rssl_ctx_load_verify_mem(rssl_ctx *ctx, const void *data, size_t len);
RSSL_API rssl_result rssl_ctx_load_verify_system(rssl_ctx *ctx);
RSSL_API rssl_result rssl_ctx_load_verify_bundled(rssl_ctx *ctx);
RSSL_API size_t rssl_ctx_root_count(const rssl_ctx *ctx);
RSSL_API rssl_cert *rssl_ctx_root_new(const rssl_ctx *ctx, size_t i);
RSSL_API rssl_result rssl_ctx_clear_roots(rssl_ctx *ctx);

CONSTANT(RSSL_CRL_LEAF_ONLY, 1u << 0);
CONSTANT(RSSL_CRL_ALLOW_UNKNOWN, 1u << 1);
CONSTANT(RSSL_CRL_ENFORCE_EXPIRY, 1u << 2);
CONSTANT(RSSL_CRL_OFF, 1u << 3);
CONSTANT(RSSL_CRL_REQUIRED, 1u << 4);
RSSL_API rssl_result rssl_ctx_load_crl_file(rssl_ctx *ctx, const char *path);
RSSL_API rssl_result rssl_ctx_load_crl_mem(rssl_ctx *ctx, const void *data, size_t len);
RSSL_API rssl_result rssl_ctx_set_crl_flags(rssl_ctx *ctx, uint32_t flags);
RSSL_API rssl_result rssl_ctx_clear_crls(rssl_ctx *ctx);

RSSL_API rssl_result rssl_ctx_load_cert_file(rssl_ctx *ctx, const char *cert_path,
                                             const char *key_path, const char *password);
RSSL_API rssl_result rssl_ctx_load_cert_mem(rssl_ctx *ctx, const void *cert, size_t cert_len,
                                            const void *key, size_t key_len,
                                            const char *password);

CONSTANT(RSSL_TLS1_2, 0x0303);
CONSTANT(RSSL_TLS1_3, 0x0304);
RSSL_API rssl_result rssl_ctx_set_versions(rssl_ctx *ctx, uint16_t min, uint16_t max);
RSSL_API void rssl_ctx_versions(const rssl_ctx *ctx, uint16_t *min, uint16_t *max);
RSSL_API rssl_result rssl_ctx_set_ciphers(rssl_ctx *ctx, const char *names);
RSSL_API rssl_result rssl_ctx_set_groups(rssl_ctx *ctx, const char *names);
RSSL_API rssl_result rssl_ctx_set_cipher_string(rssl_ctx *ctx, const char *openssl);
typedef int32_t (*rssl_verify_cb)(void *user, const rssl_sock *s, int32_t verify,
                                  const rssl_cert *const *chain, size_t chain_len);
RSSL_API rssl_result rssl_ctx_set_verify_callback(rssl_ctx *ctx, rssl_verify_cb cb, void *user,
                                                  rssl_drop_cb drop);
RSSL_API rssl_result rssl_ctx_set_verify_schemes(rssl_ctx *ctx, const uint16_t *schemes, size_t n);
RSSL_API rssl_result rssl_ctx_set_max_fragment(rssl_ctx *ctx, size_t plaintext);
RSSL_API size_t rssl_ctx_cipher_count(const rssl_ctx *ctx);
RSSL_API uint16_t rssl_ctx_cipher(const rssl_ctx *ctx, size_t i);
RSSL_API rssl_result rssl_ctx_set_alpn(rssl_ctx *ctx, const char *const *protos, size_t n);

CONSTANT(RSSL_OPT_ALPN_OPTIONAL, 1u << 0);
CONSTANT(RSSL_OPT_SERVER_ORDER, 1u << 1);
CONSTANT(RSSL_OPT_NO_TICKETS, 1u << 2);
CONSTANT(RSSL_OPT_NO_SNI, 1u << 3);
CONSTANT(RSSL_OPT_RETURN_EINTR, 1u << 4);
CONSTANT(RSSL_OPT_X509_STRICT, 1u << 5);
CONSTANT(RSSL_OPT_INSECURE_MATCH_CN, 1u << 6);
CONSTANT(RSSL_OPT_NO_CA_NAMES, 1u << 7);
CONSTANT(RSSL_OPT_REQUIRE_EMS, 1u << 8);
CONSTANT(RSSL_OPT_NO_READ_AHEAD, 1u << 9);
CONSTANT(RSSL_OPT_NO_KNOWN_CHAINS, 1u << 10);
RSSL_API rssl_result rssl_ctx_set_options(rssl_ctx *ctx, uint32_t set, uint32_t clear);
RSSL_API uint32_t rssl_ctx_options(const rssl_ctx *ctx);
RSSL_API rssl_result rssl_ctx_set_session_cache(rssl_ctx *ctx, size_t n);
RSSL_API rssl_result rssl_ctx_set_ticket_count(rssl_ctx *ctx, size_t n);
RSSL_API rssl_result rssl_ctx_set_ticket_keys(rssl_ctx *ctx, const void *keys, size_t n);
FIRST_MEMBER(rssl_session_store, size, size_t);
NEXT_MEMBER(rssl_session_store, size, user, void *);
NEXT_MEMBER(rssl_session_store, user, put,
            rssl_result (*)(void *, const void *, size_t, const void *, size_t, uint32_t));
NEXT_MEMBER(rssl_session_store, put, get,
            ptrdiff_t (*)(void *, const void *, size_t, bool, void *, size_t));
NEXT_MEMBER(rssl_session_store, get, drop, rssl_drop_cb);
RSSL_API rssl_result rssl_ctx_set_session_store(rssl_ctx *ctx, const rssl_session_store *store);

/* -- hooks */

typedef rssl_result (*rssl_hello_cb)(void *user, rssl_sock *s, rssl_hello *h);
RSSL_API rssl_result rssl_ctx_set_hello_callback(rssl_ctx *ctx, rssl_hello_cb cb, void *user,
                                                 rssl_drop_cb drop);
typedef void (*rssl_keylog_cb)(void *user, const char *line);
RSSL_API rssl_result rssl_ctx_set_keylog_callback(rssl_ctx *ctx, rssl_keylog_cb cb, void *user,
                                                  rssl_drop_cb drop);
typedef int64_t (*rssl_time_cb)(void *user);
RSSL_API rssl_result rssl_ctx_set_time_callback(rssl_ctx *ctx, rssl_time_cb cb, void *user,
                                                rssl_drop_cb drop);

/* -- identity */

typedef ptrdiff_t (*rssl_password_cb)(void *user, char *buf, size_t cap);
RSSL_API RSSL_MUST_USE rssl_result rssl_identity_new_file(const char *cert_path,
                                                          const char *key_path,
                                                          rssl_password_cb cb, void *user,
                                                          rssl_identity **out);
RSSL_API RSSL_MUST_USE rssl_result rssl_identity_new_mem(const void *cert, size_t cert_len,
                                                         const void *key, size_t key_len,
                                                         rssl_password_cb cb, void *user,
                                                         rssl_identity **out);
typedef ptrdiff_t (*rssl_sign_cb)(void *user, uint16_t scheme, const void *msg, size_t len, void *sig,
                                  size_t cap);
RSSL_API RSSL_MUST_USE rssl_result rssl_identity_new_signer(const void *cert, size_t cert_len,
                                                            const uint16_t *schemes,
                                                            size_t n_schemes, rssl_sign_cb cb,
                                                            void *user, rssl_drop_cb drop,
                                                            rssl_identity **out);
RSSL_API RSSL_MUST_USE rssl_result rssl_identity_new_ocsp(const rssl_identity *id, const void *ocsp,
                                                          size_t len, rssl_identity **out);
RSSL_API RSSL_MUST_USE rssl_result rssl_identity_new_schemes(const rssl_identity *id,
                                                             const uint16_t *schemes, size_t n,
                                                             rssl_identity **out);
RSSL_API rssl_cert *rssl_identity_cert_new(const rssl_identity *id, size_t i);
RSSL_API rssl_identity *rssl_identity_ref(rssl_identity *id);
RSSL_API void rssl_identity_free(rssl_identity *id);
RSSL_API rssl_result rssl_ctx_set_identities(rssl_ctx *ctx, rssl_identity *const *ids, size_t n);
typedef rssl_identity *(*rssl_client_cert_cb)(void *user, const rssl_sock *s,
                                              const rssl_bytes *names, size_t n_names,
                                              const uint16_t *schemes, size_t n_schemes);
RSSL_API rssl_result rssl_ctx_set_client_cert_callback(rssl_ctx *ctx, rssl_client_cert_cb cb,
                                                       void *user, rssl_drop_cb drop);
RSSL_API rssl_result rssl_ctx_set_client_ca_names(rssl_ctx *ctx, const rssl_bytes *names, size_t n);

/* -- client hello */

RSSL_API const char *rssl_hello_server_name(const rssl_hello *h);
RSSL_API size_t rssl_hello_alpn_count(const rssl_hello *h);
RSSL_API rssl_bytes rssl_hello_alpn(const rssl_hello *h, size_t i);
RSSL_API size_t rssl_hello_cipher_count(const rssl_hello *h);
RSSL_API uint16_t rssl_hello_cipher(const rssl_hello *h, size_t i);
RSSL_API size_t rssl_hello_scheme_count(const rssl_hello *h);
RSSL_API uint16_t rssl_hello_scheme(const rssl_hello *h, size_t i);
RSSL_API size_t rssl_hello_ca_count(const rssl_hello *h);
RSSL_API rssl_bytes rssl_hello_ca(const rssl_hello *h, size_t i);
RSSL_API rssl_result rssl_hello_use_ctx(rssl_hello *h, rssl_ctx *ctx);
RSSL_API rssl_result rssl_hello_use_identity(rssl_hello *h, rssl_identity *id);
RSSL_API rssl_result rssl_hello_use_alpn(rssl_hello *h, const char *proto);
RSSL_API rssl_result rssl_hello_continue(rssl_hello *h);
RSSL_API rssl_result rssl_hello_reject(rssl_hello *h, int alert);
RSSL_API rssl_hello *rssl_sock_hello(rssl_sock *s);

/* -- socket */

RSSL_API RSSL_MUST_USE rssl_result rssl_sock_new(rssl_ctx *ctx, rssl_role role, const char *name,
                                                 rssl_sock **out);
RSSL_API RSSL_MUST_USE rssl_result rssl_wrap(rssl_ctx *ctx, rssl_fd fd, rssl_role role,
                                             const char *name, rssl_sock **out);
RSSL_API void rssl_sock_free(rssl_sock *s);
RSSL_API void rssl_sock_set_user(rssl_sock *s, void *user);
RSSL_API void *rssl_sock_user(const rssl_sock *s);
RSSL_API rssl_result rssl_sock_set_verify_name(rssl_sock *s, const char *name);

FIRST_MEMBER(rssl_io, size, size_t);
NEXT_MEMBER(rssl_io, size, user, void *);
NEXT_MEMBER(rssl_io, user, read, ptrdiff_t (*)(void *, void *, size_t));
NEXT_MEMBER(rssl_io, read, write, ptrdiff_t (*)(void *, const void *, size_t));
NEXT_MEMBER(rssl_io, write, drop, rssl_drop_cb);
RSSL_API rssl_result rssl_sock_set_fd(rssl_sock *s, rssl_fd fd);
RSSL_API rssl_result rssl_sock_set_fds(rssl_sock *s, rssl_fd rfd, rssl_fd wfd);
RSSL_API rssl_result rssl_sock_set_io(rssl_sock *s, const rssl_io *io);
RSSL_API RSSL_MUST_USE ptrdiff_t rssl_feed(rssl_sock *s, const void *data, size_t len);
RSSL_API rssl_result rssl_feed_eof(rssl_sock *s);
RSSL_API ptrdiff_t rssl_drain(rssl_sock *s, void *buf, size_t cap);
RSSL_API size_t rssl_drain_pending(const rssl_sock *s);

RSSL_API RSSL_MUST_USE rssl_result rssl_handshake(rssl_sock *s);
RSSL_API RSSL_MUST_USE ptrdiff_t rssl_read(rssl_sock *s, void *buf, size_t len);
RSSL_API RSSL_MUST_USE ptrdiff_t rssl_peek(rssl_sock *s, void *buf, size_t len);
RSSL_API size_t rssl_pending(rssl_sock *s);
RSSL_API RSSL_MUST_USE ptrdiff_t rssl_write(rssl_sock *s, const void *buf, size_t len);
RSSL_API RSSL_MUST_USE ptrdiff_t rssl_writev(rssl_sock *s, const rssl_bytes *v, size_t n);
RSSL_API rssl_result rssl_sock_set_write_queue(rssl_sock *s, size_t n);
RSSL_API RSSL_MUST_USE rssl_result rssl_flush(rssl_sock *s);

CONSTANT(RSSL_POLL_IN, 1);
CONSTANT(RSSL_POLL_OUT, 4);
CONSTANT(RSSL_POLL_READY, 0x10000);
RSSL_API uint32_t rssl_events(const rssl_sock *s);

CONSTANT(RSSL_SHUT_WR, 1);
CONSTANT(RSSL_SHUT_RDWR, 2);
RSSL_API rssl_result rssl_shutdown(rssl_sock *s, int32_t how);
RSSL_API rssl_result rssl_detach(rssl_sock *s, rssl_bytes *rest);
RSSL_API rssl_result rssl_key_update(rssl_sock *s);

/* -- what was agreed */

RSSL_API rssl_session *rssl_sock_session_new(const rssl_sock *s);
RSSL_API rssl_result rssl_sock_set_session(rssl_sock *s, rssl_session *session);
RSSL_API rssl_session *rssl_session_ref(rssl_session *session);
RSSL_API void rssl_session_free(rssl_session *session);

RSSL_API bool rssl_sock_is_connected(const rssl_sock *s);
RSSL_API uint16_t rssl_sock_version(const rssl_sock *s);
RSSL_API uint16_t rssl_sock_cipher(const rssl_sock *s);
RSSL_API uint16_t rssl_sock_group(const rssl_sock *s);
RSSL_API rssl_bytes rssl_sock_alpn(const rssl_sock *s);
RSSL_API const char *rssl_sock_server_name(const rssl_sock *s);
RSSL_API bool rssl_sock_resumed(const rssl_sock *s);
RSSL_API int32_t rssl_sock_verify_result(const rssl_sock *s);
RSSL_API uint16_t rssl_sock_peer_signature(const rssl_sock *s);
CONSTANT(RSSL_HANDSHAKE_FULL, 1);
CONSTANT(RSSL_HANDSHAKE_RETRIED, 2);
CONSTANT(RSSL_HANDSHAKE_RESUMED, 3);
CONSTANT(RSSL_HANDSHAKE_RESUMED_RETRIED, 4);
RSSL_API int32_t rssl_sock_handshake_kind(const rssl_sock *s);
RSSL_API rssl_result rssl_sock_export(const rssl_sock *s, const char *label, const void *context,
                                      size_t context_len, void *out, size_t out_len);
RSSL_API ptrdiff_t rssl_sock_channel_binding(const rssl_sock *s, const char *kind, void *out,
                                             size_t cap);
RSSL_API void rssl_sock_traffic(const rssl_sock *s, uint64_t *rx, uint64_t *tx);
RSSL_API const char *rssl_version_name(uint16_t v);
RSSL_API const char *rssl_cipher_name(uint16_t c);
RSSL_API const char *rssl_cipher_openssl_name(uint16_t c);
RSSL_API int rssl_cipher_bits(uint16_t c);
RSSL_API const char *rssl_group_name(uint16_t g);

/* -- certificate */

RSSL_API rssl_cert *rssl_sock_peer_cert_new(const rssl_sock *s, size_t i);
RSSL_API rssl_cert *rssl_sock_verified_cert_new(const rssl_sock *s, size_t i);
RSSL_API rssl_bytes rssl_sock_ocsp(const rssl_sock *s);
RSSL_API rssl_cert *rssl_sock_own_cert_new(const rssl_sock *s, size_t i);
RSSL_API RSSL_MUST_USE rssl_result rssl_cert_new_mem(const void *data, size_t len, rssl_cert **out);
RSSL_API RSSL_MUST_USE rssl_result rssl_cert_new_file(const char *path, rssl_cert **out);
RSSL_API rssl_cert *rssl_cert_ref(rssl_cert *c);
RSSL_API void rssl_cert_free(rssl_cert *c);
RSSL_API rssl_bytes rssl_cert_der(const rssl_cert *c);
RSSL_API const char *rssl_cert_pem(const rssl_cert *c);
RSSL_API const char *rssl_cert_text(const rssl_cert *c);
RSSL_API int rssl_cert_version(const rssl_cert *c);
RSSL_API rssl_bytes rssl_cert_serial(const rssl_cert *c);
RSSL_API int64_t rssl_cert_not_before(const rssl_cert *c);
RSSL_API int64_t rssl_cert_not_after(const rssl_cert *c);
RSSL_API bool rssl_cert_is_ca(const rssl_cert *c);
RSSL_API const char *rssl_cert_key_type(const rssl_cert *c);
RSSL_API int rssl_cert_key_bits(const rssl_cert *c);
RSSL_API const char *rssl_cert_signature_type(const rssl_cert *c);
RSSL_API rssl_bytes rssl_cert_spki(const rssl_cert *c);
RSSL_API bool rssl_cert_matches(const rssl_cert *c, const char *name);

typedef uint32_t rssl_name;
CONSTANT(RSSL_SUBJECT, 1);
CONSTANT(RSSL_ISSUER, 2);
RSSL_API bool rssl_cert_name_at(const rssl_cert *c, rssl_name which, size_t i, size_t *rdn,
                                const char **key, rssl_bytes *value);
RSSL_API rssl_bytes rssl_cert_name_der(const rssl_cert *c, rssl_name which);

typedef uint32_t rssl_san;
CONSTANT(RSSL_SAN_DNS, 1);
CONSTANT(RSSL_SAN_IP, 2);
CONSTANT(RSSL_SAN_EMAIL, 3);
CONSTANT(RSSL_SAN_URI, 4);
CONSTANT(RSSL_SAN_DIRNAME, 5);
CONSTANT(RSSL_SAN_RID, 6);
CONSTANT(RSSL_SAN_OTHER, 7);
RSSL_API bool rssl_cert_san_at(const rssl_cert *c, size_t i, rssl_san *type, rssl_bytes *value);

typedef uint32_t rssl_uri;
CONSTANT(RSSL_URI_OCSP, 1);
CONSTANT(RSSL_URI_CA_ISSUERS, 2);
CONSTANT(RSSL_URI_CRL, 3);
RSSL_API const char *rssl_cert_uri_at(const rssl_cert *c, rssl_uri which, size_t i);
RSSL_API rssl_bytes rssl_cert_extension(const rssl_cert *c, const char *oid, bool *critical);

/* -- library */

RSSL_API ptrdiff_t rssl_digest(const char *hash, const void *data, size_t len, void *out, size_t cap);
RSSL_API const char *rssl_version(void);
RSSL_API uint32_t rssl_version_number(void);
RSSL_API const char *rssl_build_info(void);
RSSL_API bool rssl_has(const char *feature);

typedef int32_t rssl_log_level;
CONSTANT(RSSL_LOG_ERROR, 1);
CONSTANT(RSSL_LOG_WARN, 2);
CONSTANT(RSSL_LOG_INFO, 3);
CONSTANT(RSSL_LOG_DEBUG, 4);
CONSTANT(RSSL_LOG_TRACE, 5);
typedef void (*rssl_log_cb)(void *user, rssl_log_level level, const char *message);
RSSL_API void rssl_set_log(rssl_log_cb cb, void *user, rssl_log_level max);
