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

#endif
