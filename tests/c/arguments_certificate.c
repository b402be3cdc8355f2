/* Certificates. */
#include "arguments.h"

#include <stdlib.h>

static rssl_cert *server(void) {
  rssl_cert *c;
  CHECK_OK(rssl_cert_new_file(cert("server.pem"), &c));
  return c;
}

/* Runs `body` with a certificate `c`. */
#define WITH_CERTIFICATE(body) \
  do {                         \
    rssl_cert *c = server();   \
    body;                      \
    rssl_cert_free(c);         \
  } while (0)

static void arguments_of_rssl_cert_new_mem(void) {
  size_t len;
  char *pem = contents(cert("server.pem"), &len);
  rssl_cert *c;
  CHECK_REFUSED(rssl_cert_new_mem(pem, len, NULL));
  CHECK_MAKES_NONE(rssl_cert_new_mem(NULL, len, &c), c, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_cert_new_mem(pem, TOO_LONG, &c), c, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_cert_new_mem(NULL, 0, &c), c, RSSL_ERR_FORMAT);
  CHECK_MAKES_NONE(rssl_cert_new_mem("junk", 4, &c), c, RSSL_ERR_FORMAT);
  free(pem);
}

static void arguments_of_rssl_cert_new_file(void) {
  rssl_cert *c;
  CHECK_REFUSED(rssl_cert_new_file(cert("server.pem"), NULL));
  CHECK_MAKES_NONE(rssl_cert_new_file(NULL, &c), c, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_cert_new_file("", &c), c, RSSL_ERR_ARGUMENT);
  CHECK_MAKES_NONE(rssl_cert_new_file(cert("missing.pem"), &c), c, RSSL_ERR_FILE);
  CHECK_MAKES_NONE(rssl_cert_new_file(cert("server.key"), &c), c, RSSL_ERR_FORMAT);
}

static void arguments_of_rssl_cert_ref(void) {
  CHECK(rssl_cert_ref(NULL) == NULL);
  WITH_CERTIFICATE({
    CHECK(rssl_cert_ref(c) == c);
    rssl_cert_free(c);
    CHECK_INT(rssl_cert_version(c), 3);
  });
}

static void arguments_of_rssl_cert_free(void) {
  rssl_cert_free(NULL);
}

#define ARGUMENTS_OF_NUMBER(function)         \
  static void arguments_of_##function(void) { \
    CHECK_INT(function(NULL), 0);             \
  }
#define ARGUMENTS_OF_TEXT(function)           \
  static void arguments_of_##function(void) { \
    CHECK(function(NULL) == NULL);            \
  }
#define ARGUMENTS_OF_BYTES(function)                                    \
  static void arguments_of_##function(void) {                           \
    CHECK(function(NULL).data == NULL && function(NULL).len == 0);      \
  }
ARGUMENTS_OF_BYTES(rssl_cert_der)
ARGUMENTS_OF_TEXT(rssl_cert_pem)
ARGUMENTS_OF_TEXT(rssl_cert_text)
ARGUMENTS_OF_NUMBER(rssl_cert_version)
ARGUMENTS_OF_BYTES(rssl_cert_serial)
ARGUMENTS_OF_NUMBER(rssl_cert_not_before)
ARGUMENTS_OF_NUMBER(rssl_cert_not_after)
ARGUMENTS_OF_NUMBER(rssl_cert_is_ca)
ARGUMENTS_OF_TEXT(rssl_cert_key_type)
ARGUMENTS_OF_NUMBER(rssl_cert_key_bits)
ARGUMENTS_OF_TEXT(rssl_cert_signature_type)
ARGUMENTS_OF_BYTES(rssl_cert_spki)

static void arguments_of_rssl_cert_matches(void) {
  CHECK(!rssl_cert_matches(NULL, "localhost"));
  WITH_CERTIFICATE({
    CHECK(rssl_cert_matches(c, "localhost"));
    CHECK(!rssl_cert_matches(c, NULL));
    CHECK(!rssl_cert_matches(c, ""));
    CHECK(!rssl_cert_matches(c, "local host"));
    CHECK(!rssl_cert_matches(c, "\xff"));
  });
}

