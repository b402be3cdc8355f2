/* Sessions that the program carries from one connection to the next. */
#include "check.h"
#include "resuming.h"

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* Runs `body` for each version, with a client that remembers nothing by itself. */
#define FOR_EACH_VERSION(body)                                               \
  do {                                                                       \
    size_t v;                                                                \
    for (v = 0; v < 2; v++) {                                                \
      rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server"); \
      rssl_session *session;                                                 \
      struct ends e;                                                         \
      only_version(client, versions[v]);                                     \
      CHECK_OK(rssl_ctx_set_session_cache(client, 0));                       \
      session = session_of(client, server);                                  \
      ends_open(&e, client, server, "localhost");                            \
      body;                                                                  \
      ends_close(&e);                                                        \
      rssl_session_free(session);                                            \
      rssl_ctx_free(client);                                                 \
      rssl_ctx_free(server);                                                 \
    }                                                                        \
  } while (0)

/* Finishes the handshake and says whether it resumed a session. */
static bool finish(struct ends *e) {
  rssl_result client_rc, server_rc;
  ends_shake(e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  return ends_resumed(e);
}

/* Whether a new connection resumes `session`. */
static bool takes_up(rssl_ctx *client, rssl_ctx *server, rssl_session *session) {
  struct ends e;
  bool resumed;
  ends_open(&e, client, server, "localhost");
  CHECK_OK(rssl_sock_set_session(e.client, session));
  resumed = finish(&e);
  ends_close(&e);
  return resumed;
}

static void a_session_is_resumed(void) {
  FOR_EACH_VERSION({
    CHECK_OK(rssl_sock_set_session(e.client, session));
    CHECK(finish(&e));
    CHECK_INT(rssl_sock_verify_result(e.client), RSSL_V_OK);
    CHECK(!resumes(client, server));
  });
}

static void in_tls13_once_and_in_tls12_again(void) {
  FOR_EACH_VERSION({
    CHECK(takes_up(client, server, session));
    if (versions[v] == RSSL_TLS1_2) {
      CHECK(takes_up(client, server, session));
      CHECK_OK(rssl_sock_set_session(e.client, session));
      CHECK(finish(&e));
    } else {
      CHECK_RC(rssl_sock_set_session(e.client, session), RSSL_ERR_STATE);
      CHECK_HAS(last_message(), "used up");
      CHECK(!finish(&e));
    }
  });
}

/* What is set is what is used, though the context's memory has others. */
static void a_session_is_out_of_the_memory_of_the_context(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_session *first, *second;
  int i;
  CHECK_OK(rssl_ctx_set_ticket_count(server, 1));
  first = session_of(client, server);
  CHECK(!resumes(client, server));
  second = session_of(client, server);
  CHECK(first != second);
  for (i = 0; i < 3; i++) resumes(client, server);
  CHECK(takes_up(client, server, first));
  CHECK(takes_up(client, server, second));
  rssl_session_free(first);
  rssl_session_free(second);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

/* Another connection took the newest: there is one more. */
static void the_next_is_given_when_another_connection_took_one(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  rssl_session *session;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  ends_shake(&e, &client_rc, &server_rc);
  CHECK(!ends_resumed(&e));
  CHECK_OK(rssl_ctx_set_ticket_count(server, 0));
  CHECK(resumes(client, server));
  session = rssl_sock_session_new(e.client);
  CHECK(session != NULL);
  CHECK(takes_up(client, server, session));
  CHECK(!resumes(client, server));
  rssl_session_free(session);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void another_name_context_or_trust_is_refused(void) {
  FOR_EACH_VERSION({
    rssl_ctx *other = client_ctx("ca.pem");
    rssl_sock *s;
    CHECK_OK(rssl_sock_new(other, RSSL_CLIENT, "localhost", &s));
    CHECK_RC(rssl_sock_set_session(s, session), RSSL_ERR_ARGUMENT);
    CHECK_HAS(last_message(), "another context");
    rssl_sock_free(s);
    rssl_ctx_free(other);
    CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, "server.rssl.test", &s));
    CHECK_RC(rssl_sock_set_session(s, session), RSSL_ERR_ARGUMENT);
    CHECK_HAS(last_message(), "'localhost', not to 'server.rssl.test'");
    rssl_sock_free(s);
    CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, "LOCALHOST", &s));
    CHECK_OK(rssl_sock_set_session(s, session));
    rssl_sock_free(s);
    rssl_session_free(session);
    session = session_of(client, server);
    CHECK_OK(rssl_ctx_load_verify_file(client, cert("other-ca.pem")));
    CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, "localhost", &s));
    CHECK_RC(rssl_sock_set_session(s, session), RSSL_ERR_ARGUMENT);
    CHECK_HAS(last_message(), "trust");
    rssl_sock_free(s);
    /* A socket from before the change still verifies as it did. */
    CHECK_OK(rssl_sock_set_session(e.client, session));
    CHECK(finish(&e));
    rssl_session_free(session);
    session = session_of(client, server);
    CHECK_OK(rssl_ctx_load_cert_file(client, cert("client.pem"), cert("client.key"), NULL));
    CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, "localhost", &s));
    CHECK_RC(rssl_sock_set_session(s, session), RSSL_ERR_ARGUMENT);
    rssl_sock_free(s);
  });
}

