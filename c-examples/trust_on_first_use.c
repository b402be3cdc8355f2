/* trust_on_first_use - trusts a server's certificate because it has seen it before, as SSH does.
 *
 * A file holds a line for each server: NAME:PORT and the SHA-256 of its certificate. A server that is
 * not in it is added when it is first met; one whose certificate has changed is refused. Authorities
 * play no part, so a stranger in the middle of the very first connection is not noticed. */
#include "tcp.h"

#include <rssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TIMEOUT_S = 30, HASH_BYTES = 32, HASH_TEXT = 2 * HASH_BYTES + 1, LINE_MAX_LEN = 512 };

enum outcome { KNOWN, NEW, CHANGED, NO_FILE };

struct acquaintance {
  const char *path, *server; /* the file, and NAME:PORT */
  char hash[HASH_TEXT];
  enum outcome outcome;
};

static bool hash_of(const rssl_cert *cert, char text[HASH_TEXT]) {
  unsigned char hash[HASH_BYTES];
  rssl_bytes der = rssl_cert_der(cert);
  if (rssl_digest("sha256", der.data, der.len, hash, sizeof hash) != HASH_BYTES) return false;
  for (size_t i = 0; i < HASH_BYTES; i++) snprintf(text + 2 * i, 3, "%02x", hash[i]);
  return true;
}

/* What the file says of the server. A file that is not there yet knows nobody. */
static enum outcome look_up(const struct acquaintance *a) {
  char line[LINE_MAX_LEN];
  enum outcome outcome = NEW;
  FILE *file = fopen(a->path, "a+");
  if (file == NULL) return NO_FILE;
  rewind(file);
  while (outcome == NEW && fgets(line, sizeof line, file) != NULL) {
    char server[LINE_MAX_LEN], hash[LINE_MAX_LEN];
    if (sscanf(line, "%511s %511s", server, hash) == 2 && strcmp(server, a->server) == 0)
      outcome = strcmp(hash, a->hash) == 0 ? KNOWN : CHANGED;
  }
  if (ferror(file)) outcome = NO_FILE;
  fclose(file);
  return outcome;
}

/* The built-in verdict is not asked: it says of most such servers that nobody knows their issuer. */
static int32_t recognize(void *user, const rssl_sock *s, int32_t verify,
                         const rssl_cert *const *chain, size_t chain_len) {
  struct acquaintance *a = user;
  (void)s, (void)verify, (void)chain_len;
  if (!hash_of(chain[0], a->hash)) return RSSL_V_UNSPECIFIED;
  a->outcome = look_up(a);
  return a->outcome == KNOWN || a->outcome == NEW ? RSSL_V_OK : RSSL_V_APPLICATION;
}

static bool remember(const struct acquaintance *a) {
  FILE *file = fopen(a->path, "a");
  bool ok = file != NULL && fprintf(file, "%s %s\n", a->server, a->hash) > 0;
  if (file != NULL && fclose(file) != 0) ok = false;
  if (!ok) perror(a->path);
  return ok;
}

static const char *describe(enum outcome outcome) {
  switch (outcome) {
    case KNOWN: return "known";
    case NEW: return "met for the first time";
    case CHANGED: return "NOT the one that was met before";
    default: return "not looked up: the file cannot be read";
  }
}

/* A certificate is the server's only once the handshake has proven that it has the key: until then
 * nothing is written. */
static bool meet(rssl_ctx *ctx, int fd, const char *name, struct acquaintance *a) {
  rssl_sock *s;
  bool ok = rssl_wrap(ctx, fd, RSSL_CLIENT, name, &s) == RSSL_OK && rssl_handshake(s) == RSSL_OK;
  if (!ok) fprintf(stderr, "trust_on_first_use: %s\n", rssl_error_message(rssl_last_error()));
  if (a->hash[0] != '\0') printf("%s is %s: %s\n", a->server, describe(a->outcome), a->hash);
  if (ok && a->outcome == NEW) ok = remember(a);
  if (ok) rssl_shutdown(s, RSSL_SHUT_WR);
  rssl_sock_free(s);
  return ok;
}

int main(int argc, char **argv) {
  char server[TCP_HOST_MAX + TCP_PORT_MAX + 1];
  if (argc != 4) {
    fputs("usage: trust_on_first_use FILE NAME PORT\n", stderr);
    return 2;
  }
  if (snprintf(server, sizeof server, "%s:%s", argv[2], argv[3]) >= (int)sizeof server) return 2;
  struct acquaintance a = {argv[1], server, "", NO_FILE};
  rssl_ctx *ctx;
  if (rssl_ctx_new(RSSL_CLIENT, &ctx) != RSSL_OK ||
      rssl_ctx_set_verify_callback(ctx, recognize, &a, NULL) != RSSL_OK) {
    fprintf(stderr, "trust_on_first_use: %s\n", rssl_error_message(rssl_last_error()));
    rssl_ctx_free(ctx);
    return 1;
  }
  int fd = tcp_connect(argv[2], argv[3], TIMEOUT_S);
  bool ok = fd >= 0 && meet(ctx, fd, argv[2], &a);
  if (fd >= 0) close(fd);
  rssl_ctx_free(ctx);
  return ok ? 0 : 1;
}
