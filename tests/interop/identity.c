#include "identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ptrdiff_t give_password(void *user, char *buf, size_t cap) {
  size_t len = user != NULL ? strlen(user) : cap + 1;
  if (len > cap) return -1;
  memcpy(buf, user, len);
  return (ptrdiff_t)len;
}

/* Replaces *id by a copy that staples the response in the file. */
static rssl_result staple(rssl_identity **id, const char *path) {
  unsigned char response[16384];
  rssl_identity *copy;
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    exit(1);
  }
  size_t len = fread(response, 1, sizeof response, file);
  fclose(file);
  rssl_result rc = rssl_identity_new_ocsp(*id, response, len, &copy);
  rssl_identity_free(*id);
  *id = copy;
  return rc;
}

rssl_result identity_use(rssl_ctx *ctx, const struct identity *identity) {
  rssl_identity *id;
  if (identity->file == NULL) return RSSL_OK;
  rssl_result rc =
      rssl_identity_new_file(identity->file, NULL, give_password, (void *)identity->password, &id);
  if (rc == RSSL_OK && identity->ocsp != NULL) rc = staple(&id, identity->ocsp);
  if (rc == RSSL_OK) rc = rssl_ctx_set_identities(ctx, &id, 1);
  rssl_identity_free(id);
  return rc;
}
