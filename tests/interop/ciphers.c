/* ciphers - what librssl makes of strings in OpenSSL's cipher language: a line of standard input is
 * a string, and a line of the output the TLS 1.2 suites by OpenSSL's names, or the error. */
#include <rssl.h>
#include <stdio.h>
#include <string.h>

static void show(const rssl_ctx *ctx) {
  const char *separator = "";
  for (size_t i = 0; i < rssl_ctx_cipher_count(ctx); i++) {
    const char *name = rssl_cipher_openssl_name(rssl_ctx_cipher(ctx, i));
    if (strncmp(name, "TLS_", 4) == 0) continue; /* of TLS 1.3 */
    printf("%s%s", separator, name);
    separator = ":";
  }
}

int main(void) {
  char line[4096];
  while (fgets(line, sizeof line, stdin) != NULL) {
    rssl_ctx *ctx;
    line[strcspn(line, "\n")] = '\0';
    if (rssl_ctx_new(RSSL_SERVER, &ctx) != RSSL_OK) return 1;
    rssl_result rc = rssl_ctx_set_cipher_string(ctx, line);
    if (rc == RSSL_OK) show(ctx);
    else printf("%s", rssl_result_name(rc));
    putchar('\n');
    rssl_ctx_free(ctx);
  }
  return 0;
}
