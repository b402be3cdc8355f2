/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * rssl.h - TLS 1.2 and 1.3 for C, over rustls.
 *
 * Read this comment once; every function below follows it and does not repeat it.
 *
 * RESULTS   A function that can fail returns rssl_result: RSSL_OK (0), or a negative
 *           RSSL_WANT_ or RSSL_ERR_ code. A function that moves bytes returns
 *           ptrdiff_t: a count >= 0, or one of the same negative codes. Nothing
 *           returns -1, so `rc < 0` is the test for "no result yet or failed".
 *           A getter returns NULL, {NULL, 0} or 0 when the thing is absent.
 *
 * ERRORS    On RSSL_ERR_* the calling thread's last error is replaced; read it with
 *           rssl_last_error(). RSSL_OK and RSSL_WANT_* leave it alone, and so does
 *           every _free, so a finalizer never hides an error. The error that ended a
 *           connection also stays on the socket: rssl_sock_error(). It is sticky: every
 *           later rssl_handshake, read, write, writev and shutdown returns the same code.
 *           Decrypted data that came before it is returned by rssl_read first.
 *           The alert that belongs to it is sent before the call returns if the
 *           transport takes it; if not, rssl_events says RSSL_POLL_OUT and rssl_flush
 *           (or rssl_drain) still sends it.
 *           RSSL_ERR_INTERRUPTED, and RSSL_ERR_EOF after the handshake, do not end a
 *           connection: after EOF reading stays at EOF and writing goes on.
 *
 * OWNERSHIP `_new` and `_ref` give you a reference: give it back with `_free`. `_free`
 *           takes NULL. Any other pointer returned is borrowed: its comment says from
 *           what, and it lives as long as that. Arguments are copied or referenced,
 *           never taken over; you may free or reuse them when the call returns.
 *           An out-parameter is set to NULL when the call fails.
 *
 * STRINGS   `const char *` is NUL-terminated UTF-8 (paths: the platform's bytes).
 *           Binary is a pointer and a length, or an rssl_bytes. Lengths count bytes.
 *
 * NULL      A pointer may be NULL only where its comment says "or NULL", or where the
 *           length beside it is 0. Anything else is reported as RSSL_ERR_ARGUMENT; it is
 *           never undefined behaviour. A function that cannot report returns its absent
 *           value. Lengths over PTRDIFF_MAX are RSSL_ERR_ARGUMENT.
 *
 * THREADS   rssl_ctx, rssl_identity and rssl_cert may be used by any
 *           number of threads at once. An rssl_sock may be used by one reader thread
 *           and one writer thread at once (see "Full duplex"); otherwise one thread
 *           at a time. `const T *` in a signature means the call does not change *T.
 *
 * CALLBACKS Run inside the call that needs them, on its thread, with no lock held. One
 *           set on a context can run on several threads at once. Inside, getters on the
 *           socket given are allowed, I/O on it is RSSL_ERR_STATE, and rssl_sock_free
 *           takes effect when the outermost call returns. A callback must return:
 *           longjmp, lua_error or a C++ exception out of it is undefined. A callback
 *           that gives up makes the call fail with RSSL_ERR_CALLBACK. `user` must live
 *           until `drop` is called with it: once, when no context or socket can use it
 *           any more, from any thread; not when the call that takes it fails. NULL: none.
 *
 * FORK      A context may be used on both sides of fork(), if no other thread was inside
 *           librssl. A socket may be used on one side only (the other would send under
 *           the same keys): there, only rssl_sock_free, which sends nothing.
 *
 * GROWTH    Functions, constants, option bits (up to 1u << 30) and members at the end of
 *           sized structs are added; nothing is changed or removed under this SONAME.
 *           Treat an unknown code with RSSL_IS_WANT as "wait", any other as an error.
 *
 * ABORTS    A panic inside the library is caught and becomes RSSL_ERR_INTERNAL, and
 *           that socket is dead. Out of memory aborts the process: the Rust allocator
 *           cannot report it.
 */


#ifndef RSSL_H
#define RSSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSSL_VERSION_MAJOR 0
#define RSSL_VERSION_MINOR 1
#define RSSL_VERSION_PATCH 0
#define RSSL_VERSION_STRING "0.1.0"
/** Compare with: #if RSSL_VERSION_NUMBER >= RSSL_MAKE_VERSION(0, 2, 0) */
#define RSSL_MAKE_VERSION(a, b, c) (((a) << 16) | ((b) << 8) | (c))
#define RSSL_VERSION_NUMBER \
  RSSL_MAKE_VERSION(RSSL_VERSION_MAJOR, RSSL_VERSION_MINOR, RSSL_VERSION_PATCH)

#ifndef RSSL_API
# if defined(_WIN32) && !defined(RSSL_STATIC)
#  define RSSL_API __declspec(dllimport)
# else
#  define RSSL_API
# endif
#endif
#if defined(__GNUC__) || defined(__clang__)
# define RSSL_MUST_USE __attribute__((warn_unused_result))
# define RSSL_DEPRECATED(why) __attribute__((deprecated(why)))
#elif defined(_MSC_VER)
# define RSSL_MUST_USE _Check_return_
# define RSSL_DEPRECATED(why) __declspec(deprecated(why))
#else
# define RSSL_MUST_USE
# define RSSL_DEPRECATED(why)
#endif

/** "Not now" (wait, then call again) as opposed to done or failed. */
#define RSSL_IS_WANT(rc) ((rc) < 0 && (rc) > -16)

/** What the functions of an rssl_io return for the system error e (an errno). */
#define RSSL_IO_ERROR(e) ((ptrdiff_t)(-0x10000 - (e)))

/** A descriptor of the platform's. */
#ifdef _WIN32
typedef uintptr_t rssl_fd; /* a SOCKET */
#else
typedef int rssl_fd;
#endif


/**
 * Why a certificate was refused. The numbers are OpenSSL's X509_V_ERR_, so that programs that
 * compare them keep working; others than those below can appear.
 */
#define RSSL_V_OK 0

/**
 * Nothing was verified, or no number says why not.
 */
#define RSSL_V_UNSPECIFIED 1

/**
 * No list of revoked certificates covers the certificate.
 */
#define RSSL_V_CRL_UNAVAILABLE 3

/**
 * The signature of a certificate is wrong.
 */
#define RSSL_V_CERT_SIGNATURE 7

/**
 * A certificate is not valid yet.
 */
#define RSSL_V_CERT_NOT_YET_VALID 9

/**
 * A certificate has expired.
 */
#define RSSL_V_CERT_EXPIRED 10

/**
 * A list of revoked certificates has expired.
 */
#define RSSL_V_CRL_EXPIRED 12

/**
 * The certificate is self-signed and not among the trust roots.
 */
#define RSSL_V_SELF_SIGNED 18

/**
 * The issuer of a certificate was not found.
 */
#define RSSL_V_UNKNOWN_ISSUER 20

/**
 * A certificate was revoked.
 */
#define RSSL_V_REVOKED 23

/**
 * An issuer is not a certificate authority, or not for a path of this length.
 */
#define RSSL_V_INVALID_CA 24

/**
 * A certificate is not for this use.
 */
#define RSSL_V_INVALID_PURPOSE 26

/**
 * A critical extension is not understood.
 */
#define RSSL_V_UNHANDLED_CRITICAL 34

/**
 * The program refused the certificate.
 */
#define RSSL_V_APPLICATION 50

/**
 * The certificate is not for the name.
 */
#define RSSL_V_HOSTNAME 62

/**
 * The certificate is not for the IP address.
 */
#define RSSL_V_IP_ADDRESS 64

/**
 * The signature algorithm of a certificate is not supported.
 */
#define RSSL_V_UNSUPPORTED_SIGNATURE 76

/**
 * The stapled OCSP response is not valid.
 */
#define RSSL_V_OCSP_INVALID 96

/**
 * TLS 1.2, as a number of the protocol.
 */
#define RSSL_TLS1_2 771

/**
 * TLS 1.3, as a number of the protocol.
 */
#define RSSL_TLS1_3 772

/**
 * Server: no common application protocol is not an error.
 */
#define RSSL_OPT_ALPN_OPTIONAL (1u << 0)

/**
 * Server: our cipher order wins (default on).
 */
#define RSSL_OPT_SERVER_ORDER (1u << 1)

/**
 * Server: send no tickets; resumption by TLS 1.2 session id stays.
 */
#define RSSL_OPT_NO_TICKETS (1u << 2)

/**
 * Client: do not send the server's name.
 */
#define RSSL_OPT_NO_SNI (1u << 3)

/**
 * Say RSSL_ERR_INTERRUPTED instead of retrying after EINTR.
 */
#define RSSL_OPT_RETURN_EINTR (1u << 4)

/**
 * Refuse the chains that OpenSSL's X509_V_FLAG_X509_STRICT refuses, such as a CA without critical
 * basicConstraints, keyUsage keyCertSign or subjectKeyIdentifier, a certificate without
 * authorityKeyIdentifier, and an empty subject without critical subjectAltName.
 */
#define RSSL_OPT_X509_STRICT (1u << 5)

/**
 * A leaf that is itself in the trust store and has no subjectAltName may match by its common
 * name.
 */
#define RSSL_OPT_INSECURE_MATCH_CN (1u << 6)

/**
 * Server: do not send the roots' names when asking for a client certificate.
 */
#define RSSL_OPT_NO_CA_NAMES (1u << 7)

/**
 * TLS 1.2 only with extended master secret.
 */
#define RSSL_OPT_REQUIRE_EMS (1u << 8)

/**
 * Receive no more from a descriptor than the call gives out, at the price of a system call or two
 * a record: for programs that poll it without asking rssl_events or rssl_pending first.
 */
#define RSSL_OPT_NO_READ_AHEAD (1u << 9)

/**
 * Client: verify the chain of every full handshake anew. Otherwise one that this context has accepted
 * for the same name is not verified again while no setting of trust changed and each certificate of
 * the path is within its dates, and each CRL where that counts: the server still has to prove that it
 * has the key, and the verify callback is still called.
 */
#define RSSL_OPT_NO_KNOWN_CHAINS (1u << 10)

/**
 * Check the leaf, not its issuers.
 */
#define RSSL_CRL_LEAF_ONLY (1u << 0)

/**
 * No CRL covers it: accept. What a CRL past nextUpdate revokes stays refused.
 */
#define RSSL_CRL_ALLOW_UNKNOWN (1u << 1)

/**
 * A CRL past nextUpdate counts as missing: RSSL_V_CRL_EXPIRED.
 */
#define RSSL_CRL_ENFORCE_EXPIRY (1u << 2)

/**
 * Keep what is loaded, check nothing.
 */
#define RSSL_CRL_OFF (1u << 3)

/**
 * Check even with none loaded: all are refused with RSSL_V_CRL_UNAVAILABLE.
 */
#define RSSL_CRL_REQUIRED (1u << 4)

/**
 * Poll the transport for reading: the number of POLLIN.
 */
#define RSSL_POLL_IN 1

/**
 * Poll the transport for writing: the number of POLLOUT.
 */
#define RSSL_POLL_OUT 4

/**
 * rssl_read returns at once: do not sleep.
 */
#define RSSL_POLL_READY 65536

/**
 * This side writes no more; reading goes on. The number of SHUT_WR.
 */
#define RSSL_SHUT_WR 1

/**
 * And the peer has said the same. The number of SHUT_RDWR.
 */
#define RSSL_SHUT_RDWR 2

/**
 * A handshake with certificates.
 */
#define RSSL_HANDSHAKE_FULL 1

/**
 * The same, and the server asked for another ClientHello first (HelloRetryRequest).
 */
#define RSSL_HANDSHAKE_RETRIED 2

/**
 * An earlier session was resumed.
 */
#define RSSL_HANDSHAKE_RESUMED 3

/**
 * The same, and the server asked for another ClientHello first.
 */
#define RSSL_HANDSHAKE_RESUMED_RETRIED 4

/**
 * One X.509 certificate. Any number of threads may use it at once.
 */
typedef struct rssl_cert rssl_cert;

/**
 * Settings shared by many connections. Any number of threads may use it at once.
 */
typedef struct rssl_ctx rssl_ctx;

/**
 * What went wrong, in detail. Borrowed; see rssl_last_error and rssl_sock_error.
 */
typedef struct rssl_error rssl_error;

/**
 * A ClientHello under examination: what the client offers, and the answer to it. It lives from the
 * callback's call until it is decided. The rules for threads are those of its socket.
 */
typedef struct rssl_hello rssl_hello;

/**
 * A certificate chain and its private key. Any number of threads may use it at once.
 */
typedef struct rssl_identity rssl_identity;

/**
 * What a client needs to resume: in this process only, there is no byte form. Any number of threads
 * may use it at once.
 */
typedef struct rssl_session rssl_session;

/**
 * One TLS connection. One reader thread and one writer thread may use it at once after the
 * handshake; otherwise one thread at a time. See rssl_read and rssl_write.
 */
typedef struct rssl_sock rssl_sock;

/**
 * What a function returns that can fail: RSSL_OK, or a negative RSSL_WANT_ or RSSL_ERR_ code.
 */
typedef int32_t rssl_result;

/**
 * One of RSSL_CLIENT, RSSL_SERVER and, for contexts, RSSL_EITHER.
 */
typedef uint32_t rssl_role;

/**
 * What is asked of the peer's certificate.
 */
typedef uint32_t rssl_cert_reqs;

/**
 * Writes the password of a key to buf (no NUL needed) and returns its length, or a negative number
 * to give up. Called only if the key or the PKCS#12 file is encrypted, and once.
 */
typedef ptrdiff_t (*rssl_password_cb)(void *user, char *buf, size_t cap);

/**
 * Signs msg (not a hash) with the TLS SignatureScheme given: keys in an HSM, a TPM, a secure
 * element. Writes the signature as TLS has it (of ECDSA: DER) to sig and returns its length, or a
 * negative number to give up: then the handshake fails with RSSL_ERR_CALLBACK. cap is 1024 or more.
 * It blocks the handshake.
 */
typedef ptrdiff_t (*rssl_sign_cb)(void *user,
                                  uint16_t scheme,
                                  const void *msg,
                                  size_t len,
                                  void *sig,
                                  size_t cap);

/**
 * Gives user back: called once, when no context or socket can use it any more, from any thread; not
 * when the call that takes it fails.
 */
typedef void (*rssl_drop_cb)(void *user);

/**
 * Borrowed bytes. data is NULL when absent.
 */
typedef struct rssl_bytes {
  const uint8_t *data;
  size_t len;
} rssl_bytes;

/**
 * Chooses the certificate of a client that is asked for one, instead of the context's identities.
 * names are the authorities that the server accepts, DER names, none: any; schemes are the TLS
 * SignatureSchemes that it can verify. Both are borrowed for the call. Return a reference, which
 * librssl frees, or NULL to send no certificate. None is sent either where the server can verify no
 * signature of the one returned.
 */
typedef struct rssl_identity *(*rssl_client_cert_cb)(void *user,
                                                     const struct rssl_sock *s,
                                                     const struct rssl_bytes *names,
                                                     size_t n_names,
                                                     const uint16_t *schemes,
                                                     size_t n_schemes);

/**
 * Where a server keeps sessions outside of its process (Redis, memcached), so that any machine of a
 * fleet resumes what another one began.
 *
 * put keeps a session and returns RSSL_OK or a negative error. get writes at most cap (64 KiB) bytes
 * to buf and returns the length, 0 for unknown; it must remove, in one step, what it returns if
 * remove (TLS 1.3: used once) and keep it otherwise (TLS 1.2). Both block the handshake, and can run
 * on several threads at once. A store that fails, or returns something else than it was given,
 * costs a full handshake, never a connection. Ids and sessions are opaque, and secret: who reads the
 * store and the network can read the traffic; who writes the store can make up sessions. A size
 * smaller than version 0.1's is RSSL_ERR_ARGUMENT; members that this library does not know must be
 * zero.
 */
typedef struct rssl_session_store {
  /**
   * sizeof(rssl_session_store): lets later versions add members.
   */
  size_t size;
  /**
   * Passed to the functions.
   */
  void *user;
  /**
   * Keeps a session under id, for lifetime_seconds at most.
   */
  rssl_result (*put)(void *user,
                     const void *id,
                     size_t id_len,
                     const void *session,
                     size_t session_len,
                     uint32_t lifetime_seconds);
  /**
   * Writes the session kept under id to buf.
   */
  ptrdiff_t (*get)(void *user, const void *id, size_t id_len, bool remove, void *buf, size_t cap);
  /**
   * Gives user back; or NULL.
   */
  rssl_drop_cb drop;
} rssl_session_store;

/**
 * Takes one line of the key log, in NSS's format and without the newline. Borrowed for the call.
 */
typedef void (*rssl_keylog_cb)(void *user, const char *line);

/**
 * Says the time in seconds since 1970. Negative: the time is not known, and the handshake that
 * asks fails with RSSL_ERR_CALLBACK.
 */
typedef int64_t (*rssl_time_cb)(void *user);

/**
 * Has the last word about a peer's certificate. verify is the built-in verdict (RSSL_V_OK or why not);
 * chain is as the peer sent it, leaf first, borrowed for the call. Return RSSL_V_OK to accept, or the
 * number to refuse with: any reads back from rssl_error_verify as it is.
 *
 * verify is the first fault that was found. Others can hide behind it, a forged signature and a wrong
 * name among them: never accept by the number alone. To go without the time or without complete
 * revocation lists, use rssl_ctx_set_time_callback and RSSL_CRL_ALLOW_UNKNOWN.
 */
typedef int32_t (*rssl_verify_cb)(void *user,
                                  const struct rssl_sock *s,
                                  int32_t verify,
                                  const struct rssl_cert *const *chain,
                                  size_t chain_len);

/**
 * Looks at each ClientHello that can be answered, once, before anything is decided. Return RSSL_OK
 * (after rssl_hello_use_ctx and its like or not) to go on, RSSL_WANT_HELLO to decide later, or a
 * negative error to refuse with the alert handshake_failure; after rssl_hello_reject the connection
 * is refused whatever is returned. h is borrowed for the call; rssl_sock_hello(s) is h.
 */
typedef rssl_result (*rssl_hello_cb)(void *user, struct rssl_sock *s, struct rssl_hello *h);

/**
 * A transport made of your functions.
 *
 * They return a count, 0 for end of stream (read only), RSSL_WANT_READ or RSSL_WANT_WRITE if it
 * would block, or RSSL_IO_ERROR(errno). read is never asked for more than the current record still
 * lacks (5 bytes of header, then its body), so that a transport whose reads wait until len bytes
 * are there works, and nothing behind the peer's close_notify is consumed. A size smaller than
 * version 0.1's is RSSL_ERR_ARGUMENT; members that this library does not know must be zero.
 */
typedef struct rssl_io {
  /**
   * sizeof(rssl_io): lets later versions add members.
   */
  size_t size;
  /**
   * Passed to the functions.
   */
  void *user;
  /**
   * Reads up to len bytes into buf.
   */
  ptrdiff_t (*read)(void *user, void *buf, size_t len);
  /**
   * Writes up to len bytes from buf.
   */
  ptrdiff_t (*write)(void *user, const void *buf, size_t len);
  /**
   * Gives user back; or NULL.
   */
  rssl_drop_cb drop;
} rssl_io;

/**
 * One of the RSSL_SUBJECT and RSSL_ISSUER numbers.
 */
typedef uint32_t rssl_name;

/**
 * The kind of a subject alternative name.
 */
typedef uint32_t rssl_san;

/**
 * What a URI in a certificate is for.
 */
typedef uint32_t rssl_uri;

/**
 * How much a log message matters.
 */
typedef int32_t rssl_log_level;

/**
 * Takes a log message. It may run on any thread, on several at once.
 */
typedef void (*rssl_log_cb)(void *user, rssl_log_level level, const char *message);

/**
 * Done.
 */
#define RSSL_OK 0

/**
 * Not an error: wait until the transport is readable, then call again.
 */
#define RSSL_WANT_READ -2

/**
 * Not an error: wait until the transport is writable, then call again.
 */
#define RSSL_WANT_WRITE -3

/**
 * Not an error: a server must decide about a ClientHello, then call again.
 */
#define RSSL_WANT_HELLO -4

/**
 * Not an error: data came during a shutdown; rssl_read it, then call again.
 */
#define RSSL_WANT_CONSUME -5

/**
 * NULL, a bad flag, a bad name: see the message.
 */
#define RSSL_ERR_ARGUMENT -16

/**
 * Not now: wrong role, before the handshake, called again from a callback.
 */
#define RSSL_ERR_STATE -17

/**
 * This build or this platform cannot.
 */
#define RSSL_ERR_UNSUPPORTED -18

/**
 * Your callback refused.
 */
#define RSSL_ERR_CALLBACK -19

/**
 * A bug in librssl; please report the message.
 */
#define RSSL_ERR_INTERNAL -20

/**
 * The transport failed: see rssl_error_errno.
 */
#define RSSL_ERR_IO -32

/**
 * The peer vanished without close_notify.
 */
#define RSSL_ERR_EOF -33

/**
 * Written after shutdown, or used after a fatal error.
 */
#define RSSL_ERR_CLOSED -34

/**
 * EINTR before any progress; calling again is safe.
 */
#define RSSL_ERR_INTERRUPTED -35

/**
 * A file cannot be opened or read: see rssl_error_errno.
 */
#define RSSL_ERR_FILE -48

/**
 * Not PEM or DER of the kind expected.
 */
#define RSSL_ERR_FORMAT -49

/**
 * The key is encrypted: the password is missing or wrong.
 */
#define RSSL_ERR_PASSWORD -50

/**
 * The type, size or encryption of the key is not supported.
 */
#define RSSL_ERR_KEY -51

/**
 * The private key does not belong to the certificate.
 */
#define RSSL_ERR_MISMATCH -52

/**
 * The name of a cipher, group or protocol is unknown.
 */
#define RSSL_ERR_NAME -53

/**
 * The peer's certificate was refused: see rssl_error_verify.
 */
#define RSSL_ERR_VERIFY -64

/**
 * The peer sent no certificate and one is required.
 */
#define RSSL_ERR_NO_CERT -65

/**
 * The peer sent a fatal alert: see rssl_error_alert.
 */
#define RSSL_ERR_ALERT -66

/**
 * The peer broke the protocol.
 */
#define RSSL_ERR_PROTOCOL -67

/**
 * No common version, cipher, group or signature.
 */
#define RSSL_ERR_NO_SHARED -68

/**
 * No common application protocol.
 */
#define RSSL_ERR_NO_ALPN -69

/**
 * The first bytes are not TLS (plain HTTP, SSH, ...).
 */
#define RSSL_ERR_NOT_TLS -70

/**
 * The side that connects.
 */
#define RSSL_CLIENT 1

/**
 * The side that accepts.
 */
#define RSSL_SERVER 2

/**
 * One context from which sockets of both roles are made (CPython's PROTOCOL_TLS). It starts as
 * a client context does; each socket names its role. A socket's role may be given as 0: the
 * context's only one.
 */
#define RSSL_EITHER 3

/**
 * Accept anyone: no protection against interception.
 */
#define RSSL_CERT_NONE 0

/**
 * Server: ask; refuse a bad certificate, allow none. Client: the same as RSSL_CERT_REQUIRED.
 */
#define RSSL_CERT_OPTIONAL 1

/**
 * Refuse a peer without a good certificate.
 */
#define RSSL_CERT_REQUIRED 2

/**
 * The distinguished name of whom the certificate is about.
 */
#define RSSL_SUBJECT 1

/**
 * The distinguished name of who signed the certificate.
 */
#define RSSL_ISSUER 2

/**
 * A DNS name, as text.
 */
#define RSSL_SAN_DNS 1

/**
 * An IP address: 4 or 16 raw bytes.
 */
#define RSSL_SAN_IP 2

/**
 * An e-mail address, as text.
 */
#define RSSL_SAN_EMAIL 3

/**
 * A URI, as text.
 */
#define RSSL_SAN_URI 4

/**
 * A distinguished name: the DER of the Name.
 */
#define RSSL_SAN_DIRNAME 5

/**
 * A registered identifier: OpenSSL's long name, or dotted digits.
 */
#define RSSL_SAN_RID 6

/**
 * Any other name, an IP address of another length included: the DER of the whole GeneralName.
 */
#define RSSL_SAN_OTHER 7

/**
 * Where to ask about revocation (OCSP).
 */
#define RSSL_URI_OCSP 1

/**
 * Where to get the issuer's certificate.
 */
#define RSSL_URI_CA_ISSUERS 2

/**
 * Where to get a list of revoked certificates.
 */
#define RSSL_URI_CRL 3

/**
 * Something failed.
 */
#define RSSL_LOG_ERROR 1

/**
 * Something is probably wrong.
 */
#define RSSL_LOG_WARN 2

/**
 * Something worth knowing happened.
 */
#define RSSL_LOG_INFO 3

/**
 * What the library decides, and why.
 */
#define RSSL_LOG_DEBUG 4

/**
 * Everything.
 */
#define RSSL_LOG_TRACE 5

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * rssl_last_error returns the calling thread's last error, or NULL if none yet. Borrowed: valid
 * until the next call on this thread that fails.
 */
RSSL_API const struct rssl_error *rssl_last_error(void);

/**
 * rssl_error_code returns the RSSL_ERR_ code. e may be NULL: RSSL_OK.
 */
RSSL_API rssl_result rssl_error_code(const struct rssl_error *e);

/**
 * rssl_error_message says in English what failed, with the facts: the file, the name expected and
 * the names presented, the date that passed, the alert. Borrowed from e, never NULL. e may be
 * NULL: "no error".
 */
RSSL_API const char *rssl_error_message(const struct rssl_error *e);

/**
 * rssl_error_errno returns the errno of the system call that failed, or 0 if none did. e may be
 * NULL: 0.
 */
RSSL_API int rssl_error_errno(const struct rssl_error *e);

/**
 * rssl_error_alert returns the alert received, or the one sent as far as known; -1 if there is
 * none. e may be NULL: -1. rssl_error_alert_received tells which.
 */
RSSL_API int rssl_error_alert(const struct rssl_error *e);

/**
 * rssl_error_alert_received returns true if the peer sent the alert of rssl_error_alert, false if
 * this side did or if there is none. e may be NULL: false.
 */
RSSL_API bool rssl_error_alert_received(const struct rssl_error *e);

/**
 * rssl_error_verify returns the RSSL_V_ number of a certificate that was refused; 0 for other
 * errors. e may be NULL: 0.
 */
RSSL_API int32_t rssl_error_verify(const struct rssl_error *e);

/**
 * rssl_error_depth returns the place of the refused certificate in its chain, 0 for the leaf; -1
 * if unknown or for other errors. e may be NULL: -1.
 */
RSSL_API int rssl_error_depth(const struct rssl_error *e);

/**
 * rssl_error_reason returns a stable identifier such as "CERTIFICATE_VERIFY_FAILED", spelled as
 * OpenSSL and CPython's SSLError.reason spell it where they have it. Static, never NULL. e may be
 * NULL: "".
 */
RSSL_API const char *rssl_error_reason(const struct rssl_error *e);

/**
 * rssl_error_detail returns the engine's own name of the failure, such as
 * "PeerMisbehaved(IllegalHelloRetryRequest)", for logs and tests: not stable. Borrowed from e,
 * never NULL; "" if the engine had no part in it. e may be NULL: "".
 */
RSSL_API const char *rssl_error_detail(const struct rssl_error *e);

/**
 * rssl_strerror describes a result in English, such as "certificate refused". Static, never NULL,
 * for any value.
 */
RSSL_API const char *rssl_strerror(rssl_result code);

/**
 * rssl_result_name returns the name of a result's constant, such as "RSSL_ERR_VERIFY". Static,
 * never NULL, for any value.
 */
RSSL_API const char *rssl_result_name(rssl_result code);

/**
 * rssl_alert_name returns the registered name of a TLS alert, such as "handshake_failure". Static,
 * never NULL, for any value.
 */
RSSL_API const char *rssl_alert_name(int alert);

/**
 * rssl_verify_string describes an RSSL_V_ number in OpenSSL's wording. Static, never NULL, for any
 * value.
 */
RSSL_API const char *rssl_verify_string(int32_t v);

/**
 * rssl_ctx_new makes a context with secure settings and no trust roots. Client: peer certificate
 * required, hostname checked. Server: client certificates not asked for, tickets on. Both: TLS 1.2
 * to 1.3. RSSL_OK: *out is a new reference, to be given back with rssl_ctx_free.
 * RSSL_ERR_ARGUMENT: role is none, or out is NULL. RSSL_ERR_INTERNAL: no random bytes.
 *
 * A context may be changed at any time, from any thread. Each call is atomic: an rssl_sock sees
 * all of the settings, callbacks included, as they were when it was made. The session memory is
 * the exception and acts on live sockets. rssl_ctx_set_identities is how a server reloads
 * certificates.
 */
RSSL_API RSSL_MUST_USE rssl_result rssl_ctx_new(rssl_role role, struct rssl_ctx **out);

/**
 * rssl_ctx_new_default is what a program that sets nothing should use: rssl_ctx_new plus, for
 * RSSL_CLIENT and RSSL_EITHER, the operating system's trust roots. It fails if there are none,
 * rather than at every handshake: RSSL_ERR_FILE or RSSL_ERR_FORMAT. Otherwise as rssl_ctx_new.
 */
RSSL_API RSSL_MUST_USE rssl_result rssl_ctx_new_default(rssl_role role, struct rssl_ctx **out);

/**
 * rssl_ctx_ref takes one more reference to ctx and returns ctx; NULL for NULL. Give it back with
 * rssl_ctx_free.
 */
RSSL_API struct rssl_ctx *rssl_ctx_ref(struct rssl_ctx *ctx);

/**
 * rssl_ctx_free gives back one reference. ctx may be NULL. Sockets made from ctx keep working.
 */
RSSL_API void rssl_ctx_free(struct rssl_ctx *ctx);

/**
 * rssl_ctx_role returns the role that ctx was made for; 0 if ctx is NULL.
 */
RSSL_API rssl_role rssl_ctx_role(const struct rssl_ctx *ctx);

/**
 * rssl_ctx_set_verify sets what is asked of the peer's certificate: one of the RSSL_CERT_ numbers.
 * RSSL_ERR_STATE: RSSL_CERT_NONE while hostname checking is on; turn that off first, so that
 * nobody disables half. RSSL_ERR_ARGUMENT: no such number, or ctx is NULL.
 */
RSSL_API rssl_result rssl_ctx_set_verify(struct rssl_ctx *ctx, rssl_cert_reqs mode);

/**
 * rssl_ctx_verify returns what rssl_ctx_set_verify set; RSSL_CERT_NONE if ctx is NULL.
 */
RSSL_API rssl_cert_reqs rssl_ctx_verify(const struct rssl_ctx *ctx);

/**
 * rssl_ctx_set_check_hostname sets whether a client checks the server's name. Turning it on under
 * RSSL_CERT_NONE sets RSSL_CERT_REQUIRED. RSSL_ERR_STATE: on, and ctx is RSSL_SERVER only.
 * RSSL_ERR_ARGUMENT: ctx is NULL.
 */
RSSL_API rssl_result rssl_ctx_set_check_hostname(struct rssl_ctx *ctx, bool on);

/**
 * rssl_ctx_check_hostname returns whether a client checks the server's name; false if ctx is NULL.
 */
RSSL_API bool rssl_ctx_check_hostname(const struct rssl_ctx *ctx);

/**
 * rssl_ctx_load_cert_file adds an identity: a chain (leaf first) and its key, as PEM or DER. key_path
 * may be NULL: the key is in cert_path. cert_path may also be PKCS#12, which holds both, in any
 * order; then key_path is NULL. password may be NULL: nothing must be encrypted.
 *
 * May be called again to add another. A server picks by SNI, then by the client's signature
 * schemes; a client by the authorities and schemes that the server names; of equals the last added.
 *
 * RSSL_ERR_FILE: a file cannot be read. RSSL_ERR_FORMAT: no certificate or key of a known form, or
 * damaged. RSSL_ERR_PASSWORD: the password is missing or wrong. RSSL_ERR_KEY: the type, size or
 * encryption of the key is not supported, or a file's password costs over 5,000,000 iterations in
 * all. RSSL_ERR_MISMATCH: the key is another certificate's, or the chain is out of order.
 * RSSL_ERR_ARGUMENT: a NULL, or a key beside PKCS#12. After an error nothing was added. An expired
 * leaf is added: it is a warning in the log, see rssl_set_log.
 */
RSSL_API
rssl_result rssl_ctx_load_cert_file(struct rssl_ctx *ctx,
                                    const char *cert_path,
                                    const char *key_path,
                                    const char *password);

/**
 * rssl_ctx_load_cert_mem is rssl_ctx_load_cert_file from memory. key may be NULL: the key is in cert.
 * password may be NULL. Results as of rssl_ctx_load_cert_file, without RSSL_ERR_FILE.
 */
RSSL_API
rssl_result rssl_ctx_load_cert_mem(struct rssl_ctx *ctx,
                                   const void *cert,
                                   size_t cert_len,
                                   const void *key,
                                   size_t key_len,
                                   const char *password);

/**
 * rssl_ctx_set_identities replaces all identities, those of rssl_ctx_load_cert_file included, in
 * one step: no socket sees none or a mixture. n = 0 removes them. This is how a server reloads its
 * certificate. References are taken: ids stay yours. RSSL_ERR_ARGUMENT: a NULL, also among ids.
 */
RSSL_API
rssl_result rssl_ctx_set_identities(struct rssl_ctx *ctx,
                                    struct rssl_identity *const *ids,
                                    size_t n);

/**
 * rssl_ctx_set_versions sets the lowest and the highest protocol version; 0 means the library's
 * own bound. RSSL_ERR_UNSUPPORTED: older than TLS 1.2. RSSL_ERR_ARGUMENT: min over max, no version
 * of TLS, no cipher enabled for any version left, or ctx is NULL. A version for which no cipher is
 * enabled is not offered.
 */
RSSL_API rssl_result rssl_ctx_set_versions(struct rssl_ctx *ctx, uint16_t min, uint16_t max);

/**
 * rssl_ctx_versions reads the lowest and the highest protocol version. min and max may be NULL. If
 * ctx is NULL they become 0.
 */
RSSL_API void rssl_ctx_versions(const struct rssl_ctx *ctx, uint16_t *min, uint16_t *max);

/**
 * rssl_ctx_set_ciphers sets the ciphers of both versions in order of preference: IANA's or
 * OpenSSL's names, separated by ':' or ','. RSSL_ERR_NAME: an unknown name. RSSL_ERR_UNSUPPORTED: a
 * known one that this build lacks. RSSL_ERR_ARGUMENT: none named, none for a version allowed, or a
 * NULL. After an error nothing has changed.
 */
RSSL_API rssl_result rssl_ctx_set_ciphers(struct rssl_ctx *ctx, const char *names);

/**
 * rssl_ctx_set_groups sets the key exchange groups in order of preference: IANA's, NIST's or
 * OpenSSL's names, separated by ':' or ','. RSSL_ERR_NAME: an unknown name. RSSL_ERR_UNSUPPORTED: a
 * known one that this build lacks. RSSL_ERR_ARGUMENT: none named, or a NULL. After an error nothing
 * has changed.
 */
RSSL_API rssl_result rssl_ctx_set_groups(struct rssl_ctx *ctx, const char *names);

/**
 * rssl_ctx_cipher_count returns the number of ciphers enabled; 0 if ctx is NULL.
 */
RSSL_API size_t rssl_ctx_cipher_count(const struct rssl_ctx *ctx);

/**
 * rssl_ctx_cipher returns the IANA number of cipher i in order of preference; 0 past the end or if
 * ctx is NULL.
 */
RSSL_API uint16_t rssl_ctx_cipher(const struct rssl_ctx *ctx, size_t i);

/**
 * rssl_ctx_set_alpn sets the application protocols in order of preference: {"h2", "http/1.1"}, 2.
 * n = 0 turns ALPN off. A server with none in common refuses (RFC 7301) with RSSL_ERR_NO_ALPN,
 * unless RSSL_OPT_ALPN_OPTIONAL. RSSL_ERR_ARGUMENT: a name that is empty or over 255 bytes, a list
 * over 65535, or a NULL. After an error nothing has changed.
 */
RSSL_API rssl_result rssl_ctx_set_alpn(struct rssl_ctx *ctx, const char *const *protos, size_t n);

/**
 * rssl_ctx_set_options switches RSSL_OPT_ options on (set) and off (clear). RSSL_ERR_ARGUMENT: an
 * unknown bit, a bit in both, or ctx is NULL. After an error nothing has changed.
 */
RSSL_API rssl_result rssl_ctx_set_options(struct rssl_ctx *ctx, uint32_t set, uint32_t clear);

/**
 * rssl_ctx_options returns the RSSL_OPT_ options that are on; 0 if ctx is NULL.
 */
RSSL_API uint32_t rssl_ctx_options(const struct rssl_ctx *ctx);

/**
 * rssl_ctx_load_verify_file adds the certificates of a file to the trust roots: PEM, any number,
 * or one DER. RSSL_ERR_FILE: it cannot be read. RSSL_ERR_FORMAT: no certificate in it, never a
 * silent zero, or a malformed one. RSSL_ERR_ARGUMENT: a NULL. After an error nothing was added.
 *
 * Roots are numbered in the order added; one that is there already is not added again. A leaf that
 * is itself in the trust store is trusted, as CPython 3.13's default is.
 */
RSSL_API rssl_result rssl_ctx_load_verify_file(struct rssl_ctx *ctx, const char *path);

/**
 * rssl_ctx_load_verify_dir adds the certificates of a directory's files to the trust roots. Files
 * without a certificate are skipped. RSSL_ERR_FILE: it cannot be read. RSSL_ERR_FORMAT: none of
 * its files holds a certificate. RSSL_ERR_ARGUMENT: a NULL. After an error nothing was added.
 */
RSSL_API rssl_result rssl_ctx_load_verify_dir(struct rssl_ctx *ctx, const char *path);

/**
 * rssl_ctx_load_verify_mem adds the certificates in len bytes at data to the trust roots: PEM, any
 * number, or one DER. RSSL_ERR_FORMAT: none, or a malformed one. RSSL_ERR_ARGUMENT: a NULL. After
 * an error nothing was added.
 */
RSSL_API rssl_result rssl_ctx_load_verify_mem(struct rssl_ctx *ctx, const void *data, size_t len);

/**
 * rssl_ctx_load_verify_system adds the operating system's trust roots. SSL_CERT_FILE and
 * SSL_CERT_DIR are honoured. RSSL_ERR_FILE or RSSL_ERR_FORMAT: there are none, or they cannot be
 * read. RSSL_ERR_ARGUMENT: ctx is NULL. After an error nothing was added.
 */
RSSL_API rssl_result rssl_ctx_load_verify_system(struct rssl_ctx *ctx);

/**
 * rssl_ctx_load_verify_bundled adds Mozilla's trust roots, as they were when the library was
 * built. RSSL_ERR_UNSUPPORTED: this build has none; see rssl_has. RSSL_ERR_ARGUMENT: ctx is NULL.
 */
RSSL_API rssl_result rssl_ctx_load_verify_bundled(struct rssl_ctx *ctx);

/**
 * rssl_ctx_root_count returns the number of trust roots; 0 if ctx is NULL.
 */
RSSL_API size_t rssl_ctx_root_count(const struct rssl_ctx *ctx);

/**
 * rssl_ctx_root_new returns a reference to root i, to be given back with rssl_cert_free; NULL past
 * the end or if ctx is NULL.
 */
RSSL_API struct rssl_cert *rssl_ctx_root_new(const struct rssl_ctx *ctx, size_t i);

/**
 * rssl_ctx_clear_roots removes all trust roots. RSSL_ERR_ARGUMENT: ctx is NULL.
 */
RSSL_API rssl_result rssl_ctx_clear_roots(struct rssl_ctx *ctx);

/**
 * rssl_ctx_set_cipher_string takes OpenSSL's cipher language, ciphers(1) ("ECDHE+AESGCM:!SHA1",
 * "HIGH:!aNULL", "DEFAULT:@SECLEVEL=2"), for programs that bring a string in it: the TLS 1.2 ciphers
 * become what it selects, in its order. Those of TLS 1.3 stay as they are and come first, as
 * rssl_ctx_cipher shows; of it and rssl_ctx_set_ciphers, which sets those of both versions, the later
 * call counts. Words for what librssl does not have select nothing. The operators are
 * : , ; space + - ! and the commands @STRENGTH and @SECLEVEL=n.
 *
 * Of a security level only what it asks of ciphers is done: 192 bits from level 4 on, 256 at 5. Levels
 * up to 2 ask of certificates and keys what librssl asks always; what higher levels ask of them, and
 * SUITEB words of groups and signatures, is not done: use rssl_ctx_set_groups and
 * rssl_ctx_set_verify_schemes.
 *
 * RSSL_ERR_NAME: nothing is selected. RSSL_ERR_ARGUMENT: not in the language (the message says
 * where), no cipher is left for a version allowed, or a NULL. After an error nothing has changed.
 */
RSSL_API
rssl_result rssl_ctx_set_cipher_string(struct rssl_ctx *ctx,
                                       const char *openssl);

/**
 * rssl_ctx_set_max_fragment limits the plaintext of each record sent, for peers with small buffers:
 * 27 to 16384 bytes; 0: 16384, the default. The record is up to 22 bytes longer in TLS 1.3, and up
 * to 29 in TLS 1.2. What the peer sends stays its own choice. RSSL_ERR_ARGUMENT: another number, or
 * ctx is NULL.
 */
RSSL_API rssl_result rssl_ctx_set_max_fragment(struct rssl_ctx *ctx, size_t plaintext);

/**
 * rssl_identity_new_file reads a chain (leaf first) and its key from files, as an object that
 * several contexts can share; of what forms: see rssl_ctx_load_cert_file. key_path may be NULL: the
 * key is in cert_path. cb may be NULL: nothing must be encrypted; it is called inside this call only. RSSL_OK: *out is a new reference,
 * to be given back with rssl_identity_free. RSSL_ERR_CALLBACK: cb gave up. RSSL_ERR_ARGUMENT: a
 * NULL. Other results as of rssl_ctx_load_cert_file.
 */
RSSL_API
RSSL_MUST_USE
rssl_result rssl_identity_new_file(const char *cert_path,
                                   const char *key_path,
                                   rssl_password_cb cb,
                                   void *user,
                                   struct rssl_identity **out);

/**
 * rssl_identity_new_mem is rssl_identity_new_file from memory. key may be NULL: the key is in cert.
 */
RSSL_API
RSSL_MUST_USE
rssl_result rssl_identity_new_mem(const void *cert,
                                  size_t cert_len,
                                  const void *key,
                                  size_t key_len,
                                  rssl_password_cb cb,
                                  void *user,
                                  struct rssl_identity **out);

/**
 * rssl_identity_new_ocsp makes a copy of id that staples an OCSP response, len bytes of DER, to the
 * certificate: as a server, for clients that ask. What the response says, until when, and who
 * signed it is for the client to judge. RSSL_OK: *out is a new reference, to be given back with
 * rssl_identity_free; id stays as it was. RSSL_ERR_FORMAT: not an OCSPResponse, one that holds no
 * answer (tryLater), or over 65535 bytes. RSSL_ERR_ARGUMENT: a NULL.
 */
RSSL_API
RSSL_MUST_USE
rssl_result rssl_identity_new_ocsp(const struct rssl_identity *id,
                                   const void *ocsp,
                                   size_t len,
                                   struct rssl_identity **out);

/**
 * rssl_identity_new_schemes makes a copy of id that signs with these n TLS SignatureSchemes only,
 * in this order: what a policy allows. Those of other kinds of keys are passed over, so that one
 * list serves for all identities. RSSL_OK: *out is a new reference, to be given back with
 * rssl_identity_free; id stays as it was. RSSL_ERR_ARGUMENT: a number that is no scheme known here,
 * none that the key of id signs with, or a NULL.
 */
RSSL_API
RSSL_MUST_USE
rssl_result rssl_identity_new_schemes(const struct rssl_identity *id,
                                      const uint16_t *schemes,
                                      size_t n,
                                      struct rssl_identity **out);

/**
 * rssl_identity_cert_new returns a reference to certificate i of the chain of id, 0 is the leaf, to
 * be given back with rssl_cert_free. NULL: past the end, or id is NULL.
 */
RSSL_API struct rssl_cert *rssl_identity_cert_new(const struct rssl_identity *id, size_t i);

/**
 * rssl_identity_ref takes one more reference to id and returns id; NULL for NULL. Give it back with
 * rssl_identity_free.
 */
RSSL_API struct rssl_identity *rssl_identity_ref(struct rssl_identity *id);

/**
 * rssl_identity_free gives back one reference. id may be NULL. Contexts that use it keep it.
 */
RSSL_API void rssl_identity_free(struct rssl_identity *id);

/**
 * rssl_identity_new_signer makes an identity whose private key is elsewhere. cert is its chain, leaf
 * first, len bytes of PEM or DER. cb signs with the n_schemes TLS SignatureSchemes, the preferred
 * first: what the device can do; those of other kinds of keys than the leaf's are passed over. It is
 * called inside handshakes, on several threads at once. drop may be NULL.
 *
 * RSSL_OK: *out is a new reference, to be given back with rssl_identity_free. RSSL_ERR_FORMAT: no
 * certificate, or a damaged one. RSSL_ERR_KEY: the kind of the leaf's key is not supported.
 * RSSL_ERR_ARGUMENT: a number that is no scheme known here, none that fits the leaf's key, or a NULL.
 * That cb's key is the leaf's cannot be checked here: the peer does it.
 */
RSSL_API
RSSL_MUST_USE
rssl_result rssl_identity_new_signer(const void *cert,
                                     size_t cert_len,
                                     const uint16_t *schemes,
                                     size_t n_schemes,
                                     rssl_sign_cb cb,
                                     void *user,
                                     rssl_drop_cb drop,
                                     struct rssl_identity **out);

/**
 * rssl_ctx_set_client_cert_callback makes cb choose the certificate of the clients' connections made
 * from then on, when a server asks for one. cb may be NULL: the context's identities again. drop may
 * be NULL. A client's sessions are forgotten, as by any change of identity. RSSL_ERR_ARGUMENT: ctx
 * is NULL.
 */
RSSL_API
rssl_result rssl_ctx_set_client_cert_callback(struct rssl_ctx *ctx,
                                              rssl_client_cert_cb cb,
                                              void *user,
                                              rssl_drop_cb drop);

/**
 * rssl_ctx_set_session_cache sets how many servers (by name) a client remembers, in this process,
 * newest first; 0: off; the default is 256. Sockets without a name take no part. It acts at once, on
 * live sockets too. 0 also forgets the chains that were verified (RSSL_OPT_NO_KNOWN_CHAINS).
 * RSSL_ERR_ARGUMENT: over 1000000, or ctx is NULL.
 *
 * A resumed handshake does not look at certificates again. Hence a client's memory is emptied by
 * any change to trust, verification or identity, and a server resumes a ticket or a stored session
 * only under the verify mode, roots and other settings of verification that it was issued under,
 * whatever keys or store contexts share.
 */
RSSL_API rssl_result rssl_ctx_set_session_cache(struct rssl_ctx *ctx, size_t n);

/**
 * rssl_ctx_set_ticket_count sets how many TLS 1.3 tickets a server sends after a handshake; the
 * default is 2. RSSL_ERR_ARGUMENT: over 100, or ctx is NULL.
 *
 * A nonce of a ticket has 32 bytes. A client on wolfSSL takes 8, unless that was built with
 * WOLFSSL_TICKET_NONCE_MALLOC, and ends the connection at the first ticket (its error -425): a server of
 * such clients sends none.
 */
RSSL_API
rssl_result rssl_ctx_set_ticket_count(struct rssl_ctx *ctx,
                                      size_t n);

/**
 * rssl_ctx_set_ticket_keys lets servers share tickets between processes. keys are n of 48 bytes each
 * (16 name, 32 secret), newest first: the first encrypts, all decrypt. They act at once, on live
 * sockets too. keys may be NULL, with n = 0: own keys, rotated every 6 hours (the default); the
 * first is made with the context, so that forked children share it. Either turns tickets on again
 * after rssl_ctx_set_session_store. A ticket is good for 12 hours at most. keys are copied: wipe
 * yours.
 *
 * RSSL_ERR_ARGUMENT: n is 0 or over 100, two keys have one name, a secret is all zeros, keys is NULL
 * and n is not 0, or ctx is NULL. RSSL_ERR_STATE: ctx is for clients only. RSSL_ERR_INTERNAL: no
 * random bytes for an own key. After an error nothing has changed.
 */
RSSL_API rssl_result rssl_ctx_set_ticket_keys(struct rssl_ctx *ctx, const void *keys, size_t n);

/**
 * rssl_ctx_set_session_store makes a server keep the sessions of the connections made from then on
 * in store, in place of tickets, which it no longer sends; with RSSL_OPT_NO_TICKETS those of TLS 1.2
 * only. *store is copied. store may be NULL: tickets again, as after rssl_ctx_set_ticket_keys.
 * store->drop is called when no context or socket can use store->user any more; not when this call
 * fails. RSSL_ERR_ARGUMENT: a size that cannot be, store->put or store->get is NULL, or ctx is NULL.
 * RSSL_ERR_STATE: ctx is for clients only.
 */
RSSL_API
rssl_result rssl_ctx_set_session_store(struct rssl_ctx *ctx,
                                       const struct rssl_session_store *store);

/**
 * rssl_ctx_set_keylog_callback gives the secrets of the connections made from then on to cb, line by
 * line, for tools that decrypt captured traffic. Anyone with these can read the traffic. cb may be
 * NULL: no key log. drop may be NULL. The SSLKEYLOGFILE variable is not looked at: the program
 * decides. RSSL_ERR_ARGUMENT: ctx is NULL.
 */
RSSL_API
rssl_result rssl_ctx_set_keylog_callback(struct rssl_ctx *ctx,
                                         rssl_keylog_cb cb,
                                         void *user,
                                         rssl_drop_cb drop);

/**
 * rssl_ctx_set_time_callback makes cb say the time, for the dates of certificates and tickets of the
 * connections made from then on: devices with no clock, tests. cb may be NULL: the operating
 * system's clock again. drop may be NULL. It changes trust: a client's sessions are forgotten.
 * RSSL_ERR_ARGUMENT: ctx is NULL.
 */
RSSL_API
rssl_result rssl_ctx_set_time_callback(struct rssl_ctx *ctx,
                                       rssl_time_cb cb,
                                       void *user,
                                       rssl_drop_cb drop);

/**
 * rssl_ctx_load_crl_file adds the certificate revocation lists of a file: PEM, any number, or one
 * DER. Nothing is fetched from the network, ever. Peers are checked against them from then on, the
 * leaf and its issuers, unless a flag says otherwise; one that no CRL covers is refused with
 * RSSL_V_CRL_UNAVAILABLE. Of one issuer and distribution point the newest counts. It changes trust:
 * sessions are forgotten.
 *
 * A CRL must be complete, of version 2, with nextUpdate and a CRL number, and about its issuer's own
 * certificates; an issuing distribution point must have a full name, and is compared with the
 * certificate's by its URI.
 *
 * RSSL_ERR_FILE: it cannot be read. RSSL_ERR_FORMAT: no CRL in it, never a silent zero, or a
 * malformed one. RSSL_ERR_UNSUPPORTED: a delta or indirect CRL, or another that is not as above.
 * RSSL_ERR_ARGUMENT: a NULL. After an error nothing was added.
 */
RSSL_API rssl_result rssl_ctx_load_crl_file(struct rssl_ctx *ctx, const char *path);

/**
 * rssl_ctx_load_crl_mem is rssl_ctx_load_crl_file for len bytes at data, without RSSL_ERR_FILE.
 */
RSSL_API rssl_result rssl_ctx_load_crl_mem(struct rssl_ctx *ctx, const void *data, size_t len);

/**
 * rssl_ctx_set_crl_flags sets the RSSL_CRL_ flags in place of those before; 0: the default.
 * RSSL_ERR_ARGUMENT: an unknown flag, RSSL_CRL_OFF with RSSL_CRL_REQUIRED, or ctx is NULL; nothing
 * has changed then. It changes trust: sessions are forgotten.
 */
RSSL_API rssl_result rssl_ctx_set_crl_flags(struct rssl_ctx *ctx, uint32_t flags);

/**
 * rssl_ctx_clear_crls removes all revocation lists; the flags stay. It changes trust: sessions are
 * forgotten. RSSL_ERR_ARGUMENT: ctx is NULL.
 */
RSSL_API rssl_result rssl_ctx_clear_crls(struct rssl_ctx *ctx);

/**
 * rssl_ctx_set_verify_callback makes cb decide about the peers of the connections made from then on:
 * pinning and trust on first use go here. cb may be NULL: the built-in verdict counts. drop may be
 * NULL. It changes trust: sessions are forgotten. RSSL_ERR_ARGUMENT: ctx is NULL. RSSL_ERR_INTERNAL:
 * no random bytes.
 *
 * Inside cb rssl_sock_verified_cert_new gives the path that was built, which is none unless verify is
 * RSSL_V_OK: pin that, for a peer can put any certificate into chain. rssl_sock_peer_cert_new,
 * rssl_sock_ocsp and rssl_sock_server_name work there too. cb is not called under RSSL_CERT_NONE,
 * without a certificate, or when a session is resumed; nor about a raw public key, where the keys of
 * rssl_x_pin_raw_keys (rssl_unstable.h) alone decide. With cb a server may ask for certificates
 * without any trust roots. A connection that cb accepts against the verdict is never remembered for
 * resumption, by either side. What cb decides cannot be compared: with it, a server's tickets and
 * stored sessions are good in this context and the processes forked from it only, whatever keys or
 * store it shares.
 */
RSSL_API
rssl_result rssl_ctx_set_verify_callback(struct rssl_ctx *ctx,
                                         rssl_verify_cb cb,
                                         void *user,
                                         rssl_drop_cb drop);

/**
 * rssl_ctx_set_verify_schemes sets the signatures that are accepted from the peer, in its handshake
 * and in its certificates: TLS SignatureScheme numbers in order of preference. n = 0: the default.
 * It changes trust: sessions are forgotten. RSSL_ERR_UNSUPPORTED: a scheme that this build does not
 * verify. RSSL_ERR_ARGUMENT: a number that is no scheme, or a NULL. After an error nothing has
 * changed.
 */
RSSL_API
rssl_result rssl_ctx_set_verify_schemes(struct rssl_ctx *ctx,
                                        const uint16_t *schemes,
                                        size_t n);

/**
 * rssl_ctx_set_client_ca_names sets the authorities that a server names when it asks for a client
 * certificate, DER names, in place of the roots' and whatever RSSL_OPT_NO_CA_NAMES says. n = 0: the
 * roots' again. Clients choose by them; whom the server trusts stays the same. RSSL_ERR_FORMAT: one
 * that is no name, with its number, counted from 0. RSSL_ERR_ARGUMENT: more than 60000 bytes, or a
 * NULL. After an error nothing has changed.
 */
RSSL_API
rssl_result rssl_ctx_set_client_ca_names(struct rssl_ctx *ctx,
                                         const struct rssl_bytes *names,
                                         size_t n);

/**
 * rssl_sock_set_verify_name makes a client check the certificate for name, a DNS name or IP address,
 * and not for the one that s was made for; SNI stays. It is checked also where hostname checking is
 * off. It turns resumption off for s: a resumed handshake would skip the check. RSSL_ERR_STATE: s is a
 * server, certificates are not verified, or input or output has happened. RSSL_ERR_ARGUMENT: name is
 * none, or a NULL.
 */
RSSL_API
rssl_result rssl_sock_set_verify_name(struct rssl_sock *s,
                                      const char *name);

/**
 * rssl_ctx_set_hello_callback makes cb look at each ClientHello of the servers' connections made
 * from then on. cb may be NULL: nobody looks. drop may be NULL. RSSL_ERR_ARGUMENT: ctx is NULL.
 */
RSSL_API
rssl_result rssl_ctx_set_hello_callback(struct rssl_ctx *ctx,
                                        rssl_hello_cb cb,
                                        void *user,
                                        rssl_drop_cb drop);

/**
 * rssl_hello_server_name returns the name that the client asks for (SNI), in lower case. Borrowed
 * from h. NULL: none, or no hello is pending, or h is NULL.
 */
RSSL_API const char *rssl_hello_server_name(const struct rssl_hello *h);

/**
 * rssl_hello_alpn_count returns how many application protocols the client offers; 0 if h is NULL.
 */
RSSL_API size_t rssl_hello_alpn_count(const struct rssl_hello *h);

/**
 * rssl_hello_alpn returns the application protocol i in the client's order of preference. Borrowed
 * from h. Absent: past the end, or h is NULL.
 */
RSSL_API struct rssl_bytes rssl_hello_alpn(const struct rssl_hello *h, size_t i);

/**
 * rssl_hello_cipher_count returns how many ciphers the client offers; 0 if h is NULL.
 */
RSSL_API size_t rssl_hello_cipher_count(const struct rssl_hello *h);

/**
 * rssl_hello_cipher returns the IANA number of cipher i in the client's order of preference, which
 * may be one that this library does not know. 0: past the end, or h is NULL.
 */
RSSL_API uint16_t rssl_hello_cipher(const struct rssl_hello *h, size_t i);

/**
 * rssl_hello_scheme_count returns how many signature schemes the client can verify; 0 if h is NULL.
 */
RSSL_API size_t rssl_hello_scheme_count(const struct rssl_hello *h);

/**
 * rssl_hello_scheme returns the TLS SignatureScheme i in the client's order of preference. 0: past
 * the end, or h is NULL.
 */
RSSL_API uint16_t rssl_hello_scheme(const struct rssl_hello *h, size_t i);

/**
 * rssl_hello_ca_count returns how many authorities the client names by which the server's
 * certificate may be issued; 0: any, or h is NULL. TLS 1.3 clients alone can name some.
 */
RSSL_API size_t rssl_hello_ca_count(const struct rssl_hello *h);

/**
 * rssl_hello_ca returns the name of authority i, DER. Borrowed from h. Absent: past the end, or h is
 * NULL.
 */
RSSL_API struct rssl_bytes rssl_hello_ca(const struct rssl_hello *h, size_t i);

/**
 * rssl_hello_use_ctx answers under the settings of ctx, as they are at this call, in place of those
 * that the socket was made with: trust, identities, versions, ciphers, ALPN, sessions and options.
 * Its own hello callback is not called. This and the next two can be combined in any order; the last
 * call of each counts. ctx may be freed afterwards.
 *
 * RSSL_OK. RSSL_ERR_STATE: ctx is not for servers, or no hello is pending. RSSL_ERR_ARGUMENT: a
 * NULL.
 */
RSSL_API rssl_result rssl_hello_use_ctx(struct rssl_hello *h, struct rssl_ctx *ctx);

/**
 * rssl_hello_use_identity shows id, whatever identities the context has. It takes a reference of its
 * own. RSSL_OK. RSSL_ERR_STATE: no hello is pending. RSSL_ERR_ARGUMENT: a NULL.
 */
RSSL_API rssl_result rssl_hello_use_identity(struct rssl_hello *h, struct rssl_identity *id);

/**
 * rssl_hello_use_alpn agrees on the application protocol proto, whatever the context has. RSSL_OK.
 * RSSL_ERR_STATE: no hello is pending. RSSL_ERR_ARGUMENT: the client does not offer it, or a NULL.
 */
RSSL_API rssl_result rssl_hello_use_alpn(struct rssl_hello *h, const char *proto);

/**
 * rssl_hello_continue goes on with the answer as it is: h is gone, and calls on its socket take up
 * the handshake again; rssl_events says RSSL_POLL_READY until one has. Any thread may call it, and
 * the functions above, while no other is inside a call on the socket. RSSL_OK. RSSL_ERR_STATE: called
 * from the callback (return RSSL_OK there), no hello is pending, or another thread is inside a call
 * on the socket. RSSL_ERR_ARGUMENT: h is NULL.
 */
RSSL_API
rssl_result rssl_hello_continue(struct rssl_hello *h);

/**
 * rssl_hello_reject ends the connection with alert, such as unrecognized_name (112), which is sent
 * at once as far as the transport takes it; if not, rssl_events says RSSL_POLL_OUT. h is gone, and
 * calls on its socket return RSSL_ERR_CALLBACK. Called from the callback it takes effect when that
 * returns, whatever it returns. RSSL_OK. RSSL_ERR_STATE: no hello is pending, or another thread is
 * inside a call on the socket. RSSL_ERR_ARGUMENT: alert is not the number of an error alert, or h is
 * NULL.
 */
RSSL_API rssl_result rssl_hello_reject(struct rssl_hello *h, int alert);

/**
 * rssl_sock_hello returns the ClientHello that is pending, in the callback and after
 * RSSL_WANT_HELLO. Borrowed from s until rssl_hello_continue or rssl_hello_reject. NULL: none is
 * pending, or s is NULL.
 */
RSSL_API struct rssl_hello *rssl_sock_hello(struct rssl_sock *s);

/**
 * rssl_sock_new makes a connection in the role given, which ctx must allow. name is the server's
 * DNS name (ASCII; a trailing dot is ignored) or IP address, sent as SNI (names only) and checked
 * against the certificate; required for a client that checks hostnames; NULL for a server, and it
 * may be NULL for other clients. No input or output happens yet. Until a transport is set the
 * socket works on memory: rssl_feed and rssl_drain.
 *
 * RSSL_OK: *out is the socket, to be given back with rssl_sock_free. RSSL_ERR_STATE: ctx is not for
 * this role. RSSL_ERR_ARGUMENT: a NULL, no role, or a name that is none, is missing or is too much.
 */
RSSL_API
RSSL_MUST_USE
rssl_result rssl_sock_new(struct rssl_ctx *ctx,
                          rssl_role role,
                          const char *name,
                          struct rssl_sock **out);

/**
 * rssl_wrap is rssl_sock_new and rssl_sock_set_fd: the one call that most programs need, in the
 * order of CPython's wrap_socket(sock, server_side, server_hostname). name may be NULL as there. No
 * input or output happens yet: the handshake is rssl_handshake, or the first read or write. Results
 * as of those two; fd stays yours.
 */
RSSL_API
RSSL_MUST_USE
rssl_result rssl_wrap(struct rssl_ctx *ctx,
                      rssl_fd fd,
                      rssl_role role,
                      const char *name,
                      struct rssl_sock **out);

/**
 * rssl_sock_free frees s, which may be NULL. It sends nothing and closes nothing: call
 * rssl_shutdown first. No other thread may be inside a call on s. Inside a callback of s it takes
 * effect when the outermost call returns.
 */
RSSL_API void rssl_sock_free(struct rssl_sock *s);

/**
 * rssl_sock_set_user keeps a pointer of yours with s, which librssl does not look at.
 */
RSSL_API void rssl_sock_set_user(struct rssl_sock *s, void *user);

/**
 * rssl_sock_user returns what rssl_sock_set_user kept; NULL if nothing, or if s is NULL.
 */
RSSL_API void *rssl_sock_user(const struct rssl_sock *s);

/**
 * rssl_handshake finishes the handshake: RSSL_OK, a WANT or an error. Calling it is optional:
 * reading and writing do it. After RSSL_OK it does nothing. In TLS 1.3 a client's RSSL_OK does not
 * mean that its own certificate was accepted: a refusal is RSSL_ERR_ALERT from the first rssl_read.
 * RSSL_WANT_HELLO, as from every call that reads, writes, flushes or shuts down meanwhile: the hello
 * callback decides later; see rssl_hello_continue. RSSL_ERR_STATE: called from a callback of s, or
 * beside another call on s. RSSL_ERR_ARGUMENT: s is NULL. Other errors end the connection:
 * RSSL_ERR_VERIFY, RSSL_ERR_NO_CERT, RSSL_ERR_ALERT, RSSL_ERR_PROTOCOL, RSSL_ERR_NO_SHARED,
 * RSSL_ERR_NO_ALPN, RSSL_ERR_NOT_TLS, RSSL_ERR_CALLBACK, RSSL_ERR_EOF, RSSL_ERR_IO;
 * RSSL_ERR_INTERRUPTED does not.
 */
RSSL_API RSSL_MUST_USE rssl_result rssl_handshake(struct rssl_sock *s);

/**
 * rssl_read returns plaintext: 1 to len bytes, 0 when the peer said close_notify, RSSL_ERR_EOF when
 * it vanished without (truncation: HTTP/1.0 programs may treat it as 0), and the same again
 * afterwards. len must not be 0; bytes of buf past the count may have been written. When it returns
 * RSSL_WANT_READ nothing decryptable is left inside, so that waiting on the descriptor cannot miss
 * data. It never waits to write: what reading causes to be sent (an alert) is sent as far
 * as the transport takes it, and RSSL_POLL_OUT says the rest. Before the handshake is done it does
 * that first, with the results of rssl_handshake.
 *
 * Full duplex: after rssl_handshake is RSSL_OK, {rssl_read, rssl_peek, rssl_pending} on one thread
 * and {rssl_write, rssl_writev, rssl_flush, rssl_key_update, rssl_shutdown(RSSL_SHUT_WR)} on another
 * may run at once, on blocking transports too: no lock is held while the transport blocks. What the
 * reader causes to be sent goes out with the writer's bytes when a write is in progress, else from
 * the reader, never interleaved. All getters are safe beside both. Everything else, RSSL_SHUT_RDWR
 * and rssl_sock_free included, needs both to have stopped; to stop a blocked thread, shut the
 * descriptor down.
 */
RSSL_API RSSL_MUST_USE ptrdiff_t rssl_read(struct rssl_sock *s, void *buf, size_t len);

/**
 * rssl_peek is rssl_read, but leaves the bytes to be read again.
 */
RSSL_API RSSL_MUST_USE ptrdiff_t rssl_peek(struct rssl_sock *s, void *buf, size_t len);

/**
 * rssl_pending decrypts what has been received and returns how many bytes are ready; 0 means that
 * the next rssl_read needs the transport (or returns 0 or an error), or that s is NULL.
 */
RSSL_API size_t rssl_pending(struct rssl_sock *s);

/**
 * rssl_write takes 1 to len bytes and returns how many. Taken bytes are librssl's: never send them
 * again, and use the buffer for anything. len 0 does nothing and returns 0. On a blocking transport
 * all of len is on the wire when it returns. On a non-blocking one it first sends what waits inside;
 * if some is left it takes nothing and returns RSSL_WANT_WRITE; otherwise it takes up to 64 KiB, and
 * what the transport does not accept waits inside: poll for rssl_events, or call rssl_flush until
 * RSSL_OK (for OpenSSL's semantics, before you report the count). RSSL_WANT_READ comes only before
 * the handshake is done. When sending fails because the peer reset the connection, an alert that it
 * sent before is the error reported. RSSL_ERR_CLOSED: after rssl_shutdown, and in TLS 1.2 when the
 * key has protected as much as it may. Other results as of rssl_handshake.
 */
RSSL_API RSSL_MUST_USE ptrdiff_t rssl_write(struct rssl_sock *s, const void *buf, size_t len);

/**
 * rssl_writev is rssl_write of n pieces as if joined: one record where they fit. A piece may be
 * empty. Results as of rssl_write; a count can end inside a piece. RSSL_ERR_ARGUMENT: a NULL, or all
 * lengths together are over PTRDIFF_MAX.
 */
RSSL_API
RSSL_MUST_USE
ptrdiff_t rssl_writev(struct rssl_sock *s,
                      const struct rssl_bytes *v,
                      size_t n);

/**
 * rssl_sock_set_write_queue lets rssl_write take up to n bytes more, before the handshake is done
 * or while ciphertext waits inside (default 0: it returns a WANT instead). RSSL_ERR_STATE: called
 * from a callback of s. RSSL_ERR_ARGUMENT: s is NULL.
 */
RSSL_API rssl_result rssl_sock_set_write_queue(struct rssl_sock *s, size_t n);

/**
 * rssl_flush sends all that waits inside: RSSL_OK when nothing is left, or a WANT. Errors as of
 * rssl_write.
 */
RSSL_API RSSL_MUST_USE rssl_result rssl_flush(struct rssl_sock *s);

/**
 * rssl_events returns what to poll the transport for now: RSSL_POLL_IN (of two descriptors: the
 * reading one) and RSSL_POLL_OUT, the numbers of POLLIN and POLLOUT on Linux, BSD and macOS.
 * RSSL_POLL_READY beside them: rssl_read returns at once, do not sleep (a program that pauses
 * reading ignores IN and READY). 0: nothing to wait for: a hello is pending, or the connection is
 * over and all was sent, or s is NULL. The whole of event-loop integration is: poll for this, then
 * call again; edge-triggered, until a WANT.
 */
RSSL_API uint32_t rssl_events(const struct rssl_sock *s);

/**
 * rssl_shutdown says close_notify and flushes. RSSL_SHUT_WR: reading goes on, rssl_write is
 * RSSL_ERR_CLOSED. RSSL_SHUT_RDWR also waits for the peer's, after which rssl_read is 0; data that
 * arrives meanwhile is RSSL_WANT_CONSUME: rssl_read it, or free the socket; a peer that ends without
 * close_notify is RSSL_ERR_EOF. Again after RSSL_OK: RSSL_OK. RSSL_ERR_STATE: before the handshake
 * is done. RSSL_ERR_ARGUMENT: how is neither, or s is NULL. Other results as of rssl_write.
 */
RSSL_API rssl_result rssl_shutdown(struct rssl_sock *s, int32_t how);

/**
 * rssl_detach ends TLS and gives the stream back (STARTTLS-like protocols that return to plain text):
 * *rest is what was received behind the peer's close_notify, {NULL, 0} if nothing, borrowed from s;
 * what follows it is still in the transport. Nothing is lost. Of s only
 * the getters are of use then. The same again afterwards. RSSL_ERR_STATE: rssl_shutdown with RSSL_SHUT_RDWR has not returned
 * RSSL_OK, data was not read, or called beside another call on s. RSSL_ERR_ARGUMENT: a NULL. *rest
 * is {NULL, 0} then.
 */
RSSL_API
rssl_result rssl_detach(struct rssl_sock *s,
                        struct rssl_bytes *rest);

/**
 * rssl_key_update replaces the key under which this side sends, and asks the peer to replace its
 * own: for connections that stay open long. Keys that have protected as much as they may are
 * replaced without it. Like rssl_write it first sends what waits inside; if some is left it does
 * nothing and returns RSSL_WANT_WRITE. RSSL_OK: what is written from now on is under the new key, and
 * what the transport does not accept of the message itself waits inside, as rssl_events says. Use it
 * sparingly: peers end a connection on which many follow each other without data between (librssl:
 * 33). RSSL_ERR_UNSUPPORTED: the connection is TLS 1.2. RSSL_ERR_STATE: before the handshake is done,
 * from a callback of s, or beside another writer. RSSL_ERR_CLOSED: after rssl_shutdown.
 * RSSL_ERR_ARGUMENT: s is NULL. Other results as of rssl_write.
 */
RSSL_API
rssl_result rssl_key_update(struct rssl_sock *s);

/**
 * rssl_sock_error returns the error that ended the connection, or NULL. Borrowed from s. Set once;
 * later errors do not replace it.
 */
RSSL_API const struct rssl_error *rssl_sock_error(const struct rssl_sock *s);

/**
 * rssl_sock_set_fd uses a connected descriptor as transport (STARTTLS: after the plain-text
 * exchange). Borrowed, never closed. Whether calls block is the descriptor's own choice: librssl
 * never changes O_NONBLOCK, and a timeout set with SO_RCVTIMEO or SO_SNDTIMEO comes back as a WANT.
 * Writes do not raise SIGPIPE. RSSL_ERR_STATE: a transport is set already, input or output has
 * happened, or rssl_feed_eof was called. RSSL_ERR_ARGUMENT: fd is not open, or s is NULL.
 */
RSSL_API rssl_result rssl_sock_set_fd(struct rssl_sock *s, rssl_fd fd);

/**
 * rssl_sock_set_fds is rssl_sock_set_fd with one descriptor to read from and one to write to.
 */
RSSL_API rssl_result rssl_sock_set_fds(struct rssl_sock *s, rssl_fd rfd, rssl_fd wfd);

/**
 * rssl_sock_set_io uses your functions as transport. *io is copied. io->drop is called when s no
 * longer needs io->user; not when this call fails. RSSL_ERR_STATE: a transport is set already,
 * input or output has happened, or rssl_feed_eof was called. RSSL_ERR_ARGUMENT: a NULL, or a size
 * that cannot be.
 */
RSSL_API rssl_result rssl_sock_set_io(struct rssl_sock *s, const struct rssl_io *io);

/**
 * rssl_feed hands over len bytes of received ciphertext and returns how much it took: all, unless
 * 64 KiB are waiting unread; then less, or 0. It only stores; rssl_handshake, rssl_read and
 * rssl_write work. On another transport than memory it is allowed before the first input or output:
 * bytes that you have read already (STARTTLS, PROXY protocol); later it is RSSL_ERR_STATE, as it is
 * after rssl_feed_eof. RSSL_ERR_ARGUMENT: a NULL.
 *
 * On memory, RSSL_WANT_READ says feed and RSSL_WANT_WRITE says drain; drain after every call, errors
 * and shutdown included, before you wait. While a hello is pending rssl_feed goes on to store, and
 * there is nothing to drain.
 */
RSSL_API RSSL_MUST_USE ptrdiff_t rssl_feed(struct rssl_sock *s, const void *data, size_t len);

/**
 * rssl_feed_eof says that the peer's stream ended; feeding after it is RSSL_ERR_STATE, as is setting
 * another transport, and as is this call on another transport than memory. RSSL_ERR_ARGUMENT: s is
 * NULL.
 */
RSSL_API rssl_result rssl_feed_eof(struct rssl_sock *s);

/**
 * rssl_drain moves ciphertext to send to buf and returns how much, 0 when there is none.
 * RSSL_ERR_STATE: s has another transport than memory. RSSL_ERR_ARGUMENT: a NULL.
 */
RSSL_API ptrdiff_t rssl_drain(struct rssl_sock *s, void *buf, size_t cap);

/**
 * rssl_drain_pending returns how many bytes rssl_drain has now; 0 on another transport than memory,
 * or if s is NULL or the call comes from one of its callbacks. Queued plaintext becomes ciphertext as
 * it is drained. Of a client that has not begun it makes the ClientHello, which is first output.
 */
RSSL_API
size_t rssl_drain_pending(const struct rssl_sock *s);

/**
 * rssl_sock_session_new returns a reference to the newest session that a client got from the server
 * on s, or NULL: none yet, or s is NULL or a server's. TLS 1.3 sessions come behind the handshake:
 * read first. Works whatever rssl_ctx_set_session_cache says, and takes the session out of the
 * context's memory, so that no other connection uses it up. Give it back with rssl_session_free.
 */
RSSL_API struct rssl_session *rssl_sock_session_new(const struct rssl_sock *s);

/**
 * rssl_sock_set_session makes s resume session, if the server agrees; else there is a full
 * handshake. A TLS 1.3 session is used up by it. Again replaces what was set. RSSL_ERR_STATE: input
 * or output has happened on s, s is a server's, or the session is used up. RSSL_ERR_ARGUMENT: the
 * session is from another context, from an earlier state of its trust or identity or of a
 * connection to another name, or a NULL.
 */
RSSL_API rssl_result rssl_sock_set_session(struct rssl_sock *s, struct rssl_session *session);

/**
 * rssl_session_ref takes one more reference to session and returns session; NULL for NULL. Give it
 * back with rssl_session_free.
 */
RSSL_API struct rssl_session *rssl_session_ref(struct rssl_session *session);

/**
 * rssl_session_free gives back one reference. session may be NULL.
 */
RSSL_API void rssl_session_free(struct rssl_session *session);

/**
 * rssl_sock_is_connected returns whether the handshake is done; false if s is NULL.
 */
RSSL_API bool rssl_sock_is_connected(const struct rssl_sock *s);

/**
 * rssl_sock_version returns the protocol version agreed, such as RSSL_TLS1_3; 0 until the handshake
 * is done.
 */
RSSL_API uint16_t rssl_sock_version(const struct rssl_sock *s);

/**
 * rssl_sock_cipher returns the IANA number of the cipher agreed; 0 until the handshake is done.
 */
RSSL_API uint16_t rssl_sock_cipher(const struct rssl_sock *s);

/**
 * rssl_sock_group returns the IANA number of the key exchange group; 0 until the handshake is done,
 * and when a resumed session needed none.
 */
RSSL_API uint16_t rssl_sock_group(const struct rssl_sock *s);

/**
 * rssl_sock_alpn returns the application protocol agreed; a NUL follows the bytes. Borrowed from s.
 * Absent: none was agreed, or the handshake is not done.
 */
RSSL_API struct rssl_bytes rssl_sock_alpn(const struct rssl_sock *s);

/**
 * rssl_sock_server_name returns the name that SNI carries: of a client, the one it was made for if
 * that is a DNS name and not RSSL_OPT_NO_SNI; of a server, the one that the client asked for.
 * Borrowed from s. NULL: none, or on a server the ClientHello has not come.
 */
RSSL_API const char *rssl_sock_server_name(const struct rssl_sock *s);

/**
 * rssl_sock_resumed returns whether the handshake resumed an earlier session; false until it is
 * done.
 */
RSSL_API bool rssl_sock_resumed(const struct rssl_sock *s);

/**
 * rssl_sock_verify_result returns the built-in verdict on the peer's certificate, an RSSL_V_ number;
 * after resumption that of the handshake it goes back to. RSSL_V_UNSPECIFIED when nothing was
 * verified: RSSL_CERT_NONE, no certificate, no handshake yet.
 */
RSSL_API int32_t rssl_sock_verify_result(const struct rssl_sock *s);

/**
 * rssl_sock_peer_signature returns the TLS SignatureScheme with which the peer signed this handshake.
 * 0: it signed nothing, because a session was resumed or, to a server, it showed no certificate; or
 * the handshake is not done.
 */
RSSL_API
uint16_t rssl_sock_peer_signature(const struct rssl_sock *s);

/**
 * rssl_sock_handshake_kind returns how the handshake went: an RSSL_HANDSHAKE_ number; 0 until it is
 * done.
 */
RSSL_API int32_t rssl_sock_handshake_kind(const struct rssl_sock *s);

/**
 * rssl_sock_traffic reads how many bytes were received from the transport and sent to it, TLS's own
 * included. rx and tx may be NULL. If s is NULL they become 0.
 */
RSSL_API void rssl_sock_traffic(const struct rssl_sock *s, uint64_t *rx, uint64_t *tx);

/**
 * rssl_sock_peer_cert_new returns a reference to certificate i of the chain that the peer sent, 0 is
 * the leaf, to be given back with rssl_cert_free. NULL: past the end, no certificate, the handshake
 * is not done and this is not the verify callback, or s is NULL.
 */
RSSL_API struct rssl_cert *rssl_sock_peer_cert_new(const struct rssl_sock *s, size_t i);

/**
 * rssl_sock_verified_cert_new returns a reference to certificate i of the path that was built from
 * the leaf, 0, to the one in the trust store, which is last; to be given back with rssl_cert_free.
 * NULL: past the end, none was built (RSSL_CERT_NONE, a resumed session, a verdict other than
 * RSSL_V_OK), the handshake is not done and this is not the verify callback, or s is NULL.
 */
RSSL_API struct rssl_cert *rssl_sock_verified_cert_new(const struct rssl_sock *s, size_t i);

/**
 * rssl_sock_ocsp returns the OCSP response that a server stapled to its certificate, DER, which
 * nobody has checked. Borrowed from s. Absent: none, a resumed session, the handshake is not done and
 * this is not the verify callback, or s is NULL.
 */
RSSL_API
struct rssl_bytes rssl_sock_ocsp(const struct rssl_sock *s);

/**
 * rssl_sock_own_cert_new returns a reference to certificate i of the chain that was sent to the peer,
 * 0 is the leaf, to be given back with rssl_cert_free. NULL: past the end, or nothing was sent: a
 * session was resumed, a client was not asked or had nothing to show, the handshake is not done, or
 * s is NULL.
 */
RSSL_API
struct rssl_cert *rssl_sock_own_cert_new(const struct rssl_sock *s,
                                         size_t i);

/**
 * rssl_sock_export fills out with out_len bytes of key material that only the two ends of this
 * connection know: the exporter of RFC 5705 and RFC 8446 section 7.5. label says what for; context,
 * context_len bytes, may be NULL: absent, which differs from an empty one in TLS 1.2. (In TLS 1.3
 * they are the same.) Usable beside a reader and a writer.
 *
 * RSSL_ERR_STATE: the handshake is not done, or called from a callback of s. RSSL_ERR_ARGUMENT: a
 * NULL; out_len is 0, or in TLS 1.3 over 255 hashes of the cipher (8160 or 12240 bytes); the label is
 * over 249 bytes or one that TLS 1.2 keeps for itself, the context over 65535. RSSL_ERR_CLOSED: the
 * connection has failed. RSSL_ERR_INTERNAL: as ever. After an error out may have been written.
 */
RSSL_API
rssl_result rssl_sock_export(const struct rssl_sock *s,
                             const char *label,
                             const void *context,
                             size_t context_len,
                             void *out,
                             size_t out_len);

/**
 * rssl_sock_channel_binding writes a channel binding to out and returns its length, at most 64: what
 * an authentication inside the connection (SCRAM-PLUS, GSS-API) signs, so that nobody stands between.
 * Both ends get the same bytes. kind is
 *
 * "tls-exporter" (RFC 9266): 32 bytes, exported with an empty context. In TLS 1.2 it is defined with the extended master secret only:
 * RSSL_ERR_UNSUPPORTED unless the context has RSSL_OPT_REQUIRE_EMS.
 *
 * "tls-server-end-point" (RFC 5929): a hash of the server's certificate, which on the server is our
 * own; the one that the certificate's signature uses, but SHA-256 instead of MD5 and SHA-1.
 * RSSL_ERR_UNSUPPORTED: the signature has no hash of its own (Ed25519), for which the RFC defines
 * nothing, or this build lacks it.
 *
 * "tls-unique": RSSL_ERR_UNSUPPORTED, for the engine does not reveal Finished.
 *
 * RSSL_ERR_STATE: the handshake is not done, or called from a callback of s. RSSL_ERR_NAME: another
 * kind. RSSL_ERR_ARGUMENT: a NULL, or cap is too small. RSSL_ERR_CLOSED: tls-exporter after the
 * connection has failed.
 */
RSSL_API
ptrdiff_t rssl_sock_channel_binding(const struct rssl_sock *s,
                                    const char *kind,
                                    void *out,
                                    size_t cap);

/**
 * rssl_version_name returns OpenSSL's name of a protocol version, such as "TLSv1.3". Static; NULL
 * for unknown.
 */
RSSL_API const char *rssl_version_name(uint16_t v);

/**
 * rssl_cipher_name returns IANA's name of a cipher, such as "TLS_AES_128_GCM_SHA256". Static; NULL
 * for unknown.
 */
RSSL_API const char *rssl_cipher_name(uint16_t c);

/**
 * rssl_cipher_openssl_name returns OpenSSL's name of a cipher, such as
 * "ECDHE-RSA-AES128-GCM-SHA256". Static; NULL for unknown.
 */
RSSL_API const char *rssl_cipher_openssl_name(uint16_t c);

/**
 * rssl_cipher_bits returns the length of a cipher's symmetric key in bits; 0 for unknown.
 */
RSSL_API int rssl_cipher_bits(uint16_t c);

/**
 * rssl_group_name returns IANA's name of a key exchange group, such as "X25519MLKEM768". Static;
 * NULL for unknown.
 */
RSSL_API const char *rssl_group_name(uint16_t g);

/**
 * rssl_cert_new_mem reads the first certificate of a PEM, or one DER, from len bytes at data.
 * RSSL_OK: *out is a new reference, to be given back with rssl_cert_free. RSSL_ERR_FORMAT: no
 * certificate, or a malformed one; the message says where. RSSL_ERR_ARGUMENT: a NULL.
 */
RSSL_API
RSSL_MUST_USE
rssl_result rssl_cert_new_mem(const void *data,
                              size_t len,
                              struct rssl_cert **out);

/**
 * rssl_cert_new_file reads the first certificate of a PEM file, or a file of one DER.
 * RSSL_OK: *out is a new reference, to be given back with rssl_cert_free. RSSL_ERR_FILE: the
 * file cannot be read, see rssl_error_errno. RSSL_ERR_FORMAT: no certificate in it, or a
 * malformed one; the message says where. RSSL_ERR_ARGUMENT: a NULL.
 */
RSSL_API RSSL_MUST_USE rssl_result rssl_cert_new_file(const char *path, struct rssl_cert **out);

/**
 * rssl_cert_ref takes one more reference to c and returns c; NULL for NULL. Give it back with
 * rssl_cert_free.
 */
RSSL_API struct rssl_cert *rssl_cert_ref(struct rssl_cert *c);

/**
 * rssl_cert_free gives back one reference. c may be NULL. What was borrowed from c lives as
 * long as another reference does.
 */
RSSL_API void rssl_cert_free(struct rssl_cert *c);

/**
 * rssl_cert_der returns the certificate as it was signed. Borrowed from c. Absent: c is NULL.
 */
RSSL_API struct rssl_bytes rssl_cert_der(const struct rssl_cert *c);

/**
 * rssl_cert_pem returns the certificate in PEM, with its last newline. Borrowed from c. NULL:
 * c is NULL.
 */
RSSL_API const char *rssl_cert_pem(const struct rssl_cert *c);

/**
 * rssl_cert_text describes the certificate for people, in many lines. The format is not
 * stable. Borrowed from c. NULL: c is NULL.
 */
RSSL_API const char *rssl_cert_text(const struct rssl_cert *c);

/**
 * rssl_cert_version returns 3 for X.509 v3, or 1 or 2; 0 if the certificate is malformed or c
 * is NULL.
 */
RSSL_API int rssl_cert_version(const struct rssl_cert *c);

/**
 * rssl_cert_serial returns the contents of the serial number's INTEGER: big-endian, in two's
 * complement. Borrowed from c. Absent: the certificate is malformed or c is NULL.
 */
RSSL_API struct rssl_bytes rssl_cert_serial(const struct rssl_cert *c);

/**
 * rssl_cert_not_before returns the first second at which the certificate is valid, in seconds
 * since 1970; 0 if the certificate is malformed or c is NULL.
 */
RSSL_API int64_t rssl_cert_not_before(const struct rssl_cert *c);

/**
 * rssl_cert_not_after returns the last second at which the certificate is valid, in seconds
 * since 1970; 0 if the certificate is malformed or c is NULL.
 */
RSSL_API int64_t rssl_cert_not_after(const struct rssl_cert *c);

/**
 * rssl_cert_is_ca returns whether basicConstraints says that the certificate belongs to a
 * certificate authority; false if c is NULL.
 */
RSSL_API bool rssl_cert_is_ca(const struct rssl_cert *c);

/**
 * rssl_cert_key_type returns OpenSSL's long name of the public key's algorithm, such as
 * "rsaEncryption" or "id-ecPublicKey", or dotted digits. Borrowed from c. NULL: the certificate
 * is malformed or c is NULL.
 */
RSSL_API const char *rssl_cert_key_type(const struct rssl_cert *c);

/**
 * rssl_cert_key_bits returns the size of the public key in bits; 0 if it is not known or c is
 * NULL.
 */
RSSL_API int rssl_cert_key_bits(const struct rssl_cert *c);

/**
 * rssl_cert_signature_type returns OpenSSL's long name of the algorithm that the issuer signed
 * with, such as "ecdsa-with-SHA256", or dotted digits. Borrowed from c. NULL: the certificate is
 * malformed or c is NULL.
 */
RSSL_API const char *rssl_cert_signature_type(const struct rssl_cert *c);

/**
 * rssl_cert_spki returns the SubjectPublicKeyInfo, DER, for pinning. Borrowed from c. Absent:
 * the certificate is malformed or c is NULL.
 */
RSSL_API struct rssl_bytes rssl_cert_spki(const struct rssl_cert *c);

/**
 * rssl_cert_matches returns whether a subjectAltName of c names the DNS name or IP address
 * given, as a handshake would find it: a trailing dot of name is ignored, names in other scripts
 * are in their xn-- form, "*" in c stands for one whole first label, and the common name is not
 * looked at. false too if name is neither, if c cannot be the certificate of a peer (not version
 * 3, a malformed subjectAltName, an unknown critical extension), or if a pointer is NULL.
 */
RSSL_API bool rssl_cert_matches(const struct rssl_cert *c, const char *name);

/**
 * rssl_cert_name_at finds attribute i of the subject or the issuer, in certificate order. *rdn
 * becomes the number of the set that it belongs to, *key OpenSSL's long name ("commonName") or
 * dotted digits, *value UTF-8, which can hold NULs. Both are borrowed from c. rdn, key and value
 * may be NULL. Returns false, and changes nothing, past the end, if which is neither, or if c is
 * NULL.
 */
RSSL_API
bool rssl_cert_name_at(const struct rssl_cert *c,
                       rssl_name which,
                       size_t i,
                       size_t *rdn,
                       const char **key,
                       struct rssl_bytes *value);

/**
 * rssl_cert_name_der returns the DER of the subject's or the issuer's Name. Borrowed from c.
 * Absent: the certificate is malformed, which is neither, or c is NULL.
 */
RSSL_API struct rssl_bytes rssl_cert_name_der(const struct rssl_cert *c, rssl_name which);

/**
 * rssl_cert_san_at finds subject alternative name i, in certificate order. *type becomes one of
 * the RSSL_SAN_ numbers, *value the name in the form that number states, borrowed from c; text
 * is as the certificate has it and can hold NULs. type and value may be NULL. Returns false, and
 * changes nothing, past the end, if the names are malformed, or if c is NULL.
 */
RSSL_API
bool rssl_cert_san_at(const struct rssl_cert *c,
                      size_t i,
                      rssl_san *type,
                      struct rssl_bytes *value);

/**
 * rssl_cert_uri_at returns URI i of the kind given, in certificate order; one that holds a NUL is
 * passed over. Borrowed from c. NULL: past the end, which is none of the kinds, or c is NULL.
 */
RSSL_API const char *rssl_cert_uri_at(const struct rssl_cert *c, rssl_uri which, size_t i);

/**
 * rssl_cert_extension returns the value, DER, of the extension with this dotted identifier, such
 * as "2.5.29.17", borrowed from c; *critical becomes whether it is critical. critical may be
 * NULL. Absent, with *critical false: there is none, or more than one, which RFC 5280 forbids, or
 * c or oid is NULL.
 */
RSSL_API
struct rssl_bytes rssl_cert_extension(const struct rssl_cert *c,
                                      const char *oid,
                                      bool *critical);

/**
 * rssl_digest hashes len bytes with "sha1", "sha256", "sha384" or "sha512", writes the hash to out
 * and returns its length: for fingerprints and pins of rssl_cert_der and rssl_cert_spki.
 * RSSL_ERR_NAME: another hash. RSSL_ERR_ARGUMENT: a NULL, or cap is too small; out is as it was.
 */
RSSL_API
ptrdiff_t rssl_digest(const char *hash,
                      const void *data,
                      size_t len,
                      void *out,
                      size_t cap);

/**
 * rssl_version returns the version of the library loaded, such as "0.1.0". Static, never NULL.
 */
RSSL_API const char *rssl_version(void);

/**
 * rssl_version_number returns the version of the library loaded as RSSL_MAKE_VERSION makes it.
 */
RSSL_API uint32_t rssl_version_number(void);

/**
 * rssl_build_info returns what the library is made of, such as
 * "rustls 0.23.46, aws-lc-rs 1.19.0": for logs and bug reports. Static, never NULL.
 */
RSSL_API const char *rssl_build_info(void);

/**
 * rssl_has says whether this build has a feature: "bundled-roots" (Mozilla's trust roots are
 * inside, for rssl_ctx_load_verify_bundled), "brotli" and "zlib" (certificates are compressed where
 * the peer takes that), "rustls-ffi-interop" (the functions of rssl_ffi.h), "fips", "ktls". false for
 * an unknown name.
 */
RSSL_API
bool rssl_has(const char *feature);

/**
 * rssl_set_log sends the log messages of the whole process to cb, up to the level max. cb may be
 * NULL: it stops them. When this returns, the callback before is not running and will not be called
 * again, but for a call of it that this call is made from.
 */
RSSL_API void rssl_set_log(rssl_log_cb cb, void *user, rssl_log_level max);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* RSSL_H */
