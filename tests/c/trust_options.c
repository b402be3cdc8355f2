/* Strictness, signature schemes, and the authorities that a server names. */
#include "check.h"
#include "ends.h"

#include <string.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

enum { ECDSA_P256_SHA256 = 0x0403, RSA_PSS_SHA256 = 0x0804, ED25519 = 0x0807 };

/* Connects; the client's and the server's results, and the verdict of the one that refused. */
static rssl_result attempt(rssl_ctx *client, const char *server, uint16_t version,
                           rssl_result *server_rc, int32_t *verify, int *alert) {
  rssl_ctx *shown = server_ctx(server);
  rssl_result client_rc;
  struct ends e;
  only_version(shown, version);
  ends_open(&e, client, shown, "localhost");
  rssl_ctx_free(shown);
  ends_shake(&e, &client_rc, server_rc);
  *verify = rssl_error_verify(rssl_sock_error(e.client));
  *alert = rssl_error_alert(rssl_sock_error(e.client));
  ends_close(&e);
  return client_rc;
}

static void strict_refuses_what_is_accepted_otherwise(void) {
  rssl_ctx *client = client_ctx("ca.pem");
  rssl_result server_rc;
  int32_t verify;
  size_t v;
  int alert;
  for (v = 0; v < 2; v++) {
    CHECK_OK(rssl_ctx_set_options(client, 0, RSSL_OPT_X509_STRICT));
    CHECK_OK(attempt(client, "no-akid", versions[v], &server_rc, &verify, &alert));
    CHECK_OK(rssl_ctx_set_options(client, RSSL_OPT_X509_STRICT, 0));
    CHECK_INT(rssl_ctx_options(client) & RSSL_OPT_X509_STRICT, RSSL_OPT_X509_STRICT);
    CHECK_INT(attempt(client, "no-akid", versions[v], &server_rc, &verify, &alert),
              RSSL_ERR_VERIFY);
    CHECK_INT(verify, 85);
    CHECK_TEXT(rssl_verify_string(verify), "Missing Authority Key Identifier");
    CHECK_INT(alert, 46);
    CHECK_INT(server_rc, RSSL_ERR_ALERT);
    CHECK_OK(attempt(client, "server", versions[v], &server_rc, &verify, &alert));
    CHECK_OK(attempt(client, "rsa-server", versions[v], &server_rc, &verify, &alert));
  }
  rssl_ctx_free(client);
}

static void only_the_schemes_named_are_accepted(void) {
  static const uint16_t p256[] = {ECDSA_P256_SHA256}, ed25519[] = {ED25519},
                        rsa[] = {RSA_PSS_SHA256, ECDSA_P256_SHA256};
  rssl_ctx *client = client_ctx("ca.pem");
  rssl_result server_rc;
  int32_t verify;
  size_t v;
  int alert;
  for (v = 0; v < 2; v++) {
    CHECK_OK(rssl_ctx_set_verify_schemes(client, p256, 1));
    CHECK_OK(attempt(client, "server", versions[v], &server_rc, &verify, &alert));
    CHECK_INT(attempt(client, "rsa-server", versions[v], &server_rc, &verify, &alert),
              RSSL_ERR_ALERT);
    CHECK_INT(server_rc, RSSL_ERR_NO_SHARED);
    CHECK_OK(rssl_ctx_set_verify_schemes(client, rsa, 2));
    CHECK_OK(attempt(client, "rsa-server", versions[v], &server_rc, &verify, &alert));
    CHECK_OK(rssl_ctx_set_verify_schemes(client, NULL, 0));
    CHECK_OK(attempt(client, "p384-server", versions[v], &server_rc, &verify, &alert));
  }
  /* The leaf signs with Ed25519, but P-256 has signed the leaf. */
  CHECK_OK(rssl_ctx_set_verify_schemes(client, ed25519, 1));
  CHECK_INT(attempt(client, "ed25519-server", RSSL_TLS1_3, &server_rc, &verify, &alert),
            RSSL_ERR_VERIFY);
  CHECK_INT(verify, RSSL_V_UNSUPPORTED_SIGNATURE);
  rssl_ctx_free(client);
}

/* Which of its two certificates a client shows to the server. */
static void check_shown(rssl_ctx *client, rssl_ctx *server, const char *issuer) {
  struct ends e;
  rssl_cert *shown;
  const char *key;
  rssl_bytes name;
  ends_connect(&e, rssl_ctx_ref(client), rssl_ctx_ref(server));
  shown = rssl_sock_peer_cert_new(e.server, 0);
  CHECK(rssl_cert_name_at(shown, RSSL_ISSUER, 0, NULL, &key, &name));
  CHECK_INT(name.len, strlen(issuer));
  CHECK(memcmp(name.data, issuer, name.len) == 0);
  rssl_cert_free(shown);
  ends_close(&e);
}

static void a_client_chooses_by_the_authorities_named(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    rssl_cert *other;
    rssl_bytes names[1];
    only_version(client, versions[v]);
    CHECK_OK(rssl_ctx_load_cert_file(client, cert("client-other.pem"), cert("client-other.key"),
                                     NULL));
    CHECK_OK(rssl_ctx_load_cert_file(client, cert("client.pem"), cert("client.key"), NULL));
    CHECK_OK(rssl_ctx_load_verify_file(server, cert("ca.pem")));
    CHECK_OK(rssl_ctx_load_verify_file(server, cert("other-ca.pem")));
    CHECK_OK(rssl_ctx_set_verify(server, RSSL_CERT_REQUIRED));
    CHECK_OK(rssl_ctx_set_session_cache(client, 0));
    check_shown(client, server, "rssl test root");

    other = rssl_ctx_root_new(server, 1);
    names[0] = rssl_cert_name_der(other, RSSL_SUBJECT);
    CHECK_OK(rssl_ctx_set_client_ca_names(server, names, 1));
    rssl_cert_free(other);
    check_shown(client, server, "rssl other root");
    /* The option is about the roots' names alone. */
    CHECK_OK(rssl_ctx_set_options(server, RSSL_OPT_NO_CA_NAMES, 0));
    check_shown(client, server, "rssl other root");
    CHECK_OK(rssl_ctx_set_client_ca_names(server, NULL, 0));
    check_shown(client, server, "rssl test root");
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(strict_refuses_what_is_accepted_otherwise),
      CASE(only_the_schemes_named_are_accepted),
      CASE(a_client_chooses_by_the_authorities_named),
  };
  return RUN_CASES(argc, argv, cases);
}
