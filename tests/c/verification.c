/* Servers that a client must refuse, or accept: every certificate that testca makes. */
#include "check.h"
#include "ends.h"

#include <string.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* Both ends, with the handshake as far as it went. */
static rssl_result attempt(struct ends *e, rssl_ctx *client, const char *server,
                           const char *name, uint16_t version) {
  rssl_ctx *shown = server_ctx(server);
  rssl_result client_rc, server_rc;
  only_version(shown, version);
  ends_open(e, client, shown, name);
  rssl_ctx_free(shown);
  ends_shake(e, &client_rc, &server_rc);
  if (client_rc == RSSL_OK) CHECK_OK(server_rc);
  return client_rc;
}

static const struct refusal {
  const char *server, *roots, *name;
  int32_t verify;
  int alert, depth; /* depth -2: any */
  const char *says[3];
} refusals[] = {
    {"expired", "ca.pem", "localhost", RSSL_V_CERT_EXPIRED, 45, 0,
     {"certificate has expired", "was valid until 20", "the clock says 20"}},
    {"not-yet-valid", "ca.pem", "localhost", RSSL_V_CERT_NOT_YET_VALID, 42, 0,
     {"not yet valid", "is valid from 20", "the clock says 20"}},
    {"wrong-name", "ca.pem", "localhost", RSSL_V_HOSTNAME, 42, 0,
     {"hostname mismatch", "expected 'localhost'", "wrong.rssl.test"}},
    {"server", "ca.pem", "a.b.wild.rssl.test", RSSL_V_HOSTNAME, 42, 0,
     {"expected 'a.b.wild.rssl.test'", "*.wild.rssl.test", "server.rssl.test"}},
    {"server", "ca.pem", "127.0.0.2", RSSL_V_IP_ADDRESS, 42, 0,
     {"IP address mismatch", "expected '127.0.0.2'", "127.0.0.1"}},
    {"self-signed", "ca.pem", "localhost", RSSL_V_SELF_SIGNED, 48, 0,
     {"self-signed certificate", "CN=localhost", "not in the trust store"}},
    {"self-signed-ca", "ca.pem", "localhost", RSSL_V_SELF_SIGNED, 48, 0,
     {"self-signed certificate", "CN=localhost", "not in the trust store"}},
    {"cn-only", "ca.pem", "localhost", RSSL_V_SELF_SIGNED, 48, 0,
     {"self-signed certificate", "CN=localhost", "not in the trust store"}},
    {"cn-only", "cn-only.pem", "localhost", RSSL_V_HOSTNAME, 42, 0,
     {"expected 'localhost'", "subjectAltName", "no name"}},
    {"server", "other-ca.pem", "localhost", RSSL_V_UNKNOWN_ISSUER, 48, -2,
     {"unable to get local issuer certificate", "rssl test root", "issue"}},
    {"server", NULL, "localhost", RSSL_V_UNKNOWN_ISSUER, 48, -2,
     {"unable to get local issuer certificate", "rssl test", "trust"}},
    {"client-as-server", "ca.pem", "localhost", RSSL_V_INVALID_PURPOSE, 43, 0,
     {"unsuitable certificate purpose", "CN=localhost", "not for a TLS server"}},
};
enum { REFUSALS = sizeof refusals / sizeof refusals[0] };

static void check_refusal(const struct refusal *expected, uint16_t version) {
  rssl_ctx *client = client_ctx(expected->roots);
  const rssl_error *error;
  struct ends e;
  char buf[16];
  int i;
  CHECK_INT(attempt(&e, client, expected->server, expected->name, version), RSSL_ERR_VERIFY);
  error = rssl_sock_error(e.client);
  CHECK_INT(rssl_error_code(error), RSSL_ERR_VERIFY);
  CHECK_INT(rssl_error_verify(error), expected->verify);
  CHECK_TEXT(rssl_error_reason(error), "CERTIFICATE_VERIFY_FAILED");
  CHECK_HAS(rssl_error_message(error), rssl_verify_string(expected->verify));
  for (i = 0; i < 3; i++) CHECK_HAS(rssl_error_message(error), expected->says[i]);
  if (expected->depth != -2) CHECK_INT(rssl_error_depth(error), expected->depth);
  CHECK_INT(rssl_error_alert(error), expected->alert);
  CHECK(!rssl_error_alert_received(error));
  CHECK(!rssl_sock_is_connected(e.client));

  CHECK_SOCK_ERROR(e.server, RSSL_ERR_ALERT);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e.server)), expected->alert);
  CHECK(rssl_error_alert_received(rssl_sock_error(e.server)));

  /* It stays: for every call, and the number with it. */
  CHECK_RC(rssl_handshake(e.client), RSSL_ERR_VERIFY);
  CHECK_RC(rssl_write(e.client, "x", 1), RSSL_ERR_VERIFY);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_WR), RSSL_ERR_VERIFY);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_VERIFY);
  CHECK_INT(rssl_error_verify(rssl_last_error()), expected->verify);
  CHECK(rssl_sock_error(e.client) == error);
  rssl_ctx_free(client);
  ends_close(&e);
}

