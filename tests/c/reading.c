/* What rssl_read, rssl_peek and rssl_pending promise. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* A connection over TCP, whose segments hold many records. */
static void connect_tcp(struct ends *e) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  int fds[2];
  tcp_pair(fds);
  set_nonblocking(fds[0]);
  set_nonblocking(fds[1]);
  e->client_fd = fds[0];
  e->server_fd = fds[1];
  CHECK_OK(rssl_wrap(client, fds[0], RSSL_CLIENT, "localhost", &e->client));
  CHECK_OK(rssl_wrap(server, fds[1], RSSL_SERVER, NULL, &e->server));
  do { /* TCP takes its time: calls that move nothing are no standstill */
    client_rc = rssl_handshake(e->client);
    server_rc = rssl_handshake(e->server);
  } while (RSSL_IS_WANT(client_rc) || RSSL_IS_WANT(server_rc));
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

/* Many records reach the reader in one piece; it takes them with a buffer of `room` bytes until
 * RSSL_WANT_READ. By then it must have them all: waiting on the descriptor again would be for
 * good. */
static void check_nothing_is_left(struct ends *e, unsigned records, size_t room) {
  unsigned char buf[64];
  uint64_t sent = 0, received = 0;
  struct pollfd one;
  unsigned i;
  ptrdiff_t n;
  for (i = 0; i < records; i++) {
    size_t len = 1 + i % 40;
    pattern_fill(buf, len, sent);
    CHECK_RC(rssl_write(e->server, buf, len), len);
    sent += len;
  }
  one.fd = e->client_fd;
  one.events = POLLIN;
  CHECK_INT(poll(&one, 1, 1000), 1);
  while (received < sent) {
    CHECK_INT(poll(&one, 1, 1000), 1); /* for good: nothing more will be sent */
    while ((n = rssl_read(e->client, buf, room)) > 0) {
      pattern_check(buf, (size_t)n, received);
      received += (uint64_t)n;
    }
    CHECK_RC(n, RSSL_WANT_READ);
    CHECK_INT(rssl_pending(e->client), 0);
    CHECK_INT(rssl_events(e->client), RSSL_POLL_IN);
  }
}

static void after_want_nothing_is_left_inside(void) {
  static const size_t rooms[] = {1, 7, 64};
  size_t i;
  for (i = 0; i < 3; i++) {
    struct ends e;
    ends_connect_version(&e, versions[i % 2]);
    check_nothing_is_left(&e, 150, rooms[i]);
    ends_close(&e);
    connect_tcp(&e);
    check_nothing_is_left(&e, 150, rooms[i]);
    check_nothing_is_left(&e, 1, rooms[i]);
    ends_close(&e);
  }
}

static void large_reads_are_filled_from_several_records(void) {
  unsigned char buf[300];
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_write(e.server, "one", 3), 3);
  CHECK_RC(rssl_write(e.server, "two", 3), 3);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 6);
  CHECK(memcmp(buf, "onetwo", 6) == 0);
  ends_close(&e);
}

/* A program that polls the descriptor alone hears of each record, the end's included. */
static void without_read_ahead_the_descriptor_shows_what_waits(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  struct pollfd poll_client = {.events = POLLIN};
  char buf[16];
  CHECK_OK(rssl_ctx_set_options(client, RSSL_OPT_NO_READ_AHEAD, 0));
  CHECK_OK(rssl_ctx_set_ticket_count(server, 0));
  ends_connect(&e, client, server);
  poll_client.fd = e.client_fd;
  CHECK_RC(rssl_write(e.server, "one", 3), 3);
  CHECK_RC(rssl_write(e.server, "two", 3), 3);
  CHECK_OK(rssl_shutdown(e.server, RSSL_SHUT_WR));
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 3);
  CHECK_INT(poll(&poll_client, 1, 0), 1);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 3);
  CHECK_INT(poll(&poll_client, 1, 0), 1);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 0);
  CHECK_INT(poll(&poll_client, 1, 0), 0);
  ends_close(&e);
}

