/* rustls by rustls-ffi, which leaves the socket to functions of the program. A connection may be
 * used by one thread at a time. */
#define _GNU_SOURCE /* memmem */
#include "peer.h"

#include <errno.h>
#include <rustls.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST_SUITES = 16, MOST_PIECES = 64 };

struct context {
  const struct rustls_client_config *client;
  const struct rustls_server_config *server;
  bool resume;
  atomic_ulong connections;
};

struct connection {
  struct rustls_connection *tls;
  int fd;
};

static bool failed(rustls_result rc, const char *what) {
  char text[200];
  size_t size;
  if (rc == RUSTLS_RESULT_OK) return false;
  rustls_error(rc, text, sizeof text, &size);
  peer_failed("%s: %.*s", what, (int)size, text);
  return true;
}

/* AWS-LC, with ciphers of one kind. */
static const struct rustls_crypto_provider *provider_new(bool chacha) {
  const struct rustls_crypto_provider *all = rustls_aws_lc_rs_crypto_provider(), *some = NULL;
  const struct rustls_supported_ciphersuite *suites[MOST_SUITES];
  struct rustls_crypto_provider_builder *builder = NULL;
  size_t count = 0, total = rustls_crypto_provider_ciphersuites_len(all);
  for (size_t i = 0; i < total && count < MOST_SUITES; i++) {
    suites[count] = rustls_crypto_provider_ciphersuites_get(all, i);
    struct rustls_str name = rustls_supported_ciphersuite_get_name(suites[count]);
    const char *wanted = chacha ? "CHACHA20" : "AES_128_GCM";
    if (memmem(name.data, name.len, wanted, strlen(wanted)) != NULL) count++;
  }
  builder = rustls_crypto_provider_builder_new_with_base(all);
  if (!failed(rustls_crypto_provider_builder_set_cipher_suites(builder, suites, count), "suites"))
    (void)failed(rustls_crypto_provider_builder_build(builder, &some), "provider");
  rustls_crypto_provider_builder_free(builder);
  rustls_crypto_provider_free(all);
  return some;
}

static size_t read_file(const char *path, uint8_t *out, size_t capacity) {
  FILE *file = fopen(path, "rb");
  size_t size = file == NULL ? 0 : fread(out, 1, capacity, file);
  if (file != NULL) fclose(file);
  return size;
}

static bool configure_server(struct context *context, const struct settings *settings,
                             const struct rustls_crypto_provider *provider, uint16_t version) {
  struct rustls_server_config_builder *builder;
  const struct rustls_certified_key *identity = NULL;
  uint8_t chain[16384], key[8192];
  size_t chain_size = read_file(settings->chain, chain, sizeof chain);
  size_t key_size = read_file(settings->key, key, sizeof key);
  if (failed(rustls_certified_key_build(chain, chain_size, key, key_size, &identity), "key"))
    return false;
  bool ok =
      !failed(rustls_server_config_builder_new_custom(provider, &version, 1, &builder), "server") &&
      !failed(rustls_server_config_builder_set_certified_keys(builder, &identity, 1), "identity") &&
      !failed(rustls_server_config_builder_set_send_tls13_tickets(builder, settings->tickets),
              "tickets") &&
      !failed(rustls_server_config_builder_build(builder, &context->server), "server");
  rustls_certified_key_free(identity);
  return ok;
}

static struct rustls_server_cert_verifier *verifier_new(
    const char *path, const struct rustls_crypto_provider *provider) {
  struct rustls_server_cert_verifier *verifier = NULL;
  const struct rustls_root_cert_store *roots = NULL;
  struct rustls_root_cert_store_builder *store = rustls_root_cert_store_builder_new();
  if (!failed(rustls_root_cert_store_builder_load_roots_from_file(store, path, true), path) &&
      !failed(rustls_root_cert_store_builder_build(store, &roots), "roots")) {
    struct rustls_web_pki_server_cert_verifier_builder *builder =
        rustls_web_pki_server_cert_verifier_builder_new_with_provider(provider, roots);
    (void)failed(rustls_web_pki_server_cert_verifier_builder_build(builder, &verifier), "verifier");
    rustls_web_pki_server_cert_verifier_builder_free(builder);
    rustls_root_cert_store_free(roots);
  }
  rustls_root_cert_store_builder_free(store);
  return verifier;
}

static bool configure_client(struct context *context, const struct settings *settings,
                             const struct rustls_crypto_provider *provider, uint16_t version) {
  struct rustls_client_config_builder *builder;
  struct rustls_server_cert_verifier *verifier = verifier_new(settings->roots, provider);
  if (verifier == NULL ||
      failed(rustls_client_config_builder_new_custom(provider, &version, 1, &builder), "client"))
    return false;
  rustls_client_config_builder_set_server_verifier(builder, verifier);
  rustls_server_cert_verifier_free(verifier);
  return !failed(rustls_client_config_builder_build(builder, &context->client), "client");
}

static void context_free(struct context *context) {
  rustls_client_config_free(context->client);
  rustls_server_config_free(context->server);
  free(context);
}

