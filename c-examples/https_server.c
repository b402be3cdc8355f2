/* https_server - serves the files of a directory by HTTPS; without a directory, a page that
 * tells what TLS agreed on.
 *
 * One thread serves all connections. SIGHUP loads the certificate again; if that fails the
 * old one stays. SIGTERM and SIGINT end the program with status 0. */
#define _POSIX_C_SOURCE 200809L

#include "alpn.h"
#include "connection.h"
#ifdef WITH_SESSION_STORE
#include "session_store.h"
#endif
#include "tcp.h"

#include <errno.h>
#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct settings {
  const char *client_ca, *alpn, *basic_auth, *bind, *session_store;
  const char *handshake_timeout, *idle_timeout, *max_connections;
  bool require_client_cert, verbose;
  const char *port, *cert, *key, *dir;
};

struct loop {
  struct server server;
  const struct settings *set;
  int epoll, listener;
  bool accepting;
  time_t now;
  struct connection *first;
  size_t count, max;
  size_t peak; /* of count, since memory was last given back */
};

static volatile sig_atomic_t stop_wanted, reload_wanted;

static void on_signal(int number) {
  if (number == SIGHUP) reload_wanted = 1;
  else stop_wanted = 1;
}

/* ---------------------------------------------------------------- arguments */

static int usage(void) {
  fputs("usage: https_server [--client-ca F] [--require-client-cert] [--alpn LIST]\n"
        "                    [--basic-auth USER:PASSWORD] [--bind ADDR] [-v]\n"
        "                    [--handshake-timeout S] [--idle-timeout S]\n"
        "                    [--max-connections N] [--session-store WHERE]\n"
        "                    PORT CERT KEY [DIR]\n"
        "  --client-ca   ask for client certificates; these roots issue them\n"
        "  --require-client-cert  serve nobody without one\n"
        "  --alpn        protocols to accept; the default is http/1.1, \"\" is none\n"
        "  --bind        listen on ADDR; the default is 127.0.0.1\n"
        "  --handshake-timeout, --idle-timeout  seconds, by default 120 and 300; 0: no limit\n"
        "  --max-connections  the default is what the limit on open files allows\n"
        "  --session-store  HOST:PORT, or the path of the socket, of a Redis that keeps the\n"
        "                sessions of TLS for several servers (if built with hiredis)\n"
        "  -v            report failed connections on standard error\n"
        "  PORT 0 lets the system choose; \"listening on ADDR:PORT\" says what it chose.\n",
        stderr);
  return 2;
}

static bool parse_arguments(char **argv, struct settings *set) {
  const struct { const char *name; const char **value; } options[] = {
      {"--client-ca", &set->client_ca},
      {"--alpn", &set->alpn},
      {"--basic-auth", &set->basic_auth},
      {"--bind", &set->bind},
      {"--handshake-timeout", &set->handshake_timeout},
      {"--idle-timeout", &set->idle_timeout},
      {"--max-connections", &set->max_connections},
#ifdef WITH_SESSION_STORE
      {"--session-store", &set->session_store},
#endif
  };
  const size_t count = sizeof options / sizeof options[0];
  for (argv++; *argv != NULL && **argv == '-'; argv++) {
    size_t i = 0;
    while (i < count && strcmp(*argv, options[i].name) != 0) i++;
    if (i < count) {
      if (argv[1] == NULL) return false;
      *options[i].value = *++argv;
    } else if (strcmp(*argv, "--require-client-cert") == 0) {
      set->require_client_cert = true;
    } else if (strcmp(*argv, "-v") == 0) {
      set->verbose = true;
    } else {
      return false;
    }
  }
  size_t left = 0;
  while (argv[left] != NULL) left++;
  if (left < 3 || left > 4 || (set->require_client_cert && set->client_ca == NULL)) return false;
  set->port = argv[0];
  set->cert = argv[1];
  set->key = argv[2];
  set->dir = argv[3];
  return true;
}

static bool parse_count(const char *text, int least, int *out) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value < least || value > 10000000) return false;
  *out = (int)value;
  return true;
}

/* -------------------------------------------------------------------- set-up */

