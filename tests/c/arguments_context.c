/* Contexts and identities. */
#include "arguments.h"

#include <stdlib.h>
#include <string.h>

static rssl_ctx *fresh(rssl_role role) {
  rssl_ctx *ctx;
  CHECK_OK(rssl_ctx_new(role, &ctx));
  return ctx;
}

/* Runs `body` with a client's context `ctx`. */
#define WITH_CONTEXT(body)              \
  do {                                  \
    rssl_ctx *ctx = fresh(RSSL_CLIENT); \
    body;                               \
    rssl_ctx_free(ctx);                 \
  } while (0)

static void arguments_of_rssl_ctx_new(void) {
  rssl_ctx *ctx;
  CHECK_REFUSED(rssl_ctx_new(RSSL_CLIENT, NULL));
  CHECK_MAKES_NONE(rssl_ctx_new(0, &ctx), ctx, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_ctx_new(4, &ctx), ctx, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_ctx_new(UINT32_MAX, &ctx), ctx, RSSL_ERR_ARGUMENT);
}

static void arguments_of_rssl_ctx_new_default(void) {
  rssl_ctx *ctx;
  CHECK_REFUSED(rssl_ctx_new_default(RSSL_SERVER, NULL));
  CHECK_MAKES_NONE(rssl_ctx_new_default(0, &ctx), ctx, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_ctx_new_default(4, &ctx), ctx, RSSL_ERR_ARGUMENT);
}

static void arguments_of_rssl_ctx_ref(void) {
  CHECK(rssl_ctx_ref(NULL) == NULL);
  WITH_CONTEXT({
    CHECK(rssl_ctx_ref(ctx) == ctx);
    rssl_ctx_free(ctx);
    CHECK_INT(rssl_ctx_role(ctx), RSSL_CLIENT);
  });
}

static void arguments_of_rssl_ctx_free(void) {
  rssl_ctx_free(NULL);
}

#define ARGUMENTS_OF_GETTER(function)         \
  static void arguments_of_##function(void) { \
    CHECK_INT(function(NULL), 0);             \
  }
ARGUMENTS_OF_GETTER(rssl_ctx_role)
ARGUMENTS_OF_GETTER(rssl_ctx_verify)
ARGUMENTS_OF_GETTER(rssl_ctx_check_hostname)
ARGUMENTS_OF_GETTER(rssl_ctx_root_count)
ARGUMENTS_OF_GETTER(rssl_ctx_cipher_count)
ARGUMENTS_OF_GETTER(rssl_ctx_options)

static void arguments_of_rssl_ctx_set_verify(void) {
  CHECK_REFUSED(rssl_ctx_set_verify(NULL, RSSL_CERT_REQUIRED));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_verify(ctx, 3));
    CHECK_REFUSED(rssl_ctx_set_verify(ctx, UINT32_MAX));
    CHECK_INT(rssl_ctx_verify(ctx), RSSL_CERT_REQUIRED);
  });
}

static void arguments_of_rssl_ctx_set_check_hostname(void) {
  CHECK_REFUSED(rssl_ctx_set_check_hostname(NULL, true));
}

static void arguments_of_rssl_ctx_load_verify_file(void) {
  CHECK_REFUSED(rssl_ctx_load_verify_file(NULL, cert("ca.pem")));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_load_verify_file(ctx, NULL));
    CHECK_REFUSED(rssl_ctx_load_verify_file(ctx, ""));
  });
}

static void arguments_of_rssl_ctx_load_verify_dir(void) {
  CHECK_REFUSED(rssl_ctx_load_verify_dir(NULL, cert("")));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_load_verify_dir(ctx, NULL));
    CHECK_REFUSED(rssl_ctx_load_verify_dir(ctx, ""));
  });
}

static void arguments_of_rssl_ctx_load_verify_mem(void) {
  CHECK_REFUSED(rssl_ctx_load_verify_mem(NULL, "x", 1));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_load_verify_mem(ctx, NULL, 1));
    CHECK_REFUSED(rssl_ctx_load_verify_mem(ctx, "x", TOO_LONG));
    CHECK_REFUSED(rssl_ctx_load_verify_mem(ctx, "x", SIZE_MAX));
    CHECK_RC(rssl_ctx_load_verify_mem(ctx, NULL, 0), RSSL_ERR_FORMAT);
  });
}

