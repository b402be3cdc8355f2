/* A certificate checked for another name than the one that is asked for. */
#include "check.h"
#include "ends.h"
#include "resuming.h"

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* Connects to `server` as `name`, checking for `verify_name`; the verdict. */
static int32_t attempt(rssl_ctx *client, rssl_ctx *server, const char *name,
                       const char *verify_name) {
  rssl_result client_rc, server_rc;
  struct ends e;
  int32_t verify;
  ends_open(&e, client, server, name);
  CHECK_OK(rssl_sock_set_verify_name(e.client, verify_name));
  ends_shake(&e, &client_rc, &server_rc);
  CHECK(client_rc == RSSL_OK || client_rc == RSSL_ERR_VERIFY);
  verify = rssl_error_verify(rssl_sock_error(e.client));
  if (client_rc == RSSL_OK) {
    CHECK_OK(server_rc);
    CHECK_TEXT(rssl_sock_server_name(e.server), name);
    CHECK(!rssl_sock_resumed(e.client));
    ends_tell(e.client, e.server, "question");
    ends_tell(e.server, e.client, "answer");
    CHECK(rssl_sock_session_new(e.client) == NULL);
  }
  ends_close(&e);
  return verify;
}

static void the_other_name_is_checked_and_sni_stays(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    only_version(client, versions[v]);
    CHECK_INT(attempt(client, server, "other.rssl.test", "localhost"), RSSL_V_OK);
    CHECK_INT(attempt(client, server, "other.rssl.test", "127.0.0.1"), RSSL_V_OK);
    CHECK_INT(attempt(client, server, "localhost", "other.rssl.test"), RSSL_V_HOSTNAME);
    CHECK_INT(attempt(client, server, "localhost", "127.0.0.2"), RSSL_V_IP_ADDRESS);
    CHECK_OK(rssl_ctx_set_check_hostname(client, false));
    CHECK_INT(attempt(client, server, "localhost", "other.rssl.test"), RSSL_V_HOSTNAME);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

static void nothing_is_resumed_with_it(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    only_version(client, versions[v]);
    CHECK(!resumes(client, server));
    /* A resumed handshake would not see the difference. */
    CHECK_INT(attempt(client, server, "localhost", "other.rssl.test"), RSSL_V_HOSTNAME);
    CHECK_INT(attempt(client, server, "localhost", "localhost"), RSSL_V_OK);
    CHECK(resumes(client, server));
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

static void nor_is_what_it_got_remembered(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("wrong-name");
    rssl_result client_rc, server_rc;
    struct ends e;
    only_version(client, versions[v]);
    CHECK_INT(attempt(client, server, "localhost", "wrong.rssl.test"), RSSL_V_OK);
    ends_open(&e, client, server, "localhost");
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_INT(client_rc, RSSL_ERR_VERIFY);
    CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), RSSL_V_HOSTNAME);
    ends_close(&e);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

static void a_session_by_hand_is_refused(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_session *session = session_of(client, server);
  rssl_sock *s;
  CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, "localhost", &s));
  CHECK_OK(rssl_sock_set_verify_name(s, "other.rssl.test"));
  CHECK_RC(rssl_sock_set_session(s, session), RSSL_ERR_STATE);
  rssl_sock_free(s);
  rssl_session_free(session);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void only_where_it_can_be_checked(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  rssl_sock *s;
  ends_open(&e, client, server, "localhost");
  CHECK_RC(rssl_sock_set_verify_name(e.server, "localhost"), RSSL_ERR_STATE);
  CHECK(RSSL_IS_WANT(rssl_handshake(e.client)));
  CHECK_RC(rssl_sock_set_verify_name(e.client, "localhost"), RSSL_ERR_STATE);
  ends_close(&e);
  CHECK_OK(rssl_ctx_set_check_hostname(client, false));
  CHECK_OK(rssl_ctx_set_verify(client, RSSL_CERT_NONE));
  CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, "localhost", &s));
  CHECK_RC(rssl_sock_set_verify_name(s, "localhost"), RSSL_ERR_STATE);
  rssl_sock_free(s);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(the_other_name_is_checked_and_sni_stays),
      CASE(nothing_is_resumed_with_it),
      CASE(nor_is_what_it_got_remembered),
      CASE(a_session_by_hand_is_refused),
      CASE(only_where_it_can_be_checked),
  };
  return RUN_CASES(argc, argv, cases);
}
