/* Certificates with their keys: what loads, and what an error says. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static rssl_ctx *server(void) {
  rssl_ctx *ctx;
  CHECK_OK(rssl_ctx_new(RSSL_SERVER, &ctx));
  return ctx;
}

/* A server that loaded this can show it. */
static void check_serves(rssl_ctx *ctx) {
  struct ends e;
  ends_connect(&e, client_ctx("ca.pem"), ctx);
  ends_close(&e);
}

static void every_form_of_a_key_loads(void) {
  static const char *const forms[][3] = {
      {"server.pem", "server.key", NULL},
      {"server-both.pem", NULL, NULL},
      {"server.pem", "server-sec1.key", NULL},
      {"server.pem", "server.key.der", NULL},
      {"server.pem", "server-encrypted.key", "rssl-test"},
      {"rsa-server.pem", "rsa-server.key", NULL},
      {"rsa-server.pem", "rsa-server-pkcs1.key", NULL},
      {"p384-server.pem", "p384-server.key", NULL},
      {"p521-server.pem", "p521-server.key", NULL},
      {"ed25519-server.pem", "ed25519-server.key", NULL},
      /* A password that is not needed does no harm. */
      {"server.pem", "server.key", "rssl-test"},
  };
  size_t i;
  for (i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    rssl_ctx *ctx = server();
    CHECK_OK(rssl_ctx_load_cert_file(ctx, cert(forms[i][0]),
                                     forms[i][1] ? cert(forms[i][1]) : NULL, forms[i][2]));
    check_serves(ctx);
  }
}

static void a_leaf_in_der_loads(void) {
  rssl_ctx *ctx = server();
  CHECK_OK(rssl_ctx_load_cert_file(ctx, cert("server.der"), cert("server.key"), NULL));
  CHECK_OK(rssl_ctx_load_cert_file(ctx, cert("server.der"), cert("server.key.der"), NULL));
  rssl_ctx_free(ctx);
}

/* As openssl writes them: openssl_files.sh. */
static void keys_under_every_encryption_of_openssl_load(void) {
  static const char *const keys[] = {
      "aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des3",   "SHA1", "SHA224",        "SHA256",
      "SHA384",      "SHA512",      "scrypt",      "der",    "PBE-SHA1-3DES", "PBE-SHA1-RC2-40",
  };
  size_t i;
  for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    char name[64];
    rssl_ctx *ctx = server();
    snprintf(name, sizeof name, "encrypted-%s.key", keys[i]);
    CHECK_RC(rssl_ctx_load_cert_file(ctx, cert("server.pem"), cert(name), "wrong"),
             RSSL_ERR_PASSWORD);
    CHECK_OK(rssl_ctx_load_cert_file(ctx, cert("server.pem"), cert(name), "rssl-test"));
    rssl_ctx_free(ctx);
  }
}

static void encryption_that_is_not_supported_is_named(void) {
  static const char *const keys[][2] = {
      {"encrypted-camellia-256-cbc.key", "1.2.392.200011.61.1.1.1.4"},
      {"encrypted-PBE-MD5-DES.key", "PBES1 with MD5 and DES"},
      {"encrypted-proc-type.key", "Proc-Type: 4,ENCRYPTED"},
  };
  size_t i;
  rssl_ctx *ctx = server();
  for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    CHECK_RC(rssl_ctx_load_cert_file(ctx, cert("server.pem"), cert(keys[i][0]), "rssl-test"),
             RSSL_ERR_KEY);
    CHECK_HAS(last_message(), keys[i][0]);
    CHECK_HAS(last_message(), keys[i][1]);
    CHECK_HAS(last_message(), "openssl pkcs8 -topk8");
  }
  rssl_ctx_free(ctx);
}

static void memory_loads_as_files_do(void) {
  size_t chain_len, key_len;
  char *chain = contents(cert("server.pem"), &chain_len);
  char *key = contents(cert("server-encrypted.key"), &key_len);
  rssl_ctx *ctx = server();
  CHECK_RC(rssl_ctx_load_cert_mem(ctx, chain, chain_len, key, key_len, NULL), RSSL_ERR_PASSWORD);
  CHECK_OK(rssl_ctx_load_cert_mem(ctx, chain, chain_len, key, key_len, "rssl-test"));
  memset(chain, 0, chain_len);
  memset(key, 0, key_len);
  free(chain);
  free(key);
  check_serves(ctx);
}

