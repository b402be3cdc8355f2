#define _POSIX_C_SOURCE 200809L
#include "ends.h"

#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

const char *cert(const char *name) {
  static char paths[8][1024];
  static unsigned next;
  const char *directory = getenv("RSSL_TEST_CERTS");
  char *path = paths[next++ % 8];
  if (directory == NULL) check_failed(__FILE__, __LINE__, "RSSL_TEST_CERTS is not set");
  snprintf(path, sizeof paths[0], "%s/%s", directory, name);
  return path;
}

enum { FILE_ROOM = 1 << 20 };

char *contents(const char *path, size_t *len) {
  FILE *file = fopen(path, "rb");
  char *data = malloc(FILE_ROOM);
  if (file == NULL || data == NULL) check_failed(__FILE__, __LINE__, "cannot open %s", path);
  *len = fread(data, 1, FILE_ROOM - 1, file);
  data[*len] = '\0';
  CHECK(*len < FILE_ROOM - 1);
  fclose(file);
  return data;
}

rssl_ctx *client_ctx(const char *roots) {
  rssl_ctx *ctx;
  CHECK_OK(rssl_ctx_new(RSSL_CLIENT, &ctx));
  if (roots != NULL) CHECK_OK(rssl_ctx_load_verify_file(ctx, cert(roots)));
  return ctx;
}

rssl_ctx *server_ctx(const char *name) {
  char chain[64], key[64];
  rssl_ctx *ctx;
  snprintf(chain, sizeof chain, "%s.pem", name);
  snprintf(key, sizeof key, "%s.key", name);
  CHECK_OK(rssl_ctx_new(RSSL_SERVER, &ctx));
  CHECK_OK(rssl_ctx_load_cert_file(ctx, cert(chain), cert(key), NULL));
  return ctx;
}

void only_version(rssl_ctx *ctx, uint16_t version) {
  CHECK_OK(rssl_ctx_set_versions(ctx, version, version));
}

void ends_open(struct ends *e, rssl_ctx *client, rssl_ctx *server, const char *name) {
  int fds[2];
  socket_pair(fds);
  set_nonblocking(fds[0]);
  set_nonblocking(fds[1]);
  e->client_fd = fds[0];
  e->server_fd = fds[1];
  CHECK_OK(rssl_wrap(client, fds[0], RSSL_CLIENT, name, &e->client));
  CHECK_OK(rssl_wrap(server, fds[1], RSSL_SERVER, NULL, &e->server));
}

void ends_open_memory(struct ends *e, rssl_ctx *client, rssl_ctx *server, const char *name) {
  e->client_fd = e->server_fd = -1;
  CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, name, &e->client));
  CHECK_OK(rssl_sock_new(server, RSSL_SERVER, NULL, &e->server));
}

static uint64_t moved(const rssl_sock *s) {
  uint64_t rx, tx;
  rssl_sock_traffic(s, &rx, &tx);
  return rx + tx;
}

void ends_shake(struct ends *e, rssl_result *client, rssl_result *server) {
  uint64_t before;
  do {
    before = moved(e->client) + moved(e->server);
    *client = rssl_handshake(e->client);
    if (e->client_fd < 0) carry(e->client, e->server);
    *server = rssl_handshake(e->server);
    if (e->client_fd < 0) carry(e->server, e->client);
    if (!RSSL_IS_WANT(*client) && !RSSL_IS_WANT(*server)) return;
  } while (moved(e->client) + moved(e->server) > before);
  check_failed(__FILE__, __LINE__, "the handshake stands still: client %s, server %s",
               rssl_result_name(*client), rssl_result_name(*server));
}

