/* ClientHellos. */
#include "arguments.h"

static rssl_result wait_for_decision(void *user, rssl_sock *s, rssl_hello *h) {
  (void)user, (void)s, (void)h;
  return RSSL_WANT_HELLO;
}

static void hello_open(struct ends *e) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  CHECK_OK(rssl_ctx_set_hello_callback(server, wait_for_decision, NULL, NULL));
  ends_open(e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  CHECK_RC(rssl_handshake(e->client), RSSL_WANT_READ);
  CHECK_RC(rssl_handshake(e->server), RSSL_WANT_HELLO);
}

/* Runs `body` with a pending hello `h`, which it leaves pending. */
#define WITH_HELLO(body)                       \
  do {                                         \
    struct ends e;                             \
    rssl_hello *h;                             \
    hello_open(&e);                            \
    h = rssl_sock_hello(e.server);             \
    body;                                      \
    CHECK(rssl_sock_hello(e.server) == h);     \
    CHECK(rssl_sock_error(e.server) == NULL);  \
    ends_close(&e);                            \
  } while (0)

static void arguments_of_rssl_hello_server_name(void) {
  CHECK(rssl_hello_server_name(NULL) == NULL);
}

#define ARGUMENTS_OF_COUNT(function)          \
  static void arguments_of_##function(void) { \
    CHECK_INT(function(NULL), 0);             \
  }
ARGUMENTS_OF_COUNT(rssl_hello_alpn_count)
ARGUMENTS_OF_COUNT(rssl_hello_cipher_count)
ARGUMENTS_OF_COUNT(rssl_hello_scheme_count)
ARGUMENTS_OF_COUNT(rssl_hello_ca_count)

static void refuse_indices(rssl_bytes (*at)(const rssl_hello *, size_t)) {
  CHECK(at(NULL, 0).data == NULL && at(NULL, 0).len == 0);
  WITH_HELLO({
    CHECK(at(h, 0).data == NULL && at(h, 0).len == 0);
    CHECK(at(h, SIZE_MAX).data == NULL);
  });
}

static void arguments_of_rssl_hello_alpn(void) {
  refuse_indices(rssl_hello_alpn);
}

static void arguments_of_rssl_hello_ca(void) {
  refuse_indices(rssl_hello_ca);
}

static void arguments_of_rssl_hello_cipher(void) {
  CHECK_INT(rssl_hello_cipher(NULL, 0), 0);
  WITH_HELLO({
    CHECK(rssl_hello_cipher(h, 0) != 0);
    CHECK_INT(rssl_hello_cipher(h, rssl_hello_cipher_count(h)), 0);
    CHECK_INT(rssl_hello_cipher(h, SIZE_MAX), 0);
  });
}

static void arguments_of_rssl_hello_scheme(void) {
  CHECK_INT(rssl_hello_scheme(NULL, 0), 0);
  WITH_HELLO({
    CHECK(rssl_hello_scheme(h, 0) != 0);
    CHECK_INT(rssl_hello_scheme(h, rssl_hello_scheme_count(h)), 0);
    CHECK_INT(rssl_hello_scheme(h, SIZE_MAX), 0);
  });
}

static void arguments_of_rssl_hello_use_ctx(void) {
  rssl_ctx *server = server_ctx("server"), *client = client_ctx(NULL);
  CHECK_REFUSED(rssl_hello_use_ctx(NULL, server));
  WITH_HELLO({
    CHECK_REFUSED(rssl_hello_use_ctx(h, NULL));
    CHECK_RC(rssl_hello_use_ctx(h, client), RSSL_ERR_STATE);
  });
  rssl_ctx_free(server);
  rssl_ctx_free(client);
}

static void arguments_of_rssl_hello_use_identity(void) {
  rssl_identity *id;
  CHECK_OK(rssl_identity_new_file(cert("server-both.pem"), NULL, NULL, NULL, &id));
  CHECK_REFUSED(rssl_hello_use_identity(NULL, id));
  WITH_HELLO(CHECK_REFUSED(rssl_hello_use_identity(h, NULL)));
  rssl_identity_free(id);
}

static void arguments_of_rssl_hello_use_alpn(void) {
  CHECK_REFUSED(rssl_hello_use_alpn(NULL, "h2"));
  WITH_HELLO({
    CHECK_REFUSED(rssl_hello_use_alpn(h, NULL));
    CHECK_REFUSED(rssl_hello_use_alpn(h, ""));
    CHECK_REFUSED(rssl_hello_use_alpn(h, "not offered"));
  });
}

static void arguments_of_rssl_hello_continue(void) {
  CHECK_REFUSED(rssl_hello_continue(NULL));
}

static void arguments_of_rssl_hello_reject(void) {
  static const int no_errors[] = {0, 1, 90, 100, 255, 256, 40 + 256, -1, INT32_MIN, INT32_MAX};
  size_t i;
  CHECK_REFUSED(rssl_hello_reject(NULL, 40));
  WITH_HELLO(for (i = 0; i < sizeof no_errors / sizeof no_errors[0]; i++)
                 CHECK_REFUSED(rssl_hello_reject(h, no_errors[i])));
}

static void arguments_of_rssl_sock_hello(void) {
  rssl_ctx *server = server_ctx("server");
  rssl_sock *s;
  CHECK(rssl_sock_hello(NULL) == NULL);
  CHECK_OK(rssl_sock_new(server, 0, NULL, &s));
  CHECK(rssl_sock_hello(s) == NULL);
  rssl_sock_free(s);
  rssl_ctx_free(server);
}

const struct test_case hello_arguments[] = {
    ARGUMENTS_OF(rssl_hello_server_name),
    ARGUMENTS_OF(rssl_hello_alpn_count),
    ARGUMENTS_OF(rssl_hello_alpn),
    ARGUMENTS_OF(rssl_hello_cipher_count),
    ARGUMENTS_OF(rssl_hello_cipher),
    ARGUMENTS_OF(rssl_hello_scheme_count),
    ARGUMENTS_OF(rssl_hello_scheme),
    ARGUMENTS_OF(rssl_hello_ca_count),
    ARGUMENTS_OF(rssl_hello_ca),
    ARGUMENTS_OF(rssl_hello_use_ctx),
    ARGUMENTS_OF(rssl_hello_use_identity),
    ARGUMENTS_OF(rssl_hello_use_alpn),
    ARGUMENTS_OF(rssl_hello_continue),
    ARGUMENTS_OF(rssl_hello_reject),
    ARGUMENTS_OF(rssl_sock_hello),
};
const size_t hello_arguments_count = sizeof hello_arguments / sizeof hello_arguments[0];
