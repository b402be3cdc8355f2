#include "end.h"

#include <errno.h>
#include <string.h>

static const enum stage client_script[] = {SHAKING_HANDS, SENDING, CLOSING, RECEIVING, OVER};
static const enum stage server_script[] = {SHAKING_HANDS, RECEIVING, SENDING, CLOSING, OVER};

const char *end_name(const struct end *e) { return e->role == RSSL_CLIENT ? "client" : "server"; }

static uint8_t message_byte(rssl_role from, size_t i) {
  return (uint8_t)(i * 7 + i / 251 + from * 100);
}

static void accuse(struct end *e, const char *misdeed) {
  if (e->misdeed == NULL) e->misdeed = misdeed;
}

/* -------------------------------------------------------------- transports */

static ptrdiff_t read_wire(void *user, void *buf, size_t len) {
  struct end *e = user;
  size_t ready = wire_ready(e->in);
  if (e->in->chop > 0 && e->has_read) return RSSL_WANT_READ;
  if (ready == 0 && e->in->broken) return RSSL_IO_ERROR(ECONNRESET);
  if (ready == 0) return e->in->ended ? 0 : RSSL_WANT_READ;
  if (len > ready) len = ready;
  memcpy(buf, wire_front(e->in), len);
  e->in->taken += len;
  e->has_read = true;
  return (ptrdiff_t)len;
}

static ptrdiff_t write_wire(void *user, const void *buf, size_t len) {
  struct end *e = user;
  size_t chop = e->out->chop;
  if (e->out->broken) return RSSL_IO_ERROR(EPIPE);
  if (chop > 0 && e->has_written) return RSSL_WANT_WRITE;
  if (chop > 0 && len > chop) len = chop;
  wire_put(e->out, buf, len);
  e->has_written = true;
  return (ptrdiff_t)len;
}

static void feed(struct end *e) {
  size_t ready = wire_ready(e->in);
  if (ready > 0) {
    ptrdiff_t n = rssl_feed(e->sock, wire_front(e->in), ready);
    if (n < 0) accuse(e, "rssl_feed failed");
    else e->in->taken += (size_t)n;
  } else if (e->in->ended && rssl_feed_eof(e->sock) < 0) {
    accuse(e, "rssl_feed_eof failed");
  }
}

static void drain(struct end *e) {
  uint8_t buf[16384];
  size_t cap = e->out->chop > 0 && e->out->chop < sizeof buf ? e->out->chop : sizeof buf;
  ptrdiff_t n = rssl_drain(e->sock, buf, cap);
  if (n < 0) accuse(e, "rssl_drain failed");
  else wire_put(e->out, buf, (size_t)n);
}

/* ------------------------------------------------------------------ set-up */

bool end_init(struct end *e, rssl_ctx *ctx, rssl_role role, enum transport transport) {
  memset(e, 0, sizeof *e);
  e->role = role;
  e->transport = transport;
  e->stage = role == RSSL_CLIENT ? client_script : server_script;
  const char *name = role == RSSL_CLIENT ? "localhost" : NULL;
  if (rssl_sock_new(ctx, role, name, &e->sock) < 0) return false;
  rssl_io io = {.size = sizeof io, .user = e, .read = read_wire, .write = write_wire};
  return transport == BY_MEMORY || rssl_sock_set_io(e->sock, &io) == RSSL_OK;
}

void end_clear(struct end *e) { rssl_sock_free(e->sock); }

/* ------------------------------------------------------------------ stages */

static ptrdiff_t shake_hands(struct end *e) {
  rssl_result rc = rssl_handshake(e->sock);
  e->connected = rc == RSSL_OK;
  /* What a TLS 1.3 server sends when it waits for nothing more, tickets, is not needed. */
  bool tickets = e->connected && e->role == RSSL_SERVER && rssl_sock_version(e->sock) == RSSL_TLS1_3;
  if (rc == RSSL_WANT_READ || (e->connected && !tickets))
    e->handshake_bytes = e->out->sent.len + rssl_drain_pending(e->sock);
  if (e->connected) e->stage++;
  return rc;
}

static ptrdiff_t transmit(struct end *e) {
  uint8_t buf[4096];
  size_t len = e->to_send - e->sent;
  if (len > sizeof buf) len = sizeof buf;
  for (size_t i = 0; i < len; i++) buf[i] = message_byte(e->role, e->sent + i);
  ptrdiff_t n = rssl_write(e->sock, buf, len);
  if (n > (ptrdiff_t)len) accuse(e, "rssl_write took more than it was given");
  else if (n > 0) e->sent += (size_t)n;
  if (e->sent == e->to_send) e->stage++;
  return n;
}

static ptrdiff_t close_half(struct end *e) {
  rssl_result rc = rssl_shutdown(e->sock, RSSL_SHUT_WR);
  if (rc == RSSL_OK) e->stage++;
  return rc;
}