static void what_must_be_refused_is_with_its_facts(void) {
  size_t i, v;
  for (i = 0; i < REFUSALS; i++)
    for (v = 0; v < 2; v++) check_refusal(&refusals[i], versions[v]);
}

static void check_accepted(rssl_ctx *client, const char *server, const char *name,
                           int32_t verify) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    CHECK_OK(attempt(&e, client, server, name, versions[v]));
    CHECK_INT(rssl_sock_verify_result(e.client), verify);
    ends_tell(e.client, e.server, "trusted");
    ends_close(&e);
  }
}

static void a_good_certificate_is_accepted_for_all_of_its_names(void) {
  static const char *const names[] = {"localhost", "LOCALHOST",        "localhost.",
                                      "127.0.0.1", "::1",              "0:0:0:0:0:0:0:1",
                                      "a.wild.rssl.test", "server.rssl.test"};
  rssl_ctx *client = client_ctx("ca.pem");
  size_t i;
  for (i = 0; i < sizeof names / sizeof names[0]; i++)
    check_accepted(client, "server", names[i], RSSL_V_OK);
  rssl_ctx_free(client);
}

static void every_kind_of_key_is_accepted(void) {
  static const char *const servers[] = {"server", "rsa-server", "p384-server", "p521-server",
                                        "ed25519-server"};
  rssl_ctx *client = client_ctx("ca.pem");
  size_t i;
  for (i = 0; i < sizeof servers / sizeof servers[0]; i++)
    check_accepted(client, servers[i], "localhost", RSSL_V_OK);
  rssl_ctx_free(client);
}

static void a_leaf_that_is_in_the_store_is_trusted(void) {
  rssl_ctx *client = client_ctx("self-signed.pem");
  struct ends e;
  check_accepted(client, "self-signed", "localhost", RSSL_V_OK);
  /* Its name and its dates are still checked. */
  CHECK_INT(attempt(&e, client, "self-signed", "other.rssl.test", RSSL_TLS1_3), RSSL_ERR_VERIFY);
  CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), RSSL_V_HOSTNAME);
  ends_close(&e);
  rssl_ctx_free(client);

  client = client_ctx("expired.pem");
  CHECK_INT(attempt(&e, client, "expired", "localhost", RSSL_TLS1_3), RSSL_ERR_VERIFY);
  CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), RSSL_V_CERT_EXPIRED);
  ends_close(&e);
  rssl_ctx_free(client);
}

static void so_is_one_that_is_an_authority_itself(void) {
  rssl_ctx *client = client_ctx("self-signed-ca.pem");
  check_accepted(client, "self-signed-ca", "localhost", RSSL_V_OK);
  rssl_ctx_free(client);
}

static void a_leaf_of_an_authority_is_trusted_when_it_is_in_the_store_alone(void) {
  rssl_ctx *client = client_ctx("server-leaf.pem");
  check_accepted(client, "server", "localhost", RSSL_V_OK);
  rssl_ctx_free(client);
}

static void a_common_name_counts_only_by_option_and_in_the_store(void) {
  rssl_ctx *client = client_ctx("cn-only.pem");
  struct ends e;
  CHECK_OK(rssl_ctx_set_options(client, RSSL_OPT_INSECURE_MATCH_CN, 0));
  check_accepted(client, "cn-only", "localhost", RSSL_V_OK);
  CHECK_INT(attempt(&e, client, "cn-only", "other.rssl.test", RSSL_TLS1_3), RSSL_ERR_VERIFY);
  CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), RSSL_V_HOSTNAME);
  ends_close(&e);
  rssl_ctx_free(client);
  client = client_ctx("ca.pem");
  CHECK_OK(rssl_ctx_set_options(client, RSSL_OPT_INSECURE_MATCH_CN, 0));
  CHECK_INT(attempt(&e, client, "cn-only", "localhost", RSSL_TLS1_3), RSSL_ERR_VERIFY);
  CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), RSSL_V_SELF_SIGNED);
  ends_close(&e);
  rssl_ctx_free(client);
}

