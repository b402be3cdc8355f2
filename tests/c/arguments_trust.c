/* What a context and a socket trust beyond roots. */
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

static void arguments_of_rssl_ctx_set_verify_schemes(void) {
  static const uint16_t known[] = {0x0403}, sha1[] = {0x0403, 0x0201}, nonsense[] = {0};
  CHECK_REFUSED(rssl_ctx_set_verify_schemes(NULL, known, 1));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_verify_schemes(ctx, NULL, 1));
    CHECK_REFUSED(rssl_ctx_set_verify_schemes(ctx, known, SIZE_MAX));
    CHECK_REFUSED(rssl_ctx_set_verify_schemes(ctx, known, TOO_LONG / sizeof *known));
    CHECK_REFUSED(rssl_ctx_set_verify_schemes(ctx, nonsense, 1));
    CHECK_HAS(last_message(), "0x0000");
    CHECK_RC(rssl_ctx_set_verify_schemes(ctx, sha1, 2), RSSL_ERR_UNSUPPORTED);
    CHECK_HAS(last_message(), "0x0201");
    CHECK_OK(rssl_ctx_set_verify_schemes(ctx, NULL, 0));
  });
}

static void arguments_of_rssl_ctx_set_client_ca_names(void) {
  static const uint8_t empty[] = {0x30, 0};
  rssl_bytes names[2];
  names[0].data = empty;
  names[0].len = sizeof empty;
  names[1].data = NULL;
  names[1].len = 1;
  CHECK_REFUSED(rssl_ctx_set_client_ca_names(NULL, names, 1));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_client_ca_names(ctx, NULL, 1));
    CHECK_REFUSED(rssl_ctx_set_client_ca_names(ctx, names, 2));
    CHECK_REFUSED(rssl_ctx_set_client_ca_names(ctx, names, SIZE_MAX));
    names[1].data = empty;
    names[1].len = TOO_LONG;
    CHECK_REFUSED(rssl_ctx_set_client_ca_names(ctx, names, 2));
    names[1].len = 1;
    CHECK_RC(rssl_ctx_set_client_ca_names(ctx, names, 2), RSSL_ERR_FORMAT);
    CHECK_HAS(last_message(), "name 1");
    CHECK_OK(rssl_ctx_set_client_ca_names(ctx, names, 1));
    CHECK_OK(rssl_ctx_set_client_ca_names(ctx, NULL, 0));
  });
}

static int32_t agree(void *user, const rssl_sock *s, int32_t verify,
                     const rssl_cert *const *chain, size_t chain_len) {
  (void)user, (void)s, (void)chain, (void)chain_len;
  return verify;
}

static void count_drop(void *user) {
  ++*(int *)user;
}

static void arguments_of_rssl_ctx_set_verify_callback(void) {
  int drops = 0;
  CHECK_REFUSED(rssl_ctx_set_verify_callback(NULL, agree, &drops, count_drop));
  CHECK_INT(drops, 0);
  WITH_CONTEXT({
    CHECK_OK(rssl_ctx_set_verify_callback(ctx, agree, &drops, count_drop));
    CHECK_OK(rssl_ctx_set_verify_callback(ctx, agree, &drops, NULL));
    CHECK_INT(drops, 1);
    CHECK_OK(rssl_ctx_set_verify_callback(ctx, agree, &drops, count_drop));
    CHECK_OK(rssl_ctx_set_verify_callback(ctx, NULL, NULL, NULL));
    CHECK_INT(drops, 2);
    CHECK_OK(rssl_ctx_set_verify_callback(ctx, agree, &drops, count_drop));
  });
  CHECK_INT(drops, 3);
}

static void arguments_of_rssl_sock_verified_cert_new(void) {
  struct ends e;
  CHECK(rssl_sock_verified_cert_new(NULL, 0) == NULL);
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK(rssl_sock_verified_cert_new(e.client, 3) == NULL);
  CHECK(rssl_sock_verified_cert_new(e.client, SIZE_MAX) == NULL);
  CHECK(rssl_sock_verified_cert_new(e.server, 0) == NULL);
  ends_close(&e);
}

static void arguments_of_rssl_sock_ocsp(void) {
  struct ends e;
  CHECK(rssl_sock_ocsp(NULL).data == NULL);
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK(rssl_sock_ocsp(e.client).data == NULL);
  CHECK_INT(rssl_sock_ocsp(e.server).len, 0);
  ends_close(&e);
}

static void arguments_of_rssl_sock_set_verify_name(void) {
  rssl_sock *s;
  CHECK_REFUSED(rssl_sock_set_verify_name(NULL, "example.org"));
  WITH_CONTEXT({
    CHECK_OK(rssl_sock_new(ctx, RSSL_CLIENT, "localhost", &s));
    CHECK_REFUSED(rssl_sock_set_verify_name(s, NULL));
    CHECK_REFUSED(rssl_sock_set_verify_name(s, ""));
    CHECK_REFUSED(rssl_sock_set_verify_name(s, "no name"));
    CHECK_REFUSED(rssl_sock_set_verify_name(s, "\xff"));
    rssl_sock_free(s);
  });
}

const struct test_case trust_arguments[] = {
    ARGUMENTS_OF(rssl_ctx_load_crl_file),
    ARGUMENTS_OF(rssl_ctx_load_crl_mem),
    ARGUMENTS_OF(rssl_ctx_set_crl_flags),
    ARGUMENTS_OF(rssl_ctx_clear_crls),
    ARGUMENTS_OF(rssl_ctx_set_verify_schemes),
    ARGUMENTS_OF(rssl_ctx_set_client_ca_names),
    ARGUMENTS_OF(rssl_ctx_set_verify_callback),
    ARGUMENTS_OF(rssl_sock_verified_cert_new),
    ARGUMENTS_OF(rssl_sock_ocsp),
    ARGUMENTS_OF(rssl_sock_set_verify_name),
};
const size_t trust_arguments_count = sizeof trust_arguments / sizeof trust_arguments[0];
