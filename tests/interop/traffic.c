/* Three ways to move bytes: blocking echo, blocking pipe of two threads, one poll loop. */
#define _POSIX_C_SOURCE 200809L

#include "traffic.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 65536 };

static void wait_for(uint32_t events, int fd) {
  struct pollfd pfd = {.fd = fd, .events = (short)(events & (RSSL_POLL_IN | RSSL_POLL_OUT))};
  (void)poll(&pfd, 1, events & RSSL_POLL_READY ? 0 : -1);
}

rssl_result traffic_handshake(const struct traffic *t, rssl_sock *s, int fd) {
  rssl_result rc;
  while (RSSL_IS_WANT(rc = rssl_handshake(s)) && rc != RSSL_WANT_HELLO && t->poll)
    wait_for(rssl_events(s), fd);
  return rc;
}

static bool print(const char *data, size_t len) {
  while (len > 0) {
    ssize_t n = write(STDOUT_FILENO, data, len);
    if (n <= 0) return false;
    data += n;
    len -= (size_t)n;
  }
  return true;
}

static void report_close_notify(void) {
  fputs("close_notify: received\n", stderr);
}

/* On a blocking descriptor every byte is taken at once, or it is an error. */
static rssl_result send_all(rssl_sock *s, const char *data, size_t len) {
  ptrdiff_t n = rssl_write(s, data, len);
  if (n < 0) return (rssl_result)n;
  return (size_t)n == len ? RSSL_OK : RSSL_ERR_INTERNAL;
}

/* ------------------------------------------------------------ blocking */

static rssl_result echo_blocking(struct traffic *t, rssl_sock *s) {
  static char buf[CHUNK];
  for (;;) {
    ptrdiff_t n = rssl_read(s, buf, sizeof buf);
    if (n < 0) return (rssl_result)n;
    if (n == 0) {
      report_close_notify();
      return rssl_shutdown(s, RSSL_SHUT_RDWR);
    }
    t->received += (unsigned long long)n;
    rssl_result rc = send_all(s, buf, (size_t)n);
    if (rc < 0) return rc;
  }
}

struct sender {
  rssl_sock *s;
  int fd;
  rssl_result rc;
};

/* Waits for standard input; false when the descriptor was shut down meanwhile. */
static bool input_comes(int fd) {
  struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = fd, .events = 0}};
  return poll(fds, 2, -1) > 0 && fds[1].revents == 0;
}

static void *send_input(void *user) {
  static char buf[CHUNK];
  struct sender *sender = user;
  ssize_t n = 1;
  while (sender->rc == RSSL_OK && n > 0) {
    if (!input_comes(sender->fd)) return NULL;
    n = read(STDIN_FILENO, buf, sizeof buf);
    if (n > 0) sender->rc = send_all(sender->s, buf, (size_t)n);
    else sender->rc = n < 0 ? RSSL_ERR_FILE : rssl_shutdown(sender->s, RSSL_SHUT_WR);
  }
  return NULL;
}

static rssl_result receive_blocking(struct traffic *t, rssl_sock *s) {
  static char buf[CHUNK];
  ptrdiff_t n;
  while ((n = rssl_read(s, buf, sizeof buf)) > 0) {
    t->received += (unsigned long long)n;
    if (!print(buf, (size_t)n)) return RSSL_ERR_FILE;
  }
  if (n == 0) report_close_notify();
  return (rssl_result)n;
}

static rssl_result pipe_blocking(struct traffic *t, rssl_sock *s, int fd) {
  struct sender sender = {s, fd, RSSL_OK};
  pthread_t thread;
  if (pthread_create(&thread, NULL, send_input, &sender) != 0) return RSSL_ERR_INTERNAL;
  rssl_result rc = receive_blocking(t, s);
  if (rc < 0) (void)shutdown(fd, SHUT_RDWR); /* else the sender waits for its input */
  pthread_join(thread, NULL);
  return rc < 0 ? rc : sender.rc;
}

/* ------------------------------------------------------------ one loop */

struct loop {
  struct traffic *t;
  rssl_sock *s;
  char out[CHUNK]; /* to be sent: out[start..end] */
  size_t start, end;
  bool input_ended, peer_closed, closed;
};

/* Takes from TLS what there is. An echo first gets rid of what it has. */
static rssl_result receive(struct loop *loop) {
  static char buf[CHUNK];
  struct traffic *t = loop->t;
  while (!loop->peer_closed && !(t->echo && loop->start < loop->end)) {
    char *to = t->echo ? loop->out : buf;
    ptrdiff_t n = rssl_read(loop->s, to, CHUNK);
    if (n < 0) return n == RSSL_WANT_READ ? RSSL_OK : (rssl_result)n;
    t->received += (unsigned long long)n;
    if (n == 0) {
      loop->peer_closed = true;
      report_close_notify();
      if (t->echo) loop->input_ended = true;
    } else if (t->echo) {
      loop->start = 0;
      loop->end = (size_t)n;
    } else if (!print(buf, (size_t)n)) {
      return RSSL_ERR_FILE;
    }
  }
  return RSSL_OK;
}

/* Sends what the transport takes, and at the end of the input close_notify. */
static rssl_result send_waiting(struct loop *loop) {
  ptrdiff_t n = rssl_flush(loop->s);
  while (loop->start < loop->end && n >= 0) {
    n = rssl_write(loop->s, loop->out + loop->start, loop->end - loop->start);
    if (n > 0) loop->start += (size_t)n;
  }
  if (n >= 0 && loop->input_ended && !loop->closed) {
    n = rssl_shutdown(loop->s, RSSL_SHUT_WR);
    loop->closed = n == RSSL_OK;
  }
  return n >= 0 || n == RSSL_WANT_WRITE ? RSSL_OK : (rssl_result)n;
}

static rssl_result read_input(struct loop *loop) {
  ssize_t n = read(STDIN_FILENO, loop->out, sizeof loop->out);
  if (n < 0) return RSSL_ERR_FILE;
  loop->input_ended = n == 0;
  loop->start = 0;
  loop->end = (size_t)n;
  return RSSL_OK;
}

/* Returns whether standard input has something to say, after waiting for either side. */
static bool wait_for_both(const struct loop *loop, int fd) {
  bool empty = loop->start == loop->end;
  bool input = !loop->t->echo && empty && !loop->input_ended;
  uint32_t events = rssl_events(loop->s);
  if (loop->peer_closed || (loop->t->echo && !empty)) events &= (uint32_t)RSSL_POLL_OUT;
  struct pollfd fds[2] = {
      {.fd = events != 0 ? fd : -1, .events = (short)(events & (RSSL_POLL_IN | RSSL_POLL_OUT))},
      {.fd = input ? STDIN_FILENO : -1, .events = POLLIN}};
  return poll(fds, 2, events & RSSL_POLL_READY ? 0 : -1) > 0 && fds[1].revents != 0;
}

static rssl_result run_loop(struct traffic *t, rssl_sock *s, int fd) {
  static struct loop loop;
  loop = (struct loop){.t = t, .s = s};
  for (;;) {
    rssl_result rc = receive(&loop);
    if (rc == RSSL_OK) rc = send_waiting(&loop);
    if (rc < 0 || (loop.peer_closed && loop.closed)) return rc;
    if (wait_for_both(&loop, fd) && (rc = read_input(&loop)) < 0) return rc;
  }
}

rssl_result traffic_run(struct traffic *t, rssl_sock *s, int fd) {
  if (t->poll) return run_loop(t, s, fd);
  return t->echo ? echo_blocking(t, s) : pipe_blocking(t, s, fd);
}
