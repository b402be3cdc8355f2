/* Contexts that were made of rustls-ffi's configurations: what they refuse and what they say. */
#include "check.h"
#include "ends.h"
#include "rustls_configs.h"

#include <rssl_ffi.h>
#include <stdlib.h>
#include <string.h>

static rssl_session_store no_store; /* of no known size */

/* Every function that changes a context. */
#define SETTERS(X)                                                \
  X(rssl_ctx_set_verify, (ctx, RSSL_CERT_NONE))                   \
  X(rssl_ctx_set_check_hostname, (ctx, false))                    \
  X(rssl_ctx_set_verify_callback, (ctx, NULL, NULL, NULL))        \
  X(rssl_ctx_load_verify_file, (ctx, cert("ca.pem")))             \
  X(rssl_ctx_load_verify_dir, (ctx, cert("")))                    \
  X(rssl_ctx_load_verify_mem, (ctx, "x", 1))                      \
  X(rssl_ctx_load_verify_system, (ctx))                           \
  X(rssl_ctx_load_verify_bundled, (ctx))                          \
  X(rssl_ctx_clear_roots, (ctx))                                  \
  X(rssl_ctx_load_crl_file, (ctx, cert("crl.pem")))               \
  X(rssl_ctx_load_crl_mem, (ctx, "x", 1))                         \
  X(rssl_ctx_set_crl_flags, (ctx, RSSL_CRL_OFF))                  \
  X(rssl_ctx_clear_crls, (ctx))                                   \
  X(rssl_ctx_load_cert_file, (ctx, cert("server-both.pem"), NULL, NULL)) \
  X(rssl_ctx_load_cert_mem, (ctx, "x", 1, NULL, 0, NULL))         \
  X(rssl_ctx_set_identities, (ctx, NULL, 0))                      \
  X(rssl_ctx_set_client_cert_callback, (ctx, NULL, NULL, NULL))   \
  X(rssl_ctx_set_client_ca_names, (ctx, NULL, 0))                 \
  X(rssl_ctx_set_versions, (ctx, 0, 0))                           \
  X(rssl_ctx_set_ciphers, (ctx, "TLS_AES_128_GCM_SHA256"))        \
  X(rssl_ctx_set_cipher_string, (ctx, "HIGH"))                    \
  X(rssl_ctx_set_groups, (ctx, "x25519"))                         \
  X(rssl_ctx_set_verify_schemes, (ctx, NULL, 0))                  \
  X(rssl_ctx_set_max_fragment, (ctx, 0))                          \
  X(rssl_ctx_set_alpn, (ctx, NULL, 0))                            \
  X(rssl_ctx_set_options, (ctx, RSSL_OPT_NO_SNI, 0))              \
  X(rssl_ctx_set_session_cache, (ctx, 0))                         \
  X(rssl_ctx_set_ticket_count, (ctx, 0))                          \
  X(rssl_ctx_set_ticket_keys, (ctx, NULL, 0))                     \
  X(rssl_ctx_set_session_store, (ctx, &no_store))                 \
  X(rssl_ctx_set_hello_callback, (ctx, NULL, NULL, NULL))         \
  X(rssl_ctx_set_keylog_callback, (ctx, NULL, NULL, NULL))        \
  X(rssl_ctx_set_time_callback, (ctx, NULL, NULL, NULL))

static void check_is_fixed(rssl_ctx *ctx) {
#define REFUSED(setter, arguments)    \
  CHECK_RC(setter arguments, RSSL_ERR_STATE); \
  CHECK_HAS(last_message(), "rustls-ffi");
  SETTERS(REFUSED)
}

static void every_setter_is_refused_and_says_why(void) {
  rssl_ctx *client = client_context(client_builder("ca.pem"));
  rssl_ctx *server = server_context(server_builder("server"));
  struct ends e;
  check_is_fixed(client);
  check_is_fixed(server);
  ends_connect(&e, client, server);
  ends_close(&e);
}

