/* Sockets, and a client and a server that are joined by them in one thread. */
#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How often each side is called before it must have got somewhere. */
enum { TURNS = 100 };

void set_blocking(int fd, bool blocking) {
  int flags = fcntl(fd, F_GETFL);
  flags = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  if (flags < 0 || fcntl(fd, F_SETFL, flags) != 0) die("fcntl: %s", strerror(errno));
}

void wait_for(int fd, short events) {
  struct pollfd one = {.fd = fd, .events = events};
  if (poll(&one, 1, -1) < 0 && errno != EINTR) die("poll: %s", strerror(errno));
}

static void tcp_open(int fds[2]) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  fds[0] = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
      connect(fds[0], (struct sockaddr *)&address, size) != 0)
    die("loopback TCP: %s", strerror(errno));
  fds[1] = accept(listener, NULL, NULL);
  close(listener);
  for (int i = 0; i < 2; i++) {
    setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    set_blocking(fds[i], false);
  }
}

void sockets_open(int fds[2], bool tcp) {
  if (tcp)
    tcp_open(fds);
  else if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) != 0)
    die("socketpair: %s", strerror(errno));
}

static void step(struct connection *connection, bool *done, uint64_t *ns, const char *side) {
  if (*done) return;
  long n;
  CHARGE(*ns, n = peer.handshake(connection));
  if (n == PEER_FAILED) die("the %s's handshake: %s", side, peer_error());
  *done = n != PEER_WAIT;
}

static void pass_byte(struct connection *from, uint64_t *from_ns, struct connection *to,
                      uint64_t *to_ns) {
  char byte = 'x';
  long n;
  CHARGE(*from_ns, n = peer.write(from, &byte, 1));
  if (n != 1) die("the first byte, written: %s", n == PEER_WAIT ? "blocked" : peer_error());
  n = PEER_WAIT;
  for (int turn = 0; turn < TURNS && n == PEER_WAIT; turn++)
    CHARGE(*to_ns, n = peer.read(to, &byte, 1));
  if (n != 1) die("the first byte, read: %s", n == PEER_WAIT ? "blocked" : peer_error());
}

void pair_open(struct pair *pair, const struct contexts *contexts, bool tcp, struct cost *cost) {
  bool client_done = false, server_done = false;
  sockets_open(pair->fds, tcp);
  CHARGE(cost->client, pair->client = peer.connection_new(contexts->client, pair->fds[0]));
  CHARGE(cost->server, pair->server = peer.connection_new(contexts->server, pair->fds[1]));
  if (pair->client == NULL || pair->server == NULL) die("a connection: %s", peer_error());
  for (int turn = 0; !client_done || !server_done; turn++) {
    if (turn == TURNS) die("the handshake does not end");
    step(pair->client, &client_done, &cost->client, "client");
    step(pair->server, &server_done, &cost->server, "server");
  }
  pass_byte(pair->client, &cost->client, pair->server, &cost->server);
  pass_byte(pair->server, &cost->server, pair->client, &cost->client);
}

void pair_close(struct pair *pair, struct cost *cost) {
  CHARGE(cost->client, (peer.connection_free(pair->client), 0));
  CHARGE(cost->server, (peer.connection_free(pair->server), 0));
  close(pair->fds[0]);
  close(pair->fds[1]);
}
