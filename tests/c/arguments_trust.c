/* What a context and a socket trust beyond roots: revocation. */
#include "arguments.h"

#include <stdlib.h>

/* Runs `body` with a client's context `ctx`. */
#define WITH_CONTEXT(body)                      \
  do {                                          \
    rssl_ctx *ctx;                              \
    CHECK_OK(rssl_ctx_new(RSSL_CLIENT, &ctx));  \
    body;                                       \
    rssl_ctx_free(ctx);                         \
  } while (0)

static void arguments_of_rssl_ctx_load_crl_file(void) {
  CHECK_REFUSED(rssl_ctx_load_crl_file(NULL, cert("crl.pem")));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_load_crl_file(ctx, NULL));
    CHECK_REFUSED(rssl_ctx_load_crl_file(ctx, ""));
  });
}

static void arguments_of_rssl_ctx_load_crl_mem(void) {
  CHECK_REFUSED(rssl_ctx_load_crl_mem(NULL, "x", 1));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_load_crl_mem(ctx, NULL, 1));
    CHECK_REFUSED(rssl_ctx_load_crl_mem(ctx, "x", TOO_LONG));
    CHECK_REFUSED(rssl_ctx_load_crl_mem(ctx, "x", SIZE_MAX));
    CHECK_RC(rssl_ctx_load_crl_mem(ctx, NULL, 0), RSSL_ERR_FORMAT);
  });
}

static void arguments_of_rssl_ctx_set_crl_flags(void) {
  CHECK_REFUSED(rssl_ctx_set_crl_flags(NULL, 0));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_crl_flags(ctx, 1u << 5));
    CHECK_REFUSED(rssl_ctx_set_crl_flags(ctx, UINT32_MAX));
    CHECK_REFUSED(rssl_ctx_set_crl_flags(ctx, RSSL_CRL_OFF | RSSL_CRL_REQUIRED));
    CHECK_HAS(last_message(), "off and required");
  });
}

static void arguments_of_rssl_ctx_clear_crls(void) {
  CHECK_REFUSED(rssl_ctx_clear_crls(NULL));
}

const struct test_case trust_arguments[] = {
    ARGUMENTS_OF(rssl_ctx_load_crl_file),
    ARGUMENTS_OF(rssl_ctx_load_crl_mem),
    ARGUMENTS_OF(rssl_ctx_set_crl_flags),
    ARGUMENTS_OF(rssl_ctx_clear_crls),
};
const size_t trust_arguments_count = sizeof trust_arguments / sizeof trust_arguments[0];
