/* cookie.h - the cookies that servers set (RFC 6265), for one run of a program. */
#ifndef COOKIE_H
#define COOKIE_H

#include "url.h"

struct cookie {
  struct cookie *next;
  char *name, *value;
  char *domain;  /* as the server wrote it, or NULL: for the server's own name only */
  char *expires; /* the text of Expires or Max-Age, or NULL: when the program ends */
  char *host, *path;
  bool secure;
};

/* cookie_store takes the value of a Set-Cookie field from the page u. A cookie that the
 * server may not set there is ignored. false: out of memory. */
bool cookie_store(struct cookie **jar, struct http_text field, const struct url *u);

/* cookie_field writes the value of the Cookie field for a request of u, "" for none;
 * cookies that do not fit are left out. */
void cookie_field(const struct cookie *jar, const struct url *u, char *out, size_t cap);

void cookie_free_all(struct cookie *jar);

#endif
