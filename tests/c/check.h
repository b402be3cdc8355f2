/* Checks that end the program at the first one that fails: the place, what was found and what
 * librssl last said. */
#ifndef CHECK_H
#define CHECK_H

#include <rssl.h>
#include <stddef.h>
#include <stdint.h>

#define CHECK(condition) \
  ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, "%s", #condition))
#define CHECK_INT(found, expected) \
  check_int(__FILE__, __LINE__, #found, (long long)(found), (long long)(expected))
#define CHECK_TEXT(found, expected) check_text(__FILE__, __LINE__, #found, found, expected)
/* `text` has `part` in it. */
#define CHECK_HAS(text, part) check_has(__FILE__, __LINE__, #text, text, part)

/* A result of librssl is `expected`; when both are the same error, the last error is that one
 * and says something. */
#define CHECK_RC(call, expected) \
  check_result(__FILE__, __LINE__, #call, (long long)(call), (long long)(expected))
#define CHECK_OK(call) CHECK_RC(call, RSSL_OK)
/* The error that ended the connection. */
#define CHECK_SOCK_ERROR(s, expected) \
  CHECK_INT(rssl_error_code(rssl_sock_error(s)), expected)

#if defined(__GNUC__)
__attribute__((noreturn, format(printf, 3, 4)))
#endif
void check_failed(const char *file, int line, const char *format, ...);
void check_int(const char *file, int line, const char *what, long long found, long long expected);
void check_text(const char *file, int line, const char *what, const char *found,
                const char *expected);
void check_has(const char *file, int line, const char *what, const char *text, const char *part);
void check_result(const char *file, int line, const char *call, long long found,
                  long long expected);

/* The message of the calling thread's last error. */
const char *last_message(void);

struct test_case {
  const char *name;
  void (*run)(void);
};
#define CASE(function) { #function, function }

/* Runs all of the cases, or those that the arguments name. Returns what main should. */
int run_cases(int argc, char **argv, const struct test_case *cases, size_t n);
#define RUN_CASES(argc, argv, cases) \
  run_cases(argc, argv, cases, sizeof(cases) / sizeof((cases)[0]))

#endif
