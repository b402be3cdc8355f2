/* http.h - as much of HTTP/1.1 (RFC 9112) as these examples need: heads, and the body of
 * a reply. It knows nothing of TLS. */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX 16384

/* Part of a message. Not NUL-terminated. */
struct http_text {
  const char *data;
  size_t len;
};
bool http_text_is(struct http_text text, const char *word); /* letters of either case */

/* ------------------------------------------------------------------- heads */

/* http_head_length returns the length of the head (request or status line, fields, empty
 * line) that data begins with, or 0 if its end is not there yet. */
size_t http_head_length(const char *data, size_t len);

/* http_field finds the value of the i-th field called name. */
bool http_field(struct http_text head, const char *name, size_t i, struct http_text *value);

/* http_field_lists: does a field called name, a list, hold this word? */
bool http_field_lists(struct http_text head, const char *name, const char *word);

struct http_request {
  struct http_text method, target; /* target in origin form: "/path?query" */
  int major, minor;
};
bool http_parse_request(struct http_text head, struct http_request *out);

/* http_host writes the value of the Host field: brackets around an IPv6 address, no port
 * where it is the scheme's own. */
bool http_host(char *out, size_t cap, const char *host, const char *port,
               const char *scheme_port);

/* http_percent_decode writes "a b" for "a%20b". false: it does not fit, or a NUL or half an
 * escape is in it. */
bool http_percent_decode(struct http_text text, char *out, size_t cap);

/* http_basic_auth writes "Basic " and the base64 of "user:password" (RFC 7617). */
bool http_basic_auth(char *out, size_t cap, const char *user_password);

/* ----------------------------------------------------------------- replies */

enum {
  HTTP_SOURCE_FAILED = -1, /* read failed, and knows why                      */
  HTTP_CUT = -2,           /* the stream ended before the reply was complete  */
  HTTP_MALFORMED = -3
};
const char *http_error(int code);

/* read returns 1..len bytes, 0 when the peer said that nothing follows, or a negative
 * number. */
typedef ptrdiff_t (*http_read)(void *user, void *buf, size_t len);

struct http_reply {
  http_read read;
  void *user;
  int status;
  struct http_text head;   /* these two are valid as long as the reply */
  struct http_text reason;
  enum { HTTP_BODY_LENGTH, HTTP_BODY_CHUNKED, HTTP_BODY_TO_END } framing;
  uint64_t left; /* of the body or the chunk */
  bool first_chunk;
  size_t pos, end; /* received and not yet used: buf[pos..end) */
  char buf[HTTP_HEAD_MAX + 4096];
};

/* http_reply_begin reads the head of a reply; interim ones (1xx) are skipped. is_head: the
 * request was HEAD, so that no body follows. Returns 1 or an error. */
int http_reply_begin(struct http_reply *r, bool is_head, http_read read, void *user);

/* http_reply_body reads the next piece of the body, valid until the next call. Returns 1;
 * 0: the reply is complete; or an error. */
int http_reply_body(struct http_reply *r, struct http_text *piece);

#endif
