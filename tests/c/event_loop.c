/* Event loops that look at nothing but rssl_events, through handshake, data and shutdown; and
 * that they sleep when there is nothing to do. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "loop.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* A wake-up by poll moves something: a byte on the wire, or plaintext. A few do not: the
 * socket became readable for a record that another call had read by then. */
enum { MOST_IDLE = 16 };

/* Edge-triggered, each transfer of the other end is an edge in each direction, needed or not.
 * Through a buffer of 4 KiB (the kernel rounds it up) a transfer moves 512 bytes or more, so
 * more wake-ups than this are turns without sleep. */
static uint64_t most_edges(uint64_t bytes) {
  return bytes / 512 * 2 + 1000;
}

static void make_parties(struct party parties[2], struct ends *e, uint16_t version,
                         void (*pair)(int fds[2]), uint64_t bytes) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  int fds[2], i;
  only_version(client, version);
  pair(fds);
  for (i = 0; i < 2; i++) {
    set_nonblocking(fds[i]);
    /* TCP with windows this small waits for its timers, not for its peer. */
    if (pair == socket_pair) set_small_buffers(fds[i]);
    parties[i] = (struct party){.fd = fds[i], .to_send = bytes};
  }
  e->client_fd = fds[0];
  e->server_fd = fds[1];
  CHECK_OK(rssl_wrap(client, fds[0], RSSL_CLIENT, "localhost", &e->client));
  CHECK_OK(rssl_wrap(server, fds[1], RSSL_SERVER, NULL, &e->server));
  parties[0].s = e->client;
  parties[1].s = e->server;
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void check_all_arrived(const struct party parties[2], struct ends *e) {
  CHECK_INT(parties[0].received, parties[1].sent);
  CHECK_INT(parties[1].received, parties[0].sent);
  CHECK_INT(rssl_events(e->client), 0);
  CHECK_INT(rssl_events(e->server), 0);
  ends_close(e);
}

static void by_poll(void (*pair)(int fds[2]), uint16_t version, uint64_t bytes) {
  struct party parties[2];
  struct wakeups count;
  struct ends e;
  make_parties(parties, &e, version, pair, bytes);
  count = loop_poll(parties);
  if (count.idle > MOST_IDLE)
    check_failed(__FILE__, __LINE__, "%llu of %llu wake-ups moved nothing",
                 (unsigned long long)count.idle, (unsigned long long)count.all);
  check_all_arrived(parties, &e);
}

static void by_epoll(void (*pair)(int fds[2]), uint16_t version, uint64_t bytes) {
  struct party parties[2];
  struct wakeups count;
  struct ends e;
  make_parties(parties, &e, version, pair, bytes);
  count = loop_epoll(parties);
  if (count.all > most_edges(2 * bytes))
    check_failed(__FILE__, __LINE__, "%llu wake-ups, %llu of them moved nothing",
                 (unsigned long long)count.all, (unsigned long long)count.idle);
  check_all_arrived(parties, &e);
}

static void a_poll_loop_needs_nothing_else(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    by_poll(socket_pair, versions[v], 3 << 20);
    by_poll(tcp_pair, versions[v], 1 << 20);
    by_poll(socket_pair, versions[v], 0);
  }
}

static void an_edge_triggered_epoll_loop_needs_nothing_else(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    by_epoll(socket_pair, versions[v], 3 << 20);
    by_epoll(tcp_pair, versions[v], 1 << 20);
    by_epoll(socket_pair, versions[v], 0);
  }
}

/* 100 MiB both ways at once, none of which fits into the kernel. */
static void much_data_both_ways_by_poll(void) {
  by_poll(socket_pair, RSSL_TLS1_3, transfer_bytes(100));
}

static void much_data_both_ways_by_edges(void) {
  by_epoll(socket_pair, RSSL_TLS1_2, transfer_bytes(100));
}

static bool until_the_other_has_sent_all(const struct party *p) {
  const struct party *other = p + 1;
  return other->sent < other->to_send;
}