static void arguments_of_rssl_ctx_load_verify_system(void) {
  CHECK_REFUSED(rssl_ctx_load_verify_system(NULL));
}

static void arguments_of_rssl_ctx_load_verify_bundled(void) {
  CHECK_REFUSED(rssl_ctx_load_verify_bundled(NULL));
}

static void arguments_of_rssl_ctx_root_new(void) {
  CHECK(rssl_ctx_root_new(NULL, 0) == NULL);
  WITH_CONTEXT({
    CHECK(rssl_ctx_root_new(ctx, 0) == NULL);
    CHECK(rssl_ctx_root_new(ctx, SIZE_MAX) == NULL);
  });
}

static void arguments_of_rssl_ctx_clear_roots(void) {
  CHECK_REFUSED(rssl_ctx_clear_roots(NULL));
}

static void arguments_of_rssl_ctx_load_cert_file(void) {
  CHECK_REFUSED(rssl_ctx_load_cert_file(NULL, cert("server.pem"), cert("server.key"), NULL));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_load_cert_file(ctx, NULL, cert("server.key"), NULL));
    CHECK_REFUSED(rssl_ctx_load_cert_file(ctx, "", cert("server.key"), NULL));
    CHECK_REFUSED(rssl_ctx_load_cert_file(ctx, cert("server.pem"), "", NULL));
    /* No key path: the key is in the certificate's file, and there is none. */
    CHECK_RC(rssl_ctx_load_cert_file(ctx, cert("server.pem"), NULL, NULL), RSSL_ERR_FORMAT);
  });
}

static void arguments_of_rssl_ctx_load_cert_mem(void) {
  size_t chain_len, key_len;
  char *chain = contents(cert("server.pem"), &chain_len);
  char *key = contents(cert("server.key"), &key_len);
  CHECK_REFUSED(rssl_ctx_load_cert_mem(NULL, chain, chain_len, key, key_len, NULL));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_load_cert_mem(ctx, NULL, chain_len, key, key_len, NULL));
    CHECK_REFUSED(rssl_ctx_load_cert_mem(ctx, chain, TOO_LONG, key, key_len, NULL));
    CHECK_REFUSED(rssl_ctx_load_cert_mem(ctx, chain, chain_len, key, SIZE_MAX, NULL));
    CHECK_RC(rssl_ctx_load_cert_mem(ctx, chain, chain_len, NULL, 0, NULL), RSSL_ERR_FORMAT);
    CHECK_RC(rssl_ctx_load_cert_mem(ctx, NULL, 0, key, key_len, NULL), RSSL_ERR_FORMAT);
  });
  free(chain);
  free(key);
}

static void arguments_of_rssl_ctx_set_identities(void) {
  rssl_identity *ids[2];
  CHECK_OK(rssl_identity_new_file(cert("server-both.pem"), NULL, NULL, NULL, &ids[0]));
  ids[1] = NULL;
  CHECK_REFUSED(rssl_ctx_set_identities(NULL, ids, 1));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_identities(ctx, NULL, 1));
    CHECK_REFUSED(rssl_ctx_set_identities(ctx, ids, 2));
    CHECK_REFUSED(rssl_ctx_set_identities(ctx, ids, SIZE_MAX));
    CHECK_REFUSED(rssl_ctx_set_identities(ctx, ids, TOO_LONG / sizeof *ids));
    CHECK_OK(rssl_ctx_set_identities(ctx, NULL, 0));
  });
  rssl_identity_free(ids[0]);
}

static void arguments_of_rssl_ctx_set_versions(void) {
  CHECK_REFUSED(rssl_ctx_set_versions(NULL, 0, 0));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_versions(ctx, RSSL_TLS1_3, RSSL_TLS1_2));
    CHECK_REFUSED(rssl_ctx_set_versions(ctx, UINT16_MAX, 0));
    CHECK_REFUSED(rssl_ctx_set_versions(ctx, 0, 0x0305));
    CHECK_RC(rssl_ctx_set_versions(ctx, 0x0301, 0), RSSL_ERR_UNSUPPORTED);
    CHECK_RC(rssl_ctx_set_versions(ctx, 0, 0x0302), RSSL_ERR_UNSUPPORTED);
  });
}

