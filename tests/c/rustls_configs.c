#include "check.h"
#include "ends.h"

#include "rustls_configs.h"

#include <rssl_ffi.h>
#include <stdio.h>
#include <stdlib.h>

static const struct rustls_root_cert_store *root_store(const char *roots) {
  struct rustls_root_cert_store_builder *builder = rustls_root_cert_store_builder_new();
  const struct rustls_root_cert_store *store;
  CHECK_RUSTLS(rustls_root_cert_store_builder_load_roots_from_file(builder, cert(roots), true));
  CHECK_RUSTLS(rustls_root_cert_store_builder_build(builder, &store));
  rustls_root_cert_store_builder_free(builder);
  return store;
}

static const struct rustls_certified_key *certified_key(const char *name) {
  char path[64];
  size_t chain_len, key_len;
  char *chain, *key;
  const struct rustls_certified_key *made;
  snprintf(path, sizeof path, "%s.pem", name);
  chain = contents(cert(path), &chain_len);
  snprintf(path, sizeof path, "%s.key", name);
  key = contents(cert(path), &key_len);
  CHECK_RUSTLS(rustls_certified_key_build((uint8_t *)chain, chain_len, (uint8_t *)key, key_len,
                                          &made));
  free(chain);
  free(key);
  return made;
}

struct rustls_client_config_builder *client_builder(const char *roots) {
  struct rustls_client_config_builder *builder = rustls_client_config_builder_new();
  const struct rustls_root_cert_store *store = root_store(roots);
  struct rustls_web_pki_server_cert_verifier_builder *verifying =
      rustls_web_pki_server_cert_verifier_builder_new(store);
  struct rustls_server_cert_verifier *verifier;
  CHECK_RUSTLS(rustls_web_pki_server_cert_verifier_builder_build(verifying, &verifier));
  rustls_client_config_builder_set_server_verifier(builder, verifier);
  rustls_server_cert_verifier_free(verifier);
  rustls_web_pki_server_cert_verifier_builder_free(verifying);
  rustls_root_cert_store_free(store);
  return builder;
}

struct rustls_server_config_builder *server_builder(const char *name) {
  struct rustls_server_config_builder *builder = rustls_server_config_builder_new();
  const struct rustls_certified_key *key = certified_key(name);
  CHECK_RUSTLS(rustls_server_config_builder_set_certified_keys(builder, &key, 1));
  rustls_certified_key_free(key);
  return builder;
}

void show_certificate(struct rustls_client_config_builder *builder, const char *name) {
  const struct rustls_certified_key *key = certified_key(name);
  CHECK_RUSTLS(rustls_client_config_builder_set_certified_key(builder, &key, 1));
  rustls_certified_key_free(key);
}

void ask_for_certificates(struct rustls_server_config_builder *builder, bool optional) {
  const struct rustls_root_cert_store *store = root_store("ca.pem");
  struct rustls_web_pki_client_cert_verifier_builder *verifying =
      rustls_web_pki_client_cert_verifier_builder_new(store);
  struct rustls_client_cert_verifier *verifier;
  if (optional)
    CHECK_RUSTLS(rustls_web_pki_client_cert_verifier_builder_allow_unauthenticated(verifying));
  CHECK_RUSTLS(rustls_web_pki_client_cert_verifier_builder_build(verifying, &verifier));
  rustls_server_config_builder_set_client_verifier(builder, verifier);
  rustls_client_cert_verifier_free(verifier);
  rustls_web_pki_client_cert_verifier_builder_free(verifying);
  rustls_root_cert_store_free(store);
}

rssl_ctx *client_context(struct rustls_client_config_builder *builder) {
  const struct rustls_client_config *config;
  rssl_ctx *ctx;
  CHECK_RUSTLS(rustls_client_config_builder_build(builder, &config));
  CHECK_OK(rssl_ctx_from_rustls_client(config, &ctx));
  rustls_client_config_free(config);
  return ctx;
}

rssl_ctx *server_context(struct rustls_server_config_builder *builder) {
  const struct rustls_server_config *config;
  rssl_ctx *ctx;
  CHECK_RUSTLS(rustls_server_config_builder_build(builder, &config));
  CHECK_OK(rssl_ctx_from_rustls_server(config, &ctx));
  rustls_server_config_free(config);
  return ctx;
}
