/* connection.h - one client of https_server. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "site.h"

#include <rssl.h>
#include <time.h>

struct server {
  rssl_ctx *ctx;
  struct site site;
  int handshake_timeout, idle_timeout; /* seconds; 0: none */
  bool verbose;
};

struct connection {
  struct connection *prev, *next; /* for the owner's list */
  int fd;
  uint32_t events;    /* what to wait for: bits of epoll */
  uint32_t polled;    /* what epoll was told */
  time_t deadline;    /* monotonic seconds; 0: none */
  rssl_sock *tls;
  enum { HANDSHAKE, RECEIVING, RESPONDING, CLOSING, LINGERING } state;
  char *received;     /* the beginning of a request, or NULL */
  size_t received_len;
  struct response response;
  off_t sent;         /* of the response, text and file */
};

/* connection_new takes the non-blocking descriptor over, unless it returns NULL. */
struct connection *connection_new(const struct server *server, int fd, time_t now);

/* connection_drive does all that can be done without waiting, or a fair share of it, and
 * sets events. false: it is over. */
bool connection_drive(const struct server *server, struct connection *c, time_t now);

/* connection_free closes the descriptor; what can be sent without waiting still is. */
void connection_free(struct connection *c);

#endif
