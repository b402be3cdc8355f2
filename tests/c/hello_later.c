/* A ClientHello that is decided about later: between the calls, or from another thread. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "hello_hook.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* A connection in which the server waits for a decision. */
struct waiting {
  struct hook hook;
  struct ends e;
};

static void wait_for_decision(struct waiting *w, uint16_t version, bool on_memory) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  memset(w, 0, sizeof *w);
  w->hook.answer = RSSL_WANT_HELLO;
  only_version(client, version);
  hook_set(server, &w->hook);
  (on_memory ? ends_open_memory : ends_open)(&w->e, client, server, "second.rssl.test");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  CHECK(RSSL_IS_WANT(rssl_handshake(w->e.client)));
  if (on_memory) carry(w->e.client, w->e.server);
  CHECK_RC(rssl_handshake(w->e.server), RSSL_WANT_HELLO);
  CHECK_INT(w->hook.calls, 1);
}

/* The handshake goes on, to the certificate of second.rssl.test. */
static void check_goes_on(struct waiting *w) {
  rssl_result client_rc, server_rc;
  CHECK(rssl_sock_hello(w->e.server) == NULL);
  ends_shake(&w->e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  CHECK_INT(w->hook.calls, 1);
  CHECK_TEXT(rssl_sock_server_name(w->e.server), "second.rssl.test");
}

static void show_second(rssl_hello *h) {
  rssl_identity *second = identity_of("second");
  CHECK_OK(rssl_hello_use_identity(h, second));
  rssl_identity_free(second);
}

static void every_call_waits_until_it_is_decided(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    const rssl_bytes piece = {(const uint8_t *)"x", 1};
    struct waiting w;
    rssl_sock *s;
    rssl_hello *h;
    char buf[16];
    int i;
    wait_for_decision(&w, versions[v], false);
    s = w.e.server;
    h = rssl_sock_hello(s);
    CHECK(h != NULL);
    CHECK_OK(rssl_sock_set_write_queue(s, 100));
    for (i = 0; i < 2; i++) {
      CHECK_RC(rssl_handshake(s), RSSL_WANT_HELLO);
      CHECK_RC(rssl_read(s, buf, sizeof buf), RSSL_WANT_HELLO);
      CHECK_RC(rssl_peek(s, buf, sizeof buf), RSSL_WANT_HELLO);
      CHECK_RC(rssl_write(s, "x", 1), RSSL_WANT_HELLO);
      CHECK_RC(rssl_writev(s, &piece, 1), RSSL_WANT_HELLO);
      CHECK_RC(rssl_write(s, "", 0), RSSL_WANT_HELLO);
      CHECK_RC(rssl_writev(s, &piece, 0), RSSL_WANT_HELLO);
      CHECK_RC(rssl_key_update(s), RSSL_WANT_HELLO);
      CHECK_RC(rssl_flush(s), RSSL_WANT_HELLO);
      CHECK_RC(rssl_shutdown(s, RSSL_SHUT_WR), RSSL_WANT_HELLO);
      CHECK_RC(rssl_shutdown(s, RSSL_SHUT_RDWR), RSSL_WANT_HELLO);
      CHECK_INT(rssl_pending(s), 0);
      CHECK_INT(rssl_events(s), 0);
      CHECK(rssl_sock_hello(s) == h);
      CHECK(!rssl_sock_is_connected(s));
      CHECK(rssl_sock_error(s) == NULL);
    }
    CHECK_TEXT(rssl_hello_server_name(h), "second.rssl.test");
    show_second(h);
    CHECK_INT(rssl_events(s), 0);
    CHECK_OK(rssl_hello_continue(h));
    /* Nothing more will come from the client to wake a loop. */
    CHECK_INT(rssl_events(s), RSSL_POLL_IN | RSSL_POLL_READY);
    check_goes_on(&w);
    CHECK_INT(rssl_events(s) & RSSL_POLL_IN, RSSL_POLL_IN);
    ends_tell(w.e.client, s, "to the second");
    ends_tell(s, w.e.client, "from the second");
    ends_close(&w.e);
    CHECK_INT(w.hook.drops, 1);
  }
}

