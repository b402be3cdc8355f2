/* Where trust roots come from. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory of our own, removed at the end. */
static char scratch[] = "/tmp/rssl-roots-XXXXXX";

static const char *in_scratch(const char *name) {
  static char paths[4][256];
  static unsigned next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
  return path;
}

static void put(const char *name, const char *data, size_t len) {
  FILE *file = fopen(in_scratch(name), "wb");
  CHECK(file != NULL && fwrite(data, 1, len, file) == len);
  fclose(file);
}

static void copy(const char *from, const char *to) {
  size_t len;
  char *data = contents(cert(from), &len);
  put(to, data, len);
  free(data);
}

static void remove_all(const char *const *names, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) unlink(in_scratch(names[i]));
}

static bool is_root(const rssl_ctx *ctx, size_t i, const char *file) {
  rssl_cert *root = rssl_ctx_root_new(ctx, i), *expected;
  rssl_bytes a, b;
  bool same;
  CHECK(root != NULL);
  CHECK_OK(rssl_cert_new_file(cert(file), &expected));
  a = rssl_cert_der(root);
  b = rssl_cert_der(expected);
  same = a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
  rssl_cert_free(root);
  rssl_cert_free(expected);
  return same;
}

static void files_add_in_order_and_once(void) {
  rssl_ctx *ctx = client_ctx("ca.pem");
  CHECK_INT(rssl_ctx_root_count(ctx), 1);
  CHECK_OK(rssl_ctx_load_verify_file(ctx, cert("other-ca.pem")));
  CHECK_OK(rssl_ctx_load_verify_file(ctx, cert("ca.pem")));
  CHECK_INT(rssl_ctx_root_count(ctx), 2);
  CHECK(is_root(ctx, 0, "ca.pem"));
  CHECK(is_root(ctx, 1, "other-ca.pem"));
  CHECK(rssl_ctx_root_new(ctx, 2) == NULL);
  CHECK_OK(rssl_ctx_load_verify_file(ctx, cert("server.der")));
  CHECK_INT(rssl_ctx_root_count(ctx), 3);
  CHECK_OK(rssl_ctx_clear_roots(ctx));
  CHECK_INT(rssl_ctx_root_count(ctx), 0);
  CHECK(rssl_ctx_root_new(ctx, 0) == NULL);
  rssl_ctx_free(ctx);
}

static void bad_files_add_nothing_and_are_named(void) {
  rssl_ctx *ctx = client_ctx("ca.pem");
  put("empty.pem", "", 0);
  CHECK_RC(rssl_ctx_load_verify_file(ctx, in_scratch("empty.pem")), RSSL_ERR_FORMAT);
  CHECK_HAS(last_message(), in_scratch("empty.pem"));
  CHECK_RC(rssl_ctx_load_verify_file(ctx, cert("server.key")), RSSL_ERR_FORMAT);
  CHECK_HAS(last_message(), "server.key");
  CHECK_RC(rssl_ctx_load_verify_file(ctx, cert("missing.pem")), RSSL_ERR_FILE);
  CHECK_HAS(last_message(), cert("missing.pem"));
  CHECK_INT(rssl_error_errno(rssl_last_error()), ENOENT);
  CHECK_RC(rssl_ctx_load_verify_file(ctx, scratch), RSSL_ERR_FILE);
  CHECK_HAS(last_message(), scratch);
  CHECK_INT(rssl_error_errno(rssl_last_error()), EISDIR);
  CHECK_INT(rssl_ctx_root_count(ctx), 1);
  unlink(in_scratch("empty.pem"));
  rssl_ctx_free(ctx);
}

static void a_directory_gives_what_its_files_hold(void) {
  static const char *const names[] = {"a.pem", "b.0", "README"};
  rssl_ctx *ctx = client_ctx(NULL);
  CHECK_RC(rssl_ctx_load_verify_dir(ctx, scratch), RSSL_ERR_FORMAT);
  CHECK_HAS(last_message(), scratch);
  copy("ca.pem", "a.pem");
  copy("other-ca.pem", "b.0");
  put("README", "no certificate", 14);
  CHECK_OK(rssl_ctx_load_verify_dir(ctx, scratch));
  CHECK_INT(rssl_ctx_root_count(ctx), 2);
  CHECK_RC(rssl_ctx_load_verify_dir(ctx, in_scratch("missing")), RSSL_ERR_FILE);
  CHECK_HAS(last_message(), "missing");
  CHECK_RC(rssl_ctx_load_verify_dir(ctx, in_scratch("README")), RSSL_ERR_FILE);
  CHECK_INT(rssl_ctx_root_count(ctx), 2);
  remove_all(names, 3);
  rssl_ctx_free(ctx);
}

static void memory_holds_pem_or_one_der(void) {
  rssl_ctx *ctx = client_ctx(NULL);
  size_t pem_len, der_len;
  char *pem = contents(cert("server.pem"), &pem_len), *der = contents(cert("server.der"), &der_len);
  CHECK_OK(rssl_ctx_load_verify_mem(ctx, pem, pem_len));
  CHECK_INT(rssl_ctx_root_count(ctx), 2);
  CHECK_OK(rssl_ctx_load_verify_mem(ctx, der, der_len));
  CHECK_INT(rssl_ctx_root_count(ctx), 2);
  CHECK_RC(rssl_ctx_load_verify_mem(ctx, der, der_len - 1), RSSL_ERR_FORMAT);
  CHECK_RC(rssl_ctx_load_verify_mem(ctx, pem, pem_len / 4), RSSL_ERR_FORMAT);
  CHECK_RC(rssl_ctx_load_verify_mem(ctx, "", 0), RSSL_ERR_FORMAT);
  CHECK_INT(rssl_ctx_root_count(ctx), 2);
  free(pem);
  free(der);
  rssl_ctx_free(ctx);
}

