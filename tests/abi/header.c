/* C99 and C++11: the header needs nothing before it, may come twice, and its constants serve where
 * programs use them. Compiled, never run. */
#include <rssl.h>
#include <rssl.h>

#ifndef RSSL_H
#error "the include guard is RSSL_H"
#endif
#if RSSL_VERSION_NUMBER < RSSL_MAKE_VERSION(0, 1, 0)
#error "the version must work in the preprocessor"
#endif

const char *describe(rssl_result rc, uint32_t options);

const char *describe(rssl_result rc, uint32_t options) {
  ptrdiff_t n = -RSSL_WANT_READ -RSSL_WANT_READ;
  uint32_t without = options & ~RSSL_OPT_SERVER_ORDER;
  rssl_io io = {sizeof(rssl_io), NULL, NULL, NULL, NULL};
  if (RSSL_IS_WANT(rc) || n == RSSL_IO_ERROR(5) || io.size == 0) return NULL;
  switch (rc) {
  case RSSL_OK: return without == RSSL_OPT_NO_SNI ? RSSL_VERSION_STRING : rssl_version();
  case RSSL_ERR_VERIFY: return rssl_strerror(rc);
  default: return rssl_has("bundled-roots") ? rssl_build_info() : "";
  }
}
