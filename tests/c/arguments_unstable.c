/* What rssl_unstable.h declares. */
#include "arguments.h"

#include <rssl_unstable.h>

static rssl_ctx *fresh(rssl_role role) {
  rssl_ctx *ctx;
  CHECK_OK(rssl_ctx_new(role, &ctx));
  return ctx;
}

/* Runs `body` with a client's context and a server's. */
#define WITH_CONTEXTS(body)                                                \
  do {                                                                     \
    rssl_ctx *client = fresh(RSSL_CLIENT), *server = fresh(RSSL_SERVER);   \
    body;                                                                  \
    rssl_ctx_free(client);                                                 \
    rssl_ctx_free(server);                                                 \
  } while (0)

static void arguments_of_rssl_x_set_ech_configs(void) {
  static const unsigned char list[] = {0, 0};
  CHECK_REFUSED(rssl_x_set_ech_configs(NULL, list, sizeof list));
  WITH_CONTEXTS({
    CHECK_REFUSED(rssl_x_set_ech_configs(client, NULL, 1));
    CHECK_REFUSED(rssl_x_set_ech_configs(client, list, TOO_LONG));
    CHECK_RC(rssl_x_set_ech_configs(server, list, sizeof list), RSSL_ERR_STATE);
    CHECK_RC(rssl_x_set_ech_configs(server, NULL, 0), RSSL_ERR_STATE);
    CHECK_RC(rssl_x_set_ech_configs(client, list, sizeof list), RSSL_ERR_UNSUPPORTED);
    CHECK_OK(rssl_x_set_ech_configs(client, NULL, 0));
  });
}

static void arguments_of_rssl_x_set_ech_grease(void) {
  CHECK_REFUSED(rssl_x_set_ech_grease(NULL, true));
  WITH_CONTEXTS({
    CHECK_RC(rssl_x_set_ech_grease(server, true), RSSL_ERR_STATE);
    CHECK_OK(rssl_x_set_ech_grease(client, false));
  });
}

static void arguments_of_rssl_x_ech_status(void) {
  CHECK_INT(rssl_x_ech_status(NULL), RSSL_X_ECH_NOT_OFFERED);
}

static void arguments_of_rssl_x_ech_retry_configs(void) {
  CHECK(rssl_x_ech_retry_configs(NULL).data == NULL);
}

static void arguments_of_rssl_x_identity_new_raw_key(void) {
  static const char text[] = "no key";
  rssl_identity *id;
  CHECK_REFUSED(rssl_x_identity_new_raw_key(text, sizeof text, NULL, NULL, NULL));
  CHECK_MAKES_NONE(rssl_x_identity_new_raw_key(NULL, 1, NULL, NULL, &id), id, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_x_identity_new_raw_key(text, TOO_LONG, NULL, NULL, &id), id,
                   RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_x_identity_new_raw_key(NULL, 0, NULL, NULL, &id), id, RSSL_ERR_FORMAT);
  CHECK_MAKES_NONE(rssl_x_identity_new_raw_key(text, sizeof text, NULL, NULL, &id), id,
                   RSSL_ERR_FORMAT);
}

static void arguments_of_rssl_x_identity_raw_key(void) {
  CHECK(rssl_x_identity_raw_key(NULL).data == NULL);
}

static void arguments_of_rssl_x_pin_raw_keys(void) {
  const rssl_bytes empty = {NULL, 0};
  const rssl_bytes null = {NULL, 1};
  const rssl_bytes garbage = {(const uint8_t *)"no key", 6};
  CHECK_REFUSED(rssl_x_pin_raw_keys(NULL, NULL, 0));
  WITH_CONTEXTS({
    CHECK_REFUSED(rssl_x_pin_raw_keys(client, NULL, 1));
    CHECK_REFUSED(rssl_x_pin_raw_keys(client, &empty, SIZE_MAX));
    CHECK_REFUSED(rssl_x_pin_raw_keys(client, &null, 1));
    CHECK_RC(rssl_x_pin_raw_keys(client, &empty, 1), RSSL_ERR_FORMAT);
    CHECK_RC(rssl_x_pin_raw_keys(client, &garbage, 1), RSSL_ERR_FORMAT);
    CHECK_OK(rssl_x_pin_raw_keys(client, NULL, 0));
    CHECK_OK(rssl_x_pin_raw_keys(server, NULL, 0));
  });
}

