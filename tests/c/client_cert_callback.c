/* A client whose program chooses the certificate when a server asks for one. */
#include "check.h"
#include "ends.h"

#include <stdlib.h>
#include <string.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

struct chooser {
  rssl_identity *identity; /* or NULL: nothing is sent */
  const rssl_sock *s;      /* the socket expected, or NULL: any */
  const char *issuer;      /* sent only if the server accepts this authority, or NULL */
  int calls, drops;
  size_t names;
};

/* Whether `der` is the subject of the certificate in this file. */
static bool is_subject(rssl_bytes der, const char *file) {
  rssl_cert *c;
  rssl_bytes subject;
  bool same;
  CHECK_OK(rssl_cert_new_file(cert(file), &c));
  subject = rssl_cert_name_der(c, RSSL_SUBJECT);
  same = subject.len == der.len && memcmp(subject.data, der.data, der.len) == 0;
  rssl_cert_free(c);
  return same;
}

static rssl_identity *choose(void *user, const rssl_sock *s, const rssl_bytes *names,
                             size_t n_names, const uint16_t *schemes, size_t n_schemes) {
  struct chooser *chooser = user;
  bool accepted = chooser->issuer == NULL, p256 = false;
  size_t i;
  chooser->calls++;
  chooser->names = n_names;
  CHECK((names == NULL) == (n_names == 0));
  CHECK(chooser->s == NULL || s == chooser->s);
  CHECK_TEXT(rssl_sock_server_name(s), "localhost");
  CHECK(!rssl_sock_is_connected(s));
  CHECK_RC(rssl_handshake((rssl_sock *)s), RSSL_ERR_STATE);
  for (i = 0; i < n_schemes; i++) p256 = p256 || schemes[i] == 0x0403;
  CHECK(p256);
  for (i = 0; i < n_names && !accepted; i++) accepted = is_subject(names[i], chooser->issuer);
  return accepted ? rssl_identity_ref(chooser->identity) : NULL;
}

static void drop(void *user) {
  ((struct chooser *)user)->drops++;
}

static rssl_identity *identity(const char *chain, const char *key) {
  rssl_identity *id;
  CHECK_OK(rssl_identity_new_file(cert(chain), cert(key), NULL, NULL, &id));
  return id;
}

static struct chooser chooser_of(rssl_identity *id, const char *issuer) {
  struct chooser chooser;
  memset(&chooser, 0, sizeof chooser);
  chooser.identity = id;
  chooser.issuer = issuer;
  return chooser;
}

/* Its own identity would be refused: it is not asked for. */
static rssl_ctx *client_with(struct chooser *chooser, uint16_t version) {
  rssl_ctx *ctx = client_ctx("ca.pem");
  only_version(ctx, version);
  CHECK_OK(rssl_ctx_load_cert_file(ctx, cert("client-other.pem"), cert("client-other.key"), NULL));
  CHECK_OK(rssl_ctx_set_client_cert_callback(ctx, choose, chooser, drop));
  return ctx;
}

static rssl_ctx *server_that(rssl_cert_reqs mode, const char *roots) {
  rssl_ctx *ctx = server_ctx("server");
  CHECK_OK(rssl_ctx_load_verify_file(ctx, cert(roots)));
  CHECK_OK(rssl_ctx_set_verify(ctx, mode));
  return ctx;
}

/* What the server got, and what the client says that it sent, is this. */
static void check_shown(struct ends *e, const char *text) {
  rssl_cert *got = rssl_sock_peer_cert_new(e->server, 0);
  rssl_cert *sent = rssl_sock_own_cert_new(e->client, 0);
  CHECK_INT(got != NULL, text != NULL);
  CHECK_INT(sent != NULL, text != NULL);
  if (text != NULL) {
    CHECK_HAS(rssl_cert_text(got), text);
    CHECK_HAS(rssl_cert_text(sent), text);
  }
  rssl_cert_free(got);
  rssl_cert_free(sent);
}

static void what_it_returns_is_sent(void) {
  rssl_identity *id = identity("client.pem", "client.key");
  size_t v;
  for (v = 0; v < 2; v++) {
    struct chooser chooser = chooser_of(id, "ca.pem");
    rssl_ctx *client = client_with(&chooser, versions[v]);
    rssl_ctx *server = server_that(RSSL_CERT_REQUIRED, "ca.pem");
    rssl_result client_rc, server_rc;
    struct ends e;
    ends_open(&e, client, server, "localhost");
    chooser.s = e.client;
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    CHECK_INT(chooser.drops, 0);
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_OK(client_rc);
    CHECK_OK(server_rc);
    check_shown(&e, "rssl test client");
    CHECK_INT(chooser.calls, 1);
    CHECK_INT(chooser.names, 1);
    ends_close(&e);
    CHECK_INT(chooser.drops, 1);
  }
  rssl_identity_free(id);
}

