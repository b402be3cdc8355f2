/* C99 and C++11: the header of what is not promised needs nothing before it. Compiled, never run. */
#include <rssl_unstable.h>
#include <rssl_unstable.h>

#ifndef RSSL_UNSTABLE_H
#error "the include guard is RSSL_UNSTABLE_H"
#endif

bool is_hidden(const rssl_sock *s);

bool is_hidden(const rssl_sock *s) {
  return rssl_x_ech_status(s) == RSSL_X_ECH_ACCEPTED;
}
