/* https_get - fetches a page by HTTPS and prints its body.
 *
 * The exit status is 0 only if the server's certificate was verified (or --insecure was
 * given) and the reply arrived whole, whatever its HTTP status is; that is reported on
 * standard error when it is 400 or more. */
#define _POSIX_C_SOURCE 200809L

#include "alpn.h"
#include "http.h"
#include "tcp.h"

#include <rssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct settings {
  const char *connect, *cafile, *cert, *key, *alpn, *tls, *basic_auth, *timeout;
  bool insecure, verbose;
  const char *name, *port, *path;
};

static int usage(void) {
  fputs("usage: https_get [--connect ADDR] [--cafile F] [--cert F --key F] [--alpn LIST]\n"
        "                 [--tls 1.2|1.3] [--basic-auth USER:PASSWORD] [--timeout S]\n"
        "                 [--insecure] [-v] NAME PORT [PATH]\n"
        "  --connect     connect to ADDR; NAME is still what the certificate must say\n"
        "  --cafile      trust the roots in this PEM file, not the operating system's\n"
        "  --cert --key  the client certificate chain and its private key\n"
        "  --alpn        protocols to offer; the default is http/1.1, \"\" is none\n"
        "  --timeout     seconds without any progress after which to give up (30)\n"
        "  --insecure    accept any server: no protection against interception\n"
        "  -v            print what was agreed, and the certificate, to standard error\n",
        stderr);
  return 2;
}

/* "[::1]" as in a URL is the address ::1. */
static const char *without_brackets(char *name) {
  size_t len = strlen(name);
  if (len < 2 || name[0] != '[' || name[len - 1] != ']') return name;
  name[len - 1] = '\0';
  return name + 1;
}

static bool parse_arguments(char **argv, struct settings *set) {
  const struct { const char *name; const char **value; } options[] = {
      {"--connect", &set->connect}, {"--cafile", &set->cafile}, {"--cert", &set->cert},
      {"--key", &set->key},         {"--alpn", &set->alpn},     {"--tls", &set->tls},
      {"--basic-auth", &set->basic_auth}, {"--timeout", &set->timeout}};
  const size_t count = sizeof options / sizeof options[0];
  for (argv++; *argv != NULL && **argv == '-'; argv++) {
    size_t i = 0;
    while (i < count && strcmp(*argv, options[i].name) != 0) i++;
    if (i < count) {
      if (argv[1] == NULL) return false;
      *options[i].value = *++argv;
    } else if (strcmp(*argv, "--insecure") == 0) {
      set->insecure = true;
    } else if (strcmp(*argv, "-v") == 0) {
      set->verbose = true;
    } else {
      return false;
    }
  }
  if (argv[0] == NULL || argv[1] == NULL) return false;
  set->name = without_brackets(argv[0]);
  set->port = argv[1];
  set->path = argv[2] != NULL ? argv[2] : "/";
  if (set->path[0] != '/' || strpbrk(set->path, " \r\n") != NULL) return false;
  if (argv[2] != NULL && argv[3] != NULL) return false;
  if ((set->cert == NULL) != (set->key == NULL)) return false;
  size_t digits = strspn(set->timeout, "0123456789");
  if (digits == 0 || digits > 6 || set->timeout[digits] != '\0') return false;
  return set->tls == NULL || strcmp(set->tls, "1.2") == 0 || strcmp(set->tls, "1.3") == 0;
}

