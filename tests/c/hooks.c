/* The key log and the program's clock. */
#include "check.h"
#include "ends.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct key_log {
  char text[8192];
  unsigned lines, drops;
};

static void take_line(void *user, const char *line) {
  struct key_log *log = user;
  CHECK(strchr(line, '\n') == NULL);
  CHECK(strlen(log->text) + strlen(line) + 2 < sizeof log->text);
  strcat(strcat(log->text, line), "\n");
  log->lines++;
}

static void drop_log(void *user) {
  ((struct key_log *)user)->drops++;
}

/* What both ends of a connection write to their key logs. */
static void log_keys(uint16_t version, struct key_log *of_client, struct key_log *of_server) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  memset(of_client, 0, sizeof *of_client);
  memset(of_server, 0, sizeof *of_server);
  only_version(client, version);
  CHECK_OK(rssl_ctx_set_keylog_callback(client, take_line, of_client, drop_log));
  CHECK_OK(rssl_ctx_set_keylog_callback(server, take_line, of_server, drop_log));
  ends_connect(&e, client, server);
  ends_close(&e);
  CHECK_INT(of_client->drops, 1);
  CHECK_INT(of_server->drops, 1);
}

static void both_ends_log_the_same_secrets(void) {
  struct key_log client, server;
  log_keys(RSSL_TLS1_2, &client, &server);
  CHECK_INT(client.lines, 1);
  CHECK_INT(strncmp(client.text, "CLIENT_RANDOM ", 14), 0);
  CHECK_TEXT(server.text, client.text);

  log_keys(RSSL_TLS1_3, &client, &server);
  CHECK_HAS(client.text, "CLIENT_HANDSHAKE_TRAFFIC_SECRET ");
  CHECK_HAS(client.text, "SERVER_HANDSHAKE_TRAFFIC_SECRET ");
  CHECK_HAS(client.text, "CLIENT_TRAFFIC_SECRET_0 ");
  CHECK_HAS(client.text, "SERVER_TRAFFIC_SECRET_0 ");
  CHECK_HAS(client.text, "EXPORTER_SECRET ");
  CHECK_INT(client.lines, 5);
  CHECK_INT(server.lines, 5);
}

struct clock {
  int64_t now;
  unsigned calls;
  rssl_ctx *ctx; /* changed from inside; or NULL */
  unsigned answers; /* calls after which the time is not known */
};

static int64_t read_clock(void *user) {
  struct clock *clock = user;
  clock->calls++;
  if (clock->ctx != NULL) CHECK_OK(rssl_ctx_set_alpn(clock->ctx, NULL, 0));
  return clock->calls > clock->answers ? -1 : clock->now;
}

/* A client that takes `clock` for the time meets localhost's usual certificate. */
static rssl_result shake_at(struct clock *clock, uint16_t version, struct ends *e) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  only_version(client, version);
  CHECK_OK(rssl_ctx_set_time_callback(client, read_clock, clock, NULL));
  ends_open(e, client, server, "localhost");
  clock->ctx = client;
  do {
    client_rc = rssl_handshake(e->client);
    server_rc = rssl_handshake(e->server);
  } while (RSSL_IS_WANT(client_rc) && RSSL_IS_WANT(server_rc));
  /* The last flight of a server may still have to arrive. */
  if (RSSL_IS_WANT(client_rc)) client_rc = rssl_handshake(e->client);
  clock->ctx = NULL;
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  return client_rc;
}

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

static void the_clock_decides_about_dates(void) {
  size_t i;
  for (i = 0; i < 2; i++) {
    struct clock clock = {0, 0, NULL, UINT_MAX};
    struct ends e;
    clock.now = (int64_t)time(NULL);
    CHECK_OK(shake_at(&clock, versions[i], &e));
    CHECK(clock.calls > 0);
    /* A TLS 1.3 client gets its tickets when it reads, and asks for the time again. */
    CHECK_OK(rssl_handshake(e.server));
    ends_tell(e.server, e.client, "answer");
    ends_close(&e);

    clock.now += (int64_t)200 * 365 * 86400;
    CHECK_INT(shake_at(&clock, versions[i], &e), RSSL_ERR_VERIFY);
    CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), RSSL_V_CERT_EXPIRED);
    ends_close(&e);

    clock.now = 0;
    CHECK_INT(shake_at(&clock, versions[i], &e), RSSL_ERR_VERIFY);
    CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), RSSL_V_CERT_NOT_YET_VALID);
    ends_close(&e);
  }
}

static void a_time_that_is_not_known_ends_the_handshake(void) {
  size_t i;
  for (i = 0; i < 2; i++) {
    struct clock clock = {-1, 0, NULL, UINT_MAX};
    struct ends e;
    CHECK_INT(shake_at(&clock, versions[i], &e), RSSL_ERR_CALLBACK);
    CHECK_SOCK_ERROR(e.client, RSSL_ERR_CALLBACK);
    CHECK_HAS(rssl_error_message(rssl_sock_error(e.client)), "the time is not known");
    ends_close(&e);
  }
}

/* In the handshake, and where tickets come behind it. */
static rssl_result shake_and_read_at(struct clock *clock, uint16_t version, struct ends *e) {
  rssl_result rc = shake_at(clock, version, e);
  char buf[16];
  if (rc != RSSL_OK) return rc;
  CHECK_OK(rssl_handshake(e->server));
  return (rssl_result)rssl_read(e->client, buf, sizeof buf);
}

static void check_told(rssl_sock *s) {
  char buf[16];
  CHECK_RC(rssl_read(s, buf, sizeof buf), RSSL_ERR_ALERT);
  CHECK_INT(rssl_error_alert(rssl_sock_error(s)), 80);
}

static void the_peer_is_told_whenever_the_time_is_lost(void) {
  /* Where only rustls has the keys, it has no word for it. */
  bool has_word = getenv("RSSL_RECORDS") == NULL;
  size_t i;
  for (i = 0; i < 2; i++) {
    unsigned answers = 0;
    rssl_result rc;
    do {
      struct clock clock = {0, 0, NULL, answers++};
      struct ends e;
      clock.now = (int64_t)time(NULL);
      rc = shake_and_read_at(&clock, versions[i], &e);
      if (rc == RSSL_ERR_CALLBACK && has_word) check_told(e.server);
      ends_close(&e);
    } while (rc == RSSL_ERR_CALLBACK);
    CHECK_RC(rc, RSSL_WANT_READ);
    CHECK(answers > 1);
  }
}

static void a_server_without_the_time_resumes_nothing(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct clock clock = {-5, 0, NULL, UINT_MAX};
  rssl_result client_rc, server_rc;
  struct ends e;
  CHECK_OK(rssl_ctx_set_time_callback(server, read_clock, &clock, NULL));
  ends_open(&e, client, server, "localhost");
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(server_rc, RSSL_ERR_CALLBACK);
  CHECK_HAS(last_message(), "-5");
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(both_ends_log_the_same_secrets),
      CASE(the_clock_decides_about_dates),
      CASE(a_time_that_is_not_known_ends_the_handshake),
      CASE(the_peer_is_told_whenever_the_time_is_lost),
      CASE(a_server_without_the_time_resumes_nothing),
  };
  return RUN_CASES(argc, argv, cases);
}
