/* GnuTLS. Its manual ("Thread safety") lets one thread send on a session while another receives. */
#include "peer.h"

#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct context {
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t priorities;
  gnutls_datum_t ticket_key; /* server */
  gnutls_datum_t session;    /* client: the newest, if sessions are resumed */
  bool server, resume;
  int tickets; /* to send in TLS 1.3 */
};

struct connection {
  gnutls_session_t session;
  struct context *context;
  bool blocked; /* the last write is to be repeated */
};

/* The error's text is kept if rc is one. */
static bool failed(int rc, const char *what) {
  if (rc >= 0) return false;
  peer_failed("%s: %s", what, gnutls_strerror(rc));
  return true;
}

static bool configure(struct context *context, const struct settings *settings) {
  char priorities[160];
  snprintf(priorities, sizeof priorities,
           "NORMAL:-VERS-ALL:+VERS-TLS1.%d:-CIPHER-ALL:+%s:-GROUP-ALL:+GROUP-X25519",
           settings->version - 10, settings->chacha ? "CHACHA20-POLY1305" : "AES-128-GCM");
  if (failed(gnutls_priority_init(&context->priorities, priorities, NULL), priorities) ||
      failed(gnutls_certificate_allocate_credentials(&context->credentials), "credentials"))
    return false;
  if (settings->server)
    return !failed(gnutls_certificate_set_x509_key_file(context->credentials, settings->chain,
                                                        settings->key, GNUTLS_X509_FMT_PEM),
                   settings->chain) &&
           !failed(gnutls_session_ticket_key_generate(&context->ticket_key), "ticket key");
  return !failed(gnutls_certificate_set_x509_trust_file(context->credentials, settings->roots,
                                                        GNUTLS_X509_FMT_PEM),
                 settings->roots);
}

static void context_free(struct context *context) {
  gnutls_free(context->session.data);
  gnutls_free(context->ticket_key.data);
  if (context->credentials != NULL) gnutls_certificate_free_credentials(context->credentials);
  if (context->priorities != NULL) gnutls_priority_deinit(context->priorities);
  free(context);
}

static struct context *context_new(const struct settings *settings) {
  struct context *context = calloc(1, sizeof *context);
  context->server = settings->server;
  context->resume = settings->resume;
  context->tickets = settings->server && settings->version == 13 ? settings->tickets : 0;
  if (configure(context, settings)) return context;
  context_free(context);
  return NULL;
}

static int keep_session(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                        const gnutls_datum_t *message) {
  struct context *context = ((struct connection *)gnutls_session_get_ptr(session))->context;
  (void)type, (void)when, (void)incoming, (void)message;
  gnutls_free(context->session.data);
  context->session = (gnutls_datum_t){NULL, 0};
  return gnutls_session_get_data2(session, &context->session);
}

static bool prepare(struct connection *connection) {
  gnutls_session_t session = connection->session;
  struct context *context = connection->context;
  gnutls_session_set_ptr(session, connection);
  gnutls_handshake_set_timeout(session, GNUTLS_INDEFINITE_TIMEOUT);
  if (failed(gnutls_priority_set(session, context->priorities), "priorities") ||
      failed(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, context->credentials),
             "credentials"))
    return false;
  if (context->server)
    return !failed(gnutls_session_ticket_enable_server(session, &context->ticket_key), "tickets");
  if (failed(gnutls_server_name_set(session, GNUTLS_NAME_DNS, SERVER_NAME, strlen(SERVER_NAME)),
             "name"))
    return false;
  gnutls_session_set_verify_cert(session, SERVER_NAME, 0);
  if (!context->resume) return true;
  gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_NEW_SESSION_TICKET,
                                     GNUTLS_HOOK_POST, keep_session);
  return context->session.data == NULL ||
         !failed(gnutls_session_set_data(session, context->session.data, context->session.size),
                 "session");
}

static void connection_free(struct connection *connection) {
  gnutls_deinit(connection->session);
  free(connection);
}

static struct connection *connection_new(struct context *context, int fd) {
  struct connection *connection = calloc(1, sizeof *connection);
  unsigned side = context->server ? GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET : GNUTLS_CLIENT;
  connection->context = context;
  if (failed(gnutls_init(&connection->session, side | GNUTLS_NO_SIGNAL), "session")) {
    free(connection);
    return NULL;
  }
  gnutls_transport_set_int(connection->session, fd);
  if (prepare(connection)) return connection;
  connection_free(connection);
  return NULL;
}

static long outcome(ssize_t n, const char *what) {
  if (n > 0) return (long)n;
  if (n == 0) return peer_failed("%s: the connection was closed", what);
  if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED) return PEER_WAIT;
  return peer_failed("%s: %s", what, gnutls_strerror((int)n));
}

static long handshake(struct connection *connection) {
  const struct context *context = connection->context;
  int rc = gnutls_handshake(connection->session);
  if (rc == 0 && context->tickets > 0)
    rc = gnutls_session_ticket_send(connection->session, context->tickets, 0);
  return rc == 0 ? 0 : outcome(rc, "gnutls_handshake");
}

static long write_data(struct connection *connection, const void *data, size_t size) {
  ssize_t n = connection->blocked ? gnutls_record_send(connection->session, NULL, 0)
                                  : gnutls_record_send(connection->session, data, size);
  connection->blocked = n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED;
  return outcome(n, "gnutls_record_send");
}

static long read_data(struct connection *connection, void *out, size_t size) {
  return outcome(gnutls_record_recv(connection->session, out, size), "gnutls_record_recv");
}

static bool resumed(struct connection *connection) {
  return gnutls_session_is_resumed(connection->session) != 0;
}

static void negotiated(struct connection *connection, char *out, size_t size) {
  gnutls_session_t session = connection->session;
  snprintf(out, size, "%s %s %s", gnutls_protocol_get_name(gnutls_protocol_get_version(session)),
           gnutls_cipher_get_name(gnutls_cipher_get(session)),
           gnutls_group_get_name(gnutls_group_get(session)));
}

static void version(char *out, size_t size) {
  snprintf(out, size, "GnuTLS %s", gnutls_check_version(NULL));
}

const struct peer peer = {
    .name = "GnuTLS",
    .newest = 13,
    .full_duplex = true,
    .version = version,
    .context_new = context_new,
    .context_free = context_free,
    .connection_new = connection_new,
    .connection_free = connection_free,
    .handshake = handshake,
    .write = write_data,
    .read = read_data,
    .resumed = resumed,
    .negotiated = negotiated,
};
