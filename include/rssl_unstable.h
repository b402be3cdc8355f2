/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * rssl_unstable.h - what librssl can do and does not promise yet.
 *
 * NO PROMISE: every name here may change or go in any version, without a new SONAME.
 * The symbols have the version RSSL_UNSTABLE. A program that uses them is built for one
 * version of librssl: link it statically, or compare rssl_version with
 * RSSL_VERSION_STRING when it starts. What proves itself moves to rssl.h.
 *
 * The conventions are those of rssl.h. Setters of a context act on the sockets made
 * after them.
 */


#ifndef RSSL_UNSTABLE_H
#define RSSL_UNSTABLE_H

#include "rssl.h"

/**
 * A verdict: the peer's raw public key is none of those pinned. OpenSSL's number.
 */
#define RSSL_X_V_RAW_KEY_UNTRUSTED 95

/**
 * What became of an Encrypted ClientHello.
 */
typedef int32_t rssl_x_ech_state;

/**
 * None was sent.
 */
#define RSSL_X_ECH_NOT_OFFERED 0

/**
 * One with random contents was sent, which no server can open.
 */
#define RSSL_X_ECH_GREASE 1

/**
 * One was sent, and the server has not answered yet.
 */
#define RSSL_X_ECH_OFFERED 2

/**
 * The server opened it: nobody on the way has seen the name.
 */
#define RSSL_X_ECH_ACCEPTED 3

/**
 * The server could not open it, and the connection ended.
 */
#define RSSL_X_ECH_REJECTED 4

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * rssl_x_set_ech_configs makes clients encrypt their ClientHello (RFC 9849), the server's name in
 * it included, for the keys in list: an ECHConfigList as the server's HTTPS record in the DNS has
 * it under "ech", without base64. The first configuration that this build can use counts. Who
 * watches sees the configuration's public name instead of the server's. Set it before
 * rssl_sock_new, for the servers that the record is of; a socket keeps what stood when it was
 * made. len 0: no configuration any more. Connections are TLS 1.3 only as long as one is set.
 *
 * A server that cannot open it is verified for the public name, and the handshake ends with
 * RSSL_ERR_NO_SHARED (reason "ECH_REJECTED", alert ech_required), whatever else it agreed to; then
 * see rssl_x_ech_retry_configs. The real name is never sent unencrypted instead.
 *
 * RSSL_ERR_FORMAT: list is malformed. RSSL_ERR_UNSUPPORTED: no configuration in it is for this
 * build, or the build has no Encrypted ClientHello ("ring"). RSSL_ERR_STATE: ctx is for servers
 * only. RSSL_ERR_ARGUMENT: a NULL, or ctx does not allow TLS 1.3. After an error all is as before.
 */
RSSL_API rssl_result rssl_x_set_ech_configs(rssl_ctx *ctx, const void *list, size_t len);

/**
 * rssl_x_set_ech_grease makes clients without a configuration send the extension all the same, with
 * random contents (GREASE), so that those who have one do not stand out. It hides nothing: the name
 * is in the clear beside it. Connections are TLS 1.3 only as long as it is on. Default: off.
 *
 * RSSL_ERR_UNSUPPORTED: the build has no Encrypted ClientHello ("ring"). RSSL_ERR_STATE: ctx is for
 * servers only. RSSL_ERR_ARGUMENT: ctx is NULL or does not allow TLS 1.3. RSSL_ERR_INTERNAL: no
 * random bytes.
 */
RSSL_API rssl_result rssl_x_set_ech_grease(rssl_ctx *ctx, bool on);

/**
 * rssl_x_ech_status returns what became of the Encrypted ClientHello of s: one of RSSL_X_ECH_.
 * RSSL_X_ECH_NOT_OFFERED for servers, inside a callback of s, and if s is NULL.
 */
RSSL_API rssl_x_ech_state rssl_x_ech_status(const rssl_sock *s);

