/* A reader and a writer at once on one socket; one context under many threads. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 50000, LONG_PIECE = 2500000 };

static pthread_t start(void *(*run)(void *), void *argument) {
  pthread_t thread;
  CHECK_INT(pthread_create(&thread, NULL, run, argument), 0);
  return thread;
}

static void finish(pthread_t thread) {
  CHECK_INT(pthread_join(thread, NULL), 0);
}

/* -- full duplex */

struct duplex {
  rssl_sock *s;
  uint64_t bytes;
  unsigned update_every; /* so many writes the keys are updated; 0: never */
  size_t longest;        /* piece that is written or read */
};

static ptrdiff_t write_in_two(rssl_sock *s, const unsigned char *buf, size_t len) {
  rssl_bytes pieces[2];
  pieces[0].data = buf;
  pieces[0].len = len / 3;
  pieces[1].data = buf + len / 3;
  pieces[1].len = len - len / 3;
  return rssl_writev(s, pieces, 2);
}

static void *write_stream(void *argument) {
  const struct duplex *d = argument;
  unsigned char *buf = malloc(d->longest);
  uint64_t sent = 0;
  unsigned writes = 0;
  while (sent < d->bytes) {
    size_t len = 1 + (size_t)((sent + 1) * 31 % d->longest);
    if (len > d->bytes - sent) len = (size_t)(d->bytes - sent);
    pattern_fill(buf, len, sent);
    CHECK_RC(write_in_two(d->s, buf, len), len);
    sent += len;
    if (d->update_every != 0 && ++writes % d->update_every == 0) CHECK_OK(rssl_key_update(d->s));
  }
  CHECK_OK(rssl_shutdown(d->s, RSSL_SHUT_WR));
  free(buf);
  return NULL;
}

static void *read_stream(void *argument) {
  const struct duplex *d = argument;
  unsigned char *buf = malloc(d->longest);
  uint64_t received = 0;
  ptrdiff_t n;
  while ((n = rssl_read(d->s, buf, 1 + (size_t)(received * 17 % d->longest))) > 0) {
    pattern_check(buf, (size_t)n, received);
    received += (uint64_t)n;
  }
  CHECK_RC(n, 0);
  CHECK_INT(received, d->bytes);
  free(buf);
  return NULL;
}

static void *shake(void *s) {
  CHECK_OK(rssl_handshake(s));
  return NULL;
}

/* Four threads: each end has a reader and a writer, at once. */
static void both_ways_in_pieces(struct ends *e, uint64_t bytes, unsigned update_every,
                                size_t longest) {
  struct duplex client = {e->client, bytes, update_every, longest};
  struct duplex server = {e->server, bytes, update_every, longest};
  pthread_t threads[4];
  int i;
  threads[0] = start(shake, e->server);
  CHECK_OK(rssl_handshake(e->client));
  finish(threads[0]);
  threads[0] = start(write_stream, &client);
  threads[1] = start(read_stream, &client);
  threads[2] = start(write_stream, &server);
  threads[3] = start(read_stream, &server);
  for (i = 0; i < 4; i++) finish(threads[i]);
  CHECK_OK(rssl_shutdown(e->client, RSSL_SHUT_RDWR));
  CHECK_OK(rssl_shutdown(e->server, RSSL_SHUT_RDWR));
}

static void both_ways_at_once(struct ends *e, uint64_t bytes, unsigned update_every) {
  both_ways_in_pieces(e, bytes, update_every, PIECE);
}

static void open_blocking(struct ends *e, uint16_t version) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  only_version(client, version);
  ends_open(e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  set_blocking(e->client_fd);
  set_blocking(e->server_fd);
  set_small_buffers(e->client_fd);
  set_small_buffers(e->server_fd);
}

static void reader_and_writer_at_once_on_a_blocking_descriptor(void) {
  struct ends e;
  open_blocking(&e, RSSL_TLS1_3);
  both_ways_at_once(&e, transfer_bytes(100), 0);
  ends_close(&e);
}