void ends_connect(struct ends *e, rssl_ctx *client, rssl_ctx *server) {
  rssl_result client_rc, server_rc;
  ends_open(e, client, server, "localhost");
  ends_shake(e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

void ends_connect_version(struct ends *e, uint16_t version) {
  rssl_ctx *client = client_ctx("ca.pem");
  only_version(client, version);
  ends_connect(e, client, server_ctx("server"));
  CHECK_INT(rssl_sock_version(e->server), version);
}

void ends_connect_memory(struct ends *e, uint16_t version) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  char buf[1];
  only_version(client, version);
  ends_open_memory(e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_shake(e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  carry(e->server, e->client); /* tickets */
  CHECK_RC(rssl_read(e->client, buf, 1), RSSL_WANT_READ);
}

void ends_tell(rssl_sock *from, rssl_sock *to, const char *text) {
  char buf[256];
  size_t len = strlen(text);
  CHECK_RC(rssl_write(from, text, len), len);
  CHECK_OK(rssl_flush(from));
  CHECK_RC(rssl_read(to, buf, sizeof buf), len);
  CHECK(memcmp(buf, text, len) == 0);
}

void ends_close(struct ends *e) {
  rssl_sock_free(e->client);
  rssl_sock_free(e->server);
  if (e->client_fd >= 0) close(e->client_fd);
  if (e->server_fd >= 0) close(e->server_fd);
}

size_t carry(rssl_sock *from, rssl_sock *to) {
  unsigned char buf[16384];
  size_t total = 0;
  ptrdiff_t n;
  while ((n = rssl_drain(from, buf, sizeof buf)) > 0) {
    CHECK_RC(rssl_feed(to, buf, (size_t)n), n);
    total += (size_t)n;
  }
  CHECK_RC(n, 0);
  return total;
}

void socket_pair(int fds[2]) {
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
}

void tcp_pair(int fds[2]) {
  struct sockaddr_in address;
  socklen_t len = sizeof address;
  int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK_INT(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
  CHECK_INT(listen(listener, 1), 0);
  CHECK_INT(getsockname(listener, (struct sockaddr *)&address, &len), 0);
  fds[0] = socket(AF_INET, SOCK_STREAM, 0);
  CHECK_INT(connect(fds[0], (struct sockaddr *)&address, sizeof address), 0);
  fds[1] = accept(listener, NULL, NULL);
  CHECK(fds[1] >= 0);
  close(listener);
  CHECK_INT(setsockopt(fds[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
  CHECK_INT(setsockopt(fds[1], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
}

void set_nonblocking(int fd) {
  CHECK_INT(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
}

void set_blocking(int fd) {
  CHECK_INT(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK), 0);
}

void set_small_buffers(int fd) {
  int size = SMALL_BUFFER;
  CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
  CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
}

void send_raw(int fd, const void *data, size_t len) {
  const char *rest = data;
  while (len > 0) {
    struct pollfd writable;
    ssize_t n = send(fd, rest, len, MSG_NOSIGNAL);
    if (n > 0) {
      rest += n;
      len -= (size_t)n;
      continue;
    }
    CHECK(errno == EAGAIN);
    writable.fd = fd;
    writable.events = POLLOUT;
    CHECK(poll(&writable, 1, 10000) == 1);
  }
}

/* A permutation of the offset's words, so that lost, doubled and swapped bytes show. */
static uint64_t pattern_word(uint64_t index) {
  uint64_t x = index * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du;
  return x ^ (x >> 29);
}

void pattern_fill(unsigned char *buf, size_t len, uint64_t offset) {
  size_t i = 0;
  while (i < len) {
    uint64_t word = pattern_word((offset + i) / 8);
    size_t from = (size_t)((offset + i) % 8);
    size_t n = len - i < 8 - from ? len - i : 8 - from;
    memcpy(buf + i, (unsigned char *)&word + from, n);
    i += n;
  }
}

void pattern_check(const unsigned char *buf, size_t len, uint64_t offset) {
  unsigned char expected[4096];
  size_t done, n;
  for (done = 0; done < len; done += n) {
    n = len - done < sizeof expected ? len - done : sizeof expected;
    pattern_fill(expected, n, offset + done);
    if (memcmp(buf + done, expected, n) != 0)
      check_failed(__FILE__, __LINE__, "the stream differs within %lu bytes from offset %llu",
                   (unsigned long)n, (unsigned long long)(offset + done));
  }
}

long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t transfer_bytes(unsigned mib) {
  const char *most = getenv("RSSL_TEST_MIB");
  unsigned limit = most != NULL ? (unsigned)strtoul(most, NULL, 10) : mib;
  return (uint64_t)(limit < mib ? limit : mib) << 20;
}
