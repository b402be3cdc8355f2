#define _POSIX_C_SOURCE 200809L

#include "url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool starts_with(struct http_text text, const char *prefix) {
  size_t len = strlen(prefix);
  return text.len >= len && strncasecmp(text.data, prefix, len) == 0;
}

static struct http_text skip(struct http_text text, size_t n) {
  return (struct http_text){text.data + n, text.len - n};
}

/* How far the text goes before the first of these characters. */
static size_t span_before(struct http_text text, const char *stops) {
  size_t n = 0;
  while (n < text.len && strchr(stops, text.data[n]) == NULL) n++;
  return n;
}

const char *url_scheme_port(const struct url *u) { return u->tls ? "443" : "80"; }

static bool set_path(struct url *u, const char *start, struct http_text rest) {
  size_t len = span_before(rest, "#"), before = strlen(start);
  if (before + len >= sizeof u->path) return false;
  memmove(u->path, start, before);
  memcpy(u->path + before, rest.data, len);
  u->path[before + len] = '\0';
  return true;
}

/* "user:password@host:port/path", behind the scheme. */
static bool parse_behind_scheme(struct http_text text, struct url *u) {
  struct http_text authority = {text.data, span_before(text, "/?#")};
  struct http_text rest = skip(text, authority.len);
  u->user_password[0] = '\0';
  size_t at = authority.len;
  while (at > 0 && authority.data[at - 1] != '@') at--;
  if (at > 0) {
    struct http_text user = {authority.data, at - 1};
    if (!http_percent_decode(user, u->user_password, sizeof u->user_password)) return false;
    authority = skip(authority, at);
  }
  return tcp_split_authority(authority.data, authority.len, url_scheme_port(u), u->host,
                             u->port) &&
         set_path(u, starts_with(rest, "/") ? "" : "/", rest);
}

/* What a request line or a Host field cannot carry. */
static bool has_forbidden(struct http_text text) {
  for (size_t i = 0; i < text.len; i++)
    if ((unsigned char)text.data[i] <= ' ' || text.data[i] == 127) return true;
  return false;
}

bool url_parse(struct http_text text, struct url *out) {
  if (has_forbidden(text)) return false;
  out->tls = !starts_with(text, "http://");
  if (!out->tls) text = skip(text, strlen("http://"));
  else if (starts_with(text, "https://")) text = skip(text, strlen("https://"));
  return parse_behind_scheme(text, out);
}

bool url_resolve(const struct url *base, struct http_text reference, struct url *out) {
  if (has_forbidden(reference)) return false;
  if (starts_with(reference, "http://") || starts_with(reference, "https://"))
    return url_parse(reference, out);
  struct http_text scheme = {reference.data, span_before(reference, ":/?#")};
  if (scheme.len < reference.len && reference.data[scheme.len] == ':') return false;
  *out = *base;
  if (starts_with(reference, "//")) return parse_behind_scheme(skip(reference, 2), out);
  if (starts_with(reference, "/")) return set_path(out, "", reference);
  out->path[strcspn(out->path, "?")] = '\0';
  if (!starts_with(reference, "?")) strrchr(out->path, '/')[1] = '\0';
  return set_path(out, out->path, reference);
}

bool url_same_origin(const struct url *a, const struct url *b) {
  return a->tls == b->tls && strcasecmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0;
}

bool url_format(const struct url *u, char *out, size_t cap) {
  char host[TCP_HOST_MAX + 16];
  if (!http_host(host, sizeof host, u->host, u->port, url_scheme_port(u))) return false;
  int n = snprintf(out, cap, "%s://%s%s", u->tls ? "https" : "http", host, u->path);
  return n > 0 && (size_t)n < cap;
}