static void the_same_in_tls12(void) {
  struct ends e;
  open_blocking(&e, RSSL_TLS1_2);
  both_ways_at_once(&e, transfer_bytes(10), 0);
  ends_close(&e);
}

/* What the other side's update asks for goes out with the writer's records. */
static void keys_are_updated_under_reader_and_writer(void) {
  struct ends e;
  open_blocking(&e, RSSL_TLS1_3);
  both_ways_at_once(&e, transfer_bytes(20), 3);
  ends_close(&e);
}

static void writes_are_longer_than_what_is_sealed_at_once(void) {
  struct ends e;
  open_blocking(&e, RSSL_TLS1_3);
  both_ways_in_pieces(&e, transfer_bytes(40), 3, LONG_PIECE);
  ends_close(&e);
  open_blocking(&e, RSSL_TLS1_2);
  both_ways_in_pieces(&e, transfer_bytes(20), 0, LONG_PIECE);
  ends_close(&e);
}

static ptrdiff_t fd_read(void *user, void *buf, size_t len) {
  ssize_t n = read(*(int *)user, buf, len);
  return n >= 0 ? n : RSSL_IO_ERROR(errno);
}

static ptrdiff_t fd_write(void *user, const void *buf, size_t len) {
  ssize_t n = send(*(int *)user, buf, len, MSG_NOSIGNAL);
  return n >= 0 ? n : RSSL_IO_ERROR(errno);
}

static void over_functions_that_block(unsigned mib, unsigned update_every) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_io io = {sizeof io, NULL, fd_read, fd_write, NULL};
  struct ends e;
  int fds[2];
  socket_pair(fds);
  set_small_buffers(fds[0]);
  set_small_buffers(fds[1]);
  ends_open_memory(&e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  io.user = &fds[0];
  CHECK_OK(rssl_sock_set_io(e.client, &io));
  io.user = &fds[1];
  CHECK_OK(rssl_sock_set_io(e.server, &io));
  both_ways_at_once(&e, transfer_bytes(mib), update_every);
  ends_close(&e);
  close(fds[0]);
  close(fds[1]);
}

static void reader_and_writer_at_once_over_functions_that_block(void) {
  over_functions_that_block(100, 0);
  over_functions_that_block(20, 3);
}

/* -- a second reader or writer, and getters beside both */

struct waiting {
  rssl_sock *s;
  ptrdiff_t n;
};

static void *read_one(void *argument) {
  struct waiting *w = argument;
  char buf[16];
  w->n = rssl_read(w->s, buf, sizeof buf);
  return NULL;
}

static void pause_ms(int ms) {
  poll(NULL, 0, ms);
}

static void a_second_reader_at_once_is_an_error(void) {
  struct ends e;
  struct waiting waiting;
  pthread_t thread;
  char buf[16];
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_WANT_READ); /* the tickets */
  set_blocking(e.client_fd);
  waiting.s = e.client;
  waiting.n = 0;
  thread = start(read_one, &waiting);
  pause_ms(100);
  CHECK_RC(rssl_read(e.client, buf, sizeof buf), RSSL_ERR_STATE);
  CHECK_RC(rssl_peek(e.client, buf, sizeof buf), RSSL_ERR_STATE);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_RDWR), RSSL_ERR_STATE);
  CHECK(rssl_sock_error(e.client) == NULL);
  CHECK_RC(rssl_read(e.server, buf, sizeof buf), 0); /* it did say close_notify */
  CHECK_RC(rssl_write(e.server, "for the first", 13), 13);
  finish(thread);
  CHECK_INT(waiting.n, 13);
  ends_close(&e);
}

static void *write_long(void *argument) {
  struct waiting *w = argument;
  unsigned char *buf = malloc(LONG_PIECE);
  pattern_fill(buf, LONG_PIECE, 0);
  w->n = rssl_write(w->s, buf, LONG_PIECE);
  free(buf);
  return NULL;
}