static void arguments_of_rssl_ctx_versions(void) {
  uint16_t min = 9, max = 9;
  rssl_ctx_versions(NULL, &min, &max);
  CHECK_INT(min, 0);
  CHECK_INT(max, 0);
  rssl_ctx_versions(NULL, NULL, NULL);
  WITH_CONTEXT(rssl_ctx_versions(ctx, NULL, NULL));
}

static void arguments_of_rssl_ctx_set_ciphers(void) {
  CHECK_REFUSED(rssl_ctx_set_ciphers(NULL, "TLS_AES_128_GCM_SHA256"));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_ciphers(ctx, NULL));
    CHECK_REFUSED(rssl_ctx_set_ciphers(ctx, ""));
    CHECK_REFUSED(rssl_ctx_set_ciphers(ctx, "\xff"));
  });
}

static void arguments_of_rssl_ctx_set_groups(void) {
  CHECK_REFUSED(rssl_ctx_set_groups(NULL, "x25519"));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_groups(ctx, NULL));
    CHECK_REFUSED(rssl_ctx_set_groups(ctx, ""));
    CHECK_REFUSED(rssl_ctx_set_groups(ctx, "\xff"));
  });
}

static void arguments_of_rssl_ctx_cipher(void) {
  CHECK_INT(rssl_ctx_cipher(NULL, 0), 0);
  WITH_CONTEXT({
    CHECK(rssl_ctx_cipher(ctx, 0) != 0);
    CHECK_INT(rssl_ctx_cipher(ctx, rssl_ctx_cipher_count(ctx)), 0);
    CHECK_INT(rssl_ctx_cipher(ctx, SIZE_MAX), 0);
  });
}

static void arguments_of_rssl_ctx_set_alpn(void) {
  static char too_long[257];
  const char *protocols[2] = {"h2", NULL};
  CHECK_REFUSED(rssl_ctx_set_alpn(NULL, protocols, 1));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_alpn(ctx, NULL, 1));
    CHECK_REFUSED(rssl_ctx_set_alpn(ctx, protocols, 2));
    CHECK_REFUSED(rssl_ctx_set_alpn(ctx, protocols, SIZE_MAX));
    protocols[1] = "";
    CHECK_REFUSED(rssl_ctx_set_alpn(ctx, protocols, 2));
    memset(too_long, 'a', 256);
    protocols[1] = too_long;
    CHECK_REFUSED(rssl_ctx_set_alpn(ctx, protocols, 2));
    CHECK_OK(rssl_ctx_set_alpn(ctx, NULL, 0));
  });
}

static void arguments_of_rssl_ctx_set_options(void) {
  CHECK_REFUSED(rssl_ctx_set_options(NULL, 0, 0));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_options(ctx, 1u << 31, 0));
    CHECK_REFUSED(rssl_ctx_set_options(ctx, UINT32_MAX, 0));
    CHECK_REFUSED(rssl_ctx_set_options(ctx, 0, 1u << 31));
    CHECK_REFUSED(rssl_ctx_set_options(ctx, RSSL_OPT_NO_SNI, RSSL_OPT_NO_SNI));
  });
}

static void count_drop(void *user) {
  ++*(int *)user;
}

/* A callback's `user` is given back exactly once, and not when the call that takes it fails. */
#define CHECK_TAKES_USER(setter, callback)                        \
  do {                                                            \
    int drops = 0;                                                \
    CHECK_REFUSED(setter(NULL, callback, &drops, count_drop));    \
    CHECK_INT(drops, 0);                                          \
    WITH_CONTEXT({                                                \
      CHECK_OK(setter(ctx, callback, &drops, count_drop));        \
      CHECK_INT(drops, 0);                                        \
      CHECK_OK(setter(ctx, callback, &drops, NULL));              \
      CHECK_INT(drops, 1);                                        \
      CHECK_OK(setter(ctx, callback, &drops, count_drop));        \
      CHECK_OK(setter(ctx, NULL, NULL, NULL));                    \
      CHECK_INT(drops, 2);                                        \
      CHECK_OK(setter(ctx, callback, &drops, count_drop));        \
    });                                                           \
    CHECK_INT(drops, 3);                                          \
  } while (0)

