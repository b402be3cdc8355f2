/* The program's last word about a peer's certificate. */
#include "check.h"
#include "ends.h"

#include <string.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* What a callback answers, and what it saw. */
struct judge {
  int32_t answer;
  bool agrees; /* answers with the built-in verdict */
  int calls, drops;
  int32_t verify;
  size_t chain, path;
  const char *server_name; /* or NULL */
  rssl_cert *kept;         /* a reference to the first of the chain */
  rssl_sock *to_free;
};

static size_t path_length(const rssl_sock *s) {
  size_t n;
  for (n = 0;; n++) {
    rssl_cert *c = rssl_sock_verified_cert_new(s, n);
    rssl_cert_free(c);
    if (c == NULL) return n;
  }
}

static size_t sent_length(const rssl_sock *s) {
  size_t n;
  for (n = 0;; n++) {
    rssl_cert *c = rssl_sock_peer_cert_new(s, n);
    rssl_cert_free(c);
    if (c == NULL) return n;
  }
}

static bool same_cert(const rssl_cert *a, const rssl_cert *b) {
  rssl_bytes x = rssl_cert_der(a), y = rssl_cert_der(b);
  return x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
}

static int32_t judge(void *user, const rssl_sock *s, int32_t verify,
                     const rssl_cert *const *chain, size_t chain_len) {
  struct judge *j = user;
  rssl_cert *leaf = rssl_sock_peer_cert_new(s, 0);
  char buf[8];
  j->calls++;
  j->verify = verify;
  j->chain = chain_len;
  j->path = path_length(s);
  j->server_name = rssl_sock_server_name(s);
  CHECK(chain_len > 0);
  CHECK(same_cert(leaf, chain[0]));
  rssl_cert_free(leaf);
  CHECK_INT(sent_length(s), chain_len);
  CHECK(rssl_sock_peer_cert_new(s, chain_len) == NULL);
  if (j->path > 0) {
    leaf = rssl_sock_verified_cert_new(s, 0);
    CHECK(same_cert(leaf, chain[0]));
    rssl_cert_free(leaf);
  }
  if (j->kept == NULL) j->kept = rssl_cert_ref((rssl_cert *)chain[0]);
  CHECK(!rssl_sock_is_connected(s));
  CHECK(rssl_sock_ocsp(s).data == NULL);
  CHECK_INT(rssl_sock_verify_result(s), RSSL_V_UNSPECIFIED);
  CHECK_RC(rssl_handshake((rssl_sock *)s), RSSL_ERR_STATE);
  CHECK_RC(rssl_read((rssl_sock *)s, buf, sizeof buf), RSSL_ERR_STATE);
  CHECK_RC(rssl_write((rssl_sock *)s, "x", 1), RSSL_ERR_STATE);
  rssl_sock_free(j->to_free);
  return j->agrees ? verify : j->answer;
}

static void dropped(void *user) {
  ((struct judge *)user)->drops++;
}

static void set_judge(rssl_ctx *ctx, struct judge *j) {
  CHECK_OK(rssl_ctx_set_verify_callback(ctx, judge, j, dropped));
}

static void judge_done(struct judge *j) {
  rssl_cert_free(j->kept);
  CHECK_INT(j->drops, 1);
}

/* A client of this version with the callback, which trusts `roots`. */
static rssl_ctx *judging_client(const char *roots, uint16_t version, struct judge *j) {
  rssl_ctx *ctx = client_ctx(roots);
  only_version(ctx, version);
  set_judge(ctx, j);
  return ctx;
}

