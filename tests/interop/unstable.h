/* What the peer does with rssl_unstable.h. */
#ifndef UNSTABLE_H
#define UNSTABLE_H

#include <rssl.h>

/* Shows the private key in `path`, without a certificate. */
bool show_raw_key(rssl_ctx *ctx, const char *path);
/* Accepts the public key in `path` (DER) and no other. */
bool pin_raw_key(rssl_ctx *ctx, const char *path);
/* Writes "raw key: N bytes" if the peer showed one. */
void report_raw_key(const rssl_sock *s);

/* Up to `most` bytes, in decimal. */
bool allow_early(rssl_ctx *ctx, const char *most);
/* Client: writes `text` early. Server: reads what came early, on a descriptor that blocks, and says
 * "early: TEXT". Does nothing where `text` is NULL and the socket is a client's. */
bool exchange_early(rssl_sock *s, rssl_role role, const char *text);
/* Says "early data: none", "accepted" or "rejected". */
void report_early(const rssl_sock *s);

#endif
