/* A hello callback whose answer a test writes down. */
#ifndef HELLO_HOOK_H
#define HELLO_HOOK_H

#include "ends.h"

struct hook {
  void (*look)(struct hook *, rssl_sock *, rssl_hello *); /* or NULL */
  rssl_result answer;
  rssl_ctx *ctx;     /* for rssl_hello_use_ctx, or NULL */
  rssl_identity *id; /* for rssl_hello_use_identity, or NULL */
  const char *alpn;  /* for rssl_hello_use_alpn, or NULL */
  unsigned calls, drops;
};

/* Sets it on ctx, with a drop that counts. */
void hook_set(rssl_ctx *ctx, struct hook *hook);
/* NAME.pem with NAME.key of testca. */
rssl_identity *identity_of(const char *name);
/* The two ends of a connection to `name` are connected; frees no context. */
void connect_to(struct ends *e, rssl_ctx *client, rssl_ctx *server, const char *name);
/* The handshake ends with the server's `code`, and the client hears `alert`. */
void check_refused(struct ends *e, rssl_result code, int alert);

#endif
