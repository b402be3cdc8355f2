/* rssl_shutdown, half and whole; peers that have gone. SIGPIPE keeps its default action: the
 * signal would end this program. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

static void check_half_closed(rssl_sock *closes, rssl_sock *goes_on) {
  char buf[16];
  CHECK_OK(rssl_shutdown(closes, RSSL_SHUT_WR));
  CHECK_OK(rssl_shutdown(closes, RSSL_SHUT_WR));
  CHECK_RC(rssl_write(closes, "x", 1), RSSL_ERR_CLOSED);
  CHECK_RC(rssl_read(goes_on, buf, sizeof buf), 0);
  ends_tell(goes_on, closes, "the other way");
  ends_tell(goes_on, closes, "and again");
  CHECK_RC(rssl_read(closes, buf, sizeof buf), RSSL_WANT_READ);
  CHECK_OK(rssl_shutdown(goes_on, RSSL_SHUT_RDWR));
  CHECK_RC(rssl_read(closes, buf, sizeof buf), 0);
  CHECK_OK(rssl_shutdown(closes, RSSL_SHUT_RDWR));
  CHECK(rssl_sock_error(closes) == NULL && rssl_sock_error(goes_on) == NULL);
  CHECK_INT(rssl_events(closes), 0);
  CHECK_INT(rssl_events(goes_on), 0);
}

static void half_a_close_leaves_the_other_way_open(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    ends_connect_version(&e, versions[v]);
    check_half_closed(e.client, e.server);
    ends_close(&e);
    ends_connect_version(&e, versions[v]);
    check_half_closed(e.server, e.client);
    ends_close(&e);
  }
}

static void a_whole_close_waits_for_the_peers(void) {
  struct ends e;
  char buf[16];
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_RDWR), RSSL_WANT_READ);
  CHECK_INT(rssl_events(e.client), RSSL_POLL_IN);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_RDWR), RSSL_WANT_READ);
  CHECK_RC(rssl_write(e.client, "x", 1), RSSL_ERR_CLOSED);
  CHECK_OK(rssl_shutdown(e.server, RSSL_SHUT_RDWR));
  CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_RDWR));
  CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_RDWR));
  CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_WR));
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 0);
  ends_close(&e);
}

static void data_that_comes_meanwhile_must_be_consumed(void) {
  struct ends e;
  char buf[16];
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_write(e.server, "in flight", 9), 9);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_RDWR), RSSL_WANT_CONSUME);
  CHECK(rssl_events(e.client) & RSSL_POLL_READY);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_RDWR), RSSL_WANT_CONSUME);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 9);
  CHECK(memcmp(buf, "in flight", 9) == 0);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_RDWR), RSSL_WANT_READ);
  CHECK_RC(rssl_write(e.server, "more", 4), 4);
  CHECK_OK(rssl_shutdown(e.server, RSSL_SHUT_WR));
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_RDWR), RSSL_WANT_CONSUME);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 4);
  CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_RDWR));
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 0);
  ends_close(&e);
}

static void before_the_handshake_there_is_nothing_to_close(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_WR), RSSL_ERR_STATE);
  CHECK_RC(rssl_shutdown(e.server, RSSL_SHUT_RDWR), RSSL_ERR_STATE);
  CHECK(rssl_sock_error(e.client) == NULL);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  ends_close(&e);
}

/* close_notify goes out behind all that was written, however full the transport. */
static void what_was_written_arrives_before_the_close(void) {
  struct ends e;
  unsigned char *buf = malloc(1 << 20);
  uint64_t sent = 0, received = 0;
  rssl_result rc;
  ptrdiff_t n;
  ends_connect_version(&e, RSSL_TLS1_3);
  set_small_buffers(e.client_fd);
  pattern_fill(buf, 1 << 20, 0);
  while ((n = rssl_write(e.client, buf + sent, (1 << 20) - sent)) > 0) sent += (uint64_t)n;
  CHECK_RC(n, RSSL_WANT_WRITE);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_WR), RSSL_WANT_WRITE);
  CHECK_RC(rssl_write(e.client, "x", 1), RSSL_ERR_CLOSED);
  CHECK(rssl_events(e.client) & RSSL_POLL_OUT);
  do {
    rc = rssl_shutdown(e.client, RSSL_SHUT_WR);
    while ((n = rssl_read(e.server, buf, 1 << 20)) > 0) {
      pattern_check(buf, (size_t)n, received);
      received += (uint64_t)n;
    }
  } while (rc == RSSL_WANT_WRITE);
  CHECK_OK(rc);
  if (n != 0) n = rssl_read(e.server, buf, 1 << 20);
  CHECK_RC(n, 0);
  CHECK_INT(received, sent);
  free(buf);
  ends_close(&e);
}

