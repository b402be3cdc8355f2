/* Names and texts of results, alerts and verdicts, and who replaces the last error. */
#include "check.h"
#include "ends.h"

#include <string.h>

#define RESULT(name) { name, #name }
static const struct {
  rssl_result code;
  const char *name;
} results[] = {
    RESULT(RSSL_OK),           RESULT(RSSL_WANT_READ),       RESULT(RSSL_WANT_WRITE),
    RESULT(RSSL_WANT_HELLO),   RESULT(RSSL_WANT_CONSUME),    RESULT(RSSL_ERR_ARGUMENT),
    RESULT(RSSL_ERR_STATE),    RESULT(RSSL_ERR_UNSUPPORTED), RESULT(RSSL_ERR_CALLBACK),
    RESULT(RSSL_ERR_INTERNAL), RESULT(RSSL_ERR_IO),          RESULT(RSSL_ERR_EOF),
    RESULT(RSSL_ERR_CLOSED),   RESULT(RSSL_ERR_INTERRUPTED), RESULT(RSSL_ERR_FILE),
    RESULT(RSSL_ERR_FORMAT),   RESULT(RSSL_ERR_PASSWORD),    RESULT(RSSL_ERR_KEY),
    RESULT(RSSL_ERR_MISMATCH), RESULT(RSSL_ERR_NAME),        RESULT(RSSL_ERR_VERIFY),
    RESULT(RSSL_ERR_NO_CERT),  RESULT(RSSL_ERR_ALERT),       RESULT(RSSL_ERR_PROTOCOL),
    RESULT(RSSL_ERR_NO_SHARED), RESULT(RSSL_ERR_NO_ALPN),    RESULT(RSSL_ERR_NOT_TLS),
};
enum { RESULTS = sizeof results / sizeof results[0] };

static void every_result_has_its_name_and_its_own_text(void) {
  const char *unknown = rssl_strerror(-12345);
  size_t i, j;
  for (i = 0; i < RESULTS; i++) {
    const char *text = rssl_strerror(results[i].code);
    CHECK_TEXT(rssl_result_name(results[i].code), results[i].name);
    CHECK(text[0] != '\0' && strcmp(text, unknown) != 0);
    for (j = 0; j < i; j++) CHECK(strcmp(text, rssl_strerror(results[j].code)) != 0);
  }
}

static void an_unknown_result_is_called_that(void) {
  static const rssl_result unknown[] = {1, -1, -6, -21, -36, -71, INT32_MIN, INT32_MAX};
  size_t i;
  for (i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    CHECK_TEXT(rssl_strerror(unknown[i]), rssl_strerror(-12345));
    CHECK_TEXT(rssl_result_name(unknown[i]), rssl_result_name(-12345));
  }
}

static void alerts_have_the_names_of_the_registry(void) {
  CHECK_TEXT(rssl_alert_name(0), "close_notify");
  CHECK_TEXT(rssl_alert_name(40), "handshake_failure");
  CHECK_TEXT(rssl_alert_name(48), "unknown_ca");
  CHECK_TEXT(rssl_alert_name(120), "no_application_protocol");
  CHECK_TEXT(rssl_alert_name(-1), rssl_alert_name(256));
  CHECK_TEXT(rssl_alert_name(40 + 256), rssl_alert_name(-1));
}

static void verdicts_read_as_in_openssl(void) {
  CHECK_TEXT(rssl_verify_string(RSSL_V_OK), "ok");
  CHECK_TEXT(rssl_verify_string(RSSL_V_CERT_EXPIRED), "certificate has expired");
  CHECK_TEXT(rssl_verify_string(RSSL_V_SELF_SIGNED), "self-signed certificate");
  CHECK_TEXT(rssl_verify_string(RSSL_V_UNKNOWN_ISSUER), "unable to get local issuer certificate");
  CHECK_TEXT(rssl_verify_string(RSSL_V_HOSTNAME), "hostname mismatch");
  CHECK_TEXT(rssl_verify_string(RSSL_V_IP_ADDRESS), "IP address mismatch");
  CHECK_TEXT(rssl_verify_string(-1), rssl_verify_string(100000));
}

