/* hold_open - opens many connections to an HTTPS server and holds them: a quarter that say nothing,
 * a quarter that stop in the middle of the ClientHello, and half that have got a page by TLS and
 * stay. It says "held" on standard output, closes them when a line comes in, and says "closed". */
#include <rssl.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Addresses of loopback to connect from, so that ports suffice even after many runs. */
enum { SOURCES = 8, RESERVED = 32 };

struct held {
  int fd;
  rssl_sock *sock; /* or NULL */
};

static void die(const char *what) {
  fprintf(stderr, "hold_open: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void die_tls(const char *what) {
  fprintf(stderr, "hold_open: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  exit(1);
}

/* Returns how many descriptors connections may use. */
static size_t raise_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("setrlimit");
  return (size_t)limit.rlim_cur - RESERVED;
}

static int connect_from(size_t i, uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) die("socket");
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(i % SOURCES));
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) die("bind");
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) die("connect");
  return fd;
}

/* A ClientHello without its end. */
static void send_part_of_hello(rssl_ctx *ctx, int fd) {
  static char hello[4096];
  static size_t len;
  if (len == 0) {
    rssl_sock *sock;
    if (rssl_sock_new(ctx, RSSL_CLIENT, "localhost", &sock) < 0) die_tls("a ClientHello");
    ptrdiff_t n = rssl_handshake(sock);
    if (!RSSL_IS_WANT(n) || (n = rssl_drain(sock, hello, sizeof hello)) <= 0)
      die_tls("a ClientHello");
    len = (size_t)n * 2 / 3;
    rssl_sock_free(sock);
  }
  if (send(fd, hello, len, MSG_NOSIGNAL) != (ssize_t)len) die("send");
}

static rssl_sock *get_page(rssl_ctx *ctx, int fd) {
  static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  char reply[4096];
  rssl_sock *sock;
  if (rssl_wrap(ctx, fd, RSSL_CLIENT, "localhost", &sock) < 0 || rssl_handshake(sock) < 0 ||
      rssl_write(sock, request, strlen(request)) < 0)
    die_tls("a request");
  ptrdiff_t n = rssl_read(sock, reply, sizeof reply);
  if (n < 0) die_tls("a reply");
  if (n < 12 || memcmp(reply, "HTTP/1.1 200", 12) != 0) die("not the page");
  return sock;
}

static struct held hold(rssl_ctx *ctx, size_t i, uint16_t port) {
  struct held h = {.fd = connect_from(i, port)};
  if (i % 4 == 1) send_part_of_hello(ctx, h.fd);
  if (i % 4 >= 2) h.sock = get_page(ctx, h.fd);
  return h;
}

/* The server closes after close_notify; the others end with the stream. */
static void let_go(const struct held *h) {
  if (h->sock != NULL && rssl_shutdown(h->sock, RSSL_SHUT_WR) < 0) die_tls("shutdown");
  rssl_sock_free(h->sock);
  close(h->fd);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fputs("usage: hold_open PORT CAFILE COUNT\n", stderr);
    return 2;
  }
  uint16_t port = (uint16_t)atoi(argv[1]);
  size_t count = strtoul(argv[3], NULL, 10), most = raise_limit();
  if (count > most) {
    fprintf(stderr, "hold_open: %zu connections instead of %zu: the hard limit on open files\n",
            most, count);
    count = most;
  }
  rssl_ctx *ctx;
  if (rssl_ctx_new(RSSL_CLIENT, &ctx) < 0 || rssl_ctx_load_verify_file(ctx, argv[2]) < 0 ||
      rssl_ctx_set_session_cache(ctx, 0) < 0)
    die_tls("a context");
  struct held *all = calloc(count, sizeof *all);
  if (all == NULL) die("calloc");
  for (size_t i = 0; i < count; i++) all[i] = hold(ctx, i, port);
  printf("held %zu\n", count);
  fflush(stdout);
  (void)getchar();
  for (size_t i = 0; i < count; i++) let_go(&all[i]);
  printf("closed\n");
  rssl_ctx_free(ctx);
  free(all);
  return 0;
}
