#define _POSIX_C_SOURCE 200809L

#include "connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  LINGER_SECONDS = 2,
  STEPS_AT_ONCE = 32, /* then it is the others' turn */
  DONE = 0,           /* results of a step, beside the WANTs: the connection is over, */
  AGAIN = 1           /* or the next step can follow at once */
};

static time_t deadline(time_t now, int seconds) { return seconds > 0 ? now + seconds : 0; }

struct connection *connection_new(const struct server *server, int fd, time_t now) {
  struct connection *c = calloc(1, sizeof *c);
  if (c == NULL) return NULL;
  if (rssl_wrap(server->ctx, fd, RSSL_SERVER, NULL, &c->tls) < 0) {
    fprintf(stderr, "cannot set up a connection: %s\n", rssl_error_message(rssl_last_error()));
    free(c);
    return NULL;
  }
  c->fd = fd;
  c->response.file = -1;
  c->events = rssl_events(c->tls);
  c->deadline = deadline(now, server->handshake_timeout);
  return c;
}

void connection_free(struct connection *c) {
  if (c->state == RECEIVING) (void)rssl_shutdown(c->tls, RSSL_SHUT_WR);
  rssl_sock_free(c->tls);
  close(c->fd);
  response_clear(&c->response);
  free(c->received);
  free(c);
}

/* A connection that broke, or whose client says goodbye, ends by the same way: close_notify
 * or the alert, then the end of the stream. */
static int begin_close(const struct server *server, struct connection *c, ptrdiff_t rc) {
  if (RSSL_IS_WANT(rc)) return (int)rc;
  if (rc < 0 && server->verbose)
    fprintf(stderr, "connection %d: %s\n", c->fd, rssl_error_message(rssl_last_error()));
  if (rc >= 0) (void)rssl_shutdown(c->tls, RSSL_SHUT_WR);
  c->state = CLOSING;
  return AGAIN;
}

static int handshake(const struct server *server, struct connection *c, time_t now) {
  rssl_result rc = rssl_handshake(c->tls);
  if (rc < 0) return begin_close(server, c, rc);
  c->state = RECEIVING;
  c->deadline = deadline(now, server->idle_timeout);
  return AGAIN;
}

/* Idle connections hold no buffer: only the beginning of a request is kept. */
static bool keep(struct connection *c, const char *data, size_t len) {
  free(c->received);
  c->received = NULL;
  c->received_len = len;
  if (len == 0) return true;
  c->received = malloc(len);
  if (c->received != NULL) memcpy(c->received, data, len);
  return c->received != NULL;
}

static int receive(const struct server *server, struct connection *c) {
  static char buf[HTTP_HEAD_MAX];
  size_t len = c->received_len;
  if (len > 0) memcpy(buf, c->received, len);
  size_t head = http_head_length(buf, len);
  if (head == 0 && len < sizeof buf) {
    ptrdiff_t n = rssl_read(c->tls, buf + len, sizeof buf - len);
    if (n <= 0) return begin_close(server, c, n);
    len += (size_t)n;
    head = http_head_length(buf, len);
  }
  if (!keep(c, buf + head, len - head)) return DONE;
  if (head == 0 && len < sizeof buf) return AGAIN;
  if (!site_answer(&server->site, (struct http_text){buf, head}, c->tls, &c->response))
    return DONE;
  c->state = RESPONDING;
  c->sent = 0;
  return AGAIN;
}

/* Nothing read from the file is kept when the client cannot take it: it is read again. */
static ptrdiff_t send_file(struct connection *c, off_t offset) {
  static char buf[16384];
  ssize_t n = pread(c->response.file, buf, sizeof buf, offset);
  if (n > c->response.size - offset) n = (ssize_t)(c->response.size - offset);
  return n <= 0 ? n : rssl_write(c->tls, buf, (size_t)n);
}

static int respond(const struct server *server, struct connection *c, time_t now) {
  struct response *r = &c->response;
  off_t text = (off_t)r->len, all = r->file >= 0 ? text + r->size : text;
  ptrdiff_t n;
  if (c->sent < text) n = rssl_write(c->tls, r->text + c->sent, (size_t)(text - c->sent));
  else n = send_file(c, c->sent - text);
  /* The promised length cannot be kept: the client must notice, so no close_notify. */
  if (n == 0 || n == -1) return DONE;
  if (n < 0) return begin_close(server, c, n);
  c->sent += n;
  c->deadline = deadline(now, server->idle_timeout);
  if (c->sent < all) return AGAIN;
  bool last = r->close;
  response_clear(r);
  if (last) return begin_close(server, c, 0);
  c->state = RECEIVING;
  return AGAIN;
}

/* Closing a socket that holds unread bytes resets the connection and can destroy what was
 * sent last, the alert or the reply: so the client's end is awaited, for a while. */
static int finish_sending(struct connection *c, time_t now) {
  if (rssl_events(c->tls) & RSSL_POLL_OUT) {
    rssl_result rc = rssl_flush(c->tls);
    if (RSSL_IS_WANT(rc)) return rc;
  }
  rssl_sock_free(c->tls);
  c->tls = NULL;
  c->state = LINGERING;
  c->deadline = now + LINGER_SECONDS;
  return shutdown(c->fd, SHUT_WR) == 0 ? AGAIN : DONE;
}

static int linger(struct connection *c) {
  static char discarded[16384];
  ssize_t n = recv(c->fd, discarded, sizeof discarded, 0);
  if (n > 0) return AGAIN;
  return n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK) ? DONE : RSSL_WANT_READ;
}

static int step(const struct server *server, struct connection *c, time_t now) {
  switch (c->state) {
  case HANDSHAKE: return handshake(server, c, now);
  case RECEIVING: return receive(server, c);
  case RESPONDING: return respond(server, c, now);
  case CLOSING: return finish_sending(c, now);
  case LINGERING: return linger(c);
  }
  return DONE;
}

bool connection_drive(const struct server *server, struct connection *c, time_t now) {
  int rc = AGAIN;
  for (int i = 0; i < STEPS_AT_ONCE && rc == AGAIN; i++) rc = step(server, c, now);
  if (rc == DONE) return false;
  if (c->state == LINGERING) {
    c->events = EPOLLIN;
  } else {
    c->events = rssl_events(c->tls) & (RSSL_POLL_IN | RSSL_POLL_OUT);
    /* Nothing is read while a response is being sent: a client that sends requests and
     * takes no replies is held up, and costs no memory. */
    if (c->state == RESPONDING || c->state == CLOSING) c->events &= (uint32_t)~RSSL_POLL_IN;
  }
  /* Its share is used up: come back as soon as the others had theirs. */
  if (rc == AGAIN) c->events |= EPOLLOUT;
  return true;
}
