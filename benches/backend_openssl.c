/* OpenSSL. An SSL may be used by one thread at a time. */
#include "peer.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

struct context {
  SSL_CTX *ctx;
  SSL_SESSION *session; /* the newest, if sessions are resumed */
  bool server;
};

struct connection {
  SSL *ssl;
};

static long failed(const char *what) {
  char text[200];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  ERR_clear_error();
  return peer_failed("%s: %s", what, text);
}

static int keep_session(SSL *ssl, SSL_SESSION *session) {
  struct context *context = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
  SSL_SESSION_free(context->session);
  context->session = session;
  return 1; /* the reference is kept */
}

static bool configure(struct context *context, const struct settings *settings) {
  SSL_CTX *ctx = context->ctx;
  bool tls12 = settings->version == 12;
  int version = tls12 ? TLS1_2_VERSION : TLS1_3_VERSION;
  const char *ciphers = settings->chacha
                            ? "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
                            : "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
  const char *suite = settings->chacha ? "TLS_CHACHA20_POLY1305_SHA256" : "TLS_AES_128_GCM_SHA256";
  if (!SSL_CTX_set_min_proto_version(ctx, version) ||
      !SSL_CTX_set_max_proto_version(ctx, version) || !SSL_CTX_set_cipher_list(ctx, ciphers) ||
      !SSL_CTX_set_ciphersuites(ctx, suite) ||
      /* In TLS 1.2 the list also says which curves certificates may have. */
      !SSL_CTX_set1_groups_list(ctx, tls12 ? "X25519:P-256" : "X25519"))
    return false;
  if (settings->server)
    return SSL_CTX_use_certificate_chain_file(ctx, settings->chain) == 1 &&
           SSL_CTX_use_PrivateKey_file(ctx, settings->key, SSL_FILETYPE_PEM) == 1 &&
           SSL_CTX_set_num_tickets(ctx, (size_t)settings->tickets) == 1;
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_app_data(ctx, context);
  if (settings->resume) {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ctx, keep_session);
  }
  return SSL_CTX_load_verify_locations(ctx, settings->roots, NULL) == 1;
}

static void context_free(struct context *context) {
  SSL_SESSION_free(context->session);
  SSL_CTX_free(context->ctx);
  free(context);
}

static struct context *context_new(const struct settings *settings) {
  struct context *context = calloc(1, sizeof *context);
  context->server = settings->server;
  context->ctx = SSL_CTX_new(settings->server ? TLS_server_method() : TLS_client_method());
  if (context->ctx != NULL && configure(context, settings)) return context;
  failed("SSL_CTX");
  context_free(context);
  return NULL;
}

static struct connection *connection_new(struct context *context, int fd) {
  struct connection *connection = calloc(1, sizeof *connection);
  SSL *ssl = connection->ssl = SSL_new(context->ctx);
  if (ssl == NULL || SSL_set_fd(ssl, fd) != 1) {
    failed("SSL");
    SSL_free(ssl);
    free(connection);
    return NULL;
  }
  if (context->server) {
    SSL_set_accept_state(ssl);
  } else {
    SSL_set_connect_state(ssl);
    SSL_set_tlsext_host_name(ssl, SERVER_NAME);
    SSL_set1_host(ssl, SERVER_NAME);
    if (context->session != NULL) SSL_set_session(ssl, context->session);
  }
  return connection;
}

static void connection_free(struct connection *connection) {
  /* A connection that was not shut down would make its session one that is not resumed. */
  SSL_set_shutdown(connection->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(connection->ssl);
  free(connection);
}

static long outcome(struct connection *connection, int n, const char *what) {
  if (n > 0) return n;
  int error = SSL_get_error(connection->ssl, n);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return PEER_WAIT;
  return failed(what);
}

static long handshake(struct connection *connection) {
  long n = outcome(connection, SSL_do_handshake(connection->ssl), "SSL_do_handshake");
  return n > 0 ? 0 : n;
}

static long write_data(struct connection *connection, const void *data, size_t size) {
  return outcome(connection, SSL_write(connection->ssl, data, (int)size), "SSL_write");
}

static long read_data(struct connection *connection, void *out, size_t size) {
  return outcome(connection, SSL_read(connection->ssl, out, (int)size), "SSL_read");
}

static bool resumed(struct connection *connection) {
  return SSL_session_reused(connection->ssl);
}

static void negotiated(struct connection *connection, char *out, size_t size) {
  EVP_PKEY *key = NULL;
  const char *group = "?";
  if (SSL_get_peer_tmp_key(connection->ssl, &key)) group = OBJ_nid2sn(EVP_PKEY_get_id(key));
  snprintf(out, size, "%s %s %s", SSL_get_version(connection->ssl),
           SSL_get_cipher_name(connection->ssl), group);
  EVP_PKEY_free(key);
}

static void version(char *out, size_t size) {
  snprintf(out, size, "%s", OpenSSL_version(OPENSSL_VERSION));
}

const struct peer peer = {
    .name = "OpenSSL",
    .newest = 13,
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