/**
 * rssl_x_ech_retry_configs returns the ECHConfigList that the server sent when it rejected what s
 * offered: give it to rssl_x_set_ech_configs and connect again, once. It can be believed as far as
 * the server was verified, for the public name: not under RSSL_CERT_NONE. Borrowed from s. Absent:
 * nothing was rejected, or the server sent none, which says that it has Encrypted ClientHello no
 * more; a caller may then connect again without.
 */
RSSL_API rssl_bytes rssl_x_ech_retry_configs(const rssl_sock *s);

/**
 * rssl_x_identity_new_raw_key makes an identity of a private key alone, PEM or DER, whose owner shows
 * the public half in place of a certificate (RFC 7250). Use it with rssl_ctx_set_identities. A context
 * shows raw keys or certificates, never both: adding one to the other is RSSL_ERR_ARGUMENT there. The
 * peer must accept raw keys: a client with such an identity connects to no server that does not,
 * whether it asks for the key or not. cb may be NULL: the key must not be encrypted; it is called
 * inside this call only.
 *
 * RSSL_OK: *out is a new reference, to be given back with rssl_identity_free. RSSL_ERR_FORMAT: no
 * private key, several, or a damaged one. RSSL_ERR_PASSWORD: it is encrypted and the password is
 * missing or wrong. RSSL_ERR_CALLBACK: cb gave up. RSSL_ERR_KEY: its kind, size or encryption is not
 * supported. RSSL_ERR_ARGUMENT: a NULL.
 */
RSSL_API
RSSL_MUST_USE
rssl_result rssl_x_identity_new_raw_key(const void *key,
                                        size_t key_len,
                                        rssl_password_cb cb,
                                        void *user,
                                        rssl_identity **out);

/**
 * rssl_x_identity_raw_key returns the public key of an identity that rssl_x_identity_new_raw_key made:
 * a SubjectPublicKeyInfo, DER, for the peer to pin. Borrowed from id. Absent: id has a certificate, or
 * is NULL.
 */
RSSL_API
rssl_bytes rssl_x_identity_raw_key(const rssl_identity *id);

/**
 * rssl_x_pin_raw_keys makes peers show a raw public key in place of a certificate, and accepts the n
 * keys in spkis only: each a SubjectPublicKeyInfo, DER, as rssl_x_identity_raw_key and rssl_cert_spki
 * return it. They are copied. n = 0: certificates again. Roots, names, dates and revocation are not
 * looked at: who has one of the keys is the peer. A server asks for the key as rssl_ctx_set_verify
 * says, and refuses clients that cannot show raw keys even under RSSL_CERT_OPTIONAL. It changes
 * trust: sessions are forgotten. Another key is RSSL_ERR_VERIFY with RSSL_X_V_RAW_KEY_UNTRUSTED; a
 * peer without raw keys RSSL_ERR_NO_SHARED or RSSL_ERR_ALERT (handshake_failure).
 *
 * RSSL_ERR_FORMAT: one of spkis is none. RSSL_ERR_STATE: under RSSL_CERT_NONE, which is also what
 * rssl_ctx_set_verify returns for RSSL_CERT_NONE as long as keys are pinned. RSSL_ERR_ARGUMENT: a
 * NULL. RSSL_ERR_INTERNAL: no random bytes for a new ticket key.
 */
RSSL_API
rssl_result rssl_x_pin_raw_keys(rssl_ctx *ctx,
                                const rssl_bytes *spkis,
                                size_t n);

/**
 * rssl_x_peer_raw_key returns the raw public key that the peer proved to have: a
 * SubjectPublicKeyInfo, DER. Borrowed from s. Absent: the peer showed none, or the handshake is not
 * done. rssl_sock_peer_cert_new has no certificate of such a peer.
 */
RSSL_API rssl_bytes rssl_x_peer_raw_key(const rssl_sock *s);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* RSSL_UNSTABLE_H */