static bool failed(const char *what) {
  fprintf(stderr, "https_get: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  return false;
}

static bool configure(rssl_ctx *ctx, const struct settings *set) {
  if (set->cafile != NULL && rssl_ctx_load_verify_file(ctx, set->cafile) < 0)
    return failed("--cafile");
  if (set->cert != NULL && rssl_ctx_load_cert_file(ctx, set->cert, set->key, NULL) < 0)
    return failed("--cert and --key");
  if (!set_alpn_list(ctx, set->alpn)) return false;
  if (set->tls != NULL) {
    uint16_t version = strcmp(set->tls, "1.2") == 0 ? RSSL_TLS1_2 : RSSL_TLS1_3;
    if (rssl_ctx_set_versions(ctx, version, version) < 0) return failed("--tls");
  }
  if (set->insecure) {
    fputs("https_get: warning: the server is not verified\n", stderr);
    if (rssl_ctx_set_check_hostname(ctx, false) < 0 ||
        rssl_ctx_set_verify(ctx, RSSL_CERT_NONE) < 0)
      return failed("--insecure");
  }
  return true;
}

static rssl_ctx *new_context(const struct settings *set) {
  rssl_ctx *ctx;
  bool own_roots = set->cafile != NULL || set->insecure;
  if ((own_roots ? rssl_ctx_new(RSSL_CLIENT, &ctx) : rssl_ctx_new_default(RSSL_CLIENT, &ctx)) < 0) {
    failed("cannot set up TLS");
    return NULL;
  }
  if (configure(ctx, set)) return ctx;
  rssl_ctx_free(ctx);
  return NULL;
}

static void describe(const rssl_sock *s) {
  rssl_bytes alpn = rssl_sock_alpn(s);
  const char *group = rssl_group_name(rssl_sock_group(s));
  fprintf(stderr, "version: %s\ncipher: %s\ngroup: %s\nALPN: %s\n",
          rssl_version_name(rssl_sock_version(s)), rssl_cipher_name(rssl_sock_cipher(s)),
          group != NULL ? group : "(none)",
          alpn.data != NULL ? (const char *)alpn.data : "(none)");
  rssl_cert *leaf = rssl_sock_peer_cert_new(s, 0);
  if (leaf != NULL) fprintf(stderr, "certificate:\n%s\n", rssl_cert_text(leaf));
  rssl_cert_free(leaf);
}

/* On a blocking socket a WANT means that its timeout passed. */
static bool failed_io(const char *what, ptrdiff_t rc) {
  if (!RSSL_IS_WANT(rc)) return failed(what);
  fprintf(stderr, "https_get: %s: nothing happened until the timeout\n", what);
  return false;
}

static bool write_all(rssl_sock *s, const char *data, size_t len) {
  while (len > 0) {
    ptrdiff_t n = rssl_write(s, data, len);
    if (n < 0) return failed_io("sending the request", n);
    data += n;
    len -= (size_t)n;
  }
  return true;
}

static bool send_request(rssl_sock *s, const struct settings *set) {
  char host[TCP_HOST_MAX + 16], auth[1024] = "", request[8192];
  if (!http_host(host, sizeof host, set->name, set->port, "443") ||
      (set->basic_auth != NULL && !http_basic_auth(auth, sizeof auth, set->basic_auth))) {
    fputs("https_get: the name or the password is too long\n", stderr);
    return false;
  }
  int n = snprintf(request, sizeof request,
                   "GET %s HTTP/1.1\r\nHost: %s\r\n%s%s%sConnection: close\r\n\r\n", set->path,
                   host, *auth ? "Authorization: " : "", auth, *auth ? "\r\n" : "");
  if (n < 0 || (size_t)n >= sizeof request) {
    fputs("https_get: the path is too long\n", stderr);
    return false;
  }
  return write_all(s, request, (size_t)n);
}

static ptrdiff_t read_tls(void *user, void *buf, size_t len) {
  ptrdiff_t n = rssl_read(user, buf, len);
  if (n < 0) failed_io("reading the reply", n);
  return n;
}

static bool print_reply(rssl_sock *s) {
  static struct http_reply reply;
  struct http_text piece;
  int rc = http_reply_begin(&reply, false, read_tls, s);
  if (rc > 0 && reply.status >= 400)
    fprintf(stderr, "https_get: %d %.*s\n", reply.status, (int)reply.reason.len,
            reply.reason.data);
  while (rc > 0 && (rc = http_reply_body(&reply, &piece)) > 0) {
    if (fwrite(piece.data, 1, piece.len, stdout) == piece.len) continue;
    perror("https_get: standard output");
    return false;
  }
  if (rc < 0 && rc != HTTP_SOURCE_FAILED) fprintf(stderr, "https_get: %s\n", http_error(rc));
  if (fflush(stdout) == 0) return rc == 0;
  perror("https_get: standard output");
  return false;
}

static bool fetch(rssl_sock *s, const struct settings *set) {
  rssl_result rc = rssl_handshake(s);
  if (rc < 0) return failed_io("handshake", rc);
  if (set->verbose) describe(s);
  rssl_bytes alpn = rssl_sock_alpn(s);
  if (alpn.data != NULL && strcmp((const char *)alpn.data, "http/1.1") != 0) {
    fprintf(stderr, "https_get: the server chose %s, which this program does not speak\n",
            (const char *)alpn.data);
    return false;
  }
  if (!send_request(s, set) || !print_reply(s)) return false;
  /* The reply is complete: that the server is gone already does no harm. */
  (void)rssl_shutdown(s, RSSL_SHUT_WR);
  return true;
}

int main(int argc, char **argv) {
  struct settings set = {.alpn = "http/1.1", .timeout = "30"};
  if (argc == 0 || !parse_arguments(argv, &set)) return usage();

  rssl_ctx *ctx = new_context(&set);
  if (ctx == NULL) return 1;
  const char *address = set.connect != NULL ? set.connect : set.name;
  int fd = tcp_connect(address, set.port, atoi(set.timeout));
  bool ok = false;
  if (fd >= 0) {
    rssl_sock *s;
    if (rssl_wrap(ctx, fd, RSSL_CLIENT, set.name, &s) < 0) failed("cannot set up TLS");
    else ok = fetch(s, &set);
    rssl_sock_free(s);
    close(fd);
  }
  rssl_ctx_free(ctx);
  return ok ? 0 : 1;
}
