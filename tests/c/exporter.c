/* What other protocols tie to a connection: key material, channel bindings; and how its handshake
 * went. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <string.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

enum { LEN = 40, SHA256_LEN = 32 };

static bool export_same(const rssl_sock *a, const rssl_sock *b, const char *label,
                        const char *context_a, const char *context_b) {
  unsigned char out_a[LEN], out_b[LEN];
  memset(out_a, 1, LEN);
  memset(out_b, 2, LEN);
  CHECK_OK(rssl_sock_export(a, label, context_a, context_a ? strlen(context_a) : 0, out_a, LEN));
  CHECK_OK(rssl_sock_export(b, label, context_b, context_b ? strlen(context_b) : 0, out_b, LEN));
  return memcmp(out_a, out_b, LEN) == 0;
}

static void both_ends_export_the_same(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct ends e, other;
    ends_connect_version(&e, versions[v]);
    ends_connect_version(&other, versions[v]);
    CHECK(export_same(e.client, e.server, "EXPORTER-test", NULL, NULL));
    CHECK(export_same(e.client, e.server, "EXPORTER-test", "context", "context"));
    CHECK(!export_same(e.client, e.server, "EXPORTER-test", "context", "contexts"));
    CHECK(!export_same(e.client, other.client, "EXPORTER-test", NULL, NULL));
    /* Absent and empty are the same in TLS 1.3 only. */
    CHECK_INT(export_same(e.client, e.server, "EXPORTER-test", NULL, ""),
              versions[v] == RSSL_TLS1_3);
    /* The keys of the records have nothing to do with it. */
    if (versions[v] == RSSL_TLS1_3) CHECK_OK(rssl_key_update(e.client));
    CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_WR));
    CHECK(export_same(e.client, e.server, "EXPORTER-test", NULL, NULL));
    ends_close(&e);
    ends_close(&other);
  }
}

static void nothing_is_exported_before_the_handshake_or_after_a_failure(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  struct ends e;
  char out[LEN];
  ends_open(&e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  CHECK_RC(rssl_sock_export(e.client, "EXPORTER-test", NULL, 0, out, LEN), RSSL_ERR_STATE);
  CHECK_RC(rssl_sock_channel_binding(e.client, "tls-exporter", out, LEN), RSSL_ERR_STATE);
  CHECK_RC(rssl_sock_channel_binding(e.server, "tls-server-end-point", out, LEN),
           RSSL_ERR_STATE);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  send_raw(e.server_fd, "\x17\x03\x03\x00\x20 this is no ciphertext of ours   ", 37);
  while (rssl_read(e.client, out, sizeof out) == RSSL_WANT_READ) {
  }
  CHECK_SOCK_ERROR(e.client, RSSL_ERR_PROTOCOL);
  CHECK_RC(rssl_sock_export(e.client, "EXPORTER-test", NULL, 0, out, LEN), RSSL_ERR_CLOSED);
  ends_close(&e);
}

/* -- channel bindings */

static ptrdiff_t bind_both(const struct ends *e, const char *kind, unsigned char out[64]) {
  unsigned char servers[64];
  ptrdiff_t n = rssl_sock_channel_binding(e->client, kind, out, 64);
  CHECK_RC(rssl_sock_channel_binding(e->server, kind, servers, 64), n);
  if (n > 0) CHECK(memcmp(out, servers, (size_t)n) == 0);
  return n;
}

static void the_exporters_binding_is_one_connections_own(void) {
  unsigned char first[64], second[64], exported[32];
  struct ends e, other;
  ends_connect_version(&e, RSSL_TLS1_3);
  ends_connect_version(&other, RSSL_TLS1_3);
  CHECK_INT(bind_both(&e, "tls-exporter", first), 32);
  CHECK_INT(bind_both(&other, "tls-exporter", second), 32);
  CHECK(memcmp(first, second, 32) != 0);
  CHECK_OK(rssl_sock_export(e.client, "EXPORTER-Channel-Binding", "", 0, exported, 32));
  CHECK(memcmp(first, exported, 32) == 0);
  ends_close(&e);
  ends_close(&other);
}

/* RFC 9266: without it two connections of a man in the middle could have the same binding. */
static void in_tls12_it_needs_the_extended_master_secret(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  unsigned char binding[64];
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_2);
  CHECK_INT(bind_both(&e, "tls-exporter", binding), RSSL_ERR_UNSUPPORTED);
  CHECK_HAS(last_message(), "extended master secret");
  ends_close(&e);
  only_version(client, RSSL_TLS1_2);
  CHECK_OK(rssl_ctx_set_options(client, RSSL_OPT_REQUIRE_EMS, 0));
  CHECK_OK(rssl_ctx_set_options(server, RSSL_OPT_REQUIRE_EMS, 0));
  ends_connect(&e, client, server);
  CHECK_INT(bind_both(&e, "tls-exporter", binding), 32);
  ends_close(&e);
}

