/* rssl_detach: protocols that go to TLS and back to plain text, like FTP's CCC, lose no byte. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* What the server sends in one piece: the last of TLS, and plain text right behind it. */
static const char plain[] = "220 in the clear again";
enum { PLAIN = sizeof plain - 1 };

static void check_plain(const void *data, size_t len) {
  CHECK_INT(len, PLAIN);
  CHECK(memcmp(data, plain, PLAIN) == 0);
}

/* Brings the server, on memory, to the end of TLS, which the client has said, and returns what it
 * sends: its own close_notify and the plain text, in one segment. */
static unsigned char *last_segment(rssl_sock *server, size_t *len) {
  unsigned char *segment;
  rssl_bytes rest;
  char buf[16];
  CHECK_RC(rssl_read(server, buf, sizeof buf), 0);
  CHECK_RC(rssl_shutdown(server, RSSL_SHUT_RDWR), RSSL_WANT_WRITE);
  CHECK_RC(rssl_detach(server, &rest), RSSL_ERR_STATE);
  *len = rssl_drain_pending(server);
  segment = malloc(*len + PLAIN);
  CHECK_RC(rssl_drain(server, segment, *len), *len);
  CHECK_OK(rssl_shutdown(server, RSSL_SHUT_RDWR));
  CHECK_OK(rssl_detach(server, &rest));
  CHECK(rest.data == NULL && rest.len == 0);
  memcpy(segment + *len, plain, PLAIN);
  *len += PLAIN;
  return segment;
}

/* A client on a transport of its own, a server on memory, and what goes between them. */
struct link {
  rssl_sock *client, *server;
  int client_fd, far_fd;
};

/* Feeds the server with what is in the socket, and sends what it says. */
static void serve(struct link *l) {
  unsigned char buf[20000];
  ssize_t n = read(l->far_fd, buf, sizeof buf);
  ptrdiff_t out;
  if (n > 0) CHECK_RC(rssl_feed(l->server, buf, (size_t)n), n);
  if (!rssl_sock_is_connected(l->server)) (void)!rssl_handshake(l->server);
  while ((out = rssl_drain(l->server, buf, sizeof buf)) > 0)
    send_raw(l->far_fd, buf, (size_t)out);
}

static ptrdiff_t link_read(void *user, void *buf, size_t len) {
  ssize_t n = read(((struct link *)user)->client_fd, buf, len);
  return n >= 0 ? n : RSSL_WANT_READ;
}

static ptrdiff_t link_write(void *user, const void *buf, size_t len) {
  send_raw(((struct link *)user)->client_fd, buf, len);
  return (ptrdiff_t)len;
}

static void link_open(struct link *l, uint16_t version, bool functions) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_io io = {sizeof io, l, link_read, link_write, NULL};
  int fds[2];
  tcp_pair(fds);
  set_nonblocking(fds[0]);
  set_nonblocking(fds[1]);
  l->client_fd = fds[0];
  l->far_fd = fds[1];
  only_version(client, version);
  CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, "localhost", &l->client));
  CHECK_OK(functions ? rssl_sock_set_io(l->client, &io)
                     : rssl_sock_set_fd(l->client, l->client_fd));
  CHECK_OK(rssl_sock_new(server, RSSL_SERVER, NULL, &l->server));
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void link_close(struct link *l) {
  rssl_sock_free(l->client);
  rssl_sock_free(l->server);
  close(l->client_fd);
  close(l->far_fd);
}

/* Calls `step` on the client and serves until it is no WANT. */
static rssl_result client_until_done(struct link *l, rssl_result (*step)(rssl_sock *)) {
  rssl_result rc;
  long long until = now_ms() + 10000;
  while (RSSL_IS_WANT(rc = step(l->client))) {
    CHECK(now_ms() < until);
    serve(l);
  }
  return rc;
}

static rssl_result close_both_ways(rssl_sock *s) {
  return rssl_shutdown(s, RSSL_SHUT_RDWR);
}

/* Waits for `len` bytes in the client's socket. */
static void read_plain(const struct link *l, char *buf, size_t len) {
  long long until = now_ms() + 10000;
  size_t done = 0;
  while (done < len) {
    ssize_t n = read(l->client_fd, buf + done, len - done);
    if (n > 0) done += (size_t)n;
    CHECK(now_ms() < until);
  }
}

/* Plain text, TLS, plain text: the last two in one segment. */
static void plain_tls_plain(uint16_t version, bool functions) {
  struct link l;
  unsigned char *segment;
  char buf[64];
  rssl_bytes rest, again;
  size_t len;
  link_open(&l, version, functions);
  send_raw(l.far_fd, "220 AUTH TLS", 12);
  read_plain(&l, buf, 12);
  CHECK(memcmp(buf, "220 AUTH TLS", 12) == 0);
  CHECK_OK(client_until_done(&l, rssl_handshake));
  serve(&l);
  CHECK_RC(rssl_write(l.client, "CCC", 3), 3);
  serve(&l);
  CHECK_RC(rssl_read(l.server, buf, sizeof buf), 3);
  CHECK_RC(close_both_ways(l.client), RSSL_WANT_READ);
  CHECK_RC(rssl_detach(l.client, &rest), RSSL_ERR_STATE);
  serve(&l);
  segment = last_segment(l.server, &len);
  send_raw(l.far_fd, segment, len);
  free(segment);
  CHECK_OK(client_until_done(&l, close_both_ways));
  CHECK_OK(rssl_detach(l.client, &rest));
  /* Who has said close_notify asks for nothing behind the peer's: it is all still in the stream. */
  CHECK(rest.data == NULL && rest.len == 0);
  read_plain(&l, buf, PLAIN);
  check_plain(buf, PLAIN);
  /* Lent until the socket is freed, whatever is called on it. */
  CHECK_RC(rssl_read(l.client, buf, sizeof buf), 0);
  CHECK_RC(rssl_write(l.client, "x", 1), RSSL_ERR_CLOSED);
  CHECK_OK(close_both_ways(l.client));
  CHECK_OK(rssl_detach(l.client, &again));
  CHECK(again.data == rest.data && again.len == rest.len);
  CHECK_INT(rssl_events(l.client), 0);
  link_close(&l);
}

