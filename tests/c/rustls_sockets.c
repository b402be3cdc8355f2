/* Connections from contexts that were made of rustls-ffi's configurations. */
#include "check.h"
#include "ends.h"
#include "rustls_configs.h"

#include <errno.h>
#include <rssl_ffi.h>
#include <string.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

static void talk(struct ends *e) {
  ends_tell(e->client, e->server, "to the server");
  ends_tell(e->server, e->client, "to the client");
}

static void a_client_connects_by_rssl_wrap(void) {
  size_t i;
  for (i = 0; i < 2; i++) {
    rssl_ctx *server = server_ctx("server");
    rssl_cert *shown;
    struct ends e;
    only_version(server, versions[i]);
    ends_connect(&e, client_context(client_builder("ca.pem")), server);
    CHECK_INT(rssl_sock_version(e.client), versions[i]);
    CHECK_INT(rssl_sock_verify_result(e.client), RSSL_V_OK);
    CHECK_TEXT(rssl_sock_server_name(e.server), "localhost");
    shown = rssl_sock_peer_cert_new(e.client, 0);
    CHECK(rssl_cert_matches(shown, "localhost"));
    rssl_cert_free(shown);
    CHECK(rssl_sock_verified_cert_new(e.client, 0) == NULL);
    CHECK(rssl_sock_ocsp(e.client).data == NULL);
    talk(&e);
    CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_WR));
    CHECK_RC(rssl_read(e.server, (char[1]){0}, 1), 0);
    ends_close(&e);
  }
}

static void a_server_serves_by_rssl_wrap(void) {
  size_t i;
  for (i = 0; i < 2; i++) {
    rssl_ctx *client = client_ctx("ca.pem");
    struct ends e;
    only_version(client, versions[i]);
    ends_connect(&e, client, server_context(server_builder("server")));
    CHECK_INT(rssl_sock_version(e.server), versions[i]);
    CHECK_INT(rssl_sock_verify_result(e.server), RSSL_V_UNSPECIFIED);
    CHECK_TEXT(rssl_sock_server_name(e.server), "localhost");
    talk(&e);
    ends_close(&e);
  }
}

/* The client of a configuration refuses the server of NAME.pem, and tells it why. */
static void check_refuses(const char *roots, const char *server_name, const char *name,
                          int32_t verify, int alert, const char *fact) {
  rssl_ctx *client = client_context(client_builder(roots)), *server = server_ctx(server_name);
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_open(&e, client, server, name);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(client_rc, RSSL_ERR_VERIFY);
  CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), verify);
  CHECK_INT(rssl_error_depth(rssl_sock_error(e.client)), -1);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e.client)), alert);
  CHECK_TEXT(rssl_error_reason(rssl_sock_error(e.client)), "CERTIFICATE_VERIFY_FAILED");
  CHECK_HAS(rssl_error_message(rssl_sock_error(e.client)), rssl_verify_string(verify));
  CHECK_HAS(rssl_error_message(rssl_sock_error(e.client)), fact);
  CHECK_INT(rssl_sock_verify_result(e.client), RSSL_V_UNSPECIFIED);
  CHECK_INT(server_rc, RSSL_ERR_ALERT);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e.server)), alert);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void a_bad_server_is_refused_with_number_alert_and_facts(void) {
  check_refuses("other-ca.pem", "server", "localhost", RSSL_V_UNKNOWN_ISSUER, 48, "Issuer");
  check_refuses("ca.pem", "wrong-name", "localhost", RSSL_V_HOSTNAME, 42, "wrong.rssl.test");
  check_refuses("ca.pem", "server", "192.0.2.1", RSSL_V_IP_ADDRESS, 42, "192.0.2.1");
  check_refuses("ca.pem", "expired", "localhost", RSSL_V_CERT_EXPIRED, 45, "seconds ago");
  check_refuses("ca.pem", "not-yet-valid", "localhost", RSSL_V_CERT_NOT_YET_VALID, 45, "in future");
  check_refuses("ca.pem", "client-as-server", "localhost", RSSL_V_INVALID_PURPOSE, 43, "client");
}

