/* Peers that speak something else, or nothing. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BYTES(text) text, sizeof(text) - 1

/* A ClientHello of TLS 1.0: no supported_versions, one CBC suite. */
#define TLS10_HELLO                                                            \
  "\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x01"                               \
  "0123456789abcdef0123456789abcdef\x00\x00\x02\x00\x2f\x01\x00"
/* A ClientHello in SSL 2's framing. */
#define SSL2_HELLO "\x80\x1c\x01\x00\x02\x00\x03\x00\x00\x00\x10\x01\x00\x80 0123456789abcdef"

static const struct foreign {
  const char *data;
  size_t len;
  rssl_result code;
  int alert;
  const char *says;
} foreign[] = {
    {BYTES("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), RSSL_ERR_NOT_TLS, 10,
     "plain HTTP request"},
    {BYTES("POST /form HTTP/1.0\r\n\r\n"), RSSL_ERR_NOT_TLS, 10, "plain HTTP request"},
    {BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), RSSL_ERR_NOT_TLS, 10, "plain HTTP response"},
    {BYTES("SSH-2.0-OpenSSH_9.2p1 Debian\r\n"), RSSL_ERR_NOT_TLS, 10, "SSH"},
    {BYTES("220 mail.example.org ESMTP\r\n"), RSSL_ERR_NOT_TLS, 10, "STARTTLS"},
    {BYTES("EHLO client.example.org\r\n"), RSSL_ERR_NOT_TLS, 10, "EHLO client.example.org"},
    {BYTES("+OK POP3 ready\r\n"), RSSL_ERR_NOT_TLS, 10, "STLS"},
    {BYTES("* OK IMAP4rev1 ready\r\n"), RSSL_ERR_NOT_TLS, 10, "STARTTLS"},
    {BYTES(SSL2_HELLO), RSSL_ERR_NOT_TLS, 10, "SSL 2"},
    {BYTES("\0\0\0\0\0\0\0\0"), RSSL_ERR_NOT_TLS, 10, "does not speak TLS"},
    {BYTES("\xff\xfe\xfd\xfc\xfb\xfa"), RSSL_ERR_NOT_TLS, 10, "does not speak TLS"},
};
enum { FOREIGN = sizeof foreign / sizeof foreign[0] };

static void check_peer_got_alert(int fd, int alert) {
  unsigned char buf[4096], *last;
  ssize_t n = read(fd, buf, sizeof buf);
  CHECK(n >= 7);
  last = buf + n - 7;
  CHECK_INT(last[0], 21);
  CHECK_INT(last[5], 2);
  CHECK_INT(last[6], alert);
}

/* `data` comes to a socket of this role: the error, its message, the alert on the wire. */
static void check_refused(rssl_ctx *ctx, rssl_role role, const struct foreign *f) {
  const rssl_error *error;
  rssl_result rc;
  rssl_sock *s;
  char buf[16];
  int fds[2];
  socket_pair(fds);
  set_nonblocking(fds[0]);
  CHECK_OK(rssl_wrap(ctx, fds[0], role, role == RSSL_CLIENT ? "localhost" : NULL, &s));
  send_raw(fds[1], f->data, f->len);
  rc = rssl_handshake(s);
  CHECK_RC(rc, f->code);
  error = rssl_sock_error(s);
  CHECK_HAS(rssl_error_message(error), f->says);
  CHECK_INT(rssl_error_alert(error), f->alert);
  CHECK(!rssl_error_alert_received(error));
  CHECK_RC(rssl_read(s, buf, sizeof buf), f->code);
  check_peer_got_alert(fds[1], f->alert);
  CHECK_INT(rssl_events(s), 0);
  rssl_sock_free(s);
  close(fds[0]);
  close(fds[1]);
}

static void check_still_serves(rssl_ctx *server) {
  rssl_ctx *client = client_ctx("ca.pem");
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  ends_tell(e.client, e.server, "hello");
  ends_close(&e);
  rssl_ctx_free(client);
}

static void a_server_says_what_it_was_and_serves_others(void) {
  rssl_ctx *server = server_ctx("server");
  size_t i;
  for (i = 0; i < FOREIGN; i++) {
    check_refused(server, RSSL_SERVER, &foreign[i]);
    check_still_serves(server);
  }
  rssl_ctx_free(server);
}

static void a_client_says_what_it_was(void) {
  rssl_ctx *client = client_ctx("ca.pem");
  size_t i;
  for (i = 0; i < FOREIGN; i++) check_refused(client, RSSL_CLIENT, &foreign[i]);
  rssl_ctx_free(client);
}

/* A server that must look at the ClientHello itself (ALPN that may fail) says the same. */
static void a_server_with_alpn_says_the_same(void) {
  static const char *const protocols[] = {"h2"};
  rssl_ctx *server = server_ctx("server");
  size_t i;
  CHECK_OK(rssl_ctx_set_alpn(server, protocols, 1));
  for (i = 0; i < FOREIGN; i++) check_refused(server, RSSL_SERVER, &foreign[i]);
  rssl_ctx_free(server);
}

