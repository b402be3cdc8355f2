/* The settings of a context: defaults, rules, and that an error changes nothing. */
#include "check.h"
#include "ends.h"

static rssl_ctx *fresh(rssl_role role) {
  rssl_ctx *ctx;
  CHECK_OK(rssl_ctx_new(role, &ctx));
  return ctx;
}

static void check_versions(const rssl_ctx *ctx, uint16_t expected_min, uint16_t expected_max) {
  uint16_t min, max;
  rssl_ctx_versions(ctx, &min, &max);
  CHECK_INT(min, expected_min);
  CHECK_INT(max, expected_max);
}

static void defaults_are_secure(void) {
  static const struct {
    rssl_role role;
    rssl_cert_reqs verify;
    bool check_hostname;
  } expected[] = {
      {RSSL_CLIENT, RSSL_CERT_REQUIRED, true},
      {RSSL_SERVER, RSSL_CERT_NONE, false},
      {RSSL_EITHER, RSSL_CERT_REQUIRED, true},
  };
  size_t i;
  for (i = 0; i < 3; i++) {
    rssl_ctx *ctx = fresh(expected[i].role);
    CHECK_INT(rssl_ctx_role(ctx), expected[i].role);
    CHECK_INT(rssl_ctx_verify(ctx), expected[i].verify);
    CHECK_INT(rssl_ctx_check_hostname(ctx), expected[i].check_hostname);
    check_versions(ctx, RSSL_TLS1_2, RSSL_TLS1_3);
    CHECK_INT(rssl_ctx_options(ctx), RSSL_OPT_SERVER_ORDER);
    CHECK_INT(rssl_ctx_root_count(ctx), 0);
    CHECK_INT(rssl_ctx_cipher_count(ctx), 9);
    rssl_ctx_free(ctx);
  }
}

static void verification_is_not_half_turned_off(void) {
  rssl_ctx *ctx = fresh(RSSL_CLIENT);
  CHECK_RC(rssl_ctx_set_verify(ctx, RSSL_CERT_NONE), RSSL_ERR_STATE);
  CHECK_INT(rssl_ctx_verify(ctx), RSSL_CERT_REQUIRED);
  CHECK(rssl_ctx_check_hostname(ctx));
  CHECK_OK(rssl_ctx_set_check_hostname(ctx, false));
  CHECK_INT(rssl_ctx_verify(ctx), RSSL_CERT_REQUIRED);
  CHECK_OK(rssl_ctx_set_verify(ctx, RSSL_CERT_NONE));
  CHECK_OK(rssl_ctx_set_check_hostname(ctx, true));
  CHECK_INT(rssl_ctx_verify(ctx), RSSL_CERT_REQUIRED);
  CHECK_OK(rssl_ctx_set_verify(ctx, RSSL_CERT_OPTIONAL));
  CHECK_INT(rssl_ctx_verify(ctx), RSSL_CERT_OPTIONAL);
  rssl_ctx_free(ctx);
}

static void a_server_has_no_hostname_to_check(void) {
  rssl_ctx *ctx = fresh(RSSL_SERVER);
  CHECK_RC(rssl_ctx_set_check_hostname(ctx, true), RSSL_ERR_STATE);
  CHECK(!rssl_ctx_check_hostname(ctx));
  CHECK_OK(rssl_ctx_set_check_hostname(ctx, false));
  CHECK_OK(rssl_ctx_set_verify(ctx, RSSL_CERT_OPTIONAL));
  CHECK_OK(rssl_ctx_set_verify(ctx, RSSL_CERT_REQUIRED));
  CHECK_OK(rssl_ctx_set_verify(ctx, RSSL_CERT_NONE));
  rssl_ctx_free(ctx);
}

