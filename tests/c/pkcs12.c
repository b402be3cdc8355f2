/* PKCS#12 files as openssl makes them (openssl_files.sh), through the functions that load PEM. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <stdlib.h>
#include <string.h>

static const char PASSWORD[] = "rssl-test";

/* Certificate i of `id` is the one in this file; NULL: there is none. */
static void check_certificate(const rssl_identity *id, size_t i, const char *name) {
  rssl_cert *held = rssl_identity_cert_new(id, i), *file = NULL;
  rssl_bytes a, b;
  if (name != NULL) CHECK_OK(rssl_cert_new_file(cert(name), &file));
  a = rssl_cert_der(held);
  b = rssl_cert_der(file);
  CHECK(a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0));
  rssl_cert_free(held);
  rssl_cert_free(file);
}

static ptrdiff_t give(void *user, char *buf, size_t cap) {
  size_t len = strlen(user);
  CHECK(len <= cap);
  memcpy(buf, user, len);
  return (ptrdiff_t)len;
}

static rssl_identity *load(const char *name, const char *password) {
  rssl_identity *id;
  CHECK_OK(rssl_identity_new_file(cert(name), NULL, give, (void *)password, &id));
  return id;
}

static void check_serves(rssl_identity *id) {
  rssl_ctx *ctx;
  struct ends e;
  CHECK_OK(rssl_ctx_new(RSSL_SERVER, &ctx));
  CHECK_OK(rssl_ctx_set_identities(ctx, &id, 1));
  ends_connect(&e, client_ctx("ca.pem"), ctx);
  ends_close(&e);
}

static void every_kind_of_protection_loads(void) {
  static const char *const names[] = {
      "modern.p12",  "legacy.p12",     "triple-des.p12", "two-keys.p12",
      "rc2-128.p12", "aes-128.p12",    "no-mac.p12",     "des3-pbes2.p12",
      "plain.p12",   "mac-only.p12",   "one-iteration.p12", "two-parts-clear.p12",
  };
  size_t i;
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    rssl_identity *id = load(names[i], PASSWORD);
    check_certificate(id, 0, "server.pem");
    check_certificate(id, 1, "intermediate.pem");
    check_certificate(id, 2, "ca.pem");
    check_certificate(id, 3, NULL);
    check_serves(id);
    rssl_identity_free(id);
  }
}

static void every_kind_of_key_loads(void) {
  static const char *const names[] = {"rsa.p12", "p384.p12", "p521.p12", "ed25519.p12"};
  size_t i;
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    rssl_identity *id = load(names[i], PASSWORD);
    check_serves(id);
    rssl_identity_free(id);
  }
}

static void passwords_of_other_letters_and_of_none_work(void) {
  rssl_identity_free(load("empty-password.p12", ""));
  rssl_identity_free(load("utf8-password.p12", "p\xc3\xa4ssw\xc3\xb6rd\xe2\x82\xac"));
}

static void a_file_without_protection_needs_no_password(void) {
  rssl_identity *id;
  CHECK_OK(rssl_identity_new_file(cert("plain.p12"), NULL, NULL, NULL, &id));
  rssl_identity_free(id);
}

static void contexts_load_it_too(void) {
  size_t len;
  char *data = contents(cert("modern.p12"), &len);
  rssl_ctx *ctx;
  struct ends e;
  CHECK_OK(rssl_ctx_new(RSSL_SERVER, &ctx));
  CHECK_OK(rssl_ctx_load_cert_mem(ctx, data, len, NULL, 0, PASSWORD));
  CHECK_OK(rssl_ctx_load_cert_file(ctx, cert("legacy.p12"), NULL, PASSWORD));
  memset(data, 0, len);
  free(data);
  ends_connect(&e, client_ctx("ca.pem"), ctx);
  ends_close(&e);
}

static void what_is_not_on_the_path_of_the_key_is_left_out(void) {
  rssl_identity *id = load("other-key.p12", PASSWORD);
  check_certificate(id, 0, "second.pem");
  check_certificate(id, 1, "intermediate.pem");
  check_certificate(id, 2, NULL);
  rssl_identity_free(id);
}

