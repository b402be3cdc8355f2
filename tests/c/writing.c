/* What rssl_write promises. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "loop.h"

#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { MIB = 1 << 20, CHUNK = 65536 };

static uint64_t sent_by(const rssl_sock *s) {
  uint64_t tx;
  rssl_sock_traffic(s, NULL, &tx);
  return tx;
}

/* Reads all that there is and checks it against the pattern from *offset on. */
static void read_pattern(rssl_sock *s, uint64_t *offset) {
  unsigned char buf[20000];
  ptrdiff_t n;
  while ((n = rssl_read(s, buf, sizeof buf)) > 0) {
    pattern_check(buf, (size_t)n, *offset);
    *offset += (uint64_t)n;
  }
  CHECK_RC(n, RSSL_WANT_READ);
}

/* A caller that keeps no buffer: after each call it offers other bytes at another address. */
static void the_same_bytes_are_never_asked_for_again(void) {
  uint64_t sent = 0, received = 0, total = transfer_bytes(8);
  unsigned turn = 0;
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_3);
  set_small_buffers(e.client_fd);
  set_small_buffers(e.server_fd);
  while (sent < total) {
    size_t len = 1 + (turn * 7919u) % 50000;
    unsigned char *buf = malloc(len);
    ptrdiff_t n;
    pattern_fill(buf, len, sent);
    n = rssl_write(e.client, buf, len);
    memset(buf, 0xee, len);
    free(buf);
    CHECK((n > 0 && (size_t)n <= len) || n == RSSL_WANT_WRITE);
    if (n > 0) sent += (uint64_t)n;
    if (n < 0 || turn % 3 == 0) read_pattern(e.server, &received);
    turn++;
  }
  while (rssl_flush(e.client) != RSSL_OK) read_pattern(e.server, &received);
  read_pattern(e.server, &received);
  CHECK_INT(received, sent);
  ends_close(&e);
}

static void fill_queue(rssl_sock *s) {
  unsigned char *buf = malloc(MIB);
  uint64_t queued = 0;
  CHECK_OK(rssl_sock_set_write_queue(s, MIB));
  while (queued < MIB) {
    size_t len = MIB - queued < 100000 ? (size_t)(MIB - queued) : 100000;
    ptrdiff_t n;
    pattern_fill(buf, len, queued);
    n = rssl_write(s, buf, len);
    memset(buf, 0xee, len);
    CHECK_RC(n, len);
    queued += (uint64_t)n;
  }
  /* It is full. */
  CHECK(RSSL_IS_WANT(rssl_write(s, buf, 1)));
  free(buf);
}

/* Each end has taken 1 MiB before it has heard of the other. */
static void a_queue_of_a_mebibyte_before_the_handshake_arrives_whole(void) {
  static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    struct party parties[2];
    struct wakeups count;
    struct ends e;
    only_version(client, versions[v]);
    ends_open(&e, client, server, "localhost");
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    set_small_buffers(e.client_fd);
    set_small_buffers(e.server_fd);
    fill_queue(e.client);
    fill_queue(e.server);
    parties[0] = (struct party){.s = e.client, .fd = e.client_fd, .to_send = MIB, .sent = MIB};
    parties[1] = (struct party){.s = e.server, .fd = e.server_fd, .to_send = MIB, .sent = MIB};
    count = loop_poll(parties);
    CHECK(count.idle < 16);
    CHECK_INT(parties[0].received, MIB);
    CHECK_INT(parties[1].received, MIB);
    ends_close(&e);
  }
}

static void without_a_queue_nothing_is_taken_before_the_handshake(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  ends_open(&e, client, server, "localhost");
  CHECK_RC(rssl_write(e.server, "early", 5), RSSL_WANT_READ);
  CHECK_RC(rssl_write(e.client, "early", 5), RSSL_WANT_READ);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_close(&e);
}