static void a_second_writer_at_once_is_an_error(void) {
  struct ends e;
  struct waiting waiting;
  uint64_t received = 0;
  unsigned char buf[16384];
  ptrdiff_t n;
  pthread_t thread;
  ends_connect_version(&e, RSSL_TLS1_3);
  set_small_buffers(e.client_fd);
  set_blocking(e.client_fd);
  waiting.s = e.client;
  waiting.n = 0;
  thread = start(write_long, &waiting);
  pause_ms(100);
  CHECK_RC(rssl_write(e.client, "x", 1), RSSL_ERR_STATE);
  CHECK_RC(rssl_flush(e.client), RSSL_ERR_STATE);
  CHECK_RC(rssl_key_update(e.client), RSSL_ERR_STATE);
  CHECK_RC(rssl_shutdown(e.client, RSSL_SHUT_WR), RSSL_ERR_STATE);
  CHECK(rssl_sock_error(e.client) == NULL);
  set_blocking(e.server_fd);
  while (received < LONG_PIECE) {
    CHECK((n = rssl_read(e.server, buf, sizeof buf)) > 0);
    pattern_check(buf, (size_t)n, received);
    received += (uint64_t)n;
  }
  finish(thread);
  CHECK_INT(waiting.n, LONG_PIECE);
  CHECK_RC(rssl_write(e.client, "x", 1), 1);
  ends_close(&e);
}

static void a_blocked_reader_is_stopped_by_its_descriptor(void) {
  struct ends e;
  struct waiting waiting;
  pthread_t thread;
  ends_connect_version(&e, RSSL_TLS1_2);
  set_blocking(e.client_fd);
  waiting.s = e.client;
  waiting.n = 0;
  thread = start(read_one, &waiting);
  pause_ms(50);
  CHECK_INT(shutdown(e.client_fd, SHUT_RD), 0);
  finish(thread);
  CHECK_INT(waiting.n, RSSL_ERR_EOF);
  ends_close(&e);
}

/* A transport over fd whose next write is stuck, or returns when a reader has failed. */
struct interrupted {
  int fd;
  rssl_sock *s;
  bool stuck, reader_fails, reset;
  struct waiting reader;
};

static ptrdiff_t interrupted_read(void *user, void *buf, size_t len) {
  struct interrupted *i = user;
  ssize_t n = read(i->fd, buf, len);
  if (i->reset) return RSSL_IO_ERROR(ECONNRESET);
  return n >= 0 ? n : RSSL_WANT_READ;
}

static ptrdiff_t interrupted_write(void *user, const void *buf, size_t len) {
  struct interrupted *i = user;
  if (i->stuck) return RSSL_WANT_WRITE;
  if (i->reader_fails) {
    i->reader_fails = false;
    i->reader.s = i->s;
    finish(start(read_one, &i->reader));
  }
  return send(i->fd, buf, len, MSG_NOSIGNAL);
}