static void arguments_of_rssl_cert_name_at(void) {
  size_t rdn;
  const char *key;
  rssl_bytes value;
  CHECK(!rssl_cert_name_at(NULL, RSSL_SUBJECT, 0, &rdn, &key, &value));
  WITH_CERTIFICATE({
    CHECK(rssl_cert_name_at(c, RSSL_SUBJECT, 0, NULL, NULL, NULL));
    CHECK(rssl_cert_name_at(c, RSSL_ISSUER, 0, &rdn, &key, &value));
    CHECK(!rssl_cert_name_at(c, 0, 0, &rdn, &key, &value));
    CHECK(!rssl_cert_name_at(c, 3, 0, &rdn, &key, &value));
    CHECK(!rssl_cert_name_at(c, UINT32_MAX, 0, &rdn, &key, &value));
    CHECK(!rssl_cert_name_at(c, RSSL_SUBJECT, SIZE_MAX, &rdn, &key, &value));
  });
}

static void arguments_of_rssl_cert_name_der(void) {
  CHECK(rssl_cert_name_der(NULL, RSSL_SUBJECT).data == NULL);
  WITH_CERTIFICATE({
    CHECK(rssl_cert_name_der(c, RSSL_SUBJECT).data != NULL);
    CHECK(rssl_cert_name_der(c, 0).data == NULL);
    CHECK(rssl_cert_name_der(c, UINT32_MAX).data == NULL);
  });
}

static void arguments_of_rssl_cert_san_at(void) {
  rssl_san type;
  rssl_bytes value;
  CHECK(!rssl_cert_san_at(NULL, 0, &type, &value));
  WITH_CERTIFICATE({
    CHECK(rssl_cert_san_at(c, 0, &type, &value));
    /* Nothing to write to: whatever it answers, nothing is written. */
    (void)rssl_cert_san_at(c, 0, NULL, &value);
    (void)rssl_cert_san_at(c, 0, &type, NULL);
    CHECK(!rssl_cert_san_at(c, 5, &type, &value));
    CHECK(!rssl_cert_san_at(c, SIZE_MAX, &type, &value));
  });
}

static void arguments_of_rssl_cert_uri_at(void) {
  CHECK(rssl_cert_uri_at(NULL, RSSL_URI_OCSP, 0) == NULL);
  WITH_CERTIFICATE({
    CHECK(rssl_cert_uri_at(c, RSSL_URI_CRL, 0) == NULL);
    CHECK(rssl_cert_uri_at(c, 0, 0) == NULL);
    CHECK(rssl_cert_uri_at(c, UINT32_MAX, SIZE_MAX) == NULL);
  });
}

static void arguments_of_rssl_cert_extension(void) {
  bool critical = true;
  CHECK(rssl_cert_extension(NULL, "2.5.29.17", &critical).data == NULL);
  WITH_CERTIFICATE({
    CHECK(rssl_cert_extension(c, "2.5.29.17", NULL).data != NULL);
    CHECK(rssl_cert_extension(c, NULL, &critical).data == NULL);
    CHECK(rssl_cert_extension(c, "", &critical).data == NULL);
    CHECK(rssl_cert_extension(c, "no oid", &critical).data == NULL);
    CHECK(rssl_cert_extension(c, "99999999999999999999.1", &critical).data == NULL);
    CHECK(rssl_cert_extension(c, "1.2.3.4", &critical).len == 0);
  });
}

const struct test_case certificate_arguments[] = {
    ARGUMENTS_OF(rssl_cert_new_mem),
    ARGUMENTS_OF(rssl_cert_new_file),
    ARGUMENTS_OF(rssl_cert_ref),
    ARGUMENTS_OF(rssl_cert_free),
    ARGUMENTS_OF(rssl_cert_der),
    ARGUMENTS_OF(rssl_cert_pem),
    ARGUMENTS_OF(rssl_cert_text),
    ARGUMENTS_OF(rssl_cert_version),
    ARGUMENTS_OF(rssl_cert_serial),
    ARGUMENTS_OF(rssl_cert_not_before),
    ARGUMENTS_OF(rssl_cert_not_after),
    ARGUMENTS_OF(rssl_cert_is_ca),
    ARGUMENTS_OF(rssl_cert_key_type),
    ARGUMENTS_OF(rssl_cert_key_bits),
    ARGUMENTS_OF(rssl_cert_signature_type),
    ARGUMENTS_OF(rssl_cert_spki),
    ARGUMENTS_OF(rssl_cert_matches),
    ARGUMENTS_OF(rssl_cert_name_at),
    ARGUMENTS_OF(rssl_cert_name_der),
    ARGUMENTS_OF(rssl_cert_san_at),
    ARGUMENTS_OF(rssl_cert_uri_at),
    ARGUMENTS_OF(rssl_cert_extension),
};
const size_t certificate_arguments_count =
    sizeof certificate_arguments / sizeof certificate_arguments[0];
