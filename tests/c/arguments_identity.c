/* Identities. */
#include "arguments.h"

#include <stdlib.h>
#include <string.h>

static ptrdiff_t says_too_much(void *user, char *buf, size_t cap) {
  (void)user;
  memset(buf, 'x', cap);
  return PTRDIFF_MAX;
}

static void arguments_of_rssl_identity_new_file(void) {
  rssl_identity *id;
  CHECK_REFUSED(rssl_identity_new_file(cert("server-both.pem"), NULL, NULL, NULL, NULL));
  CHECK_MAKES_NONE(rssl_identity_new_file(NULL, NULL, NULL, NULL, &id), id, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_file("", NULL, NULL, NULL, &id), id, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_file(cert("server.pem"), cert("server-encrypted.key"),
                                          says_too_much, NULL, &id),
                   id, RSSL_ERR_CALLBACK);
}

static void arguments_of_rssl_identity_new_mem(void) {
  size_t len;
  char *both = contents(cert("server-both.pem"), &len);
  rssl_identity *id;
  CHECK_REFUSED(rssl_identity_new_mem(both, len, NULL, 0, NULL, NULL, NULL));
  CHECK_MAKES_NONE(rssl_identity_new_mem(NULL, len, NULL, 0, NULL, NULL, &id), id,
                   RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_mem(both, TOO_LONG, NULL, 0, NULL, NULL, &id), id,
                   RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_mem(both, len, both, SIZE_MAX, NULL, NULL, &id), id,
                   RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_mem(NULL, 0, NULL, 0, NULL, NULL, &id), id,
                   RSSL_ERR_FORMAT);
  free(both);
}

static void arguments_of_rssl_identity_ref(void) {
  rssl_identity *id;
  CHECK(rssl_identity_ref(NULL) == NULL);
  CHECK_OK(rssl_identity_new_file(cert("server-both.pem"), NULL, NULL, NULL, &id));
  CHECK(rssl_identity_ref(id) == id);
  rssl_identity_free(id);
  rssl_identity_free(id);
}

static void arguments_of_rssl_identity_free(void) {
  rssl_identity_free(NULL);
}

static void count_drop(void *user) {
  ++*(int *)user;
}

static ptrdiff_t gives_up(void *user, uint16_t scheme, const void *msg, size_t len, void *sig,
                          size_t cap) {
  (void)user, (void)scheme, (void)msg, (void)len, (void)sig, (void)cap;
  return -1;
}

static void arguments_of_rssl_identity_new_signer(void) {
  static const uint16_t p256[] = {0x0403}, rsa[] = {0x0804}, unknown[] = {0x0403, 0xfeed};
  size_t len;
  int drops = 0;
  char *chain = contents(cert("server.pem"), &len);
  rssl_identity *id;
#define NEW(chain, len, schemes, n, cb, out) \
  rssl_identity_new_signer(chain, len, schemes, n, cb, &drops, count_drop, out)
  CHECK_REFUSED(NEW(chain, len, p256, 1, gives_up, NULL));
  CHECK_MAKES_NONE(NEW(NULL, len, p256, 1, gives_up, &id), id, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(NEW(chain, TOO_LONG, p256, 1, gives_up, &id), id, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(NEW(NULL, 0, p256, 1, gives_up, &id), id, RSSL_ERR_FORMAT);
  CHECK_MAKES_NONE(NEW("junk", 4, p256, 1, gives_up, &id), id, RSSL_ERR_FORMAT);
  CHECK_MAKES_NONE(NEW(chain, len, NULL, 1, gives_up, &id), id, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(NEW(chain, len, p256, SIZE_MAX, gives_up, &id), id, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(NEW(chain, len, NULL, 0, gives_up, &id), id, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(NEW(chain, len, rsa, 1, gives_up, &id), id, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(NEW(chain, len, unknown, 2, gives_up, &id), id, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(NEW(chain, len, p256, 1, NULL, &id), id, RSSL_ERR_ARGUMENT);
  CHECK_INT(drops, 0);
  CHECK_OK(NEW(chain, len, p256, 1, gives_up, &id));
  CHECK_INT(drops, 0);
  rssl_identity_free(id);
  CHECK_INT(drops, 1);
  CHECK_OK(rssl_identity_new_signer(chain, len, p256, 1, gives_up, NULL, NULL, &id));
  rssl_identity_free(id);
#undef NEW
  free(chain);
}

static rssl_identity *server(void) {
  rssl_identity *id;
  CHECK_OK(rssl_identity_new_file(cert("server-both.pem"), NULL, NULL, NULL, &id));
  return id;
}

static void arguments_of_rssl_identity_new_ocsp(void) {
  static const unsigned char answer[] = {0x30, 7, 0x0a, 1, 0, 0xa0, 2, 0x30, 0};
  rssl_identity *id = server(), *copy;
  CHECK_REFUSED(rssl_identity_new_ocsp(id, answer, sizeof answer, NULL));
  CHECK_MAKES_NONE(rssl_identity_new_ocsp(NULL, answer, sizeof answer, &copy), copy,
                   RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_ocsp(id, NULL, 1, &copy), copy, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_ocsp(id, answer, TOO_LONG, &copy), copy, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_ocsp(id, NULL, 0, &copy), copy, RSSL_ERR_FORMAT);
  CHECK_MAKES_NONE(rssl_identity_new_ocsp(id, "junk", 4, &copy), copy, RSSL_ERR_FORMAT);
  rssl_identity_free(id);
}

static void arguments_of_rssl_identity_new_schemes(void) {
  static const uint16_t p256[] = {0x0403}, rsa[] = {0x0804}, unknown[] = {0x0403, 0xfeed};
  rssl_identity *id = server(), *copy;
  CHECK_REFUSED(rssl_identity_new_schemes(id, p256, 1, NULL));
  CHECK_MAKES_NONE(rssl_identity_new_schemes(NULL, p256, 1, &copy), copy, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_schemes(id, NULL, 1, &copy), copy, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_schemes(id, p256, SIZE_MAX, &copy), copy, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_schemes(id, NULL, 0, &copy), copy, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_schemes(id, rsa, 1, &copy), copy, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_identity_new_schemes(id, unknown, 2, &copy), copy, RSSL_ERR_ARGUMENT);
  rssl_identity_free(id);
}

static void arguments_of_rssl_identity_cert_new(void) {
  rssl_identity *id = server();
  CHECK(rssl_identity_cert_new(NULL, 0) == NULL);
  CHECK(rssl_identity_cert_new(id, 2) == NULL);
  CHECK(rssl_identity_cert_new(id, SIZE_MAX) == NULL);
  rssl_identity_free(id);
}

const struct test_case identity_arguments[] = {
    ARGUMENTS_OF(rssl_identity_new_file),    ARGUMENTS_OF(rssl_identity_new_mem),
    ARGUMENTS_OF(rssl_identity_new_signer),  ARGUMENTS_OF(rssl_identity_new_ocsp),
    ARGUMENTS_OF(rssl_identity_new_schemes), ARGUMENTS_OF(rssl_identity_cert_new),
    ARGUMENTS_OF(rssl_identity_ref),         ARGUMENTS_OF(rssl_identity_free),
};
const size_t identity_arguments_count = sizeof identity_arguments / sizeof identity_arguments[0];
