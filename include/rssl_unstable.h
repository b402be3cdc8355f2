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
 * What became of early data.
 */
typedef int32_t rssl_x_early_data_state;

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

/**
 * Client: none was taken. Server: none was accepted, as far as is known.
 */
#define RSSL_X_EARLY_DATA_NONE 0

/**
 * Client: some was taken, and the server has not answered yet.
 */
#define RSSL_X_EARLY_DATA_SENT 1

/**
 * The server accepted it.
 */
#define RSSL_X_EARLY_DATA_ACCEPTED 2

/**
 * Client: the server did not look at it. Send it again with rssl_write, if it still matters.
 */
#define RSSL_X_EARLY_DATA_REJECTED 3

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
 * return it. They are copied. n = 0: certificates again. The pins alone decide: roots, names, dates
 * and revocation are not looked at, a callback of rssl_ctx_set_verify_callback is not called, and who
 * proves to have one of the keys is the peer. A server asks for the key as rssl_ctx_set_verify says,
 * and refuses clients that cannot show raw keys even under RSSL_CERT_OPTIONAL. It changes trust:
 * sessions are forgotten. Another key is RSSL_ERR_VERIFY with RSSL_X_V_RAW_KEY_UNTRUSTED; a peer
 * without raw keys RSSL_ERR_NO_SHARED or RSSL_ERR_ALERT (handshake_failure).
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
 * SubjectPublicKeyInfo, DER, one of those that rssl_x_pin_raw_keys accepts: by it a program tells its
 * peers apart. Borrowed from s. Absent: the peer showed none, or the handshake is not done.
 * rssl_sock_peer_cert_new has no certificate of such a peer.
 */
RSSL_API
rssl_bytes rssl_x_peer_raw_key(const rssl_sock *s);

/**
 * rssl_x_set_early_data lets clients send data before the handshake is done (0-RTT), when they resume
 * a TLS 1.3 session, and servers accept up to max bytes of it for a connection (at most 64 KiB); of a
 * client's context any max but 0 means yes. 0 turns it off: the default.
 *
 * REPLAY: early data is weaker than all other data, and neither side can tell. Whoever recorded a
 * client's first flight can send it to the server again, and a client whose connection broke sends the
 * same request again without knowing what became of the first. A server of librssl hands out each
 * session once, so that a copy is not accepted where the original was; but one that arrives before the
 * original is, and so is one that reaches a second server if the session store does not remove what it
 * returns in one step for all of them. It is also not protected by the new handshake's keys: who steals
 * the session's secret later can read it. Hence: send and act on early data only where doing it twice
 * does no harm, such as a GET without side effects; never for payments, counters or logins.
 *
 * A server with early data on keeps its sessions, in this process the last 256 or in the store of
 * rssl_ctx_set_session_store: it sends no self-contained tickets, and ticket keys have no effect. Under
 * RSSL_OPT_NO_TICKETS there is none. It must read early data by rssl_x_read_early: rssl_read and
 * rssl_peek return RSSL_ERR_STATE while some waits. RSSL_ERR_ARGUMENT: ctx is NULL, or max is over
 * 65536.
 */
RSSL_API
rssl_result rssl_x_set_early_data(rssl_ctx *ctx,
                                  size_t max);

/**
 * rssl_x_write_early takes 0 to len bytes to be sent with the ClientHello, before the server has
 * proved anything: see REPLAY at rssl_x_set_early_data. It sends nothing by itself: rssl_handshake,
 * rssl_flush or the first rssl_read does, or rssl_drain. 0: no more can be early, because there is no
 * session to resume, the server allowed none, or as much as it allowed
 * was taken; what is left is for rssl_write. The first call makes the ClientHello: transport and
 * session cannot be set behind it. After the handshake see rssl_x_early_data_status: a
 * server may refuse early data and go on, and then nothing of it has arrived.
 *
 * RSSL_ERR_STATE: s is a server's, its handshake is done, or the call comes from a callback of s.
 * RSSL_ERR_ARGUMENT: a NULL. After an error that ended the connection: the same again.
 */
RSSL_API
RSSL_MUST_USE
ptrdiff_t rssl_x_write_early(rssl_sock *s,
                             const void *buf,
                             size_t len);

/**
 * rssl_x_read_early takes the handshake as far as it must and returns early data: 1 to len bytes. The
 * client is then not known to be there now: see REPLAY at rssl_x_set_early_data. 0: there is none, or
 * no more, and the handshake is done; rssl_read has the rest. len must not be 0.
 *
 * A WANT or an error as of rssl_handshake. RSSL_ERR_STATE: s is a client's, another thread is inside a
 * call on s, or the call comes from a callback of s. RSSL_ERR_ARGUMENT: a NULL, or len is 0.
 */
RSSL_API
RSSL_MUST_USE
ptrdiff_t rssl_x_read_early(rssl_sock *s,
                            void *buf,
                            size_t len);

/**
 * rssl_x_early_data_status returns what became of the early data of s: one of RSSL_X_EARLY_DATA_. Of a
 * client it is final when the handshake is done. RSSL_X_EARLY_DATA_NONE inside a callback of s, and if
 * s is NULL.
 */
RSSL_API
rssl_x_early_data_state rssl_x_early_data_status(const rssl_sock *s);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* RSSL_UNSTABLE_H */