static void without_the_hostname_check_any_name_will_do(void) {
  rssl_ctx *client = client_ctx("ca.pem");
  struct ends e;
  CHECK_OK(rssl_ctx_set_check_hostname(client, false));
  check_accepted(client, "wrong-name", "localhost", RSSL_V_OK);
  check_accepted(client, "wrong-name", NULL, RSSL_V_OK);
  CHECK_INT(attempt(&e, client, "expired", "localhost", RSSL_TLS1_3), RSSL_ERR_VERIFY);
  ends_close(&e);
  rssl_ctx_free(client);
}

static void with_none_anyone_is_accepted_and_nothing_is_claimed(void) {
  static const char *const servers[] = {"expired", "self-signed", "self-signed-ca", "wrong-name",
                                        "client-as-server"};
  rssl_ctx *client = client_ctx(NULL);
  size_t i;
  CHECK_OK(rssl_ctx_set_check_hostname(client, false));
  CHECK_OK(rssl_ctx_set_verify(client, RSSL_CERT_NONE));
  for (i = 0; i < sizeof servers / sizeof servers[0]; i++)
    check_accepted(client, servers[i], "localhost", RSSL_V_UNSPECIFIED);
  rssl_ctx_free(client);
}

static void optional_is_required_for_a_client(void) {
  rssl_ctx *client = client_ctx("other-ca.pem");
  struct ends e;
  CHECK_OK(rssl_ctx_set_verify(client, RSSL_CERT_OPTIONAL));
  CHECK_INT(attempt(&e, client, "server", "localhost", RSSL_TLS1_3), RSSL_ERR_VERIFY);
  ends_close(&e);
  rssl_ctx_free(client);
}

static void a_missing_intermediate_is_named(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server;
  rssl_result client_rc, server_rc;
  struct ends e;
  CHECK_OK(rssl_ctx_new(RSSL_SERVER, &server));
  CHECK_OK(rssl_ctx_load_cert_file(server, cert("server-leaf.pem"), cert("server.key"), NULL));
  ends_open(&e, client, server, "localhost");
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(client_rc, RSSL_ERR_VERIFY);
  CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), RSSL_V_UNKNOWN_ISSUER);
  CHECK_HAS(rssl_error_message(rssl_sock_error(e.client)), "rssl test intermediate");
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void the_peers_chain_can_be_read(void) {
  struct ends e;
  rssl_cert *leaf, *issuer;
  const char *key;
  rssl_bytes value;
  ends_connect_version(&e, RSSL_TLS1_3);
  leaf = rssl_sock_peer_cert_new(e.client, 0);
  issuer = rssl_sock_peer_cert_new(e.client, 1);
  CHECK(rssl_sock_peer_cert_new(e.client, 2) == NULL);
  CHECK(rssl_sock_peer_cert_new(e.server, 0) == NULL);
  ends_close(&e);
  CHECK(rssl_cert_matches(leaf, "localhost") && !rssl_cert_is_ca(leaf));
  CHECK(rssl_cert_is_ca(issuer));
  CHECK(rssl_cert_name_at(leaf, RSSL_ISSUER, 0, NULL, &key, &value));
  CHECK_TEXT(key, "commonName");
  CHECK_INT(value.len, strlen("rssl test intermediate"));
  CHECK(memcmp(value.data, "rssl test intermediate", value.len) == 0);
  rssl_cert_free(leaf);
  rssl_cert_free(issuer);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(what_must_be_refused_is_with_its_facts),
      CASE(a_good_certificate_is_accepted_for_all_of_its_names),
      CASE(every_kind_of_key_is_accepted),
      CASE(a_leaf_that_is_in_the_store_is_trusted),
      CASE(so_is_one_that_is_an_authority_itself),
      CASE(a_leaf_of_an_authority_is_trusted_when_it_is_in_the_store_alone),
      CASE(a_common_name_counts_only_by_option_and_in_the_store),
      CASE(without_the_hostname_check_any_name_will_do),
      CASE(with_none_anyone_is_accepted_and_nothing_is_claimed),
      CASE(optional_is_required_for_a_client),
      CASE(a_missing_intermediate_is_named),
      CASE(the_peers_chain_can_be_read),
  };
  return RUN_CASES(argc, argv, cases);
}
