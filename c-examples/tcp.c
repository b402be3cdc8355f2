#define _POSIX_C_SOURCE 200809L

#include "tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static struct addrinfo *resolve(const char *host, const char *port, int flags) {
  struct addrinfo hints, *list;
  memset(&hints, 0, sizeof hints);
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  int rc = getaddrinfo(host, port, &hints, &list);
  if (rc != 0) {
    fprintf(stderr, "%s port %s: %s\n", host, port, gai_strerror(rc));
    return NULL;
  }
  return list;
}

int tcp_connect(const char *host, const char *port, int timeout) {
  struct addrinfo *list = resolve(host, port, 0);
  if (list == NULL) return -1;
  struct timeval limit = {timeout, 0};
  int fd = -1, error = 0;
  for (struct addrinfo *a = list; a != NULL && fd < 0; a = a->ai_next) {
    fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0 &&
        connect(fd, a->ai_addr, a->ai_addrlen) == 0)
      break;
    /* The send timeout ends a connect with EINPROGRESS. */
    error = errno == EINPROGRESS ? ETIMEDOUT : errno;
    if (fd >= 0) close(fd);
    fd = -1;
  }
  freeaddrinfo(list);
  if (fd < 0)
    fprintf(stderr, "%s port %s: %s\n", host, port, strerror(error));
  else
    tcp_no_delay(fd);
  return fd;
}

int tcp_listen(const char *host, const char *port) {
  struct addrinfo *list = resolve(host, port, AI_PASSIVE);
  if (list == NULL) return -1;
  int fd = -1, error = 0, on = 1;
  for (struct addrinfo *a = list; a != NULL && fd < 0; a = a->ai_next) {
    fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
      break;
    error = errno;
    if (fd >= 0) close(fd);
    fd = -1;
  }
  freeaddrinfo(list);
  if (fd < 0) fprintf(stderr, "%s port %s: %s\n", host, port, strerror(error));
  return fd;
}

bool tcp_local_address(int fd, char *out, size_t cap) {
  struct sockaddr_storage address;
  socklen_t len = sizeof address;
  char host[TCP_HOST_MAX], port[TCP_PORT_MAX];
  if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
      getnameinfo((struct sockaddr *)&address, len, host, sizeof host, port, sizeof port,
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return false;
  const char *form = strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s";
  int n = snprintf(out, cap, form, host, port);
  return n > 0 && (size_t)n < cap;
}

bool tcp_set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

void tcp_no_delay(int fd) {
  int on = 1;
  /* Only speed depends on it. */
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static bool copy(char *out, size_t cap, const char *text, size_t len) {
  if (len == 0 || len >= cap) return false;
  memcpy(out, text, len);
  out[len] = '\0';
  return true;
}

bool tcp_split_authority(const char *text, size_t len, const char *default_port,
                         char host[TCP_HOST_MAX], char port[TCP_PORT_MAX]) {
  const char *end = text + len, *name = text, *name_end, *rest;
  if (len > 0 && *text == '[') {
    name = text + 1;
    name_end = memchr(name, ']', (size_t)(end - name));
    if (name_end == NULL) return false;
    rest = name_end + 1;
  } else {
    name_end = memchr(text, ':', len);
    if (name_end == NULL) name_end = end;
    rest = name_end;
  }
  if (rest < end) {
    if (*rest != ':' || !copy(port, TCP_PORT_MAX, rest + 1, (size_t)(end - rest - 1)))
      return false;
  } else if (default_port == NULL ||
             !copy(port, TCP_PORT_MAX, default_port, strlen(default_port))) {
    return false;
  }
  return copy(host, TCP_HOST_MAX, name, (size_t)(name_end - name));
}