static bool failed(const char *what) {
  fprintf(stderr, "https_server: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  return false;
}

/* Replaces the certificate for the connections to come; the open ones keep theirs. */
static bool load_identity(const struct loop *loop) {
  rssl_identity *identity;
  if (rssl_identity_new_file(loop->set->cert, loop->set->key, NULL, NULL, &identity) < 0)
    return failed("cannot load the certificate");
  rssl_result rc = rssl_ctx_set_identities(loop->server.ctx, &identity, 1);
  rssl_identity_free(identity);
  return rc == RSSL_OK || failed("cannot use the certificate");
}

static bool configure_tls(struct loop *loop) {
  const struct settings *set = loop->set;
  rssl_ctx *ctx;
  if (rssl_ctx_new_default(RSSL_SERVER, &ctx) < 0) return failed("cannot set up TLS");
  loop->server.ctx = ctx;
  if (set->client_ca != NULL) {
    rssl_cert_reqs mode = set->require_client_cert ? RSSL_CERT_REQUIRED : RSSL_CERT_OPTIONAL;
    if (rssl_ctx_load_verify_file(ctx, set->client_ca) < 0 || rssl_ctx_set_verify(ctx, mode) < 0)
      return failed("--client-ca");
  }
#ifdef WITH_SESSION_STORE
  if (set->session_store != NULL && !use_session_store(ctx, set->session_store)) return false;
#endif
  return set_alpn_list(ctx, set->alpn) && load_identity(loop);
}

static bool configure_site(struct site *site, const struct settings *set) {
  site->dir = -1;
  if (set->dir != NULL) {
    site->dir = open(set->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (site->dir < 0) {
      fprintf(stderr, "https_server: %s: %s\n", set->dir, strerror(errno));
      return false;
    }
  }
  if (set->basic_auth == NULL) return true;
  if (strchr(set->basic_auth, ':') != NULL &&
      http_basic_auth(site->authorization, sizeof site->authorization, set->basic_auth))
    return true;
  fputs("https_server: --basic-auth: not USER:PASSWORD, or too long\n", stderr);
  return false;
}

/* Each connection needs a descriptor: takes all that the system allows, and leaves some
 * for the files served. */
static size_t most_connections(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 512;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0) return 512;
  if (limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return limit.rlim_cur > 128 ? (size_t)limit.rlim_cur - 64 : 64;
}

static bool start_listening(struct loop *loop) {
  char address[TCP_HOST_MAX + 16];
  loop->listener = tcp_listen(loop->set->bind, loop->set->port);
  if (loop->listener < 0) return false;
  loop->epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  if (loop->epoll < 0 || !tcp_set_nonblocking(loop->listener) ||
      epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->listener, &event) != 0 ||
      !tcp_local_address(loop->listener, address, sizeof address)) {
    perror("https_server");
    return false;
  }
  loop->accepting = true;
  if (printf("listening on %s\n", address) > 0 && fflush(stdout) == 0) return true;
  perror("https_server: standard output");
  return false;
}

/* --------------------------------------------------------------- event loop */

/* Without a free descriptor the listener would be ready for ever: it has to wait too. */
static void set_accepting(struct loop *loop, bool on) {
  struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.ptr = NULL};
  if (on == loop->accepting) return;
  if (epoll_ctl(loop->epoll, EPOLL_CTL_MOD, loop->listener, &event) == 0) loop->accepting = on;
}

static void drop(struct loop *loop, struct connection *c) {
  if (c->prev != NULL) c->prev->next = c->next;
  else loop->first = c->next;
  if (c->next != NULL) c->next->prev = c->prev;
  loop->count--;
  connection_free(c);
  set_accepting(loop, true);
}

static void drive(struct loop *loop, struct connection *c) {
  if (!connection_drive(&loop->server, c, loop->now)) {
    drop(loop, c);
    return;
  }
  struct epoll_event event = {.events = c->events, .data.ptr = c};
  if (c->events == c->polled) return;
  if (epoll_ctl(loop->epoll, EPOLL_CTL_MOD, c->fd, &event) == 0) c->polled = c->events;
  else drop(loop, c);
}

static void add(struct loop *loop, int fd) {
  struct connection *c = NULL;
  tcp_no_delay(fd);
  if (tcp_set_nonblocking(fd)) c = connection_new(&loop->server, fd, loop->now);
  if (c == NULL) {
    close(fd);
    return;
  }
  c->next = loop->first;
  if (c->next != NULL) c->next->prev = c;
  loop->first = c;
  loop->count++;
  if (loop->count > loop->peak) loop->peak = loop->count;
  struct epoll_event event = {.events = c->events, .data.ptr = c};
  c->polled = c->events;
  if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0) drop(loop, c);
}

