/* rssl_ctx_set_cipher_string: what a string in OpenSSL's language does to a context. */
#include "check.h"
#include "ends.h"

#include <string.h>

/* The ciphers of a context by OpenSSL's names, with ':' between. Valid until the next call. */
static const char *ciphers(const rssl_ctx *ctx) {
  static char list[1024];
  size_t i;
  list[0] = '\0';
  for (i = 0; i < rssl_ctx_cipher_count(ctx); i++) {
    if (i > 0) strcat(list, ":");
    strcat(list, rssl_cipher_openssl_name(rssl_ctx_cipher(ctx, i)));
  }
  return list;
}

static void those_of_tls13_stay(void) {
  rssl_ctx *ctx;
  CHECK_OK(rssl_ctx_new(RSSL_EITHER, &ctx));
  CHECK_OK(rssl_ctx_set_ciphers(ctx, "ECDHE-RSA-AES128-GCM-SHA256:TLS_CHACHA20_POLY1305_SHA256:"
                                     "TLS_AES_128_GCM_SHA256"));
  CHECK_OK(rssl_ctx_set_cipher_string(ctx, "ECDHE+AES256:AES128+ECDSA:!SHA1"));
  CHECK_TEXT(ciphers(ctx), "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
                           "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                           "ECDHE-ECDSA-AES128-GCM-SHA256");
  CHECK_RC(rssl_ctx_set_cipher_string(ctx, "kRSA:AES128-SHA"), RSSL_ERR_NAME);
  CHECK_RC(rssl_ctx_set_cipher_string(ctx, "ALL:@SECLEVEL=x"), RSSL_ERR_ARGUMENT);
  CHECK_HAS(ciphers(ctx), "ECDHE-ECDSA-AES128-GCM-SHA256");
  CHECK_OK(rssl_ctx_set_ciphers(ctx, "ECDHE-RSA-CHACHA20-POLY1305"));
  CHECK_TEXT(ciphers(ctx), "ECDHE-RSA-CHACHA20-POLY1305");
  /* None of TLS 1.3 was left to stay. */
  CHECK_OK(rssl_ctx_set_cipher_string(ctx, "CHACHA20"));
  CHECK_TEXT(ciphers(ctx), "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305");
  rssl_ctx_free(ctx);
}

static void a_version_must_keep_a_cipher(void) {
  rssl_ctx *ctx;
  CHECK_OK(rssl_ctx_new(RSSL_CLIENT, &ctx));
  CHECK_OK(rssl_ctx_set_ciphers(ctx, "TLS_AES_128_GCM_SHA256"));
  only_version(ctx, RSSL_TLS1_3);
  CHECK_OK(rssl_ctx_set_cipher_string(ctx, "HIGH"));
  CHECK_OK(rssl_ctx_set_versions(ctx, 0, 0));
  CHECK_OK(rssl_ctx_set_ciphers(ctx, "ECDHE-RSA-AES128-GCM-SHA256"));
  CHECK_RC(rssl_ctx_set_versions(ctx, RSSL_TLS1_3, RSSL_TLS1_3), RSSL_ERR_ARGUMENT);
  rssl_ctx_free(ctx);
}

static void a_connection_uses_what_was_selected(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  only_version(client, RSSL_TLS1_2);
  CHECK_OK(rssl_ctx_set_cipher_string(server, "HIGH:+AES"));
  ends_connect(&e, client, server);
  CHECK_TEXT(rssl_cipher_openssl_name(rssl_sock_cipher(e.server)),
             "ECDHE-ECDSA-CHACHA20-POLY1305");
  ends_close(&e);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(those_of_tls13_stay),
      CASE(a_version_must_keep_a_cipher),
      CASE(a_connection_uses_what_was_selected),
  };
  return RUN_CASES(argc, argv, cases);
}
