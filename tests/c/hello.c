/* The hello callback: what it sees, and what it decides at once. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "hello_hook.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};
static const char *const h2_first[] = {"h2", "http/1.1"};
static const char *const imap[] = {"imap"};

static bool is(rssl_bytes bytes, const char *text) {
  return bytes.len == strlen(text) && memcmp(bytes.data, text, bytes.len) == 0;
}

/* -- what it sees */

static void check_offers(struct hook *hook, rssl_sock *s, rssl_hello *h) {
  size_t i, n;
  bool has_gcm = false, has_p256 = false;
  (void)hook;
  CHECK_TEXT(rssl_hello_server_name(h), "server.rssl.test");
  CHECK_TEXT(rssl_sock_server_name(s), "server.rssl.test");
  CHECK_INT(rssl_hello_alpn_count(h), 2);
  CHECK(is(rssl_hello_alpn(h, 0), "h2") && is(rssl_hello_alpn(h, 1), "http/1.1"));
  CHECK(rssl_hello_alpn(h, 2).data == NULL && rssl_hello_alpn(h, SIZE_MAX).len == 0);
  n = rssl_hello_cipher_count(h);
  for (i = 0; i < n; i++) has_gcm |= rssl_hello_cipher(h, i) == 0x1301;
  CHECK(has_gcm);
  CHECK_INT(rssl_hello_cipher(h, n), 0);
  n = rssl_hello_scheme_count(h);
  for (i = 0; i < n; i++) has_p256 |= rssl_hello_scheme(h, i) == 0x0403;
  CHECK(has_p256);
  CHECK_INT(rssl_hello_scheme(h, n), 0);
  CHECK_INT(rssl_hello_ca_count(h), 0);
  CHECK(rssl_hello_ca(h, 0).data == NULL);
}

static void it_sees_what_the_client_offers(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct hook hook = {check_offers, RSSL_OK, NULL, NULL, NULL, 0, 0};
  struct ends e;
  CHECK_OK(rssl_ctx_set_alpn(client, h2_first, 2));
  hook_set(server, &hook);
  /* Names do not depend on the case. */
  connect_to(&e, client, server, "Server.RSSL.test");
  CHECK_INT(hook.calls, 1);
  CHECK_TEXT(rssl_sock_server_name(e.server), "server.rssl.test");
  ends_tell(e.client, e.server, "seen");
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  CHECK_INT(hook.drops, 1);
}

static void check_offers_little(struct hook *hook, rssl_sock *s, rssl_hello *h) {
  (void)hook, (void)s;
  CHECK(rssl_hello_server_name(h) == NULL);
  CHECK_INT(rssl_hello_alpn_count(h), 0);
  CHECK_RC(rssl_hello_use_alpn(h, "h2"), RSSL_ERR_ARGUMENT);
  CHECK_HAS(last_message(), "h2");
}

