#include "unstable.h"

#include <rssl_unstable.h>
#include <stdio.h>

/* The length of the file, or 0. */
static size_t read_file(const char *path, unsigned char *buf, size_t cap) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return perror(path), 0;
  size_t len = fread(buf, 1, cap, file);
  fclose(file);
  return len;
}

bool show_raw_key(rssl_ctx *ctx, const char *path) {
  unsigned char buf[4096];
  size_t len = read_file(path, buf, sizeof buf);
  rssl_identity *id;
  if (rssl_x_identity_new_raw_key(buf, len, NULL, NULL, &id) < 0) return false;
  rssl_result rc = rssl_ctx_set_identities(ctx, &id, 1);
  rssl_identity_free(id);
  return rc == RSSL_OK;
}

bool pin_raw_key(rssl_ctx *ctx, const char *path) {
  unsigned char buf[4096];
  rssl_bytes spki = {buf, read_file(path, buf, sizeof buf)};
  return rssl_x_pin_raw_keys(ctx, &spki, 1) == RSSL_OK;
}

void report_raw_key(const rssl_sock *s) {
  rssl_bytes key = rssl_x_peer_raw_key(s);
  if (key.data != NULL) fprintf(stderr, "raw key: %zu bytes\n", key.len);
}
