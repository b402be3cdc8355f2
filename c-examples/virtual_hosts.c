/* virtual_hosts - one port for many hosts, each with a certificate of its own that is looked up
 * when a client first asks for its name (SNI).
 *
 * Here a lookup reads a file, some time later: it stands for a database, a vault or a certificate
 * authority, whose answer an event loop must not wait for. The hello callback says
 * RSSL_WANT_HELLO, the loop goes on serving the others, and when the answer is there it decides:
 * rssl_hello_continue or rssl_hello_reject. */
#define _POSIX_C_SOURCE 200809L

#include "tcp.h"

#include <poll.h>
#include <rssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS = 256, HEAD_MAX = 4096, PATIENCE_MS = 30000, UNRECOGNIZED_NAME = 112 };

struct host {
  struct host *next;
  char name[TCP_HOST_MAX];
  rssl_identity *identity; /* NULL: it is being looked up */
  long long due;           /* when the answer comes */
};

struct client {
  int fd; /* -1: this place is free */
  rssl_sock *tls;
  const struct host *awaited; /* or NULL */
  long long deadline;
  char head[HEAD_MAX], reply[512];
  size_t received, sent, reply_len;
};

struct server {
  const char *directory;
  long long delay;
  rssl_ctx *ctx;
  int listener;
  struct host *hosts;
  struct client clients[CLIENTS];
};

static volatile sig_atomic_t stop_wanted;

static void on_signal(int number) {
  (void)number;
  stop_wanted = 1;
}

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void finish(struct client *c) {
  rssl_sock_free(c->tls);
  close(c->fd);
  c->tls = NULL;
  c->awaited = NULL;
  c->fd = -1;
}

/* ------------------------------------------------------------------- hosts */

/* Returns the host of this name, whose lookup begins if it is not known; NULL: no memory. */
static struct host *find_host(struct server *server, const char *name) {
  struct host *host;
  for (host = server->hosts; host != NULL; host = host->next)
    if (strcmp(host->name, name) == 0) return host;
  host = calloc(1, sizeof *host);
  if (host == NULL) return NULL;
  snprintf(host->name, sizeof host->name, "%s", name);
  host->due = now_ms() + server->delay;
  host->next = server->hosts;
  server->hosts = host;
  return host;
}

static rssl_result on_hello(void *user, rssl_sock *s, rssl_hello *h) {
  struct client *c = rssl_sock_user(s);
  const char *name = rssl_hello_server_name(h);
  struct host *host = find_host(user, name != NULL ? name : "default");
  if (host == NULL) return RSSL_ERR_CALLBACK;
  if (host->identity != NULL) return rssl_hello_use_identity(h, host->identity);
  c->awaited = host;
  return RSSL_WANT_HELLO;
}

static rssl_identity *load(const struct server *server, const char *name) {
  char path[4096];
  rssl_identity *identity;
  /* A name of SNI has neither slashes nor empty labels: it does not lead out of the directory. */
  snprintf(path, sizeof path, "%s/%s.pem", server->directory, name);
  if (rssl_identity_new_file(path, NULL, NULL, NULL, &identity) < 0)
    fprintf(stderr, "%s\n", rssl_error_message(rssl_last_error()));
  return identity;
}

/* Decides about a client that waited. After rssl_hello_continue rssl_events says
 * RSSL_POLL_READY; after rssl_hello_reject the alert is on its way. */
static void decide(struct client *c, rssl_identity *identity) {
  rssl_hello *h = rssl_sock_hello(c->tls);
  c->awaited = NULL;
  if (identity != NULL && rssl_hello_use_identity(h, identity) == RSSL_OK &&
      rssl_hello_continue(h) == RSSL_OK)
    return;
  (void)rssl_hello_reject(h, UNRECOGNIZED_NAME);
  finish(c);
}

