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

static void arguments_of_rssl_ctx_set_cipher_string(void) {
  rssl_ctx *ctx;
  size_t count;
  CHECK_REFUSED(rssl_ctx_set_cipher_string(NULL, "ALL"));
  CHECK_OK(rssl_ctx_new(RSSL_EITHER, &ctx));
  count = rssl_ctx_cipher_count(ctx);
  CHECK_REFUSED(rssl_ctx_set_cipher_string(ctx, NULL));
  CHECK_REFUSED(rssl_ctx_set_cipher_string(ctx, "ALL:\xff"));
  CHECK_REFUSED(rssl_ctx_set_cipher_string(ctx, "ALL:@SECLEVEL=9"));
  CHECK_HAS(last_message(), "byte 4");
  CHECK_RC(rssl_ctx_set_cipher_string(ctx, ""), RSSL_ERR_NAME);
  CHECK_RC(rssl_ctx_set_cipher_string(ctx, "RC4-SHA"), RSSL_ERR_NAME);
  CHECK_HAS(last_message(), "RC4-SHA");
  CHECK_INT(rssl_ctx_cipher_count(ctx), count);
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

static void arguments_of_rssl_sock_export(void) {
  struct ends e;
  char out[32];
  CHECK_REFUSED(rssl_sock_export(NULL, "EXPORTER-test", NULL, 0, out, sizeof out));
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_REFUSED(rssl_sock_export(e.client, NULL, NULL, 0, out, sizeof out));
  CHECK_REFUSED(rssl_sock_export(e.client, "\xff", NULL, 0, out, sizeof out));
  CHECK_REFUSED(rssl_sock_export(e.client, "EXPORTER-test", NULL, 1, out, sizeof out));
  CHECK_REFUSED(rssl_sock_export(e.client, "EXPORTER-test", out, TOO_LONG, out, sizeof out));
  CHECK_REFUSED(rssl_sock_export(e.client, "EXPORTER-test", NULL, 0, NULL, sizeof out));
  CHECK_REFUSED(rssl_sock_export(e.client, "EXPORTER-test", NULL, 0, out, 0));
  CHECK_REFUSED(rssl_sock_export(e.client, "EXPORTER-test", NULL, 0, out, TOO_LONG));
  CHECK_OK(rssl_sock_export(e.client, "", NULL, 0, out, sizeof out));
  ends_close(&e);
  ends_connect_version(&e, RSSL_TLS1_2);
  CHECK_REFUSED(rssl_sock_export(e.client, "key expansion", NULL, 0, out, sizeof out));
  CHECK_HAS(last_message(), "key expansion");
  ends_close(&e);
}

static void arguments_of_rssl_sock_channel_binding(void) {
  struct ends e;
  char out[64];
  CHECK_REFUSED(rssl_sock_channel_binding(NULL, "tls-exporter", out, sizeof out));
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_REFUSED(rssl_sock_channel_binding(e.client, NULL, out, sizeof out));
  CHECK_REFUSED(rssl_sock_channel_binding(e.client, "tls-exporter", NULL, sizeof out));
  CHECK_REFUSED(rssl_sock_channel_binding(e.client, "tls-exporter", NULL, 0));
  CHECK_REFUSED(rssl_sock_channel_binding(e.client, "tls-exporter", out, 31));
  CHECK_REFUSED(rssl_sock_channel_binding(e.client, "tls-exporter", out, TOO_LONG));
  CHECK_RC(rssl_sock_channel_binding(e.client, "tls-exporter", out, 32), 32);
  ends_close(&e);
}

static void arguments_of_rssl_sock_peer_signature(void) {
  CHECK_INT(rssl_sock_peer_signature(NULL), 0);
}

static void arguments_of_rssl_sock_handshake_kind(void) {
  CHECK_INT(rssl_sock_handshake_kind(NULL), 0);
}

static void arguments_of_rssl_digest(void) {
  unsigned char out[64];
  CHECK_REFUSED(rssl_digest(NULL, "x", 1, out, sizeof out));
  CHECK_REFUSED(rssl_digest("sha256", NULL, 1, out, sizeof out));
  CHECK_REFUSED(rssl_digest("sha256", "x", TOO_LONG, out, sizeof out));
  CHECK_REFUSED(rssl_digest("sha256", "x", 1, NULL, 32));
  CHECK_REFUSED(rssl_digest("sha256", "x", 1, out, 31));
  CHECK_HAS(last_message(), "32");
  CHECK_REFUSED(rssl_digest("sha512", "x", 1, out, TOO_LONG));
  CHECK_RC(rssl_digest("md5", "x", 1, out, sizeof out), RSSL_ERR_NAME);
  CHECK_RC(rssl_digest("", "x", 1, out, sizeof out), RSSL_ERR_NAME);
  CHECK_RC(rssl_digest("sha1", NULL, 0, out, 20), 20);
  CHECK(memcmp(out, "\xda\x39\xa3\xee", 4) == 0);
}

const struct test_case protocol_arguments[] = {
    ARGUMENTS_OF(rssl_ctx_set_max_fragment),
    ARGUMENTS_OF(rssl_ctx_set_cipher_string),
    ARGUMENTS_OF(rssl_writev),
    ARGUMENTS_OF(rssl_detach),
    ARGUMENTS_OF(rssl_key_update),
    ARGUMENTS_OF(rssl_sock_export),
    ARGUMENTS_OF(rssl_sock_channel_binding),
    ARGUMENTS_OF(rssl_sock_peer_signature),
    ARGUMENTS_OF(rssl_sock_handshake_kind),
    ARGUMENTS_OF(rssl_digest),
};
const size_t protocol_arguments_count = sizeof protocol_arguments / sizeof protocol_arguments[0];
