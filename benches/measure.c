/* Clocks, and what a run says. */
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t clock_cost; /* what a charge of nothing comes to */
static _Thread_local char failure[256] = "no reason given";

uint64_t nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t charge_since(uint64_t start) {
  uint64_t ns = nanoseconds(CLOCK_THREAD_CPUTIME_ID) - start;
  return ns > clock_cost ? ns - clock_cost : 0;
}

void clock_calibrate(void) {
  uint64_t least = UINT64_MAX;
  for (int i = 0; i < 1000; i++) {
    uint64_t ns = 0;
    CHARGE(ns, 0);
    if (ns < least) least = ns;
  }
  clock_cost = least;
}

void result(const char *name, double value) {
  printf("%s\t%.6g\n", name, value);
}

void result_text(const char *name, const char *value) {
  printf("%s\t%s\n", name, value);
}

long peer_failed(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(failure, sizeof failure, format, arguments);
  va_end(arguments);
  return PEER_FAILED;
}

const char *peer_error(void) {
  return failure;
}

void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", peer.name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}
