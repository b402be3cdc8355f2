/* Private keys elsewhere. The device here is another process: openssl, which holds the key. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  RSA_PKCS1_SHA256 = 0x0401,
  P256_SHA256 = 0x0403,
  P384_SHA384 = 0x0503,
  P521_SHA512 = 0x0603,
  RSA_PSS_SHA256 = 0x0804,
  RSA_PSS_SHA512 = 0x0806,
  ED25519 = 0x0807
};

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

struct device {
  const char *key; /* a file that only openssl opens */
  ptrdiff_t answer; /* instead of a signature; 0: none */
  bool spoil;
  rssl_sock *s; /* used inside the callback */
  uint16_t scheme;
  pthread_mutex_t lock;
  int signatures, drops;
};

static struct device device(const char *key) {
  struct device d;
  memset(&d, 0, sizeof d);
  d.key = key;
  pthread_mutex_init(&d.lock, NULL);
  return d;
}

static const char *openssl_options(uint16_t scheme) {
  switch (scheme) {
    case RSA_PKCS1_SHA256: return "dgst -sha256";
    case RSA_PSS_SHA256:
      return "dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest";
    case RSA_PSS_SHA512:
      return "dgst -sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest";
    case P256_SHA256: return "dgst -sha256";
    case P384_SHA384: return "dgst -sha384";
    case P521_SHA512: return "dgst -sha512";
    default: return NULL;
  }
}

static ptrdiff_t sign_with_openssl(const struct device *d, uint16_t scheme, const void *msg,
                                   size_t len, void *sig, size_t cap) {
  char path[] = "/tmp/rssl-signer-XXXXXX", command[2048];
  int fd = mkstemp(path);
  FILE *pipe;
  size_t n;
  CHECK(fd >= 0 && write(fd, msg, len) == (ssize_t)len);
  close(fd);
  if (scheme == ED25519)
    snprintf(command, sizeof command, "openssl pkeyutl -sign -rawin -inkey '%s' -in '%s'",
             cert(d->key), path);
  else
    snprintf(command, sizeof command, "openssl %s -sign '%s' '%s'", openssl_options(scheme),
             cert(d->key), path);
  pipe = popen(command, "r");
  CHECK(pipe != NULL);
  n = fread(sig, 1, cap, pipe);
  CHECK_INT(pclose(pipe), 0);
  unlink(path);
  return (ptrdiff_t)n;
}

static ptrdiff_t sign(void *user, uint16_t scheme, const void *msg, size_t len, void *sig,
                      size_t cap) {
  struct device *d = user;
  ptrdiff_t n;
  CHECK(cap >= 1024);
  pthread_mutex_lock(&d->lock);
  d->scheme = scheme;
  d->signatures++;
  if (d->answer != 0) {
    memset(sig, 7, cap);
    n = d->answer;
  } else {
    n = sign_with_openssl(d, scheme, msg, len, sig, cap);
  }
  if (d->spoil) ((unsigned char *)sig)[n - 1] ^= 1;
  if (d->s != NULL) {
    CHECK_RC(rssl_handshake(d->s), RSSL_ERR_STATE);
    CHECK(!rssl_sock_is_connected(d->s));
    CHECK(rssl_sock_own_cert_new(d->s, 0) == NULL);
    rssl_sock_free(d->s);
  }
  pthread_mutex_unlock(&d->lock);
  return n;
}

static void drop(void *user) {
  ((struct device *)user)->drops++;
}

static rssl_identity *identity(const char *chain, const uint16_t *schemes, size_t n,
                               struct device *d) {
  size_t len;
  char *pem = contents(cert(chain), &len);
  rssl_identity *id;
  CHECK_OK(rssl_identity_new_signer(pem, len, schemes, n, sign, d, drop, &id));
  free(pem);
  return id;
}

/* A context that has this identity alone, and takes over the reference. */
static rssl_ctx *context(rssl_ctx *ctx, rssl_identity *id) {
  CHECK_OK(rssl_ctx_set_identities(ctx, &id, 1));
  rssl_identity_free(id);
  return ctx;
}

static rssl_ctx *server_of(rssl_identity *id) {
  rssl_ctx *ctx;
  CHECK_OK(rssl_ctx_new(RSSL_SERVER, &ctx));
  return context(ctx, id);
}