static void the_end_points_binding_is_the_certificates_hash(void) {
  static const char *const servers[] = {"server", "rsa-server", "p384-server", "ed25519-server"};
  size_t v, i;
  for (v = 0; v < 2; v++) {
    for (i = 0; i < sizeof servers / sizeof servers[0]; i++) {
      rssl_ctx *client = client_ctx("ca.pem");
      unsigned char binding[64], hash[64];
      rssl_cert *leaf;
      struct ends e;
      only_version(client, versions[v]);
      ends_connect(&e, client, server_ctx(servers[i]));
      leaf = rssl_sock_peer_cert_new(e.client, 0);
      CHECK_TEXT(rssl_cert_signature_type(leaf), "ecdsa-with-SHA256");
      CHECK_RC(rssl_digest("sha256", rssl_cert_der(leaf).data, rssl_cert_der(leaf).len, hash,
                           sizeof hash),
               SHA256_LEN);
      CHECK_INT(bind_both(&e, "tls-server-end-point", binding), SHA256_LEN);
      CHECK(memcmp(binding, hash, SHA256_LEN) == 0);
      rssl_cert_free(leaf);
      ends_close(&e);
    }
  }
}

static void other_kinds_are_refused(void) {
  unsigned char binding[64];
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_INT(bind_both(&e, "tls-unique", binding), RSSL_ERR_UNSUPPORTED);
  CHECK_INT(bind_both(&e, "tls-unheard-of", binding), RSSL_ERR_NAME);
  CHECK_HAS(last_message(), "tls-unheard-of");
  CHECK_INT(bind_both(&e, "", binding), RSSL_ERR_NAME);
  ends_close(&e);
}

/* -- how the handshake went */

struct went {
  int32_t kind;
  uint16_t of_server, of_client; /* the schemes that they signed with */
};

static struct went connect_once(rssl_ctx *client, rssl_ctx *server) {
  rssl_result client_rc, server_rc;
  struct went went;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  CHECK_INT(rssl_sock_handshake_kind(e.client), 0);
  CHECK_INT(rssl_sock_peer_signature(e.client), 0);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  ends_tell(e.client, e.server, "question");
  ends_tell(e.server, e.client, "answer");
  went.kind = rssl_sock_handshake_kind(e.client);
  CHECK_INT(rssl_sock_handshake_kind(e.server), went.kind);
  went.of_server = rssl_sock_peer_signature(e.client);
  went.of_client = rssl_sock_peer_signature(e.server);
  CHECK_INT(rssl_sock_resumed(e.client), went.kind >= RSSL_HANDSHAKE_RESUMED);
  ends_close(&e);
  return went;
}

static void a_resumed_handshake_signs_nothing(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    struct went went;
    only_version(client, versions[v]);
    went = connect_once(client, server);
    CHECK_INT(went.kind, RSSL_HANDSHAKE_FULL);
    CHECK_INT(went.of_server, 0x0403); /* ecdsa_secp256r1_sha256 */
    CHECK_INT(went.of_client, 0);
    went = connect_once(client, server);
    CHECK_INT(went.kind, RSSL_HANDSHAKE_RESUMED);
    CHECK_INT(went.of_server, 0);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

static void a_second_hello_shows(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  CHECK_OK(rssl_ctx_set_groups(client, "x25519:P-384"));
  CHECK_OK(rssl_ctx_set_groups(server, "P-384"));
  CHECK_INT(connect_once(client, server).kind, RSSL_HANDSHAKE_RETRIED);
  /* The client has learnt which group this server takes. */
  CHECK_INT(connect_once(client, server).kind, RSSL_HANDSHAKE_RESUMED);
  CHECK_OK(rssl_ctx_set_groups(server, "x25519"));
  CHECK_INT(connect_once(client, server).kind, RSSL_HANDSHAKE_RESUMED_RETRIED);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void each_side_knows_the_others_scheme(void) {
  static const struct {
    const char *server, *client;
    uint16_t of_server, of_client;
  } cases[] = {{"server", "ed25519-client", 0x0403, 0x0807},
               {"ed25519-server", "p384-client", 0x0807, 0x0503},
               {"rsa-server", "client", 0, 0x0403}};
  size_t v, i;
  for (v = 0; v < 2; v++) {
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx(cases[i].server);
      struct went went;
      char pem[64], key[64];
      strcpy(pem, cases[i].client);
      strcat(pem, ".pem");
      strcpy(key, cases[i].client);
      strcat(key, ".key");
      only_version(client, versions[v]);
      CHECK_OK(rssl_ctx_load_cert_file(client, cert(pem), cert(key), NULL));
      CHECK_OK(rssl_ctx_load_verify_file(server, cert("ca.pem")));
      CHECK_OK(rssl_ctx_set_verify(server, RSSL_CERT_REQUIRED));
      went = connect_once(client, server);
      CHECK_INT(went.kind, RSSL_HANDSHAKE_FULL);
      if (cases[i].of_server != 0)
        CHECK_INT(went.of_server, cases[i].of_server);
      else /* one of rsa_pss_rsae_* */
        CHECK(went.of_server >= 0x0804 && went.of_server <= 0x0806);
      CHECK_INT(went.of_client, cases[i].of_client);
      rssl_ctx_free(client);
      rssl_ctx_free(server);
    }
  }
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(both_ends_export_the_same),
      CASE(nothing_is_exported_before_the_handshake_or_after_a_failure),
      CASE(the_exporters_binding_is_one_connections_own),
      CASE(in_tls12_it_needs_the_extended_master_secret),
      CASE(the_end_points_binding_is_the_certificates_hash),
      CASE(other_kinds_are_refused),
      CASE(a_resumed_handshake_signs_nothing),
      CASE(a_second_hello_shows),
      CASE(each_side_knows_the_others_scheme),
  };
  return RUN_CASES(argc, argv, cases);
}