static void a_client_may_name_nothing(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct hook hook = {check_offers_little, RSSL_OK, NULL, NULL, NULL, 0, 0};
  struct ends e;
  hook_set(server, &hook);
  connect_to(&e, client, server, "127.0.0.1");
  CHECK_INT(hook.calls, 1);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

/* The client's first choice of group is another: it says hello twice. */
static void it_sees_one_hello_when_the_server_asks_for_another(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct hook hook = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0};
  struct ends e;
  CHECK_OK(rssl_ctx_set_groups(server, "P-384"));
  hook_set(server, &hook);
  connect_to(&e, client, server, "localhost");
  CHECK_INT(rssl_sock_group(e.server), 24);
  CHECK_INT(hook.calls, 1);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void it_sees_a_hello_that_comes_byte_by_byte_once(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct hook hook = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0};
  unsigned char flight[4096];
  struct ends e;
  ptrdiff_t n, i;
  hook_set(server, &hook);
  ends_open_memory(&e, client, server, "localhost");
  CHECK_RC(rssl_handshake(e.client), RSSL_WANT_WRITE);
  n = rssl_drain(e.client, flight, sizeof flight);
  CHECK(n > 0);
  for (i = 0; i < n; i++) {
    CHECK_INT(hook.calls, 0);
    CHECK_RC(rssl_handshake(e.server), RSSL_WANT_READ);
    CHECK_RC(rssl_feed(e.server, flight + i, 1), 1);
  }
  CHECK_RC(rssl_handshake(e.server), RSSL_WANT_WRITE);
  CHECK_INT(hook.calls, 1);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void only_servers_have_hellos_to_see(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct hook hook = {NULL, RSSL_ERR_CALLBACK, NULL, NULL, NULL, 0, 0};
  struct ends e;
  hook_set(client, &hook);
  connect_to(&e, client, server, "localhost");
  CHECK_INT(hook.calls, 0);
  CHECK(rssl_sock_hello(e.client) == NULL);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

/* -- what it chooses */

static void it_chooses_the_identity(void) {
  rssl_identity *second = identity_of("second");
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    struct hook hook = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0};
    struct ends e;
    hook.id = second;
    only_version(client, versions[v]);
    hook_set(server, &hook);
    connect_to(&e, client, server, "second.rssl.test");
    ends_tell(e.client, e.server, "to the second");
    ends_close(&e);
    /* For that connection alone. */
    hook.id = NULL;
    connect_to(&e, client, server, "localhost");
    ends_close(&e);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
  rssl_identity_free(second);
}

static void an_identity_is_enough_for_a_context_without(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server;
  struct hook hook = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0};
  struct ends e;
  CHECK_OK(rssl_ctx_new(RSSL_SERVER, &server));
  hook.id = identity_of("server");
  hook_set(server, &hook);
  connect_to(&e, client, server, "localhost");
  ends_close(&e);
  rssl_identity_free(hook.id);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void it_chooses_the_protocol(void) {
  size_t v, list;
  for (v = 0; v < 2; v++) {
    /* Whether the context enables none, others, or this one behind another. */
    for (list = 0; list < 3; list++) {
      rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
      struct hook hook = {NULL, RSSL_OK, NULL, NULL, "http/1.1", 0, 0};
      struct ends e;
      only_version(client, versions[v]);
      CHECK_OK(rssl_ctx_set_alpn(client, h2_first, 2));
      if (list == 1) CHECK_OK(rssl_ctx_set_alpn(server, imap, 1));
      if (list == 2) CHECK_OK(rssl_ctx_set_alpn(server, h2_first, 2));
      hook_set(server, &hook);
      connect_to(&e, client, server, "localhost");
      CHECK(is(rssl_sock_alpn(e.client), "http/1.1") && is(rssl_sock_alpn(e.server), "http/1.1"));
      ends_close(&e);
      rssl_ctx_free(client);
      rssl_ctx_free(server);
    }
  }
}

/* -- another context */

static void the_other_context_is_in_force(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("wrong-name");
    rssl_ctx *other = server_ctx("second");
    struct hook hook = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0};
    struct hook unseen = {NULL, RSSL_ERR_CALLBACK, NULL, NULL, NULL, 0, 0};
    struct ends e;
    /* They have nothing in common. */
    only_version(server, versions[1 - v]);
    only_version(other, versions[v]);
    CHECK_OK(rssl_ctx_set_alpn(server, imap, 1));
    CHECK_OK(rssl_ctx_set_alpn(client, h2_first, 2));
    CHECK_OK(rssl_ctx_set_alpn(other, h2_first, 1));
    hook.ctx = other;
    hook_set(server, &hook);
    hook_set(other, &unseen);
    connect_to(&e, client, server, "second.rssl.test");
    CHECK_INT(rssl_sock_version(e.client), versions[v]);
    CHECK(is(rssl_sock_alpn(e.client), "h2"));
    CHECK_INT(hook.calls, 1);
    CHECK_INT(unseen.calls, 0);
    ends_tell(e.client, e.server, "to the other");
    ends_close(&e);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    rssl_ctx_free(other);
    CHECK_INT(hook.drops, 1);
    CHECK_INT(unseen.drops, 1);
  }
}

