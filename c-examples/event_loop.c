/* event_loop - fetches pages from many servers at once, in one thread with one poll loop.
 * What to wait for is rssl_events' decision alone: the numbers of RSSL_POLL_IN and
 * RSSL_POLL_OUT are those of POLLIN and POLLOUT. */
#define _POSIX_C_SOURCE 200809L

#include "http.h"
#include "tcp.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <rssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TIMEOUT = 30 };

struct fetch {
  const char *target; /* "host:port" */
  char host[TCP_HOST_MAX], port[TCP_PORT_MAX];
  struct addrinfo *addresses, *next;
  int fd; /* -1: over */
  enum { CONNECTING, TALKING, CLOSING } state;
  rssl_sock *tls;
  char request[512];
  size_t request_len, sent, received;
  char status_line[80];
  bool ok;
};

static void finish(struct fetch *f, const char *error) {
  if (error != NULL) fprintf(stderr, "%s: %s\n", f->target, error);
  rssl_sock_free(f->tls);
  if (f->fd >= 0) close(f->fd);
  freeaddrinfo(f->addresses);
  f->tls = NULL;
  f->fd = -1;
  f->addresses = NULL;
}

/* Begins to connect to the next address. */
static void connect_next(struct fetch *f, int error) {
  while (f->fd < 0 && f->next != NULL) {
    struct addrinfo *a = f->next;
    f->next = a->ai_next;
    f->fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (f->fd >= 0 && tcp_set_nonblocking(f->fd) &&
        (connect(f->fd, a->ai_addr, a->ai_addrlen) == 0 || errno == EINPROGRESS))
      return;
    error = errno;
    if (f->fd >= 0) close(f->fd);
    f->fd = -1;
  }
  finish(f, strerror(error));
}

static void begin(struct fetch *f, const char *target) {
  struct addrinfo hints;
  char host[TCP_HOST_MAX + 16];
  f->target = target;
  f->fd = -1;
  if (!tcp_split_authority(target, strlen(target), "443", f->host, f->port) ||
      !http_host(host, sizeof host, f->host, f->port, "443")) {
    finish(f, "not HOST:PORT");
    return;
  }
  int len = snprintf(f->request, sizeof f->request,
                     "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", host);
  f->request_len = (size_t)len;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  int rc = getaddrinfo(f->host, f->port, &hints, &f->addresses);
  if (rc != 0) {
    f->addresses = NULL;
    finish(f, gai_strerror(rc));
    return;
  }
  f->next = f->addresses;
  connect_next(f, 0);
}

/* Keeps the first line of the reply. */
static void note(struct fetch *f, const char *data, size_t len) {
  for (size_t i = 0, at = f->received; i < len && at < sizeof f->status_line - 1; i++, at++)
    f->status_line[at] = data[i] >= ' ' && data[i] <= '~' ? data[i] : '\0';
  f->received += len;
}

/* Sends the request and reads the reply to its close_notify, as far as it goes without
 * waiting. The first write does the handshake. */
static ptrdiff_t talk(struct fetch *f) {
  char buf[4096];
  ptrdiff_t n = 0;
  while (f->sent < f->request_len) {
    n = rssl_write(f->tls, f->request + f->sent, f->request_len - f->sent);
    if (n < 0) return n;
    f->sent += (size_t)n;
  }
  while ((n = rssl_read(f->tls, buf, sizeof buf)) > 0) note(f, buf, (size_t)n);
  return n;
}

static void drive_tls(struct fetch *f) {
  if (f->state == TALKING) {
    ptrdiff_t rc = talk(f);
    if (RSSL_IS_WANT(rc)) return;
    f->ok = rc == 0;
    if (f->ok) printf("%s: %s, %zu bytes\n", f->target, f->status_line, f->received);
    else fprintf(stderr, "%s: %s\n", f->target, rssl_error_message(rssl_last_error()));
    if (f->ok) (void)rssl_shutdown(f->tls, RSSL_SHUT_WR);
    f->state = CLOSING;
  }
  /* The close_notify, or the alert that tells the peer what was wrong. */
  if ((rssl_events(f->tls) & RSSL_POLL_OUT) == 0 || !RSSL_IS_WANT(rssl_flush(f->tls)))
    finish(f, NULL);
}