static void it_is_too_late_after_the_first_io(void) {
  FOR_EACH_VERSION({
    CHECK_RC(rssl_handshake(e.client), RSSL_WANT_READ);
    CHECK_RC(rssl_sock_set_session(e.client, session), RSSL_ERR_STATE);
    CHECK(!finish(&e));
    CHECK_RC(rssl_sock_set_session(e.client, session), RSSL_ERR_STATE);
  });
}

static void it_is_too_late_after_the_first_drain(void) {
  FOR_EACH_VERSION({
    struct ends memory;
    unsigned char byte;
    ends_open_memory(&memory, client, server, "localhost");
    CHECK(rssl_drain_pending(memory.client) > 0);
    CHECK_RC(rssl_drain(memory.client, &byte, 1), 1);
    CHECK_RC(rssl_sock_set_session(memory.client, session), RSSL_ERR_STATE);
    ends_close(&memory);
  });
}

static void a_session_outlives_its_connection_and_context(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_session *session = session_of(client, server);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  CHECK(rssl_session_ref(session) == session);
  rssl_session_free(session);
  rssl_session_free(session);
}

static void connections_without_a_name_resume_by_hand_only(void) {
  FOR_EACH_VERSION({
    struct ends nameless;
    rssl_session *own;
    CHECK_OK(rssl_ctx_set_check_hostname(client, false));
    CHECK_OK(rssl_ctx_set_session_cache(client, 256));
    ends_open(&nameless, client, server, NULL);
    CHECK(!finish(&nameless));
    own = rssl_sock_session_new(nameless.client);
    CHECK(own != NULL);
    ends_close(&nameless);
    ends_open(&nameless, client, server, NULL);
    CHECK(!finish(&nameless));
    ends_close(&nameless);
    ends_open(&nameless, client, server, NULL);
    CHECK_OK(rssl_sock_set_session(nameless.client, own));
    CHECK(finish(&nameless));
    ends_close(&nameless);
    rssl_session_free(own);
  });
}

static void a_server_that_cannot_resume_it_is_asked_in_full(void) {
  FOR_EACH_VERSION({
    rssl_ctx *other = server_ctx("server");
    CHECK(!takes_up(client, other, session));
    rssl_ctx_free(other);
  });
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(a_session_is_resumed),
      CASE(in_tls13_once_and_in_tls12_again),
      CASE(a_session_is_out_of_the_memory_of_the_context),
      CASE(the_next_is_given_when_another_connection_took_one),
      CASE(another_name_context_or_trust_is_refused),
      CASE(it_is_too_late_after_the_first_io),
      CASE(it_is_too_late_after_the_first_drain),
      CASE(a_session_outlives_its_connection_and_context),
      CASE(connections_without_a_name_resume_by_hand_only),
      CASE(a_server_that_cannot_resume_it_is_asked_in_full),
  };
  return RUN_CASES(argc, argv, cases);
}
