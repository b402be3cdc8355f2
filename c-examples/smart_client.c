/* smart_client - examines a web server: does it choose HTTP/2 by ALPN, is the page
 * protected by a password, which cookies does it set. Redirects are followed. */
#define _POSIX_C_SOURCE 200809L

#include "cookie.h"
#include "http.h"
#include "tcp.h"
#include "url.h"

#include <rssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TIMEOUT = 30, MOST_REDIRECTS = 10 };

struct client {
  const char *connect;
  rssl_ctx *ctx;
  struct cookie *cookies;
  struct url origin; /* the credentials are for this server only */
  char authorization[1024];
  bool chose_h2;
  struct http_reply reply; /* the last one's head */
};

struct link {
  int fd;
  rssl_sock *tls; /* NULL: plain http */
};

static int usage(void) {
  fputs("usage: smart_client [--connect ADDR] [--cafile F] [--basic-auth USER:PASSWORD] URL\n"
        "  --connect     connect to ADDR instead of the URL's host\n"
        "  --cafile      trust the roots in this PEM file, not the operating system's\n"
        "  --basic-auth  as in https://USER:PASSWORD@host/\n",
        stderr);
  return 2;
}

static bool failed(const char *what) {
  fprintf(stderr, "smart_client: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  return false;
}

/* -------------------------------------------------------------- connections */

static void link_close(struct link *link) {
  rssl_sock_free(link->tls);
  if (link->fd >= 0) close(link->fd);
}

/* Connects and, for https, finishes a handshake that offers these protocols. */
static bool link_open(struct client *c, const struct url *u, const char *const *protocols,
                      size_t n, struct link *link) {
  link->tls = NULL;
  link->fd = tcp_connect(c->connect != NULL ? c->connect : u->host, u->port, TIMEOUT);
  if (link->fd < 0) return false;
  if (!u->tls) return true;
  rssl_result rc = rssl_ctx_set_alpn(c->ctx, protocols, n);
  if (rc == RSSL_OK) rc = rssl_wrap(c->ctx, link->fd, RSSL_CLIENT, u->host, &link->tls);
  if (rc == RSSL_OK) rc = rssl_handshake(link->tls);
  if (rc == RSSL_OK) return true;
  /* On a blocking socket a WANT means that its timeout passed. */
  if (RSSL_IS_WANT(rc)) fputs("smart_client: handshake: no answer\n", stderr);
  else failed("handshake");
  link_close(link);
  return false;
}

/* A server that prefers HTTP/2 is asked once more, for HTTP/1.1 only. */
static bool link_open_http1(struct client *c, const struct url *u, struct link *link) {
  static const char *const protocols[] = {"h2", "http/1.1"};
  if (!link_open(c, u, protocols, 2, link)) return false;
  rssl_bytes alpn = rssl_sock_alpn(link->tls);
  c->chose_h2 = alpn.data != NULL && strcmp((const char *)alpn.data, "h2") == 0;
  if (!c->chose_h2) return true;
  (void)rssl_shutdown(link->tls, RSSL_SHUT_WR);
  link_close(link);
  return link_open(c, u, protocols + 1, 1, link);
}

static ptrdiff_t link_read(void *user, void *buf, size_t len) {
  struct link *link = user;
  ptrdiff_t n = link->tls != NULL ? rssl_read(link->tls, buf, len) : recv(link->fd, buf, len, 0);
  if (n >= 0) return n;
  if (link->tls == NULL) perror("smart_client: reading");
  else if (RSSL_IS_WANT(n)) fputs("smart_client: reading: no answer\n", stderr);
  else failed("reading");
  return n;
}

static bool link_write(struct link *link, const char *data, size_t len) {
  while (len > 0) {
    ptrdiff_t n = link->tls != NULL ? rssl_write(link->tls, data, len)
                                    : send(link->fd, data, len, MSG_NOSIGNAL);
    if (n < 0) {
      if (link->tls == NULL) perror("smart_client: sending");
      else if (RSSL_IS_WANT(n)) fputs("smart_client: sending: no answer\n", stderr);
      else failed("sending");
      return false;
    }
    data += n;
    len -= (size_t)n;
  }
  return true;
}

/* ----------------------------------------------------------------- requests */

static bool send_request(struct client *c, const struct url *u, const char *authorization,
                         struct link *link) {
  char host[TCP_HOST_MAX + 16], cookies[4096], request[8192];
  cookie_field(c->cookies, u, cookies, sizeof cookies);
  int n = -1;
  if (http_host(host, sizeof host, u->host, u->port, url_scheme_port(u)))
    n = snprintf(request, sizeof request,
                 "GET %s HTTP/1.1\r\nHost: %s\r\n%s%s%s%s%s%sConnection: close\r\n\r\n", u->path,
                 host, *authorization ? "Authorization: " : "", authorization,
                 *authorization ? "\r\n" : "", *cookies ? "Cookie: " : "", cookies,
                 *cookies ? "\r\n" : "");
  if (n > 0 && (size_t)n < sizeof request) return link_write(link, request, (size_t)n);
  fputs("smart_client: the request is too long\n", stderr);
  return false;
}

/* Fetches the head of the page into c->reply, and keeps the cookies. */
static bool fetch(struct client *c, const struct url *u, const char *authorization) {
  struct link link;
  struct http_text field;
  char shown[4096];
  c->chose_h2 = false;
  if (!(u->tls ? link_open_http1(c, u, &link) : link_open(c, u, NULL, 0, &link))) return false;
  int rc = HTTP_SOURCE_FAILED;
  if (send_request(c, u, authorization, &link))
    rc = http_reply_begin(&c->reply, false, link_read, &link);
  if (rc > 0 && link.tls != NULL) (void)rssl_shutdown(link.tls, RSSL_SHUT_WR);
  link_close(&link);
  if (rc < 0) {
    if (rc != HTTP_SOURCE_FAILED) fprintf(stderr, "smart_client: %s\n", http_error(rc));
    return false;
  }
  for (size_t i = 0; http_field(c->reply.head, "Set-Cookie", i, &field); i++)
    if (!cookie_store(&c->cookies, field, u)) return false;
  if (url_format(u, shown, sizeof shown)) printf("%d %s\n", c->reply.status, shown);
  return true;
}

static bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool follow_redirects(struct client *c, struct url *u, const char *authorization) {
  struct http_text location;
  for (int i = 0; i <= MOST_REDIRECTS; i++) {
    /* Another server must not learn the password. */
    if (!fetch(c, u, url_same_origin(u, &c->origin) ? authorization : "")) return false;
    if (!is_redirect(c->reply.status) || !http_field(c->reply.head, "Location", 0, &location))
      return true;
    struct url next;
    if (!url_resolve(u, location, &next)) {
      fputs("smart_client: the redirect leads to no http or https URL\n", stderr);
      return false;
    }
    *u = next;
  }
  fprintf(stderr, "smart_client: more than %d redirects\n", MOST_REDIRECTS);
  return false;
}

/* ------------------------------------------------------------------- report */

static void print_text(struct http_text text) {
  for (size_t i = 0; i < text.len; i++)
    putchar(text.data[i] >= ' ' && text.data[i] < 127 ? text.data[i] : '?');
}

static void report(const struct client *c, const struct url *u, struct http_text challenge,
                   bool with_password) {
  printf("website: %s\n", u->host);
  printf("http version: %.8s\n", c->chose_h2 ? "HTTP/2" : c->reply.head.data);
  printf("password-protected: %s", challenge.len > 0 ? "yes, " : "no");
  print_text(challenge);
  if (with_password) printf(" (password %s)", c->reply.status == 401 ? "refused" : "accepted");
  printf("\ncookies:%s\n", c->cookies == NULL ? " none" : "");
  for (const struct cookie *k = c->cookies; k != NULL; k = k->next)
    printf("  name: %s, expires: %s, domain: %s\n", k->name,
           k->expires != NULL ? k->expires : "with the session",
           k->domain != NULL ? k->domain : k->host);
}

static bool examine(struct client *c) {
  struct url u = c->origin;
  struct http_text challenge = {NULL, 0};
  char kept[512];
  bool with_password = false;
  if (!follow_redirects(c, &u, "")) return false;
  if (c->reply.status == 401) {
    /* The text lies in the reply, which the second request overwrites. */
    if (!http_field(c->reply.head, "WWW-Authenticate", 0, &challenge))
      challenge = (struct http_text){"without a challenge", 19};
    if (challenge.len > sizeof kept) challenge.len = sizeof kept;
    memcpy(kept, challenge.data, challenge.len);
    challenge.data = kept;
    with_password = *c->authorization != '\0' && url_same_origin(&u, &c->origin);
    if (with_password && !follow_redirects(c, &u, c->authorization)) return false;
  }
  report(c, &u, challenge, with_password);
  return fflush(stdout) == 0;
}

static bool configure(struct client *c, const char *cafile) {
  rssl_result rc = cafile != NULL ? rssl_ctx_new(RSSL_CLIENT, &c->ctx)
                                  : rssl_ctx_new_default(RSSL_CLIENT, &c->ctx);
  if (rc == RSSL_OK && cafile != NULL) rc = rssl_ctx_load_verify_file(c->ctx, cafile);
  return rc == RSSL_OK || failed("cannot set up TLS");
}

int main(int argc, char **argv) {
  static struct client c;
  const char *cafile = NULL, *basic_auth = NULL;
  int i = 1;
  for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
    if (strcmp(argv[i], "--connect") == 0) c.connect = argv[i + 1];
    else if (strcmp(argv[i], "--cafile") == 0) cafile = argv[i + 1];
    else if (strcmp(argv[i], "--basic-auth") == 0) basic_auth = argv[i + 1];
    else return usage();
  }
  if (i + 1 != argc || argv[i][0] == '-') return usage();
  if (!url_parse((struct http_text){argv[i], strlen(argv[i])}, &c.origin)) {
    fprintf(stderr, "smart_client: not an http or https URL: %s\n", argv[i]);
    return 2;
  }
  if (basic_auth == NULL) basic_auth = c.origin.user_password;
  if (*basic_auth != '\0' && !http_basic_auth(c.authorization, sizeof c.authorization, basic_auth))
    return usage();
  bool ok = configure(&c, cafile) && examine(&c);
  cookie_free_all(c.cookies);
  rssl_ctx_free(c.ctx);
  return ok ? 0 : 1;
}
