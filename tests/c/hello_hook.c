#include "hello_hook.h"

#include "check.h"

#include <stdio.h>

static rssl_result look(void *user, rssl_sock *s, rssl_hello *h) {
  struct hook *hook = user;
  hook->calls++;
  CHECK(rssl_sock_hello(s) == h);
  CHECK_INT(rssl_events(s), 0);
  if (hook->ctx) CHECK_OK(rssl_hello_use_ctx(h, hook->ctx));
  if (hook->id) CHECK_OK(rssl_hello_use_identity(h, hook->id));
  if (hook->alpn) CHECK_OK(rssl_hello_use_alpn(h, hook->alpn));
  if (hook->look) hook->look(hook, s, h);
  return hook->answer;
}

static void count_drop(void *user) {
  ((struct hook *)user)->drops++;
}

void hook_set(rssl_ctx *ctx, struct hook *hook) {
  CHECK_OK(rssl_ctx_set_hello_callback(ctx, look, hook, count_drop));
}

rssl_identity *identity_of(const char *name) {
  char chain[64], key[64];
  rssl_identity *id;
  snprintf(chain, sizeof chain, "%s.pem", name);
  snprintf(key, sizeof key, "%s.key", name);
  CHECK_OK(rssl_identity_new_file(cert(chain), cert(key), NULL, NULL, &id));
  return id;
}

void connect_to(struct ends *e, rssl_ctx *client, rssl_ctx *server, const char *name) {
  rssl_result client_rc, server_rc;
  ends_open(e, client, server, name);
  ends_shake(e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  CHECK(rssl_sock_hello(e->server) == NULL);
}

void check_refused(struct ends *e, rssl_result code, int alert) {
  rssl_result client_rc, server_rc;
  ends_shake(e, &client_rc, &server_rc);
  CHECK_INT(server_rc, code);
  CHECK_SOCK_ERROR(e->server, code);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e->server)), alert);
  CHECK(!rssl_error_alert_received(rssl_sock_error(e->server)));
  CHECK_INT(client_rc, RSSL_ERR_ALERT);
  CHECK_INT(rssl_error_alert(rssl_sock_error(e->client)), alert);
  CHECK_INT(rssl_events(e->server), 0);
  CHECK(rssl_sock_hello(e->server) == NULL);
}
