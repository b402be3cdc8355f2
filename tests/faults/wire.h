/* One direction of a connection in memory, with at most one fault in it. */
#ifndef FAULTS_WIRE_H
#define FAULTS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_kind {
  NO_FAULT,
  CUT,        /* both directions end after `offset` bytes of this one */
  HALF_CLOSE, /* only this direction ends */
  RESET,      /* both directions fail with ECONNRESET and EPIPE */
  FLIP,       /* the byte at `offset` is changed by `mask` */
  DROP,       /* the byte at `offset` is left out */
  DUPLICATE   /* the byte at `offset` arrives twice */
};

struct fault {
  enum fault_kind kind;
  size_t offset;
  uint8_t mask;
};

struct bytes {
  uint8_t *data;
  size_t len, cap;
};

struct wire {
  struct fault fault;
  struct bytes sent;     /* as the sender sent them */
  struct bytes arriving; /* as they arrive */
  size_t taken;          /* of those that arrive, by the receiver */
  size_t chop;           /* most bytes that move at a time; 0: no limit */
  bool struck;           /* the fault has done its work */
  bool ended, broken;    /* behind what arrives: the end of the stream, a reset */
};

void wire_init(struct wire *w, struct fault fault, size_t chop);
void wire_clear(struct wire *w);

/* Takes bytes from the sender. The end, or the reset, that they run into is in `struck`. */
void wire_put(struct wire *w, const uint8_t *data, size_t len);

/* How many bytes the receiver may take now; they are at wire_front. */
size_t wire_ready(const struct wire *w);
const uint8_t *wire_front(const struct wire *w);

/* Whether what arrives begins with all that was sent. */
bool wire_is_intact(const struct wire *w);

/* Where in which record the byte at `offset` of what was sent is. */
struct place {
  uint8_t type;    /* of the record */
  size_t in_record; /* 0: type, 1 and 2: version, 3 and 4: length, then the body */
  bool is_protected;
};
struct place wire_place(const struct wire *w, size_t offset);

#endif
