/* rssl_io: transports made of the program's functions. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 18 };

/* One direction of a wire in memory. */
struct wire {
  unsigned char data[ROOM];
  size_t begin, end;
};

/* A transport: what it reads from and writes to, and how it behaves. */
struct transport {
  struct wire *in, *out;
  size_t most;            /* bytes a call moves, at most; 0: no limit */
  bool all_or_nothing;    /* reads wait until all of len is there */
  bool stalls;            /* every other call would block */
  ptrdiff_t answer_read;  /* returned instead, if not 0 */
  ptrdiff_t answer_write;
  size_t asked[64];       /* the lengths of the first reads */
  unsigned reads, writes, drops;
  rssl_sock *s;           /* the socket, for calls from inside */
  void (*inside)(struct transport *);
};

static ptrdiff_t wire_read(void *user, void *buf, size_t len) {
  struct transport *t = user;
  size_t there = t->in->end - t->in->begin;
  if (t->reads < 64) t->asked[t->reads] = len;
  t->reads++;
  if (t->inside) t->inside(t);
  if (t->answer_read) return t->answer_read;
  if (t->stalls && t->reads % 2) return RSSL_WANT_READ;
  if (there == 0 || (t->all_or_nothing && there < len)) return RSSL_WANT_READ;
  if (len > there) len = there;
  if (t->most && len > t->most) len = t->most;
  memcpy(buf, t->in->data + t->in->begin, len);
  t->in->begin += len;
  return (ptrdiff_t)len;
}

static ptrdiff_t wire_write(void *user, const void *buf, size_t len) {
  struct transport *t = user;
  t->writes++;
  if (t->answer_write) return t->answer_write;
  if (t->stalls && t->writes % 2) return RSSL_WANT_WRITE;
  if (t->most && len > t->most) len = t->most;
  CHECK(t->out->end + len <= ROOM);
  memcpy(t->out->data + t->out->end, buf, len);
  t->out->end += len;
  return (ptrdiff_t)len;
}

static void wire_drop(void *user) {
  ((struct transport *)user)->drops++;
}

static rssl_io io_of(struct transport *t) {
  rssl_io io = {sizeof io, NULL, wire_read, wire_write, wire_drop};
  io.user = t;
  return io;
}

/* Two transports back to back, with a socket on each. */
struct both {
  struct wire up, down;
  struct transport client, server;
  struct ends e;
};

static struct both *both_new(uint16_t version) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct both *b = calloc(1, sizeof *b);
  rssl_io client_io = io_of(&b->client), server_io = io_of(&b->server);
  only_version(client, version);
  b->client.in = b->server.out = &b->down;
  b->client.out = b->server.in = &b->up;
  ends_open_memory(&b->e, client, server, "localhost");
  b->e.client_fd = b->e.server_fd = 0; /* not memory: nothing is carried */
  CHECK_OK(rssl_sock_set_io(b->e.client, &client_io));
  CHECK_OK(rssl_sock_set_io(b->e.server, &server_io));
  b->client.s = b->e.client;
  b->server.s = b->e.server;
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  return b;
}

static void both_shake(struct both *b) {
  rssl_result client_rc = RSSL_WANT_READ, server_rc = RSSL_WANT_READ;
  int i;
  /* Transports that move a byte at a time, or stall, need many calls. */
  for (i = 0; i < 200000 && !(client_rc == RSSL_OK && server_rc == RSSL_OK); i++) {
    client_rc = rssl_handshake(b->e.client);
    server_rc = rssl_handshake(b->e.server);
    CHECK(client_rc == RSSL_OK || RSSL_IS_WANT(client_rc));
    CHECK(server_rc == RSSL_OK || RSSL_IS_WANT(server_rc));
  }
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
}

/* Every socket's drop is called by now, and once. */
static void both_free(struct both *b) {
  rssl_sock_free(b->e.client);
  rssl_sock_free(b->e.server);
  CHECK_INT(b->client.drops, 1);
  CHECK_INT(b->server.drops, 1);
  free(b);
}

