/* A proxy between a client and a server: on one thread it reads from the client and writes to the
 * server, on another the other way round, on the same two connections at once. Both ends are in
 * another process, librssl for every peer, so that what differs is the proxy.
 *
 * Where the library says that a thread may read a connection while another writes it, descriptors
 * block and nothing is locked. Elsewhere each call holds the connection's lock, descriptors do not
 * block, and threads wait in poll. */
#include "bench.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BUFFER = 16384, LONGEST_WAIT_MS = 10000 };

struct end {
  int fd;
  struct connection *connection;
  pthread_mutex_t lock; /* unused where the peer is full duplex */
};

struct direction {
  pthread_t thread;
  struct end *from, *to;
  atomic_ullong bytes;
};

static atomic_bool stopping;

static void lock(struct end *end) {
  if (!peer.full_duplex) pthread_mutex_lock(&end->lock);
}

static void unlock(struct end *end) {
  if (!peer.full_duplex) pthread_mutex_unlock(&end->lock);
}

/* Whether to go on after a call that returned n. */
static bool usable(long n, const char *what) {
  if (n != PEER_FAILED) return true;
  if (!stopping) die("the proxy's %s: %s", what, peer_error());
  return false;
}

static long read_some(struct end *end, char *buffer) {
  long n;
  do {
    lock(end);
    n = peer.read(end->connection, buffer, BUFFER);
    unlock(end);
    if (n == PEER_WAIT) wait_for(end->fd, POLLIN);
  } while (n == PEER_WAIT && !stopping);
  return n;
}

static bool write_all(struct end *end, const char *data, long size) {
  while (size > 0 && !stopping) {
    lock(end);
    long n = peer.write(end->connection, data, (size_t)size);
    if (n > 0 && peer.flush != NULL && peer.flush(end->connection) == PEER_FAILED) n = PEER_FAILED;
    unlock(end);
    if (!usable(n, "write")) return false;
    if (n == PEER_WAIT) {
      wait_for(end->fd, POLLOUT);
    } else {
      data += n;
      size -= n;
    }
  }
  return !stopping;
}

static void *pump(void *argument) {
  struct direction *direction = argument;
  char buffer[BUFFER];
  long n;
  while (!stopping && usable(n = read_some(direction->from, buffer), "read") && n > 0) {
    if (!write_all(direction->to, buffer, n)) break;
    direction->bytes += (unsigned long long)n;
  }
  return NULL;
}

static pid_t start_ends(const int client[2], const int server[2]) {
  char client_fd[32], server_fd[32], version[32], certificates[600];
  if (options.ends == NULL) die("which program is at the ends? ends=PATH");
  snprintf(client_fd, sizeof client_fd, "client_fd=%d", client[1]);
  snprintf(server_fd, sizeof server_fd, "server_fd=%d", server[1]);
  snprintf(version, sizeof version, "version=%ld", options.version);
  snprintf(certificates, sizeof certificates, "certificates=%s", options.certificates);
  pid_t child = fork();
  if (child < 0) die("fork: %s", strerror(errno));
  if (child == 0) {
    close(client[0]);
    close(server[0]);
    /* wolfSSL 5.5 as a client ends a connection over a ticket with a nonce as long as rustls's. */
    execl(options.ends, options.ends, "ends", client_fd, server_fd, version, certificates,
          "tickets=0", (char *)NULL);
    die("%s: %s", options.ends, strerror(errno));
  }
  close(client[1]);
  close(server[1]);
  return child;
}

static void shake_hands(struct end *end, struct context *context) {
  long n;
  set_blocking(end->fd, peer.full_duplex);
  end->connection = peer.connection_new(context, end->fd);
  if (end->connection == NULL) die("a connection: %s", peer_error());
  while ((n = peer.handshake(end->connection)) == PEER_WAIT) wait_for(end->fd, POLLIN);
  if (n == PEER_FAILED) die("the proxy's handshake: %s", peer_error());
}

struct totals {
  uint64_t wall_ns, cpu_ns, bytes;
};

static struct totals totals(struct direction directions[2]) {
  struct totals all = {nanoseconds(CLOCK_MONOTONIC), 0, 0};
  for (int i = 0; i < 2; i++) {
    clockid_t clock;
    if (pthread_getcpuclockid(directions[i].thread, &clock) != 0) die("a thread has ended");
    all.cpu_ns += nanoseconds(clock);
    all.bytes += directions[i].bytes;
  }
  return all;
}

static void sleep_ms(long ms) {
  struct timespec span = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&span, NULL);
}

/* For ms at least, and until both directions have moved something. */
static void let_run(struct direction directions[2], long ms) {
  unsigned long long before[2] = {directions[0].bytes, directions[1].bytes};
  long waited = 0;
  sleep_ms(ms);
  while (directions[0].bytes == before[0] || directions[1].bytes == before[1]) {
    if (waited++ == LONGEST_WAIT_MS) die("the proxy moves nothing");
    sleep_ms(1);
  }
}

void measure_proxy(void) {
  int client[2], server[2], status;
  sockets_open(client, true);
  sockets_open(server, true);
  pid_t ends = start_ends(client, server);
  struct contexts contexts = contexts_open();
  struct end a = {.fd = client[0], .lock = PTHREAD_MUTEX_INITIALIZER};
  struct end b = {.fd = server[0], .lock = PTHREAD_MUTEX_INITIALIZER};
  shake_hands(&a, contexts.server);
  shake_hands(&b, contexts.client);
  struct direction directions[2] = {{.from = &a, .to = &b}, {.from = &b, .to = &a}};
  for (int i = 0; i < 2; i++) {
    if (pthread_create(&directions[i].thread, NULL, pump, &directions[i]) != 0) die("no thread");
  }
  let_run(directions, options.ms / 8);
  struct totals first = totals(directions);
  let_run(directions, options.ms);
  struct totals last = totals(directions);
  stopping = true;
  shutdown(a.fd, SHUT_RDWR);
  shutdown(b.fd, SHUT_RDWR);
  for (int i = 0; i < 2; i++) pthread_join(directions[i].thread, NULL);
  if (waitpid(ends, &status, 0) < 0 || status != 0) die("the program at the ends failed");
  double megabytes = (double)(last.bytes - first.bytes) / 1e6;
  result("mbps", megabytes * 1e9 / (double)(last.wall_ns - first.wall_ns));
  result("us_per_mb", (double)(last.cpu_ns - first.cpu_ns) / 1e3 / megabytes);
  peer.connection_free(a.connection);
  peer.connection_free(b.connection);
  contexts_close(&contexts);
}
