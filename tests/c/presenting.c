/* What one end shows the other: the chain, and with which signature. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <stdio.h>
#include <string.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

static void check_same(rssl_cert *one, rssl_cert *other) {
  rssl_bytes a = rssl_cert_der(one), b = rssl_cert_der(other);
  CHECK_INT(one != NULL, other != NULL);
  CHECK(a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0));
  rssl_cert_free(one);
  rssl_cert_free(other);
}

/* What `s` says that it sent is what `peer` says that it got: n certificates. */
static void check_sent(const rssl_sock *s, const rssl_sock *peer, size_t n) {
  size_t i;
  for (i = 0; i <= n; i++) {
    rssl_cert *own = rssl_sock_own_cert_new(s, i);
    CHECK_INT(own != NULL, i < n);
    check_same(own, rssl_sock_peer_cert_new(peer, i));
  }
}

static rssl_ctx *server_that_asks(void) {
  rssl_ctx *ctx = server_ctx("server");
  CHECK_OK(rssl_ctx_load_cert_file(ctx, cert("second.pem"), cert("second.key"), NULL));
  CHECK_OK(rssl_ctx_load_verify_file(ctx, cert("ca.pem")));
  CHECK_OK(rssl_ctx_set_verify(ctx, RSSL_CERT_OPTIONAL));
  return ctx;
}

static rssl_ctx *client_that_has(const char *chain, const char *key, uint16_t version) {
  rssl_ctx *ctx = client_ctx("ca.pem");
  only_version(ctx, version);
  if (chain != NULL) CHECK_OK(rssl_ctx_load_cert_file(ctx, cert(chain), cert(key), NULL));
  return ctx;
}

static void each_end_knows_what_it_sent(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    ends_connect(&e, client_that_has("client.pem", "client.key", versions[v]), server_that_asks());
    check_sent(e.server, e.client, 2);
    check_sent(e.client, e.server, 1);
    ends_close(&e);
  }
}

static void nothing_sent_is_null(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e;
    /* It has nothing. */
    ends_connect(&e, client_that_has(NULL, NULL, versions[v]), server_that_asks());
    CHECK(rssl_sock_own_cert_new(e.client, 0) == NULL);
    ends_close(&e);
    /* Nobody asks. */
    ends_connect(&e, client_that_has("client.pem", "client.key", versions[v]),
                 server_ctx("server"));
    CHECK(rssl_sock_own_cert_new(e.client, 0) == NULL);
    check_sent(e.server, e.client, 2);
    ends_close(&e);
  }
}

