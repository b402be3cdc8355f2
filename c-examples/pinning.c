/* pinning - connects to a server only if a key that was agreed on before is in its path.
 *
 * A pin is the SHA-256 of a key (SubjectPublicKeyInfo) in hexadecimal: the server's own, or that of
 * one of its authorities, so that the server can change its key. Without pins the program prints
 * those of the path. The certificates are verified all the same: a pin narrows down whom to trust,
 * and replaces nothing. */
#include "tcp.h"

#include <rssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TIMEOUT_S = 30, PIN_BYTES = 32, PIN_TEXT = 2 * PIN_BYTES + 1 };

struct pins {
  char **texts; /* ends with NULL */
};

/* The pin of a certificate's key; false if there is none. */
static bool pin_of(const rssl_cert *cert, char text[PIN_TEXT]) {
  unsigned char hash[PIN_BYTES];
  rssl_bytes key = rssl_cert_spki(cert);
  if (rssl_digest("sha256", key.data, key.len, hash, sizeof hash) != PIN_BYTES) return false;
  for (size_t i = 0; i < PIN_BYTES; i++) snprintf(text + 2 * i, 3, "%02x", hash[i]);
  return true;
}

static bool is_pinned(const struct pins *pins, const rssl_cert *cert) {
  char text[PIN_TEXT];
  if (!pin_of(cert, text)) return false;
  for (char **pin = pins->texts; *pin != NULL; pin++)
    if (strcmp(*pin, text) == 0) return true;
  return false;
}

/* The path is what the verdict rests on. The chain as sent is not looked at: a peer can put any
 * certificate into it. */
static int32_t check_pins(void *user, const rssl_sock *s, int32_t verify,
                          const rssl_cert *const *chain, size_t chain_len) {
  (void)chain, (void)chain_len;
  if (verify != RSSL_V_OK) return verify;
  for (size_t i = 0;; i++) {
    rssl_cert *cert = rssl_sock_verified_cert_new(s, i);
    bool found = cert != NULL && is_pinned(user, cert);
    bool end = cert == NULL;
    rssl_cert_free(cert);
    if (found) return RSSL_V_OK;
    if (end) return RSSL_V_APPLICATION;
  }
}

static void print_pins(const rssl_sock *s) {
  rssl_cert *cert;
  for (size_t i = 0; (cert = rssl_sock_verified_cert_new(s, i)) != NULL; i++) {
    char text[PIN_TEXT];
    if (pin_of(cert, text)) printf("%s depth %zu\n", text, i);
    rssl_cert_free(cert);
  }
}

static rssl_ctx *new_context(const char *cafile, struct pins *pins) {
  rssl_ctx *ctx;
  rssl_result rc = cafile != NULL ? rssl_ctx_new(RSSL_CLIENT, &ctx)
                                  : rssl_ctx_new_default(RSSL_CLIENT, &ctx);
  if (rc == RSSL_OK && cafile != NULL) rc = rssl_ctx_load_verify_file(ctx, cafile);
  if (rc == RSSL_OK && *pins->texts != NULL)
    rc = rssl_ctx_set_verify_callback(ctx, check_pins, pins, NULL);
  if (rc == RSSL_OK) return ctx;
  rssl_ctx_free(ctx);
  return NULL;
}

static bool connect_to(rssl_ctx *ctx, int fd, const char *name, bool print) {
  rssl_sock *s;
  bool ok = rssl_wrap(ctx, fd, RSSL_CLIENT, name, &s) == RSSL_OK && rssl_handshake(s) == RSSL_OK;
  if (ok && print) print_pins(s);
  if (ok) rssl_shutdown(s, RSSL_SHUT_WR);
  rssl_sock_free(s);
  return ok;
}

int main(int argc, char **argv) {
  const char *cafile = NULL;
  if (argc > 2 && strcmp(argv[1], "--cafile") == 0) {
    cafile = argv[2];
    argc -= 2;
    argv += 2;
  }
  if (argc < 3) {
    fputs("usage: pinning [--cafile FILE] NAME PORT [PIN...]\n", stderr);
    return 2;
  }
  struct pins pins = {argv + 3};
  rssl_ctx *ctx = new_context(cafile, &pins);
  bool ok = false;
  int fd = ctx == NULL ? -1 : tcp_connect(argv[1], argv[2], TIMEOUT_S);
  if (fd >= 0) {
    ok = connect_to(ctx, fd, argv[1], argc == 3);
    close(fd);
  }
  if (!ok && (ctx == NULL || fd >= 0))
    fprintf(stderr, "pinning: %s\n", rssl_error_message(rssl_last_error()));
  rssl_ctx_free(ctx);
  return ok ? 0 : 1;
}