static void open_interrupted(struct interrupted *i, struct ends *e) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_io io = {sizeof io, i, interrupted_read, interrupted_write, NULL};
  rssl_result client_rc, server_rc;
  char buf[16];
  int fds[2];
  memset(i, 0, sizeof *i);
  socket_pair(fds);
  set_nonblocking(fds[0]);
  set_nonblocking(fds[1]);
  ends_open_memory(e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  e->client_fd = i->fd = fds[0];
  e->server_fd = fds[1];
  i->s = e->client;
  CHECK_OK(rssl_sock_set_io(e->client, &io));
  CHECK_OK(rssl_sock_set_fd(e->server, fds[1]));
  ends_shake(e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  CHECK_RC(rssl_read(e->client, buf, sizeof buf), RSSL_WANT_READ); /* the tickets */
}

static void a_writer_reports_what_ended_the_connection_meanwhile(void) {
  static const unsigned char forged[5 + 32] = {23, 3, 3, 0, 32};
  int variant;
  for (variant = 0; variant < 4; variant++) {
    const bool by_write = variant & 1, reset = variant & 2;
    const rssl_result ended = reset ? RSSL_ERR_IO : RSSL_ERR_PROTOCOL;
    struct interrupted i;
    struct ends e;
    open_interrupted(&i, &e);
    i.stuck = true;
    CHECK_RC(rssl_write(e.client, "waits inside", 12), 12);
    i.stuck = false;
    i.reader_fails = true;
    i.reset = reset;
    send_raw(e.server_fd, forged, sizeof forged);
    CHECK_RC(by_write ? rssl_write(e.client, "x", 1) : rssl_key_update(e.client), ended);
    CHECK_TEXT(last_message(), rssl_error_message(rssl_sock_error(e.client)));
    CHECK_INT(i.reader.n, ended);
    ends_close(&e);
  }
}

struct watching {
  const rssl_sock *s;
  pthread_mutex_t lock;
  bool stop;
};

static bool stopped(struct watching *w) {
  bool stop;
  pthread_mutex_lock(&w->lock);
  stop = w->stop;
  pthread_mutex_unlock(&w->lock);
  return stop;
}

static void *look_at_everything(void *argument) {
  struct watching *w = argument;
  while (!stopped(w)) {
    uint64_t rx, tx;
    rssl_cert *leaf = rssl_sock_peer_cert_new(w->s, 0);
    CHECK(leaf != NULL);
    CHECK(rssl_cert_matches(leaf, "localhost"));
    rssl_cert_free(leaf);
    rssl_sock_traffic(w->s, &rx, &tx);
    CHECK(rssl_sock_is_connected(w->s));
    CHECK_INT(rssl_sock_version(w->s), RSSL_TLS1_3);
    CHECK(rssl_sock_cipher(w->s) != 0 && rssl_sock_group(w->s) != 0);
    CHECK_TEXT(rssl_sock_server_name(w->s), "localhost");
    CHECK(rssl_sock_error(w->s) == NULL && rssl_sock_alpn(w->s).len == 0);
    CHECK_INT(rssl_sock_verify_result(w->s), RSSL_V_OK);
    (void)rssl_events(w->s);
  }
  return NULL;
}

static void getters_are_safe_beside_reader_and_writer(void) {
  struct watching watching = {NULL, PTHREAD_MUTEX_INITIALIZER, false};
  struct duplex client, server;
  struct ends e;
  pthread_t threads[4], watcher;
  int i;
  ends_connect_version(&e, RSSL_TLS1_3);
  set_blocking(e.client_fd);
  set_blocking(e.server_fd);
  client.s = e.client;
  server.s = e.server;
  client.bytes = server.bytes = transfer_bytes(10);
  client.update_every = server.update_every = 3;
  client.longest = server.longest = PIECE;
  watching.s = e.client;
  watcher = start(look_at_everything, &watching);
  threads[0] = start(write_stream, &client);
  threads[1] = start(read_stream, &client);
  threads[2] = start(write_stream, &server);
  threads[3] = start(read_stream, &server);
  for (i = 0; i < 4; i++) finish(threads[i]);
  pthread_mutex_lock(&watching.lock);
  watching.stop = true;
  pthread_mutex_unlock(&watching.lock);
  finish(watcher);
  ends_close(&e);
}

/* -- one context, its certificate replaced under many handshakes */

struct reloading {
  rssl_ctx *client, *server;
  rssl_identity *ids[2];
  pthread_mutex_t lock;
  unsigned seen[2]; /* by type of key: EC, RSA */
  bool stop;
};

static bool has_seen_both(struct reloading *r, bool stop) {
  bool both;
  pthread_mutex_lock(&r->lock);
  both = r->seen[0] > 0 && r->seen[1] > 0;
  r->stop = r->stop || stop;
  pthread_mutex_unlock(&r->lock);
  return both;
}

static void *connect_again_and_again(void *argument) {
  struct reloading *r = argument;
  int i;
  for (i = 0; i < 25; i++) {
    rssl_result client_rc, server_rc;
    struct ends e;
    rssl_cert *leaf;
    bool is_rsa;
    ends_open(&e, r->client, r->server, "localhost");
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_OK(client_rc);
    CHECK_OK(server_rc);
    leaf = rssl_sock_peer_cert_new(e.client, 0);
    is_rsa = strcmp(rssl_cert_key_type(leaf), "rsaEncryption") == 0;
    rssl_cert_free(leaf);
    ends_close(&e);
    pthread_mutex_lock(&r->lock);
    r->seen[is_rsa]++;
    pthread_mutex_unlock(&r->lock);
  }
  return NULL;
}

static void *replace_again_and_again(void *argument) {
  struct reloading *r = argument;
  unsigned i;
  bool stop = false;
  for (i = 0; !stop; i++) {
    CHECK_OK(rssl_ctx_set_identities(r->server, &r->ids[i % 2], 1));
    pthread_mutex_lock(&r->lock);
    stop = r->stop;
    pthread_mutex_unlock(&r->lock);
    pause_ms(1);
  }
  return NULL;
}

static void a_certificate_is_replaced_under_many_handshakes(void) {
  struct reloading r;
  pthread_t threads[6], replacer;
  int i, rounds;
  memset(&r, 0, sizeof r);
  CHECK_INT(pthread_mutex_init(&r.lock, NULL), 0);
  r.client = client_ctx("ca.pem");
  /* Sessions would be resumed, which shows no certificate anew. */
  CHECK_OK(rssl_ctx_set_session_cache(r.client, 0));
  r.server = server_ctx("server");
  CHECK_OK(rssl_identity_new_file(cert("server-both.pem"), NULL, NULL, NULL, &r.ids[0]));
  CHECK_OK(rssl_identity_new_file(cert("rsa-server.pem"), cert("rsa-server.key"), NULL, NULL,
                                  &r.ids[1]));
  replacer = start(replace_again_and_again, &r);
  for (rounds = 0; rounds < 20 && (rounds == 0 || !has_seen_both(&r, false)); rounds++) {
    for (i = 0; i < 6; i++) threads[i] = start(connect_again_and_again, &r);
    for (i = 0; i < 6; i++) finish(threads[i]);
  }
  CHECK(has_seen_both(&r, true));
  finish(replacer);
  rssl_identity_free(r.ids[0]);
  rssl_identity_free(r.ids[1]);
  rssl_ctx_free(r.client);
  rssl_ctx_free(r.server);
  pthread_mutex_destroy(&r.lock);
}

static void *fail_in_an_own_way(void *argument) {
  const char *name = argument;
  int i;
  for (i = 0; i < 200; i++) {
    rssl_ctx *ctx = client_ctx(NULL);
    CHECK_RC(rssl_ctx_set_ciphers(ctx, name), RSSL_ERR_NAME);
    CHECK_HAS(last_message(), name);
    rssl_ctx_free(ctx);
  }
  return NULL;
}

static void the_last_error_is_the_threads_own(void) {
  char one[] = "unknown-one", two[] = "unknown-two";
  pthread_t first = start(fail_in_an_own_way, one), second = start(fail_in_an_own_way, two);
  CHECK(rssl_last_error() == NULL || strstr(last_message(), "unknown-") == NULL);
  finish(first);
  finish(second);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(reader_and_writer_at_once_on_a_blocking_descriptor),
      CASE(the_same_in_tls12),
      CASE(keys_are_updated_under_reader_and_writer),
      CASE(writes_are_longer_than_what_is_sealed_at_once),
      CASE(reader_and_writer_at_once_over_functions_that_block),
      CASE(a_second_reader_at_once_is_an_error),
      CASE(a_second_writer_at_once_is_an_error),
      CASE(a_blocked_reader_is_stopped_by_its_descriptor),
      CASE(a_writer_reports_what_ended_the_connection_meanwhile),
      CASE(getters_are_safe_beside_reader_and_writer),
      CASE(a_certificate_is_replaced_under_many_handshakes),
      CASE(the_last_error_is_the_threads_own),
  };
  return RUN_CASES(argc, argv, cases);
}