static void accept_some(struct loop *loop) {
  for (int i = 0; i < 64; i++) {
    if (loop->count >= loop->max) {
      set_accepting(loop, false);
      return;
    }
    int fd = accept(loop->listener, NULL, NULL);
    if (fd >= 0) {
      add(loop, fd);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      set_accepting(loop, false);
      return;
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return;
    }
  }
}

static void drop_expired(struct loop *loop) {
  struct connection *next;
  for (struct connection *c = loop->first; c != NULL; c = next) {
    next = c->next;
    if (c->deadline != 0 && loop->now >= c->deadline) drop(loop, c);
  }
  set_accepting(loop, loop->count < loop->max);
}

/* The C library keeps what a crowd of connections has freed, but idle time is long. */
static void give_memory_back(struct loop *loop) {
  if (2 * loop->count >= loop->peak) return;
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  loop->peak = loop->count;
}

static time_t monotonic_seconds(void) {
  struct timespec t;
  return clock_gettime(CLOCK_MONOTONIC, &t) == 0 ? t.tv_sec : 0;
}

/* The signals are let in only while it waits, so that none can come between the look at
 * its flag and the wait. */
static bool run(struct loop *loop, const sigset_t *while_waiting) {
  struct epoll_event events[256];
  time_t swept = loop->now = monotonic_seconds();
  while (!stop_wanted) {
    bool idle = loop->count == 0 && loop->peak == 0 && loop->accepting;
    int timeout = idle ? -1 : 1000;
    int n = epoll_pwait(loop->epoll, events, 256, timeout, while_waiting);
    if (n < 0 && errno != EINTR) {
      perror("https_server: epoll");
      return false;
    }
    loop->now = monotonic_seconds();
    for (int i = 0; i < n; i++) {
      if (events[i].data.ptr == NULL) accept_some(loop);
      else drive(loop, events[i].data.ptr);
    }
    if (reload_wanted) {
      reload_wanted = 0;
      if (load_identity(loop)) fputs("https_server: certificate loaded again\n", stderr);
    }
    if (loop->now == swept) continue;
    swept = loop->now;
    drop_expired(loop);
    give_memory_back(loop);
  }
  return true;
}

static bool catch_signals(sigset_t *while_waiting) {
  const int numbers[] = {SIGHUP, SIGTERM, SIGINT};
  struct sigaction action;
  sigset_t blocked;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  sigemptyset(&blocked);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    if (sigaction(numbers[i], &action, NULL) != 0) return false;
    sigaddset(&blocked, numbers[i]);
  }
  if (sigprocmask(SIG_BLOCK, &blocked, while_waiting) != 0) return false;
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    sigdelset(while_waiting, numbers[i]);
  return true;
}

int main(int argc, char **argv) {
  struct settings set = {.alpn = "http/1.1", .bind = "127.0.0.1", .handshake_timeout = "120",
                         .idle_timeout = "300", .max_connections = "10000000"};
  struct loop loop = {.set = &set, .epoll = -1, .listener = -1};
  sigset_t while_waiting;
  int max;
  if (argc == 0 || !parse_arguments(argv, &set) ||
      !parse_count(set.handshake_timeout, 0, &loop.server.handshake_timeout) ||
      !parse_count(set.idle_timeout, 0, &loop.server.idle_timeout) ||
      !parse_count(set.max_connections, 1, &max))
    return usage();
  loop.server.verbose = set.verbose;
  loop.max = most_connections();
  if (loop.max > (size_t)max) loop.max = (size_t)max;

  bool ok = configure_site(&loop.server.site, &set) && configure_tls(&loop) &&
            catch_signals(&while_waiting) && start_listening(&loop) && run(&loop, &while_waiting);

  while (loop.first != NULL) drop(&loop, loop.first);
  if (loop.listener >= 0) close(loop.listener);
  if (loop.epoll >= 0) close(loop.epoll);
  if (loop.server.site.dir >= 0) close(loop.server.site.dir);
  rssl_ctx_free(loop.server.ctx);
  return ok ? 0 : 1;
}
