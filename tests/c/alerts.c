/* A fatal error's alert reaches the peer, whatever the transport. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <string.h>
#include <unistd.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};
static const char bad_record[] = "\x17\x03\x03\x00\x20" "0123456789abcdef0123456789abcdef";

static void the_alert_is_sent_before_the_call_returns(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    char buf[64];
    ends_connect_version(&e, versions[v]);
    send_raw(e.server_fd, bad_record, 37);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_PROTOCOL);
    CHECK_INT(rssl_events(e.client), 0);
    CHECK_RC(rssl_read(e.server, buf, sizeof buf), RSSL_ERR_ALERT);
    CHECK_INT(rssl_error_alert(rssl_last_error()), 20);
    CHECK_HAS(last_message(), "bad_record_mac");
    ends_close(&e);
  }
}

/* The client has written until nothing goes into the kernel any more; then comes a record that
 * does not decrypt. The alert waits behind the data until rssl_flush can send it. */
static void on_a_full_transport_it_waits_for_a_flush(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    unsigned char buf[20000];
    uint64_t sent = 0, received = 0;
    struct ends e;
    rssl_result rc;
    ptrdiff_t n;
    ends_connect_version(&e, versions[v]);
    set_small_buffers(e.client_fd);
    do {
      pattern_fill(buf, sizeof buf, sent);
      n = rssl_write(e.client, buf, sizeof buf);
      if (n > 0) sent += (uint64_t)n;
    } while (n > 0);
    CHECK_RC(n, RSSL_WANT_WRITE);
    send_raw(e.server_fd, bad_record, 37);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_PROTOCOL);
    CHECK_INT(rssl_events(e.client), RSSL_POLL_OUT);
    CHECK_RC(rssl_flush(e.client), RSSL_WANT_WRITE);
    do {
      rc = rssl_flush(e.client);
      while ((n = rssl_read(e.server, buf, sizeof buf)) > 0) {
        pattern_check(buf, (size_t)n, received);
        received += (uint64_t)n;
      }
    } while (rc == RSSL_WANT_WRITE);
    CHECK_OK(rc);
    if (n == RSSL_WANT_READ) n = rssl_read(e.server, buf, sizeof buf);
    CHECK_RC(n, RSSL_ERR_ALERT);
    CHECK_INT(rssl_error_alert(rssl_last_error()), 20);
    CHECK_INT(received, sent);
    CHECK_INT(rssl_events(e.client), 0);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_PROTOCOL);
    ends_close(&e);
  }
}

static void on_memory_it_is_drained(void) {
  rssl_ctx *server = server_ctx("server");
  unsigned char buf[64];
  rssl_sock *s;
  CHECK_OK(rssl_sock_new(server, RSSL_SERVER, NULL, &s));
  CHECK_RC(rssl_feed(s, "GET / HTTP/1.0\r\n\r\n", 18), 18);
  CHECK_RC(rssl_handshake(s), RSSL_ERR_NOT_TLS);
  CHECK_INT(rssl_drain_pending(s), 7);
  CHECK_INT(rssl_events(s), RSSL_POLL_OUT);
  CHECK_RC(rssl_drain(s, buf, 3), 3);
  CHECK_RC(rssl_drain(s, buf + 3, sizeof buf - 3), 4);
  CHECK(memcmp(buf, "\x15\x03\x03\x00\x02\x02\x0a", 7) == 0);
  CHECK_RC(rssl_drain(s, buf, sizeof buf), 0);
  CHECK_INT(rssl_events(s), 0);
  rssl_sock_free(s);
  rssl_ctx_free(server);
}

static void a_refusal_on_memory_is_drained_too(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("other-ca.pem"), *server = server_ctx("server");
    rssl_result client_rc, server_rc;
    struct ends e;
    only_version(client, versions[v]);
    ends_open_memory(&e, client, server, "localhost");
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_INT(client_rc, RSSL_ERR_VERIFY);
    CHECK_INT(server_rc, RSSL_ERR_ALERT);
    CHECK_INT(rssl_error_alert(rssl_sock_error(e.server)), 48);
    ends_close(&e);
  }
}

/* An error of the handshake on a transport that takes nothing at first. */
static void a_handshake_error_on_a_full_transport_waits_too(void) {
  rssl_ctx *server = server_ctx("server");
  char filler[1000], buf[64];
  int fds[2];
  size_t filled = 0;
  rssl_sock *s;
  ssize_t n;
  socket_pair(fds);
  set_nonblocking(fds[0]);
  set_nonblocking(fds[1]);
  memset(filler, 'x', sizeof filler);
  while ((n = write(fds[1], filler, sizeof filler)) > 0) filled += (size_t)n;
  while ((n = write(fds[1], filler, 1)) > 0) filled += (size_t)n;
  CHECK_OK(rssl_wrap(server, fds[1], RSSL_SERVER, NULL, &s));
  send_raw(fds[0], "SSH-2.0-OpenSSH_9.2\r\n", 21);
  CHECK_RC(rssl_handshake(s), RSSL_ERR_NOT_TLS);
  CHECK_INT(rssl_events(s), RSSL_POLL_OUT);
  CHECK_RC(rssl_flush(s), RSSL_WANT_WRITE);
  while (filled > 0) {
    n = read(fds[0], filler, filled < sizeof filler ? filled : sizeof filler);
    CHECK(n > 0);
    filled -= (size_t)n;
  }
  CHECK_OK(rssl_flush(s));
  CHECK_INT(rssl_events(s), 0);
  CHECK_INT(read(fds[0], buf, sizeof buf), 7);
  CHECK(memcmp(buf, "\x15\x03\x03\x00\x02\x02\x0a", 7) == 0);
  rssl_sock_free(s);
  rssl_ctx_free(server);
  close(fds[0]);
  close(fds[1]);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(the_alert_is_sent_before_the_call_returns),
      CASE(on_a_full_transport_it_waits_for_a_flush),
      CASE(on_memory_it_is_drained),
      CASE(a_refusal_on_memory_is_drained_too),
      CASE(a_handshake_error_on_a_full_transport_waits_too),
  };
  return RUN_CASES(argc, argv, cases);
}