/* The answer is there. An unknown host is forgotten: it may be there when asked for again. */
static void end_lookup(struct server *server, struct host **at) {
  struct host *host = *at;
  host->identity = load(server, host->name);
  for (size_t i = 0; i < CLIENTS; i++)
    if (server->clients[i].awaited == host) decide(&server->clients[i], host->identity);
  if (host->identity == NULL) {
    *at = host->next;
    free(host);
  }
}

static void end_lookups(struct server *server) {
  struct host **at = &server->hosts;
  while (*at != NULL) {
    struct host *host = *at;
    if (host->identity == NULL && host->due <= now_ms()) end_lookup(server, at);
    if (*at == host) at = &host->next;
  }
}

/* ----------------------------------------------------------------- clients */

static void write_reply(struct client *c) {
  char page[TCP_HOST_MAX + 16];
  const char *name = rssl_sock_server_name(c->tls);
  int page_len = snprintf(page, sizeof page, "This is %s.\n", name != NULL ? name : "default");
  int len = snprintf(c->reply, sizeof c->reply,
                     "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
                     "Connection: close\r\n\r\n%s",
                     page_len, page);
  c->reply_len = (size_t)len;
}

static bool head_is_there(const struct client *c) {
  for (size_t i = 4; i <= c->received; i++)
    if (memcmp(c->head + i - 4, "\r\n\r\n", 4) == 0) return true;
  return false;
}

/* Reads a request, answers it and says close_notify, as far as it goes without waiting. */
static ptrdiff_t talk(struct client *c) {
  ptrdiff_t n;
  while (c->reply_len == 0) {
    if (c->received == HEAD_MAX) return RSSL_ERR_CLOSED;
    n = rssl_read(c->tls, c->head + c->received, HEAD_MAX - c->received);
    if (n <= 0) return n;
    c->received += (size_t)n;
    if (head_is_there(c)) write_reply(c);
  }
  while (c->sent < c->reply_len) {
    n = rssl_write(c->tls, c->reply + c->sent, c->reply_len - c->sent);
    if (n < 0) return n;
    c->sent += (size_t)n;
  }
  n = rssl_shutdown(c->tls, RSSL_SHUT_RDWR);
  /* What the client sends behind its request is not for us. */
  return n == RSSL_WANT_CONSUME ? RSSL_OK : n;
}

static void drive(struct client *c) {
  ptrdiff_t rc = talk(c);
  if (RSSL_IS_WANT(rc)) return;
  if (rssl_sock_error(c->tls) != NULL)
    fprintf(stderr, "%s\n", rssl_error_message(rssl_sock_error(c->tls)));
  finish(c);
}

static void accept_client(struct server *server) {
  struct client *c = server->clients;
  int fd = accept(server->listener, NULL, NULL);
  if (fd < 0) return;
  while (c < server->clients + CLIENTS && c->fd >= 0) c++;
  if (c == server->clients + CLIENTS || !tcp_set_nonblocking(fd)) {
    close(fd);
    return;
  }
  memset(c, 0, sizeof *c);
  c->fd = fd;
  c->deadline = now_ms() + PATIENCE_MS;
  if (rssl_wrap(server->ctx, fd, RSSL_SERVER, NULL, &c->tls) < 0) {
    fprintf(stderr, "%s\n", rssl_error_message(rssl_last_error()));
    finish(c);
    return;
  }
  rssl_sock_set_user(c->tls, c);
}

/* -------------------------------------------------------------------- loop */

/* Fills in what to poll for and returns how long to sleep. A client whose hello is pending has
 * nothing to wait for but the lookup. */