static void ciphers_groups_and_versions_have_names(void) {
  CHECK_TEXT(rssl_version_name(RSSL_TLS1_2), "TLSv1.2");
  CHECK_TEXT(rssl_version_name(RSSL_TLS1_3), "TLSv1.3");
  CHECK_TEXT(rssl_cipher_name(0xc02f), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  CHECK_TEXT(rssl_cipher_openssl_name(0xc02f), "ECDHE-RSA-AES128-GCM-SHA256");
  CHECK_INT(rssl_cipher_bits(0xc02f), 128);
  CHECK_INT(rssl_cipher_bits(0x1303), 256);
  CHECK_TEXT(rssl_group_name(29), "x25519");
  CHECK_TEXT(rssl_group_name(4588), "X25519MLKEM768");
}

static void successes_wants_and_frees_leave_the_last_error_alone(void) {
  struct ends e;
  rssl_cert *c;
  rssl_identity *id;
  char buf[1];
  rssl_ctx *ctx = client_ctx(NULL);
  const char *message;
  CHECK_RC(rssl_ctx_set_ciphers(ctx, "no such cipher"), RSSL_ERR_NAME);
  message = last_message();
  CHECK_HAS(message, "no such cipher");
#define CHECK_LEFT_ALONE() CHECK(last_message() == message)
  CHECK_OK(rssl_ctx_set_ciphers(ctx, "TLS_AES_128_GCM_SHA256"));
  CHECK_LEFT_ALONE();
  CHECK_OK(rssl_cert_new_file(cert("server.pem"), &c));
  CHECK_OK(rssl_identity_new_file(cert("server-both.pem"), NULL, NULL, NULL, &id));
  ends_connect_version(&e, RSSL_TLS1_3);
  CHECK_LEFT_ALONE();
  CHECK_RC(rssl_read(e.server, buf, 1), RSSL_WANT_READ);
  CHECK_LEFT_ALONE();
  CHECK_INT(rssl_ctx_role(NULL), 0);
  CHECK(rssl_sock_peer_cert_new(NULL, 0) == NULL);
  CHECK_INT(rssl_pending(NULL), 0);
  CHECK_LEFT_ALONE();
  ends_close(&e);
  rssl_cert_free(c);
  rssl_identity_free(id);
  rssl_ctx_free(ctx);
  rssl_sock_free(NULL);
  CHECK_LEFT_ALONE();
}

static void a_failure_replaces_the_last_error(void) {
  rssl_ctx *ctx = client_ctx(NULL);
  CHECK_RC(rssl_ctx_set_ciphers(ctx, "first"), RSSL_ERR_NAME);
  CHECK_RC(rssl_ctx_set_groups(ctx, "second"), RSSL_ERR_NAME);
  CHECK_HAS(last_message(), "second");
  CHECK_TEXT(rssl_error_reason(rssl_last_error()), "UNKNOWN_GROUP");
  CHECK_INT(rssl_error_alert(rssl_last_error()), -1);
  CHECK_INT(rssl_error_depth(rssl_last_error()), -1);
  CHECK_INT(rssl_error_verify(rssl_last_error()), 0);
  CHECK_INT(rssl_error_errno(rssl_last_error()), 0);
  rssl_ctx_free(ctx);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(every_result_has_its_name_and_its_own_text),
      CASE(an_unknown_result_is_called_that),
      CASE(alerts_have_the_names_of_the_registry),
      CASE(verdicts_read_as_in_openssl),
      CASE(ciphers_groups_and_versions_have_names),
      CASE(successes_wants_and_frees_leave_the_last_error_alone),
      CASE(a_failure_replaces_the_last_error),
  };
  return RUN_CASES(argc, argv, cases);
}
