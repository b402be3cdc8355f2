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
 * THREADS   rssl_ctx, rssl_identity, rssl_cert and rssl_session may be used by any
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
 * Every result: `RSSL_OK`, or a negative `RSSL_WANT_` or `RSSL_ERR_` code.
 */
typedef int32_t rssl_result;

/**
 * Everything went as asked.
 */
#define RSSL_OK 0

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

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
 * inside, for rssl_ctx_load_verify_bundled), "fips", "ktls". false for an unknown name.
 */
RSSL_API bool rssl_has(const char *feature);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* RSSL_H */
