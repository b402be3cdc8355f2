/* system_calls - a client and a server on descriptors, of which one end's system calls fail or
 * fall short, one after the other: the exchange succeeds all the same, and no byte is lost. */
#include "failing_calls.h"

#include <rssl.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CASE_SECONDS = 5, MESSAGE = 20000, BUFFER = 4096 };

enum channel { BLOCKING_SOCKET, NON_BLOCKING_SOCKET, BLOCKING_PIPES, NON_BLOCKING_PIPES, CHANNELS };
static const char *const channel_names[] = {"blocking-socket", "non-blocking-socket",
                                            "blocking-pipes", "non-blocking-pipes"};
static const char *const fault_names[] = {"short", "EINTR", "EAGAIN", "EINTR-returned"};
enum { RETURNED = CALL_WOULD_BLOCK + 1, FAULTS };

struct plan {
  uint16_t version;
  enum channel channel;
  rssl_role victim;
  int fault; /* enum call_fault, or RETURNED: EINTR under RSSL_OPT_RETURN_EINTR */
  int at;
};

struct end {
  const struct plan *plan;
  rssl_sock *sock;
  rssl_role role;
  int rfd, wfd;
  bool is_victim;
  int wants, interruptions;
  const char *wrong;
};

static char current[160];

static void die(const char *what) {
  fprintf(stderr, "system_calls: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  exit(2);
}

/* ---------------------------------------------------------------- channels */

static void small_buffers(int fd) {
  int size = BUFFER;
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

static void connect_ends(struct end *a, struct end *b, enum channel channel) {
  int there[2], back[2];
  if (channel == BLOCKING_SOCKET || channel == NON_BLOCKING_SOCKET) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, there) != 0) die("socketpair");
    small_buffers(a->rfd = a->wfd = there[0]);
    small_buffers(b->rfd = b->wfd = there[1]);
    return;
  }
  if (pipe(there) != 0 || pipe(back) != 0) die("pipe");
  a->wfd = there[1];
  b->rfd = there[0];
  b->wfd = back[1];
  a->rfd = back[0];
}

static void disconnect(const struct end *e) {
  close(e->rfd);
  if (e->wfd != e->rfd) close(e->wfd);
}

static bool is_non_blocking(const struct end *e) {
  return e->is_victim &&
         (e->plan->channel == NON_BLOCKING_SOCKET || e->plan->channel == NON_BLOCKING_PIPES);
}

static void make_non_blocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) die("fcntl");
}

/* ------------------------------------------------------------------ script */

static uint8_t message_byte(rssl_role from, size_t i) {
  return (uint8_t)(i * 7 + i / 251 + from * 100);
}

/* Waits as rssl_events says. Two descriptors, so that this poll is not one that fails. Who writes is
 * not woken by what there is to read: it would only try again, and again. */
static bool wait_for_events(struct end *e, ptrdiff_t want) {
  uint32_t events = rssl_events(e->sock);
  if (want == RSSL_WANT_WRITE) events &= RSSL_POLL_OUT;
  struct pollfd fds[2] = {{.fd = events & RSSL_POLL_IN ? e->rfd : -1, .events = POLLIN},
                          {.fd = events & RSSL_POLL_OUT ? e->wfd : -1, .events = POLLOUT}};
  if (events & RSSL_POLL_READY) return true;
  return events != 0 && poll(fds, 2, 1000 * CASE_SECONDS) > 0;
}

/* Whether the call that returned rc < 0 is to be made again. */
static bool again(struct end *e, ptrdiff_t rc) {
  if (rc == RSSL_ERR_INTERRUPTED && e->is_victim && e->plan->fault == RETURNED) {
    e->interruptions++;
    return true;
  }
  if (rc == RSSL_WANT_READ || rc == RSSL_WANT_WRITE) {
    e->wants++;
    if (is_non_blocking(e)) {
      if (wait_for_events(e, rc)) return true;
      e->wrong = "rssl_events does not lead on";
      return false;
    }
    if (e->is_victim && e->plan->fault == CALL_WOULD_BLOCK) return true;
  }
  e->wrong = RSSL_IS_WANT(rc) ? "a WANT without a reason" : rssl_result_name((rssl_result)rc);
  return false;
}

static bool shake_hands(struct end *e) {
  rssl_result rc;
  while ((rc = rssl_handshake(e->sock)) < 0)
    if (!again(e, rc)) return false;
  return true;
}

