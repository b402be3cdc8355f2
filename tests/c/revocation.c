/* Certificates that were revoked, or may have been. */
#include "check.h"
#include "ends.h"

#include <stdlib.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* A client that trusts testca's root and has loaded these lists, or none for NULL. */
static rssl_ctx *client_with(const char *crls, uint32_t flags) {
  rssl_ctx *ctx = client_ctx("ca.pem");
  if (crls != NULL) CHECK_OK(rssl_ctx_load_crl_file(ctx, cert(crls)));
  CHECK_OK(rssl_ctx_set_crl_flags(ctx, flags));
  return ctx;
}

/* Connects to the server in both versions, by name or without looking at it. */
static void check_each(rssl_ctx *client, const char *server, int32_t verify, int alert,
                       const char *says) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *shown = server_ctx(server);
    rssl_result client_rc, server_rc;
    struct ends e;
    only_version(shown, versions[v]);
    ends_open(&e, client, shown, "localhost");
    rssl_ctx_free(shown);
    ends_shake(&e, &client_rc, &server_rc);
    if (verify == RSSL_V_OK) {
      CHECK_OK(client_rc);
      CHECK_INT(rssl_sock_verify_result(e.client), RSSL_V_OK);
    } else {
      const rssl_error *error = rssl_sock_error(e.client);
      CHECK_INT(client_rc, RSSL_ERR_VERIFY);
      CHECK_INT(rssl_error_verify(error), verify);
      CHECK_INT(rssl_error_alert(error), alert);
      CHECK_HAS(rssl_error_message(error), says);
      CHECK_SOCK_ERROR(e.server, RSSL_ERR_ALERT);
      CHECK_INT(rssl_error_alert(rssl_sock_error(e.server)), alert);
    }
    ends_close(&e);
  }
}

static void check_server(rssl_ctx *client, const char *server, int32_t verify, int alert,
                         const char *says) {
  CHECK_OK(rssl_ctx_set_check_hostname(client, true));
  check_each(client, server, verify, alert, says);
  CHECK_OK(rssl_ctx_set_check_hostname(client, false));
  check_each(client, server, verify, alert, says);
}

static void check_accepts(const char *crls, uint32_t flags, const char *server) {
  rssl_ctx *client = client_with(crls, flags);
  check_server(client, server, RSSL_V_OK, 0, "");
  rssl_ctx_free(client);
}

static void check_refuses(const char *crls, uint32_t flags, const char *server, int32_t verify,
                          int alert, const char *says) {
  rssl_ctx *client = client_with(crls, flags);
  check_server(client, server, verify, alert, says);
  rssl_ctx_free(client);
}

static void what_is_not_listed_is_accepted(void) {
  check_accepts("crl.pem", 0, "server");
}

static void what_is_listed_is_refused_with_its_serial_number(void) {
  check_refuses("crl.pem", 0, "revoked", RSSL_V_REVOKED, 44, "(serial 5EED) was revoked on 20");
  check_refuses("crl.pem", 0, "revoked", RSSL_V_REVOKED, 44, "rssl test intermediate");
}

static void without_lists_nothing_is_asked(void) {
  check_accepts(NULL, 0, "revoked");
  check_accepts(NULL, RSSL_CRL_ENFORCE_EXPIRY, "revoked");
}

static void lists_of_all_issuers_are_needed(void) {
  check_refuses("crl-intermediate.pem", 0, "server", RSSL_V_CRL_UNAVAILABLE, 48,
                "no CRL of 'CN=rssl test root'");
  check_refuses("crl-root.pem", 0, "server", RSSL_V_CRL_UNAVAILABLE, 48,
                "no CRL of 'CN=rssl test intermediate'");
}

static void the_leaf_only(void) {
  check_accepts("crl-intermediate.pem", RSSL_CRL_LEAF_ONLY, "server");
  check_refuses("crl-intermediate.pem", RSSL_CRL_LEAF_ONLY, "revoked", RSSL_V_REVOKED, 44, "5EED");
  check_refuses("crl-root.pem", RSSL_CRL_LEAF_ONLY, "server", RSSL_V_CRL_UNAVAILABLE, 48, "no CRL");
}

static void a_revoked_intermediate(void) {
  rssl_ctx *client = client_with("crl-intermediate.pem", 0);
  CHECK_OK(rssl_ctx_load_crl_file(client, cert("crl-revoking-intermediate.pem")));
  check_server(client, "server", RSSL_V_REVOKED, 44, "'CN=rssl test intermediate'");
  CHECK_OK(rssl_ctx_set_crl_flags(client, RSSL_CRL_LEAF_ONLY));
  check_server(client, "server", RSSL_V_OK, 0, "");
  rssl_ctx_free(client);
}

static void unknown_may_be_allowed(void) {
  check_accepts("crl-root.pem", RSSL_CRL_ALLOW_UNKNOWN, "revoked");
  check_accepts("crl-intermediate.pem", RSSL_CRL_ALLOW_UNKNOWN, "server");
  check_refuses("crl-intermediate.pem", RSSL_CRL_ALLOW_UNKNOWN, "revoked", RSSL_V_REVOKED, 44, "");
}

static void a_list_past_its_date(void) {
  check_accepts("crl-old.pem", 0, "server");
  check_refuses("crl-old.pem", RSSL_CRL_ENFORCE_EXPIRY, "server", RSSL_V_CRL_EXPIRED, 45,
                "was to be replaced by 20");
  check_accepts("crl-old.pem", RSSL_CRL_ENFORCE_EXPIRY | RSSL_CRL_ALLOW_UNKNOWN, "server");
}