static void an_end_that_reads_late_costs_no_wakeups(void) {
  struct party parties[2];
  struct wakeups count;
  struct ends e;
  make_parties(parties, &e, RSSL_TLS1_3, socket_pair, 64 << 10);
  CHECK_OK(rssl_sock_set_write_queue(e.server, 64 << 10));
  parties[0].paused = until_the_other_has_sent_all;
  count = loop_poll(parties);
  CHECK(count.idle <= MOST_IDLE);
  check_all_arrived(parties, &e);
}

/* How often poll returns in 100 ms, for what rssl_events says. */
static int wakeups_at_rest(const rssl_sock *s, int fd) {
  long long end = now_ms() + 100;
  int count = 0;
  CHECK((rssl_events(s) & RSSL_POLL_READY) == 0);
  while (now_ms() < end) {
    struct pollfd one;
    one.fd = fd;
    one.events = (short)rssl_events(s);
    if (poll(&one, 1, 20) > 0) count++;
  }
  return count;
}

static void a_connection_at_rest_sleeps(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    char buf[1];
    ends_connect_version(&e, versions[v]);
    /* TLS 1.3's tickets are read and make no plaintext. */
    CHECK_RC(rssl_read(e.client, buf, 1), RSSL_WANT_READ);
    CHECK_INT(rssl_events(e.client), RSSL_POLL_IN);
    CHECK_INT(rssl_events(e.server), RSSL_POLL_IN);
    CHECK_INT(wakeups_at_rest(e.client, e.client_fd), 0);
    CHECK_INT(wakeups_at_rest(e.server, e.server_fd), 0);
    ends_close(&e);
  }
}

static void a_client_begins_and_a_server_waits(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  ends_open(&e, client, server, "localhost");
  CHECK_INT(rssl_events(e.client), RSSL_POLL_OUT);
  CHECK_INT(rssl_events(e.server), RSSL_POLL_IN);
  CHECK_RC(rssl_handshake(e.client), RSSL_WANT_READ);
  CHECK_INT(rssl_events(e.client), RSSL_POLL_IN);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_close(&e);
}

static void ready_says_that_reading_returns_at_once(void) {
  struct ends e;
  char buf[8];
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_write(e.server, "12345678", 8), 8);
  CHECK_RC(rssl_read(e.client, buf, 3), 3);
  CHECK_INT(rssl_events(e.client), RSSL_POLL_IN | RSSL_POLL_READY);
  CHECK_RC(rssl_read(e.client, buf, 8), 5);
  CHECK_INT(rssl_events(e.client), RSSL_POLL_IN);
  /* The end too is something to read, once. */
  CHECK_RC(rssl_write(e.server, "1234", 4), 4);
  CHECK_OK(rssl_shutdown(e.server, RSSL_SHUT_WR));
  CHECK_RC(rssl_read(e.client, buf, 2), 2);
  CHECK(rssl_events(e.client) & RSSL_POLL_READY);
  CHECK_RC(rssl_read(e.client, buf, 2), 2);
  CHECK_RC(rssl_read(e.client, buf, 2), 0);
  CHECK_INT(rssl_events(e.client), 0);
  ends_close(&e);
}

static void an_end_that_is_over_wants_nothing(void) {
  struct ends e;
  char buf[8];
  ends_connect_version(&e, RSSL_TLS1_3);
  close(e.server_fd);
  e.server_fd = -1;
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_EOF);
  CHECK_INT(rssl_events(e.client), 0);
  ends_close(&e);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(a_poll_loop_needs_nothing_else),
      CASE(an_edge_triggered_epoll_loop_needs_nothing_else),
      CASE(much_data_both_ways_by_poll),
      CASE(much_data_both_ways_by_edges),
      CASE(an_end_that_reads_late_costs_no_wakeups),
      CASE(a_connection_at_rest_sleeps),
      CASE(a_client_begins_and_a_server_waits),
      CASE(ready_says_that_reading_returns_at_once),
      CASE(an_end_that_is_over_wants_nothing),
  };
  return RUN_CASES(argc, argv, cases);
}