static bool transmit(struct end *e) {
  uint8_t message[MESSAGE];
  for (size_t i = 0; i < MESSAGE; i++) message[i] = message_byte(e->role, i);
  for (size_t sent = 0; sent < MESSAGE;) {
    ptrdiff_t n = rssl_write(e->sock, message + sent, MESSAGE - sent);
    if (n > 0) sent += (size_t)n;
    else if (!again(e, n)) return false;
  }
  /* A blocking transport has it all, whatever signals came. */
  rssl_result rc;
  while (is_non_blocking(e) && (rc = rssl_flush(e->sock)) < 0)
    if (!again(e, rc)) return false;
  return true;
}

static bool receive(struct end *e) {
  uint8_t buf[3000];
  rssl_role other = RSSL_CLIENT + RSSL_SERVER - e->role;
  for (size_t received = 0; received < MESSAGE;) {
    ptrdiff_t n = rssl_read(e->sock, buf, sizeof buf);
    if (n == 0) e->wrong = "close_notify came early";
    if (n == 0 || (n < 0 && !again(e, n))) return false;
    for (ptrdiff_t i = 0; i < n; i++, received++) {
      if (received < MESSAGE && buf[i] == message_byte(other, received)) continue;
      e->wrong = "a byte was lost or changed";
      return false;
    }
  }
  return true;
}

static bool close_both(struct end *e) {
  rssl_result rc;
  while ((rc = rssl_shutdown(e->sock, RSSL_SHUT_RDWR)) < 0)
    if (!again(e, rc)) return false;
  return true;
}

static void *run_end(void *user) {
  struct end *e = user;
  bool first = e->role == RSSL_CLIENT;
  bool ok = shake_hands(e) && (first ? transmit(e) : receive(e)) &&
            (first ? receive(e) : transmit(e)) && close_both(e);
  if (!ok && e->wrong == NULL) e->wrong = "it failed";
  /* The other end must not wait for one that has given up. */
  if (!ok && e->rfd == e->wfd) shutdown(e->rfd, SHUT_RDWR);
  return NULL;
}

/* ------------------------------------------------------------------- cases */

static rssl_ctx *new_context(const char *certificates, rssl_role role) {
  rssl_ctx *ctx;
  char ca[512], cert[512], key[512];
  snprintf(ca, sizeof ca, "%s/ca.pem", certificates);
  snprintf(cert, sizeof cert, "%s/server.pem", certificates);
  snprintf(key, sizeof key, "%s/server.key", certificates);
  if (rssl_ctx_new(role, &ctx) < 0 || rssl_ctx_set_session_cache(ctx, 0) < 0 ||
      (role == RSSL_CLIENT && rssl_ctx_load_verify_file(ctx, ca) < 0) ||
      (role == RSSL_SERVER && rssl_ctx_load_cert_file(ctx, cert, key, NULL) < 0))
    die("cannot make a context");
  return ctx;
}

static void end_init(struct end *e, rssl_ctx *ctx) {
  e->is_victim = e->role == e->plan->victim;
  uint32_t option = RSSL_OPT_RETURN_EINTR;
  bool returned = e->is_victim && e->plan->fault == RETURNED;
  if (rssl_ctx_set_versions(ctx, e->plan->version, e->plan->version) < 0 ||
      rssl_ctx_set_options(ctx, returned ? option : 0, returned ? 0 : option) < 0 ||
      rssl_sock_new(ctx, e->role, e->role == RSSL_CLIENT ? "localhost" : NULL, &e->sock) < 0 ||
      rssl_sock_set_fds(e->sock, e->rfd, e->wfd) < 0)
    die("cannot make a socket");
  if (is_non_blocking(e)) {
    make_non_blocking(e->rfd);
    make_non_blocking(e->wfd);
  }
}

