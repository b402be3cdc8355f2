/* What a context and a socket say of the protocol, and what is done with a connection besides
 * reading and writing. */
#include "arguments.h"

#include <string.h>

static void arguments_of_rssl_ctx_set_max_fragment(void) {
  rssl_ctx *ctx;
  CHECK_REFUSED(rssl_ctx_set_max_fragment(NULL, 1024));
  CHECK_OK(rssl_ctx_new(RSSL_EITHER, &ctx));
  CHECK_REFUSED(rssl_ctx_set_max_fragment(ctx, 1));
  CHECK_REFUSED(rssl_ctx_set_max_fragment(ctx, 26));
  CHECK_HAS(last_message(), "27 to 16384");
  CHECK_REFUSED(rssl_ctx_set_max_fragment(ctx, 16385));
  CHECK_REFUSED(rssl_ctx_set_max_fragment(ctx, SIZE_MAX));
  CHECK_OK(rssl_ctx_set_max_fragment(ctx, 27));
  CHECK_OK(rssl_ctx_set_max_fragment(ctx, 16384));
  CHECK_OK(rssl_ctx_set_max_fragment(ctx, 0));
  rssl_ctx_free(ctx);
}

static void arguments_of_rssl_writev(void) {
  static const uint8_t byte[] = "x";
  const rssl_bytes one = {byte, 1}, absent = {NULL, 1}, huge = {byte, TOO_LONG};
  const rssl_bytes empty[] = {{NULL, 0}, {byte, 0}};
  const rssl_bytes halves[] = {{byte, (size_t)PTRDIFF_MAX / 2 + 1}, {byte, (size_t)PTRDIFF_MAX / 2 + 1}};
  struct ends e;
  CHECK_REFUSED(rssl_writev(NULL, &one, 1));
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_REFUSED(rssl_writev(e.client, NULL, 1));
  CHECK_REFUSED(rssl_writev(e.client, &one, SIZE_MAX));
  CHECK_REFUSED(rssl_writev(e.client, &absent, 1));
  CHECK_REFUSED(rssl_writev(e.client, &huge, 1));
  CHECK_REFUSED(rssl_writev(e.client, halves, 2));
  CHECK_RC(rssl_writev(e.client, NULL, 0), 0);
  CHECK_RC(rssl_writev(e.client, empty, 2), 0);
  ends_tell(e.client, e.server, "nothing was sent by these");
  ends_close(&e);
}

static void arguments_of_rssl_detach(void) {
  struct ends e;
  rssl_bytes rest = {(const uint8_t *)&not_null, 1};
  CHECK_REFUSED(rssl_detach(NULL, &rest));
  CHECK(rest.data == NULL && rest.len == 0);
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_REFUSED(rssl_detach(e.client, NULL));
  ends_close(&e);
}

static void arguments_of_rssl_key_update(void) {
  CHECK_REFUSED(rssl_key_update(NULL));
}

const struct test_case protocol_arguments[] = {
    ARGUMENTS_OF(rssl_ctx_set_max_fragment),
    ARGUMENTS_OF(rssl_writev),
    ARGUMENTS_OF(rssl_detach),
    ARGUMENTS_OF(rssl_key_update),
};
const size_t protocol_arguments_count = sizeof protocol_arguments / sizeof protocol_arguments[0];