static void it_sees_the_verdict_the_chain_and_the_path(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct judge j = {0};
    struct ends e;
    rssl_cert *root, *last;
    ends_connect(&e, judging_client("ca.pem", versions[v], &j), server_ctx("server"));
    CHECK_INT(j.calls, 1);
    CHECK_INT(j.verify, RSSL_V_OK);
    CHECK_INT(j.chain, 2);
    CHECK_INT(j.path, 3);
    CHECK_TEXT(j.server_name, "localhost");
    /* And after the handshake. */
    CHECK_INT(path_length(e.client), 3);
    CHECK_INT(sent_length(e.client), 2);
    CHECK_INT(rssl_sock_verify_result(e.client), RSSL_V_OK);
    last = rssl_sock_verified_cert_new(e.client, 2);
    CHECK_OK(rssl_cert_new_file(cert("ca.pem"), &root));
    CHECK(same_cert(last, root));
    rssl_cert_free(last);
    rssl_cert_free(root);
    CHECK(rssl_cert_matches(j.kept, "localhost"));
    ends_tell(e.client, e.server, "judged");
    ends_close(&e);
    judge_done(&j);
  }
}

static void the_path_is_there_without_a_callback_too(void) {
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_INT(path_length(e.client), 3);
  CHECK_INT(path_length(e.server), 0);
  ends_close(&e);
}

/* The client's refusal with this number, whatever the built-in verdict. */
static void check_refuses(const char *roots, int32_t number, int alert, const char *says) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct judge j = {0};
    rssl_ctx *server = server_ctx("server"), *client;
    rssl_result client_rc, server_rc;
    const rssl_error *error;
    struct ends e;
    j.answer = number;
    client = judging_client(roots, versions[v], &j);
    ends_open(&e, client, server, "localhost");
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_INT(client_rc, RSSL_ERR_VERIFY);
    error = rssl_sock_error(e.client);
    CHECK_INT(rssl_error_verify(error), number);
    CHECK_INT(rssl_error_alert(error), alert);
    CHECK_HAS(rssl_error_message(error), "the verify callback returned");
    CHECK_HAS(rssl_error_message(error), says);
    CHECK_INT(server_rc, RSSL_ERR_ALERT);
    CHECK_INT(rssl_error_alert(rssl_sock_error(e.server)), alert);
    ends_close(&e);
    judge_done(&j);
  }
}

static void it_refuses_with_any_number(void) {
  check_refuses("ca.pem", RSSL_V_APPLICATION, 40, "application verification failure");
  check_refuses("ca.pem", RSSL_V_REVOKED, 44, "certificate revoked");
  check_refuses("ca.pem", 4711, 46, "returned 4711");
  check_refuses("ca.pem", -1, 46, "returned -1");
  check_refuses("ca.pem", INT32_MIN, 46, "returned -2147483648");
  check_refuses(NULL, RSSL_V_APPLICATION, 40, "without it: unable to get local issuer");
}

static void the_built_in_refusal_stays_what_it_was(void) {
  struct judge j = {0};
  rssl_ctx *client, *server = server_ctx("expired");
  rssl_result client_rc, server_rc;
  struct ends e;
  j.agrees = true;
  client = judging_client("ca.pem", RSSL_TLS1_3, &j);
  ends_open(&e, client, server, "localhost");
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(client_rc, RSSL_ERR_VERIFY);
  CHECK_INT(rssl_error_verify(rssl_sock_error(e.client)), RSSL_V_CERT_EXPIRED);
  CHECK_INT(rssl_error_depth(rssl_sock_error(e.client)), 0);
  CHECK_HAS(rssl_error_message(rssl_sock_error(e.client)), "was valid until");
  CHECK_INT(j.path, 0);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  judge_done(&j);
}

/* Connects, lets tickets arrive and says whether both took up a session again. */
static bool resumes(rssl_ctx *client, rssl_ctx *server) {
  struct ends e;
  bool resumed;
  ends_connect(&e, rssl_ctx_ref(client), rssl_ctx_ref(server));
  ends_tell(e.client, e.server, "question");
  ends_tell(e.server, e.client, "answer");
  resumed = rssl_sock_resumed(e.client);
  CHECK_INT(rssl_sock_resumed(e.server), resumed);
  ends_close(&e);
  return resumed;
}