static void nothing_is_known_to_be_sent_before_the_end(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  ends_open_memory(&e, client, server, "localhost");
  CHECK(RSSL_IS_WANT(rssl_handshake(e.client)));
  carry(e.client, e.server);
  CHECK(RSSL_IS_WANT(rssl_handshake(e.server)));
  CHECK(rssl_sock_own_cert_new(e.server, 0) == NULL);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void a_resumed_handshake_sends_nothing(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_that_has("client.pem", "client.key", versions[v]);
    rssl_ctx *server = server_that_asks();
    int round;
    for (round = 0; round < 2; round++) {
      struct ends e;
      ends_connect(&e, rssl_ctx_ref(client), rssl_ctx_ref(server));
      ends_tell(e.server, e.client, "tickets come before this");
      CHECK_INT(rssl_sock_resumed(e.client), round == 1);
      CHECK_INT(rssl_sock_resumed(e.server), round == 1);
      if (round == 0) {
        check_sent(e.client, e.server, 1);
        check_sent(e.server, e.client, 2);
      } else {
        CHECK(rssl_sock_own_cert_new(e.client, 0) == NULL);
        CHECK(rssl_sock_own_cert_new(e.server, 0) == NULL);
        CHECK_INT(rssl_sock_verify_result(e.server), RSSL_V_OK);
      }
      ends_close(&e);
    }
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

static rssl_identity *identity(const char *name) {
  char chain[64], key[64];
  rssl_identity *id;
  snprintf(chain, sizeof chain, "%s.pem", name);
  snprintf(key, sizeof key, "%s.key", name);
  CHECK_OK(rssl_identity_new_file(cert(chain), cert(key), NULL, NULL, &id));
  return id;
}

static void an_identity_shows_its_chain(void) {
  rssl_identity *id = identity("server");
  rssl_cert *file;
  CHECK_OK(rssl_cert_new_file(cert("server.pem"), &file));
  check_same(rssl_identity_cert_new(id, 0), file);
  CHECK_OK(rssl_cert_new_file(cert("intermediate.pem"), &file));
  check_same(rssl_identity_cert_new(id, 1), file);
  CHECK(rssl_identity_cert_new(id, 2) == NULL);
  rssl_identity_free(id);
}

enum { RSA_PSS_SHA256 = 0x0804, RSA_PKCS1_SHA256 = 0x0401, P256_SHA256 = 0x0403 };

/* A server whose RSA key signs by PKCS#1 alone has nothing to sign with in TLS 1.3. */
static void an_identity_signs_with_its_schemes_only(void) {
  static const uint16_t pkcs1[] = {P256_SHA256, RSA_PKCS1_SHA256}, pss[] = {RSA_PSS_SHA256};
  rssl_identity *id = identity("rsa-server"), *old, *new;
  size_t v;
  CHECK_OK(rssl_identity_new_schemes(id, pkcs1, 2, &old));
  CHECK_OK(rssl_identity_new_schemes(id, pss, 1, &new));
  rssl_identity_free(id);
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server;
    rssl_result client_rc, server_rc;
    struct ends e;
    only_version(client, versions[v]);
    CHECK_OK(rssl_ctx_new(RSSL_SERVER, &server));
    CHECK_OK(rssl_ctx_set_identities(server, &old, 1));
    ends_open(&e, client, server, "localhost");
    ends_shake(&e, &client_rc, &server_rc);
    if (versions[v] == RSSL_TLS1_2) {
      CHECK_OK(client_rc);
      CHECK_OK(server_rc);
    } else {
      CHECK_INT(server_rc, RSSL_ERR_NO_SHARED);
      CHECK_INT(client_rc, RSSL_ERR_ALERT);
    }
    ends_close(&e);
    CHECK_OK(rssl_ctx_set_identities(server, &new, 1));
    ends_connect(&e, client, server);
    ends_close(&e);
  }
  rssl_identity_free(old);
  rssl_identity_free(new);
}

static void check_stapled(const rssl_sock *s, const unsigned char *response, size_t len) {
  rssl_bytes got = rssl_sock_ocsp(s);
  CHECK_INT(got.len, len);
  CHECK(len == 0 ? got.data == NULL : memcmp(got.data, response, len) == 0);
}

/* Successful, and no more in it: nobody looks further here. */
static void a_client_gets_the_stapled_response(void) {
  static const unsigned char response[] = {0x30, 7, 0x0a, 1, 0, 0xa0, 2, 0x30, 0};
  rssl_identity *plain = identity("server"), *stapling;
  size_t v;
  CHECK_OK(rssl_identity_new_ocsp(plain, response, sizeof response, &stapling));
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server;
    struct ends e;
    only_version(client, versions[v]);
    CHECK_OK(rssl_ctx_new(RSSL_SERVER, &server));
    CHECK_OK(rssl_ctx_set_identities(server, &stapling, 1));
    ends_connect(&e, rssl_ctx_ref(client), rssl_ctx_ref(server));
    check_stapled(e.client, response, sizeof response);
    check_stapled(e.server, NULL, 0);
    check_sent(e.server, e.client, 2);
    ends_close(&e);
    CHECK_OK(rssl_ctx_set_identities(server, &plain, 1));
    CHECK_OK(rssl_ctx_set_session_cache(client, 0));
    ends_connect(&e, client, server);
    check_stapled(e.client, NULL, 0);
    ends_close(&e);
  }
  rssl_identity_free(plain);
  rssl_identity_free(stapling);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(each_end_knows_what_it_sent),
      CASE(nothing_sent_is_null),
      CASE(nothing_is_known_to_be_sent_before_the_end),
      CASE(a_resumed_handshake_sends_nothing),
      CASE(an_identity_shows_its_chain),
      CASE(an_identity_signs_with_its_schemes_only),
      CASE(a_client_gets_the_stapled_response),
  };
  return RUN_CASES(argc, argv, cases);
}
