/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * In TLS 1.3 a client is done before the server has looked at what it showed. One that was asked
 * for a certificate and has none would write into a connection that is about to be refused, and
 * not learn of it unless it reads. So its first write on a stream that does not block is told to
 * call again until the server has said something: its tickets, an answer, or the refusal. The
 * bytes are on their way meanwhile, so that a server that waits for them can answer.
 */
#include "modtls_rssl.h"
#include "py/mphal.h"

// A server that accepts the client may have nothing to say.
#define VERDICT_MS 2000

rssl_identity *tls_nothing_to_show(void *user, const rssl_sock *s, const rssl_bytes *names,
    size_t n_names, const uint16_t *schemes, size_t n_schemes) {
    (void)user;
    (void)names;
    (void)n_names;
    (void)schemes;
    (void)n_schemes;
    tls_socket_t *self = rssl_sock_user(s);
    self->verdict_open = true;
    return NULL;
}

void tls_verdict_expect(tls_socket_t *self) {
    if (self->verdict_open && !self->verdict_expected && rssl_sock_is_connected(self->tls)) {
        self->verdict_expected = true;
        self->verdict_since = mp_hal_ticks_ms();
        rssl_sock_traffic(self->tls, &self->verdict_received, NULL);
    }
}

bool tls_verdict_overdue(const tls_socket_t *self) {
    return self->verdict_open && self->unreported != 0
           && mp_hal_ticks_ms() - self->verdict_since >= VERDICT_MS;
}

rssl_result tls_verdict(tls_socket_t *self) {
    if (!self->verdict_open || !self->stream_returns
        || rssl_sock_version(self->tls) != RSSL_TLS1_3) {
        return RSSL_OK;
    }
    tls_verdict_expect(self);
    char first;
    ptrdiff_t n = rssl_peek(self->tls, &first, 1);
    uint64_t received;
    rssl_sock_traffic(self->tls, &received, NULL);
    if (n == RSSL_WANT_READ && received == self->verdict_received && !tls_verdict_overdue(self)) {
        return RSSL_WANT_READ;
    }
    self->verdict_open = false;
    return n >= 0 || RSSL_IS_WANT(n) || n == RSSL_ERR_EOF ? RSSL_OK : (rssl_result)n;
}
