#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void check_failed(const char *file, int line, const char *format, ...) {
  const rssl_error *last = rssl_last_error();
  va_list arguments;
  fflush(stdout);
  fprintf(stderr, "%s:%d: check failed: ", file, line);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, "\n  last error: %s %s (%s)\n", rssl_result_name(rssl_error_code(last)),
          rssl_error_message(last), rssl_error_detail(last));
  exit(1);
}

void check_int(const char *file, int line, const char *what, long long found, long long expected) {
  if (found != expected)
    check_failed(file, line, "%s is %lld, expected %lld", what, found, expected);
}

void check_text(const char *file, int line, const char *what, const char *found,
                const char *expected) {
  if (found == NULL || strcmp(found, expected) != 0)
    check_failed(file, line, "%s is \"%s\", expected \"%s\"", what, found ? found : "(NULL)",
                 expected);
}

void check_has(const char *file, int line, const char *what, const char *text, const char *part) {
  if (text == NULL || strstr(text, part) == NULL)
    check_failed(file, line, "%s is \"%s\", which lacks \"%s\"", what, text ? text : "(NULL)",
                 part);
}

static const char *name_of(long long result) {
  static char number[32];
  if (result <= 0 && result > -1000) return rssl_result_name((rssl_result)result);
  snprintf(number, sizeof number, "%lld", result);
  return number;
}

void check_result(const char *file, int line, const char *call, long long found,
                  long long expected) {
  const rssl_error *last = rssl_last_error();
  if (found != expected) {
    char found_name[32];
    snprintf(found_name, sizeof found_name, "%s", name_of(found));
    check_failed(file, line, "%s returned %s, expected %s", call, found_name, name_of(expected));
  }
  if (expected >= 0 || RSSL_IS_WANT(expected)) return;
  if (rssl_error_code(last) != expected)
    check_failed(file, line, "%s failed, but the last error is another", call);
  if (rssl_error_message(last)[0] == '\0')
    check_failed(file, line, "%s failed without a message", call);
}

const char *last_message(void) {
  return rssl_error_message(rssl_last_error());
}

static void run(const struct test_case *test) {
  struct timespec begin, end;
  printf("%-44s", test->name);
  fflush(stdout);
  clock_gettime(CLOCK_MONOTONIC, &begin);
  test->run();
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf(" %6ld ms\n", (long)(end.tv_sec - begin.tv_sec) * 1000 +
                         (end.tv_nsec - begin.tv_nsec) / 1000000);
  fflush(stdout);
}

int run_cases(int argc, char **argv, const struct test_case *cases, size_t n) {
  int i;
  size_t c;
  for (c = 0; argc < 2 && c < n; c++) run(&cases[c]);
  for (i = 1; i < argc; i++) {
    for (c = 0; c < n && strcmp(cases[c].name, argv[i]) != 0; c++) {}
    if (c == n) {
      fprintf(stderr, "%s: no case \"%s\"\n", argv[0], argv[i]);
      return 2;
    }
    run(&cases[c]);
  }
  return 0;
}