static void errors_name_the_file_and_the_fault(void) {
  static const struct {
    const char *chain, *key, *password;
    rssl_result code;
    const char *says, *and_says;
  } wrong[] = {
      {"missing.pem", "server.key", NULL, RSSL_ERR_FILE, "missing.pem", "No such file"},
      {"server.pem", "missing.key", NULL, RSSL_ERR_FILE, "missing.key", "No such file"},
      {"", "server.key", NULL, RSSL_ERR_FILE, "certs", "directory"},
      {"server.pem", "", NULL, RSSL_ERR_FILE, "certs", "directory"},
      {"server.pem", "second.key", NULL, RSSL_ERR_MISMATCH, "server.pem", "CN=localhost"},
      {"server.pem", "rsa-server.key", NULL, RSSL_ERR_MISMATCH, "server.pem", "CN=localhost"},
      {"out-of-order.pem", "server.key", NULL, RSSL_ERR_MISMATCH, "out-of-order.pem",
       "the chain is out of order"},
      {"server.key", "server.key", NULL, RSSL_ERR_FORMAT, "server.key", "certificate"},
      {"server.pem", "server.pem", NULL, RSSL_ERR_FORMAT, "server.pem", "no private key"},
      {"server.pem", NULL, NULL, RSSL_ERR_FORMAT, "server.pem", "no private key"},
      {"server.pem", "server-encrypted.key", NULL, RSSL_ERR_PASSWORD, "server-encrypted.key",
       "password"},
      {"server.pem", "server-encrypted.key", "wrong", RSSL_ERR_PASSWORD, "server-encrypted.key",
       "password"},
      {"server.pem", "server-encrypted.key", "", RSSL_ERR_PASSWORD, "server-encrypted.key",
       "password"},
  };
  rssl_ctx *ctx = server();
  size_t i;
  for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    CHECK_RC(rssl_ctx_load_cert_file(ctx, cert(wrong[i].chain),
                                     wrong[i].key ? cert(wrong[i].key) : NULL, wrong[i].password),
             wrong[i].code);
    CHECK_HAS(last_message(), wrong[i].says);
    CHECK_HAS(last_message(), wrong[i].and_says);
    if (wrong[i].code == RSSL_ERR_FILE) CHECK(rssl_error_errno(rssl_last_error()) != 0);
  }
  CHECK_TEXT(rssl_error_reason(rssl_last_error()), "BAD_DECRYPT");
  rssl_ctx_free(ctx);
}

static void an_empty_file_is_not_a_certificate(void) {
  char path[] = "/tmp/rssl-identity-XXXXXX";
  rssl_ctx *ctx = server();
  close(mkstemp(path));
  CHECK_RC(rssl_ctx_load_cert_file(ctx, path, cert("server.key"), NULL), RSSL_ERR_FORMAT);
  CHECK_HAS(last_message(), path);
  CHECK_RC(rssl_ctx_load_cert_file(ctx, cert("server.pem"), path, NULL), RSSL_ERR_FORMAT);
  CHECK_HAS(last_message(), path);
  unlink(path);
  rssl_ctx_free(ctx);
}

static void keep(void *user, rssl_log_level level, const char *message) {
  if (level == RSSL_LOG_WARN) snprintf(user, 512, "%s", message);
}

/* A clock can be wrong: it is the client that refuses. */
static void an_expired_leaf_loads_with_a_warning(void) {
  char warning[512] = "";
  rssl_identity *id;
  rssl_set_log(keep, warning, RSSL_LOG_WARN);
  CHECK_OK(rssl_identity_new_file(cert("server.pem"), cert("server.key"), NULL, NULL, &id));
  rssl_identity_free(id);
  CHECK_TEXT(warning, "");
  CHECK_OK(rssl_identity_new_file(cert("expired.pem"), cert("expired.key"), NULL, NULL, &id));
  rssl_identity_free(id);
  rssl_set_log(NULL, NULL, 0);
  CHECK_HAS(warning, "expired.pem");
  CHECK_HAS(warning, "CN=localhost");
  CHECK_HAS(warning, "expired on 20");
}

/* In a child without root's privileges, to whom no file is unreadable. */
static void an_unreadable_key_is_an_error_with_errno(void) {
  char path[] = "/tmp/rssl-identity-XXXXXX";
  size_t len;
  char *both = contents(cert("server-both.pem"), &len);
  int status, fd = mkstemp(path);
  pid_t child;
  CHECK(write(fd, both, len) == (ssize_t)len);
  close(fd);
  free(both);
  CHECK_INT(chmod(path, 0), 0);
  child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    rssl_ctx *ctx = server();
    if (geteuid() == 0) CHECK_INT(setuid(65534), 0);
    CHECK_RC(rssl_ctx_load_cert_file(ctx, path, NULL, NULL), RSSL_ERR_FILE);
    CHECK_HAS(last_message(), path);
    CHECK_INT(rssl_error_errno(rssl_last_error()), EACCES);
    rssl_ctx_free(ctx);
    exit(0);
  }
  CHECK(waitpid(child, &status, 0) == child);
  unlink(path);
  CHECK_INT(status, 0);
}

