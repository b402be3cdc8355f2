#define _GNU_SOURCE /* RTLD_NEXT */

#include "failing_calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
  bool on;
  int fds[2];
  enum call_fault fault;
  int at, calls, failed;
  unsigned chance;
} plan;

void fail_calls(const int fds[2], enum call_fault fault, int at) {
  plan.fds[0] = fds[0];
  plan.fds[1] = fds[1];
  plan.fault = fault;
  plan.at = at;
  plan.calls = plan.failed = 0;
  plan.chance = 1;
  plan.on = true;
}

int stop_failing_calls(void) {
  plan.on = false;
  return plan.failed;
}

/* Strictly every second call would keep step with a loop of two calls, and end none. */
static bool comes_up_heads(void) {
  plan.chance = plan.chance * 1103515245u + 12345u;
  return plan.chance >> 16 & 1;
}

static bool strikes(int fd) {
  if (!plan.on || (fd != plan.fds[0] && fd != plan.fds[1])) return false;
  int number = plan.calls++;
  bool struck = plan.at < 0 ? comes_up_heads() : number == plan.at;
  plan.failed += struck;
  return struck;
}

/* How many of len bytes a call on fd may move; -1 with errno set when it fails. */
static ssize_t allowed(int fd, size_t len) {
  if (!strikes(fd)) return (ssize_t)len;
  if (plan.fault == CALL_SHORT) return len > 0 ? 1 : 0;
  errno = plan.fault == CALL_INTERRUPTED ? EINTR : EAGAIN;
  return -1;
}

/* libc's own; POSIX wants the detour over memcpy to a pointer to a function. */
static void find(void *function, size_t size, const char *name) {
  void *symbol = dlsym(RTLD_NEXT, name);
  memcpy(function, &symbol, size);
}
#define LIBC(function, name)                                                                       \
  if ((function) == NULL) find(&(function), sizeof(function), name)

ssize_t read(int fd, void *buf, size_t len) {
  static ssize_t (*libc_read)(int, void *, size_t);
  LIBC(libc_read, "read");
  ssize_t most = allowed(fd, len);
  return most < 0 ? -1 : libc_read(fd, buf, (size_t)most);
}

ssize_t write(int fd, const void *buf, size_t len) {
  static ssize_t (*libc_write)(int, const void *, size_t);
  LIBC(libc_write, "write");
  ssize_t most = allowed(fd, len);
  return most < 0 ? -1 : libc_write(fd, buf, (size_t)most);
}

ssize_t recv(int fd, void *buf, size_t len, int flags) {
  static ssize_t (*libc_recv)(int, void *, size_t, int);
  LIBC(libc_recv, "recv");
  ssize_t most = allowed(fd, len);
  return most < 0 ? -1 : libc_recv(fd, buf, (size_t)most, flags);
}

ssize_t send(int fd, const void *buf, size_t len, int flags) {
  static ssize_t (*libc_send)(int, const void *, size_t, int);
  LIBC(libc_send, "send");
  ssize_t most = allowed(fd, len);
  return most < 0 ? -1 : libc_send(fd, buf, (size_t)most, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  static ssize_t (*libc_sendmsg)(int, const struct msghdr *, int);
  LIBC(libc_sendmsg, "sendmsg");
  ssize_t most = allowed(fd, 2);
  if (most < 0) return -1;
  if (most == 2) return libc_sendmsg(fd, message, flags);
  for (size_t i = 0; i < message->msg_iovlen; i++) {
    struct iovec first = {message->msg_iov[i].iov_base, 1};
    struct msghdr shorter = {.msg_iov = &first, .msg_iovlen = 1};
    if (message->msg_iov[i].iov_len > 0) return libc_sendmsg(fd, &shorter, flags);
  }
  return 0;
}

int poll(struct pollfd *fds, nfds_t count, int timeout) {
  static int (*libc_poll)(struct pollfd *, nfds_t, int);
  LIBC(libc_poll, "poll");
  /* There is no such thing as a short poll: it is let through. */
  if (count == 1 && allowed(fds->fd, 1) < 0) return -1;
  return libc_poll(fds, count, timeout);
}