static void an_identity_and_a_protocol_go_before_the_other_context(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("wrong-name");
  rssl_ctx *other = server_ctx("wrong-name");
  struct hook hook = {NULL, RSSL_OK, NULL, NULL, "http/1.1", 0, 0};
  struct ends e;
  CHECK_OK(rssl_ctx_set_alpn(client, h2_first, 2));
  CHECK_OK(rssl_ctx_set_alpn(other, h2_first, 2));
  only_version(other, RSSL_TLS1_2);
  hook.ctx = other;
  hook.id = identity_of("second");
  hook_set(server, &hook);
  connect_to(&e, client, server, "second.rssl.test");
  CHECK_INT(rssl_sock_version(e.client), RSSL_TLS1_2);
  CHECK(is(rssl_sock_alpn(e.server), "http/1.1"));
  ends_close(&e);
  rssl_identity_free(hook.id);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  rssl_ctx_free(other);
}

static void the_other_context_may_let_alpn_pass(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_ctx *other = server_ctx("server");
  struct hook hook = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0};
  struct ends e;
  CHECK_OK(rssl_ctx_set_alpn(client, imap, 1));
  CHECK_OK(rssl_ctx_set_alpn(server, h2_first, 2));
  CHECK_OK(rssl_ctx_set_alpn(other, h2_first, 2));
  CHECK_OK(rssl_ctx_set_options(other, RSSL_OPT_ALPN_OPTIONAL, 0));
  hook.ctx = other;
  hook_set(server, &hook);
  connect_to(&e, client, server, "localhost");
  CHECK(rssl_sock_alpn(e.client).data == NULL);
  ends_close(&e);
  /* And may not, where the first would. */
  hook.ctx = server;
  hook_set(other, &hook);
  ends_open(&e, client, other, "localhost");
  check_refused(&e, RSSL_ERR_NO_ALPN, 120);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  rssl_ctx_free(other);
}

static void change_it_afterwards(struct hook *hook, rssl_sock *s, rssl_hello *h) {
  (void)s, (void)h;
  only_version(hook->ctx, RSSL_TLS1_2);
  CHECK_OK(rssl_ctx_set_identities(hook->ctx, NULL, 0));
}

static void its_settings_count_as_they_were_at_the_call(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("wrong-name");
  rssl_ctx *other = server_ctx("server");
  struct hook hook = {change_it_afterwards, RSSL_OK, NULL, NULL, NULL, 0, 0};
  struct ends e;
  /* As they are then, too, and not when the socket was made. */
  only_version(other, RSSL_TLS1_2);
  hook.ctx = other;
  hook_set(server, &hook);
  ends_open(&e, client, server, "localhost");
  only_version(other, RSSL_TLS1_3);
  {
    rssl_result client_rc, server_rc;
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_OK(client_rc);
    CHECK_OK(server_rc);
  }
  CHECK_INT(rssl_sock_version(e.client), RSSL_TLS1_3);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  rssl_ctx_free(other);
}

static void the_other_context_may_share_nothing_with_the_client(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_ctx *other = server_ctx("server");
  struct hook hook = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0};
  struct ends e;
  only_version(client, RSSL_TLS1_3);
  only_version(other, RSSL_TLS1_2);
  hook.ctx = other;
  hook_set(server, &hook);
  ends_open(&e, client, server, "localhost");
  check_refused(&e, RSSL_ERR_NO_SHARED, 70);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  rssl_ctx_free(other);
}

static void refuse_clients_context(struct hook *hook, rssl_sock *s, rssl_hello *h) {
  rssl_ctx *client = client_ctx(NULL);
  (void)hook, (void)s;
  CHECK_RC(rssl_hello_use_ctx(h, client), RSSL_ERR_STATE);
  rssl_ctx_free(client);
}