/* Runs one case. Returns how many calls failed. */
static int run_case(rssl_ctx *const contexts[2], const struct plan *plan, int *failures) {
  struct end client = {.plan = plan, .role = RSSL_CLIENT};
  struct end server = {.plan = plan, .role = RSSL_SERVER};
  struct end *victim = plan->victim == RSSL_CLIENT ? &client : &server;
  struct end *peer = victim == &client ? &server : &client;
  pthread_t thread;
  snprintf(current, sizeof current, "1.%d %s %s %s %d", plan->version == RSSL_TLS1_3 ? 3 : 2,
           channel_names[plan->channel], plan->victim == RSSL_CLIENT ? "client" : "server",
           fault_names[plan->fault], plan->at);
  alarm(CASE_SECONDS);
  connect_ends(&client, &server, plan->channel);
  end_init(&client, contexts[0]);
  end_init(&server, contexts[1]);
  if (pthread_create(&thread, NULL, run_end, peer) != 0) die("pthread_create");
  int fault = plan->fault == RETURNED ? CALL_INTERRUPTED : plan->fault;
  fail_calls((const int[]){victim->rfd, victim->wfd}, (enum call_fault)fault, plan->at);
  run_end(victim);
  int failed = stop_failing_calls();
  if (victim->wrong != NULL) disconnect(victim);
  pthread_join(thread, NULL);
  const char *wrong = victim->wrong != NULL ? victim->wrong : peer->wrong;
  if (wrong == NULL && victim->interruptions > failed) wrong = "INTERRUPTED without a signal";
  if (wrong != NULL) {
    ++*failures;
    printf("FAILED %s: %s\n", current, wrong);
  }
  rssl_sock_free(client.sock);
  rssl_sock_free(server.sock);
  if (victim->wrong == NULL) disconnect(victim);
  disconnect(peer);
  alarm(0);
  return failed;
}

/* Every call in turn, then half of them at once. How many calls there are depends on how the
 * two threads take turns: it ends when a few numbers in a row were not reached. */
static int run_calls(rssl_ctx *const contexts[2], struct plan *plan, int *calls) {
  enum { BEHIND_THE_END = 4 };
  int failures = 0, missed = 0;
  for (plan->at = 0; missed < BEHIND_THE_END; plan->at++) {
    int failed = run_case(contexts, plan, &failures);
    missed = failed > 0 ? 0 : missed + 1;
    *calls += failed > 0;
  }
  plan->at = -1;
  run_case(contexts, plan, &failures);
  return failures;
}

/* -------------------------------------------------------------------- main */

static void on_alarm(int number) {
  static const char slow[] = "FAILED by taking 5 seconds: ";
  (void)number;
  (void)!write(STDOUT_FILENO, slow, sizeof slow - 1);
  (void)!write(STDOUT_FILENO, current, strlen(current));
  (void)!write(STDOUT_FILENO, "\n", 1);
  _exit(3);
}

static int find(const char *name, const char *const *names, int count) {
  for (int i = 0; i < count; i++)
    if (strcmp(name, names[i]) == 0) return i;
  return -1;
}

static int usage(void) {
  fputs("usage: system_calls CERTIFICATES [1.2|1.3 CHANNEL client|server FAULT NUMBER]\n"
        "  The client's or the server's call of that NUMBER fails; -1: half of them. Without\n"
        "  them, every call fails in turn in every way.\n", stderr);
  return 2;
}

static int run_one(rssl_ctx *const contexts[2], char **argv) {
  struct plan plan = {.version = strcmp(argv[2], "1.2") == 0 ? RSSL_TLS1_2 : RSSL_TLS1_3,
                      .victim = strcmp(argv[4], "client") == 0 ? RSSL_CLIENT : RSSL_SERVER,
                      .fault = find(argv[5], fault_names, FAULTS),
                      .at = atoi(argv[6])};
  int failures = 0, channel = find(argv[3], channel_names, CHANNELS);
  if (plan.fault < 0 || channel < 0) return usage();
  plan.channel = (enum channel)channel;
  run_case(contexts, &plan, &failures);
  return failures;
}

static int run_all(rssl_ctx *const contexts[2]) {
  static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};
  int failures = 0;
  for (int i = 0; i < 2 * CHANNELS; i++) {
    int calls = 0;
    struct plan plan = {.version = versions[i % 2], .channel = (enum channel)(i / 2)};
    for (plan.victim = RSSL_CLIENT; plan.victim <= RSSL_SERVER; plan.victim++)
      for (plan.fault = 0; plan.fault < FAULTS; plan.fault++)
        failures += run_calls(contexts, &plan, &calls);
    printf("TLS 1.%d %s: %d calls failed, in %d ways\n", plan.version == RSSL_TLS1_3 ? 3 : 2,
           channel_names[plan.channel], calls, FAULTS);
  }
  return failures;
}

int main(int argc, char **argv) {
  if (argc != 2 && argc != 7) return usage();
  signal(SIGALRM, on_alarm);
  setvbuf(stdout, NULL, _IOLBF, 0);
  rssl_ctx *const contexts[2] = {new_context(argv[1], RSSL_CLIENT),
                                 new_context(argv[1], RSSL_SERVER)};
  int failures = argc == 7 ? run_one(contexts, argv) : run_all(contexts);
  rssl_ctx_free(contexts[0]);
  rssl_ctx_free(contexts[1]);
  return failures == 0 ? 0 : 1;
}
