/* From the start of the process to the end of its first handshake: CPU time, in which both sides'
 * contexts are made. */
#include "bench.h"

void measure_start(void) {
  struct contexts contexts = contexts_open();
  struct pair pair;
  struct cost unused = {0, 0};
  pair_open(&pair, &contexts, false, &unused);
  result("start_us", (double)nanoseconds(CLOCK_PROCESS_CPUTIME_ID) / 1e3);
  pair_close(&pair, &unused);
  contexts_close(&contexts);
}