static void what_it_accepts_against_the_verdict_is_verified_anew_by_a_client(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct judge j = {0};
    rssl_ctx *client = judging_client(NULL, versions[v], &j), *server = server_ctx("server");
    struct ends e;
    ends_connect(&e, rssl_ctx_ref(client), rssl_ctx_ref(server));
    CHECK_INT(j.verify, RSSL_V_UNKNOWN_ISSUER);
    CHECK_INT(rssl_sock_verify_result(e.client), RSSL_V_UNKNOWN_ISSUER);
    CHECK_INT(path_length(e.client), 0);
    CHECK_INT(sent_length(e.client), 2);
    ends_tell(e.server, e.client, "tickets come before");
    ends_close(&e);
    CHECK(!resumes(client, server));
    CHECK(!resumes(client, server));
    CHECK_INT(j.calls, 3);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    judge_done(&j);
  }
}

static void what_it_accepts_with_the_verdict_is_resumed_without_a_call(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct judge j = {0};
    rssl_ctx *client = judging_client("ca.pem", versions[v], &j), *server = server_ctx("server");
    struct ends e;
    CHECK(!resumes(client, server));
    CHECK_INT(j.calls, 1);
    ends_connect(&e, rssl_ctx_ref(client), rssl_ctx_ref(server));
    CHECK(rssl_sock_resumed(e.client));
    CHECK_INT(j.calls, 1);
    CHECK_INT(rssl_sock_verify_result(e.client), RSSL_V_OK);
    CHECK_INT(path_length(e.client), 0);
    CHECK_INT(sent_length(e.client), 2);
    ends_close(&e);
    /* Another callback, or none, starts anew. */
    CHECK_OK(rssl_ctx_set_verify_callback(client, NULL, NULL, NULL));
    CHECK(!resumes(client, server));
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    judge_done(&j);
  }
}

/* A server that asks for certificates, trusts nobody and has the callback. */
static rssl_ctx *asking_server(rssl_cert_reqs mode, struct judge *j) {
  rssl_ctx *ctx = server_ctx("server");
  CHECK_OK(rssl_ctx_set_verify(ctx, mode));
  set_judge(ctx, j);
  return ctx;
}

static rssl_ctx *showing_client(const char *chain, const char *key, uint16_t version) {
  rssl_ctx *ctx = client_ctx("ca.pem");
  only_version(ctx, version);
  CHECK_OK(rssl_ctx_load_cert_file(ctx, cert(chain), cert(key), NULL));
  return ctx;
}

/* Qt's QueryPeer. */
static void a_server_may_ask_and_accept_any_certificate(void) {
  static const rssl_cert_reqs modes[] = {RSSL_CERT_OPTIONAL, RSSL_CERT_REQUIRED};
  size_t v, m;
  for (v = 0; v < 2; v++)
    for (m = 0; m < 2; m++) {
      struct judge j = {0};
      rssl_ctx *server = asking_server(modes[m], &j);
      rssl_ctx *client = showing_client("client-other.pem", "client-other.key", versions[v]);
      rssl_cert *shown;
      struct ends e;
      ends_connect(&e, rssl_ctx_ref(client), rssl_ctx_ref(server));
      CHECK_INT(j.verify, RSSL_V_UNKNOWN_ISSUER);
      CHECK_TEXT(j.server_name, "localhost");
      CHECK_INT(rssl_sock_verify_result(e.server), RSSL_V_UNKNOWN_ISSUER);
      shown = rssl_sock_peer_cert_new(e.server, 0);
      CHECK(same_cert(shown, j.kept));
      CHECK_HAS(rssl_cert_text(shown), "rssl other client");
      rssl_cert_free(shown);
      ends_tell(e.client, e.server, "hello");
      ends_tell(e.server, e.client, "hello");
      ends_close(&e);
      CHECK(!resumes(client, server));
      CHECK(!resumes(client, server));
      CHECK_INT(j.calls, 3);
      rssl_ctx_free(client);
      rssl_ctx_free(server);
      judge_done(&j);
    }
}