static void say(struct both *b, const char *text) {
  char buf[64];
  ptrdiff_t n;
  int i;
  for (i = 0; i < 10; i++) {
    n = rssl_write(b->e.client, text, strlen(text));
    if (n != RSSL_WANT_WRITE) break;
  }
  CHECK_RC(n, strlen(text));
  for (i = 0; i < 10000 && rssl_flush(b->e.client) != RSSL_OK; i++) {}
  for (i = 0; i < 10000; i++) {
    n = rssl_read(b->e.server, buf, sizeof buf);
    if (n != RSSL_WANT_READ) break;
  }
  CHECK_RC(n, strlen(text));
  CHECK(memcmp(buf, text, (size_t)n) == 0);
}

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* The lengths asked for are those of the stream: a header of 5, then the body it announces. */
static void check_asked_for_records(const struct transport *t, const struct wire *in) {
  size_t at = 0;
  unsigned i;
  for (i = 0; i + 1 < t->reads && i + 1 < 64; i += 2) {
    size_t body = (size_t)in->data[at + 3] << 8 | in->data[at + 4];
    CHECK_INT(t->asked[i], 5);
    if (at + 5 == in->end) return;
    CHECK_INT(t->asked[i + 1], body);
    at += 5 + body;
    if (at == in->end) return;
  }
}

static void reads_ask_for_no_more_than_the_record_lacks(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct both *b = both_new(versions[v]);
    b->client.all_or_nothing = b->server.all_or_nothing = true;
    /* A transport that would block has bytes to count again: let each side run when the other
     * has sent its whole flight. */
    CHECK(RSSL_IS_WANT(rssl_handshake(b->e.client)));
    b->client.reads = 0;
    (void)!rssl_handshake(b->e.server);
    check_asked_for_records(&b->server, &b->up);
    (void)!rssl_handshake(b->e.client);
    check_asked_for_records(&b->client, &b->down);
    both_shake(b);
    say(b, "exactly");
    both_free(b);
  }
}

static void nothing_behind_close_notify_is_consumed(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct both *b = both_new(versions[v]);
    char buf[16];
    size_t before;
    both_shake(b);
    say(b, "last");
    CHECK_OK(rssl_shutdown(b->e.client, RSSL_SHUT_WR));
    before = b->up.end;
    memcpy(b->up.data + b->up.end, "plain text again", 16);
    b->up.end += 16;
    CHECK_RC(rssl_read(b->e.server, buf, sizeof buf), 0);
    CHECK_RC(rssl_read(b->e.server, buf, sizeof buf), 0);
    CHECK_INT(b->up.begin, before);
    both_free(b);
  }
}

static void short_counts_are_gone_on_from(void) {
  size_t v, most;
  for (v = 0; v < 2; v++) {
    for (most = 1; most < 4; most++) {
      struct both *b = both_new(versions[v]);
      b->client.most = b->server.most = most;
      both_shake(b);
      say(b, "by and by");
      both_free(b);
    }
  }
}

static void a_transport_may_block_at_any_call(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct both *b = both_new(versions[v]);
    b->client.stalls = b->server.stalls = true;
    b->client.most = b->server.most = 50;
    both_shake(b);
    say(b, "again and again");
    both_free(b);
  }
}

static void errors_keep_their_errno(void) {
  struct both *b = both_new(RSSL_TLS1_3);
  char buf[16];
  b->client.answer_write = RSSL_IO_ERROR(ECONNABORTED);
  CHECK_RC(rssl_handshake(b->e.client), RSSL_ERR_IO);
  CHECK_INT(rssl_error_errno(rssl_last_error()), ECONNABORTED);
  CHECK_SOCK_ERROR(b->e.client, RSSL_ERR_IO);
  both_free(b);

  b = both_new(RSSL_TLS1_3);
  both_shake(b);
  b->client.answer_read = RSSL_IO_ERROR(EHOSTUNREACH);
  CHECK_RC(rssl_read(b->e.client, buf, sizeof buf), RSSL_ERR_IO);
  CHECK_INT(rssl_error_errno(rssl_last_error()), EHOSTUNREACH);
  CHECK_HAS(last_message(), strerror(EHOSTUNREACH));
  both_free(b);
}

/* What a transport must not return: an error, not a crash. */
static void impossible_answers_are_errors(void) {
  static const ptrdiff_t answers[] = {-1,  -100, RSSL_WANT_CONSUME, RSSL_ERR_EOF, PTRDIFF_MIN,
                                      -0x10000, 100000000};
  size_t i;
  for (i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    struct both *b = both_new(RSSL_TLS1_3);
    char buf[16];
    both_shake(b);
    b->client.answer_read = answers[i];
    CHECK_RC(rssl_read(b->e.client, buf, sizeof buf), RSSL_ERR_IO);
    both_free(b);
    b = both_new(RSSL_TLS1_3);
    both_shake(b);
    b->client.answer_write = answers[i];
    CHECK_RC(rssl_write(b->e.client, "x", 1), RSSL_ERR_IO);
    both_free(b);
  }
}