static void drive(rssl_ctx *ctx, struct fetch *f) {
  if (f->state == CONNECTING) {
    int error = 0;
    socklen_t len = sizeof error;
    if (getsockopt(f->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0) error = errno;
    if (error != 0) {
      close(f->fd);
      f->fd = -1;
      connect_next(f, error);
      return;
    }
    if (rssl_wrap(ctx, f->fd, RSSL_CLIENT, f->host, &f->tls) < 0) {
      finish(f, rssl_error_message(rssl_last_error()));
      return;
    }
    f->state = TALKING;
  }
  drive_tls(f);
}

static void run(rssl_ctx *ctx, struct fetch *fetches, struct pollfd *fds, nfds_t count) {
  for (;;) {
    size_t waiting = 0;
    int timeout = TIMEOUT * 1000;
    for (nfds_t i = 0; i < count; i++) {
      uint32_t events = fetches[i].tls != NULL ? rssl_events(fetches[i].tls) : POLLOUT;
      fds[i].fd = fetches[i].fd; /* poll skips -1 */
      fds[i].events = (short)(events & (RSSL_POLL_IN | RSSL_POLL_OUT));
      if (fetches[i].fd < 0) continue;
      waiting++;
      if (events & RSSL_POLL_READY) timeout = 0;
    }
    if (waiting == 0) return;
    int ready = poll(fds, count, timeout);
    if (ready < 0 && errno != EINTR) {
      perror("event_loop: poll");
      return;
    }
    for (nfds_t i = 0; i < count; i++) {
      if (fetches[i].fd < 0) continue;
      if (ready == 0 && timeout != 0) finish(&fetches[i], "nothing happened for 30 seconds");
      else if (ready > 0 && fds[i].revents != 0) drive(ctx, &fetches[i]);
      else if (fetches[i].tls != NULL && rssl_events(fetches[i].tls) & RSSL_POLL_READY)
        drive(ctx, &fetches[i]);
    }
  }
}

static bool fetch_all(rssl_ctx *ctx, char **targets, size_t count) {
  struct fetch *fetches = calloc(count, sizeof *fetches);
  struct pollfd *fds = calloc(count, sizeof *fds);
  bool ok = fetches != NULL && fds != NULL;
  if (ok) {
    for (size_t i = 0; i < count; i++) begin(&fetches[i], targets[i]);
    run(ctx, fetches, fds, (nfds_t)count);
    for (size_t i = 0; i < count; i++) {
      ok = ok && fetches[i].ok;
      finish(&fetches[i], NULL);
    }
  }
  free(fetches);
  free(fds);
  return ok;
}

int main(int argc, char **argv) {
  const char *cafile = NULL;
  int first = 1;
  if (argc > 2 && strcmp(argv[1], "--cafile") == 0) {
    cafile = argv[2];
    first = 3;
  }
  if (first >= argc || argv[first][0] == '-') {
    fputs("usage: event_loop [--cafile F] HOST:PORT ...\n"
          "  The exit status is 0 if every reply came whole, closed by close_notify.\n",
          stderr);
    return 2;
  }
  rssl_ctx *ctx;
  static const char *const protocols[] = {"http/1.1"};
  rssl_result rc = cafile != NULL ? rssl_ctx_new(RSSL_CLIENT, &ctx)
                                  : rssl_ctx_new_default(RSSL_CLIENT, &ctx);
  if (rc == RSSL_OK && cafile != NULL) rc = rssl_ctx_load_verify_file(ctx, cafile);
  if (rc == RSSL_OK) rc = rssl_ctx_set_alpn(ctx, protocols, 1);
  bool ok = rc == RSSL_OK;
  if (ok) ok = fetch_all(ctx, argv + first, (size_t)(argc - first));
  else fprintf(stderr, "event_loop: %s\n", rssl_error_message(rssl_last_error()));
  rssl_ctx_free(ctx);
  return ok && fflush(stdout) == 0 ? 0 : 1;
}
