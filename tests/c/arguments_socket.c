/* Sockets. */
#define _POSIX_C_SOURCE 200809L
#include "arguments.h"

#include <string.h>
#include <unistd.h>

static rssl_ctx *either(void) {
  rssl_ctx *ctx;
  CHECK_OK(rssl_ctx_new(RSSL_EITHER, &ctx));
  return ctx;
}

static rssl_sock *on_memory(void) {
  rssl_ctx *ctx = either();
  rssl_sock *s;
  CHECK_OK(rssl_sock_new(ctx, RSSL_CLIENT, "localhost", &s));
  rssl_ctx_free(ctx);
  return s;
}

/* Runs `body` with a client `s` on memory. */
#define WITH_SOCKET(body)      \
  do {                         \
    rssl_sock *s = on_memory();\
    body;                      \
    rssl_sock_free(s);         \
  } while (0)

static void refuse_roles_and_names(rssl_result (*make)(rssl_ctx *, rssl_role, const char *,
                                                       rssl_sock **)) {
  static const char *const bad_names[] = {
      "", ".", "a b", "-", "exa\xffmple", "a..b", "1.2.3", "[::1]", "host:443"};
  rssl_ctx *ctx = either(), *server = server_ctx("server");
  rssl_sock *s;
  size_t i;
  CHECK_REFUSED(make(ctx, RSSL_CLIENT, "localhost", NULL));
  CHECK_MAKES_NONE(make(NULL, RSSL_CLIENT, "localhost", &s), s, RSSL_ERR_ARGUMENT);
  /* The role of a context that has two must be named. */
  CHECK_MAKES_NONE(make(ctx, 0, "localhost", &s), s, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(make(ctx, RSSL_EITHER, "localhost", &s), s, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(make(ctx, 4, "localhost", &s), s, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(make(ctx, UINT32_MAX, "localhost", &s), s, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(make(server, RSSL_CLIENT, "localhost", &s), s, RSSL_ERR_STATE);
  /* A client that checks names needs one, a server takes none. */
  CHECK_MAKES_NONE(make(ctx, RSSL_CLIENT, NULL, &s), s, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(make(server, RSSL_SERVER, "localhost", &s), s, RSSL_ERR_ARGUMENT);
  for (i = 0; i < sizeof bad_names / sizeof bad_names[0]; i++)
    CHECK_MAKES_NONE(make(ctx, RSSL_CLIENT, bad_names[i], &s), s, RSSL_ERR_ARGUMENT);
  rssl_ctx_free(ctx);
  rssl_ctx_free(server);
}

static void arguments_of_rssl_sock_new(void) {
  rssl_ctx *server = server_ctx("server");
  rssl_sock *s;
  refuse_roles_and_names(rssl_sock_new);
  CHECK_OK(rssl_sock_new(server, 0, NULL, &s));
  rssl_sock_free(s);
  rssl_ctx_free(server);
}

static rssl_result wrap_standard_input(rssl_ctx *ctx, rssl_role role, const char *name,
                                       rssl_sock **out) {
  return rssl_wrap(ctx, 0, role, name, out);
}

static void arguments_of_rssl_wrap(void) {
  rssl_ctx *ctx = either();
  rssl_sock *s;
  refuse_roles_and_names(wrap_standard_input);
  CHECK_MAKES_NONE(rssl_wrap(ctx, -1, RSSL_CLIENT, "localhost", &s), s, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_wrap(ctx, 1 << 30, RSSL_CLIENT, "localhost", &s), s, RSSL_ERR_ARGUMENT);
  rssl_ctx_free(ctx);
}

static void arguments_of_rssl_sock_free(void) {
  rssl_sock_free(NULL);
}

static void arguments_of_rssl_sock_set_user(void) {
  rssl_sock_set_user(NULL, &not_null);
  WITH_SOCKET({
    rssl_sock_set_user(s, &not_null);
    CHECK(rssl_sock_user(s) == &not_null);
    rssl_sock_set_user(s, NULL);
    CHECK(rssl_sock_user(s) == NULL);
  });
}

static void arguments_of_rssl_sock_user(void) {
  CHECK(rssl_sock_user(NULL) == NULL);
  WITH_SOCKET(CHECK(rssl_sock_user(s) == NULL));
}

static void arguments_of_rssl_sock_set_fd(void) {
  CHECK_REFUSED(rssl_sock_set_fd(NULL, 0));
  WITH_SOCKET({
    CHECK_REFUSED(rssl_sock_set_fd(s, -1));
    CHECK_REFUSED(rssl_sock_set_fd(s, INT32_MAX));
    CHECK_OK(rssl_sock_set_fd(s, 0));
    CHECK_RC(rssl_sock_set_fd(s, 0), RSSL_ERR_STATE);
  });
}

static void arguments_of_rssl_sock_set_fds(void) {
  CHECK_REFUSED(rssl_sock_set_fds(NULL, 0, 1));
  WITH_SOCKET({
    CHECK_REFUSED(rssl_sock_set_fds(s, -1, 1));
    CHECK_REFUSED(rssl_sock_set_fds(s, 0, -1));
    CHECK_OK(rssl_sock_set_fds(s, 0, 1));
    CHECK_RC(rssl_sock_set_fds(s, 0, 1), RSSL_ERR_STATE);
  });
}

static ptrdiff_t no_read(void *user, void *buf, size_t len) {
  (void)user, (void)buf, (void)len;
  return RSSL_WANT_READ;
}

static ptrdiff_t no_write(void *user, const void *buf, size_t len) {
  (void)user, (void)buf, (void)len;
  return RSSL_WANT_WRITE;
}

static void arguments_of_rssl_sock_set_io(void) {
  struct {
    rssl_io io;
    void *later;
  } longer;
  rssl_io io = {sizeof io, NULL, no_read, no_write, NULL};
  CHECK_REFUSED(rssl_sock_set_io(NULL, &io));
  WITH_SOCKET({
    CHECK_REFUSED(rssl_sock_set_io(s, NULL));
    io.size = 0;
    CHECK_REFUSED(rssl_sock_set_io(s, &io));
    io.size = sizeof io - 1;
    CHECK_REFUSED(rssl_sock_set_io(s, &io));
    io.size = SIZE_MAX;
    CHECK_REFUSED(rssl_sock_set_io(s, &io));
    io.size = sizeof io;
    io.read = NULL;
    CHECK_REFUSED(rssl_sock_set_io(s, &io));
    io.read = no_read;
    io.write = NULL;
    CHECK_REFUSED(rssl_sock_set_io(s, &io));
    io.write = no_write;
    memset(&longer, 0, sizeof longer);
    longer.io = io;
    longer.io.size = sizeof longer;
    longer.later = &not_null;
    CHECK_REFUSED(rssl_sock_set_io(s, &longer.io));
    longer.later = NULL;
    CHECK_OK(rssl_sock_set_io(s, &longer.io));
    CHECK_RC(rssl_sock_set_io(s, &io), RSSL_ERR_STATE);
  });
}

static void arguments_of_rssl_feed(void) {
  CHECK_REFUSED(rssl_feed(NULL, "x", 1));
  WITH_SOCKET({
    CHECK_REFUSED(rssl_feed(s, NULL, 1));
    CHECK_REFUSED(rssl_feed(s, "x", TOO_LONG));
    CHECK_RC(rssl_feed(s, NULL, 0), 0);
  });
}

static void arguments_of_rssl_feed_eof(void) {
  CHECK_REFUSED(rssl_feed_eof(NULL));
}

static void arguments_of_rssl_drain(void) {
  char buf[1];
  CHECK_REFUSED(rssl_drain(NULL, buf, 1));
  WITH_SOCKET({
    CHECK_REFUSED(rssl_drain(s, NULL, 1));
    CHECK_REFUSED(rssl_drain(s, buf, TOO_LONG));
    CHECK_RC(rssl_drain(s, NULL, 0), 0);
  });
}

static void arguments_of_rssl_handshake(void) {
  CHECK_REFUSED(rssl_handshake(NULL));
}

static void refuse_buffers(ptrdiff_t (*take)(rssl_sock *, void *, size_t)) {
  char buf[1];
  CHECK_REFUSED(take(NULL, buf, 1));
  WITH_SOCKET({
    CHECK_REFUSED(take(s, NULL, 1));
    CHECK_REFUSED(take(s, buf, 0));
    CHECK_REFUSED(take(s, NULL, 0));
    CHECK_REFUSED(take(s, buf, TOO_LONG));
    CHECK(rssl_sock_error(s) == NULL);
  });
}

static void arguments_of_rssl_read(void) {
  refuse_buffers(rssl_read);
}

static void arguments_of_rssl_peek(void) {
  refuse_buffers(rssl_peek);
}

static void arguments_of_rssl_write(void) {
  CHECK_REFUSED(rssl_write(NULL, "x", 1));
  WITH_SOCKET({
    CHECK_REFUSED(rssl_write(s, NULL, 1));
    CHECK_REFUSED(rssl_write(s, "x", TOO_LONG));
    CHECK_RC(rssl_write(s, NULL, 0), 0);
    CHECK(rssl_sock_error(s) == NULL);
  });
}

static void arguments_of_rssl_sock_set_write_queue(void) {
  CHECK_REFUSED(rssl_sock_set_write_queue(NULL, 1));
  WITH_SOCKET({
    CHECK_REFUSED(rssl_sock_set_write_queue(s, TOO_LONG));
    CHECK_REFUSED(rssl_sock_set_write_queue(s, SIZE_MAX));
  });
}

static void arguments_of_rssl_flush(void) {
  CHECK_REFUSED(rssl_flush(NULL));
}

static void arguments_of_rssl_shutdown(void) {
  struct ends e;
  CHECK_REFUSED(rssl_shutdown(NULL, RSSL_SHUT_WR));
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_REFUSED(rssl_shutdown(e.client, 0));
  CHECK_REFUSED(rssl_shutdown(e.client, 3));
  CHECK_REFUSED(rssl_shutdown(e.client, INT32_MIN));
  ends_tell(e.client, e.server, "not shut down");
  ends_close(&e);
}

/* Getters of a socket are absent for NULL and, mostly, before the handshake. */
#define ARGUMENTS_OF_GETTER(function)         \
  static void arguments_of_##function(void) { \
    CHECK_INT(function(NULL), 0);             \
    WITH_SOCKET(CHECK_INT(function(s), 0));   \
  }
ARGUMENTS_OF_GETTER(rssl_pending)
ARGUMENTS_OF_GETTER(rssl_sock_is_connected)
ARGUMENTS_OF_GETTER(rssl_sock_version)
ARGUMENTS_OF_GETTER(rssl_sock_cipher)
ARGUMENTS_OF_GETTER(rssl_sock_group)
ARGUMENTS_OF_GETTER(rssl_sock_resumed)

static void arguments_of_rssl_sock_error(void) {
  CHECK(rssl_sock_error(NULL) == NULL);
  WITH_SOCKET(CHECK(rssl_sock_error(s) == NULL));
}

static void arguments_of_rssl_drain_pending(void) {
  CHECK_INT(rssl_drain_pending(NULL), 0);
}

static void arguments_of_rssl_events(void) {
  CHECK_INT(rssl_events(NULL), 0);
}

static void arguments_of_rssl_sock_alpn(void) {
  CHECK(rssl_sock_alpn(NULL).data == NULL && rssl_sock_alpn(NULL).len == 0);
  WITH_SOCKET(CHECK(rssl_sock_alpn(s).data == NULL && rssl_sock_alpn(s).len == 0));
}

static void arguments_of_rssl_sock_server_name(void) {
  CHECK(rssl_sock_server_name(NULL) == NULL);
}

static void arguments_of_rssl_sock_verify_result(void) {
  CHECK_INT(rssl_sock_verify_result(NULL), RSSL_V_UNSPECIFIED);
  WITH_SOCKET(CHECK_INT(rssl_sock_verify_result(s), RSSL_V_UNSPECIFIED));
}

static void arguments_of_rssl_sock_traffic(void) {
  uint64_t rx = 9, tx = 9;
  rssl_sock_traffic(NULL, &rx, &tx);
  CHECK_INT(rx, 0);
  CHECK_INT(tx, 0);
  rssl_sock_traffic(NULL, NULL, NULL);
  WITH_SOCKET(rssl_sock_traffic(s, NULL, NULL));
}

static void arguments_of_rssl_sock_peer_cert_new(void) {
  struct ends e;
  CHECK(rssl_sock_peer_cert_new(NULL, 0) == NULL);
  WITH_SOCKET(CHECK(rssl_sock_peer_cert_new(s, 0) == NULL));
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK(rssl_sock_peer_cert_new(e.client, 2) == NULL);
  CHECK(rssl_sock_peer_cert_new(e.client, SIZE_MAX) == NULL);
  ends_close(&e);
}

static void arguments_of_rssl_sock_own_cert_new(void) {
  struct ends e;
  CHECK(rssl_sock_own_cert_new(NULL, 0) == NULL);
  WITH_SOCKET(CHECK(rssl_sock_own_cert_new(s, 0) == NULL));
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK(rssl_sock_own_cert_new(e.server, 2) == NULL);
  CHECK(rssl_sock_own_cert_new(e.server, SIZE_MAX) == NULL);
  ends_close(&e);
}

const struct test_case socket_arguments[] = {
    ARGUMENTS_OF(rssl_sock_new),
    ARGUMENTS_OF(rssl_wrap),
    ARGUMENTS_OF(rssl_sock_free),
    ARGUMENTS_OF(rssl_sock_set_user),
    ARGUMENTS_OF(rssl_sock_user),
    ARGUMENTS_OF(rssl_sock_set_fd),
    ARGUMENTS_OF(rssl_sock_set_fds),
    ARGUMENTS_OF(rssl_sock_set_io),
    ARGUMENTS_OF(rssl_feed),
    ARGUMENTS_OF(rssl_feed_eof),
    ARGUMENTS_OF(rssl_drain),
    ARGUMENTS_OF(rssl_drain_pending),
    ARGUMENTS_OF(rssl_handshake),
    ARGUMENTS_OF(rssl_read),
    ARGUMENTS_OF(rssl_peek),
    ARGUMENTS_OF(rssl_pending),
    ARGUMENTS_OF(rssl_write),
    ARGUMENTS_OF(rssl_sock_set_write_queue),
    ARGUMENTS_OF(rssl_flush),
    ARGUMENTS_OF(rssl_events),
    ARGUMENTS_OF(rssl_shutdown),
    ARGUMENTS_OF(rssl_sock_error),
    ARGUMENTS_OF(rssl_sock_is_connected),
    ARGUMENTS_OF(rssl_sock_version),
    ARGUMENTS_OF(rssl_sock_cipher),
    ARGUMENTS_OF(rssl_sock_group),
    ARGUMENTS_OF(rssl_sock_alpn),
    ARGUMENTS_OF(rssl_sock_server_name),
    ARGUMENTS_OF(rssl_sock_resumed),
    ARGUMENTS_OF(rssl_sock_verify_result),
    ARGUMENTS_OF(rssl_sock_traffic),
    ARGUMENTS_OF(rssl_sock_peer_cert_new),
    ARGUMENTS_OF(rssl_sock_own_cert_new),
};
const size_t socket_arguments_count = sizeof socket_arguments / sizeof socket_arguments[0];