static void the_environment_is_looked_at_each_time(void) {
  static const char *const names[] = {"roots.pem"};
  rssl_ctx *ctx = client_ctx(NULL), *made;
  unsetenv("SSL_CERT_DIR");
  setenv("SSL_CERT_FILE", cert("ca.pem"), 1);
  CHECK_OK(rssl_ctx_load_verify_system(ctx));
  CHECK_INT(rssl_ctx_root_count(ctx), 1);
  setenv("SSL_CERT_FILE", cert("other-ca.pem"), 1);
  CHECK_OK(rssl_ctx_load_verify_system(ctx));
  CHECK_INT(rssl_ctx_root_count(ctx), 2);
  CHECK(is_root(ctx, 1, "other-ca.pem"));

  /* So are the files themselves. */
  CHECK_OK(rssl_ctx_clear_roots(ctx));
  copy("ca.pem", "roots.pem");
  setenv("SSL_CERT_FILE", in_scratch("roots.pem"), 1);
  CHECK_OK(rssl_ctx_load_verify_system(ctx));
  copy("other-ca.pem", "roots.pem");
  CHECK_OK(rssl_ctx_load_verify_system(ctx));
  CHECK_INT(rssl_ctx_root_count(ctx), 2);

  unsetenv("SSL_CERT_FILE");
  setenv("SSL_CERT_DIR", scratch, 1);
  CHECK_OK(rssl_ctx_new_default(RSSL_CLIENT, &made));
  CHECK_INT(rssl_ctx_root_count(made), 1);
  rssl_ctx_free(made);
  /* Servers trust no one unless told to. */
  CHECK_OK(rssl_ctx_new_default(RSSL_SERVER, &made));
  CHECK_INT(rssl_ctx_root_count(made), 0);
  rssl_ctx_free(made);

  remove_all(names, 1);
  unsetenv("SSL_CERT_DIR");
  rssl_ctx_free(ctx);
}

static void no_system_roots_is_an_error_at_once(void) {
  rssl_ctx *ctx = client_ctx("ca.pem"), *made = ctx;
  unsetenv("SSL_CERT_DIR");
  setenv("SSL_CERT_FILE", in_scratch("missing.pem"), 1);
  CHECK_RC(rssl_ctx_load_verify_system(ctx), RSSL_ERR_FILE);
  CHECK_HAS(last_message(), "missing.pem");
  CHECK_INT(rssl_error_errno(rssl_last_error()), ENOENT);
  CHECK_INT(rssl_ctx_root_count(ctx), 1);
  CHECK_RC(rssl_ctx_new_default(RSSL_CLIENT, &made), RSSL_ERR_FILE);
  CHECK(made == NULL);
  CHECK_RC(rssl_ctx_new_default(RSSL_EITHER, &made), RSSL_ERR_FILE);
  put("empty.pem", "", 0);
  setenv("SSL_CERT_FILE", in_scratch("empty.pem"), 1);
  CHECK_RC(rssl_ctx_new_default(RSSL_CLIENT, &made), RSSL_ERR_FORMAT);
  CHECK_HAS(last_message(), "empty.pem");
  unlink(in_scratch("empty.pem"));
  unsetenv("SSL_CERT_FILE");
  rssl_ctx_free(ctx);
}

static void bundled_roots_are_there_if_the_build_says_so(void) {
  rssl_ctx *ctx = client_ctx(NULL);
  if (rssl_has("bundled-roots")) {
    CHECK_OK(rssl_ctx_load_verify_bundled(ctx));
    CHECK(rssl_ctx_root_count(ctx) > 50);
  } else {
    CHECK_RC(rssl_ctx_load_verify_bundled(ctx), RSSL_ERR_UNSUPPORTED);
    CHECK_INT(rssl_ctx_root_count(ctx), 0);
  }
  rssl_ctx_free(ctx);
}

static void a_root_outlives_its_context(void) {
  rssl_ctx *ctx = client_ctx("ca.pem");
  rssl_cert *root = rssl_ctx_root_new(ctx, 0);
  rssl_ctx_free(ctx);
  CHECK(rssl_cert_is_ca(root));
  CHECK_HAS(rssl_cert_text(root), "rssl test root");
  rssl_cert_free(root);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(files_add_in_order_and_once),
      CASE(bad_files_add_nothing_and_are_named),
      CASE(a_directory_gives_what_its_files_hold),
      CASE(memory_holds_pem_or_one_der),
      CASE(the_environment_is_looked_at_each_time),
      CASE(no_system_roots_is_an_error_at_once),
      CASE(bundled_roots_are_there_if_the_build_says_so),
      CASE(a_root_outlives_its_context),
  };
  int status;
  CHECK(mkdtemp(scratch) != NULL);
  status = RUN_CASES(argc, argv, cases);
  rmdir(scratch);
  return status;
}