static void a_known_client_is_resumed_all_the_same(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct judge j = {0};
    rssl_ctx *server = asking_server(RSSL_CERT_REQUIRED, &j);
    rssl_ctx *client = showing_client("client.pem", "client.key", versions[v]);
    CHECK_OK(rssl_ctx_load_verify_file(server, cert("ca.pem")));
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
    CHECK_INT(j.calls, 1);
    /* Not under another callback, which never saw the client. */
    set_judge(server, &j);
    CHECK(!resumes(client, server));
    CHECK_INT(j.calls, 2);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    CHECK_INT(j.drops, 2);
    rssl_cert_free(j.kept);
  }
}

static void a_server_refuses_with_the_number(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct judge j = {0};
    rssl_ctx *server = asking_server(RSSL_CERT_OPTIONAL, &j);
    rssl_ctx *client = showing_client("client.pem", "client.key", versions[v]);
    rssl_result client_rc, server_rc;
    struct ends e;
    char buf[8];
    j.answer = RSSL_V_APPLICATION;
    ends_open(&e, client, server, "localhost");
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_INT(server_rc, RSSL_ERR_VERIFY);
    CHECK_INT(rssl_error_verify(rssl_sock_error(e.server)), RSSL_V_APPLICATION);
    CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_ALERT);
    CHECK_INT(rssl_error_alert(rssl_sock_error(e.client)), 40);
    ends_close(&e);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    judge_done(&j);
  }
}

static void it_is_not_called_where_there_is_nothing_to_judge(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct judge j = {0};
    rssl_ctx *client = judging_client(NULL, versions[v], &j), *server;
    struct ends e;
    j.answer = RSSL_V_APPLICATION;
    CHECK_OK(rssl_ctx_set_check_hostname(client, false));
    CHECK_OK(rssl_ctx_set_verify(client, RSSL_CERT_NONE));
    ends_connect(&e, client, server_ctx("self-signed"));
    CHECK_INT(path_length(e.client), 0);
    CHECK_INT(sent_length(e.client), 1);
    ends_close(&e);
    judge_done(&j);

    memset(&j, 0, sizeof j);
    j.answer = RSSL_V_APPLICATION;
    client = client_ctx("ca.pem");
    only_version(client, versions[v]);
    server = asking_server(RSSL_CERT_OPTIONAL, &j);
    ends_connect(&e, client, server);
    CHECK_INT(rssl_sock_verify_result(e.server), RSSL_V_UNSPECIFIED);
    ends_close(&e);
    CHECK_INT(j.calls, 0);
    judge_done(&j);
  }
}

/* As much of an OCSPResponse as is looked at before it is stapled. */
static const uint8_t staple[] = {0x30, 7, 0x0a, 1, 0, 0xa0, 2, 0x30, 0};

static int32_t want_staple(void *user, const rssl_sock *s, int32_t verify,
                           const rssl_cert *const *chain, size_t chain_len) {
  rssl_bytes ocsp = rssl_sock_ocsp(s);
  (void)chain, (void)chain_len;
  CHECK_INT(ocsp.len, sizeof staple);
  CHECK(memcmp(ocsp.data, staple, ocsp.len) == 0);
  *(const uint8_t **)user = ocsp.data;
  return verify;
}

static void a_stapled_response_is_there_in_it_and_afterwards(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    rssl_identity *id, *stapling;
    const uint8_t *seen = NULL;
    struct ends e;
    only_version(client, versions[v]);
    CHECK_OK(rssl_identity_new_file(cert("server.pem"), cert("server.key"), NULL, NULL, &id));
    CHECK_OK(rssl_identity_new_ocsp(id, staple, sizeof staple, &stapling));
    CHECK_OK(rssl_ctx_set_identities(server, &stapling, 1));
    rssl_identity_free(id);
    rssl_identity_free(stapling);
    CHECK_OK(rssl_ctx_set_verify_callback(client, want_staple, &seen, NULL));
    ends_connect(&e, client, server);
    /* Borrowed from the socket, not for the call alone. */
    CHECK(rssl_sock_ocsp(e.client).data == seen);
    CHECK_INT(rssl_sock_ocsp(e.client).len, sizeof staple);
    CHECK(memcmp(seen, staple, sizeof staple) == 0);
    CHECK(rssl_sock_ocsp(e.server).data == NULL);
    ends_close(&e);
  }
}

