#define _POSIX_C_SOURCE 200809L

#include "http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ------------------------------------------------------------------- heads */

bool http_text_is(struct http_text text, const char *word) {
  return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

static struct http_text trim(const char *start, const char *end) {
  while (start < end && (*start == ' ' || *start == '\t')) start++;
  while (end > start && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) end--;
  return (struct http_text){start, (size_t)(end - start)};
}

size_t http_head_length(const char *data, size_t len) {
  const char *end = data + len, *line = data;
  while (line < end) {
    const char *lf = memchr(line, '\n', (size_t)(end - line));
    if (lf == NULL) return 0;
    bool empty = lf == line || (lf == line + 1 && *line == '\r');
    if (empty) return (size_t)(lf + 1 - data);
    line = lf + 1;
  }
  return 0;
}

bool http_field(struct http_text head, const char *name, size_t i, struct http_text *value) {
  const char *end = head.data + head.len;
  const char *line = memchr(head.data, '\n', head.len);
  while (line != NULL && ++line < end) {
    const char *lf = memchr(line, '\n', (size_t)(end - line));
    if (lf == NULL) return false;
    const char *colon = memchr(line, ':', (size_t)(lf - line));
    if (colon != NULL) {
      struct http_text found = {line, (size_t)(colon - line)};
      if (http_text_is(found, name) && i-- == 0) {
        *value = trim(colon + 1, lf);
        return true;
      }
    }
    line = lf;
  }
  return false;
}

bool http_field_lists(struct http_text head, const char *name, const char *word) {
  struct http_text value;
  for (size_t i = 0; http_field(head, name, i, &value); i++) {
    const char *p = value.data, *end = value.data + value.len;
    while (p < end) {
      const char *comma = memchr(p, ',', (size_t)(end - p));
      if (comma == NULL) comma = end;
      if (http_text_is(trim(p, comma), word)) return true;
      p = comma + 1;
    }
  }
  return false;
}

/* Takes the text up to the next space, or the end of the line, off the front of *line. */
static struct http_text next_word(struct http_text *line) {
  const char *space = memchr(line->data, ' ', line->len);
  struct http_text word = {line->data, space ? (size_t)(space - line->data) : line->len};
  size_t used = word.len + (space != NULL);
  line->data += used;
  line->len -= used;
  return word;
}

static struct http_text first_line(struct http_text head) {
  const char *lf = memchr(head.data, '\n', head.len);
  return trim(head.data, lf != NULL ? lf : head.data + head.len);
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* 16 for what is no hexadecimal digit. */
static unsigned digit_value(char c) {
  if (is_digit(c)) return (unsigned)(c - '0');
  if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A' + 10);
  return 16;
}

static bool parse_version(struct http_text word, int *major, int *minor) {
  if (word.len != 8 || memcmp(word.data, "HTTP/", 5) != 0 || !is_digit(word.data[5]) ||
      word.data[6] != '.' || !is_digit(word.data[7]))
    return false;
  *major = word.data[5] - '0';
  *minor = word.data[7] - '0';
  return true;
}

bool http_parse_request(struct http_text head, struct http_request *out) {
  struct http_text line = first_line(head);
  out->method = next_word(&line);
  out->target = next_word(&line);
  if (out->method.len == 0 || !parse_version(line, &out->major, &out->minor)) return false;
  /* Absolute form, as to a proxy: "https://host/path" (RFC 9112 section 3.2.2). */
  size_t scheme = 0;
  if (out->target.len >= 8 && strncasecmp(out->target.data, "https://", 8) == 0) scheme = 8;
  else if (out->target.len >= 7 && strncasecmp(out->target.data, "http://", 7) == 0) scheme = 7;
  if (scheme != 0) {
    const char *end = out->target.data + out->target.len;
    const char *slash = memchr(out->target.data + scheme, '/', out->target.len - scheme);
    if (slash == NULL) out->target = (struct http_text){"/", 1};
    else out->target = (struct http_text){slash, (size_t)(end - slash)};
  }
  return out->target.len > 0 && (out->target.data[0] == '/' || http_text_is(out->target, "*"));
}

bool http_host(char *out, size_t cap, const char *host, const char *port,
               const char *scheme_port) {
  const char *form = strchr(host, ':') != NULL ? "[%s]%s%s" : "%s%s%s";
  bool plain = strcmp(port, scheme_port) == 0;
  int n = snprintf(out, cap, form, host, plain ? "" : ":", plain ? "" : port);
  return n > 0 && (size_t)n < cap;
}

bool http_percent_decode(struct http_text text, char *out, size_t cap) {
  size_t used = 0;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.data[i];
    if (c == '%') {
      if (text.len - i < 3) return false;
      unsigned high = digit_value(text.data[i + 1]), low = digit_value(text.data[i + 2]);
      if (high > 15 || low > 15) return false;
      c = (char)(high << 4 | low);
      i += 2;
    }
    if (c == '\0' || used + 1 >= cap) return false;
    out[used++] = c;
  }
  out[used] = '\0';
  return true;
}

bool http_basic_auth(char *out, size_t cap, const char *user_password) {
  static const char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t len = strlen(user_password);
  if (len > cap || cap < 6 + (len + 2) / 3 * 4 + 1) return false;
  memcpy(out, "Basic ", 6);
  out += 6;
  for (size_t i = 0; i < len; i += 3) {
    uint32_t group = 0;
    for (size_t j = 0; j < 3; j++)
      group = group << 8 | (i + j < len ? (unsigned char)user_password[i + j] : 0);
    for (size_t j = 0; j < 4; j++)
      *out++ = i + j > len ? '=' : digits[group >> (18 - 6 * j) & 63];
  }
  *out = '\0';
  return true;
}

/* ----------------------------------------------------------------- replies */

const char *http_error(int code) {
  switch (code) {
  case HTTP_CUT: return "the connection ended before the reply was complete";
  case HTTP_MALFORMED: return "the reply is not HTTP/1.1";
  default: return "the connection failed";
  }
}

/* Receives more behind buf[pos..end), which moves to the front of the space that the
 * head leaves free. */
static int receive(struct http_reply *r) {
  size_t kept = r->end - r->pos;
  memmove(r->buf + r->head.len, r->buf + r->pos, kept);
  r->pos = r->head.len;
  r->end = r->pos + kept;
  if (r->end == sizeof r->buf) return HTTP_MALFORMED;
  ptrdiff_t n = r->read(r->user, r->buf + r->end, sizeof r->buf - r->end);
  if (n < 0) return HTTP_SOURCE_FAILED;
  if (n == 0) return HTTP_CUT;
  r->end += (size_t)n;
  return 1;
}

static bool parse_number(struct http_text text, unsigned base, uint64_t *out) {
  uint64_t value = 0;
  if (text.len == 0) return false;
  for (size_t i = 0; i < text.len; i++) {
    unsigned digit = digit_value(text.data[i]);
    if (digit >= base || value > (UINT64_MAX - digit) / base) return false;
    value = value * base + digit;
  }
  *out = value;
  return true;
}

static bool parse_status(struct http_reply *r) {
  struct http_text line = first_line(r->head);
  struct http_text version = next_word(&line), status = next_word(&line);
  uint64_t number;
  int major, minor;
  if (!parse_version(version, &major, &minor) || major != 1) return false;
  if (status.len != 3 || !parse_number(status, 10, &number)) return false;
  r->status = (int)number;
  r->reason = line;
  return true;
}

/* How long the body is: RFC 9112 section 6.3. */
static bool parse_framing(struct http_reply *r, bool is_head) {
  struct http_text value, again;
  r->framing = HTTP_BODY_LENGTH;
  r->left = 0;
  r->first_chunk = true;
  if (is_head || r->status == 204 || r->status == 304) return true;
  if (http_field_lists(r->head, "Transfer-Encoding", "chunked")) {
    r->framing = HTTP_BODY_CHUNKED;
  } else if (http_field(r->head, "Content-Length", 0, &value)) {
    for (size_t i = 1; http_field(r->head, "Content-Length", i, &again); i++)
      if (again.len != value.len || memcmp(again.data, value.data, value.len) != 0) return false;
    return parse_number(value, 10, &r->left);
  } else {
    r->framing = HTTP_BODY_TO_END;
  }
  return true;
}

int http_reply_begin(struct http_reply *r, bool is_head, http_read read, void *user) {
  r->read = read;
  r->user = user;
  r->pos = r->end = 0;
  do {
    size_t len;
    r->head = (struct http_text){r->buf, 0};
    while ((len = http_head_length(r->buf + r->pos, r->end - r->pos)) == 0) {
      if (r->end - r->pos >= HTTP_HEAD_MAX) return HTTP_MALFORMED;
      int rc = receive(r);
      if (rc < 0) return rc;
    }
    if (len > HTTP_HEAD_MAX) return HTTP_MALFORMED;
    memmove(r->buf, r->buf + r->pos, r->end - r->pos);
    r->end -= r->pos;
    r->head.len = r->pos = len;
    if (!parse_status(r)) return HTTP_MALFORMED;
  } while (r->status < 200);
  return parse_framing(r, is_head) ? 1 : HTTP_MALFORMED;
}

static int read_line(struct http_reply *r, struct http_text *line) {
  const char *lf;
  while ((lf = memchr(r->buf + r->pos, '\n', r->end - r->pos)) == NULL) {
    int rc = receive(r);
    if (rc < 0) return rc;
  }
  *line = trim(r->buf + r->pos, lf);
  r->pos = (size_t)(lf + 1 - r->buf);
  return 1;
}

/* Sets left to the size of the next chunk. Returns 1; 0 after the last one and its
 * trailers; or an error. */
static int next_chunk(struct http_reply *r) {
  struct http_text line;
  int rc;
  if (!r->first_chunk) {
    if ((rc = read_line(r, &line)) < 0) return rc;
    if (line.len != 0) return HTTP_MALFORMED;
  }
  r->first_chunk = false;
  if ((rc = read_line(r, &line)) < 0) return rc;
  const char *extension = memchr(line.data, ';', line.len);
  struct http_text size = trim(line.data, extension ? extension : line.data + line.len);
  if (!parse_number(size, 16, &r->left)) return HTTP_MALFORMED;
  if (r->left != 0) return 1;
  do {
    if ((rc = read_line(r, &line)) < 0) return rc;
  } while (line.len != 0);
  r->framing = HTTP_BODY_LENGTH;
  return 0;
}

int http_reply_body(struct http_reply *r, struct http_text *piece) {
  int rc = 1;
  if (r->framing == HTTP_BODY_CHUNKED && r->left == 0) rc = next_chunk(r);
  if (rc < 0) return rc;
  if (r->framing == HTTP_BODY_LENGTH && r->left == 0) return 0;
  if (r->pos == r->end) {
    rc = receive(r);
    if (rc == HTTP_CUT && r->framing == HTTP_BODY_TO_END) return 0;
    if (rc < 0) return rc;
  }
  size_t n = r->end - r->pos;
  if (r->framing != HTTP_BODY_TO_END) {
    if (n > r->left) n = (size_t)r->left;
    r->left -= n;
  }
  *piece = (struct http_text){r->buf + r->pos, n};
  r->pos += n;
  return 1;
}