static void on_memory_feeding_goes_on(void) {
  struct waiting w;
  unsigned char buf[64];
  rssl_hello *h;
  wait_for_decision(&w, RSSL_TLS1_3, true);
  h = rssl_sock_hello(w.e.server);
  CHECK_INT(rssl_drain_pending(w.e.server), 0);
  CHECK_RC(rssl_drain(w.e.server, buf, sizeof buf), 0);
  /* A TLS 1.3 client may send this ahead of its second flight: it is kept. */
  CHECK_RC(rssl_feed(w.e.server, "\x14\x03\x03\x00\x01\x01", 6), 6);
  CHECK_RC(rssl_handshake(w.e.server), RSSL_WANT_HELLO);
  CHECK_INT(rssl_events(w.e.server), 0);
  show_second(h);
  CHECK_OK(rssl_hello_continue(h));
  check_goes_on(&w);
  ends_close(&w.e);
}

static void a_blocking_transport_waits_for_no_decision(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("second");
  struct waiting w;
  memset(&w, 0, sizeof w);
  w.hook.answer = RSSL_WANT_HELLO;
  hook_set(server, &w.hook);
  ends_open(&w.e, client, server, "second.rssl.test");
  set_blocking(w.e.server_fd);
  CHECK(RSSL_IS_WANT(rssl_handshake(w.e.client)));
  CHECK_RC(rssl_handshake(w.e.server), RSSL_WANT_HELLO);
  CHECK_OK(rssl_hello_continue(rssl_sock_hello(w.e.server)));
  set_nonblocking(w.e.server_fd);
  check_goes_on(&w);
  ends_close(&w.e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void another_context_can_come_later(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *other = server_ctx("second"), *last = server_ctx("second");
    struct waiting w;
    rssl_hello *h;
    wait_for_decision(&w, versions[v], false);
    h = rssl_sock_hello(w.e.server);
    only_version(other, versions[1 - v]);
    only_version(last, versions[v]);
    CHECK_OK(rssl_hello_use_ctx(h, other));
    CHECK_OK(rssl_hello_use_ctx(h, last));
    rssl_ctx_free(other);
    rssl_ctx_free(last);
    CHECK_OK(rssl_hello_continue(h));
    check_goes_on(&w);
    ends_close(&w.e);
  }
}

/* A decision that cannot be kept shows in the next call. */
static void what_goes_wrong_then_shows_in_the_next_call(void) {
  rssl_ctx *other = server_ctx("second");
  struct waiting w;
  wait_for_decision(&w, RSSL_TLS1_3, false);
  only_version(other, RSSL_TLS1_2);
  CHECK_OK(rssl_hello_use_ctx(rssl_sock_hello(w.e.server), other));
  CHECK_OK(rssl_hello_continue(rssl_sock_hello(w.e.server)));
  check_refused(&w.e, RSSL_ERR_NO_SHARED, 70);
  ends_close(&w.e);
  rssl_ctx_free(other);
}

static void it_can_be_refused_later(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct waiting w;
    char buf[1];
    wait_for_decision(&w, versions[v], false);
    CHECK_RC(rssl_hello_reject(rssl_sock_hello(w.e.server), 0), RSSL_ERR_ARGUMENT);
    CHECK(rssl_sock_hello(w.e.server) != NULL);
    CHECK_OK(rssl_hello_reject(rssl_sock_hello(w.e.server), 112));
    CHECK_SOCK_ERROR(w.e.server, RSSL_ERR_CALLBACK);
    /* It has been sent: the socket may go now. */
    rssl_sock_free(w.e.server);
    w.e.server = NULL;
    CHECK_RC(rssl_read(w.e.client, buf, 1), RSSL_ERR_ALERT);
    CHECK_INT(rssl_error_alert(rssl_last_error()), 112);
    ends_close(&w.e);

    wait_for_decision(&w, versions[v], false);
    CHECK_OK(rssl_hello_reject(rssl_sock_hello(w.e.server), 40));
    check_refused(&w.e, RSSL_ERR_CALLBACK, 40);
    CHECK_RC(rssl_shutdown(w.e.server, RSSL_SHUT_WR), RSSL_ERR_CALLBACK);
    ends_close(&w.e);
  }
}