static ptrdiff_t give_password(void *user, char *buf, size_t cap) {
  const char *password = user;
  CHECK(cap >= 64);
  if (password == NULL) return -1;
  memcpy(buf, password, strlen(password));
  return (ptrdiff_t)strlen(password);
}

static void a_password_is_asked_for_only_when_needed(void) {
  char right[] = "rssl-test", wrong[] = "wrong";
  rssl_identity *id;
  CHECK_OK(rssl_identity_new_file(cert("server.pem"), cert("server-encrypted.key"), give_password,
                                  right, &id));
  rssl_identity_free(id);
  CHECK_RC(rssl_identity_new_file(cert("server.pem"), cert("server-encrypted.key"), give_password,
                                  wrong, &id),
           RSSL_ERR_PASSWORD);
  CHECK_RC(rssl_identity_new_file(cert("server.pem"), cert("server-encrypted.key"), give_password,
                                  NULL, &id),
           RSSL_ERR_CALLBACK);
  CHECK_RC(rssl_identity_new_file(cert("server.pem"), cert("server-encrypted.key"), NULL, NULL,
                                  &id),
           RSSL_ERR_PASSWORD);
  CHECK(id == NULL);
  /* It would give up. */
  CHECK_OK(rssl_identity_new_file(cert("server.pem"), cert("server.key"), give_password, NULL,
                                  &id));
  rssl_identity_free(id);
}

static void check_presents(rssl_ctx *ctx, const char *name, const char *expected_name) {
  rssl_ctx *client = client_ctx("ca.pem");
  rssl_result client_rc, server_rc;
  rssl_cert *leaf;
  struct ends e;
  CHECK_OK(rssl_ctx_set_check_hostname(client, false));
  ends_open(&e, client, ctx, name);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  leaf = rssl_sock_peer_cert_new(e.client, 0);
  CHECK(rssl_cert_matches(leaf, expected_name));
  rssl_cert_free(leaf);
  rssl_ctx_free(client);
  ends_close(&e);
}

static void a_server_picks_by_name_and_of_equals_the_last(void) {
  rssl_ctx *ctx = server_ctx("server");
  CHECK_OK(rssl_ctx_load_cert_file(ctx, cert("second.pem"), cert("second.key"), NULL));
  check_presents(ctx, "localhost", "localhost");
  check_presents(ctx, "second.rssl.test", "second.rssl.test");
  check_presents(ctx, "a.wild.rssl.test", "localhost");
  check_presents(ctx, "unknown.rssl.test", "second.rssl.test");
  rssl_ctx_free(ctx);
}

static void set_identities_replaces_and_an_error_does_not(void) {
  rssl_ctx *ctx = server_ctx("server");
  rssl_identity *ids[2] = {NULL, NULL};
  CHECK_OK(rssl_identity_new_file(cert("second.pem"), cert("second.key"), NULL, NULL, &ids[0]));
  CHECK_RC(rssl_ctx_set_identities(ctx, ids, 2), RSSL_ERR_ARGUMENT);
  check_presents(ctx, "second.rssl.test", "localhost");
  CHECK_OK(rssl_ctx_set_identities(ctx, ids, 1));
  rssl_identity_free(ids[0]);
  check_presents(ctx, "localhost", "second.rssl.test");
  rssl_ctx_free(ctx);
}

static void a_server_without_a_certificate_says_so(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *ctx = server();
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_open(&e, client, ctx, "localhost");
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(server_rc, RSSL_ERR_NO_SHARED);
  CHECK_HAS(rssl_error_message(rssl_sock_error(e.server)), "certificate");
  CHECK_INT(client_rc, RSSL_ERR_ALERT);
  rssl_ctx_free(client);
  rssl_ctx_free(ctx);
  ends_close(&e);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(every_form_of_a_key_loads),
      CASE(a_leaf_in_der_loads),
      CASE(keys_under_every_encryption_of_openssl_load),
      CASE(encryption_that_is_not_supported_is_named),
      CASE(memory_loads_as_files_do),
      CASE(errors_name_the_file_and_the_fault),
      CASE(an_empty_file_is_not_a_certificate),
      CASE(an_expired_leaf_loads_with_a_warning),
      CASE(an_unreadable_key_is_an_error_with_errno),
      CASE(a_password_is_asked_for_only_when_needed),
      CASE(a_server_picks_by_name_and_of_equals_the_last),
      CASE(set_identities_replaces_and_an_error_does_not),
      CASE(a_server_without_a_certificate_says_so),
  };
  return RUN_CASES(argc, argv, cases);
}