static void errors_name_the_file_and_the_fault(void) {
  static const struct {
    const char *file, *key, *password;
    rssl_result code;
    const char *says, *and_says;
  } wrong[] = {
      {"modern.p12", NULL, NULL, RSSL_ERR_PASSWORD, "modern.p12", "no password"},
      {"modern.p12", NULL, "wrong", RSSL_ERR_PASSWORD, "modern.p12", "MAC"},
      {"modern.p12", NULL, "", RSSL_ERR_PASSWORD, "modern.p12", "MAC"},
      {"modern.p12", NULL, "\xff", RSSL_ERR_PASSWORD, "modern.p12", "UTF-8"},
      {"legacy.p12", NULL, "wrong", RSSL_ERR_PASSWORD, "legacy.p12", "MAC"},
      {"mac-only.p12", NULL, NULL, RSSL_ERR_PASSWORD, "mac-only.p12", "no password"},
      {"no-mac.p12", NULL, "wrong", RSSL_ERR_PASSWORD, "no-mac.p12", "does not decrypt"},
      {"rc4.p12", NULL, "rssl-test", RSSL_ERR_KEY, "rc4.p12", "RC4, 128 bits"},
      {"no-key.p12", NULL, "rssl-test", RSSL_ERR_FORMAT, "no-key.p12", "no private key"},
      {"no-certificate.p12", NULL, "rssl-test", RSSL_ERR_FORMAT, "no-certificate.p12",
       "no certificate"},
      {"modern.p12", "server.key", "rssl-test", RSSL_ERR_ARGUMENT, "modern.p12", "PKCS#12"},
      {"server.pem", "modern.p12", "rssl-test", RSSL_ERR_FORMAT, "modern.p12", "PKCS#12"},
  };
  size_t i;
  for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    rssl_ctx *ctx;
    CHECK_OK(rssl_ctx_new(RSSL_SERVER, &ctx));
    CHECK_RC(rssl_ctx_load_cert_file(ctx, cert(wrong[i].file),
                                     wrong[i].key ? cert(wrong[i].key) : NULL, wrong[i].password),
             wrong[i].code);
    CHECK_HAS(last_message(), wrong[i].says);
    CHECK_HAS(last_message(), wrong[i].and_says);
    rssl_ctx_free(ctx);
  }
}

static rssl_result load_bytes(const char *data, size_t len) {
  rssl_identity *id;
  rssl_result rc = rssl_identity_new_mem(data, len, NULL, 0, give, (void *)PASSWORD, &id);
  rssl_identity_free(id);
  return rc;
}

/* Each byte in turn is another; the MAC is over nearly all of them. Where time is dear: some. */
static void a_damaged_file_is_refused_or_is_the_same(void) {
  static const char *const names[] = {"one-iteration.p12", "plain.p12"};
  const size_t step = getenv("RSSL_TEST_MIB") != NULL ? 37 : 1;
  size_t i, at, len, refused;
  for (i = 0; i < 2; i++) {
    char *data = contents(cert(names[i]), &len);
    for (at = refused = 0; at < len; at += step) {
      data[at] ^= 0x15;
      refused += load_bytes(data, len) != RSSL_OK;
      data[at] ^= 0x15;
    }
    CHECK(refused > (i == 0 ? len - 150 : len / 5) / step);
    CHECK_OK(load_bytes(data, len));
    for (at = 0; at < len; at += step) CHECK_RC(load_bytes(data, at), RSSL_ERR_FORMAT);
    free(data);
  }
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(every_kind_of_protection_loads),
      CASE(every_kind_of_key_loads),
      CASE(passwords_of_other_letters_and_of_none_work),
      CASE(a_file_without_protection_needs_no_password),
      CASE(contexts_load_it_too),
      CASE(what_is_not_on_the_path_of_the_key_is_left_out),
      CASE(errors_name_the_file_and_the_fault),
      CASE(a_damaged_file_is_refused_or_is_the_same),
  };
  return RUN_CASES(argc, argv, cases);
}
