/* Mbed TLS 2.28, which speaks TLS 1.2. A context of a connection may be used by one thread at a
 * time. */
#include "peer.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <stdio.h>
#include <stdlib.h>

enum { TICKET_LIFETIME = 3600 };

struct context {
  mbedtls_ssl_config config;
  mbedtls_entropy_context entropy;
  mbedtls_ctr_drbg_context random;
  mbedtls_x509_crt certificates; /* server: its chain; client: the roots */
  mbedtls_pk_context key;
  mbedtls_ssl_ticket_context tickets;
  mbedtls_ssl_session session; /* client: the newest, if sessions are resumed */
  bool server, resume, has_session;
};

struct connection {
  mbedtls_ssl_context ssl;
  mbedtls_net_context socket;
  struct context *context;
  bool offered;
};

static bool failed(int rc, const char *what) {
  char text[128];
  if (rc == 0) return false;
  mbedtls_strerror(rc, text, sizeof text);
  peer_failed("%s: %s", what, text);
  return true;
}

static void set_crypto(mbedtls_ssl_config *config, bool chacha) {
  static const int aes_suites[] = {MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                                   MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 0};
  static const int chacha_suites[] = {MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                                      MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 0};
  /* The list also says which curves certificates may have. */
  static const mbedtls_ecp_group_id curves[] = {MBEDTLS_ECP_DP_CURVE25519,
                                                MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_NONE};
  mbedtls_ssl_conf_ciphersuites(config, chacha ? chacha_suites : aes_suites);
  mbedtls_ssl_conf_curves(config, curves);
}

static bool configure_server(struct context *context, const struct settings *settings) {
  if (failed(mbedtls_x509_crt_parse_file(&context->certificates, settings->chain), "chain") ||
      failed(mbedtls_pk_parse_keyfile(&context->key, settings->key, NULL), "key") ||
      failed(mbedtls_ssl_conf_own_cert(&context->config, &context->certificates, &context->key),
             "certificate") ||
      failed(mbedtls_ssl_ticket_setup(&context->tickets, mbedtls_ctr_drbg_random, &context->random,
                                      MBEDTLS_CIPHER_AES_256_GCM, TICKET_LIFETIME),
             "tickets"))
    return false;
  mbedtls_ssl_conf_session_tickets_cb(&context->config, mbedtls_ssl_ticket_write,
                                      mbedtls_ssl_ticket_parse, &context->tickets);
  return true;
}

static bool configure(struct context *context, const struct settings *settings) {
  mbedtls_ssl_config *config = &context->config;
  if (settings->version != 12) {
    peer_failed("it speaks TLS 1.2 only");
    return false;
  }
  if (failed(mbedtls_ctr_drbg_seed(&context->random, mbedtls_entropy_func, &context->entropy, NULL,
                                   0),
             "random numbers") ||
      failed(mbedtls_ssl_config_defaults(
                 config, context->server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                 MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
             "configuration"))
    return false;
  mbedtls_ssl_conf_rng(config, mbedtls_ctr_drbg_random, &context->random);
  set_crypto(config, settings->chacha);
  if (context->server) return configure_server(context, settings);
  mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
  mbedtls_ssl_conf_ca_chain(config, &context->certificates, NULL);
  return !failed(mbedtls_x509_crt_parse_file(&context->certificates, settings->roots), "roots");
}

static void context_free(struct context *context) {
  mbedtls_ssl_config_free(&context->config);
  mbedtls_x509_crt_free(&context->certificates);
  mbedtls_pk_free(&context->key);
  mbedtls_ssl_ticket_free(&context->tickets);
  mbedtls_ssl_session_free(&context->session);
  mbedtls_ctr_drbg_free(&context->random);
  mbedtls_entropy_free(&context->entropy);
  free(context);
}

static struct context *context_new(const struct settings *settings) {
  struct context *context = calloc(1, sizeof *context);
  context->server = settings->server;
  context->resume = settings->resume;
  mbedtls_ssl_config_init(&context->config);
  mbedtls_x509_crt_init(&context->certificates);
  mbedtls_pk_init(&context->key);
  mbedtls_ssl_ticket_init(&context->tickets);
  mbedtls_ssl_session_init(&context->session);
  mbedtls_ctr_drbg_init(&context->random);
  mbedtls_entropy_init(&context->entropy);
  if (configure(context, settings)) return context;
  context_free(context);
  return NULL;
}

static void connection_free(struct connection *connection) {
  mbedtls_ssl_free(&connection->ssl);
  free(connection);
}

static bool prepare_client(struct connection *connection) {
  struct context *context = connection->context;
  connection->offered = context->has_session;
  return !failed(mbedtls_ssl_set_hostname(&connection->ssl, SERVER_NAME), "name") &&
         (!context->has_session ||
          !failed(mbedtls_ssl_set_session(&connection->ssl, &context->session), "session"));
}

static struct connection *connection_new(struct context *context, int fd) {
  struct connection *connection = calloc(1, sizeof *connection);
  connection->context = context;
  connection->socket.fd = fd;
  mbedtls_ssl_init(&connection->ssl);
  mbedtls_ssl_set_bio(&connection->ssl, &connection->socket, mbedtls_net_send, mbedtls_net_recv,
                      NULL);
  if (!failed(mbedtls_ssl_setup(&connection->ssl, &context->config), "connection") &&
      (context->server || prepare_client(connection)))
    return connection;
  connection_free(connection);
  return NULL;
}

static long outcome(int n, const char *what) {
  if (n > 0) return n;
  if (n == MBEDTLS_ERR_SSL_WANT_READ || n == MBEDTLS_ERR_SSL_WANT_WRITE) return PEER_WAIT;
  if (n == 0) return peer_failed("%s: the connection was closed", what);
  failed(n, what);
  return PEER_FAILED;
}

static bool keep_session(struct connection *connection) {
  struct context *context = connection->context;
  mbedtls_ssl_session_free(&context->session);
  mbedtls_ssl_session_init(&context->session);
  context->has_session = true;
  return !failed(mbedtls_ssl_get_session(&connection->ssl, &context->session), "session");
}

static long handshake(struct connection *connection) {
  int rc = mbedtls_ssl_handshake(&connection->ssl);
  if (rc != 0) return outcome(rc, "mbedtls_ssl_handshake");
  bool keep = connection->context->resume && !connection->context->server;
  return keep && !keep_session(connection) ? PEER_FAILED : 0;
}

static long write_data(struct connection *connection, const void *data, size_t size) {
  return outcome(mbedtls_ssl_write(&connection->ssl, data, size), "mbedtls_ssl_write");
}

static long read_data(struct connection *connection, void *out, size_t size) {
  return outcome(mbedtls_ssl_read(&connection->ssl, out, size), "mbedtls_ssl_read");
}

/* The library does not say: what was offered is taken. */
static bool resumed(struct connection *connection) {
  return connection->offered;
}

static void negotiated(struct connection *connection, char *out, size_t size) {
  snprintf(out, size, "%s %s", mbedtls_ssl_get_version(&connection->ssl),
           mbedtls_ssl_get_ciphersuite(&connection->ssl));
}

static void version(char *out, size_t size) {
  char text[32];
  mbedtls_version_get_string_full(text);
  snprintf(out, size, "%s", text);
}

const struct peer peer = {
    .name = "Mbed TLS",
    .newest = 12,
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