static bool is_setter(const char *name) {
  static const char *const prefixes[] = {"rssl_ctx_set_", "rssl_ctx_load_", "rssl_ctx_clear_"};
  size_t i;
  for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
    if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) return true;
  return false;
}

/* The name of the next function that a header declares; *at goes on behind it. NULL: none. */
static const char *next_function(char **at) {
  char *end, *name;
  if ((*at = strstr(*at, "\nRSSL_API")) == NULL) return NULL;
  CHECK((end = name = strchr(*at, '(')) != NULL);
  while (strchr(" *\n", name[-1]) == NULL) name--;
  *end = '\0';
  *at = end + 1;
  return name;
}

static void every_setter_of_the_header_is_tried(void) {
#define NAME(setter, arguments) #setter,
  static const char *const tried[] = {SETTERS(NAME)};
  size_t len, i, count = sizeof tried / sizeof tried[0], found = 0;
  char *header = contents(getenv("RSSL_TEST_HEADER"), &len), *at = header;
  const char *name;
  while ((name = next_function(&at)) != NULL) {
    if (!is_setter(name)) continue;
    for (i = 0; i < count && strcmp(name, tried[i]) != 0; i++) continue;
    if (i == count) check_failed(__FILE__, __LINE__, "%s is not tried", name);
    found++;
  }
  CHECK_INT(found, count);
  free(header);
}

static void count_drop(void *user) {
  ++*(int *)user;
}

static void ignore_line(void *user, const char *line) {
  (void)user, (void)line;
}

static void a_callback_refused_is_the_callers_still(void) {
  rssl_ctx *client = client_context(client_builder("ca.pem"));
  int drops = 0;
  CHECK_RC(rssl_ctx_set_keylog_callback(client, ignore_line, &drops, count_drop), RSSL_ERR_STATE);
  rssl_ctx_free(client);
  CHECK_INT(drops, 0);
}

static void getters_say_what_the_configuration_says(void) {
  struct rustls_client_config_builder *silent = client_builder("ca.pem");
  rssl_ctx *client = client_context(client_builder("ca.pem"));
  rssl_ctx *server = server_context(server_builder("server"));
  uint16_t min = 1, max = 1;
  CHECK(rssl_has("rustls-ffi-interop"));
  CHECK_INT(rssl_ctx_role(client), RSSL_CLIENT);
  CHECK_INT(rssl_ctx_role(server), RSSL_SERVER);
  CHECK_INT(rssl_ctx_verify(client), RSSL_CERT_REQUIRED);
  CHECK_INT(rssl_ctx_verify(server), RSSL_CERT_NONE);
  CHECK(rssl_ctx_check_hostname(client));
  CHECK(!rssl_ctx_check_hostname(server));
  CHECK_INT(rssl_ctx_root_count(client), 0);
  CHECK(rssl_ctx_root_new(client, 0) == NULL);
  CHECK(rssl_ctx_cipher_count(client) == 9);
  CHECK(rssl_ctx_cipher(client, 0) >> 8 == 0x13);
  rssl_ctx_versions(client, &min, &max);
  CHECK_INT(min, 0);
  CHECK_INT(max, 0);
  CHECK_INT(rssl_ctx_options(client) & RSSL_OPT_NO_SNI, 0);
  CHECK_INT(rssl_ctx_options(server), 0);
  rssl_ctx_free(client);
  rssl_ctx_free(server);

  rustls_client_config_builder_set_enable_sni(silent, false);
  client = client_context(silent);
  CHECK(rssl_ctx_options(client) & RSSL_OPT_NO_SNI);
  rssl_ctx_free(client);
}

static void nothing_makes_no_context(void) {
  rssl_ctx *ctx = (rssl_ctx *)&no_store;
  CHECK_RC(rssl_ctx_from_rustls_client(NULL, &ctx), RSSL_ERR_ARGUMENT);
  CHECK(ctx == NULL);
  ctx = (rssl_ctx *)&no_store;
  CHECK_RC(rssl_ctx_from_rustls_server(NULL, &ctx), RSSL_ERR_ARGUMENT);
  CHECK(ctx == NULL);
}

