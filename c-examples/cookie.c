#define _POSIX_C_SOURCE 200809L

#include "cookie.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void cookie_free(struct cookie *c) {
  free(c->name);
  free(c->value);
  free(c->domain);
  free(c->expires);
  free(c->host);
  free(c->path);
  free(c);
}

void cookie_free_all(struct cookie *jar) {
  while (jar != NULL) {
    struct cookie *next = jar->next;
    cookie_free(jar);
    jar = next;
  }
}

static struct http_text trim_spaces(struct http_text t) {
  while (t.len > 0 && *t.data == ' ') t.data++, t.len--;
  while (t.len > 0 && t.data[t.len - 1] == ' ') t.len--;
  return t;
}

/* Takes the next "name=value" of a list with ';' off the front of *rest. */
static bool next_pair(struct http_text *rest, struct http_text *name, struct http_text *value) {
  if (rest->len == 0) return false;
  const char *semicolon = memchr(rest->data, ';', rest->len);
  size_t len = semicolon != NULL ? (size_t)(semicolon - rest->data) : rest->len;
  const char *equals = memchr(rest->data, '=', len);
  size_t name_len = equals != NULL ? (size_t)(equals - rest->data) : len;
  size_t skip = equals != NULL ? name_len + 1 : len;
  *name = trim_spaces((struct http_text){rest->data, name_len});
  *value = trim_spaces((struct http_text){rest->data + skip, len - skip});
  size_t used = len + (semicolon != NULL);
  rest->data += used;
  rest->len -= used;
  return true;
}

/* Replaces *to. false: out of memory. */
static bool set(char **to, struct http_text text) {
  free(*to);
  *to = strndup(text.data, text.len);
  return *to != NULL;
}

static bool set_attributes(struct cookie *c, struct http_text rest) {
  struct http_text name, value;
  bool has_max_age = false, ok = true;
  while (ok && next_pair(&rest, &name, &value)) {
    bool max_age = http_text_is(name, "Max-Age");
    if (http_text_is(name, "Secure")) c->secure = true;
    else if (value.len == 0) continue;
    else if (http_text_is(name, "Domain")) ok = set(&c->domain, value);
    else if (http_text_is(name, "Path") && *value.data == '/') ok = set(&c->path, value);
    else if (max_age || (http_text_is(name, "Expires") && !has_max_age))
      ok = set(&c->expires, value);
    has_max_age = has_max_age || max_age;
  }
  return ok;
}

/* RFC 6265 section 5.1.3: is host the domain, or a name under it? */
static bool domain_matches(const char *host, const char *domain) {
  if (*domain == '.') domain++;
  size_t h = strlen(host), d = strlen(domain);
  if (h == d) return strcasecmp(host, domain) == 0;
  return h > d && host[h - d - 1] == '.' && strchr(domain, '.') != NULL &&
         strspn(host, "0123456789.") != h && strcasecmp(host + h - d, domain) == 0;
}

/* Section 5.1.4. */
static bool path_matches(const char *request, const char *path) {
  size_t len = strlen(path);
  if (strncmp(request, path, len) != 0) return false;
  return path[len - 1] == '/' || request[len] == '\0' || request[len] == '/' ||
         request[len] == '?';
}

/* Section 5.1.4: the path up to its last '/'. */
static struct http_text default_path(const char *path) {
  size_t len = strcspn(path, "?");
  while (len > 1 && path[len - 1] != '/') len--;
  if (len > 1) len--;
  return (struct http_text){path, len};
}

static bool same_place(const struct cookie *a, const struct cookie *b) {
  const char *domain_a = a->domain != NULL ? a->domain : a->host;
  const char *domain_b = b->domain != NULL ? b->domain : b->host;
  return strcmp(a->name, b->name) == 0 && strcasecmp(domain_a, domain_b) == 0 &&
         strcmp(a->path, b->path) == 0;
}

/* Puts c behind the others, in the place of an older one of that name. */
static void put(struct cookie **jar, struct cookie *c) {
  while (*jar != NULL && !same_place(*jar, c)) jar = &(*jar)->next;
  if (*jar != NULL) {
    c->next = (*jar)->next;
    cookie_free(*jar);
  }
  *jar = c;
}

bool cookie_store(struct cookie **jar, struct http_text field, const struct url *u) {
  struct http_text name, value;
  for (size_t i = 0; i < field.len; i++)
    if ((unsigned char)field.data[i] < ' ' || field.data[i] == 127) return true;
  if (!next_pair(&field, &name, &value) || name.len == 0) return true;
  struct cookie *c = calloc(1, sizeof *c);
  if (c == NULL) return false;
  struct http_text host = {u->host, strlen(u->host)};
  if (!set(&c->name, name) || !set(&c->value, value) || !set(&c->host, host) ||
      !set(&c->path, default_path(u->path)) || !set_attributes(c, field)) {
    cookie_free(c);
    return false;
  }
  bool allowed = (c->domain == NULL || domain_matches(u->host, c->domain)) &&
                 (u->tls || !c->secure);
  if (allowed) put(jar, c);
  else cookie_free(c);
  return true;
}

void cookie_field(const struct cookie *jar, const struct url *u, char *out, size_t cap) {
  size_t used = 0;
  out[0] = '\0';
  for (const struct cookie *c = jar; c != NULL; c = c->next) {
    bool here = c->domain != NULL ? domain_matches(u->host, c->domain)
                                  : strcasecmp(u->host, c->host) == 0;
    if (!here || (c->secure && !u->tls) || !path_matches(u->path, c->path)) continue;
    int n = snprintf(out + used, cap - used, "%s%s=%s", used > 0 ? "; " : "", c->name, c->value);
    if (n > 0 && (size_t)n < cap - used) used += (size_t)n;
    out[used] = '\0';
  }
}
