/* starttls_smtp - asks a mail server for its capabilities, before and after STARTTLS
 * (RFC 3207). TLS begins on a connection that has carried plain text. */
#define _POSIX_C_SOURCE 200809L

#include "tcp.h"

#include <rssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TIMEOUT = 30, MOST_LINES = 100 };

struct mail {
  int fd;
  rssl_sock *tls; /* NULL until STARTTLS */
  size_t pos, end; /* received and not yet used: buf[pos..end) */
  char buf[1024];
};

static bool failed(const char *what, ptrdiff_t rc) {
  if (RSSL_IS_WANT(rc)) fprintf(stderr, "starttls_smtp: %s: no answer\n", what);
  else fprintf(stderr, "starttls_smtp: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  return false;
}

static bool receive(struct mail *m) {
  ptrdiff_t n = m->tls != NULL ? rssl_read(m->tls, m->buf, sizeof m->buf)
                               : recv(m->fd, m->buf, sizeof m->buf, 0);
  if (n == 0) fputs("starttls_smtp: the server hung up\n", stderr);
  if (n < 0 && m->tls != NULL) return failed("reading", n);
  if (n < 0) perror("starttls_smtp: reading");
  m->pos = 0;
  m->end = n > 0 ? (size_t)n : 0;
  return n > 0;
}

static bool send_line(struct mail *m, const char *line) {
  char text[512];
  int len = snprintf(text, sizeof text, "%s\r\n", line);
  if (len < 0 || (size_t)len >= sizeof text) return false;
  for (int sent = 0; sent < len;) {
    size_t left = (size_t)(len - sent);
    ptrdiff_t n = m->tls != NULL ? rssl_write(m->tls, text + sent, left)
                                 : send(m->fd, text + sent, left, MSG_NOSIGNAL);
    if (n < 0 && m->tls != NULL) return failed("sending", n);
    if (n < 0) {
      perror("starttls_smtp: sending");
      return false;
    }
    sent += (int)n;
  }
  printf("> %s\n", line);
  return true;
}

/* Reads one line, at most 512 bytes (RFC 5321 section 4.5.3.1.5), without its CR LF. */
static bool read_line(struct mail *m, char line[513]) {
  size_t len = 0;
  for (;;) {
    if (m->pos == m->end && !receive(m)) return false;
    char c = m->buf[m->pos++];
    if (c == '\n') break;
    if (len == 512) {
      fputs("starttls_smtp: the reply is not SMTP\n", stderr);
      return false;
    }
    line[len++] = c;
  }
  if (len > 0 && line[len - 1] == '\r') len--;
  line[len] = '\0';
  return true;
}

/* Prints a reply and returns its code, or -1. *has_word: did a line say word? */
static int read_reply(struct mail *m, const char *word, bool *has_word) {
  char line[513];
  for (int i = 0; i < MOST_LINES; i++) {
    if (!read_line(m, line)) return -1;
    for (char *p = line; *p != '\0'; p++)
      if (*p < ' ' || *p > '~') *p = '?';
    printf("< %s\n", line);
    if (strspn(line, "0123456789") != 3) break;
    if (word != NULL && strcmp(line + 3 + (line[3] != '\0'), word) == 0) *has_word = true;
    if (line[3] != '-') return atoi(line);
  }
  fputs("starttls_smtp: the reply is not SMTP\n", stderr);
  return -1;
}

static bool expect(struct mail *m, int code) {
  int got = read_reply(m, NULL, NULL);
  if (got > 0 && got != code)
    fprintf(stderr, "starttls_smtp: the server answered %d where %d was due\n", got, code);
  return got == code;
}

static bool start_tls(struct mail *m, rssl_ctx *ctx, const char *name) {
  bool offered = false;
  if (!expect(m, 220) || !send_line(m, "EHLO localhost")) return false;
  int code = read_reply(m, "STARTTLS", &offered);
  if (code > 0 && !offered) fputs("starttls_smtp: STARTTLS is not offered\n", stderr);
  if (!offered || !send_line(m, "STARTTLS") || !expect(m, 220)) return false;
  /* Anybody on the way could have put these bytes in; they must not count as protected. */
  if (m->pos != m->end) {
    fputs("starttls_smtp: plain text after the reply to STARTTLS\n", stderr);
    return false;
  }
  rssl_result rc = rssl_wrap(ctx, m->fd, RSSL_CLIENT, name, &m->tls);
  if (rc == RSSL_OK) rc = rssl_handshake(m->tls);
  if (rc < 0) return failed("TLS", rc);
  printf("* %s %s\n", rssl_version_name(rssl_sock_version(m->tls)),
         rssl_cipher_name(rssl_sock_cipher(m->tls)));
  return true;
}

/* What the server said before TLS counts no more: it is asked again. */
static bool ask_again(struct mail *m) {
  if (!send_line(m, "EHLO localhost") || !expect(m, 250)) return false;
  if (!send_line(m, "QUIT") || !expect(m, 221)) return false;
  (void)rssl_shutdown(m->tls, RSSL_SHUT_WR);
  return true;
}

int main(int argc, char **argv) {
  const char *connect_to = NULL, *cafile = NULL;
  int i = 1;
  for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
    if (strcmp(argv[i], "--connect") == 0) connect_to = argv[i + 1];
    else if (strcmp(argv[i], "--cafile") == 0) cafile = argv[i + 1];
    else break;
  }
  if (i + 2 != argc) {
    fputs("usage: starttls_smtp [--connect ADDR] [--cafile F] HOST PORT\n", stderr);
    return 2;
  }
  rssl_ctx *ctx;
  rssl_result rc = cafile != NULL ? rssl_ctx_new(RSSL_CLIENT, &ctx)
                                  : rssl_ctx_new_default(RSSL_CLIENT, &ctx);
  if (rc == RSSL_OK && cafile != NULL) rc = rssl_ctx_load_verify_file(ctx, cafile);
  bool ok = rc == RSSL_OK || failed("cannot set up TLS", rc);
  if (ok) {
    struct mail m = {.fd = tcp_connect(connect_to != NULL ? connect_to : argv[i], argv[i + 1],
                                       TIMEOUT)};
    ok = m.fd >= 0 && start_tls(&m, ctx, argv[i]) && ask_again(&m);
    rssl_sock_free(m.tls);
    if (m.fd >= 0) close(m.fd);
  }
  rssl_ctx_free(ctx);
  return ok && fflush(stdout) == 0 ? 0 : 1;
}