static void a_clients_context_is_none(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct hook hook = {refuse_clients_context, RSSL_OK, NULL, NULL, NULL, 0, 0};
  struct ends e;
  hook_set(server, &hook);
  connect_to(&e, client, server, "localhost");
  CHECK_INT(hook.calls, 1);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static rssl_ctx *server_that_asks(void) {
  rssl_ctx *ctx = server_ctx("server");
  CHECK_OK(rssl_ctx_load_verify_file(ctx, cert("ca.pem")));
  CHECK_OK(rssl_ctx_set_verify(ctx, RSSL_CERT_REQUIRED));
  return ctx;
}

static bool resumes(rssl_ctx *client, rssl_ctx *server, int32_t verify) {
  struct ends e;
  bool resumed;
  connect_to(&e, client, server, "localhost");
  ends_tell(e.client, e.server, "question");
  ends_tell(e.server, e.client, "answer");
  resumed = rssl_sock_resumed(e.server);
  CHECK_INT(rssl_sock_resumed(e.client), resumed);
  CHECK_INT(rssl_sock_verify_result(e.server), verify);
  ends_close(&e);
  return resumed;
}

/* The client has been verified by the one context and not by the other, whichever it is that the
 * session began under. */
static void a_session_resumes_under_its_own_context_only(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    rssl_ctx *asks = server_that_asks();
    struct hook hook = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0};
    only_version(client, versions[v]);
    CHECK_OK(rssl_ctx_load_cert_file(client, cert("client.pem"), cert("client.key"), NULL));
    hook_set(server, &hook);
    CHECK(!resumes(client, server, RSSL_V_UNSPECIFIED));
    CHECK(resumes(client, server, RSSL_V_UNSPECIFIED));
    hook.ctx = asks;
    CHECK(!resumes(client, server, RSSL_V_OK));
    CHECK(resumes(client, server, RSSL_V_OK));
    /* The context that was gone over to knows them too. */
    CHECK(resumes(client, asks, RSSL_V_OK));
    hook.ctx = NULL;
    CHECK(!resumes(client, server, RSSL_V_UNSPECIFIED));
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    rssl_ctx_free(asks);
  }
}

static void the_other_context_decides_about_client_certificates(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    rssl_ctx *asks = server_that_asks();
    struct hook hook = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0};
    rssl_result client_rc, server_rc;
    struct ends e;
    only_version(client, versions[v]);
    hook.ctx = asks;
    hook_set(server, &hook);
    ends_open(&e, client, server, "localhost");
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_INT(server_rc, RSSL_ERR_NO_CERT);
    ends_close(&e);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    rssl_ctx_free(asks);
  }
}

static void wake(int signal) {
  (void)signal;
}

static void the_other_context_decides_about_signals(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_ctx *other = server_ctx("server");
  struct hook hook = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0};
  struct sigaction action;
  struct ends e;
  char buf[1];
  memset(&action, 0, sizeof action);
  action.sa_handler = wake;
  CHECK_INT(sigaction(SIGALRM, &action, NULL), 0);
  CHECK_OK(rssl_ctx_set_options(other, RSSL_OPT_RETURN_EINTR, 0));
  hook.ctx = other;
  hook_set(server, &hook);
  connect_to(&e, client, server, "localhost");
  set_blocking(e.server_fd);
  alarm(1);
  CHECK_RC(rssl_read(e.server, buf, sizeof buf), RSSL_ERR_INTERRUPTED);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  rssl_ctx_free(other);
}

/* -- refusing */

static void check_answer_refuses(rssl_result answer, const char *named) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    struct hook hook = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0};
    struct ends e;
    char buf[1];
    hook.answer = answer;
    only_version(client, versions[v]);
    hook_set(server, &hook);
    ends_open(&e, client, server, "localhost");
    check_refused(&e, RSSL_ERR_CALLBACK, 40);
    CHECK_HAS(rssl_error_message(rssl_sock_error(e.server)), named);
    CHECK_RC(rssl_handshake(e.server), RSSL_ERR_CALLBACK);
    CHECK_RC(rssl_read(e.server, buf, sizeof buf), RSSL_ERR_CALLBACK);
    CHECK_RC(rssl_write(e.server, "x", 1), RSSL_ERR_CALLBACK);
    CHECK_INT(hook.calls, 1);
    ends_close(&e);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    CHECK_INT(hook.drops, 1);
  }
}

