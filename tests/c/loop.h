/* An event loop that looks at nothing but rssl_events, with two ends that each send and check a
 * patterned stream, say close_notify behind it and read to the other's. */
#ifndef LOOP_H
#define LOOP_H

#include "ends.h"

struct party {
  rssl_sock *s;
  int fd;
  uint64_t to_send, sent, received;
  bool shut; /* close_notify is on its way */
  bool over; /* the other's has come */
  bool (*paused)(const struct party *); /* or NULL: it wants to read now */
};

struct wakeups {
  uint64_t all;
  uint64_t idle; /* those that moved nothing: a loop that turns without sleeping has many */
};

/* Goes as far as the transport lets it: writes, shuts down, reads. Each call on the socket is
 * followed by overwriting what was written. Returns whether anything moved. */
bool party_go(struct party *p);
bool party_is_done(const struct party *p);

/* Level-triggered, by poll. Both sockets are made and may be anywhere before the end; returns
 * when both parties are done. Sleeping for ten seconds is a failed check. */
struct wakeups loop_poll(struct party parties[2]);
/* Edge-triggered, by epoll. */
struct wakeups loop_epoll(struct party parties[2]);

#endif