static int prepare(const struct server *server, struct pollfd *fds) {
  long long wake = now_ms() + PATIENCE_MS;
  bool ready = false;
  for (size_t i = 0; i < CLIENTS; i++) {
    const struct client *c = &server->clients[i];
    uint32_t events = c->fd >= 0 ? rssl_events(c->tls) : 0;
    fds[i].fd = events != 0 ? c->fd : -1; /* poll skips -1 */
    fds[i].events = (short)(events & (RSSL_POLL_IN | RSSL_POLL_OUT));
    ready = ready || (events & RSSL_POLL_READY) != 0;
    if (c->fd >= 0 && c->deadline < wake) wake = c->deadline;
  }
  for (const struct host *host = server->hosts; host != NULL; host = host->next)
    if (host->identity == NULL && host->due < wake) wake = host->due;
  fds[CLIENTS].fd = server->listener;
  fds[CLIENTS].events = POLLIN;
  long long left = wake - now_ms();
  return ready || left < 0 ? 0 : (int)left;
}

static void run(struct server *server) {
  static struct pollfd fds[CLIENTS + 1];
  while (!stop_wanted) {
    int ready = poll(fds, CLIENTS + 1, prepare(server, fds));
    end_lookups(server);
    for (size_t i = 0; i < CLIENTS; i++) {
      struct client *c = &server->clients[i];
      if (c->fd < 0) continue;
      if (now_ms() >= c->deadline) finish(c);
      else if ((ready > 0 && fds[i].revents != 0) || rssl_events(c->tls) & RSSL_POLL_READY)
        drive(c);
    }
    if (ready > 0 && fds[CLIENTS].revents != 0) accept_client(server);
  }
}

static bool start(struct server *server, const char *address, const char *port) {
  char where[TCP_HOST_MAX + 16];
  static const char *const protocols[] = {"http/1.1"};
  if (rssl_ctx_new(RSSL_SERVER, &server->ctx) < 0 ||
      rssl_ctx_set_alpn(server->ctx, protocols, 1) < 0 ||
      rssl_ctx_set_hello_callback(server->ctx, on_hello, server, NULL) < 0) {
    fprintf(stderr, "virtual_hosts: %s\n", rssl_error_message(rssl_last_error()));
    return false;
  }
  server->listener = tcp_listen(address, port);
  if (server->listener < 0 || !tcp_set_nonblocking(server->listener)) return false;
  if (!tcp_local_address(server->listener, where, sizeof where)) return false;
  printf("listening on %s\n", where);
  return fflush(stdout) == 0;
}

static void end(struct server *server) {
  for (size_t i = 0; i < CLIENTS; i++)
    if (server->clients[i].fd >= 0) finish(&server->clients[i]);
  while (server->hosts != NULL) {
    struct host *host = server->hosts;
    server->hosts = host->next;
    rssl_identity_free(host->identity);
    free(host);
  }
  rssl_ctx_free(server->ctx);
  if (server->listener >= 0) close(server->listener);
}

static int usage(void) {
  fputs("usage: virtual_hosts [--delay MS] [--bind ADDR] PORT DIR\n"
        "  Serves each host of which DIR has NAME.pem, its chain and key; default.pem is for\n"
        "  clients that name none.\n"
        "  --delay  what a lookup takes; the default is 0\n"
        "  --bind   listen on ADDR; the default is 127.0.0.1\n"
        "  PORT 0 lets the system choose; \"listening on ADDR:PORT\" says what it chose.\n",
        stderr);
  return 2;
}

int main(int argc, char **argv) {
  static struct server server;
  const char *address = "127.0.0.1";
  struct sigaction action;
  server.listener = -1;
  for (size_t i = 0; i < CLIENTS; i++) server.clients[i].fd = -1;
  for (argv++; argc > 3 && argv[0][0] == '-'; argv += 2, argc -= 2) {
    if (strcmp(argv[0], "--delay") == 0) server.delay = atoll(argv[1]);
    else if (strcmp(argv[0], "--bind") == 0) address = argv[1];
    else return usage();
  }
  if (argc != 3 || argv[0][0] == '-') return usage();
  server.directory = argv[1];
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  bool ok = start(&server, address, argv[0]);
  if (ok) run(&server);
  end(&server);
  return ok ? 0 : 1;
}
