/* memory_transport - a TLS client and a TLS server in one process, joined by nothing but
 * rssl_drain and rssl_feed: no descriptor, no callback. So TLS goes over whatever can carry
 * bytes: a message queue, a serial line, another event library. */
#include <rssl.h>
#include <stdio.h>
#include <string.h>

static bool failed(const char *what) {
  fprintf(stderr, "memory_transport: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  return false;
}

/* Carries what from has to send over to to. Returns how much, or a negative error. */
static ptrdiff_t carry(rssl_sock *from, rssl_sock *to, const char *label) {
  char wire[1024];
  ptrdiff_t all = 0, n;
  while ((n = rssl_drain(from, wire, sizeof wire)) > 0) {
    for (ptrdiff_t fed = 0; fed < n;) {
      ptrdiff_t taken = rssl_feed(to, wire + fed, (size_t)(n - fed));
      if (taken < 0) return taken;
      fed += taken;
    }
    all += n;
  }
  if (all > 0) printf("%s: %td bytes on the wire\n", label, all);
  return n < 0 ? n : all;
}

static bool failed_handshake(rssl_result rc) { return rc < 0 && !RSSL_IS_WANT(rc); }

static bool handshake(rssl_sock *client, rssl_sock *server) {
  rssl_result c, s;
  do {
    c = rssl_handshake(client);
    ptrdiff_t sent = carry(client, server, "client");
    s = rssl_handshake(server);
    ptrdiff_t answered = carry(server, client, "server");
    if (failed_handshake(c) || failed_handshake(s)) {
      /* The other end may have failed since, by the alert that it was sent. */
      const rssl_error *e = rssl_sock_error(failed_handshake(c) ? client : server);
      fprintf(stderr, "memory_transport: handshake: %s\n", rssl_error_message(e));
      return false;
    }
    if (sent < 0 || answered < 0) return failed("carrying");
    if (sent == 0 && answered == 0 && (c != RSSL_OK || s != RSSL_OK)) {
      fputs("memory_transport: the handshake stands still\n", stderr);
      return false;
    }
  } while (c != RSSL_OK || s != RSSL_OK);
  printf("%s, %s\n", rssl_version_name(rssl_sock_version(client)),
         rssl_cipher_name(rssl_sock_cipher(client)));
  return true;
}

/* Sends text from one end to the other and prints it there. */
static bool talk(rssl_sock *from, rssl_sock *to, const char *label, const char *text) {
  char buf[256];
  size_t len = strlen(text);
  while (len > 0) {
    ptrdiff_t n = rssl_write(from, text, len);
    if (n < 0 && n != RSSL_WANT_WRITE) return failed("rssl_write");
    if (n > 0) {
      text += n;
      len -= (size_t)n;
    }
    if (carry(from, to, label) < 0) return failed("carrying");
    while ((n = rssl_read(to, buf, sizeof buf)) > 0)
      printf("%s said \"%.*s\"\n", label, (int)n, buf);
    if (n != RSSL_WANT_READ) return failed("rssl_read");
  }
  return true;
}

/* Says close_notify; the other end then reads 0. */
static bool finish(rssl_sock *from, rssl_sock *to, const char *label) {
  char buf[1];
  rssl_result rc = rssl_shutdown(from, RSSL_SHUT_WR);
  if ((rc < 0 && !RSSL_IS_WANT(rc)) || carry(from, to, label) < 0) return failed("rssl_shutdown");
  if (rssl_read(to, buf, sizeof buf) != 0) return failed("reading the end");
  printf("%s closed\n", label);
  return true;
}

static bool configure(rssl_ctx *client, rssl_ctx *server, char **argv) {
  return (rssl_ctx_load_verify_file(client, argv[1]) == RSSL_OK &&
          rssl_ctx_load_cert_file(server, argv[2], argv[3], NULL) == RSSL_OK) ||
         failed("configuration");
}

int main(int argc, char **argv) {
  if (argc != 4 && argc != 5) {
    fputs("usage: memory_transport CAFILE CERT KEY [NAME]\n"
          "  NAME is what the certificate must say, by default localhost.\n",
          stderr);
    return 2;
  }
  rssl_ctx *client_ctx = NULL, *server_ctx = NULL;
  rssl_sock *client = NULL, *server = NULL;
  bool ok = rssl_ctx_new(RSSL_CLIENT, &client_ctx) == RSSL_OK &&
            rssl_ctx_new(RSSL_SERVER, &server_ctx) == RSSL_OK &&
            configure(client_ctx, server_ctx, argv);
  if (ok)
    ok = (rssl_sock_new(client_ctx, RSSL_CLIENT, argc == 5 ? argv[4] : "localhost", &client) ==
              RSSL_OK &&
          rssl_sock_new(server_ctx, RSSL_SERVER, NULL, &server) == RSSL_OK) ||
         failed("rssl_sock_new");
  ok = ok && handshake(client, server) && talk(client, server, "client", "hello from the client") &&
       talk(server, client, "server", "hello from the server") &&
       finish(client, server, "client") && finish(server, client, "server");
  rssl_sock_free(client);
  rssl_sock_free(server);
  rssl_ctx_free(client_ctx);
  rssl_ctx_free(server_ctx);
  return ok ? 0 : 1;
}