static void a_socket_can_be_freed_in_it(void) {
  struct judge j = {0};
  rssl_ctx *client = judging_client("ca.pem", RSSL_TLS1_3, &j), *server = server_ctx("server");
  struct ends e;
  rssl_result rc;
  ends_open_memory(&e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  j.to_free = e.client;
  CHECK_RC(rssl_handshake(e.client), RSSL_WANT_WRITE);
  carry(e.client, e.server);
  CHECK_RC(rssl_handshake(e.server), RSSL_WANT_WRITE);
  carry(e.server, e.client);
  rc = rssl_handshake(e.client);
  CHECK(rc == RSSL_OK || RSSL_IS_WANT(rc));
  CHECK_INT(j.calls, 1);
  judge_done(&j);
  rssl_sock_free(e.server);
}

/* A second connection, begun in the callback of the first. */
struct inner {
  rssl_ctx *ctx;
  rssl_sock *s;
  bool asked;
};

static ptrdiff_t ask_for_the_peer(void *user, void *buf, size_t len) {
  struct inner *inner = user;
  (void)buf, (void)len;
  inner->asked = true;
  CHECK(rssl_sock_peer_cert_new(inner->s, 0) == NULL);
  CHECK(rssl_sock_ocsp(inner->s).data == NULL);
  return RSSL_WANT_READ;
}

static ptrdiff_t swallow(void *user, const void *buf, size_t len) {
  (void)user, (void)buf;
  return (ptrdiff_t)len;
}

static int32_t connect_inside(void *user, const rssl_sock *s, int32_t verify,
                              const rssl_cert *const *chain, size_t chain_len) {
  struct inner *inner = user;
  rssl_io io = {sizeof io, inner, ask_for_the_peer, swallow, NULL};
  (void)s, (void)chain, (void)chain_len;
  CHECK_OK(rssl_sock_new(inner->ctx, RSSL_CLIENT, "localhost", &inner->s));
  CHECK_OK(rssl_sock_set_io(inner->s, &io));
  CHECK_RC(rssl_handshake(inner->s), RSSL_WANT_READ);
  rssl_sock_free(inner->s);
  return verify;
}

static void another_connection_inside_knows_its_own_peer_only(void) {
  rssl_ctx *client = client_ctx("ca.pem");
  struct inner inner = {NULL, NULL, false};
  struct ends e;
  inner.ctx = client_ctx("ca.pem");
  CHECK_OK(rssl_ctx_set_verify_callback(client, connect_inside, &inner, NULL));
  ends_connect(&e, client, server_ctx("server"));
  CHECK(inner.asked);
  ends_close(&e);
  rssl_ctx_free(inner.ctx);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(it_sees_the_verdict_the_chain_and_the_path),
      CASE(the_path_is_there_without_a_callback_too),
      CASE(it_refuses_with_any_number),
      CASE(the_built_in_refusal_stays_what_it_was),
      CASE(what_it_accepts_against_the_verdict_is_verified_anew_by_a_client),
      CASE(what_it_accepts_with_the_verdict_is_resumed_without_a_call),
      CASE(a_server_may_ask_and_accept_any_certificate),
      CASE(a_known_client_is_resumed_all_the_same),
      CASE(a_server_refuses_with_the_number),
      CASE(it_is_not_called_where_there_is_nothing_to_judge),
      CASE(a_stapled_response_is_there_in_it_and_afterwards),
      CASE(a_socket_can_be_freed_in_it),
      CASE(another_connection_inside_knows_its_own_peer_only),
  };
  return RUN_CASES(argc, argv, cases);
}
