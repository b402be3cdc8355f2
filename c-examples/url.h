/* url.h - http and https URLs (RFC 3986, as far as clients need). */
#ifndef URL_H
#define URL_H

#include "http.h"
#include "tcp.h"

struct url {
  bool tls;
  char host[TCP_HOST_MAX], port[TCP_PORT_MAX];
  char path[2048];          /* with the query, without the fragment */
  char user_password[512];  /* "user:password", or "" */
};

/* url_parse takes "https://user:password@host:port/path?query" apart. Without a scheme it
 * is https. */
bool url_parse(struct http_text text, struct url *out);

/* url_resolve finds what reference, absolute or relative, means on the page base. */
bool url_resolve(const struct url *base, struct http_text reference, struct url *out);

bool url_same_origin(const struct url *a, const struct url *b);

/* The port that this scheme does not need to write. */
const char *url_scheme_port(const struct url *u);

/* url_format writes it without user and password. */
bool url_format(const struct url *u, char *out, size_t cap);

#endif