static void on_memory_a_refusal_is_drained(void) {
  struct waiting w;
  unsigned char buf[64];
  wait_for_decision(&w, RSSL_TLS1_3, true);
  /* What the client has sent on is not waited for any more. */
  CHECK_RC(rssl_feed(w.e.server, "\x14\x03\x03\x00\x01\x01", 6), 6);
  CHECK_RC(rssl_handshake(w.e.server), RSSL_WANT_HELLO);
  CHECK_OK(rssl_hello_reject(rssl_sock_hello(w.e.server), 112));
  CHECK_INT(rssl_events(w.e.server), RSSL_POLL_OUT);
  CHECK_INT(rssl_drain_pending(w.e.server), 7);
  CHECK_RC(rssl_drain(w.e.server, buf, sizeof buf), 7);
  CHECK(memcmp(buf, "\x15\x03\x03\x00\x02\x02\x70", 7) == 0);
  CHECK_INT(rssl_events(w.e.server), 0);
  ends_close(&w.e);
}

static void a_hello_that_was_decided_is_none(void) {
  struct waiting w;
  rssl_hello *h;
  rssl_ctx *other = server_ctx("server");
  wait_for_decision(&w, RSSL_TLS1_3, false);
  h = rssl_sock_hello(w.e.server);
  show_second(h);
  CHECK_OK(rssl_hello_continue(h));
  CHECK(rssl_sock_hello(w.e.server) == NULL);
  /* As long as the socket lives this is an error and no more. */
  CHECK_RC(rssl_hello_continue(h), RSSL_ERR_STATE);
  CHECK_RC(rssl_hello_reject(h, 40), RSSL_ERR_STATE);
  CHECK_RC(rssl_hello_use_ctx(h, other), RSSL_ERR_STATE);
  CHECK_RC(rssl_hello_use_alpn(h, "h2"), RSSL_ERR_STATE);
  CHECK(rssl_hello_server_name(h) == NULL);
  CHECK_INT(rssl_hello_cipher_count(h), 0);
  check_goes_on(&w);
  CHECK_RC(rssl_hello_continue(h), RSSL_ERR_STATE);
  ends_close(&w.e);
  rssl_ctx_free(other);
}

static void a_socket_may_be_freed_undecided(void) {
  size_t i;
  for (i = 0; i < 2; i++) {
    struct waiting w;
    rssl_ctx *other = server_ctx("second");
    wait_for_decision(&w, RSSL_TLS1_3, i == 1);
    show_second(rssl_sock_hello(w.e.server));
    CHECK_OK(rssl_hello_use_ctx(rssl_sock_hello(w.e.server), other));
    rssl_ctx_free(other);
    if (i == 1) CHECK_OK(rssl_hello_continue(rssl_sock_hello(w.e.server)));
    ends_close(&w.e);
    CHECK_INT(w.hook.drops, 1);
  }
}

/* -- other threads */

static void run(void *(*body)(void *), void *argument) {
  pthread_t thread;
  CHECK_INT(pthread_create(&thread, NULL, body, argument), 0);
  CHECK_INT(pthread_join(thread, NULL), 0);
}

static void *decide(void *argument) {
  rssl_hello *h = argument;
  CHECK_TEXT(rssl_hello_server_name(h), "second.rssl.test");
  show_second(h);
  CHECK_OK(rssl_hello_continue(h));
  return NULL;
}