static void no_more_than_64_kib_wait_inside_and_want_takes_nothing(void) {
  unsigned char *buf = calloc(1, MIB);
  struct ends e;
  ptrdiff_t n;
  uint64_t taken = 0, before, received = 0;
  ends_connect_version(&e, RSSL_TLS1_3);
  set_small_buffers(e.client_fd);
  pattern_fill(buf, MIB, 0);
  while ((n = rssl_write(e.client, buf + taken, MIB - taken)) > 0) {
    CHECK(n <= CHUNK);
    taken += (uint64_t)n;
  }
  CHECK_RC(n, RSSL_WANT_WRITE);
  CHECK(taken > 0 && taken <= 4 * CHUNK);
  CHECK_INT(rssl_events(e.client), RSSL_POLL_IN | RSSL_POLL_OUT);
  before = sent_by(e.client);
  CHECK_RC(rssl_write(e.client, "something else", 14), RSSL_WANT_WRITE);
  CHECK_RC(rssl_flush(e.client), RSSL_WANT_WRITE);
  CHECK_INT(sent_by(e.client), before);
  while (rssl_flush(e.client) != RSSL_OK) read_pattern(e.server, &received);
  read_pattern(e.server, &received);
  CHECK_INT(received, taken);
  CHECK_INT(rssl_events(e.client), RSSL_POLL_IN);
  CHECK_OK(rssl_flush(e.client));
  free(buf);
  ends_close(&e);
}

static void a_write_queue_takes_more_while_ciphertext_waits(void) {
  unsigned char *buf = calloc(1, MIB);
  struct ends e;
  uint64_t taken = 0, received = 0;
  ptrdiff_t n;
  ends_connect_version(&e, RSSL_TLS1_2);
  set_small_buffers(e.client_fd);
  CHECK_OK(rssl_sock_set_write_queue(e.client, MIB / 2));
  pattern_fill(buf, MIB, 0);
  while ((n = rssl_write(e.client, buf + taken, MIB - taken)) > 0) taken += (uint64_t)n;
  CHECK_RC(n, RSSL_WANT_WRITE);
  CHECK(taken >= MIB / 2 && taken <= MIB / 2 + 4 * CHUNK);
  while (rssl_flush(e.client) != RSSL_OK) read_pattern(e.server, &received);
  read_pattern(e.server, &received);
  CHECK_INT(received, taken);
  free(buf);
  ends_close(&e);
}

static void writing_nothing_does_nothing(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  uint64_t before;
  ends_open(&e, client, server, "localhost");
  CHECK_RC(rssl_write(e.client, NULL, 0), 0);
  CHECK_RC(rssl_write(e.client, "x", 0), 0);
  CHECK_INT(sent_by(e.client), 0);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_close(&e);
  ends_connect_version(&e, RSSL_TLS1_3);
  before = sent_by(e.client);
  CHECK_RC(rssl_write(e.client, NULL, 0), 0);
  CHECK_INT(sent_by(e.client), before);
  ends_close(&e);
}

/* -- a blocking transport */

struct blocking {
  rssl_sock *s;
  int fd;
  uint64_t received;
};

/* Handshakes and reads to the end of the stream, which is an EOF: nobody says close_notify. */
static void *read_to_the_end(void *argument) {
  struct blocking *b = argument;
  unsigned char buf[10000];
  ptrdiff_t n;
  CHECK_OK(rssl_handshake(b->s));
  while ((n = rssl_read(b->s, buf, sizeof buf)) > 0) {
    pattern_check(buf, (size_t)n, b->received);
    b->received += (uint64_t)n;
  }
  CHECK_RC(n, RSSL_ERR_EOF);
  return NULL;
}

static void on_a_blocking_transport_all_of_it_is_on_the_wire(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct blocking reader = {NULL, -1, 0};
  unsigned char *buf = malloc(3 * MIB);
  rssl_sock *s;
  pthread_t thread;
  int fds[2];
  socket_pair(fds);
  set_small_buffers(fds[0]);
  set_small_buffers(fds[1]);
  CHECK_OK(rssl_wrap(client, fds[0], RSSL_CLIENT, "localhost", &s));
  CHECK_OK(rssl_wrap(server, fds[1], RSSL_SERVER, NULL, &reader.s));
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  CHECK_INT(pthread_create(&thread, NULL, read_to_the_end, &reader), 0);
  pattern_fill(buf, 3 * MIB, 0);
  /* The handshake is done on the way. */
  CHECK_RC(rssl_write(s, buf, 3 * MIB), 3 * MIB);
  CHECK_INT(rssl_events(s), RSSL_POLL_IN);
  CHECK_INT(shutdown(fds[0], SHUT_WR), 0);
  CHECK_INT(pthread_join(thread, NULL), 0);
  CHECK_INT(reader.received, 3 * MIB);
  rssl_sock_free(s);
  rssl_sock_free(reader.s);
  close(fds[0]);
  close(fds[1]);
  free(buf);
}