static void there_must_be_somewhere_to_put_it(void) {
  const struct rustls_client_config *client;
  const struct rustls_server_config *server;
  CHECK_RUSTLS(rustls_client_config_builder_build(client_builder("ca.pem"), &client));
  CHECK_RUSTLS(rustls_server_config_builder_build(server_builder("server"), &server));
  CHECK_RC(rssl_ctx_from_rustls_client(client, NULL), RSSL_ERR_ARGUMENT);
  CHECK_RC(rssl_ctx_from_rustls_server(server, NULL), RSSL_ERR_ARGUMENT);
  rustls_client_config_free(client);
  rustls_server_config_free(server);
}

/* -- callbacks that need the userdata of a rustls_connection */

static uint32_t accept_all(void *userdata, const struct rustls_verify_server_cert_params *params) {
  (void)userdata, (void)params;
  return RUSTLS_RESULT_OK;
}

static const struct rustls_certified_key *choose_none(void *userdata,
                                                      const struct rustls_client_hello *hello) {
  (void)userdata, (void)hello;
  return NULL;
}

static uint32_t get_none(void *userdata, const struct rustls_slice_bytes *key, int remove_after,
                         uint8_t *buf, size_t count, size_t *out_n) {
  (void)userdata, (void)key, (void)remove_after, (void)buf, (void)count;
  *out_n = 0;
  return RUSTLS_RESULT_NOT_FOUND;
}

static uint32_t put_none(void *userdata, const struct rustls_slice_bytes *key,
                         const struct rustls_slice_bytes *value) {
  (void)userdata, (void)key, (void)value;
  return RUSTLS_RESULT_GENERAL;
}

static void check_server_unsupported(struct rustls_server_config_builder *builder) {
  const struct rustls_server_config *config;
  rssl_ctx *ctx;
  CHECK_RUSTLS(rustls_server_config_builder_build(builder, &config));
  CHECK_RC(rssl_ctx_from_rustls_server(config, &ctx), RSSL_ERR_UNSUPPORTED);
  CHECK_HAS(last_message(), "rustls_connection");
  CHECK(ctx == NULL);
  rustls_server_config_free(config);
}

static void callbacks_that_need_a_rustls_connection_are_refused(void) {
  struct rustls_client_config_builder *verifying = client_builder("ca.pem");
  struct rustls_server_config_builder *choosing = server_builder("server");
  struct rustls_server_config_builder *storing = server_builder("server");
  const struct rustls_client_config *config;
  rssl_ctx *ctx;
  CHECK_RUSTLS(rustls_client_config_builder_dangerous_set_certificate_verifier(verifying,
                                                                               accept_all));
  CHECK_RUSTLS(rustls_client_config_builder_build(verifying, &config));
  CHECK_RC(rssl_ctx_from_rustls_client(config, &ctx), RSSL_ERR_UNSUPPORTED);
  CHECK_HAS(last_message(), "verifies certificates");
  CHECK(ctx == NULL);
  rustls_client_config_free(config);

  CHECK_RUSTLS(rustls_server_config_builder_set_hello_callback(choosing, choose_none));
  check_server_unsupported(choosing);
  CHECK_HAS(last_message(), "ClientHello");
  rustls_server_config_builder_set_persistence(storing, get_none, put_none);
  check_server_unsupported(storing);
  CHECK_HAS(last_message(), "keeps sessions");
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(every_setter_is_refused_and_says_why),
      CASE(every_setter_of_the_header_is_tried),
      CASE(a_callback_refused_is_the_callers_still),
      CASE(getters_say_what_the_configuration_says),
      CASE(nothing_makes_no_context),
      CASE(there_must_be_somewhere_to_put_it),
      CASE(callbacks_that_need_a_rustls_connection_are_refused),
  };
  return RUN_CASES(argc, argv, cases);
}
