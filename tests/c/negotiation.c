/* What two ends agree on: versions, ciphers, groups, compression of certificates, ALPN, SNI. */
#include "check.h"
#include "ends.h"

#include <string.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* The handshake fails: the server with `code`, the client with `alert`. */
static void check_refused_by_server(rssl_ctx *client, rssl_ctx *server, rssl_result code,
                                    int alert) {
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(server_rc, code);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e.server)), alert);
  CHECK(!rssl_error_alert_received(rssl_sock_error(e.server)));
  CHECK_INT(client_rc, RSSL_ERR_ALERT);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e.client)), alert);
  CHECK(rssl_error_alert_received(rssl_sock_error(e.client)));
  CHECK_HAS(rssl_error_message(rssl_sock_error(e.client)), rssl_alert_name(alert));
  ends_close(&e);
}

static void both_versions_connect_and_say_what_was_agreed(void) {
  size_t i;
  for (i = 0; i < 2; i++) {
    struct ends e;
    uint64_t client_rx, client_tx, server_rx, server_tx;
    ends_connect_version(&e, versions[i]);
    CHECK(rssl_sock_is_connected(e.client) && rssl_sock_is_connected(e.server));
    CHECK_INT(rssl_sock_version(e.client), versions[i]);
    CHECK(rssl_sock_cipher(e.client) != 0);
    CHECK_INT(rssl_sock_cipher(e.client), rssl_sock_cipher(e.server));
    CHECK(rssl_sock_group(e.client) != 0);
    CHECK_INT(rssl_sock_group(e.client), rssl_sock_group(e.server));
    CHECK_INT(rssl_sock_verify_result(e.client), RSSL_V_OK);
    CHECK_INT(rssl_sock_verify_result(e.server), RSSL_V_UNSPECIFIED);
    CHECK(!rssl_sock_resumed(e.client) && !rssl_sock_resumed(e.server));
    CHECK(rssl_sock_error(e.client) == NULL && rssl_sock_error(e.server) == NULL);
    CHECK_OK(rssl_handshake(e.client));
    ends_tell(e.client, e.server, "to the server");
    ends_tell(e.server, e.client, "to the client");
    rssl_sock_traffic(e.client, &client_rx, &client_tx);
    rssl_sock_traffic(e.server, &server_rx, &server_tx);
    CHECK_INT(client_rx, server_tx);
    CHECK_INT(server_rx, client_tx);
    ends_close(&e);
  }
}

static void the_key_exchange_is_post_quantum_by_default(void) {
  enum { X25519MLKEM768 = 4588, X25519 = 29 };
  bool built = strstr(rssl_build_info(), "aws-lc-rs") != NULL;
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_INT(rssl_sock_group(e.client), built ? X25519MLKEM768 : X25519);
  ends_close(&e);
}

/* The chain is longer than all that the server sends. */
static void a_certificate_is_compressed_in_tls_1_3(void) {
  bool built = rssl_has("brotli") || rssl_has("zlib");
  size_t i;
  for (i = 0; i < 2; i++) {
    rssl_ctx *client = client_ctx("ca.pem");
    uint64_t rx, tx;
    struct ends e;
    rssl_cert *leaf;
    only_version(client, versions[i]);
    ends_connect(&e, client, server_ctx("large-server"));
    leaf = rssl_sock_peer_cert_new(e.client, 0);
    rssl_sock_traffic(e.server, &rx, &tx);
    CHECK_INT(tx < rssl_cert_der(leaf).len, built && versions[i] == RSSL_TLS1_3);
    rssl_cert_free(leaf);
    ends_tell(e.server, e.client, "behind it");
    ends_close(&e);
  }
}

static void no_common_version_is_refused(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  only_version(client, RSSL_TLS1_2);
  only_version(server, RSSL_TLS1_3);
  check_refused_by_server(client, server, RSSL_ERR_NO_SHARED, 70);
  client = client_ctx("ca.pem");
  server = server_ctx("server");
  only_version(client, RSSL_TLS1_3);
  only_version(server, RSSL_TLS1_2);
  check_refused_by_server(client, server, RSSL_ERR_NO_SHARED, 70);
}

static const struct {
  uint16_t number, version;
  const char *iana, *openssl, *server;
} ciphers[] = {
    {0x1301, RSSL_TLS1_3, "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", "server"},
    {0x1302, RSSL_TLS1_3, "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", "server"},
    {0x1303, RSSL_TLS1_3, "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256",
     "rsa-server"},
    {0xc02b, RSSL_TLS1_2, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
     "ECDHE-ECDSA-AES128-GCM-SHA256", "server"},
    {0xc02c, RSSL_TLS1_2, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
     "ECDHE-ECDSA-AES256-GCM-SHA384", "p384-server"},
    {0xc02f, RSSL_TLS1_2, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
     "rsa-server"},
    {0xc030, RSSL_TLS1_2, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
     "rsa-server"},
    {0xcca8, RSSL_TLS1_2, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
     "ECDHE-RSA-CHACHA20-POLY1305", "rsa-server"},
    {0xcca9, RSSL_TLS1_2, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
     "ECDHE-ECDSA-CHACHA20-POLY1305", "server"},
};
enum { CIPHERS = sizeof ciphers / sizeof ciphers[0] };