static void drop_is_called_once_and_not_for_what_was_not_taken(void) {
  rssl_ctx *client = client_ctx("ca.pem");
  struct transport taken, refused;
  rssl_io taken_io = io_of(&taken), refused_io = io_of(&refused);
  rssl_sock *s;
  memset(&taken, 0, sizeof taken);
  memset(&refused, 0, sizeof refused);
  CHECK_OK(rssl_sock_new(client, 0, "localhost", &s));
  CHECK_OK(rssl_sock_set_io(s, &taken_io));
  CHECK_RC(rssl_sock_set_io(s, &refused_io), RSSL_ERR_STATE);
  refused_io.read = NULL;
  CHECK_RC(rssl_sock_set_io(s, &refused_io), RSSL_ERR_ARGUMENT);
  CHECK_INT(taken.drops, 0);
  rssl_sock_free(s); /* unused */
  CHECK_INT(taken.drops, 1);
  CHECK_INT(refused.drops, 0);

  /* None is fine. */
  taken_io.drop = NULL;
  CHECK_OK(rssl_sock_new(client, 0, "localhost", &s));
  CHECK_OK(rssl_sock_set_io(s, &taken_io));
  rssl_sock_free(s);
  CHECK_INT(taken.drops, 1);
  rssl_ctx_free(client);
}

static unsigned entered;

static void call_everything(struct transport *t) {
  rssl_io io = io_of(t);
  uint64_t rx, tx;
  char buf[4];
  entered++;
  CHECK_RC(rssl_handshake(t->s), RSSL_ERR_STATE);
  CHECK_RC(rssl_read(t->s, buf, sizeof buf), RSSL_ERR_STATE);
  CHECK_RC(rssl_peek(t->s, buf, sizeof buf), RSSL_ERR_STATE);
  CHECK_RC(rssl_write(t->s, "x", 1), RSSL_ERR_STATE);
  CHECK_RC(rssl_flush(t->s), RSSL_ERR_STATE);
  CHECK_RC(rssl_shutdown(t->s, RSSL_SHUT_RDWR), RSSL_ERR_STATE);
  CHECK_RC(rssl_feed(t->s, "x", 1), RSSL_ERR_STATE);
  CHECK_RC(rssl_feed_eof(t->s), RSSL_ERR_STATE);
  CHECK_RC(rssl_drain(t->s, buf, sizeof buf), RSSL_ERR_STATE);
  CHECK_RC(rssl_sock_set_write_queue(t->s, 10), RSSL_ERR_STATE);
  CHECK_RC(rssl_sock_set_io(t->s, &io), RSSL_ERR_STATE);
  CHECK_INT(rssl_pending(t->s), 0);
  /* Getters are allowed. */
  rssl_sock_traffic(t->s, &rx, &tx);
  (void)rssl_events(t->s);
  (void)rssl_sock_is_connected(t->s);
  (void)rssl_sock_alpn(t->s);
  rssl_cert_free(rssl_sock_peer_cert_new(t->s, 0));
  rssl_sock_set_user(t->s, t);
  CHECK(rssl_sock_user(t->s) == t);
}

static void calling_back_into_the_socket_is_an_error_not_a_deadlock(void) {
  struct both *b = both_new(RSSL_TLS1_3);
  entered = 0;
  b->client.inside = b->server.inside = call_everything;
  both_shake(b);
  say(b, "unharmed");
  CHECK(entered > 4);
  CHECK(rssl_sock_error(b->e.client) == NULL);
  both_free(b);
}

static void free_own_socket(struct transport *t) {
  if (t->s == NULL) return;
  rssl_sock_free(t->s);
  t->s = NULL;
  CHECK_INT(t->drops, 0);
}

static void freeing_inside_takes_effect_when_the_call_returns(void) {
  struct both *b = both_new(RSSL_TLS1_3);
  char buf[16];
  both_shake(b);
  say(b, "alive");
  memcpy(b->down.data + b->down.end, "\x17\x03\x03", 3);
  b->down.end += 3;
  b->client.inside = free_own_socket;
  CHECK_RC(rssl_read(b->e.client, buf, sizeof buf), RSSL_WANT_READ);
  CHECK_INT(b->client.drops, 1);
  b->e.client = NULL;
  both_free(b);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(reads_ask_for_no_more_than_the_record_lacks),
      CASE(nothing_behind_close_notify_is_consumed),
      CASE(short_counts_are_gone_on_from),
      CASE(a_transport_may_block_at_any_call),
      CASE(errors_keep_their_errno),
      CASE(impossible_answers_are_errors),
      CASE(drop_is_called_once_and_not_for_what_was_not_taken),
      CASE(calling_back_into_the_socket_is_an_error_not_a_deadlock),
      CASE(freeing_inside_takes_effect_when_the_call_returns),
  };
  return RUN_CASES(argc, argv, cases);
}
