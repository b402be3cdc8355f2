/* traffic.h - what the peer does with a connection after the handshake. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <rssl.h>
#include <stdbool.h>
#include <stddef.h>

struct traffic {
  bool echo; /* send back what comes; else standard input goes out, what comes to output */
  bool poll; /* the descriptor does not block and rssl_events drives it */
  unsigned long long received;
};

/* traffic_handshake returns what rssl_handshake does, without the WANTs but RSSL_WANT_HELLO. */
rssl_result traffic_handshake(const struct traffic *t, rssl_sock *s, int fd);

/* traffic_run goes on until both sides have said close_notify: this side does after the
 * peer has (echo) or at the end of standard input. Returns RSSL_OK, the error of the
 * library, or RSSL_ERR_FILE when standard input or output fails. */
rssl_result traffic_run(struct traffic *t, rssl_sock *s, int fd);

#endif