static void each_of_the_nine_ciphers_works(void) {
  size_t i;
  for (i = 0; i < CIPHERS; i++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx(ciphers[i].server);
    struct ends e;
    CHECK_OK(rssl_ctx_set_ciphers(client, ciphers[i].iana));
    CHECK_OK(rssl_ctx_set_ciphers(server, ciphers[i].openssl));
    CHECK_INT(rssl_ctx_cipher(server, 0), ciphers[i].number);
    CHECK_TEXT(rssl_cipher_name(ciphers[i].number), ciphers[i].iana);
    CHECK_TEXT(rssl_cipher_openssl_name(ciphers[i].number), ciphers[i].openssl);
    ends_connect(&e, client, server);
    CHECK_INT(rssl_sock_cipher(e.client), ciphers[i].number);
    CHECK_INT(rssl_sock_cipher(e.server), ciphers[i].number);
    CHECK_INT(rssl_sock_version(e.client), ciphers[i].version);
    ends_tell(e.client, e.server, ciphers[i].iana);
    ends_tell(e.server, e.client, ciphers[i].openssl);
    ends_close(&e);
  }
}

static void no_common_cipher_is_refused(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  CHECK_OK(rssl_ctx_set_ciphers(client, "TLS_AES_128_GCM_SHA256"));
  CHECK_OK(rssl_ctx_set_ciphers(server, "TLS_AES_256_GCM_SHA384"));
  check_refused_by_server(client, server, RSSL_ERR_NO_SHARED, 40);
  /* A cipher that the server's key cannot serve. */
  client = client_ctx("ca.pem");
  server = server_ctx("server");
  CHECK_OK(rssl_ctx_set_ciphers(client, "ECDHE-RSA-AES128-GCM-SHA256"));
  check_refused_by_server(client, server, RSSL_ERR_NO_SHARED, 40);
}

static void the_servers_order_wins_unless_told_otherwise(void) {
  int servers_order;
  for (servers_order = 0; servers_order < 2; servers_order++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    struct ends e;
    CHECK_OK(rssl_ctx_set_ciphers(client, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"));
    CHECK_OK(rssl_ctx_set_ciphers(server, "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"));
    if (!servers_order) CHECK_OK(rssl_ctx_set_options(server, 0, RSSL_OPT_SERVER_ORDER));
    ends_connect(&e, client, server);
    CHECK_INT(rssl_sock_cipher(e.client), servers_order ? 0x1302 : 0x1301);
    ends_close(&e);
  }
}

static void each_group_works_in_each_version_that_has_it(void) {
  static const struct {
    const char *name;
    uint16_t number;
    bool in_tls12;
  } groups[] = {{"x25519", 29, true}, {"P-256", 23, true}, {"P-384", 24, true},
                {"X25519MLKEM768", 4588, false}};
  size_t i, v;
  for (i = 0; i < sizeof groups / sizeof groups[0]; i++) {
    for (v = groups[i].in_tls12 ? 0 : 1; v < 2; v++) {
      rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
      struct ends e;
      if (rssl_ctx_set_groups(server, groups[i].name) == RSSL_ERR_UNSUPPORTED) {
        CHECK_INT(groups[i].number, 4588); /* the smaller build lacks this one only */
        rssl_ctx_free(client);
        rssl_ctx_free(server);
        continue;
      }
      only_version(client, versions[v]);
      /* The client's first choice is another: in TLS 1.3 that is a HelloRetryRequest. */
      ends_connect(&e, client, server);
      CHECK_INT(rssl_sock_group(e.client), groups[i].number);
      CHECK_INT(rssl_sock_group(e.server), groups[i].number);
      CHECK(rssl_group_name(groups[i].number) != NULL);
      ends_tell(e.client, e.server, "after the key exchange");
      ends_close(&e);
    }
  }
}

static void no_common_group_is_refused(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  CHECK_OK(rssl_ctx_set_groups(client, "P-256"));
  CHECK_OK(rssl_ctx_set_groups(server, "x25519:P-384"));
  check_refused_by_server(client, server, RSSL_ERR_NO_SHARED, 40);
}

static const char *const h2_first[] = {"h2", "http/1.1"};
static const char *const http_first[] = {"http/1.1", "h2"};
static const char *const imap[] = {"imap"};

static void check_alpn(const rssl_sock *s, const char *expected) {
  rssl_bytes alpn = rssl_sock_alpn(s);
  if (expected == NULL) {
    CHECK(alpn.data == NULL && alpn.len == 0);
  } else {
    CHECK_INT(alpn.len, strlen(expected));
    CHECK_TEXT((const char *)alpn.data, expected);
  }
}

static void alpn_agrees_by_the_servers_preference(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    struct ends e;
    only_version(client, versions[v]);
    CHECK_OK(rssl_ctx_set_alpn(client, http_first, 2));
    CHECK_OK(rssl_ctx_set_alpn(server, h2_first, 2));
    ends_connect(&e, client, server);
    check_alpn(e.client, "h2");
    check_alpn(e.server, "h2");
    ends_close(&e);
  }
}

static void alpn_of_one_side_only_is_absent(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  CHECK_OK(rssl_ctx_set_alpn(client, h2_first, 2));
  ends_connect(&e, client, server);
  check_alpn(e.client, NULL);
  check_alpn(e.server, NULL);
  ends_close(&e);
  client = client_ctx("ca.pem");
  server = server_ctx("server");
  CHECK_OK(rssl_ctx_set_alpn(server, h2_first, 2));
  CHECK_OK(rssl_ctx_set_alpn(server, NULL, 0));
  CHECK_OK(rssl_ctx_set_alpn(server, h2_first, 2));
  ends_connect(&e, client, server);
  check_alpn(e.server, NULL);
  ends_close(&e);
}

static void no_common_protocol_is_refused_in_both_versions(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    only_version(client, versions[v]);
    CHECK_OK(rssl_ctx_set_alpn(client, imap, 1));
    CHECK_OK(rssl_ctx_set_alpn(server, h2_first, 2));
    check_refused_by_server(client, server, RSSL_ERR_NO_ALPN, 120);
  }
}

