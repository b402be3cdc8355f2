#define _POSIX_C_SOURCE 200809L
#include "loop.h"

#include "check.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { PIECE = 40000, PATIENCE_MS = 10000 };

/* Sizes around those of records and of the kernel's buffers, and odd ones. */
static size_t next_size(void) {
  static const size_t sizes[] = {PIECE, 1, 16384, 16385, 4096, 777, 32768, 65, 12345};
  static unsigned next;
  return sizes[next++ % (sizeof sizes / sizeof sizes[0])];
}

static void send_some(struct party *p) {
  unsigned char buf[PIECE];
  while (p->sent < p->to_send) {
    size_t len = next_size();
    ptrdiff_t n;
    if (len > p->to_send - p->sent) len = (size_t)(p->to_send - p->sent);
    pattern_fill(buf, len, p->sent);
    n = rssl_write(p->s, buf, len);
    memset(buf, 0xee, len);
    if (n < 0) {
      CHECK(RSSL_IS_WANT(n));
      return;
    }
    CHECK(n > 0 && (size_t)n <= len);
    p->sent += (uint64_t)n;
  }
}

static void say_the_end(struct party *p) {
  rssl_result rc;
  if (p->sent < p->to_send || p->shut) return;
  rc = rssl_handshake(p->s); /* where there is nothing to send, nothing else has done it yet */
  if (rc == RSSL_OK) rc = rssl_shutdown(p->s, RSSL_SHUT_WR);
  CHECK(rc == RSSL_OK || RSSL_IS_WANT(rc));
  p->shut = rc == RSSL_OK;
}

static void receive_some(struct party *p) {
  unsigned char buf[PIECE];
  while (!p->over && !(p->paused && p->paused(p))) {
    ptrdiff_t n = rssl_read(p->s, buf, next_size());
    if (n < 0) {
      CHECK(RSSL_IS_WANT(n));
      return;
    }
    pattern_check(buf, (size_t)n, p->received);
    p->received += (uint64_t)n;
    p->over = n == 0;
  }
}

static uint64_t progress(const struct party *p) {
  uint64_t rx, tx;
  rssl_sock_traffic(p->s, &rx, &tx);
  return rx + tx + p->sent + p->received + p->shut + p->over;
}

bool party_go(struct party *p) {
  uint64_t before = progress(p);
  send_some(p);
  say_the_end(p);
  receive_some(p);
  if (rssl_events(p->s) & RSSL_POLL_OUT) {
    rssl_result rc = rssl_flush(p->s);
    CHECK(rc == RSSL_OK || RSSL_IS_WANT(rc));
  }
  return progress(p) > before;
}

bool party_is_done(const struct party *p) {
  return p->shut && p->over && (rssl_events(p->s) & RSSL_POLL_OUT) == 0;
}

static bool both_done(const struct party parties[2]) {
  return party_is_done(&parties[0]) && party_is_done(&parties[1]);
}

/* What poll and epoll are to wait for: of an end that reads no more now, not its input. */
static uint32_t wanted(const struct party *p) {
  uint32_t events = rssl_events(p->s);
  if (p->paused && p->paused(p)) events &= ~(uint32_t)(RSSL_POLL_IN | RSSL_POLL_READY);
  return events;
}

static void wake(struct party *p, struct wakeups *count) {
  count->all++;
  if (!party_go(p)) count->idle++;
}

static void check_stalled(const struct party parties[2]) {
  int i;
  for (i = 0; i < 2; i++)
    fprintf(stderr, "\nend %d: events %#x, connected %d, sent %llu of %llu, received %llu, %s%s", i,
            (unsigned)rssl_events(parties[i].s), rssl_sock_is_connected(parties[i].s),
            (unsigned long long)parties[i].sent, (unsigned long long)parties[i].to_send,
            (unsigned long long)parties[i].received, parties[i].shut ? "shut " : "",
            parties[i].over ? "over" : "");
  check_failed(__FILE__, __LINE__, "both ends sleep for good");
}

struct wakeups loop_poll(struct party parties[2]) {
  struct wakeups count = {0, 0};
  while (!both_done(parties)) {
    struct pollfd fds[2];
    uint32_t ready = 0;
    int i, n;
    for (i = 0; i < 2; i++) {
      uint32_t events = wanted(&parties[i]);
      fds[i].fd = parties[i].fd;
      fds[i].events = (short)(events & (RSSL_POLL_IN | RSSL_POLL_OUT));
      fds[i].revents = 0;
      ready |= events & RSSL_POLL_READY;
    }
    n = poll(fds, 2, ready ? 0 : PATIENCE_MS);
    if (n <= 0 && !ready) check_stalled(parties);
    for (i = 0; i < 2; i++)
      if (fds[i].revents || (wanted(&parties[i]) & RSSL_POLL_READY)) wake(&parties[i], &count);
  }
  return count;
}

struct wakeups loop_epoll(struct party parties[2]) {
  struct wakeups count = {0, 0};
  struct epoll_event event;
  int i, n, set = epoll_create1(0);
  CHECK(set >= 0);
  for (i = 0; i < 2; i++) {
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &parties[i];
    CHECK_INT(epoll_ctl(set, EPOLL_CTL_ADD, parties[i].fd, &event), 0);
  }
  while (!both_done(parties)) {
    uint32_t ready = 0;
    for (i = 0; i < 2; i++) {
      if ((wanted(&parties[i]) & RSSL_POLL_READY) == 0) continue;
      ready |= RSSL_POLL_READY;
      wake(&parties[i], &count);
    }
    n = epoll_wait(set, &event, 1, ready ? 0 : PATIENCE_MS);
    if (n <= 0 && !ready) check_stalled(parties);
    if (n > 0) wake(event.data.ptr, &count);
  }
  close(set);
  return count;
}