static void a_negative_answer_refuses(void) {
  check_answer_refuses(RSSL_ERR_CALLBACK, "RSSL_ERR_CALLBACK");
  check_answer_refuses(RSSL_ERR_FILE, "RSSL_ERR_FILE");
  check_answer_refuses(-1, "-1");
}

/* What says neither yes nor no is a no. */
static void an_impossible_answer_refuses(void) {
  check_answer_refuses(1, "1");
  check_answer_refuses(RSSL_WANT_READ, "RSSL_WANT_READ");
}

static void reject_unknown_name(struct hook *hook, rssl_sock *s, rssl_hello *h) {
  (void)hook;
  CHECK_RC(rssl_hello_reject(h, 0), RSSL_ERR_ARGUMENT);
  CHECK_RC(rssl_hello_reject(h, 90), RSSL_ERR_ARGUMENT);
  CHECK_RC(rssl_hello_reject(h, 100), RSSL_ERR_ARGUMENT);
  CHECK_RC(rssl_hello_reject(h, -1), RSSL_ERR_ARGUMENT);
  CHECK_RC(rssl_hello_reject(h, 112 + 256), RSSL_ERR_ARGUMENT);
  CHECK_RC(rssl_hello_reject(h, 255), RSSL_ERR_ARGUMENT);
  CHECK_OK(rssl_hello_reject(h, 112));
  /* It is decided. */
  CHECK_RC(rssl_hello_reject(h, 40), RSSL_ERR_STATE);
  CHECK_RC(rssl_hello_use_alpn(h, "h2"), RSSL_ERR_STATE);
  CHECK(rssl_sock_hello(s) == NULL);
}

