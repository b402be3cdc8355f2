/* NULL and out-of-range values for every pointer and number of every function: one test a
 * function, in tables that arguments.c compares with the header. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "check.h"
#include "ends.h"

#define ARGUMENTS_OF(function) { #function, arguments_of_##function }

/* Over PTRDIFF_MAX. */
#define TOO_LONG ((size_t)PTRDIFF_MAX + 1)

#define CHECK_REFUSED(call) CHECK_RC(call, RSSL_ERR_ARGUMENT)
/* A call that makes an object fails with `code`, and the out-parameter is NULL after it. */
#define CHECK_MAKES_NONE(call, out, code) \
  do {                                    \
    (out) = (void *)&not_null;            \
    CHECK_RC(call, code);                 \
    CHECK((out) == NULL);                 \
  } while (0)

extern char not_null;

/* The cases of one file. */
#define ARGUMENTS_TABLE(table)            \
  extern const struct test_case table[]; \
  extern const size_t table##_count
ARGUMENTS_TABLE(certificate_arguments);
ARGUMENTS_TABLE(context_arguments);
ARGUMENTS_TABLE(error_arguments);
ARGUMENTS_TABLE(hello_arguments);
ARGUMENTS_TABLE(identity_arguments);
ARGUMENTS_TABLE(protocol_arguments);
ARGUMENTS_TABLE(resumption_arguments);
ARGUMENTS_TABLE(socket_arguments);
ARGUMENTS_TABLE(trust_arguments);
ARGUMENTS_TABLE(unstable_arguments);

#endif