/* A long read takes what has arrived of the data in one call, and not the end behind it. */
static void without_read_ahead_a_long_read_takes_several_records(void) {
  static unsigned char sent[4096], buf[65536];
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  struct pollfd poll_client = {.events = POLLIN};
  int i;
  CHECK_OK(rssl_ctx_set_options(client, RSSL_OPT_NO_READ_AHEAD, 0));
  CHECK_OK(rssl_ctx_set_ticket_count(server, 0));
  ends_connect(&e, client, server);
  poll_client.fd = e.client_fd;
  for (i = 0; i < 3; i++) {
    pattern_fill(sent, sizeof sent, (uint64_t)i * sizeof sent);
    CHECK_RC(rssl_write(e.server, sent, sizeof sent), sizeof sent);
  }
  CHECK_OK(rssl_shutdown(e.server, RSSL_SHUT_WR));
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 3 * sizeof sent);
  pattern_check(buf, 3 * sizeof sent, 0);
  CHECK_INT(poll(&poll_client, 1, 0), 1);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 0);
  CHECK_INT(poll(&poll_client, 1, 0), 0);
  ends_close(&e);
}

static void peeking_takes_nothing(void) {
  char buf[16];
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_peek(e.client, buf, sizeof buf), RSSL_WANT_READ);
  CHECK_RC(rssl_write(e.server, "peeked", 6), 6);
  CHECK_RC(rssl_peek(e.client, buf, 2), 2);
  CHECK(memcmp(buf, "pe", 2) == 0);
  CHECK_RC(rssl_peek(e.client, buf, sizeof buf), 6);
  CHECK(memcmp(buf, "peeked", 6) == 0);
  CHECK_INT(rssl_pending(e.client), 6);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 6);
  CHECK(memcmp(buf, "peeked", 6) == 0);
  CHECK_RC(rssl_peek(e.client, buf, sizeof buf), RSSL_WANT_READ);
  CHECK_OK(rssl_shutdown(e.server, RSSL_SHUT_WR));
  CHECK_RC(rssl_peek(e.client, buf, sizeof buf), 0);
  CHECK_RC(rssl_peek(e.client, buf, sizeof buf), 0);
  ends_close(&e);
}

static void pending_counts_what_needs_no_transport(void) {
  char buf[16];
  struct ends e;
  size_t waiting;
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_INT(rssl_pending(e.client), 0);
  CHECK_RC(rssl_write(e.server, "abcd", 4), 4);
  CHECK_RC(rssl_write(e.server, "efgh", 4), 4);
  CHECK_INT(rssl_pending(e.client), 0); /* it is still in the kernel */
  CHECK_RC(rssl_read(e.client, buf, 1), 1);
  waiting = rssl_pending(e.client);
  CHECK(waiting >= 3 && waiting <= 7);
  CHECK_RC(rssl_read(e.client, buf, waiting), waiting);
  waiting = rssl_pending(e.client);
  if (waiting > 0) CHECK_RC(rssl_read(e.client, buf, sizeof buf), waiting);
  CHECK_INT(rssl_pending(e.client), 0);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_WANT_READ);
  ends_close(&e);
}

static void a_byte_at_a_time_is_the_same_stream(void) {
  unsigned char sent[20000], byte;
  struct ends e;
  size_t i;
  ends_connect_version(&e, RSSL_TLS1_3);
  pattern_fill(sent, sizeof sent, 0);
  CHECK_RC(rssl_write(e.server, sent, sizeof sent), sizeof sent);
  for (i = 0; i < sizeof sent; i++) {
    CHECK_RC(rssl_read(e.client, &byte, 1), 1);
    CHECK_INT(byte, sent[i]);
  }
  CHECK_RC(rssl_read(e.client, &byte, 1), RSSL_WANT_READ);
  ends_close(&e);
}

static void close_notify_is_zero_and_again_zero(void) {
  char buf[16];
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    ends_connect_version(&e, versions[v]);
    CHECK_RC(rssl_write(e.server, "last", 4), 4);
    CHECK_OK(rssl_shutdown(e.server, RSSL_SHUT_WR));
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), 4);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), 0);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), 0);
    CHECK(rssl_sock_error(e.client) == NULL);
    ends_close(&e);
  }
}

static void truncation_is_eof_and_again_eof_while_writing_goes_on(void) {
  char buf[16];
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    ends_connect_version(&e, versions[v]);
    CHECK_RC(rssl_write(e.server, "first", 5), 5);
    CHECK_INT(shutdown(e.server_fd, SHUT_WR), 0);
    CHECK_RC(rssl_read(e.client, buf, 2), 2);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), 3);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_EOF);
    CHECK_TEXT(rssl_error_reason(rssl_last_error()), "UNEXPECTED_EOF_WHILE_READING");
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_EOF);
    CHECK_RC(rssl_peek(e.client, buf, sizeof buf), RSSL_ERR_EOF);
    ends_tell(e.client, e.server, "still heard");
    CHECK(rssl_sock_error(e.client) == NULL);
    ends_close(&e);
  }
}

