/* Clients with Encrypted ClientHello, and servers without: no library in Debian 12 has one. */
#include "check.h"
#include "ends.h"

#include <rssl_unstable.h>
#include <string.h>

/* An ECHConfigList: one configuration, for X25519, HKDF-SHA256 and AES-128-GCM, with the public
 * name server.rssl.test. The key is the curve's base point, whose private half is 1. */
static const unsigned char list[] =
    "\x00\x43\xfe\x0d\x00\x3f"
    "\x01\x00\x20\x00\x20"
    "\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\x00\x04\x00\x01\x00\x01\x40\x10"
    "server.rssl.test"
    "\x00\x00";
enum { LIST_LENGTH = sizeof list - 1 };

/* No build with ring has the cryptography. */
static bool is_built(rssl_ctx *ctx) {
  rssl_result rc = rssl_x_set_ech_grease(ctx, true);
  if (strstr(rssl_build_info(), "ring") == NULL) CHECK_OK(rc);
  else CHECK_RC(rc, RSSL_ERR_UNSUPPORTED);
  return rc == RSSL_OK;
}

static void grease_is_sent_and_does_no_harm(void) {
  rssl_ctx *client = client_ctx("ca.pem");
  struct ends e;
  if (!is_built(client)) {
    rssl_ctx_free(client);
    return;
  }
  ends_connect(&e, client, server_ctx("server"));
  CHECK_INT(rssl_x_ech_status(e.client), RSSL_X_ECH_GREASE);
  CHECK_INT(rssl_x_ech_status(e.server), RSSL_X_ECH_NOT_OFFERED);
  CHECK(rssl_x_ech_retry_configs(e.client).data == NULL);
  CHECK_TEXT(rssl_sock_server_name(e.server), "localhost");
  ends_tell(e.client, e.server, "hello");
  ends_close(&e);
}

/* Of the names in the list the server has a certificate for the public one. */
static void a_server_that_cannot_open_it_learns_the_public_name_only(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  rssl_result client_rc, server_rc;
  struct ends e;
  char buf[16];
  if (is_built(client)) {
    CHECK_OK(rssl_x_set_ech_configs(client, list, LIST_LENGTH));
    ends_open(&e, client, server, "secret.rssl.test");
    CHECK_INT(rssl_x_ech_status(e.client), RSSL_X_ECH_NOT_OFFERED);
    CHECK_RC(rssl_handshake(e.client), RSSL_WANT_READ);
    CHECK_INT(rssl_x_ech_status(e.client), RSSL_X_ECH_OFFERED);
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_INT(client_rc, RSSL_ERR_NO_SHARED);
    CHECK_TEXT(rssl_error_reason(rssl_sock_error(e.client)), "ECH_REJECTED");
    CHECK_INT(rssl_error_alert(rssl_sock_error(e.client)), 121);
    CHECK_INT(rssl_x_ech_status(e.client), RSSL_X_ECH_REJECTED);
    CHECK(rssl_x_ech_retry_configs(e.client).data == NULL);
    CHECK(!rssl_sock_is_connected(e.client));
    CHECK_INT(rssl_write(e.client, "secret", 6), RSSL_ERR_NO_SHARED);
    CHECK_INT(rssl_read(e.server, buf, sizeof buf), RSSL_ERR_ALERT);
    CHECK_TEXT(rssl_alert_name(rssl_error_alert(rssl_sock_error(e.server))), "ech_required");
    CHECK(rssl_sock_server_name(e.server) == NULL ||
          strcmp(rssl_sock_server_name(e.server), "server.rssl.test") == 0);
    ends_close(&e);
  }
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void a_damaged_list_changes_nothing(void) {
  unsigned char damaged[LIST_LENGTH];
  rssl_ctx *client = client_ctx("ca.pem");
  struct ends e;
  if (!is_built(client)) {
    rssl_ctx_free(client);
    return;
  }
  memcpy(damaged, list, LIST_LENGTH);
  CHECK_RC(rssl_x_set_ech_configs(client, damaged, LIST_LENGTH - 1), RSSL_ERR_FORMAT);
  damaged[3] ^= 1; /* another version */
  CHECK_RC(rssl_x_set_ech_configs(client, damaged, LIST_LENGTH), RSSL_ERR_UNSUPPORTED);
  CHECK_OK(rssl_x_set_ech_grease(client, false));
  ends_connect(&e, client, server_ctx("server"));
  CHECK_INT(rssl_x_ech_status(e.client), RSSL_X_ECH_NOT_OFFERED);
  ends_close(&e);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(grease_is_sent_and_does_no_harm),
      CASE(a_server_that_cannot_open_it_learns_the_public_name_only),
      CASE(a_damaged_list_changes_nothing),
  };
  return RUN_CASES(argc, argv, cases);
}