static void tls_of_another_age_is_told_the_version(void) {
  static const struct foreign old = {BYTES(TLS10_HELLO), RSSL_ERR_NO_SHARED, 70, "version"};
  rssl_ctx *server = server_ctx("server");
  check_refused(server, RSSL_SERVER, &old);
  check_still_serves(server);
  rssl_ctx_free(server);
}

static void http_is_known_by_its_reason(void) {
  rssl_ctx *server = server_ctx("server");
  rssl_sock *s;
  CHECK_OK(rssl_sock_new(server, 0, NULL, &s));
  CHECK_RC(rssl_feed(s, "GET / HTTP/1.1\r\n", 16), 16);
  CHECK_RC(rssl_handshake(s), RSSL_ERR_NOT_TLS);
  CHECK_TEXT(rssl_error_reason(rssl_last_error()), "HTTP_REQUEST");
  rssl_sock_free(s);
  CHECK_OK(rssl_sock_new(server, 0, NULL, &s));
  CHECK_RC(rssl_feed(s, "SSH-2.0-x\r\n", 11), 11);
  CHECK_RC(rssl_handshake(s), RSSL_ERR_NOT_TLS);
  CHECK_TEXT(rssl_error_reason(rssl_last_error()), "WRONG_VERSION_NUMBER");
  rssl_sock_free(s);
  rssl_ctx_free(server);
}

/* Its first bytes come one by one: five at most, and it is known. */
static void a_few_bytes_are_enough_to_know(void) {
  rssl_ctx *server = server_ctx("server");
  static const char line[] = "GET / HTTP/1.1\r\n";
  rssl_result rc = RSSL_WANT_READ;
  size_t fed;
  rssl_sock *s;
  CHECK_OK(rssl_sock_new(server, 0, NULL, &s));
  for (fed = 0; rc == RSSL_WANT_READ && fed < 5; fed++) {
    CHECK_RC(rssl_feed(s, line + fed, 1), 1);
    rc = rssl_handshake(s);
  }
  CHECK_RC(rc, RSSL_ERR_NOT_TLS);
  CHECK_HAS(last_message(), "plain HTTP request");
  rssl_sock_free(s);
  rssl_ctx_free(server);
}

static void a_peer_that_says_nothing_and_goes_is_eof(void) {
  rssl_ctx *server = server_ctx("server");
  rssl_sock *s;
  int fds[2];
  socket_pair(fds);
  CHECK_OK(rssl_wrap(server, fds[0], RSSL_SERVER, NULL, &s));
  close(fds[1]);
  CHECK_RC(rssl_handshake(s), RSSL_ERR_EOF);
  rssl_sock_free(s);
  close(fds[0]);
  rssl_ctx_free(server);
}

static uint32_t next_random(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

/* Random bytes, some dressed as records: an error of the peer's, never success, never a wait
 * once the stream has ended. */
static void random_bytes_are_refused(void) {
  rssl_ctx *server = server_ctx("server"), *client = client_ctx("ca.pem");
  uint32_t state = 20240229;
  unsigned round;
  for (round = 0; round < 2000; round++) {
    unsigned char data[300];
    size_t i, len = 1 + next_random(&state) % sizeof data;
    bool is_client = round & 1;
    rssl_sock *s;
    rssl_result rc;
    for (i = 0; i < len; i++) data[i] = (unsigned char)next_random(&state);
    if (round & 2 && len > 5) {
      data[0] = (unsigned char)(20 + round % 5);
      data[1] = 3;
      data[2] = (unsigned char)(round % 4);
      data[3] = 0;
    }
    CHECK_OK(rssl_sock_new(is_client ? client : server, 0, is_client ? "localhost" : NULL, &s));
    CHECK_RC(rssl_feed(s, data, len), len);
    CHECK_OK(rssl_feed_eof(s));
    rc = rssl_handshake(s);
    if (rc == RSSL_WANT_WRITE) { /* the ClientHello goes first */
      unsigned char out[4096];
      CHECK(rssl_drain(s, out, sizeof out) > 0);
      rc = rssl_handshake(s);
    }
    CHECK(rc == RSSL_ERR_NOT_TLS || rc == RSSL_ERR_PROTOCOL || rc == RSSL_ERR_EOF ||
          rc == RSSL_ERR_ALERT || rc == RSSL_ERR_NO_SHARED);
    CHECK(rssl_error_message(rssl_sock_error(s))[0] != '\0');
    rssl_sock_free(s);
  }
  rssl_ctx_free(server);
  rssl_ctx_free(client);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(a_server_says_what_it_was_and_serves_others),
      CASE(a_client_says_what_it_was),
      CASE(a_server_with_alpn_says_the_same),
      CASE(tls_of_another_age_is_told_the_version),
      CASE(http_is_known_by_its_reason),
      CASE(a_few_bytes_are_enough_to_know),
      CASE(a_peer_that_says_nothing_and_goes_is_eof),
      CASE(random_bytes_are_refused),
  };
  return RUN_CASES(argc, argv, cases);
}
