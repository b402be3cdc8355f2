/* One end of a connection in memory, following a script: the client shakes hands, sends its
 * message, says close_notify and reads to the end; the server shakes hands, reads to the end,
 * sends its message and says close_notify. So each half of the connection is closed on its own. */
#ifndef FAULTS_END_H
#define FAULTS_END_H

#include "wire.h"

#include <rssl.h>

enum transport { BY_MEMORY, BY_FUNCTIONS };
enum stage { SHAKING_HANDS, SENDING, CLOSING, RECEIVING, OVER };

struct end {
  rssl_role role;
  enum transport transport;
  rssl_sock *sock;
  struct wire *in, *out;
  const enum stage *stage;
  size_t to_send, sent, to_receive, received;
  bool connected;           /* rssl_handshake said so */
  size_t handshake_bytes;   /* that the other end needs of this one to be connected */
  bool has_read, has_written; /* functions: in this step, as much as the chop size allows */
  ptrdiff_t result;         /* when OVER: RSSL_OK or the error that ended the script */
  const char *misdeed;      /* what the library did that it must not, or NULL */
};

bool end_init(struct end *e, rssl_ctx *ctx, rssl_role role, enum transport transport);
void end_clear(struct end *e);

/* Goes on as far as possible; whether anything happened. */
bool end_step(struct end *e);

const char *end_name(const struct end *e);

#endif