static void null_sends_nothing(void) {
  rssl_identity *id = identity("client.pem", "client.key");
  size_t v;
  for (v = 0; v < 2; v++) {
    struct chooser chooser = chooser_of(NULL, NULL), other = chooser_of(id, "other-ca.pem");
    struct ends e;
    ends_connect(&e, client_with(&chooser, versions[v]), server_that(RSSL_CERT_OPTIONAL, "ca.pem"));
    check_shown(&e, NULL);
    CHECK_INT(chooser.calls, 1);
    ends_close(&e);
    /* Nor does an authority that the server does not accept. */
    ends_connect(&e, client_with(&other, versions[v]), server_that(RSSL_CERT_OPTIONAL, "ca.pem"));
    check_shown(&e, NULL);
    ends_close(&e);
  }
  rssl_identity_free(id);
}

static void a_server_can_accept_any_authority(void) {
  struct chooser chooser = chooser_of(NULL, NULL);
  rssl_ctx *server = server_that(RSSL_CERT_OPTIONAL, "ca.pem");
  struct ends e;
  CHECK_OK(rssl_ctx_set_options(server, RSSL_OPT_NO_CA_NAMES, 0));
  chooser.names = 7;
  ends_connect(&e, client_with(&chooser, RSSL_TLS1_3), server);
  CHECK_INT(chooser.names, 0);
  ends_close(&e);
}

static void it_is_asked_only_when_the_server_asks(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct chooser chooser = chooser_of(NULL, NULL);
    struct ends e;
    ends_connect(&e, client_with(&chooser, versions[v]), server_ctx("server"));
    CHECK_INT(chooser.calls, 0);
    ends_close(&e);
    CHECK_INT(chooser.drops, 1);
  }
}

/* An identity that signs in a way which the server cannot verify: in TLS 1.3, by PKCS#1. */
static void what_the_server_cannot_verify_is_not_sent(void) {
  static const uint16_t pkcs1[] = {0x0401};
  rssl_identity *rsa = identity("rsa-client.pem", "rsa-client.key"), *id;
  struct chooser chooser;
  struct ends e;
  CHECK_OK(rssl_identity_new_schemes(rsa, pkcs1, 1, &id));
  rssl_identity_free(rsa);
  chooser = chooser_of(id, NULL);
  ends_connect(&e, client_with(&chooser, RSSL_TLS1_3), server_that(RSSL_CERT_OPTIONAL, "ca.pem"));
  CHECK_INT(chooser.calls, 1);
  check_shown(&e, NULL);
  ends_close(&e);
  ends_connect(&e, client_with(&chooser, RSSL_TLS1_2), server_that(RSSL_CERT_OPTIONAL, "ca.pem"));
  check_shown(&e, "rssl test client");
  ends_close(&e);
  rssl_identity_free(id);
}

static bool resumes(rssl_ctx *client, rssl_ctx *server) {
  struct ends e;
  bool resumed;
  ends_connect(&e, rssl_ctx_ref(client), rssl_ctx_ref(server));
  ends_tell(e.server, e.client, "tickets come before this");
  resumed = rssl_sock_resumed(e.client);
  ends_close(&e);
  return resumed;
}

static void sessions_last_until_it_is_changed(void) {
  rssl_identity *id = identity("client.pem", "client.key");
  size_t v;
  for (v = 0; v < 2; v++) {
    struct chooser chooser = chooser_of(id, NULL), other = chooser_of(id, NULL);
    rssl_ctx *client = client_with(&chooser, versions[v]);
    rssl_ctx *server = server_that(RSSL_CERT_REQUIRED, "ca.pem");
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
    CHECK_INT(chooser.calls, 1);
    CHECK_OK(rssl_ctx_set_client_cert_callback(client, choose, &other, drop));
    CHECK_INT(chooser.drops, 1);
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
    CHECK_INT(other.calls, 1);
    /* Its own identities again. */
    CHECK_OK(rssl_ctx_set_client_cert_callback(client, NULL, NULL, NULL));
    CHECK_INT(other.drops, 1);
    CHECK_OK(rssl_ctx_set_identities(client, &id, 1));
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
    CHECK_INT(other.calls, 1);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
  rssl_identity_free(id);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(what_it_returns_is_sent),
      CASE(null_sends_nothing),
      CASE(a_server_can_accept_any_authority),
      CASE(it_is_asked_only_when_the_server_asks),
      CASE(what_the_server_cannot_verify_is_not_sent),
      CASE(sessions_last_until_it_is_changed),
  };
  return RUN_CASES(argc, argv, cases);
}
