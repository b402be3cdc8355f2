/* What the benchmark asks of a TLS library. One backend_*.c gives it for each, and is linked with
 * the rest into a program of its own, since the symbols of some libraries clash. */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stddef.h>

/* What clients connect to and verify; and a pattern for as many names as are wanted. */
#define SERVER_NAME "server.rssl.test"
#define SERVER_NAME_PATTERN "%lu.wild.rssl.test"

/* In place of a count: the descriptor would block; the call failed, and peer_failed() said why. */
enum { PEER_WAIT = -1, PEER_FAILED = -2 };

/* One side's configuration, with X25519, AES-128-GCM or ChaCha20-Poly1305, and a client that
 * verifies chain and name. Everything else is the library's default. */
struct settings {
  bool server;
  int version; /* 12 or 13: no other is offered */
  bool chacha;
  bool resume;       /* client: offer the newest session */
  bool known_chains; /* client: a chain seen before need not be verified again */
  int tickets;       /* server: 0 or 1 for each TLS 1.3 handshake, where that can be set */
  const char *chain; /* server: PEM, leaf first */
  const char *key;   /* server: PEM */
  const char *roots; /* client: PEM */
};

struct context;
struct connection;

struct peer {
  const char *name;
  int newest;        /* the newest version: 12 or 13 */
  bool full_duplex;  /* documented: a thread may read a connection while another writes it */
  bool known_chains; /* it can remember chains, and settings decide whether it does */
  void (*version)(char *out, size_t size);

  /* NULL: it failed. Any number of threads use a context at once. */
  struct context *(*context_new)(const struct settings *settings);
  void (*context_free)(struct context *context);

  /* The descriptor stays the caller's, and says by itself whether calls block. NULL: it failed. */
  struct connection *(*connection_new)(struct context *context, int fd);
  /* Sends nothing. */
  void (*connection_free)(struct connection *connection);

  /* 0: done. */
  long (*handshake)(struct connection *connection);
  /* The count, over 0. After PEER_WAIT a write is repeated with the same arguments. */
  long (*write)(struct connection *connection, const void *data, size_t size);
  /* The count, over 0; the end of the data is a failure. */
  long (*read)(struct connection *connection, void *out, size_t size);
  /* NULL where write leaves nothing behind that it took. 0: all is sent. */
  long (*flush)(struct connection *connection);

  bool (*resumed)(struct connection *connection);
  /* Version, cipher and group, as the library names them. */
  void (*negotiated)(struct connection *connection, char *out, size_t size);
};

extern const struct peer peer;

/* Keeps why a call fails, for this thread; returns PEER_FAILED. */
long peer_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