static void half_a_record_and_the_end_is_truncation_too(void) {
  char buf[16];
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_3);
  send_raw(e.server_fd, "\x17\x03\x03\x00\x20 abc", 9);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_WANT_READ);
  CHECK_INT(shutdown(e.server_fd, SHUT_WR), 0);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_EOF);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_EOF);
  ends_close(&e);
}

static void the_end_during_the_handshake_is_eof(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  char buf[16];
  ends_open(&e, client, server, "localhost");
  CHECK_RC(rssl_handshake(e.client), RSSL_WANT_READ);
  CHECK_INT(shutdown(e.server_fd, SHUT_WR), 0);
  CHECK_RC(rssl_handshake(e.client), RSSL_ERR_EOF);
  CHECK_SOCK_ERROR(e.client, RSSL_ERR_EOF);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_EOF);
  CHECK_RC(rssl_write(e.client, "x", 1), RSSL_ERR_EOF);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_close(&e);
}

/* Data, then a record that does not decrypt: the data first, then the error, which stays. */
static void data_before_an_error_is_delivered_first(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    const rssl_error *error;
    char buf[16];
    ends_connect_version(&e, versions[v]);
    CHECK_RC(rssl_write(e.server, "precious", 8), 8);
    send_raw(e.server_fd, "\x17\x03\x03\x00\x20" "0123456789abcdef0123456789abcdef", 37);
    CHECK_RC(rssl_read(e.client, buf, 3), 3);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), 5);
    CHECK(memcmp(buf, "cious", 5) == 0);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_PROTOCOL);
    CHECK_TEXT(rssl_error_reason(rssl_last_error()), "DECRYPTION_FAILED_OR_BAD_RECORD_MAC");
    error = rssl_sock_error(e.client);
    CHECK_INT(rssl_error_alert(error), 20);
    CHECK(!rssl_error_alert_received(error));
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_PROTOCOL);
    CHECK_RC(rssl_handshake(e.client), RSSL_ERR_PROTOCOL);
    CHECK_RC(rssl_write(e.client, "x", 1), RSSL_ERR_PROTOCOL);
    CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_WR), RSSL_ERR_PROTOCOL);
    CHECK(rssl_sock_error(e.client) == error);
    CHECK_RC(rssl_read(e.server, buf, sizeof buf), RSSL_ERR_ALERT);
    CHECK_INT(rssl_error_alert(rssl_last_error()), 20);
    ends_close(&e);
  }
}

/* The same with all of it received by one call: nothing between the data and the error. */
static void data_and_an_error_in_one_read_come_apart(void) {
  struct ends e;
  char buf[64];
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_write(e.server, "precious", 8), 8);
  send_raw(e.server_fd, "GET / HTTP/1.1\r\n\r\n", 18);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 8);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_PROTOCOL);
  CHECK_SOCK_ERROR(e.client, RSSL_ERR_PROTOCOL);
  ends_close(&e);
}

/* Half closed, then garbage from the peer. */
static void garbage_after_our_close_notify_is_an_error_like_any(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    char buf[64];
    ends_connect_version(&e, versions[v]);
    CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_WR));
    send_raw(e.server_fd, "\x17\x03\x03\x00\x20" "0123456789abcdef0123456789abcdef", 37);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_PROTOCOL);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_PROTOCOL);
    CHECK_RC(rssl_read(e.server, buf, sizeof buf), 0);
    ends_close(&e);
  }
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(after_want_nothing_is_left_inside),
      CASE(large_reads_are_filled_from_several_records),
      CASE(without_read_ahead_the_descriptor_shows_what_waits),
      CASE(without_read_ahead_a_long_read_takes_several_records),
      CASE(peeking_takes_nothing),
      CASE(pending_counts_what_needs_no_transport),
      CASE(a_byte_at_a_time_is_the_same_stream),
      CASE(close_notify_is_zero_and_again_zero),
      CASE(truncation_is_eof_and_again_eof_while_writing_goes_on),
      CASE(half_a_record_and_the_end_is_truncation_too),
      CASE(the_end_during_the_handshake_is_eof),
      CASE(data_before_an_error_is_delivered_first),
      CASE(data_and_an_error_in_one_read_come_apart),
      CASE(garbage_after_our_close_notify_is_an_error_like_any),
  };
  return RUN_CASES(argc, argv, cases);
}
