/* The memory transport: rssl_feed, rssl_feed_eof, rssl_drain. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

static void open_memory(struct ends *e, uint16_t version) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  only_version(client, version);
  ends_open_memory(e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

/* Moves what waits, `piece` bytes at a time, with a call after each piece. */
static void carry_pieces(rssl_sock *from, rssl_sock *to, size_t piece) {
  unsigned char buf[16];
  ptrdiff_t n;
  size_t pending = rssl_drain_pending(from);
  while ((n = rssl_drain(from, buf, piece)) > 0) {
    CHECK_INT(rssl_drain_pending(from), pending - (size_t)n);
    pending -= (size_t)n;
    CHECK_RC(rssl_feed(to, buf, (size_t)n), n);
    if (!rssl_sock_is_connected(to)) {
      rssl_result rc = rssl_handshake(to);
      CHECK(rc == RSSL_OK || RSSL_IS_WANT(rc));
    }
  }
  CHECK_RC(n, 0);
}

static void pieces_of_any_size_do(void) {
  size_t v, piece;
  for (v = 0; v < 2; v++) {
    for (piece = 1; piece < 16; piece += 6) {
      struct ends e;
      char buf[16];
      int i;
      open_memory(&e, versions[v]);
      CHECK_RC(rssl_handshake(e.client), RSSL_WANT_WRITE);
      for (i = 0; i < 4; i++) {
        carry_pieces(e.client, e.server, piece);
        carry_pieces(e.server, e.client, piece);
        CHECK(rssl_handshake(e.client) <= RSSL_OK && rssl_handshake(e.server) <= RSSL_OK);
      }
      CHECK(rssl_sock_is_connected(e.client) && rssl_sock_is_connected(e.server));
      CHECK(rssl_write(e.client, "piecemeal", 9) == 9);
      carry_pieces(e.client, e.server, piece);
      CHECK_RC(rssl_read(e.server, buf, sizeof buf), 9);
      CHECK_INT(rssl_drain_pending(e.client), 0);
      ends_close(&e);
    }
  }
}

static void wants_and_events_say_whether_to_feed_or_to_drain(void) {
  struct ends e;
  open_memory(&e, RSSL_TLS1_3);
  CHECK_INT(rssl_events(e.client), RSSL_POLL_OUT);
  CHECK_INT(rssl_events(e.server), RSSL_POLL_IN);
  CHECK_RC(rssl_handshake(e.server), RSSL_WANT_READ);
  CHECK_RC(rssl_handshake(e.client), RSSL_WANT_WRITE);
  CHECK(rssl_drain_pending(e.client) > 0);
  carry(e.client, e.server);
  CHECK_INT(rssl_events(e.client), RSSL_POLL_IN);
  CHECK_RC(rssl_handshake(e.client), RSSL_WANT_READ);
  /* Fed, and not yet looked at. */
  CHECK(rssl_events(e.server) & RSSL_POLL_READY);
  CHECK_INT(rssl_drain_pending(e.server), 0);
  CHECK_RC(rssl_handshake(e.server), RSSL_WANT_WRITE);
  CHECK_INT(rssl_events(e.server), RSSL_POLL_OUT);
  ends_close(&e);
}

static void no_more_than_64_kib_wait_unread(void) {
  unsigned char *wire = malloc(1 << 20), *plain = malloc(200000);
  size_t len = 0, fed = 0, sent = 0, received = 0;
  struct ends e;
  ptrdiff_t n;
  ends_connect_memory(&e, RSSL_TLS1_3);
  pattern_fill(plain, 200000, 0);
  while (sent < 200000) {
    n = rssl_write(e.server, plain + sent, 200000 - sent);
    CHECK(n > 0 || n == RSSL_WANT_WRITE);
    if (n > 0) {
      CHECK(n <= 65536);
      sent += (size_t)n;
    }
    n = rssl_drain(e.server, wire + len, (1 << 20) - len);
    CHECK(n > 0);
    len += (size_t)n;
  }
  n = rssl_feed(e.client, wire, len);
  CHECK_INT(n, 65536);
  fed = 65536;
  CHECK_RC(rssl_feed(e.client, wire + fed, len - fed), 0);
  while (received < 200000) {
    n = rssl_read(e.client, plain, 10000);
    if (n == RSSL_WANT_READ) {
      n = rssl_feed(e.client, wire + fed, len - fed);
      CHECK(n > 0);
      fed += (size_t)n;
    } else {
      CHECK(n > 0);
      pattern_check(plain, (size_t)n, received);
      received += (size_t)n;
    }
  }
  CHECK_INT(fed, len);
  free(wire);
  free(plain);
  ends_close(&e);
}

static void the_end_is_fed_once(void) {
  char buf[16];
  struct ends e;
  ends_connect_memory(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_write(e.server, "last words", 10), 10);
  carry(e.server, e.client);
  CHECK_OK(rssl_feed_eof(e.client));
  CHECK(rssl_events(e.client) & RSSL_POLL_READY);
  CHECK_RC(rssl_feed(e.client, "x", 1), RSSL_ERR_STATE);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 10);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_EOF);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_EOF);
  ends_close(&e);

  ends_connect_memory(&e, RSSL_TLS1_2);
  CHECK_RC(rssl_shutdown(e.server, RSSL_SHUT_WR), RSSL_WANT_WRITE);
  carry(e.server, e.client);
  CHECK_OK(rssl_shutdown(e.server, RSSL_SHUT_WR));
  CHECK_OK(rssl_feed_eof(e.client));
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 0);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 0);
  ends_close(&e);

  open_memory(&e, RSSL_TLS1_3);
  CHECK_OK(rssl_feed_eof(e.server));
  CHECK_RC(rssl_handshake(e.server), RSSL_ERR_EOF);
  ends_close(&e);
}

