/* An identity from one file (PEM or PKCS#12), in place of those that --cert names. */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <rssl.h>

struct identity {
  const char *file; /* or NULL: none */
  const char *password, *ocsp; /* or NULL */
};

rssl_result identity_use(rssl_ctx *ctx, const struct identity *identity);

#endif