static void a_client_always_needs_a_name(void) {
  rssl_ctx *client = client_context(client_builder("ca.pem"));
  rssl_ctx *server = server_context(server_builder("server"));
  rssl_sock *s;
  CHECK_RC(rssl_sock_new(client, RSSL_CLIENT, NULL, &s), RSSL_ERR_ARGUMENT);
  CHECK_RC(rssl_sock_new(server, RSSL_SERVER, "localhost", &s), RSSL_ERR_ARGUMENT);
  CHECK_RC(rssl_sock_new(client, RSSL_SERVER, NULL, &s), RSSL_ERR_STATE);
  CHECK_RC(rssl_sock_new(server, RSSL_CLIENT, "localhost", &s), RSSL_ERR_STATE);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void a_client_without_sni_sends_no_name(void) {
  struct rustls_client_config_builder *builder = client_builder("ca.pem");
  struct ends e;
  rustls_client_config_builder_set_enable_sni(builder, false);
  ends_connect(&e, client_context(builder), server_ctx("server"));
  CHECK(rssl_sock_server_name(e.client) == NULL);
  CHECK(rssl_sock_server_name(e.server) == NULL);
  ends_close(&e);
}

static struct rustls_slice_bytes protocol(const char *name) {
  struct rustls_slice_bytes bytes = {(const uint8_t *)name, strlen(name)};
  return bytes;
}

static struct rustls_client_config_builder *client_that_speaks(const char *name) {
  struct rustls_client_config_builder *builder = client_builder("ca.pem");
  struct rustls_slice_bytes spoken = protocol(name);
  CHECK_RUSTLS(rustls_client_config_builder_set_alpn_protocols(builder, &spoken, 1));
  return builder;
}

static rssl_ctx *server_that_speaks_h2(void) {
  struct rustls_server_config_builder *builder = server_builder("server");
  struct rustls_slice_bytes h2 = protocol("h2");
  CHECK_RUSTLS(rustls_server_config_builder_set_alpn_protocols(builder, &h2, 1));
  return server_context(builder);
}

static void the_application_protocol_is_the_configurations(void) {
  rssl_ctx *client, *server;
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_connect(&e, client_context(client_that_speaks("h2")), server_that_speaks_h2());
  CHECK_TEXT((const char *)rssl_sock_alpn(e.client).data, "h2");
  CHECK_TEXT((const char *)rssl_sock_alpn(e.server).data, "h2");
  ends_close(&e);

  client = client_context(client_that_speaks("gopher"));
  server = server_that_speaks_h2();
  ends_open(&e, client, server, "localhost");
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(server_rc, RSSL_ERR_NO_ALPN);
  CHECK_INT(client_rc, RSSL_ERR_ALERT);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e.client)), 120);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static rssl_ctx *client_that_shows(const char *name) {
  struct rustls_client_config_builder *builder = client_builder("ca.pem");
  if (name != NULL) show_certificate(builder, name);
  return client_context(builder);
}

static rssl_ctx *server_that_asks(bool optional) {
  struct rustls_server_config_builder *builder = server_builder("server");
  ask_for_certificates(builder, optional);
  return server_context(builder);
}

static void a_client_certificate_is_verified_as_the_configuration_says(void) {
  rssl_cert *shown;
  struct ends e;
  ends_connect(&e, client_that_shows("client"), server_that_asks(false));
  CHECK_INT(rssl_sock_verify_result(e.server), RSSL_V_OK);
  shown = rssl_sock_peer_cert_new(e.server, 0);
  CHECK_HAS(rssl_cert_text(shown), "rssl test client");
  rssl_cert_free(shown);
  CHECK(rssl_sock_own_cert_new(e.client, 0) == NULL);
  ends_close(&e);

  ends_connect(&e, client_that_shows(NULL), server_that_asks(true));
  CHECK_INT(rssl_sock_verify_result(e.server), RSSL_V_UNSPECIFIED);
  CHECK(rssl_sock_peer_cert_new(e.server, 0) == NULL);
  ends_close(&e);
}

static void check_client_refused(const char *name, rssl_result code, int32_t verify, int alert) {
  rssl_ctx *client = client_that_shows(name), *server = server_that_asks(false);
  rssl_result client_rc, server_rc;
  struct ends e;
  char buf[16];
  ends_open(&e, client, server, "localhost");
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(server_rc, code);
  CHECK_INT(rssl_error_verify(rssl_sock_error(e.server)), verify);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e.server)), alert);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_ALERT);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e.client)), alert);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void a_client_without_a_good_certificate_is_refused(void) {
  check_client_refused(NULL, RSSL_ERR_NO_CERT, RSSL_V_OK, 116);
  check_client_refused("client-other", RSSL_ERR_VERIFY, RSSL_V_UNKNOWN_ISSUER, 48);
}

/* One more connection; returns whether it is resumed. */
static bool connect_again(rssl_ctx *client, rssl_ctx *server) {
  bool resumed;
  struct ends e;
  ends_connect(&e, rssl_ctx_ref(client), rssl_ctx_ref(server));
  talk(&e);
  resumed = rssl_sock_resumed(e.client);
  CHECK_INT(rssl_sock_resumed(e.server), resumed);
  CHECK_INT(rssl_sock_verify_result(e.client), RSSL_V_OK);
  CHECK_INT(rssl_sock_verify_result(e.server), RSSL_V_OK);
  ends_close(&e);
  return resumed;
}

static void sessions_belong_to_the_configuration(void) {
  rssl_ctx *client = client_that_shows("client"), *server = server_that_asks(false);
  rssl_ctx *other = server_that_asks(false);
  CHECK(!connect_again(client, server));
  CHECK(connect_again(client, server));
  CHECK(!connect_again(client, other));
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  rssl_ctx_free(other);
}

static int key_log_lines;

