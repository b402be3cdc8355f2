/* Handshakes one after the other: CPU time of each side, connections made and freed included. */
#include "bench.h"

/* Not measured: they fill caches, and give a client a session to resume. */
enum { WARM_UP = 20 };

static void one(const struct contexts *contexts, struct cost *cost, bool warm) {
  struct pair pair;
  pair_open(&pair, contexts, false, cost);
  bool resumed = peer.resumed(pair.client);
  if (warm && resumed != (bool)options.resume)
    die(resumed ? "a handshake that shall be full was resumed" : "a handshake was not resumed");
  pair_close(&pair, cost);
}

void measure_handshakes(void) {
  struct contexts contexts = contexts_open();
  struct cost cost = {0, 0}, warm_up = {0, 0};
  uint64_t budget = (uint64_t)options.ms * 1000000u;
  unsigned long count = 0;
  for (int i = 0; i < WARM_UP; i++) one(&contexts, &warm_up, i > 0);
  do {
    one(&contexts, &cost, true);
    count++;
  } while (cost.client + cost.server < budget);
  result("client_us", (double)cost.client / 1e3 / (double)count);
  result("server_us", (double)cost.server / 1e3 / (double)count);
  contexts_close(&contexts);
}
