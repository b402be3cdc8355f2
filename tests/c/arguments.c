/* Every function of the headers with NULL and out-of-range values. */
#define _POSIX_C_SOURCE 200809L
#include "arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char not_null;

enum { MOST = 256 };

static struct test_case cases[MOST];
static size_t count;

static void add(const struct test_case *table, size_t n) {
  CHECK(count + n <= MOST);
  memcpy(cases + count, table, n * sizeof *table);
  count += n;
}

static bool is_covered(const char *name, size_t len) {
  size_t i;
  for (i = 0; i < count; i++)
    if (strlen(cases[i].name) == len && memcmp(cases[i].name, name, len) == 0) return true;
  return false;
}

/* A declaration starts with RSSL_API; the function's name is the word before the first '('. */
static size_t covered_functions_of(const char *path) {
  size_t len, functions = 0;
  char *header = contents(path, &len);
  const char *at = strstr(header, "extern \"C\"");
  CHECK(at != NULL);
  while ((at = strstr(at, "\nRSSL_API")) != NULL) {
    const char *end = strchr(at, '('), *name = end;
    CHECK(end != NULL);
    while (strchr(" *\n", name[-1]) == NULL) name--;
    if (!is_covered(name, (size_t)(end - name)))
      check_failed(__FILE__, __LINE__, "no test of the arguments of %.*s", (int)(end - name), name);
    functions++;
    at = end;
  }
  free(header);
  return functions;
}

static void every_function_of_the_headers_is_covered(void) {
  size_t functions = covered_functions_of(getenv("RSSL_TEST_HEADER")) +
                     covered_functions_of(getenv("RSSL_TEST_UNSTABLE_HEADER"));
  CHECK_INT(count - 1, functions);
}

int main(int argc, char **argv) {
  static const struct test_case comparison = CASE(every_function_of_the_headers_is_covered);
  add(error_arguments, error_arguments_count);
  add(context_arguments, context_arguments_count);
  add(socket_arguments, socket_arguments_count);
  add(hello_arguments, hello_arguments_count);
  add(protocol_arguments, protocol_arguments_count);
  add(certificate_arguments, certificate_arguments_count);
  add(unstable_arguments, unstable_arguments_count);
  add(trust_arguments, trust_arguments_count);
  add(identity_arguments, identity_arguments_count);
  add(resumption_arguments, resumption_arguments_count);
  add(&comparison, 1);
  return run_cases(argc, argv, cases, count);
}