/* What the program had read behind "STARTTLS OK" before it knew that TLS begins there. */
static void what_was_read_already_is_fed_to_a_descriptor(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  char early[100], buf[16];
  rssl_result client_rc, server_rc;
  struct ends e;
  int fds[2];
  socket_pair(fds);
  set_nonblocking(fds[0]);
  set_nonblocking(fds[1]);
  e.client_fd = fds[0];
  e.server_fd = fds[1];
  CHECK_OK(rssl_wrap(client, fds[0], RSSL_CLIENT, "localhost", &e.client));
  CHECK_RC(rssl_handshake(e.client), RSSL_WANT_READ);
  CHECK_INT(read(fds[1], early, sizeof early), sizeof early);
  CHECK_OK(rssl_wrap(server, fds[1], RSSL_SERVER, NULL, &e.server));
  CHECK_RC(rssl_feed(e.server, early, 60), 60);
  CHECK_RC(rssl_feed(e.server, early + 60, 40), 40);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  ends_tell(e.client, e.server, "after STARTTLS");
  CHECK_RC(rssl_feed(e.server, early, 1), RSSL_ERR_STATE);
  CHECK_RC(rssl_feed_eof(e.server), RSSL_ERR_STATE);
  CHECK_RC(rssl_drain(e.server, buf, sizeof buf), RSSL_ERR_STATE);
  CHECK_INT(rssl_drain_pending(e.server), 0);
  ends_tell(e.client, e.server, "still");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_close(&e);
}

/* All of the ClientHello was read already: the descriptor has nothing more to give. */
static void a_whole_flight_fed_needs_no_read(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  char hello[4096];
  rssl_result client_rc, server_rc;
  struct ends e;
  ssize_t n;
  int fds[2];
  socket_pair(fds);
  set_nonblocking(fds[0]);
  set_nonblocking(fds[1]);
  e.client_fd = fds[0];
  e.server_fd = fds[1];
  CHECK_OK(rssl_wrap(client, fds[0], RSSL_CLIENT, "localhost", &e.client));
  CHECK_RC(rssl_handshake(e.client), RSSL_WANT_READ);
  n = read(fds[1], hello, sizeof hello);
  CHECK_OK(rssl_wrap(server, fds[1], RSSL_SERVER, NULL, &e.server));
  CHECK_RC(rssl_feed(e.server, hello, (size_t)n), n);
  CHECK(rssl_events(e.server) & RSSL_POLL_READY);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_close(&e);
}

static void the_transport_is_fixed_by_the_first_call(void) {
  struct ends e;
  open_memory(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_handshake(e.client), RSSL_WANT_WRITE);
  CHECK_RC(rssl_sock_set_fd(e.client, 0), RSSL_ERR_STATE);
  CHECK_RC(rssl_sock_set_fds(e.client, 0, 1), RSSL_ERR_STATE);
  CHECK(rssl_sock_error(e.client) == NULL);
  ends_close(&e);
}

static ptrdiff_t never_read(void *user, void *buf, size_t len) {
  (void)buf;
  *(int *)user += (int)len;
  return RSSL_WANT_READ;
}

static ptrdiff_t never_write(void *user, const void *buf, size_t len) {
  (void)buf;
  *(int *)user += (int)len;
  return RSSL_WANT_WRITE;
}

static void never_drop(void *user) { *(int *)user += 1; }

static void no_transport_comes_behind_the_end(void) {
  int called = 0;
  rssl_io io = {sizeof io, &called, never_read, never_write, never_drop};
  struct ends e;
  open_memory(&e, RSSL_TLS1_3);
  CHECK_OK(rssl_feed_eof(e.server));
  CHECK_RC(rssl_sock_set_fd(e.server, 0), RSSL_ERR_STATE);
  CHECK_HAS(last_message(), "the end of the stream was fed");
  CHECK_RC(rssl_sock_set_fds(e.server, 0, 1), RSSL_ERR_STATE);
  CHECK_RC(rssl_sock_set_io(e.server, &io), RSSL_ERR_STATE);
  CHECK_OK(rssl_feed_eof(e.server));
  CHECK_RC(rssl_handshake(e.server), RSSL_ERR_EOF);
  ends_close(&e);
  CHECK_INT(called, 0);
}

static void close_notify_is_drained_behind_the_data(void) {
  char buf[16];
  struct ends e;
  ends_connect_memory(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_write(e.client, "data", 4), 4);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_WR), RSSL_WANT_WRITE);
  carry(e.client, e.server);
  CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_WR));
  CHECK_RC(rssl_read(e.server, buf, sizeof buf), 4);
  CHECK_RC(rssl_read(e.server, buf, sizeof buf), 0);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_RDWR), RSSL_WANT_READ);
  CHECK_RC(rssl_shutdown(e.server, RSSL_SHUT_RDWR), RSSL_WANT_WRITE);
  carry(e.server, e.client);
  CHECK_OK(rssl_shutdown(e.server, RSSL_SHUT_RDWR));
  CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_RDWR));
  ends_close(&e);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(pieces_of_any_size_do),
      CASE(wants_and_events_say_whether_to_feed_or_to_drain),
      CASE(no_more_than_64_kib_wait_unread),
      CASE(the_end_is_fed_once),
      CASE(what_was_read_already_is_fed_to_a_descriptor),
      CASE(a_whole_flight_fed_needs_no_read),
      CASE(the_transport_is_fixed_by_the_first_call),
      CASE(no_transport_comes_behind_the_end),
      CASE(close_notify_is_drained_behind_the_data),
  };
  return RUN_CASES(argc, argv, cases);
}
