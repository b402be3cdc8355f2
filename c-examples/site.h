/* site.h - what https_server answers: the files of a directory, or one page about the
 * connection. */
#ifndef SITE_H
#define SITE_H

#include "http.h"

#include <rssl.h>
#include <sys/types.h>

struct site {
  int dir;                  /* descriptor of the directory; -1: the page */
  char authorization[1024]; /* the Authorization field that is asked for; "": none */
};

struct response {
  char *text; /* the head, and the body where it is short */
  size_t len;
  int file; /* the rest of the body, or -1 */
  off_t size;
  bool close; /* the connection ends with it */
};

/* site_answer answers the request with this head on connection s; an empty head stands
 * for one that was too long. false: out of memory. */
bool site_answer(const struct site *site, struct http_text head, const rssl_sock *s,
                 struct response *out);

/* response_clear frees what the response holds. */
void response_clear(struct response *r);

#endif
