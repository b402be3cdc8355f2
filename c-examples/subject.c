#include "subject.h"

#include <stdio.h>

void format_subject(const rssl_cert *cert, char *out, size_t cap) {
  const char *key;
  rssl_bytes value;
  size_t used = 0;
  out[0] = '\0';
  for (size_t i = 0; rssl_cert_name_at(cert, RSSL_SUBJECT, i, NULL, &key, &value); i++) {
    int n = snprintf(out + used, cap - used, "%s%s=", i == 0 ? "" : ", ", key);
    if (n < 0 || (size_t)n >= cap - used) return;
    used += (size_t)n;
    for (size_t j = 0; j < value.len && used + 1 < cap; j++)
      out[used++] = value.data[j] >= ' ' && value.data[j] < 127 ? (char)value.data[j] : '?';
    out[used] = '\0';
  }
}
