/* What is at both ends of the proxy: a client and a server that send and receive all they can, on
 * one thread, until the proxy ends. */
#include "bench.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

enum { CLIENT, SERVER, ENDS };
enum { CHUNK = 16384, BURST = 16 };

static char outgoing[CHUNK], incoming[CHUNK];

static void shake_hands(struct connection *ends[ENDS], const struct pollfd fds[ENDS]) {
  /* The proxy is done with the client before it turns to the server. */
  for (int i = 0; i < ENDS; i++) {
    long n;
    while ((n = peer.handshake(ends[i])) == PEER_WAIT) wait_for(fds[i].fd, POLLIN);
    if (n == PEER_FAILED) die("a handshake at an end of the proxy: %s", peer_error());
  }
}

/* A few chunks each way. *moved is set if anything went; false: the connection has ended. */
static bool exchange(struct connection *end, bool *moved) {
  long n = 0;
  for (int i = 0; i < BURST && (n = peer.write(end, outgoing, CHUNK)) > 0; i++) *moved = true;
  if (n == PEER_FAILED) return false;
  for (int i = 0; i < BURST && (n = peer.read(end, incoming, CHUNK)) > 0; i++) *moved = true;
  return n != PEER_FAILED;
}

void be_the_ends(void) {
  struct contexts contexts = contexts_open();
  struct pollfd fds[ENDS] = {{.fd = (int)options.client_fd, .events = POLLIN | POLLOUT},
                             {.fd = (int)options.server_fd, .events = POLLIN | POLLOUT}};
  struct connection *ends[ENDS] = {peer.connection_new(contexts.client, fds[CLIENT].fd),
                                   peer.connection_new(contexts.server, fds[SERVER].fd)};
  if (ends[CLIENT] == NULL || ends[SERVER] == NULL) die("a connection: %s", peer_error());
  shake_hands(ends, fds);
  bool moved;
  do {
    moved = false;
    if (!exchange(ends[CLIENT], &moved) || !exchange(ends[SERVER], &moved)) break;
  } while (moved || poll(fds, ENDS, -1) > 0);
  for (int i = 0; i < ENDS; i++) peer.connection_free(ends[i]);
  contexts_close(&contexts);
}