static struct context *context_new(const struct settings *settings) {
  struct context *context = calloc(1, sizeof *context);
  const struct rustls_crypto_provider *provider = provider_new(settings->chacha);
  uint16_t version = settings->version == 12 ? RUSTLS_TLS_VERSION_TLSV1_2
                                             : RUSTLS_TLS_VERSION_TLSV1_3;
  context->resume = settings->resume;
  bool ok = provider != NULL &&
            (settings->server ? configure_server(context, settings, provider, version)
                              : configure_client(context, settings, provider, version));
  rustls_crypto_provider_free(provider);
  if (ok) return context;
  context_free(context);
  return NULL;
}

/* A client remembers sessions by name, and that cannot be turned off: handshakes are full if each
 * has a name of its own. */
static rustls_result client_new(struct context *context, struct rustls_connection **out) {
  char name[64];
  if (context->resume)
    snprintf(name, sizeof name, "%s", SERVER_NAME);
  else
    snprintf(name, sizeof name, SERVER_NAME_PATTERN, ++context->connections);
  return rustls_client_connection_new(context->client, name, out);
}

static struct connection *connection_new(struct context *context, int fd) {
  struct connection *connection = calloc(1, sizeof *connection);
  connection->fd = fd;
  if (!failed(context->client != NULL
                  ? client_new(context, &connection->tls)
                  : rustls_server_connection_new(context->server, &connection->tls),
              "connection"))
    return connection;
  free(connection);
  return NULL;
}

static void connection_free(struct connection *connection) {
  rustls_connection_free(connection->tls);
  free(connection);
}

static rustls_io_result receive(void *user, uint8_t *out, size_t size, size_t *received) {
  ssize_t n = read(((struct connection *)user)->fd, out, size);
  if (n < 0) return errno;
  *received = (size_t)n;
  return 0;
}

/* A rustls_iovec is laid out as an iovec. */
static rustls_io_result transmit(void *user, const struct rustls_iovec *pieces, size_t count,
                                 size_t *sent) {
  int most = count > MOST_PIECES ? MOST_PIECES : (int)count;
  ssize_t n = writev(((struct connection *)user)->fd, (const struct iovec *)pieces, most);
  if (n < 0) return errno;
  *sent = (size_t)n;
  return 0;
}

static long flush(struct connection *connection) {
  size_t n;
  while (rustls_connection_wants_write(connection->tls)) {
    int error = rustls_connection_write_tls_vectored(connection->tls, transmit, connection, &n);
    if (error == EAGAIN) return PEER_WAIT;
    if (error != 0) return peer_failed("send: %s", strerror(error));
  }
  return 0;
}

/* Receives some and takes it apart. 0: done. */
static long fill(struct connection *connection) {
  size_t n = 0;
  int error = rustls_connection_read_tls(connection->tls, receive, connection, &n);
  if (error == EAGAIN) return PEER_WAIT;
  if (error != 0) return peer_failed("receive: %s", strerror(error));
  if (n == 0) return peer_failed("the connection was closed");
  rustls_result rc = rustls_connection_process_new_packets(connection->tls);
  return failed(rc, "packets") ? PEER_FAILED : 0;
}

static long handshake(struct connection *connection) {
  long n;
  while ((n = flush(connection)) == 0 && rustls_connection_is_handshaking(connection->tls)) {
    n = fill(connection);
    if (n != 0) break;
  }
  return n;
}

static long write_data(struct connection *connection, const void *data, size_t size) {
  size_t taken;
  long n = flush(connection);
  if (n != 0) return n;
  if (failed(rustls_connection_write(connection->tls, data, size, &taken), "write"))
    return PEER_FAILED;
  return flush(connection) == PEER_FAILED ? PEER_FAILED : (long)taken;
}

static long read_data(struct connection *connection, void *out, size_t size) {
  for (;;) {
    size_t got;
    rustls_result rc = rustls_connection_read(connection->tls, out, size, &got);
    if (rc == RUSTLS_RESULT_OK && got > 0) return (long)got;
    if (rc == RUSTLS_RESULT_OK) return peer_failed("the connection was closed");
    if (rc != RUSTLS_RESULT_PLAINTEXT_EMPTY) return failed(rc, "read") ? PEER_FAILED : 0;
    long n = fill(connection);
    if (n != 0) return n;
  }
}

static bool resumed(struct connection *connection) {
  return rustls_connection_handshake_kind(connection->tls) == RUSTLS_HANDSHAKE_KIND_RESUMED;
}

static void negotiated(struct connection *connection, char *out, size_t size) {
  struct rustls_connection *tls = connection->tls;
  struct rustls_str suite = rustls_connection_get_negotiated_ciphersuite_name(tls);
  struct rustls_str group = rustls_connection_get_negotiated_key_exchange_group_name(tls);
  bool tls13 = rustls_connection_get_protocol_version(tls) == RUSTLS_TLS_VERSION_TLSV1_3;
  snprintf(out, size, "TLSv1.%d %.*s %.*s", tls13 ? 3 : 2, (int)suite.len, suite.data,
           (int)group.len, group.data);
}

static void version(char *out, size_t size) {
  struct rustls_str text = rustls_version();
  snprintf(out, size, "%.*s", (int)text.len, text.data);
}

const struct peer peer = {
    .name = "rustls-ffi",
    .newest = 13,
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
