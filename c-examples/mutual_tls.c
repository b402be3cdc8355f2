/* mutual_tls - both ends present a certificate and verify the other's.
 *
 * The server is a child process; the two are joined by a socket pair. */
#define _POSIX_C_SOURCE 200809L

#include "subject.h"

#include <rssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static bool failed(const char *who) {
  fprintf(stderr, "%s: %s\n", who, rssl_error_message(rssl_last_error()));
  return false;
}

static rssl_ctx *new_context(const char *who, rssl_role role, const char *cafile,
                             const char *cert, const char *key) {
  rssl_ctx *ctx;
  /* A client verifies without being told; a server has to be told that it should ask. */
  if (rssl_ctx_new(role, &ctx) == RSSL_OK &&
      rssl_ctx_load_verify_file(ctx, cafile) == RSSL_OK &&
      rssl_ctx_load_cert_file(ctx, cert, key, NULL) == RSSL_OK &&
      rssl_ctx_set_verify(ctx, RSSL_CERT_REQUIRED) == RSSL_OK)
    return ctx;
  failed(who);
  rssl_ctx_free(ctx);
  return NULL;
}

static void print_peer(const char *who, const rssl_sock *s) {
  char subject[512];
  rssl_cert *peer = rssl_sock_peer_cert_new(s, 0);
  if (peer == NULL) return;
  format_subject(peer, subject, sizeof subject);
  rssl_cert_free(peer);
  printf("%s: %s, the peer is %s\n", who, rssl_version_name(rssl_sock_version(s)), subject);
}

static bool say(rssl_sock *s, const char *text) {
  for (size_t left = strlen(text); left > 0;) {
    ptrdiff_t n = rssl_write(s, text, left);
    if (n < 0) return false;
    text += n;
    left -= (size_t)n;
  }
  return true;
}

/* Reads until the peer's close_notify. */
static bool hear(const char *who, rssl_sock *s) {
  char buf[256];
  ptrdiff_t n;
  while ((n = rssl_read(s, buf, sizeof buf)) > 0)
    printf("%s: received \"%.*s\"\n", who, (int)n, buf);
  return n == 0;
}

/* A TLS 1.3 client's handshake is done before the server has seen its certificate: only
 * what it then reads tells whether the server accepted it. */
static bool client(rssl_sock *s) {
  return rssl_handshake(s) == RSSL_OK && say(s, "hello from the client") &&
         rssl_shutdown(s, RSSL_SHUT_WR) == RSSL_OK && hear("client", s);
}

static bool server(rssl_sock *s) {
  return rssl_handshake(s) == RSSL_OK && hear("server", s) && say(s, "hello from the server") &&
         rssl_shutdown(s, RSSL_SHUT_WR) == RSSL_OK;
}

static int run(const char *who, rssl_ctx *ctx, int fd, const char *name) {
  rssl_sock *s;
  bool is_client = name != NULL;
  bool ok = rssl_wrap(ctx, fd, 0, name, &s) == RSSL_OK && (is_client ? client(s) : server(s));
  if (!ok) failed(who);
  else print_peer(who, s);
  rssl_sock_free(s);
  close(fd);
  fflush(stdout);
  return ok ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc != 6 && argc != 7) {
    fputs("usage: mutual_tls CAFILE SERVER_CERT SERVER_KEY CLIENT_CERT CLIENT_KEY [NAME]\n"
          "  NAME is what the server's certificate must say, by default localhost.\n",
          stderr);
    return 2;
  }
  int pair[2], status = 1, result = 1;
  rssl_ctx *server_ctx = new_context("server", RSSL_SERVER, argv[1], argv[2], argv[3]);
  rssl_ctx *client_ctx = new_context("client", RSSL_CLIENT, argv[1], argv[4], argv[5]);
  bool ready = server_ctx != NULL && client_ctx != NULL;
  if (ready && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
    perror("mutual_tls: socketpair");
    ready = false;
  }
  if (!ready) {
    rssl_ctx_free(server_ctx);
    rssl_ctx_free(client_ctx);
    return 1;
  }
  pid_t child = fork();
  if (child == 0) {
    close(pair[0]);
    result = run("server", server_ctx, pair[1], NULL);
  } else {
    close(pair[1]);
    if (child > 0) result = run("client", client_ctx, pair[0], argc == 7 ? argv[6] : "localhost");
    else perror("mutual_tls: fork");
    if (child > 0 && (waitpid(child, &status, 0) != child || status != 0)) result = 1;
  }
  rssl_ctx_free(server_ctx);
  rssl_ctx_free(client_ctx);
  return result;
}