static void a_descriptor_goes_back_to_plain_text(void) {
  plain_tls_plain(RSSL_TLS1_2, false);
  plain_tls_plain(RSSL_TLS1_3, false);
}

static void functions_go_back_to_plain_text(void) {
  plain_tls_plain(RSSL_TLS1_2, true);
  plain_tls_plain(RSSL_TLS1_3, true);
}

static void what_was_fed_behind_the_end_is_given_back(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    unsigned char *segment;
    struct ends e;
    rssl_bytes rest;
    size_t len;
    ends_connect_memory(&e, versions[v]);
    CHECK_RC(close_both_ways(e.client), RSSL_WANT_WRITE);
    carry(e.client, e.server);
    segment = last_segment(e.server, &len);
    CHECK_RC(rssl_feed(e.client, segment, len), len);
    memset(segment, 0xee, len);
    free(segment);
    CHECK_OK(close_both_ways(e.client));
    /* More may still be fed, and is plain text too. */
    CHECK_RC(rssl_feed(e.client, "!", 1), 1);
    CHECK_OK(rssl_detach(e.client, &rest));
    CHECK_INT(rest.len, PLAIN + 1);
    check_plain(rest.data, PLAIN);
    CHECK(rest.data[PLAIN] == '!');
    CHECK_RC(rssl_feed(e.client, "x", 1), RSSL_ERR_STATE);
    ends_close(&e);
  }
}

/* Plain text that looks like a record is still plain text. */
static void a_second_tls_on_the_same_stream_begins_with_the_rest(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends first, second;
  unsigned char hello[20000];
  rssl_result client_rc, server_rc;
  rssl_bytes rest;
  ptrdiff_t hello_len;
  ends_connect_memory(&first, RSSL_TLS1_3);
  ends_open_memory(&second, client, server, "localhost");
  CHECK_RC(rssl_handshake(second.client), RSSL_WANT_WRITE);
  hello_len = rssl_drain(second.client, hello, sizeof hello);
  CHECK(hello_len > 0);
  CHECK_RC(close_both_ways(first.server), RSSL_WANT_WRITE);
  carry(first.server, first.client);
  CHECK_RC(close_both_ways(first.client), RSSL_WANT_WRITE);
  carry(first.client, first.server);
  CHECK_RC(rssl_feed(first.server, hello, (size_t)hello_len), hello_len);
  CHECK_OK(close_both_ways(first.server));
  CHECK_OK(rssl_detach(first.server, &rest));
  CHECK_RC(rssl_feed(second.server, rest.data, rest.len), hello_len);
  ends_shake(&second, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  ends_close(&first);
  ends_close(&second);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void before_the_end_nothing_is_given_back(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  struct ends e;
  rssl_bytes rest;
  char buf[16];
  ends_open(&e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  CHECK_RC(rssl_detach(e.client, &rest), RSSL_ERR_STATE);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  CHECK_RC(rssl_detach(e.client, &rest), RSSL_ERR_STATE);
  CHECK_RC(rssl_write(e.server, "unread", 6), 6);
  CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_WR));
  CHECK_RC(rssl_detach(e.client, &rest), RSSL_ERR_STATE);
  CHECK_RC(rssl_read(e.server, buf, sizeof buf), 0);
  CHECK_OK(rssl_shutdown(e.server, RSSL_SHUT_RDWR));
  CHECK_OK(rssl_detach(e.server, &rest));
  CHECK_RC(close_both_ways(e.client), RSSL_WANT_CONSUME);
  CHECK_RC(rssl_detach(e.client, &rest), RSSL_ERR_STATE);
  CHECK_HAS(last_message(), "read");
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), 6);
  CHECK_OK(close_both_ways(e.client));
  CHECK_OK(rssl_detach(e.client, &rest));
  ends_close(&e);
}

static void a_peer_that_vanished_gives_nothing_back(void) {
  struct ends e;
  rssl_bytes rest;
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_INT(shutdown(e.server_fd, SHUT_WR), 0);
  CHECK_RC(close_both_ways(e.client), RSSL_ERR_EOF);
  CHECK_RC(rssl_detach(e.client, &rest), RSSL_ERR_STATE);
  CHECK(rest.data == NULL && rest.len == 0);
  ends_close(&e);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(a_descriptor_goes_back_to_plain_text),
      CASE(functions_go_back_to_plain_text),
      CASE(what_was_fed_behind_the_end_is_given_back),
      CASE(a_second_tls_on_the_same_stream_begins_with_the_rest),
      CASE(before_the_end_nothing_is_given_back),
      CASE(a_peer_that_vanished_gives_nothing_back),
  };
  return RUN_CASES(argc, argv, cases);
}
