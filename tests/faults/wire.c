#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 5, CHANGE_CIPHER_SPEC = 20, APPLICATION_DATA = 23 };

static void append(struct bytes *b, uint8_t byte) {
  if (b->len == b->cap) {
    b->cap = b->cap == 0 ? 8192 : 2 * b->cap;
    b->data = realloc(b->data, b->cap);
    if (b->data == NULL) {
      perror("realloc");
      exit(2);
    }
  }
  b->data[b->len++] = byte;
}

void wire_init(struct wire *w, struct fault fault, size_t chop) {
  memset(w, 0, sizeof *w);
  w->fault = fault;
  w->chop = chop;
}

void wire_clear(struct wire *w) {
  free(w->sent.data);
  free(w->arriving.data);
}

static bool ends(enum fault_kind kind) {
  return kind == CUT || kind == HALF_CLOSE || kind == RESET;
}

static void put(struct wire *w, uint8_t byte) {
  size_t at = w->sent.len;
  append(&w->sent, byte);
  if (w->fault.kind == NO_FAULT || at < w->fault.offset ||
      (at > w->fault.offset && !ends(w->fault.kind))) {
    append(&w->arriving, byte);
    return;
  }
  w->struck = true;
  if (w->fault.kind == FLIP) append(&w->arriving, byte ^ w->fault.mask);
  if (w->fault.kind == DUPLICATE) {
    append(&w->arriving, byte);
    append(&w->arriving, byte);
  }
}

void wire_put(struct wire *w, const uint8_t *data, size_t len) {
  for (size_t i = 0; i < len; i++) put(w, data[i]);
}

size_t wire_ready(const struct wire *w) {
  size_t ready = w->arriving.len - w->taken;
  return w->chop > 0 && ready > w->chop ? w->chop : ready;
}

const uint8_t *wire_front(const struct wire *w) { return w->arriving.data + w->taken; }

bool wire_is_intact(const struct wire *w) {
  return w->arriving.len >= w->sent.len &&
         (w->sent.len == 0 || memcmp(w->arriving.data, w->sent.data, w->sent.len) == 0);
}

/* Records are protected after ChangeCipherSpec in TLS 1.2, and in TLS 1.3 by their type. */
struct place wire_place(const struct wire *w, size_t offset) {
  struct place place = {0};
  bool changed = false;
  for (size_t start = 0; start + HEADER <= w->sent.len;) {
    const uint8_t *header = w->sent.data + start;
    size_t len = HEADER + ((size_t)header[3] << 8 | header[4]);
    place.type = header[0];
    place.in_record = offset - start;
    place.is_protected =
        place.type != CHANGE_CIPHER_SPEC && (changed || place.type == APPLICATION_DATA);
    if (offset < start + len) break;
    changed = changed || place.type == CHANGE_CIPHER_SPEC;
    start += len;
  }
  return place;
}