static void another_thread_can_decide(void) {
  struct waiting w;
  wait_for_decision(&w, RSSL_TLS1_3, false);
  run(decide, rssl_sock_hello(w.e.server));
  check_goes_on(&w);
  ends_close(&w.e);
}

static void *decide_too_early(void *argument) {
  rssl_hello *h = argument;
  CHECK_TEXT(rssl_hello_server_name(h), "localhost");
  CHECK_RC(rssl_hello_continue(h), RSSL_ERR_STATE);
  CHECK_RC(rssl_hello_reject(h, 40), RSSL_ERR_STATE);
  return NULL;
}

static void let_another_thread_decide(struct hook *hook, rssl_sock *s, rssl_hello *h) {
  (void)hook, (void)s;
  run(decide_too_early, h);
}

static void but_not_while_the_callback_runs(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct hook hook = {let_another_thread_decide, RSSL_OK, NULL, NULL, NULL, 0, 0};
  struct ends e;
  hook_set(server, &hook);
  connect_to(&e, client, server, "localhost");
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

enum { THREADS = 4, CONNECTIONS = 10 };

/* One callback, asked by several threads at once; each answers with what its client wants. */
static rssl_result answer_by_name(void *user, rssl_sock *s, rssl_hello *h) {
  const char *name = rssl_hello_server_name(h);
  CHECK(rssl_sock_hello(s) == h);
  return strcmp(name, "second.rssl.test") == 0
             ? rssl_hello_use_identity(h, user)
             : RSSL_WANT_HELLO;
}

struct contexts {
  rssl_ctx *client, *server;
};

static void *connect_by_turns(void *argument) {
  const struct contexts *of = argument;
  int i;
  for (i = 0; i < CONNECTIONS; i++) {
    const char *name = i % 2 ? "second.rssl.test" : "localhost";
    rssl_result client_rc, server_rc;
    struct ends e;
    ends_open(&e, of->client, of->server, name);
    CHECK(RSSL_IS_WANT(rssl_handshake(e.client)));
    if (i % 2 == 0) {
      CHECK_RC(rssl_handshake(e.server), RSSL_WANT_HELLO);
      CHECK_OK(rssl_hello_continue(rssl_sock_hello(e.server)));
    }
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_OK(client_rc);
    CHECK_OK(server_rc);
    CHECK_TEXT(rssl_sock_server_name(e.server), name);
    ends_close(&e);
  }
  return NULL;
}

static void one_callback_serves_many_threads(void) {
  struct contexts of = {client_ctx("ca.pem"), server_ctx("server")};
  rssl_identity *second = identity_of("second");
  pthread_t threads[THREADS];
  size_t i;
  CHECK_OK(rssl_ctx_set_hello_callback(of.server, answer_by_name, second, NULL));
  for (i = 0; i < THREADS; i++)
    CHECK_INT(pthread_create(&threads[i], NULL, connect_by_turns, &of), 0);
  for (i = 0; i < THREADS; i++) CHECK_INT(pthread_join(threads[i], NULL), 0);
  rssl_ctx_free(of.client);
  rssl_ctx_free(of.server);
  rssl_identity_free(second);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(every_call_waits_until_it_is_decided),
      CASE(on_memory_feeding_goes_on),
      CASE(a_blocking_transport_waits_for_no_decision),
      CASE(another_context_can_come_later),
      CASE(what_goes_wrong_then_shows_in_the_next_call),
      CASE(it_can_be_refused_later),
      CASE(on_memory_a_refusal_is_drained),
      CASE(a_hello_that_was_decided_is_none),
      CASE(a_socket_may_be_freed_undecided),
      CASE(another_thread_can_decide),
      CASE(but_not_while_the_callback_runs),
      CASE(one_callback_serves_many_threads),
  };
  return RUN_CASES(argc, argv, cases);
}
