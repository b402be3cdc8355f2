/* token_server - a server whose private key is in a PKCS#11 token and never leaves it.
 *
 * It serves one connection after the other: what a client sends comes back, up to its close_notify. */
#define _POSIX_C_SOURCE 200809L

#include "tcp.h"
#include "token.h"

#include <rssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHAIN_ROOM = 1 << 16 };

static bool failed(const char *what) {
  fprintf(stderr, "token_server: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  return false;
}

static size_t read_file(const char *path, char *data, size_t room) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    return 0;
  }
  size_t len = fread(data, 1, room, file);
  fclose(file);
  return len;
}

/* A context whose only identity is the chain in the file and the key in the token. */
static rssl_ctx *new_context(const char *path, struct token *token) {
  char *chain = malloc(CHAIN_ROOM);
  size_t len = chain != NULL ? read_file(path, chain, CHAIN_ROOM) : 0;
  rssl_identity *id = NULL;
  rssl_ctx *ctx = NULL;
  bool ok = len > 0 && (rssl_ctx_new(RSSL_SERVER, &ctx) == RSSL_OK || failed("rssl_ctx_new"));
  ok = ok && (rssl_identity_new_signer(chain, len, token_schemes, token_schemes_len, token_sign,
                                       token, NULL, &id) == RSSL_OK ||
              failed(path));
  ok = ok && (rssl_ctx_set_identities(ctx, &id, 1) == RSSL_OK || failed("identity"));
  rssl_identity_free(id);
  free(chain);
  if (ok) return ctx;
  rssl_ctx_free(ctx);
  return NULL;
}

static bool echo(rssl_sock *s) {
  char buf[4096];
  ptrdiff_t n, sent;
  while ((n = rssl_read(s, buf, sizeof buf)) > 0)
    for (ptrdiff_t at = 0; at < n; at += sent)
      if ((sent = rssl_write(s, buf + at, (size_t)(n - at))) < 0) return failed("write");
  if (n < 0) return failed("read");
  return rssl_shutdown(s, RSSL_SHUT_WR) == RSSL_OK || failed("shutdown");
}

static void serve(rssl_ctx *ctx, int fd) {
  rssl_sock *s;
  if (rssl_wrap(ctx, fd, RSSL_SERVER, NULL, &s) == RSSL_OK && rssl_handshake(s) == RSSL_OK)
    echo(s);
  else
    failed("handshake");
  rssl_sock_free(s);
  close(fd);
}

static int run(rssl_ctx *ctx, const char *port) {
  char address[64];
  int fd, listener = tcp_listen("127.0.0.1", port);
  if (listener < 0) return 1;
  if (tcp_local_address(listener, address, sizeof address)) printf("listening on %s\n", address);
  fflush(stdout);
  while ((fd = accept(listener, NULL, NULL)) >= 0) serve(ctx, fd);
  perror("token_server: accept");
  close(listener);
  return 1;
}

int main(int argc, char **argv) {
  const char *pin = getenv("TOKEN_PIN");
  if (argc != 6 || pin == NULL) {
    fputs("usage: TOKEN_PIN=... token_server PORT MODULE TOKEN KEY CHAIN\n"
          "  MODULE is the token's PKCS#11 library, TOKEN and KEY are labels in it, the key is RSA.\n"
          "  CHAIN is the PEM file of its certificate.\n",
          stderr);
    return 2;
  }
  struct token *token = token_open(argv[2], argv[3], pin, argv[4]);
  rssl_ctx *ctx = token != NULL ? new_context(argv[5], token) : NULL;
  int status = ctx != NULL ? run(ctx, argv[1]) : 1;
  rssl_ctx_free(ctx);
  token_close(token);
  return status;
}
