/* Keys without certificates, shown and pinned. */
#include "check.h"
#include "ends.h"

#include <rssl_unstable.h>
#include <stdlib.h>
#include <string.h>

static rssl_identity *raw_key(const char *name) {
  size_t len;
  char *key = contents(cert(name), &len);
  rssl_identity *id;
  CHECK_OK(rssl_x_identity_new_raw_key(key, len, NULL, NULL, &id));
  CHECK(rssl_x_identity_raw_key(id).data != NULL);
  free(key);
  return id;
}

/* A context that shows `own`, or nothing for NULL, and accepts `peer`, or asks nobody. */
static rssl_ctx *ctx_of(rssl_role role, const char *own, const char *peer) {
  rssl_ctx *ctx;
  CHECK_OK(rssl_ctx_new(role, &ctx));
  if (own != NULL) {
    rssl_identity *id = raw_key(own);
    CHECK_OK(rssl_ctx_set_identities(ctx, &id, 1));
    rssl_identity_free(id);
  }
  if (peer != NULL) {
    rssl_identity *id = raw_key(peer);
    rssl_bytes spki = rssl_x_identity_raw_key(id);
    CHECK_OK(rssl_ctx_set_verify(ctx, RSSL_CERT_REQUIRED));
    CHECK_OK(rssl_x_pin_raw_keys(ctx, &spki, 1));
    rssl_identity_free(id);
  }
  return ctx;
}

static bool showed(const rssl_sock *s, const char *name) {
  rssl_identity *id = raw_key(name);
  rssl_bytes expected = rssl_x_identity_raw_key(id), found = rssl_x_peer_raw_key(s);
  bool same = found.len == expected.len && memcmp(found.data, expected.data, found.len) == 0;
  rssl_identity_free(id);
  return same;
}

static void each_side_proves_its_key(void) {
  struct ends e;
  ends_connect(&e, ctx_of(RSSL_CLIENT, "rsa-client.key", "server.key"),
               ctx_of(RSSL_SERVER, "server.key", "rsa-client.key"));
  CHECK(showed(e.client, "server.key"));
  CHECK(showed(e.server, "rsa-client.key"));
  CHECK(rssl_sock_peer_cert_new(e.client, 0) == NULL);
  CHECK_INT(rssl_sock_verify_result(e.client), RSSL_V_OK);
  CHECK_INT(rssl_sock_verify_result(e.server), RSSL_V_OK);
  ends_tell(e.client, e.server, "hello");
  ends_close(&e);
}

static void another_key_is_refused(void) {
  rssl_ctx *client = ctx_of(RSSL_CLIENT, NULL, "second.key");
  rssl_ctx *server = ctx_of(RSSL_SERVER, "server.key", NULL);
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(client_rc, RSSL_ERR_VERIFY);
  CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), RSSL_X_V_RAW_KEY_UNTRUSTED);
  CHECK(rssl_x_peer_raw_key(e.client).data == NULL);
  ends_close(&e);
}

static void a_peer_with_certificates_is_refused(void) {
  rssl_ctx *client = ctx_of(RSSL_CLIENT, NULL, "server.key"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(server_rc, RSSL_ERR_NO_SHARED);
  CHECK_INT(client_rc, RSSL_ERR_ALERT);
  ends_close(&e);
  /* Certificates again. */
  CHECK_OK(rssl_x_pin_raw_keys(client, NULL, 0));
  CHECK_OK(rssl_ctx_load_verify_file(client, cert("ca.pem")));
  ends_connect(&e, client, server);
  CHECK(rssl_x_peer_raw_key(e.client).data == NULL);
  ends_close(&e);
}

static void a_context_shows_one_or_the_other(void) {
  rssl_ctx *ctx = server_ctx("server");
  rssl_identity *ids[2] = {raw_key("server.key"), NULL};
  CHECK_OK(rssl_identity_new_file(cert("second.pem"), cert("second.key"), NULL, NULL, &ids[1]));
  CHECK(rssl_x_identity_raw_key(ids[1]).data == NULL);
  CHECK_RC(rssl_ctx_set_identities(ctx, ids, 2), RSSL_ERR_ARGUMENT);
  CHECK_OK(rssl_ctx_set_identities(ctx, ids, 1));
  CHECK_RC(rssl_ctx_load_cert_file(ctx, cert("second.pem"), cert("second.key"), NULL),
           RSSL_ERR_ARGUMENT);
  rssl_identity_free(ids[0]);
  rssl_identity_free(ids[1]);
  rssl_ctx_free(ctx);
}

static void pins_need_verification(void) {
  rssl_identity *id = raw_key("server.key");
  rssl_bytes spki = rssl_x_identity_raw_key(id);
  rssl_ctx *ctx = server_ctx("server");
  CHECK_RC(rssl_x_pin_raw_keys(ctx, &spki, 1), RSSL_ERR_STATE);
  CHECK_OK(rssl_ctx_set_verify(ctx, RSSL_CERT_OPTIONAL));
  CHECK_OK(rssl_x_pin_raw_keys(ctx, &spki, 1));
  CHECK_RC(rssl_ctx_set_verify(ctx, RSSL_CERT_NONE), RSSL_ERR_STATE);
  rssl_identity_free(id);
  rssl_ctx_free(ctx);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(each_side_proves_its_key),
      CASE(another_key_is_refused),
      CASE(a_peer_with_certificates_is_refused),
      CASE(a_context_shows_one_or_the_other),
      CASE(pins_need_verification),
  };
  return RUN_CASES(argc, argv, cases);
}
