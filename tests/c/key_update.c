/* rssl_key_update: new keys in the middle of a connection. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void both_ways_go_on_under_new_keys(void) {
  struct ends e;
  int i;
  ends_connect_version(&e, RSSL_TLS1_3);
  for (i = 0; i < 100; i++) {
    rssl_sock *asks = i % 2 ? e.server : e.client, *answers = i % 2 ? e.client : e.server;
    CHECK_OK(rssl_key_update(asks));
    ends_tell(asks, answers, "under the new key");
    ends_tell(answers, asks, "and back");
  }
  ends_close(&e);
}

/* A side that only reads answers with its next data, once: peers end a connection on which many
 * updates follow each other, and count answers too. */
static void one_side_may_only_read(void) {
  struct ends e;
  int i;
  ends_connect_version(&e, RSSL_TLS1_3);
  for (i = 0; i < 100; i++) {
    CHECK_OK(rssl_key_update(e.client));
    ends_tell(e.client, e.server, "under the new key");
    CHECK_INT(rssl_events(e.server), RSSL_POLL_IN);
  }
  ends_tell(e.server, e.client, "under the new key");
  ends_close(&e);
}

static void it_waits_inside_as_a_write_does(void) {
  struct ends e;
  size_t waiting;
  ends_connect_memory(&e, RSSL_TLS1_3);
  CHECK_OK(rssl_key_update(e.client));
  CHECK(rssl_events(e.client) & RSSL_POLL_OUT);
  waiting = rssl_drain_pending(e.client);
  CHECK(waiting > 0);
  /* Nothing more is taken before that has gone. */
  CHECK_RC(rssl_key_update(e.client), RSSL_WANT_WRITE);
  CHECK_RC(rssl_write(e.client, "x", 1), RSSL_WANT_WRITE);
  CHECK_INT(rssl_drain_pending(e.client), waiting);
  carry(e.client, e.server);
  CHECK_OK(rssl_key_update(e.client));
  carry(e.client, e.server);
  CHECK_RC(rssl_write(e.client, "data", 4), 4);
  carry(e.client, e.server);
  {
    char buf[16];
    CHECK_RC(rssl_read(e.server, buf, sizeof buf), 4);
    CHECK(memcmp(buf, "data", 4) == 0);
  }
  ends_close(&e);
}

static void a_full_transport_is_waited_for(void) {
  static unsigned char bulk[65536];
  struct ends e;
  uint64_t sent = 0, received = 0;
  ptrdiff_t n;
  ends_connect_version(&e, RSSL_TLS1_3);
  set_small_buffers(e.client_fd);
  set_small_buffers(e.server_fd);
  while ((n = rssl_write(e.client, bulk, sizeof bulk)) > 0) sent += (uint64_t)n;
  CHECK_RC(n, RSSL_WANT_WRITE);
  CHECK_RC(rssl_key_update(e.client), RSSL_WANT_WRITE);
  while (received < sent) {
    (void)!rssl_flush(e.client);
    while ((n = rssl_read(e.server, bulk, sizeof bulk)) > 0) received += (uint64_t)n;
    CHECK_RC(n, RSSL_WANT_READ);
  }
  CHECK_OK(rssl_key_update(e.client));
  ends_tell(e.client, e.server, "under the new key");
  ends_close(&e);
}

static void there_is_none_in_tls12(void) {
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_2);
  CHECK_RC(rssl_key_update(e.client), RSSL_ERR_UNSUPPORTED);
  CHECK_HAS(last_message(), "TLS 1.3");
  CHECK_RC(rssl_key_update(e.server), RSSL_ERR_UNSUPPORTED);
  ends_tell(e.client, e.server, "as before");
  ends_close(&e);
}

static void nor_before_the_handshake_or_after_the_end(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  CHECK_RC(rssl_key_update(e.client), RSSL_ERR_STATE);
  CHECK_RC(rssl_key_update(e.server), RSSL_ERR_STATE);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_WR));
  CHECK_RC(rssl_key_update(e.client), RSSL_ERR_CLOSED);
  CHECK_OK(rssl_key_update(e.server));
  ends_tell(e.server, e.client, "the way that is open");
  ends_close(&e);
}

static void too_many_in_a_row_end_the_connection(void) {
  struct ends e;
  char buf[16];
  int i;
  ends_connect_version(&e, RSSL_TLS1_3);
  for (i = 0; i < 33; i++) CHECK_OK(rssl_key_update(e.client));
  CHECK_RC(rssl_read(e.server, buf, sizeof buf), RSSL_ERR_PROTOCOL);
  ends_close(&e);
}

static void a_peer_that_has_gone_is_an_error(void) {
  struct ends e;
  rssl_result rc = RSSL_OK;
  int i;
  ends_connect_version(&e, RSSL_TLS1_3);
  close(e.server_fd);
  e.server_fd = -1;
  for (i = 0; i < 10 && rc == RSSL_OK; i++) rc = rssl_key_update(e.client);
  CHECK_RC(rc, RSSL_ERR_IO);
  ends_close(&e);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(both_ways_go_on_under_new_keys),
      CASE(one_side_may_only_read),
      CASE(it_waits_inside_as_a_write_does),
      CASE(a_full_transport_is_waited_for),
      CASE(there_is_none_in_tls12),
      CASE(nor_before_the_handshake_or_after_the_end),
      CASE(too_many_in_a_row_end_the_connection),
      CASE(a_peer_that_has_gone_is_an_error),
  };
  return RUN_CASES(argc, argv, cases);
}