static void options_are_set_and_cleared(void) {
  static const uint32_t options[] = {
      RSSL_OPT_ALPN_OPTIONAL,  RSSL_OPT_SERVER_ORDER, RSSL_OPT_NO_TICKETS,
      RSSL_OPT_NO_SNI,         RSSL_OPT_RETURN_EINTR, RSSL_OPT_INSECURE_MATCH_CN,
      RSSL_OPT_NO_CA_NAMES,    RSSL_OPT_REQUIRE_EMS,  RSSL_OPT_NO_READ_AHEAD,
      RSSL_OPT_NO_KNOWN_CHAINS};
  rssl_ctx *ctx = fresh(RSSL_EITHER);
  size_t i;
  CHECK_OK(rssl_ctx_set_options(ctx, 0, RSSL_OPT_SERVER_ORDER));
  CHECK_INT(rssl_ctx_options(ctx), 0);
  for (i = 0; i < sizeof options / sizeof options[0]; i++) {
    CHECK_OK(rssl_ctx_set_options(ctx, options[i], 0));
    CHECK_INT(rssl_ctx_options(ctx), options[i]);
    /* A bit that does not exist (yet) changes nothing, not even beside one that does. */
    CHECK_RC(rssl_ctx_set_options(ctx, 1u << 30, options[i]), RSSL_ERR_ARGUMENT);
    CHECK_INT(rssl_ctx_options(ctx), options[i]);
    CHECK_OK(rssl_ctx_set_options(ctx, 0, options[i]));
    CHECK_INT(rssl_ctx_options(ctx), 0);
  }
  rssl_ctx_free(ctx);
}

static void versions_are_set_or_refused(void) {
  rssl_ctx *ctx = fresh(RSSL_CLIENT);
  CHECK_OK(rssl_ctx_set_versions(ctx, RSSL_TLS1_3, 0));
  check_versions(ctx, RSSL_TLS1_3, RSSL_TLS1_3);
  CHECK_RC(rssl_ctx_set_versions(ctx, RSSL_TLS1_3, RSSL_TLS1_2), RSSL_ERR_ARGUMENT);
  CHECK_RC(rssl_ctx_set_versions(ctx, 0x0300, 0), RSSL_ERR_UNSUPPORTED);
  check_versions(ctx, RSSL_TLS1_3, RSSL_TLS1_3);
  CHECK_OK(rssl_ctx_set_versions(ctx, 0, RSSL_TLS1_2));
  check_versions(ctx, RSSL_TLS1_2, RSSL_TLS1_2);
  CHECK_OK(rssl_ctx_set_versions(ctx, 0, 0));
  check_versions(ctx, RSSL_TLS1_2, RSSL_TLS1_3);
  rssl_ctx_free(ctx);
}

static void a_version_without_a_cipher_cannot_be_left_alone(void) {
  rssl_ctx *ctx = fresh(RSSL_CLIENT);
  CHECK_OK(rssl_ctx_set_ciphers(ctx, "TLS_AES_128_GCM_SHA256"));
  CHECK_RC(rssl_ctx_set_versions(ctx, 0, RSSL_TLS1_2), RSSL_ERR_ARGUMENT);
  check_versions(ctx, RSSL_TLS1_2, RSSL_TLS1_3);
  CHECK_OK(rssl_ctx_set_versions(ctx, RSSL_TLS1_3, 0));
  CHECK_RC(rssl_ctx_set_ciphers(ctx, "ECDHE-RSA-AES128-GCM-SHA256"), RSSL_ERR_ARGUMENT);
  CHECK_INT(rssl_ctx_cipher_count(ctx), 1);
  CHECK_INT(rssl_ctx_cipher(ctx, 0), 0x1301);
  rssl_ctx_free(ctx);
}

