/* rssl_writev, and how much plaintext a record holds. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 5, BULK = 1 << 18 };

struct records {
  size_t count;
  size_t longest; /* without its header */
};

/* Moves what waits, which must be whole records, and measures them. The reader has taken what came
 * before; of a pattern it takes these too, from *offset on. */
static struct records carry_records(rssl_sock *from, rssl_sock *to, uint64_t *offset) {
  size_t len = rssl_drain_pending(from), pos = 0, fed = 0;
  unsigned char *buf = malloc(len + 1), plaintext[20000];
  struct records found = {0, 0};
  CHECK_RC(rssl_drain(from, buf, len + 1), len);
  while (pos < len) {
    size_t body = (size_t)buf[pos + 3] << 8 | buf[pos + 4];
    if (body > found.longest) found.longest = body;
    found.count++;
    pos += HEADER + body;
  }
  CHECK_INT(pos, len);
  while (fed < len) {
    ptrdiff_t n = rssl_feed(to, buf + fed, len - fed);
    CHECK(n > 0);
    fed += (size_t)n;
    while (offset != NULL && (n = rssl_read(to, plaintext, sizeof plaintext)) > 0) {
      pattern_check(plaintext, (size_t)n, *offset);
      *offset += (uint64_t)n;
    }
  }
  free(buf);
  return found;
}

static rssl_bytes text(const char *words) {
  rssl_bytes piece;
  piece.data = (const uint8_t *)words;
  piece.len = strlen(words);
  return piece;
}

static void pieces_that_fit_are_one_record(void) {
  static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_bytes pieces[5] = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    struct ends e;
    char buf[64];
    ends_connect_memory(&e, versions[v]);
    pieces[0] = text("a header, ");
    pieces[2] = text("");
    pieces[3] = text("a body");
    CHECK_RC(rssl_writev(e.client, pieces, 5), 16);
    CHECK_INT(carry_records(e.client, e.server, NULL).count, 1);
    CHECK_RC(rssl_read(e.server, buf, sizeof buf), 16);
    CHECK(memcmp(buf, "a header, a body", 16) == 0);
    ends_close(&e);
  }
}

/* On memory a write takes 64 KiB at a time: the count ends inside a piece. */
static void more_pieces_than_fit_are_taken_in_part(void) {
  enum { PIECES = 200000, EACH = 3 };
  unsigned char *stream = malloc((size_t)PIECES * EACH);
  rssl_bytes *pieces = malloc(PIECES * sizeof *pieces);
  uint64_t sent = 0, received = 0;
  struct ends e;
  size_t i;
  ends_connect_memory(&e, RSSL_TLS1_3);
  pattern_fill(stream, (size_t)PIECES * EACH, 0);
  while (sent < (uint64_t)PIECES * EACH) {
    size_t first = (size_t)(sent / EACH), skip = (size_t)(sent % EACH);
    ptrdiff_t n;
    for (i = first; i < PIECES; i++) {
      pieces[i].data = stream + i * EACH;
      pieces[i].len = EACH;
    }
    pieces[first].data += skip;
    pieces[first].len -= skip;
    n = rssl_writev(e.client, pieces + first, PIECES - first);
    CHECK(n == 65536 || sent + (uint64_t)n == (uint64_t)PIECES * EACH);
    sent += (uint64_t)n;
    CHECK_RC(rssl_writev(e.client, pieces, 1), RSSL_WANT_WRITE);
    CHECK(carry_records(e.client, e.server, &received).count <= 4);
  }
  CHECK_INT(received, sent);
  free(pieces);
  free(stream);
  ends_close(&e);
}

static void pieces_are_queued_as_if_joined(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_bytes pieces[2];
  rssl_result client_rc, server_rc;
  struct ends e;
  char buf[64];
  ends_open(&e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  pieces[0] = text("before the ");
  pieces[1] = text("handshake, too much");
  CHECK_RC(rssl_writev(e.client, pieces, 2), RSSL_WANT_READ);
  CHECK_OK(rssl_sock_set_write_queue(e.client, 20));
  CHECK_RC(rssl_writev(e.client, pieces, 2), 20);
  CHECK_RC(rssl_writev(e.client, pieces, 2), RSSL_WANT_READ);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  CHECK_OK(rssl_flush(e.client));
  CHECK_RC(rssl_read(e.server, buf, sizeof buf), 20);
  CHECK(memcmp(buf, "before the handshake", 20) == 0);
  CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_WR));
  CHECK_RC(rssl_writev(e.client, pieces, 2), RSSL_ERR_CLOSED);
  ends_close(&e);
}

/* Sends a stream from an end whose records hold at most `plaintext`. */
static struct records records_of(uint16_t version, size_t plaintext, bool of_client) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  unsigned char *buf = malloc(BULK);
  struct records all = {0, 0};
  uint64_t sent = 0, received = 0;
  rssl_result client_rc, server_rc;
  rssl_sock *from, *to;
  struct ends e;
  only_version(client, version);
  CHECK_OK(rssl_ctx_set_ciphers(client,
                                "TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"));
  CHECK_OK(rssl_ctx_set_max_fragment(of_client ? client : server, plaintext));
  ends_open_memory(&e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  from = of_client ? e.client : e.server;
  to = of_client ? e.server : e.client;
  carry(from, to);
  pattern_fill(buf, BULK, 0);
  while (sent < BULK) {
    struct records some;
    ptrdiff_t n = rssl_write(from, buf + sent, (size_t)(BULK - sent));
    CHECK(n > 0);
    sent += (uint64_t)n;
    some = carry_records(from, to, &received);
    all.count += some.count;
    if (some.longest > all.longest) all.longest = some.longest;
    CHECK_INT(received, sent);
  }
  free(buf);
  ends_close(&e);
  return all;
}

static void records_hold_no_more_than_they_may(void) {
  static const struct {
    uint16_t version;
    size_t overhead; /* of a record's body: type and tag; nonce and tag */
  } cases[] = {{RSSL_TLS1_3, 17}, {RSSL_TLS1_2, 24}};
  static const size_t limits[] = {27, 1000, 16384};
  size_t c, l;
  for (c = 0; c < 2; c++) {
    CHECK_INT(records_of(cases[c].version, 0, true).count, BULK / 16384);
    for (l = 0; l < 3; l++) {
      CHECK_INT(records_of(cases[c].version, limits[l], true).longest,
                limits[l] + cases[c].overhead);
      CHECK_INT(records_of(cases[c].version, limits[l], false).longest,
                limits[l] + cases[c].overhead);
    }
  }
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(pieces_that_fit_are_one_record),
      CASE(more_pieces_than_fit_are_taken_in_part),
      CASE(pieces_are_queued_as_if_joined),
      CASE(records_hold_no_more_than_they_may),
  };
  return RUN_CASES(argc, argv, cases);
}