static void an_option_lets_it_pass(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    struct ends e;
    only_version(client, versions[v]);
    CHECK_OK(rssl_ctx_set_alpn(client, imap, 1));
    CHECK_OK(rssl_ctx_set_alpn(server, h2_first, 2));
    CHECK_OK(rssl_ctx_set_options(server, RSSL_OPT_ALPN_OPTIONAL, 0));
    ends_connect(&e, client, server);
    check_alpn(e.client, NULL);
    check_alpn(e.server, NULL);
    ends_close(&e);
  }
}

static void check_sni(const char *name, uint32_t options, const char *seen_by_server) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    rssl_result client_rc, server_rc;
    struct ends e;
    only_version(client, versions[v]);
    CHECK_OK(rssl_ctx_set_options(client, options, 0));
    ends_open(&e, client, server, name);
    CHECK(rssl_sock_server_name(e.server) == NULL);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_OK(client_rc);
    CHECK_OK(server_rc);
    if (seen_by_server == NULL) {
      CHECK(rssl_sock_server_name(e.server) == NULL);
      CHECK(rssl_sock_server_name(e.client) == NULL);
    } else {
      CHECK_TEXT(rssl_sock_server_name(e.server), seen_by_server);
      CHECK_TEXT(rssl_sock_server_name(e.client), seen_by_server);
    }
    ends_close(&e);
  }
}

static void sni_carries_names_without_a_trailing_dot(void) {
  check_sni("server.rssl.test", 0, "server.rssl.test");
  check_sni("server.rssl.test.", 0, "server.rssl.test");
  check_sni("a.wild.rssl.test", 0, "a.wild.rssl.test");
}

static void sni_carries_no_addresses(void) {
  check_sni("127.0.0.1", 0, NULL);
  check_sni("::1", 0, NULL);
}

static void an_option_keeps_the_name_unsaid_and_checked(void) {
  check_sni("localhost", RSSL_OPT_NO_SNI, NULL);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(both_versions_connect_and_say_what_was_agreed),
      CASE(the_key_exchange_is_post_quantum_by_default),
      CASE(a_certificate_is_compressed_in_tls_1_3),
      CASE(no_common_version_is_refused),
      CASE(each_of_the_nine_ciphers_works),
      CASE(no_common_cipher_is_refused),
      CASE(the_servers_order_wins_unless_told_otherwise),
      CASE(each_group_works_in_each_version_that_has_it),
      CASE(no_common_group_is_refused),
      CASE(alpn_agrees_by_the_servers_preference),
      CASE(alpn_of_one_side_only_is_absent),
      CASE(no_common_protocol_is_refused_in_both_versions),
      CASE(an_option_lets_it_pass),
      CASE(sni_carries_names_without_a_trailing_dot),
      CASE(sni_carries_no_addresses),
      CASE(an_option_keeps_the_name_unsaid_and_checked),
  };
  return RUN_CASES(argc, argv, cases);
}