static void the_newest_counts(void) {
  rssl_ctx *client = client_with("crl-old.pem", RSSL_CRL_ENFORCE_EXPIRY);
  CHECK_OK(rssl_ctx_load_crl_file(client, cert("crl.pem")));
  check_server(client, "revoked", RSSL_V_REVOKED, 44, "5EED");
  check_server(client, "server", RSSL_V_OK, 0, "");
  CHECK_OK(rssl_ctx_load_crl_file(client, cert("crl-old.pem")));
  check_server(client, "revoked", RSSL_V_REVOKED, 44, "5EED");
  rssl_ctx_free(client);
}

static void off_keeps_what_is_loaded(void) {
  rssl_ctx *client = client_with("crl.pem", RSSL_CRL_OFF);
  check_server(client, "revoked", RSSL_V_OK, 0, "");
  CHECK_OK(rssl_ctx_set_crl_flags(client, 0));
  check_server(client, "revoked", RSSL_V_REVOKED, 44, "5EED");
  CHECK_OK(rssl_ctx_clear_crls(client));
  check_server(client, "revoked", RSSL_V_OK, 0, "");
  rssl_ctx_free(client);
}

static void required_refuses_all_while_there_is_none(void) {
  check_refuses(NULL, RSSL_CRL_REQUIRED, "server", RSSL_V_CRL_UNAVAILABLE, 48, "no CRL is loaded");
  check_accepts("crl.pem", RSSL_CRL_REQUIRED, "server");
}

static void beside_the_roots_of_the_system(void) {
  rssl_ctx *client = client_with("crl.pem", 0);
  CHECK_OK(rssl_ctx_load_verify_system(client));
  check_server(client, "server", RSSL_V_OK, 0, "");
  check_server(client, "revoked", RSSL_V_REVOKED, 44, "5EED");
  rssl_ctx_free(client);
}

static void from_memory(void) {
  rssl_ctx *client = client_ctx("ca.pem");
  size_t len;
  char *crls = contents(cert("crl.pem"), &len);
  CHECK_OK(rssl_ctx_load_crl_mem(client, crls, len));
  free(crls);
  check_server(client, "revoked", RSSL_V_REVOKED, 44, "5EED");
  rssl_ctx_free(client);
}

static void what_holds_no_list_is_never_a_silent_zero(void) {
  rssl_ctx *client = client_ctx("ca.pem");
  CHECK_RC(rssl_ctx_load_crl_file(client, cert("server.pem")), RSSL_ERR_FORMAT);
  CHECK_HAS(last_message(), "server.pem: no CRL");
  CHECK_RC(rssl_ctx_load_crl_file(client, cert("server.der")), RSSL_ERR_FORMAT);
  CHECK_RC(rssl_ctx_load_crl_file(client, cert("missing.pem")), RSSL_ERR_FILE);
  CHECK_HAS(last_message(), "missing.pem");
  CHECK_RC(rssl_ctx_load_crl_mem(client, "text", 4), RSSL_ERR_FORMAT);
  rssl_ctx_free(client);
}

/* A server asks the lists too: here about clients that the root itself has issued. */
static void a_server_asks_about_its_clients(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    struct ends e;
    only_version(client, versions[v]);
    CHECK_OK(rssl_ctx_load_cert_file(client, cert("client.pem"), cert("client.key"), NULL));
    CHECK_OK(rssl_ctx_load_verify_file(server, cert("ca.pem")));
    CHECK_OK(rssl_ctx_set_verify(server, RSSL_CERT_REQUIRED));
    CHECK_OK(rssl_ctx_set_crl_flags(server, RSSL_CRL_REQUIRED));
    {
      rssl_result client_rc, server_rc;
      ends_open(&e, client, server, "localhost");
      ends_shake(&e, &client_rc, &server_rc);
      CHECK_INT(server_rc, RSSL_ERR_VERIFY);
      CHECK_INT(rssl_error_verify(rssl_sock_error(e.server)), RSSL_V_CRL_UNAVAILABLE);
      ends_close(&e);
    }
    CHECK_OK(rssl_ctx_load_crl_file(server, cert("crl-root.pem")));
    ends_connect(&e, client, server);
    CHECK_INT(rssl_sock_verify_result(e.server), RSSL_V_OK);
    ends_close(&e);
  }
}

/* A resumed handshake asks nobody: what was accepted before must not come back. */
static void sessions_are_forgotten(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("revoked");
    rssl_result client_rc, server_rc;
    struct ends e;
    only_version(client, versions[v]);
    ends_connect(&e, rssl_ctx_ref(client), rssl_ctx_ref(server));
    ends_tell(e.server, e.client, "tickets come before");
    ends_close(&e);
    CHECK_OK(rssl_ctx_load_crl_file(client, cert("crl.pem")));
    ends_open(&e, client, server, "localhost");
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_INT(client_rc, RSSL_ERR_VERIFY);
    CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), RSSL_V_REVOKED);
    ends_close(&e);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(what_is_not_listed_is_accepted),
      CASE(what_is_listed_is_refused_with_its_serial_number),
      CASE(without_lists_nothing_is_asked),
      CASE(lists_of_all_issuers_are_needed),
      CASE(the_leaf_only),
      CASE(a_revoked_intermediate),
      CASE(unknown_may_be_allowed),
      CASE(a_list_past_its_date),
      CASE(the_newest_counts),
      CASE(off_keeps_what_is_loaded),
      CASE(required_refuses_all_while_there_is_none),
      CASE(beside_the_roots_of_the_system),
      CASE(from_memory),
      CASE(what_holds_no_list_is_never_a_silent_zero),
      CASE(a_server_asks_about_its_clients),
      CASE(sessions_are_forgotten),
  };
  return RUN_CASES(argc, argv, cases);
}