static void count_line(struct rustls_str label, const uint8_t *client_random,
                       size_t client_random_len, const uint8_t *secret, size_t secret_len) {
  CHECK(label.len > 0 && client_random != NULL && secret != NULL);
  CHECK(client_random_len == 32 && secret_len > 0);
  key_log_lines++;
}

static void the_key_log_of_the_configuration_is_written(void) {
  struct rustls_client_config_builder *builder = client_builder("ca.pem");
  struct ends e;
  CHECK_RUSTLS(rustls_client_config_builder_set_key_log(builder, count_line, NULL));
  ends_connect(&e, client_context(builder), server_ctx("server"));
  CHECK(key_log_lines >= 4);
  ends_close(&e);
}

/* rssl_hello_use_ctx goes over to a context that leaves no verdict, and to one that does. */
static rssl_result use_context(void *user, rssl_sock *s, rssl_hello *h) {
  (void)s;
  return rssl_hello_use_ctx(h, user);
}

static void check_goes_over(rssl_ctx *server, int32_t verify) {
  rssl_ctx *chooser, *client = client_that_shows("client");
  struct ends e;
  CHECK_OK(rssl_ctx_new(RSSL_SERVER, &chooser));
  CHECK_OK(rssl_ctx_set_hello_callback(chooser, use_context, server, NULL));
  ends_connect(&e, client, chooser);
  CHECK_INT(rssl_sock_verify_result(e.server), verify);
  talk(&e);
  ends_close(&e);
  rssl_ctx_free(server);
}

static void a_server_goes_over_to_it_after_the_hello(void) {
  check_goes_over(server_that_asks(false), RSSL_V_OK);
  check_goes_over(server_context(server_builder("server")), RSSL_V_UNSPECIFIED);
}

/* -- a connection of rustls-ffi's own, over the memory of a socket */

static rustls_io_result send_to(void *socket, const uint8_t *buf, size_t n, size_t *out_n) {
  CHECK_RC(rssl_feed(socket, buf, n), n);
  *out_n = n;
  return 0;
}

static rustls_io_result receive_from(void *socket, uint8_t *buf, size_t n, size_t *out_n) {
  ptrdiff_t drained = rssl_drain(socket, buf, n);
  CHECK(drained >= 0);
  *out_n = (size_t)drained;
  return drained > 0 ? 0 : EAGAIN;
}

static void carry_both_ways(struct rustls_connection *conn, rssl_sock *s) {
  size_t n;
  while (rustls_connection_wants_write(conn))
    CHECK_INT(rustls_connection_write_tls(conn, send_to, s, &n), 0);
  CHECK(rssl_handshake(s) == RSSL_OK || rssl_sock_error(s) == NULL);
  while (rssl_drain_pending(s) > 0) {
    CHECK_INT(rustls_connection_read_tls(conn, receive_from, s, &n), 0);
    CHECK_RUSTLS(rustls_connection_process_new_packets(conn));
  }
}

static void a_rustls_connection_works_beside_it(void) {
  const struct rustls_client_config *config;
  struct rustls_connection *conn;
  rssl_ctx *client, *server = server_context(server_builder("server"));
  rssl_sock *s;
  char buf[16];
  size_t n;
  int rounds;
  CHECK_RUSTLS(rustls_client_config_builder_build(client_builder("ca.pem"), &config));
  CHECK_OK(rssl_ctx_from_rustls_client(config, &client));
  CHECK_RUSTLS(rustls_client_connection_new(config, "localhost", &conn));
  rustls_client_config_free(config);
  CHECK_OK(rssl_sock_new(server, RSSL_SERVER, NULL, &s));
  for (rounds = 0; rounds < 4; rounds++) carry_both_ways(conn, s);
  CHECK(!rustls_connection_is_handshaking(conn));
  CHECK(rssl_sock_is_connected(s));
  CHECK_RC(rssl_write(s, "hello", 5), 5);
  carry_both_ways(conn, s);
  CHECK_RUSTLS(rustls_connection_read(conn, (uint8_t *)buf, sizeof buf, &n));
  CHECK(n == 5 && memcmp(buf, "hello", 5) == 0);
  rustls_connection_free(conn);
  rssl_sock_free(s);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(a_client_connects_by_rssl_wrap),
      CASE(a_server_serves_by_rssl_wrap),
      CASE(a_bad_server_is_refused_with_number_alert_and_facts),
      CASE(a_client_always_needs_a_name),
      CASE(a_client_without_sni_sends_no_name),
      CASE(the_application_protocol_is_the_configurations),
      CASE(a_client_certificate_is_verified_as_the_configuration_says),
      CASE(a_client_without_a_good_certificate_is_refused),
      CASE(sessions_belong_to_the_configuration),
      CASE(the_key_log_of_the_configuration_is_written),
      CASE(a_server_goes_over_to_it_after_the_hello),
      CASE(a_rustls_connection_works_beside_it),
  };
  return RUN_CASES(argc, argv, cases);
}