static void ciphers_keep_the_order_given_and_an_error_changes_nothing(void) {
  rssl_ctx *ctx = fresh(RSSL_CLIENT);
  CHECK_OK(rssl_ctx_set_ciphers(ctx, "ECDHE-RSA-CHACHA20-POLY1305:TLS_AES_256_GCM_SHA384,"
                                     "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
  CHECK_RC(rssl_ctx_set_ciphers(ctx, "TLS_AES_128_GCM_SHA256:nonsense"), RSSL_ERR_NAME);
  CHECK_HAS(last_message(), "nonsense");
  CHECK_TEXT(rssl_error_reason(rssl_last_error()), "NO_CIPHER_MATCH");
  CHECK_RC(rssl_ctx_set_ciphers(ctx, "AES128-SHA"), RSSL_ERR_UNSUPPORTED);
  CHECK_HAS(last_message(), "AES128-SHA");
  CHECK_INT(rssl_ctx_cipher_count(ctx), 3);
  CHECK_INT(rssl_ctx_cipher(ctx, 0), 0xcca8);
  CHECK_INT(rssl_ctx_cipher(ctx, 1), 0x1302);
  CHECK_INT(rssl_ctx_cipher(ctx, 2), 0xc02b);
  rssl_ctx_free(ctx);
}

static void groups_go_by_all_of_their_names(void) {
  static const char *const names[] = {"x25519", "X25519",    "P-256",     "prime256v1",
                                      "P-384",  "secp256r1", "secp384r1", "x25519:P-256,P-384"};
  rssl_ctx *ctx = fresh(RSSL_CLIENT);
  size_t i;
  for (i = 0; i < sizeof names / sizeof names[0]; i++) CHECK_OK(rssl_ctx_set_groups(ctx, names[i]));
  CHECK_RC(rssl_ctx_set_groups(ctx, "x25519:P-257"), RSSL_ERR_NAME);
  CHECK_HAS(last_message(), "P-257");
  CHECK_RC(rssl_ctx_set_groups(ctx, "ffdhe2048"), RSSL_ERR_UNSUPPORTED);
  rssl_ctx_free(ctx);
}

static void alpn_errors_change_nothing(void) {
  static const char *const good[] = {"h2"}, *const bad[] = {"http/1.1", ""};
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  CHECK_OK(rssl_ctx_set_alpn(client, good, 1));
  CHECK_OK(rssl_ctx_set_alpn(server, good, 1));
  CHECK_RC(rssl_ctx_set_alpn(server, bad, 2), RSSL_ERR_ARGUMENT);
  ends_connect(&e, client, server);
  CHECK_INT(rssl_sock_alpn(e.server).len, 2);
  ends_close(&e);
}

static void a_socket_keeps_the_settings_it_was_made_with(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  only_version(client, RSSL_TLS1_2);
  CHECK_OK(rssl_ctx_clear_roots(client));
  CHECK_OK(rssl_ctx_set_identities(server, NULL, 0));
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  CHECK_INT(rssl_sock_version(e.client), RSSL_TLS1_3);
  ends_close(&e);
}

static void either_makes_sockets_of_both_roles(void) {
  rssl_ctx *ctx = fresh(RSSL_EITHER);
  rssl_result client_rc, server_rc;
  struct ends e;
  CHECK_OK(rssl_ctx_load_verify_file(ctx, cert("ca.pem")));
  CHECK_OK(rssl_ctx_load_cert_file(ctx, cert("server-both.pem"), NULL, NULL));
  /* The mode is that of both roles: as a server it would require a certificate. */
  CHECK_OK(rssl_ctx_set_check_hostname(ctx, false));
  CHECK_OK(rssl_ctx_set_verify(ctx, RSSL_CERT_NONE));
  ends_open(&e, ctx, ctx, "localhost");
  rssl_ctx_free(ctx);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  ends_close(&e);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(defaults_are_secure),
      CASE(verification_is_not_half_turned_off),
      CASE(a_server_has_no_hostname_to_check),
      CASE(options_are_set_and_cleared),
      CASE(versions_are_set_or_refused),
      CASE(a_version_without_a_cipher_cannot_be_left_alone),
      CASE(ciphers_keep_the_order_given_and_an_error_changes_nothing),
      CASE(groups_go_by_all_of_their_names),
      CASE(alpn_errors_change_nothing),
      CASE(a_socket_keeps_the_settings_it_was_made_with),
      CASE(either_makes_sockets_of_both_roles),
  };
  return RUN_CASES(argc, argv, cases);
}
