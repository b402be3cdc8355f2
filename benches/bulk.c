/* Data one way: the sender writes until the socket is full, then the receiver reads until it is
 * empty, and so on. CPU time of each. */
#include "bench.h"

#include <string.h>

enum { LARGEST = 65536, READ_SIZE = 16384, BURST = 1 << 20 };

static char outgoing[LARGEST], incoming[READ_SIZE];

struct flow {
  uint64_t sent, received, send_ns, receive_ns;
};

static long write_burst(struct connection *connection, uint64_t *bytes) {
  long n;
  uint64_t start = *bytes;
  while ((n = peer.write(connection, outgoing, (size_t)options.size)) > 0) {
    *bytes += (uint64_t)n;
    if (*bytes - start > BURST) break;
  }
  return n;
}

static long read_all(struct connection *connection, uint64_t *bytes) {
  long n;
  while ((n = peer.read(connection, incoming, sizeof incoming)) > 0) *bytes += (uint64_t)n;
  return n;
}

/* Bursts until they have taken that much CPU time. What a burst leaves in the sender goes with the
 * next one. */
static struct flow flow_for(struct pair *pair, uint64_t ns) {
  struct flow flow = {0, 0, 0, 0};
  while (flow.send_ns + flow.receive_ns < ns) {
    long sent, got;
    CHARGE(flow.send_ns, sent = write_burst(pair->client, &flow.sent));
    if (sent == PEER_FAILED) die("a write: %s", peer_error());
    CHARGE(flow.receive_ns, got = read_all(pair->server, &flow.received));
    if (got == PEER_FAILED) die("a read: %s", peer_error());
  }
  return flow;
}

void measure_bulk(void) {
  if (options.size < 1 || options.size > LARGEST) die("size=%ld", options.size);
  struct contexts contexts = contexts_open();
  struct pair pair;
  struct cost unused = {0, 0};
  char negotiated[128];
  uint64_t budget = (uint64_t)options.ms * 1000000u;
  memset(outgoing, 'x', sizeof outgoing);
  pair_open(&pair, &contexts, options.tcp, &unused);
  flow_for(&pair, budget / 8);
  struct flow flow = flow_for(&pair, budget);
  result("send_mbps", (double)flow.sent * 1e3 / (double)flow.send_ns);
  result("receive_mbps", (double)flow.received * 1e3 / (double)flow.receive_ns);
  peer.negotiated(pair.client, negotiated, sizeof negotiated);
  result_text("negotiated", negotiated);
  pair_close(&pair, &unused);
  contexts_close(&contexts);
}
