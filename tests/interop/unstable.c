#include "unstable.h"

#include <rssl_unstable.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

bool allow_early(rssl_ctx *ctx, const char *most) {
  return rssl_x_set_early_data(ctx, (size_t)atoi(most)) == RSSL_OK;
}

static bool write_early(rssl_sock *s, const char *text) {
  return rssl_x_write_early(s, text, strlen(text)) >= 0;
}

static bool read_early(rssl_sock *s) {
  char text[1000];
  size_t len = 0;
  ptrdiff_t n;
  while (len < sizeof text && (n = rssl_x_read_early(s, text + len, sizeof text - len)) != 0) {
    if (n < 0) return false;
    len += (size_t)n;
  }
  fprintf(stderr, "early: %.*s\n", (int)len, text);
  return true;
}

bool exchange_early(rssl_sock *s, rssl_role role, const char *text) {
  if (role == RSSL_SERVER) return read_early(s);
  return text == NULL || write_early(s, text);
}

void report_early(const rssl_sock *s) {
  static const char *const states[] = {"none", "sent", "accepted", "rejected"};
  fprintf(stderr, "early data: %s\n", states[rssl_x_early_data_status(s)]);
}
