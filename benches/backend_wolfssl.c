/* wolfSSL, as Debian builds it: without write duplication, so that a WOLFSSL may be used by one
 * thread at a time. */
#include "peer.h"

#include <wolfssl/options.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wolfssl/ssl.h>

struct context {
  WOLFSSL_CTX *ctx;
  WOLFSSL_SESSION *session; /* of the first connection, if sessions are resumed */
  bool server, resume, tls13;
};

struct connection {
  WOLFSSL *ssl;
  struct context *context;
};

static WOLFSSL_METHOD *method(const struct settings *settings) {
  if (settings->version == 12)
    return settings->server ? wolfTLSv1_2_server_method() : wolfTLSv1_2_client_method();
  return settings->server ? wolfTLSv1_3_server_method() : wolfTLSv1_3_client_method();
}

static const char *ciphers(const struct settings *settings) {
  if (settings->version == 13)
    return settings->chacha ? "TLS13-CHACHA20-POLY1305-SHA256" : "TLS13-AES128-GCM-SHA256";
  return settings->chacha ? "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
                          : "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
}

/* In TLS 1.2 the list of groups also says which curves certificates may have. */
static bool set_groups(WOLFSSL_CTX *ctx, bool tls13) {
  int x25519 = WOLFSSL_ECC_X25519;
  if (tls13) return wolfSSL_CTX_set_groups(ctx, &x25519, 1) == WOLFSSL_SUCCESS;
  return wolfSSL_CTX_UseSupportedCurve(ctx, WOLFSSL_ECC_X25519) == WOLFSSL_SUCCESS &&
         wolfSSL_CTX_UseSupportedCurve(ctx, WOLFSSL_ECC_SECP256R1) == WOLFSSL_SUCCESS;
}

static bool configure(struct context *context, const struct settings *settings) {
  WOLFSSL_CTX *ctx = context->ctx;
  if (wolfSSL_CTX_set_cipher_list(ctx, ciphers(settings)) != WOLFSSL_SUCCESS ||
      !set_groups(ctx, context->tls13))
    return false;
  if (settings->server && settings->tickets == 0) wolfSSL_CTX_no_ticket_TLSv13(ctx);
  if (settings->server)
    return wolfSSL_CTX_use_certificate_chain_file(ctx, settings->chain) == WOLFSSL_SUCCESS &&
           wolfSSL_CTX_use_PrivateKey_file(ctx, settings->key, WOLFSSL_FILETYPE_PEM) ==
               WOLFSSL_SUCCESS;
  wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER, NULL);
  if (settings->resume && wolfSSL_CTX_UseSessionTicket(ctx) != WOLFSSL_SUCCESS) return false;
  return wolfSSL_CTX_load_verify_locations(ctx, settings->roots, NULL) == WOLFSSL_SUCCESS;
}

static void context_free(struct context *context) {
  wolfSSL_SESSION_free(context->session);
  wolfSSL_CTX_free(context->ctx);
  free(context);
}

static struct context *context_new(const struct settings *settings) {
  struct context *context = calloc(1, sizeof *context);
  wolfSSL_Init();
  context->server = settings->server;
  context->resume = settings->resume;
  context->tls13 = settings->version == 13;
  context->ctx = wolfSSL_CTX_new(method(settings));
  if (context->ctx != NULL && configure(context, settings)) return context;
  peer_failed("a setting was refused");
  context_free(context);
  return NULL;
}

static bool prepare_client(const struct connection *connection) {
  const struct context *context = connection->context;
  WOLFSSL *ssl = connection->ssl;
  return wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, SERVER_NAME, strlen(SERVER_NAME)) ==
             WOLFSSL_SUCCESS &&
         wolfSSL_check_domain_name(ssl, SERVER_NAME) == WOLFSSL_SUCCESS &&
         (!context->tls13 || wolfSSL_UseKeyShare(ssl, WOLFSSL_ECC_X25519) == WOLFSSL_SUCCESS) &&
         (context->session == NULL ||
          wolfSSL_set_session(ssl, context->session) == WOLFSSL_SUCCESS);
}

static struct connection *connection_new(struct context *context, int fd) {
  struct connection *connection = calloc(1, sizeof *connection);
  connection->context = context;
  connection->ssl = wolfSSL_new(context->ctx);
  if (connection->ssl != NULL && wolfSSL_set_fd(connection->ssl, fd) == WOLFSSL_SUCCESS &&
      (context->server || prepare_client(connection)))
    return connection;
  peer_failed("a connection's setting was refused");
  wolfSSL_free(connection->ssl);
  free(connection);
  return NULL;
}

static void connection_free(struct connection *connection) {
  struct context *context = connection->context;
  /* Each session that is resumed counts on in the next one's nonce, which has 255 values: so the
   * first one serves all. */
  if (context->resume && !context->server && context->session == NULL)
    context->session = wolfSSL_get1_session(connection->ssl);
  wolfSSL_free(connection->ssl);
  free(connection);
}

static long outcome(struct connection *connection, int n, const char *what) {
  if (n > 0) return n;
  char text[WOLFSSL_MAX_ERROR_SZ];
  int error = wolfSSL_get_error(connection->ssl, n);
  if (error == WOLFSSL_ERROR_WANT_READ || error == WOLFSSL_ERROR_WANT_WRITE) return PEER_WAIT;
  return peer_failed("%s: %s", what, wolfSSL_ERR_error_string((unsigned long)error, text));
}

static long handshake(struct connection *connection) {
  WOLFSSL *ssl = connection->ssl;
  int n = connection->context->server ? wolfSSL_accept(ssl) : wolfSSL_connect(ssl);
  return n == WOLFSSL_SUCCESS ? 0 : outcome(connection, n, "handshake");
}

static long write_data(struct connection *connection, const void *data, size_t size) {
  return outcome(connection, wolfSSL_write(connection->ssl, data, (int)size), "wolfSSL_write");
}

static long read_data(struct connection *connection, void *out, size_t size) {
  return outcome(connection, wolfSSL_read(connection->ssl, out, (int)size), "wolfSSL_read");
}

static bool resumed(struct connection *connection) {
  return wolfSSL_session_reused(connection->ssl);
}

static void negotiated(struct connection *connection, char *out, size_t size) {
  WOLFSSL *ssl = connection->ssl;
  snprintf(out, size, "%s %s %s", wolfSSL_get_version(ssl), wolfSSL_get_cipher_name(ssl),
           wolfSSL_get_curve_name(ssl));
}

static void version(char *out, size_t size) {
  snprintf(out, size, "wolfSSL %s", wolfSSL_lib_version());
}

const struct peer peer = {
    .name = "wolfSSL",
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
