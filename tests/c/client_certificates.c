/* A server that asks for certificates: none, optional, required. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

static rssl_ctx *server_that(rssl_cert_reqs mode) {
  rssl_ctx *ctx = server_ctx("server");
  CHECK_OK(rssl_ctx_load_verify_file(ctx, cert("ca.pem")));
  CHECK_OK(rssl_ctx_set_verify(ctx, mode));
  return ctx;
}

/* A client of this version that shows NAME.pem, or nothing for NULL. */
static rssl_ctx *client_with(const char *name, uint16_t version) {
  rssl_ctx *ctx = client_ctx("ca.pem");
  only_version(ctx, version);
  if (name != NULL) {
    char chain[64] = "", key[64] = "";
    strcat(strcat(chain, name), ".pem");
    strcat(strcat(key, name), ".key");
    CHECK_OK(rssl_ctx_load_cert_file(ctx, cert(chain), cert(key), NULL));
  }
  return ctx;
}

static void check_accepts(rssl_cert_reqs mode, const char *name, bool seen) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    rssl_cert *shown;
    ends_connect(&e, client_with(name, versions[v]), server_that(mode));
    shown = rssl_sock_peer_cert_new(e.server, 0);
    CHECK_INT(shown != NULL, seen);
    if (seen) CHECK_HAS(rssl_cert_text(shown), "rssl test client");
    CHECK_INT(rssl_sock_verify_result(e.server), seen ? RSSL_V_OK : RSSL_V_UNSPECIFIED);
    rssl_cert_free(shown);
    ends_tell(e.client, e.server, "hello");
    ends_tell(e.server, e.client, "hello");
    ends_close(&e);
  }
}

static void a_certificate_nobody_asks_for_is_not_shown(void) {
  check_accepts(RSSL_CERT_NONE, "client", false);
}

static void a_good_certificate_is_accepted(void) {
  check_accepts(RSSL_CERT_OPTIONAL, "client", true);
  check_accepts(RSSL_CERT_REQUIRED, "client", true);
}

static void none_is_accepted_where_it_is_optional(void) {
  check_accepts(RSSL_CERT_OPTIONAL, NULL, false);
}

/* The server refuses with `code`. The client hears the alert: during the handshake in TLS 1.2,
 * from its first read in TLS 1.3. */
static void check_refuses(rssl_cert_reqs mode, const char *name, uint16_t version,
                          rssl_result code, int32_t verify, int alert) {
  rssl_ctx *client = client_with(name, version), *server = server_that(mode);
  rssl_result client_rc, server_rc;
  struct ends e;
  char buf[16];
  ends_open(&e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(server_rc, code);
  CHECK_INT(rssl_error_verify(rssl_sock_error(e.server)), verify);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e.server)), alert);
  CHECK_INT(rssl_read(e.server, buf, sizeof buf), code);
  if (version == RSSL_TLS1_2) {
    CHECK_INT(client_rc, RSSL_ERR_ALERT);
  } else {
    CHECK_OK(client_rc);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_ALERT);
  }
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_ALERT);
  CHECK_RC(rssl_write(e.client, "x", 1), RSSL_ERR_ALERT);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e.client)), alert);
  CHECK(rssl_error_alert_received(rssl_sock_error(e.client)));
  ends_close(&e);
}

static void none_is_refused_where_it_is_required(void) {
  check_refuses(RSSL_CERT_REQUIRED, NULL, RSSL_TLS1_2, RSSL_ERR_NO_CERT, 0, 116);
  check_refuses(RSSL_CERT_REQUIRED, NULL, RSSL_TLS1_3, RSSL_ERR_NO_CERT, 0, 116);
}

static void a_stranger_is_refused_also_where_it_is_optional(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    check_refuses(RSSL_CERT_REQUIRED, "client-other", versions[v], RSSL_ERR_VERIFY,
                  RSSL_V_UNKNOWN_ISSUER, 48);
    check_refuses(RSSL_CERT_OPTIONAL, "client-other", versions[v], RSSL_ERR_VERIFY,
                  RSSL_V_UNKNOWN_ISSUER, 48);
  }
}

static void a_servers_certificate_is_not_a_clients(void) {
  size_t v;
  for (v = 0; v < 2; v++)
    check_refuses(RSSL_CERT_REQUIRED, "second", versions[v], RSSL_ERR_VERIFY,
                  RSSL_V_INVALID_PURPOSE, 43);
}

/* A TLS 1.3 client whose certificate was refused by a server that has gone by now. What it
 * learns is the alert, whether it reads or writes first: not EPIPE, not ECONNRESET. */
static void check_hears_why(void (*pair)(int fds[2]), bool writes_first) {
  rssl_ctx *client = client_with(NULL, RSSL_TLS1_3), *server = server_that(RSSL_CERT_REQUIRED);
  struct ends e;
  int fds[2], i;
  rssl_result client_rc, server_rc;
  ptrdiff_t n = 0;
  char buf[16];
  pair(fds);
  set_nonblocking(fds[0]);
  set_nonblocking(fds[1]);
  e.client_fd = fds[0];
  e.server_fd = fds[1];
  CHECK_OK(rssl_wrap(client, fds[0], RSSL_CLIENT, "localhost", &e.client));
  CHECK_OK(rssl_wrap(server, fds[1], RSSL_SERVER, NULL, &e.server));
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_INT(server_rc, RSSL_ERR_NO_CERT);
  close(e.server_fd);
  e.server_fd = -1;
  /* The first write may go into the kernel; the answer of a closed port makes the next fail. */
  for (i = 0; writes_first && i < 100 && n >= 0; i++) {
    n = rssl_write(e.client, "request", 7);
    nanosleep(&(struct timespec){0, 1000000}, NULL);
  }
  if (n >= 0) n = rssl_read(e.client, buf, sizeof buf);
  CHECK_RC(n, RSSL_ERR_ALERT);
  CHECK_INT(rssl_error_alert(rssl_last_error()), 116);
  CHECK_HAS(last_message(), "certificate_required");
  ends_close(&e);
}

static void a_refused_client_hears_the_alert_and_not_a_broken_pipe(void) {
  check_hears_why(socket_pair, false);
  check_hears_why(socket_pair, true);
  check_hears_why(tcp_pair, false);
  check_hears_why(tcp_pair, true);
}

static void a_server_without_roots_cannot_require(void) {
  rssl_ctx *server = server_ctx("server");
  struct ends e;
  CHECK_OK(rssl_ctx_set_verify(server, RSSL_CERT_REQUIRED));
  /* Whether it is refused now or at each handshake: nobody gets in. */
  if (rssl_sock_new(server, RSSL_SERVER, NULL, &e.server) == RSSL_OK) {
    rssl_ctx *client = client_with("client", RSSL_TLS1_2);
    rssl_result client_rc, server_rc;
    rssl_sock_free(e.server);
    ends_open(&e, client, server, "localhost");
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_INT(server_rc, RSSL_ERR_VERIFY);
    ends_close(&e);
    rssl_ctx_free(client);
  }
  rssl_ctx_free(server);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(a_certificate_nobody_asks_for_is_not_shown),
      CASE(a_good_certificate_is_accepted),
      CASE(none_is_accepted_where_it_is_optional),
      CASE(none_is_refused_where_it_is_required),
      CASE(a_stranger_is_refused_also_where_it_is_optional),
      CASE(a_servers_certificate_is_not_a_clients),
      CASE(a_refused_client_hears_the_alert_and_not_a_broken_pipe),
      CASE(a_server_without_roots_cannot_require),
  };
  return RUN_CASES(argc, argv, cases);
}
