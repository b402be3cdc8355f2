/* Errors, names, library and log: these take any value and never fail. */
#include "arguments.h"

#include <limits.h>
#include <string.h>

#define ARGUMENTS_OF_TEXT(function, of_null)      \
  static void arguments_of_##function(void) {     \
    CHECK_TEXT(function(NULL), of_null);          \
  }
#define ARGUMENTS_OF_NUMBER(function, of_null)    \
  static void arguments_of_##function(void) {     \
    CHECK_INT(function(NULL), of_null);           \
  }
ARGUMENTS_OF_NUMBER(rssl_error_code, RSSL_OK)
ARGUMENTS_OF_TEXT(rssl_error_message, "no error")
ARGUMENTS_OF_NUMBER(rssl_error_errno, 0)
ARGUMENTS_OF_NUMBER(rssl_error_alert, -1)
ARGUMENTS_OF_NUMBER(rssl_error_alert_received, false)
ARGUMENTS_OF_NUMBER(rssl_error_verify, 0)
ARGUMENTS_OF_NUMBER(rssl_error_depth, -1)
ARGUMENTS_OF_TEXT(rssl_error_reason, "")
ARGUMENTS_OF_TEXT(rssl_error_detail, "")
ARGUMENTS_OF_NUMBER(rssl_has, false)

static void arguments_of_rssl_last_error(void) {
  rssl_ctx *ctx;
  CHECK(rssl_last_error() == NULL);
  CHECK_REFUSED(rssl_ctx_new(0, &ctx));
  CHECK(rssl_last_error() != NULL);
}

/* Any number has a text: the whole range near what is known, and the ends. */
#define ARGUMENTS_OF_ANY_NUMBER(function)                                  \
  static void arguments_of_##function(void) {                              \
    int value;                                                             \
    for (value = -70000; value < 70000; value++) CHECK(function(value) != NULL); \
    CHECK(function(INT32_MIN) != NULL && function(INT32_MAX) != NULL);     \
  }
ARGUMENTS_OF_ANY_NUMBER(rssl_strerror)
ARGUMENTS_OF_ANY_NUMBER(rssl_result_name)
ARGUMENTS_OF_ANY_NUMBER(rssl_alert_name)
ARGUMENTS_OF_ANY_NUMBER(rssl_verify_string)

/* NULL for unknown, and not only at the ends: most of the 65536 numbers are unknown. */
#define ARGUMENTS_OF_NAME(function, known)                        \
  static void arguments_of_##function(void) {                     \
    unsigned value, names = 0;                                    \
    for (value = 0; value <= UINT16_MAX; value++)                 \
      if (function((uint16_t)value)) names++;                     \
    CHECK(function(0) == 0 && function(UINT16_MAX) == 0);         \
    CHECK(names >= (known) && names < 64);                        \
  }
ARGUMENTS_OF_NAME(rssl_version_name, 2)
ARGUMENTS_OF_NAME(rssl_cipher_name, 9)
ARGUMENTS_OF_NAME(rssl_cipher_openssl_name, 9)
ARGUMENTS_OF_NAME(rssl_cipher_bits, 9)
ARGUMENTS_OF_NAME(rssl_group_name, 4)

static void arguments_of_rssl_version(void) {
  CHECK_TEXT(rssl_version(), RSSL_VERSION_STRING);
}

static void arguments_of_rssl_version_number(void) {
  CHECK_INT(rssl_version_number(), RSSL_VERSION_NUMBER);
}

static void arguments_of_rssl_build_info(void) {
  CHECK_HAS(rssl_build_info(), "rustls ");
}

static void never_called(void *user, rssl_log_level level, const char *message) {
  (void)user;
  check_failed(__FILE__, __LINE__, "level %d: %s", level, message);
}

static void make_noise(void) {
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_3);
  ends_close(&e);
}

static void arguments_of_rssl_set_log(void) {
  rssl_set_log(NULL, &not_null, RSSL_LOG_TRACE);
  make_noise();
  rssl_set_log(never_called, NULL, 0);
  make_noise();
  rssl_set_log(never_called, NULL, INT32_MIN);
  make_noise();
  rssl_set_log(NULL, NULL, INT32_MAX);
  make_noise();
}

const struct test_case error_arguments[] = {
    ARGUMENTS_OF(rssl_last_error), /* first: nothing has failed before it */
    ARGUMENTS_OF(rssl_error_code),
    ARGUMENTS_OF(rssl_error_message),
    ARGUMENTS_OF(rssl_error_errno),
    ARGUMENTS_OF(rssl_error_alert),
    ARGUMENTS_OF(rssl_error_alert_received),
    ARGUMENTS_OF(rssl_error_verify),
    ARGUMENTS_OF(rssl_error_depth),
    ARGUMENTS_OF(rssl_error_reason),
    ARGUMENTS_OF(rssl_error_detail),
    ARGUMENTS_OF(rssl_strerror),
    ARGUMENTS_OF(rssl_result_name),
    ARGUMENTS_OF(rssl_alert_name),
    ARGUMENTS_OF(rssl_verify_string),
    ARGUMENTS_OF(rssl_version_name),
    ARGUMENTS_OF(rssl_cipher_name),
    ARGUMENTS_OF(rssl_cipher_openssl_name),
    ARGUMENTS_OF(rssl_cipher_bits),
    ARGUMENTS_OF(rssl_group_name),
    ARGUMENTS_OF(rssl_version),
    ARGUMENTS_OF(rssl_version_number),
    ARGUMENTS_OF(rssl_build_info),
    ARGUMENTS_OF(rssl_has),
    ARGUMENTS_OF(rssl_set_log),
};
const size_t error_arguments_count = sizeof error_arguments / sizeof error_arguments[0];