static void ignore_line(void *user, const char *line) {
  (void)user, (void)line;
}

static void arguments_of_rssl_ctx_set_keylog_callback(void) {
  CHECK_TAKES_USER(rssl_ctx_set_keylog_callback, ignore_line);
}

static rssl_result look_away(void *user, rssl_sock *s, rssl_hello *h) {
  (void)user, (void)s, (void)h;
  return RSSL_OK;
}

static void arguments_of_rssl_ctx_set_hello_callback(void) {
  CHECK_TAKES_USER(rssl_ctx_set_hello_callback, look_away);
}

static rssl_identity *no_certificate(void *user, const rssl_sock *s, const rssl_bytes *names,
                                     size_t n_names, const uint16_t *schemes, size_t n_schemes) {
  (void)user, (void)s, (void)names, (void)n_names, (void)schemes, (void)n_schemes;
  return NULL;
}

static void arguments_of_rssl_ctx_set_client_cert_callback(void) {
  CHECK_TAKES_USER(rssl_ctx_set_client_cert_callback, no_certificate);
}

static int64_t begin_of_time(void *user) {
  (void)user;
  return 0;
}

static void arguments_of_rssl_ctx_set_time_callback(void) {
  CHECK_TAKES_USER(rssl_ctx_set_time_callback, begin_of_time);
}

const struct test_case context_arguments[] = {
    ARGUMENTS_OF(rssl_ctx_new),
    ARGUMENTS_OF(rssl_ctx_new_default),
    ARGUMENTS_OF(rssl_ctx_ref),
    ARGUMENTS_OF(rssl_ctx_free),
    ARGUMENTS_OF(rssl_ctx_role),
    ARGUMENTS_OF(rssl_ctx_set_verify),
    ARGUMENTS_OF(rssl_ctx_verify),
    ARGUMENTS_OF(rssl_ctx_set_check_hostname),
    ARGUMENTS_OF(rssl_ctx_check_hostname),
    ARGUMENTS_OF(rssl_ctx_load_verify_file),
    ARGUMENTS_OF(rssl_ctx_load_verify_dir),
    ARGUMENTS_OF(rssl_ctx_load_verify_mem),
    ARGUMENTS_OF(rssl_ctx_load_verify_system),
    ARGUMENTS_OF(rssl_ctx_load_verify_bundled),
    ARGUMENTS_OF(rssl_ctx_root_count),
    ARGUMENTS_OF(rssl_ctx_root_new),
    ARGUMENTS_OF(rssl_ctx_clear_roots),
    ARGUMENTS_OF(rssl_ctx_load_cert_file),
    ARGUMENTS_OF(rssl_ctx_load_cert_mem),
    ARGUMENTS_OF(rssl_ctx_set_identities),
    ARGUMENTS_OF(rssl_ctx_set_versions),
    ARGUMENTS_OF(rssl_ctx_versions),
    ARGUMENTS_OF(rssl_ctx_set_ciphers),
    ARGUMENTS_OF(rssl_ctx_set_groups),
    ARGUMENTS_OF(rssl_ctx_cipher_count),
    ARGUMENTS_OF(rssl_ctx_cipher),
    ARGUMENTS_OF(rssl_ctx_set_alpn),
    ARGUMENTS_OF(rssl_ctx_set_options),
    ARGUMENTS_OF(rssl_ctx_options),
    ARGUMENTS_OF(rssl_ctx_set_hello_callback),
    ARGUMENTS_OF(rssl_ctx_set_client_cert_callback),
    ARGUMENTS_OF(rssl_ctx_set_keylog_callback),
    ARGUMENTS_OF(rssl_ctx_set_time_callback),
};
const size_t context_arguments_count = sizeof context_arguments / sizeof context_arguments[0];
