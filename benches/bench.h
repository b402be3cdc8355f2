/* What the workloads share: options, clocks, and two connections joined by sockets. */
#ifndef BENCH_H
#define BENCH_H

#include "peer.h"

#include <stdint.h>
#include <time.h>

/* ---- what to measure: main.c ---- */

/* Given on the command line as name=value. */
struct options {
  long version; /* 12, 13, or 0 for the peer's newest */
  long rsa;     /* 1: a chain of RSA-2048 keys; 0: P-256 */
  long chacha;
  long resume;
  long known_chains;
  long tickets;
  long size;    /* bulk: of each write */
  long tcp;     /* bulk: over loopback TCP */
  long threads; /* threads: 1 or 2 */
  long held;    /* connections: how many to open; on the way, looks at a thousandth and a tenth */
  long probes;  /* connections: handshakes measured at each look */
  long ms;      /* how long to measure */
  long client_fd, server_fd; /* ends: the sockets to use */
  const char *certificates;  /* directory that testca wrote */
  const char *ends;          /* proxy: the program that is at both ends of it */
};

extern struct options options;

struct contexts {
  struct context *client, *server;
};

/* As the options say. */
struct contexts contexts_open(void);
struct context *context_open(bool server, bool resume);
void contexts_close(struct contexts *contexts);

/* ---- workloads: each in the file of its name ---- */

void measure_bulk(void);
void measure_connections(void);
void measure_handshakes(void);
void measure_proxy(void);
void measure_start(void);
void measure_threads(void);
/* The program at both ends of the proxy. */
void be_the_ends(void);

/* ---- clocks and results: measure.c ---- */

uint64_t nanoseconds(clockid_t clock);

/* Adds the CPU time of this thread during an expression to ns, less what the clock itself takes. */
#define CHARGE(ns, expression)                                     \
  do {                                                             \
    uint64_t charge_start = nanoseconds(CLOCK_THREAD_CPUTIME_ID);  \
    (void)(expression);                                            \
    (ns) += charge_since(charge_start);                            \
  } while (0)

void clock_calibrate(void);
uint64_t charge_since(uint64_t start);

/* One line of output: "name<TAB>value". */
void result(const char *name, double value);
void result_text(const char *name, const char *value);

/* Why the last call of this thread failed. */
const char *peer_error(void);
/* The peer's name and the message on standard error, and exit status 1. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- sockets: pair.c ---- */

/* A non-blocking pair: of the AF_UNIX kind, or loopback TCP. */
void sockets_open(int fds[2], bool tcp);
void set_blocking(int fd, bool blocking);
void wait_for(int fd, short events);

/* ---- client and server in one thread: pair.c ---- */

struct pair {
  int fds[2];
  struct connection *client, *server;
};

/* CPU nanoseconds. */
struct cost {
  uint64_t client, server;
};

/* Makes both connections, shakes hands and passes a byte each way: then the client has read its
 * tickets. What that takes is added to cost. */
void pair_open(struct pair *pair, const struct contexts *contexts, bool tcp, struct cost *cost);
void pair_close(struct pair *pair, struct cost *cost);

#endif