static void arguments_of_rssl_x_peer_raw_key(void) {
  CHECK(rssl_x_peer_raw_key(NULL).data == NULL);
}

static void arguments_of_rssl_x_set_early_data(void) {
  CHECK_REFUSED(rssl_x_set_early_data(NULL, 1));
  WITH_CONTEXTS({
    CHECK_REFUSED(rssl_x_set_early_data(client, 65537));
    CHECK_REFUSED(rssl_x_set_early_data(server, SIZE_MAX));
    CHECK_OK(rssl_x_set_early_data(client, 65536));
    CHECK_OK(rssl_x_set_early_data(server, 0));
  });
}

static void arguments_of_rssl_x_write_early(void) {
  CHECK_REFUSED(rssl_x_write_early(NULL, "x", 1));
  WITH_CONTEXTS({
    rssl_sock *s;
    CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, "localhost", &s));
    CHECK_REFUSED(rssl_x_write_early(s, NULL, 1));
    CHECK_REFUSED(rssl_x_write_early(s, "x", TOO_LONG));
    CHECK_RC(rssl_x_write_early(s, NULL, 0), 0);
    CHECK_RC(rssl_x_write_early(s, "x", 1), 0);
    rssl_sock_free(s);
    CHECK_OK(rssl_sock_new(server, RSSL_SERVER, NULL, &s));
    CHECK_RC(rssl_x_write_early(s, "x", 1), RSSL_ERR_STATE);
    rssl_sock_free(s);
  });
}

static void arguments_of_rssl_x_read_early(void) {
  char buf[1];
  CHECK_REFUSED(rssl_x_read_early(NULL, buf, 1));
  WITH_CONTEXTS({
    rssl_sock *s;
    CHECK_OK(rssl_sock_new(server, RSSL_SERVER, NULL, &s));
    CHECK_REFUSED(rssl_x_read_early(s, NULL, 1));
    CHECK_REFUSED(rssl_x_read_early(s, buf, 0));
    CHECK_REFUSED(rssl_x_read_early(s, buf, TOO_LONG));
    CHECK_RC(rssl_x_read_early(s, buf, 1), RSSL_WANT_READ);
    rssl_sock_free(s);
    CHECK_OK(rssl_sock_new(client, RSSL_CLIENT, "localhost", &s));
    CHECK_RC(rssl_x_read_early(s, buf, 1), RSSL_ERR_STATE);
    rssl_sock_free(s);
  });
}

static void arguments_of_rssl_x_early_data_status(void) {
  CHECK_INT(rssl_x_early_data_status(NULL), RSSL_X_EARLY_DATA_NONE);
}

const struct test_case unstable_arguments[] = {
    ARGUMENTS_OF(rssl_x_set_ech_configs),
    ARGUMENTS_OF(rssl_x_set_ech_grease),
    ARGUMENTS_OF(rssl_x_ech_status),
    ARGUMENTS_OF(rssl_x_ech_retry_configs),
    ARGUMENTS_OF(rssl_x_identity_new_raw_key),
    ARGUMENTS_OF(rssl_x_identity_raw_key),
    ARGUMENTS_OF(rssl_x_pin_raw_keys),
    ARGUMENTS_OF(rssl_x_peer_raw_key),
    ARGUMENTS_OF(rssl_x_set_early_data),
    ARGUMENTS_OF(rssl_x_write_early),
    ARGUMENTS_OF(rssl_x_read_early),
    ARGUMENTS_OF(rssl_x_early_data_status),
};
const size_t unstable_arguments_count = sizeof unstable_arguments / sizeof unstable_arguments[0];
