/* When a session is taken up again, and when it must not be. */
#include "check.h"
#include "resuming.h"

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* Runs `body` for each version, with contexts that have connected once. */
#define AFTER_ONE_CONNECTION(body)                                          \
  do {                                                                      \
    size_t v;                                                               \
    for (v = 0; v < 2; v++) {                                               \
      rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server"); \
      only_version(client, versions[v]);                                    \
      CHECK(!resumes(client, server));                                      \
      body;                                                                 \
      rssl_ctx_free(client);                                                \
      rssl_ctx_free(server);                                                \
    }                                                                       \
  } while (0)

static void the_second_connection_resumes(void) {
  AFTER_ONE_CONNECTION({
    CHECK(resumes(client, server));
    CHECK(resumes(client, server));
  });
}

static void another_name_or_context_does_not(void) {
  AFTER_ONE_CONNECTION({
    rssl_ctx *other = client_ctx("ca.pem");
    CHECK(!resumes_as(client, server, "server.rssl.test"));
    CHECK(!resumes(other, server));
    CHECK(resumes(client, server));
    rssl_ctx_free(other);
  });
}

static void another_server_does_not(void) {
  AFTER_ONE_CONNECTION({
    rssl_ctx *other = server_ctx("server");
    CHECK(!resumes(client, other));
    rssl_ctx_free(other);
  });
}

static void a_client_that_remembers_nothing_does_not(void) {
  AFTER_ONE_CONNECTION({
    CHECK_OK(rssl_ctx_set_session_cache(client, 0));
    CHECK(!resumes(client, server));
    CHECK(!resumes(client, server));
    CHECK_OK(rssl_ctx_set_session_cache(client, 4));
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
  });
}

static void the_oldest_server_is_forgotten_first(void) {
  AFTER_ONE_CONNECTION({
    CHECK_OK(rssl_ctx_set_session_cache(client, 1));
    CHECK(resumes(client, server));
    CHECK(!resumes_as(client, server, "server.rssl.test"));
    CHECK(!resumes(client, server));
  });
}

static void a_server_that_sends_no_tickets_is_not_resumed_in_tls13(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  CHECK_OK(rssl_ctx_set_ticket_count(server, 0));
  CHECK(!resumes(client, server));
  CHECK(!resumes(client, server));
  CHECK_OK(rssl_ctx_set_ticket_count(server, 1));
  CHECK(!resumes(client, server));
  CHECK(resumes(client, server));
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void without_tickets_the_session_id_of_tls12_stays(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    only_version(client, versions[v]);
    CHECK_OK(rssl_ctx_set_options(server, RSSL_OPT_NO_TICKETS, 0));
    CHECK(!resumes(client, server));
    CHECK_INT(resumes(client, server), versions[v] == RSSL_TLS1_2);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

static void a_client_forgets_after_any_change_to_trust(void) {
  AFTER_ONE_CONNECTION({
    CHECK_OK(rssl_ctx_load_verify_file(client, cert("other-ca.pem")));
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
    CHECK_OK(rssl_ctx_set_check_hostname(client, false));
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
    CHECK_OK(rssl_ctx_set_verify(client, RSSL_CERT_OPTIONAL));
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
    CHECK_OK(rssl_ctx_load_cert_file(client, cert("client.pem"), cert("client.key"), NULL));
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
    CHECK_OK(rssl_ctx_set_identities(client, NULL, 0));
    CHECK(!resumes(client, server));
  });
}

/* What would fail were it not for the earlier session. */
static void a_session_does_not_outlive_the_root_it_rests_on(void) {
  AFTER_ONE_CONNECTION({
    rssl_result client_rc;
    rssl_result server_rc;
    struct ends e;
    CHECK_OK(rssl_ctx_clear_roots(client));
    ends_open(&e, client, server, "localhost");
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_INT(client_rc, RSSL_ERR_VERIFY);
    CHECK_INT(server_rc, RSSL_ERR_ALERT);
    ends_close(&e);
  });
}

static void a_server_forgets_when_it_begins_to_ask_for_certificates(void) {
  AFTER_ONE_CONNECTION({
    CHECK_OK(rssl_ctx_load_verify_file(server, cert("ca.pem")));
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
    CHECK_OK(rssl_ctx_set_verify(server, RSSL_CERT_OPTIONAL));
    CHECK(!resumes(client, server));
  });
}

static void a_server_that_reloads_its_certificate_goes_on_resuming(void) {
  AFTER_ONE_CONNECTION({
    rssl_identity *id;
    CHECK_OK(rssl_identity_new_file(cert("p384-server.pem"), cert("p384-server.key"), NULL, NULL,
                                    &id));
    CHECK_OK(rssl_ctx_set_identities(server, &id, 1));
    rssl_identity_free(id);
    CHECK(resumes(client, server));
  });
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(the_second_connection_resumes),
      CASE(another_name_or_context_does_not),
      CASE(another_server_does_not),
      CASE(a_client_that_remembers_nothing_does_not),
      CASE(the_oldest_server_is_forgotten_first),
      CASE(a_server_that_sends_no_tickets_is_not_resumed_in_tls13),
      CASE(without_tickets_the_session_id_of_tls12_stays),
      CASE(a_client_forgets_after_any_change_to_trust),
      CASE(a_session_does_not_outlive_the_root_it_rests_on),
      CASE(a_server_forgets_when_it_begins_to_ask_for_certificates),
      CASE(a_server_that_reloads_its_certificate_goes_on_resuming),
  };
  return RUN_CASES(argc, argv, cases);
}
