/* A panic inside the library is an error like any, and ends that connection only. Built against
 * a library with the feature panic-hook, whose function the header does not have. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

rssl_result rssl_test_panic(rssl_sock *s);

static void a_panic_is_an_internal_error(void) {
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_test_panic(NULL), RSSL_ERR_ARGUMENT);
  CHECK_RC(rssl_test_panic(e.client), RSSL_ERR_INTERNAL);
  CHECK_HAS(last_message(), "a bug in librssl");
  CHECK_HAS(last_message(), "a test asked for it");
  CHECK_TEXT(rssl_error_reason(rssl_last_error()), "INTERNAL_ERROR");
  ends_close(&e);
}

static void the_socket_is_dead_afterwards(void) {
  struct ends e;
  char buf[64];
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_write(e.server, "never read", 10), 10);
  CHECK_RC(rssl_read(e.client, buf, 1), 1);
  CHECK_RC(rssl_test_panic(e.client), RSSL_ERR_INTERNAL);
  CHECK_SOCK_ERROR(e.client, RSSL_ERR_INTERNAL);
  CHECK_RC(rssl_handshake(e.client), RSSL_ERR_INTERNAL);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_INTERNAL);
  CHECK_RC(rssl_peek(e.client, buf, sizeof buf), RSSL_ERR_INTERNAL);
  CHECK_RC(rssl_write(e.client, "x", 1), RSSL_ERR_INTERNAL);
  CHECK_RC(rssl_flush(e.client), RSSL_ERR_INTERNAL);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_RDWR), RSSL_ERR_INTERNAL);
  CHECK_RC(rssl_test_panic(e.client), RSSL_ERR_INTERNAL);
  CHECK_INT(rssl_pending(e.client), 0);
  CHECK_INT(rssl_events(e.client), 0);
  CHECK_RC(rssl_read(e.server, buf, sizeof buf), RSSL_WANT_READ); /* nothing was sent */
  ends_close(&e);
}

static void on_memory_nothing_more_is_drained(void) {
  rssl_ctx *client = client_ctx("ca.pem");
  rssl_sock *s;
  char buf[64];
  CHECK_OK(rssl_sock_new(client, 0, "localhost", &s));
  CHECK_RC(rssl_test_panic(s), RSSL_ERR_INTERNAL);
  CHECK_RC(rssl_handshake(s), RSSL_ERR_INTERNAL);
  CHECK(rssl_drain(s, buf, sizeof buf) <= 0);
  CHECK_INT(rssl_events(s), 0);
  rssl_sock_free(s);
  rssl_ctx_free(client);
}

static void others_of_its_context_are_unharmed(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  struct ends dead, alive;
  ends_open(&dead, client, server, "localhost");
  ends_open(&alive, client, server, "localhost");
  CHECK_RC(rssl_test_panic(dead.server), RSSL_ERR_INTERNAL);
  ends_shake(&alive, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  ends_tell(alive.client, alive.server, "alive");
  CHECK_OK(rssl_ctx_clear_roots(client));
  ends_close(&dead);
  ends_close(&alive);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(a_panic_is_an_internal_error),
      CASE(the_socket_is_dead_afterwards),
      CASE(on_memory_nothing_more_is_drained),
      CASE(others_of_its_context_are_unharmed),
  };
  return RUN_CASES(argc, argv, cases);
}
