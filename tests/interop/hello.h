/* hello.h - the peer's look at each ClientHello, and its answer. */
#ifndef HELLO_H
#define HELLO_H

#include <rssl.h>
#include <stdbool.h>

struct hello {
  bool look, later;         /* look: even if there is nothing to answer */
  const char *alpn, *alert; /* or NULL */
};

/* hello_watch has each ClientHello reported on standard error and answered: at once, or by
 * hello_decide if later. */
rssl_result hello_watch(rssl_ctx *ctx, struct hello *hello);

/* hello_decide answers one that is pending. */
rssl_result hello_decide(const struct hello *hello, rssl_hello *h);

#endif
