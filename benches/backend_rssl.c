/* librssl. */
#include "peer.h"

#include <rssl.h>
#include <stdio.h>
#include <stdlib.h>

struct context {
  rssl_ctx *ctx;
  rssl_role role;
};

struct connection {
  rssl_sock *sock;
};

static bool failed(rssl_result rc, const char *what) {
  if (rc == RSSL_OK) return false;
  peer_failed("%s: %s", what, rssl_error_message(rssl_last_error()));
  return true;
}

static bool configure(rssl_ctx *ctx, const struct settings *settings) {
  uint16_t version = settings->version == 12 ? RSSL_TLS1_2 : RSSL_TLS1_3;
  const char *ciphers = settings->chacha ? "TLS_CHACHA20_POLY1305_SHA256:"
                                           "ECDHE-ECDSA-CHACHA20-POLY1305:"
                                           "ECDHE-RSA-CHACHA20-POLY1305"
                                         : "TLS_AES_128_GCM_SHA256:"
                                           "ECDHE-ECDSA-AES128-GCM-SHA256:"
                                           "ECDHE-RSA-AES128-GCM-SHA256";
  if (failed(rssl_ctx_set_versions(ctx, version, version), "version") ||
      failed(rssl_ctx_set_ciphers(ctx, ciphers), "ciphers") ||
      /* In TLS 1.2 the list also says which curves certificates may have. */
      failed(rssl_ctx_set_groups(ctx, settings->version == 12 ? "X25519:P-256" : "X25519"),
             "groups"))
    return false;
  if (settings->server)
    return !failed(rssl_ctx_load_cert_file(ctx, settings->chain, settings->key, NULL), "chain") &&
           !failed(rssl_ctx_set_ticket_count(ctx, (size_t)settings->tickets), "tickets");
#ifdef RSSL_OPT_NO_KNOWN_CHAINS
  uint32_t forget = settings->known_chains ? 0 : RSSL_OPT_NO_KNOWN_CHAINS;
  if (failed(rssl_ctx_set_options(ctx, forget, 0), "known chains")) return false;
#endif
  return !failed(rssl_ctx_load_verify_file(ctx, settings->roots), "roots") &&
         !failed(rssl_ctx_set_session_cache(ctx, settings->resume ? 32 : 0), "sessions");
}

static struct context *context_new(const struct settings *settings) {
  struct context *context = calloc(1, sizeof *context);
  context->role = settings->server ? RSSL_SERVER : RSSL_CLIENT;
  if (!failed(rssl_ctx_new(context->role, &context->ctx), "context") &&
      configure(context->ctx, settings))
    return context;
  rssl_ctx_free(context->ctx);
  free(context);
  return NULL;
}

static void context_free(struct context *context) {
  rssl_ctx_free(context->ctx);
  free(context);
}

static struct connection *connection_new(struct context *context, int fd) {
  struct connection *connection = calloc(1, sizeof *connection);
  const char *name = context->role == RSSL_CLIENT ? SERVER_NAME : NULL;
  if (!failed(rssl_wrap(context->ctx, fd, context->role, name, &connection->sock), "wrap"))
    return connection;
  free(connection);
  return NULL;
}

static void connection_free(struct connection *connection) {
  rssl_sock_free(connection->sock);
  free(connection);
}

static long outcome(ptrdiff_t n) {
  if (n >= 0) return (long)n;
  if (RSSL_IS_WANT(n)) return PEER_WAIT;
  return peer_failed("%s", rssl_error_message(rssl_last_error()));
}

static long handshake(struct connection *connection) {
  return outcome(rssl_handshake(connection->sock));
}

static long write_data(struct connection *connection, const void *data, size_t size) {
  return outcome(rssl_write(connection->sock, data, size));
}

static long read_data(struct connection *connection, void *out, size_t size) {
  long n = outcome(rssl_read(connection->sock, out, size));
  return n == 0 ? peer_failed("the connection was closed") : n;
}

static long flush(struct connection *connection) {
  return outcome(rssl_flush(connection->sock));
}

static bool resumed(struct connection *connection) {
  return rssl_sock_resumed(connection->sock);
}

static void negotiated(struct connection *connection, char *out, size_t size) {
  rssl_sock *sock = connection->sock;
  snprintf(out, size, "%s %s %s", rssl_version_name(rssl_sock_version(sock)),
           rssl_cipher_name(rssl_sock_cipher(sock)), rssl_group_name(rssl_sock_group(sock)));
}

static void version(char *out, size_t size) {
  snprintf(out, size, "librssl %s (%s)", rssl_version(), rssl_build_info());
}

const struct peer peer = {
    .name = "librssl",
    .newest = 13,
    .full_duplex = true,
#ifdef RSSL_OPT_NO_KNOWN_CHAINS
    .known_chains = true,
#endif
    .version = version,
    .context_new = context_new,
    .context_free = context_free,
    .connection_new = connection_new,
    .connection_free = connection_free,
    .handshake = handshake,
    .write = write_data,
    .read = read_data,
    .flush = flush,
    .resumed = resumed,
    .negotiated = negotiated,
};