static void it_refuses_with_any_alert_whatever_it_returns(void) {
  static const rssl_result answers[] = {RSSL_OK, RSSL_WANT_HELLO, RSSL_ERR_CALLBACK};
  size_t i;
  for (i = 0; i < 3; i++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    struct hook hook = {reject_unknown_name, RSSL_OK, NULL, NULL, NULL, 0, 0};
    struct ends e;
    hook.answer = answers[i];
    hook_set(server, &hook);
    ends_open(&e, client, server, "localhost");
    check_refused(&e, RSSL_ERR_CALLBACK, 112);
    CHECK_HAS(rssl_error_message(rssl_sock_error(e.server)), "unrecognized_name");
    ends_close(&e);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

/* -- what it may do */

static void call_everything(struct hook *hook, rssl_sock *s, rssl_hello *h) {
  rssl_io io = {sizeof io, NULL, NULL, NULL, NULL};
  uint64_t rx, tx;
  char buf[4];
  CHECK_RC(rssl_handshake(s), RSSL_ERR_STATE);
  CHECK_RC(rssl_read(s, buf, sizeof buf), RSSL_ERR_STATE);
  CHECK_RC(rssl_peek(s, buf, sizeof buf), RSSL_ERR_STATE);
  CHECK_RC(rssl_write(s, "x", 1), RSSL_ERR_STATE);
  CHECK_RC(rssl_flush(s), RSSL_ERR_STATE);
  CHECK_RC(rssl_shutdown(s, RSSL_SHUT_RDWR), RSSL_ERR_STATE);
  CHECK_RC(rssl_feed(s, "x", 1), RSSL_ERR_STATE);
  CHECK_RC(rssl_drain(s, buf, sizeof buf), RSSL_ERR_STATE);
  CHECK_RC(rssl_sock_set_io(s, &io), RSSL_ERR_ARGUMENT);
  CHECK_RC(rssl_hello_continue(h), RSSL_ERR_STATE);
  CHECK_INT(rssl_pending(s), 0);
  /* Getters are allowed, and other sockets. */
  rssl_sock_traffic(s, &rx, &tx);
  CHECK(rx > 0 && tx == 0);
  CHECK(!rssl_sock_is_connected(s));
  CHECK(rssl_sock_user(s) == hook);
  CHECK(rssl_sock_error(s) == NULL);
  rssl_cert_free(rssl_sock_peer_cert_new(s, 0));
  {
    struct ends other;
    ends_connect_version(&other, RSSL_TLS1_3);
    ends_tell(other.client, other.server, "inside");
    ends_close(&other);
  }
  CHECK(rssl_sock_hello(s) == h);
}

static void calling_back_into_the_socket_is_an_error_not_a_deadlock(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct hook hook = {call_everything, RSSL_OK, NULL, NULL, NULL, 0, 0};
  rssl_result client_rc, server_rc;
  struct ends e;
  hook_set(server, &hook);
  ends_open(&e, client, server, "localhost");
  rssl_sock_set_user(e.server, &hook);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  ends_tell(e.client, e.server, "unharmed");
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void free_it(struct hook *hook, rssl_sock *s, rssl_hello *h) {
  rssl_sock_free(s);
  CHECK_INT(hook->drops, 0);
  /* It is there until the outermost call returns. */
  CHECK_TEXT(rssl_hello_server_name(h), "localhost");
}

static void freeing_inside_takes_effect_when_the_call_returns(void) {
  static const rssl_result answers[] = {RSSL_OK, RSSL_WANT_HELLO, RSSL_ERR_CALLBACK};
  size_t i;
  for (i = 0; i < 3; i++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    struct hook hook = {free_it, RSSL_OK, NULL, NULL, NULL, 0, 0};
    struct ends e;
    hook.answer = answers[i];
    hook_set(server, &hook);
    ends_open(&e, client, server, "localhost");
    rssl_ctx_free(server);
    CHECK_INT(hook.drops, 0);
    CHECK(RSSL_IS_WANT(rssl_handshake(e.client)));
    CHECK(rssl_handshake(e.server) != RSSL_OK);
    CHECK_INT(hook.drops, 1);
    e.server = NULL;
    ends_close(&e);
    rssl_ctx_free(client);
  }
}

static void drop_is_called_once(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct hook first = {NULL, RSSL_OK, NULL, NULL, NULL, 0, 0}, second = first;
  struct ends e, unused;
  hook_set(server, &first);
  ends_open(&e, client, server, "localhost");
  ends_open(&unused, client, server, "localhost");
  hook_set(server, &second);
  /* Sockets keep what was set when they were made. */
  CHECK_INT(first.drops, 0);
  ends_close(&unused);
  CHECK_INT(first.drops, 0);
  CHECK(RSSL_IS_WANT(rssl_handshake(e.client)));
  CHECK(RSSL_IS_WANT(rssl_handshake(e.server)));
  CHECK_INT(first.calls, 1);
  CHECK_INT(first.drops, 1);
  CHECK_OK(rssl_ctx_set_hello_callback(server, NULL, NULL, NULL));
  CHECK_INT(second.drops, 1);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  CHECK_INT(first.drops, 1);
  CHECK_INT(second.calls, 0);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(it_sees_what_the_client_offers),
      CASE(a_client_may_name_nothing),
      CASE(it_sees_one_hello_when_the_server_asks_for_another),
      CASE(it_sees_a_hello_that_comes_byte_by_byte_once),
      CASE(only_servers_have_hellos_to_see),
      CASE(it_chooses_the_identity),
      CASE(an_identity_is_enough_for_a_context_without),
      CASE(it_chooses_the_protocol),
      CASE(the_other_context_is_in_force),
      CASE(an_identity_and_a_protocol_go_before_the_other_context),
      CASE(the_other_context_may_let_alpn_pass),
      CASE(its_settings_count_as_they_were_at_the_call),
      CASE(the_other_context_may_share_nothing_with_the_client),
      CASE(a_clients_context_is_none),
      CASE(a_session_resumes_under_its_own_context_only),
      CASE(the_other_context_decides_about_client_certificates),
      CASE(the_other_context_decides_about_signals),
      CASE(a_negative_answer_refuses),
      CASE(an_impossible_answer_refuses),
      CASE(it_refuses_with_any_alert_whatever_it_returns),
      CASE(calling_back_into_the_socket_is_an_error_not_a_deadlock),
      CASE(freeing_inside_takes_effect_when_the_call_returns),
      CASE(drop_is_called_once),
  };
  return RUN_CASES(argc, argv, cases);
}