static void a_peer_that_goes_without_a_word_is_eof(void) {
  struct ends e;
  char buf[16];
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_RDWR), RSSL_WANT_READ);
  CHECK_INT(shutdown(e.server_fd, SHUT_WR), 0);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_RDWR), RSSL_ERR_EOF);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_EOF);
  ends_close(&e);
}

/* Writes until it fails: the first ones may still go into the kernel. */
static ptrdiff_t write_until_it_fails(rssl_sock *s) {
  ptrdiff_t n = 0;
  int i;
  for (i = 0; i < 1000 && n >= 0; i++) n = rssl_write(s, "anyone there?", 13);
  return n;
}

static void writing_to_a_peer_that_has_gone_is_an_error_with_errno(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    ends_connect_version(&e, versions[v]);
    close(e.server_fd);
    e.server_fd = -1;
    CHECK_RC(write_until_it_fails(e.client), RSSL_ERR_IO);
    CHECK_INT(rssl_error_errno(rssl_last_error()), EPIPE);
    CHECK_HAS(last_message(), strerror(EPIPE));
    CHECK_RC(rssl_write(e.client, "x", 1), RSSL_ERR_IO);
    CHECK_INT(rssl_error_errno(rssl_last_error()), EPIPE);
    CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_WR), RSSL_ERR_IO);
    /* What waits inside goes nowhere any more: a loop must not wake up for it. */
    CHECK_INT(rssl_events(e.client), 0);
    ends_close(&e);
  }
}

static void a_reset_keeps_its_errno(void) {
  rssl_ctx *client = client_ctx("ca.pem");
  struct linger at_once = {1, 0};
  rssl_sock *s;
  char buf[16];
  int fds[2];
  tcp_pair(fds);
  CHECK_OK(rssl_wrap(client, fds[0], RSSL_CLIENT, "localhost", &s));
  CHECK_INT(setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
  close(fds[1]);
  CHECK_RC(rssl_read(s, buf, sizeof buf), RSSL_ERR_IO);
  CHECK(rssl_error_errno(rssl_last_error()) == ECONNRESET ||
        rssl_error_errno(rssl_last_error()) == EPIPE);
  CHECK_SOCK_ERROR(s, RSSL_ERR_IO);
  rssl_sock_free(s);
  rssl_ctx_free(client);
  close(fds[0]);
}

static void a_broken_pipe_of_pipes_is_no_signal(void) {
  rssl_ctx *client = client_ctx("ca.pem");
  rssl_sock *s;
  int up[2], down[2];
  CHECK_INT(pipe(up), 0);
  CHECK_INT(pipe(down), 0);
  CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, "localhost", &s));
  CHECK_OK(rssl_sock_set_fds(s, down[0], up[1]));
  close(up[0]);
  CHECK_RC(rssl_handshake(s), RSSL_ERR_IO);
  CHECK_INT(rssl_error_errno(rssl_last_error()), EPIPE);
  rssl_sock_free(s);
  rssl_ctx_free(client);
  close(up[1]);
  close(down[0]);
  close(down[1]);
}

static void closing_sends_nothing_and_closes_nothing(void) {
  struct ends e;
  char buf[16];
  ends_connect_version(&e, RSSL_TLS1_3);
  rssl_sock_free(e.client);
  e.client = NULL;
  CHECK_RC(rssl_read(e.server, buf, sizeof buf), RSSL_WANT_READ);
  CHECK(write(e.client_fd, "x", 1) == 1);
  ends_close(&e);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(half_a_close_leaves_the_other_way_open),
      CASE(a_whole_close_waits_for_the_peers),
      CASE(data_that_comes_meanwhile_must_be_consumed),
      CASE(before_the_handshake_there_is_nothing_to_close),
      CASE(what_was_written_arrives_before_the_close),
      CASE(a_peer_that_goes_without_a_word_is_eof),
      CASE(writing_to_a_peer_that_has_gone_is_an_error_with_errno),
      CASE(a_reset_keeps_its_errno),
      CASE(a_broken_pipe_of_pipes_is_no_signal),
      CASE(closing_sends_nothing_and_closes_nothing),
  };
  return RUN_CASES(argc, argv, cases);
}