static rssl_ctx *client_of(uint16_t version) {
  rssl_ctx *ctx = client_ctx("ca.pem");
  only_version(ctx, version);
  return ctx;
}

static rssl_ctx *server_that_requires(void) {
  rssl_ctx *ctx = server_ctx("server");
  CHECK_OK(rssl_ctx_load_verify_file(ctx, cert("ca.pem")));
  CHECK_OK(rssl_ctx_set_verify(ctx, RSSL_CERT_REQUIRED));
  return ctx;
}

static const struct {
  const char *kind;
  uint16_t scheme;
} kinds[] = {
    {"", P256_SHA256},
    {"p384-", P384_SHA384},
    {"p521-", P521_SHA512},
    {"rsa-", RSA_PSS_SHA512},
    {"ed25519-", ED25519},
};

static const uint16_t all[] = {RSA_PSS_SHA512, RSA_PSS_SHA256, RSA_PKCS1_SHA256, P521_SHA512,
                               P384_SHA384,    P256_SHA256,    ED25519};
enum { ALL = sizeof all / sizeof all[0] };

static void check_signs(const char *kind, uint16_t scheme, uint16_t version, bool as_server) {
  char chain[64], key[64];
  const char *role = as_server ? "server" : "client";
  struct device d;
  struct ends e;
  snprintf(chain, sizeof chain, "%s%s.pem", kind, role);
  snprintf(key, sizeof key, "%s%s.key", kind, role);
  d = device(key);
  if (as_server)
    ends_connect(&e, client_of(version), server_of(identity(chain, all, ALL, &d)));
  else
    ends_connect(&e, context(client_of(version), identity(chain, all, ALL, &d)),
                 server_that_requires());
  ends_tell(e.client, e.server, "hello");
  CHECK_INT(d.signatures, 1);
  CHECK_INT(d.scheme, scheme);
  CHECK_INT(d.drops, 0);
  ends_close(&e);
  CHECK_INT(d.drops, 1);
}

static void every_kind_of_key_signs_for_both_roles(void) {
  size_t k, v;
  for (k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
    for (v = 0; v < 2; v++) {
      bool has_curve = strcmp(kinds[k].kind, "p521-") != 0 || versions[v] == RSSL_TLS1_3;
      if (has_curve) check_signs(kinds[k].kind, kinds[k].scheme, versions[v], true);
      check_signs(kinds[k].kind, kinds[k].scheme, versions[v], false);
    }
}

static void the_order_of_the_schemes_counts(void) {
  static const uint16_t schemes[] = {P256_SHA256, RSA_PSS_SHA256, RSA_PSS_SHA512};
  struct device d = device("rsa-server.key");
  rssl_identity *id = identity("rsa-server.pem", schemes, 3, &d), *copy;
  struct ends e;
  ends_connect(&e, client_of(RSSL_TLS1_3), server_of(rssl_identity_ref(id)));
  CHECK_INT(d.scheme, RSA_PSS_SHA256);
  ends_close(&e);
  CHECK_OK(rssl_identity_new_schemes(id, schemes + 2, 1, &copy));
  rssl_identity_free(id);
  CHECK_INT(d.drops, 0);
  ends_connect(&e, client_of(RSSL_TLS1_3), server_of(copy));
  CHECK_INT(d.scheme, RSA_PSS_SHA512);
  ends_close(&e);
  CHECK_INT(d.drops, 1);
}

/* One that gives up, or whose answer cannot be a signature, fails the handshake of its own end;
 * the other end hears of it. */
static void check_fails(struct device *d, const char *says, uint16_t version, bool as_server) {
  static const uint16_t rsa[] = {RSA_PSS_SHA256};
  rssl_identity *id = identity(as_server ? "rsa-server.pem" : "rsa-client.pem", rsa, 1, d);
  rssl_ctx *client = client_of(version), *server;
  rssl_result client_rc, server_rc;
  const rssl_error *error;
  struct ends e;
  int alert;
  server = as_server ? server_of(id) : server_that_requires();
  if (!as_server) context(client, id);
  ends_open(&e, client, server, "localhost");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(as_server ? server_rc : client_rc, RSSL_ERR_CALLBACK);
  error = rssl_sock_error(as_server ? e.server : e.client);
  CHECK_HAS(rssl_error_message(error), says);
  CHECK_RC(rssl_handshake(as_server ? e.server : e.client), RSSL_ERR_CALLBACK);
  /* A TLS 1.3 client has keys by then; where only rustls has them, all it can say is close_notify. */
  alert = as_server || version == RSSL_TLS1_2 || getenv("RSSL_RECORDS") == NULL ? 80 : 0;
  CHECK_INT(rssl_error_alert(error), alert ? alert : -1);
  CHECK_INT(as_server ? client_rc : server_rc, RSSL_ERR_ALERT);
  CHECK_INT(rssl_error_alert(rssl_sock_error(as_server ? e.client : e.server)), alert);
  ends_close(&e);
}

static void what_is_no_signature_fails_the_handshake(void) {
  static const struct {
    ptrdiff_t answer;
    const char *says;
  } wrong[] = {
      {-5, "returned -5"},
      {PTRDIFF_MIN, "gave up"},
      {1025, "1025 bytes"},
      {PTRDIFF_MAX, "has room for 1024"},
      {255, "a signature of this key has 256"},
  };
  size_t i, v;
  for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    for (v = 0; v < 2; v++) {
      struct device d = device(NULL);
      d.answer = wrong[i].answer;
      check_fails(&d, wrong[i].says, versions[v], true);
      check_fails(&d, wrong[i].says, versions[v], false);
      CHECK_INT(d.signatures, 2);
      CHECK_INT(d.drops, 2);
    }
}

static void a_bad_signature_is_found_by_the_peer(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct device d = device("rsa-server.key");
    rssl_ctx *client = client_of(versions[v]), *server;
    rssl_result client_rc, server_rc;
    struct ends e;
    d.spoil = true;
    server = server_of(identity("rsa-server.pem", all, ALL, &d));
    ends_open(&e, client, server, "localhost");
    ends_shake(&e, &client_rc, &server_rc);
    CHECK(client_rc < 0 && !RSSL_IS_WANT(client_rc));
    CHECK_INT(server_rc, RSSL_ERR_ALERT);
    CHECK_INT(rssl_error_alert(rssl_sock_error(e.server)), 51);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    ends_close(&e);
  }
}

