/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * SSLContext.verify_callback: called as callback(certificate, depth) from the authority to the
 * leaf, it can refuse what was found good, by returning another number than 0, and never accept
 * what was found bad.
 */
#include "modtls_rssl.h"
#include <string.h>

// True if the program's callback accepts the certificate. A copy, for it may keep what it gets.
static bool accepts(mp_obj_t callback, const rssl_cert *cert, size_t depth) {
    rssl_bytes der = rssl_cert_der(cert);
    byte *copy = m_new(byte, der.len);
    memcpy(copy, der.data, der.len);
    mp_obj_t view = mp_obj_new_memoryview('B', der.len, copy);
    return mp_obj_get_int(mp_call_function_2(callback, view, MP_OBJ_NEW_SMALL_INT(depth))) == 0;
}

static size_t verified_path_len(const rssl_sock *s) {
    size_t len = 0;
    rssl_cert *cert;
    while ((cert = rssl_sock_verified_cert_new(s, len)) != NULL) {
        rssl_cert_free(cert);
        len++;
    }
    return len;
}

// Where the program has raised, the socket keeps the exception and the peer is refused.
static bool accepts_kept(tls_socket_t *self, const rssl_cert *cert, size_t depth) {
    bool accepted = false;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        interrupts_release(&self->interrupts);
        accepted = accepts(self->verify_callback, cert, depth);
        interrupts_hold();
        nlr_pop();
    } else {
        interrupts_hold();
        self->exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
    return accepted;
}

int32_t tls_verify(void *user, const rssl_sock *s, int32_t verify,
    const rssl_cert *const *chain, size_t chain_len) {
    (void)user;
    tls_socket_t *self = rssl_sock_user(s);
    size_t path_len = verified_path_len(s);
    for (size_t depth = path_len ? path_len : chain_len; depth-- > 0;) {
        rssl_cert *verified = rssl_sock_verified_cert_new(s, depth);
        bool accepted = accepts_kept(self, verified ? verified : chain[depth], depth);
        rssl_cert_free(verified);
        if (!accepted) {
            return RSSL_V_APPLICATION;
        }
    }
    return verify;
}
