#include "alpn.h"

#include <stdio.h>
#include <string.h>

bool set_alpn_list(rssl_ctx *ctx, const char *list) {
  char text[512];
  const char *protocols[sizeof text];
  size_t n = 0;
  if (strlen(list) >= sizeof text) {
    fputs("ALPN: the list is too long\n", stderr);
    return false;
  }
  strcpy(text, list);
  for (char *p = text; p != NULL && *list != '\0';) {
    char *comma = strchr(p, ',');
    if (comma != NULL) *comma++ = '\0';
    protocols[n++] = p;
    p = comma;
  }
  if (rssl_ctx_set_alpn(ctx, protocols, n) == RSSL_OK) return true;
  fprintf(stderr, "ALPN: %s\n", rssl_error_message(rssl_last_error()));
  return false;
}
