/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * MicroPython's module `tls` over librssl: what its files share.
 *
 * Nothing may jump across librssl's frames: exceptions inside its callbacks are kept in the socket
 * and raised once librssl has returned, and where a signal handler raises KeyboardInterrupt by
 * itself the signal waits (interrupts_hold).
 */
#ifndef MODTLS_RSSL_H
#define MODTLS_RSSL_H

#include <rssl.h>
#include "py/obj.h"
#include "py/runtime.h"

#ifndef MP_NORETURN // before 1.26
#define MP_NORETURN NORETURN
#endif

#if MICROPY_ASYNC_KBD_INTR
#include <signal.h>
typedef sigset_t interrupts_t;
#else
typedef char interrupts_t;
#endif

typedef struct {
    mp_obj_base_t base;
    rssl_ctx *ctx; // NULL once finalised
    mp_obj_t verify_callback;
} tls_context_t;

#define ANY_READS (-1)

typedef struct {
    mp_obj_base_t base;
    mp_obj_t stream; // MP_OBJ_NULL once closed
    rssl_sock *tls; // NULL once closed
    mp_obj_t verify_callback; // the context's when the socket was made
    mp_obj_t exception; // raised inside a callback of librssl, or MP_OBJ_NULL
    size_t unreported; // bytes of a write that librssl took and that are not out yet
    uintptr_t awaited; // the one direction to poll for, or 0: whichever is asked about
    int stream_errno; // why the transport last said "not now"
    int8_t closing_reads; // ANY_READS, or how often to read yet, where the stream has something
    bool stream_returns; // it does not block, as far as is known
    bool verdict_open; // the server may yet refuse that no certificate was shown
    bool verdict_expected; // the handshake is done: when, and what had been received
    mp_uint_t verdict_since;
    uint64_t verdict_received;
    interrupts_t interrupts; // to go back to while a callback runs Python
} tls_socket_t;

extern const mp_obj_type_t tls_context_type;
extern const mp_obj_type_t tls_socket_type;

// interrupts.c

// Lets no KeyboardInterrupt be raised on this thread until interrupts_release.
interrupts_t interrupts_hold(void);
void interrupts_release(const interrupts_t *before);

// handles.c

// Call before a handle of librssl is made: collects garbage when many have been made since it
// last was, because the collector does not see how much memory is behind each.
void handles_before_new(void);
void handles_made(void);
void handles_freed(void);

// error.c

// Raises the calling thread's last error of librssl, which a call has just returned as rc.
MP_NORETURN void tls_raise(rssl_result rc);
// Raises ValueError with what librssl says about a bad argument.
MP_NORETURN void tls_raise_value_error(void);
// Raises OSError as MicroPython does for a setting that cannot be.
MP_NORETURN void tls_raise_bad_config(void);

// transport.c

// Returns the stream that can be called from C: of an instance of a class derived from a native
// stream, such as socket, the native one in it. Raises OSError for what is no stream.
mp_obj_t tls_transport_stream(mp_obj_t stream);
// Makes the socket's stream the transport of its connection.
rssl_result tls_transport_set(tls_socket_t *self);

// verify.c

// The rssl_verify_cb of contexts with a verify_callback.
int32_t tls_verify(void *user, const rssl_sock *s, int32_t verify,
    const rssl_cert *const *chain, size_t chain_len);

// verdict.c

// The rssl_client_cert_cb of clients that have no certificate.
rssl_identity *tls_nothing_to_show(void *user, const rssl_sock *s, const rssl_bytes *names,
    size_t n_names, const uint16_t *schemes, size_t n_schemes);
// Call after what may have finished the handshake.
void tls_verdict_expect(tls_socket_t *self);
// Says whether a server that asked such a client in vain went on (RSSL_OK), or returns what to
// wait for, or the refusal.
rssl_result tls_verdict(tls_socket_t *self);
// Whether a write has waited long enough.
bool tls_verdict_overdue(const tls_socket_t *self);

// socket.c

mp_obj_t tls_socket_new(tls_context_t *context, mp_obj_t stream, bool handshake, const char *name);

#endif
