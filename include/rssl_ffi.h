/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * rssl_ffi.h - the sockets of librssl for programs written for rustls-ffi.
 *
 * These functions, and those of rustls-ffi itself (rustls.h), are in librssl only if it was
 * built with RSSL_RUSTLS_FFI_INTEROP: rssl_has("rustls-ffi-interop") says so.
 *
 * ONE COPY  A configuration must come from the rustls-ffi inside librssl: the program links no
 *           other one. A handle made by another copy is undefined behaviour, as for any two
 *           copies of a Rust library.
 *
 * FIXED     The configuration stays as its builder made it: certificates, verifier, versions,
 *           ciphers, ALPN, SNI, a server's sessions and key log are what it says. Every function
 *           that would change such a context (rssl_ctx_set_, rssl_ctx_load_, rssl_ctx_clear_)
 *           returns RSSL_ERR_STATE. Make another configuration and another context instead;
 *           sockets keep the one that they were made from. A client remembers sessions in the
 *           context, of 256 servers.
 *
 * NAMES     A client's socket needs a name, which the configuration's verifier gets to check.
 *
 * CALLBACKS Those of rustls-ffi that take the userdata of a rustls_connection need one, and there
 *           is none under an rssl_sock: the functions below refuse such a configuration. Key log
 *           callbacks work.
 *
 * VERDICTS  The configuration's verifier decides alone. rssl_sock_verify_result is RSSL_V_OK once
 *           it has accepted the peer's certificate, and a refusal is RSSL_ERR_VERIFY as ever, with
 *           the number in rssl_error_verify, but no depth (-1).
 *
 * GETTERS   rssl_ctx_cipher, rssl_ctx_check_hostname (true for a client) and rssl_ctx_options (as
 *           far as the configuration has the same switch) say what the configuration does. It
 *           does not tell the rest: rssl_ctx_versions gives 0 and 0, rssl_ctx_root_count 0, and
 *           rssl_ctx_verify RSSL_CERT_REQUIRED for a client and RSSL_CERT_NONE for a server. What
 *           its verifier and its choice of a certificate alone have seen is absent:
 *           rssl_sock_verified_cert_new, rssl_sock_ocsp and rssl_sock_own_cert_new.
 */


#ifndef RSSL_FFI_H
#define RSSL_FFI_H

#include "rssl.h"

/* Of rustls.h. */
struct rustls_client_config;
struct rustls_server_config;


#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * rssl_ctx_from_rustls_client makes a context for clients of a configuration that
 * rustls_client_config_builder_build made. RSSL_OK: *out is a new reference, to be given back with
 * rssl_ctx_free; config stays the caller's and may be freed. RSSL_ERR_UNSUPPORTED: config has a
 * callback that verifies certificates, which works on a rustls_connection only. RSSL_ERR_ARGUMENT: a
 * NULL.
 */
RSSL_API
RSSL_MUST_USE
rssl_result rssl_ctx_from_rustls_client(const struct rustls_client_config *config,
                                        rssl_ctx **out);

/**
 * rssl_ctx_from_rustls_server makes a context for servers of a configuration that
 * rustls_server_config_builder_build made. RSSL_OK: *out is a new reference, to be given back with
 * rssl_ctx_free; config stays the caller's and may be freed. RSSL_ERR_UNSUPPORTED: config has a
 * callback that sees the ClientHello or keeps sessions, which works on a rustls_connection only.
 * RSSL_ERR_ARGUMENT: a NULL.
 */
RSSL_API
RSSL_MUST_USE
rssl_result rssl_ctx_from_rustls_server(const struct rustls_server_config *config,
                                        rssl_ctx **out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* RSSL_FFI_H */