static ptrdiff_t receive(struct end *e) {
  uint8_t buf[4096];
  ptrdiff_t n = rssl_read(e->sock, buf, sizeof buf);
  if (n > (ptrdiff_t)sizeof buf) accuse(e, "rssl_read returned more than was asked for");
  for (ptrdiff_t i = 0; i < n && e->misdeed == NULL; i++, e->received++)
    if (e->received == e->to_receive ||
        buf[i] != message_byte(RSSL_CLIENT + RSSL_SERVER - e->role, e->received))
      accuse(e, "rssl_read returned what was not sent");
  if (n == 0 && e->received < e->to_receive) accuse(e, "rssl_read says 0 before the end");
  if (n == 0) e->stage++;
  return n;
}

static ptrdiff_t call(struct end *e) {
  switch (*e->stage) {
  case SHAKING_HANDS: return shake_hands(e);
  case SENDING: return transmit(e);
  case CLOSING: return close_half(e);
  case RECEIVING: return receive(e);
  case OVER: break;
  }
  return RSSL_OK;
}

/* ------------------------------------------------------------------- rules */

/* rssl_events belongs to what the call before it returned. */
static void check_wait(struct end *e, ptrdiff_t rc) {
  uint32_t events = rssl_events(e->sock);
  if (rc == RSSL_WANT_READ && !(events & RSSL_POLL_IN)) accuse(e, "WANT_READ, but no POLL_IN");
  if (rc == RSSL_WANT_READ && (events & RSSL_POLL_READY)) accuse(e, "WANT_READ, but POLL_READY");
  if (rc == RSSL_WANT_WRITE && !(events & RSSL_POLL_OUT)) accuse(e, "WANT_WRITE, but no POLL_OUT");
  if (rc != RSSL_WANT_READ && rc != RSSL_WANT_WRITE) accuse(e, "a WANT that does not belong here");
  if (rssl_sock_error(e->sock) != NULL) accuse(e, "a WANT after an error");
}

static bool is_same_for_ever(struct end *e, ptrdiff_t rc) {
  uint8_t byte = 0;
  return rssl_handshake(e->sock) == rc && rssl_read(e->sock, &byte, 1) == rc &&
         rssl_write(e->sock, &byte, 1) == rc && rssl_shutdown(e->sock, RSSL_SHUT_WR) == rc;
}

static void check_error(struct end *e, ptrdiff_t rc) {
  const rssl_error *last = rssl_last_error(), *kept = rssl_sock_error(e->sock);
  if (rssl_error_code(last) != rc) accuse(e, "the last error is another one");
  else if (*rssl_error_message(last) == '\0') accuse(e, "an error without a message");
  else if (rc == RSSL_ERR_ALERT && !rssl_error_alert_received(last))
    accuse(e, "RSSL_ERR_ALERT, but none was received");
  else if (rc == RSSL_ERR_IO && rssl_error_errno(last) != ECONNRESET &&
           rssl_error_errno(last) != EPIPE)
    accuse(e, "errno was lost");
  /* The end of the stream after the handshake does not end the connection. */
  if (rc == RSSL_ERR_EOF && e->connected) {
    if (kept != NULL) accuse(e, "EOF ended the connection");
    return;
  }
  if (rssl_error_code(kept) != rc) accuse(e, "the socket keeps another error");
  else if (!is_same_for_ever(e, rc)) accuse(e, "the error is not sticky");
  if (rssl_events(e->sock) & ~(uint32_t)RSSL_POLL_OUT)
    accuse(e, "after an error rssl_events waits for more than output");
}

/* The last of the output is sent as a program does that frees the socket when rssl_events is 0. */
static void finish(struct end *e) {
  if (e->transport == BY_MEMORY) {
    drain(e);
  } else if (rssl_events(e->sock) & RSSL_POLL_OUT) {
    rssl_result rc = rssl_flush(e->sock);
    if (rc != RSSL_OK && rc != RSSL_WANT_WRITE && !e->out->broken) accuse(e, "rssl_flush failed");
  }
  if (rssl_events(e->sock) & RSSL_POLL_OUT && !e->out->broken) return;
  e->out->ended = true;
  if (rssl_events(e->sock) != 0 && e->result != RSSL_OK && !e->out->broken)
    accuse(e, "rssl_events is not 0 when all is over and sent");
}

bool end_step(struct end *e) {
  size_t sent = e->out->sent.len, taken = e->in->taken, received = e->received;
  bool ended = e->out->ended;
  const enum stage *stage = e->stage;
  e->has_read = e->has_written = false;
  if (e->transport == BY_MEMORY && *e->stage != OVER) feed(e);
  while (*e->stage != OVER) {
    ptrdiff_t rc = call(e);
    if (rc >= 0) continue;
    if (RSSL_IS_WANT(rc)) {
      check_wait(e, rc);
      break;
    }
    while (*e->stage != OVER) e->stage++;
    e->result = rc;
    check_error(e, rc);
  }
  if (*e->stage == OVER && !e->out->ended) finish(e);
  else if (e->transport == BY_MEMORY) drain(e);
  return e->out->sent.len != sent || e->in->taken != taken || e->received != received ||
         e->stage != stage || e->out->ended != ended;
}
