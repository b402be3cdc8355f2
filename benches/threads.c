/* Handshakes a second, by the wall clock, on several threads that share one client's and one
 * server's context. */
#include "bench.h"

#include <pthread.h>

enum { MOST_THREADS = 64, WARM_UP = 20 };

struct worker {
  pthread_t thread;
  const struct contexts *contexts;
  pthread_barrier_t *start;
  double per_second;
};

static void handshake(const struct contexts *contexts) {
  struct pair pair;
  struct cost unused = {0, 0};
  pair_open(&pair, contexts, false, &unused);
  pair_close(&pair, &unused);
}

static void *work(void *argument) {
  struct worker *worker = argument;
  uint64_t budget = (uint64_t)options.ms * 1000000u, start, elapsed;
  unsigned long count = 0;
  for (int i = 0; i < WARM_UP; i++) handshake(worker->contexts);
  pthread_barrier_wait(worker->start);
  start = nanoseconds(CLOCK_MONOTONIC);
  do {
    handshake(worker->contexts);
    count++;
    elapsed = nanoseconds(CLOCK_MONOTONIC) - start;
  } while (elapsed < budget);
  worker->per_second = (double)count * 1e9 / (double)elapsed;
  return NULL;
}

void measure_threads(void) {
  struct worker workers[MOST_THREADS];
  pthread_barrier_t start;
  struct contexts contexts = contexts_open();
  double per_second = 0;
  if (options.threads < 1 || options.threads > MOST_THREADS) die("threads=%ld", options.threads);
  pthread_barrier_init(&start, NULL, (unsigned)options.threads);
  for (long i = 0; i < options.threads; i++) {
    workers[i] = (struct worker){.contexts = &contexts, .start = &start};
    if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) die("no thread");
  }
  for (long i = 0; i < options.threads; i++) {
    pthread_join(workers[i].thread, NULL);
    per_second += workers[i].per_second;
  }
  result("per_second", per_second);
  pthread_barrier_destroy(&start);
  contexts_close(&contexts);
}
