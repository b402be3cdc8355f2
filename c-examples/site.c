#define _POSIX_C_SOURCE 200809L

#include "site.h"

#include "subject.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void response_clear(struct response *r) {
  free(r->text);
  if (r->file >= 0) close(r->file);
  *r = (struct response){.file = -1};
}

/* Writes the head, and body if it is not NULL, into r->text. */
static bool set_text(struct response *r, const char *status, const char *fields,
                     const char *type, size_t length, const char *body) {
  char date[64];
  time_t now = time(NULL);
  struct tm utc;
  if (gmtime_r(&now, &utc) == NULL ||
      strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc) == 0)
    return false;
  size_t cap = 512 + strlen(fields) + (body != NULL ? strlen(body) : 0);
  r->text = malloc(cap);
  if (r->text == NULL) return false;
  int n = snprintf(r->text, cap,
                   "HTTP/1.1 %s\r\nDate: %s\r\n%sContent-Type: %s\r\nContent-Length: %zu\r\n"
                   "Connection: %s\r\n\r\n%s",
                   status, date, fields, type, length, r->close ? "close" : "keep-alive",
                   body != NULL ? body : "");
  r->len = (size_t)n;
  return n > 0 && r->len < cap;
}

static bool refuse(struct response *r, const char *status, const char *fields, bool is_head) {
  char body[128];
  snprintf(body, sizeof body, "%s\n", status);
  return set_text(r, status, fields, "text/plain", strlen(body), is_head ? NULL : body);
}

/* -------------------------------------------------------------------- files */

static const char *content_type(const char *path) {
  static const char *const types[][2] = {
      {".html", "text/html; charset=utf-8"}, {".htm", "text/html; charset=utf-8"},
      {".txt", "text/plain; charset=utf-8"}, {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript"},            {".json", "application/json"},
      {".png", "image/png"},                 {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},               {".svg", "image/svg+xml"},
      {".gif", "image/gif"},                 {".pdf", "application/pdf"}};
  const char *suffix = strrchr(path, '.');
  for (size_t i = 0; suffix != NULL && i < sizeof types / sizeof types[0]; i++)
    if (strcasecmp(suffix, types[i][0]) == 0) return types[i][1];
  return "application/octet-stream";
}

/* Turns "/a/b%20c?query" into "a/b c", and "/a/" into "a/index.html". false where a part
 * is empty or begins with a dot, which would lead out of the directory or to a hidden file. */
static bool decode_path(struct http_text target, char *out, size_t cap) {
  size_t len = 1;
  while (len < target.len && target.data[len] != '?' && target.data[len] != '#') len++;
  struct http_text path = {target.data + 1, len - 1};
  if (!http_percent_decode(path, out, cap - strlen("index.html"))) return false;
  for (const char *part = out; part != NULL && *part != '\0';) {
    if (*part == '.' || *part == '/') return false;
    part = strchr(part, '/');
    if (part != NULL) part++;
  }
  if (*out == '\0' || out[strlen(out) - 1] == '/') strcat(out, "index.html");
  return true;
}

static bool answer_file(int dir, struct http_text target, bool is_head, struct response *r) {
  char path[4096];
  struct stat about;
  if (!decode_path(target, path, sizeof path)) return refuse(r, "404 Not Found", "", is_head);
  /* O_NONBLOCK: opening a FIFO would wait for its writer. */
  r->file = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (r->file < 0 && (errno == EMFILE || errno == ENFILE))
    return refuse(r, "503 Service Unavailable", "", is_head);
  if (r->file < 0 || fstat(r->file, &about) != 0 || !S_ISREG(about.st_mode)) {
    response_clear(r);
    return refuse(r, "404 Not Found", "", is_head);
  }
  r->size = about.st_size;
  if (!set_text(r, "200 OK", "", content_type(path), (size_t)r->size, NULL)) return false;
  if (is_head || r->size == 0) {
    close(r->file);
    r->file = -1;
  }
  return true;
}

/* ----------------------------------------------------------------- the page */

static const char *or_none(const char *name) { return name != NULL ? name : "none"; }

static bool answer_page(const rssl_sock *s, bool is_head, struct response *r) {
  char body[2048], subject[1024] = "none";
  rssl_cert *client = rssl_sock_peer_cert_new(s, 0);
  if (client != NULL) format_subject(client, subject, sizeof subject);
  rssl_cert_free(client);
  snprintf(body, sizeof body,
           "version: %s\ncipher: %s\ngroup: %s\nALPN: %s\nserver name: %s\n"
           "resumed: %s\nclient certificate: %s\n",
           or_none(rssl_version_name(rssl_sock_version(s))),
           or_none(rssl_cipher_name(rssl_sock_cipher(s))),
           or_none(rssl_group_name(rssl_sock_group(s))),
           or_none((const char *)rssl_sock_alpn(s).data), or_none(rssl_sock_server_name(s)),
           rssl_sock_resumed(s) ? "yes" : "no", subject);
  return set_text(r, "200 OK", "", "text/plain; charset=utf-8", strlen(body),
                  is_head ? NULL : body);
}

/* ----------------------------------------------------------------- requests */

/* Takes the same time wherever the first difference is. */
static bool authorized(const char *wanted, struct http_text head) {
  struct http_text given;
  size_t len = strlen(wanted);
  if (len == 0) return true;
  if (!http_field(head, "Authorization", 0, &given) || given.len != len) return false;
  struct http_text scheme = {given.data, 6};
  unsigned char difference = !http_text_is(scheme, "Basic ");
  for (size_t i = 6; i < len; i++) difference |= (unsigned char)(given.data[i] ^ wanted[i]);
  return difference == 0;
}

static bool has_body(struct http_text head) {
  struct http_text value;
  return http_field(head, "Transfer-Encoding", 0, &value) ||
         (http_field(head, "Content-Length", 0, &value) && !http_text_is(value, "0"));
}

bool site_answer(const struct site *site, struct http_text head, const rssl_sock *s,
                 struct response *r) {
  struct http_request request;
  *r = (struct response){.file = -1, .close = true};
  if (head.len == 0) return refuse(r, "431 Request Header Fields Too Large", "", false);
  if (!http_parse_request(head, &request)) return refuse(r, "400 Bad Request", "", false);
  bool is_head = http_text_is(request.method, "HEAD");
  if (request.major != 1) return refuse(r, "505 HTTP Version Not Supported", "", is_head);
  if (!is_head && !http_text_is(request.method, "GET"))
    return refuse(r, "405 Method Not Allowed", "Allow: GET, HEAD\r\n", false);
  /* The body, which nobody reads, would be taken for the next request. */
  if (has_body(head)) return refuse(r, "413 Content Too Large", "", is_head);
  r->close = request.minor == 0 || http_field_lists(head, "Connection", "close");
  if (!authorized(site->authorization, head))
    return refuse(r, "401 Unauthorized",
                  "WWW-Authenticate: Basic realm=\"https_server\", charset=\"UTF-8\"\r\n", is_head);
  if (site->dir >= 0) return answer_file(site->dir, request.target, is_head, r);
  return answer_page(s, is_head, r);
}
