/* What a full handshake costs while many other connections are open, and what memory these take.
 * Clients and servers are a process each, so that each side's memory is seen by itself and the
 * limit on descriptors counts once.
 *
 * The first tenth of the connections comes from full handshakes, and memory is that of these. The
 * others resume a session: ten thousand full handshakes take some libraries minutes. */
#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Descriptors for everything else; handshakes before anything is measured. */
enum { RESERVED = 32, WARM_UP = 50 };

struct side {
  const char *name;
  bool server;
  int listener;
  struct sockaddr_un address;
  socklen_t address_size;
  struct context *context;
  struct context *resuming; /* the same on the server */
};

struct end {
  int fd;
  struct connection *connection;
};

static void raise_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < (rlim_t)options.held + RESERVED)
    die("%ld connections need more descriptors than the limit of %ju", options.held,
        (uintmax_t)limit.rlim_cur);
}

/* An address that the system chooses. */
static void listen_anywhere(struct side *side) {
  side->address.sun_family = AF_UNIX;
  side->address_size = sizeof side->address;
  side->listener = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(side->listener, (struct sockaddr *)&side->address, sizeof(sa_family_t)) != 0 ||
      listen(side->listener, SOMAXCONN) != 0 ||
      getsockname(side->listener, (struct sockaddr *)&side->address, &side->address_size) != 0)
    die("a socket to listen at: %s", strerror(errno));
}

static int next_socket(const struct side *side) {
  int fd;
  if (side->server) {
    fd = accept(side->listener, NULL, NULL);
  } else {
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (const struct sockaddr *)&side->address, side->address_size) != 0) fd = -1;
  }
  if (fd < 0) die("a %s's socket: %s", side->name, strerror(errno));
  return fd;
}

/* A handshake and a byte each way, on a descriptor that blocks. */
static struct end end_open(const struct side *side, bool resume, uint64_t *ns) {
  struct end end = {next_socket(side), NULL};
  char byte = 'x';
  long n;
  struct context *context = resume ? side->resuming : side->context;
  CHARGE(*ns, end.connection = peer.connection_new(context, end.fd));
  if (end.connection == NULL) die("a connection: %s", peer_error());
  CHARGE(*ns, n = peer.handshake(end.connection));
  if (n != 0) die("the %s's handshake: %s", side->name, peer_error());
  for (int i = 0; i < 2; i++) {
    bool reading = (i == 0) == side->server;
    do { /* behind a ticket GnuTLS says PEER_WAIT even here */
      CHARGE(*ns, n = reading ? peer.read(end.connection, &byte, 1)
                              : peer.write(end.connection, &byte, 1));
    } while (n == PEER_WAIT);
    if (n != 1) die("the %s's first byte: %s", side->name, peer_error());
  }
  return end;
}

static void end_close(struct end *end, uint64_t *ns) {
  CHARGE(*ns, (peer.connection_free(end->connection), 0));
  close(end->fd);
}

static int compare(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return (left > right) - (left < right);
}

/* The median of handshakes that come and go. */
static double probe(const struct side *side) {
  uint64_t *costs = calloc((size_t)options.probes, sizeof *costs);
  if (costs == NULL) die("no memory");
  for (long i = 0; i < options.probes; i++) {
    struct end end = end_open(side, false, &costs[i]);
    end_close(&end, &costs[i]);
  }
  qsort(costs, (size_t)options.probes, sizeof *costs, compare);
  double median = (double)costs[options.probes / 2];
  free(costs);
  return median;
}

static double heap(void) {
  struct mallinfo2 info = mallinfo2();
  return (double)(info.uordblks + info.hblkhd);
}

static void result_for(const struct side *side, const char *unit, long open, double value) {
  char name[64];
  snprintf(name, sizeof name, "%s_%s_%ld", side->name, unit, open);
  result(name, value);
}

static void run(struct side *side) {
  uint64_t unused = 0;
  struct end *held = calloc((size_t)options.held, sizeof *held);
  if (held == NULL || options.held < 10 || options.probes < 1)
    die("held=%ld probes=%ld", options.held, options.probes);
  side->context = context_open(side->server, false);
  side->resuming = side->server ? side->context : context_open(false, true);
  for (int i = 0; i < WARM_UP; i++) {
    struct end end = end_open(side, i % 2, &unused);
    end_close(&end, &unused);
  }
  double before = heap();
  long open = 0;
  const long stages[] = {options.held / 1000, options.held / 10, options.held};
  for (int i = 0; i < 3; i++) {
    while (open < stages[i]) held[open++] = end_open(side, i == 2, &unused);
    if (i == 1) result_for(side, "bytes", open, (heap() - before) / (double)open);
    result_for(side, "us", open, probe(side) / 1e3);
  }
  while (open > 0) end_close(&held[--open], &unused);
  free(held);
  peer.context_free(side->context);
  if (!side->server) peer.context_free(side->resuming);
}

void measure_connections(void) {
  struct side side = {.name = "client"};
  int status;
  raise_limit();
  listen_anywhere(&side);
  pid_t server = fork();
  if (server < 0) die("fork: %s", strerror(errno));
  if (server == 0) {
    /* Neither side waits for one that has died. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    side.name = "server";
    side.server = true;
  } else {
    close(side.listener);
  }
  run(&side);
  if (side.server) return;
  if (waitpid(server, &status, 0) < 0 || status != 0) die("the servers' process failed");
}