static void inside_it_the_socket_can_be_looked_at_and_freed(void) {
  struct device d = device("server.key");
  rssl_ctx *client = client_of(RSSL_TLS1_3);
  rssl_ctx *server = server_of(identity("server.pem", all, ALL, &d));
  struct ends e;
  ends_open_memory(&e, client, server, "localhost");
  d.s = e.server;
  (void)!rssl_handshake(e.client);
  carry(e.client, e.server);
  (void)!rssl_handshake(e.server);
  CHECK_INT(d.signatures, 1);
  rssl_ctx_free(server);
  CHECK_INT(d.drops, 1);
  e.server = NULL;
  rssl_ctx_free(client);
  ends_close(&e);
}

enum { THREADS = 4, ROUNDS = 5 };

static void *connect_often(void *server) {
  int i;
  for (i = 0; i < ROUNDS; i++) {
    struct ends e;
    ends_connect(&e, client_of(RSSL_TLS1_3), rssl_ctx_ref(server));
    ends_close(&e);
  }
  return NULL;
}

static void several_threads_use_one(void) {
  struct device d = device("ed25519-server.key");
  rssl_ctx *server = server_of(identity("ed25519-server.pem", all, ALL, &d));
  pthread_t threads[THREADS];
  int i;
  for (i = 0; i < THREADS; i++)
    CHECK_INT(pthread_create(&threads[i], NULL, connect_often, server), 0);
  for (i = 0; i < THREADS; i++) CHECK_INT(pthread_join(threads[i], NULL), 0);
  CHECK_INT(d.signatures, THREADS * ROUNDS);
  CHECK_INT(d.drops, 0);
  rssl_ctx_free(server);
  CHECK_INT(d.drops, 1);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(every_kind_of_key_signs_for_both_roles),
      CASE(the_order_of_the_schemes_counts),
      CASE(what_is_no_signature_fails_the_handshake),
      CASE(a_bad_signature_is_found_by_the_peer),
      CASE(inside_it_the_socket_can_be_looked_at_and_freed),
      CASE(several_threads_use_one),
  };
  return RUN_CASES(argc, argv, cases);
}
