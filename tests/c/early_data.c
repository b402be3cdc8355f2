/* Data before the handshake is done (0-RTT). */
#include "check.h"
#include "ends.h"

#include <rssl_unstable.h>
#include <string.h>

static rssl_ctx *client, *server;

static void make_contexts(size_t client_most, size_t server_most) {
  client = client_ctx("ca.pem");
  server = server_ctx("server");
  CHECK_OK(rssl_x_set_early_data(client, client_most));
  CHECK_OK(rssl_x_set_early_data(server, server_most));
}

static void free_contexts(void) {
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

/* A connection that leaves the client a session; none can be early on it. */
static void connect_first(void) {
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  CHECK_RC(rssl_x_write_early(e.client, "x", 1), 0);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  ends_tell(e.server, e.client, "with tickets before it");
  CHECK_INT(rssl_x_early_data_status(e.client), RSSL_X_EARLY_DATA_NONE);
  ends_close(&e);
}

static void finish(struct ends *e) {
  rssl_result client_rc, server_rc;
  ends_shake(e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  CHECK(rssl_sock_resumed(e->client) && rssl_sock_resumed(e->server));
}

static void a_request_is_read_before_the_handshake_is_done(void) {
  char buf[100];
  struct ends e;
  make_contexts(1, 1000);
  connect_first();
  ends_open(&e, client, server, "localhost");
  CHECK_RC(rssl_x_read_early(e.server, buf, sizeof buf), RSSL_WANT_READ);
  CHECK_RC(rssl_x_write_early(e.client, "GET /", 5), 5);
  CHECK_RC(rssl_x_write_early(e.client, " HTTP/1.1", 9), 9);
  CHECK_INT(rssl_x_early_data_status(e.client), RSSL_X_EARLY_DATA_SENT);
  CHECK_RC(rssl_handshake(e.client), RSSL_WANT_READ);
  CHECK_RC(rssl_x_read_early(e.server, buf, 4), 4);
  CHECK_RC(rssl_x_read_early(e.server, buf + 4, sizeof buf - 4), 10);
  CHECK(memcmp(buf, "GET / HTTP/1.1", 14) == 0);
  CHECK(!rssl_sock_is_connected(e.server));
  CHECK_INT(rssl_x_early_data_status(e.server), RSSL_X_EARLY_DATA_ACCEPTED);
  CHECK_RC(rssl_x_read_early(e.server, buf, sizeof buf), RSSL_WANT_READ);
  CHECK_OK(rssl_handshake(e.client));
  CHECK_INT(rssl_x_early_data_status(e.client), RSSL_X_EARLY_DATA_ACCEPTED);
  CHECK_RC(rssl_x_read_early(e.server, buf, sizeof buf), 0);
  CHECK(rssl_sock_is_connected(e.server));
  CHECK_RC(rssl_x_write_early(e.client, "late", 4), RSSL_ERR_STATE);
  ends_tell(e.server, e.client, "200 OK");
  ends_tell(e.client, e.server, "and more");
  ends_close(&e);
  free_contexts();
}

static void early_data_that_nobody_reads_stands_before_the_rest(void) {
  char buf[100];
  struct ends e;
  make_contexts(1, 1000);
  connect_first();
  ends_open(&e, client, server, "localhost");
  CHECK_RC(rssl_x_write_early(e.client, "early", 5), 5);
  finish(&e);
  CHECK_RC(rssl_write(e.client, "rest", 4), 4);
  CHECK_RC(rssl_read(e.server, buf, sizeof buf), RSSL_ERR_STATE);
  CHECK_HAS(last_message(), "early data");
  CHECK(rssl_sock_error(e.server) == NULL);
  CHECK_RC(rssl_x_read_early(e.server, buf, sizeof buf), 5);
  CHECK_RC(rssl_x_read_early(e.server, buf, sizeof buf), 0);
  CHECK_RC(rssl_read(e.server, buf, sizeof buf), 4);
  ends_close(&e);
  free_contexts();
}

static void a_server_without_it_refuses_and_goes_on(void) {
  char buf[100];
  struct ends e;
  make_contexts(1, 1000);
  connect_first();
  CHECK_OK(rssl_x_set_early_data(server, 0));
  ends_open(&e, client, server, "localhost");
  CHECK_RC(rssl_x_write_early(e.client, "early", 5), 5);
  {
    rssl_result client_rc, server_rc;
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_OK(client_rc);
    CHECK_OK(server_rc);
  }
  CHECK_INT(rssl_x_early_data_status(e.client), RSSL_X_EARLY_DATA_REJECTED);
  CHECK_INT(rssl_x_early_data_status(e.server), RSSL_X_EARLY_DATA_NONE);
  CHECK_RC(rssl_x_read_early(e.server, buf, sizeof buf), 0);
  ends_tell(e.client, e.server, "again");
  ends_close(&e);
  free_contexts();
}

static void a_recorded_first_flight_is_not_accepted_again(void) {
  static unsigned char flight[16384];
  char buf[100];
  struct ends e;
  rssl_sock *again;
  ptrdiff_t len;
  make_contexts(1, 1000);
  connect_first();
  ends_open_memory(&e, client, server, "localhost");
  CHECK_RC(rssl_x_write_early(e.client, "pay", 3), 3);
  len = rssl_drain(e.client, flight, sizeof flight);
  CHECK(len > 0);
  CHECK_RC(rssl_feed(e.server, flight, (size_t)len), len);
  CHECK_RC(rssl_x_read_early(e.server, buf, sizeof buf), 3);
  CHECK_OK(rssl_sock_new(server, RSSL_SERVER, NULL, &again));
  CHECK_RC(rssl_feed(again, flight, (size_t)len), len);
  CHECK(RSSL_IS_WANT(rssl_x_read_early(again, buf, sizeof buf)));
  CHECK_INT(rssl_x_early_data_status(again), RSSL_X_EARLY_DATA_NONE);
  rssl_sock_free(again);
  ends_close(&e);
  free_contexts();
}

static void it_is_off_by_default(void) {
  struct ends e;
  make_contexts(0, 0);
  connect_first();
  ends_open(&e, client, server, "localhost");
  CHECK_RC(rssl_x_write_early(e.client, "x", 1), 0);
  finish(&e);
  CHECK_INT(rssl_x_early_data_status(e.client), RSSL_X_EARLY_DATA_NONE);
  ends_close(&e);
  free_contexts();
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(a_request_is_read_before_the_handshake_is_done),
      CASE(early_data_that_nobody_reads_stands_before_the_rest),
      CASE(a_server_without_it_refuses_and_goes_on),
      CASE(a_recorded_first_flight_is_not_accepted_again),
      CASE(it_is_off_by_default),
  };
  return RUN_CASES(argc, argv, cases);
}