static void set_timeout(int fd, int option, int ms) {
  struct timeval limit;
  limit.tv_sec = 0;
  limit.tv_usec = ms * 1000;
  CHECK_INT(setsockopt(fd, SOL_SOCKET, option, &limit, sizeof limit), 0);
}

static void a_send_timeout_is_a_want(void) {
  unsigned char *buf = malloc(MIB);
  uint64_t taken = 0, received = 0;
  struct ends e;
  long long began;
  ptrdiff_t n;
  ends_connect_version(&e, RSSL_TLS1_3);
  set_small_buffers(e.client_fd);
  set_blocking(e.client_fd);
  set_timeout(e.client_fd, SO_SNDTIMEO, 50);
  pattern_fill(buf, MIB, 0);
  began = now_ms();
  while ((n = rssl_write(e.client, buf + taken, MIB - taken)) > 0) {
    taken += (uint64_t)n;
    CHECK(taken < MIB);
  }
  CHECK_RC(n, RSSL_WANT_WRITE);
  CHECK(now_ms() - began >= 50);
  CHECK(rssl_sock_error(e.client) == NULL);
  set_nonblocking(e.client_fd);
  while (rssl_flush(e.client) != RSSL_OK) read_pattern(e.server, &received);
  read_pattern(e.server, &received);
  CHECK_INT(received, taken);
  free(buf);
  ends_close(&e);
}

static void a_receive_timeout_is_a_want(void) {
  struct ends e;
  long long began;
  char buf[1];
  ends_connect_version(&e, RSSL_TLS1_3);
  set_blocking(e.client_fd);
  set_timeout(e.client_fd, SO_RCVTIMEO, 50);
  began = now_ms();
  CHECK_RC(rssl_read(e.client, buf, 1), RSSL_WANT_READ);
  CHECK(now_ms() - began >= 50);
  ends_tell(e.server, e.client, "after the timeout");
  ends_close(&e);
}

static void a_pipe_each_way_works_as_a_transport(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  int up[2], down[2];
  rssl_result client_rc, server_rc;
  struct ends e;
  CHECK_INT(pipe(up), 0);
  CHECK_INT(pipe(down), 0);
  set_nonblocking(up[0]);
  set_nonblocking(up[1]);
  set_nonblocking(down[0]);
  set_nonblocking(down[1]);
  CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, "localhost", &e.client));
  CHECK_OK(rssl_sock_new(server, RSSL_SERVER, NULL, &e.server));
  CHECK_OK(rssl_sock_set_fds(e.client, down[0], up[1]));
  CHECK_OK(rssl_sock_set_fds(e.server, up[0], down[1]));
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  e.client_fd = e.server_fd = 0; /* not memory: nothing is carried */
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  ends_tell(e.client, e.server, "up");
  ends_tell(e.server, e.client, "down");
  e.client_fd = e.server_fd = -1;
  ends_close(&e);
  close(up[0]);
  close(up[1]);
  close(down[0]);
  close(down[1]);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(the_same_bytes_are_never_asked_for_again),
      CASE(a_queue_of_a_mebibyte_before_the_handshake_arrives_whole),
      CASE(without_a_queue_nothing_is_taken_before_the_handshake),
      CASE(no_more_than_64_kib_wait_inside_and_want_takes_nothing),
      CASE(a_write_queue_takes_more_while_ciphertext_waits),
      CASE(writing_nothing_does_nothing),
      CASE(on_a_blocking_transport_all_of_it_is_on_the_wire),
      CASE(a_send_timeout_is_a_want),
      CASE(a_receive_timeout_is_a_want),
      CASE(a_pipe_each_way_works_as_a_transport),
  };
  return RUN_CASES(argc, argv, cases);
}
