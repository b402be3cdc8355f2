#include "hello.h"

#include <stdio.h>
#include <stdlib.h>

/* Begins the line of a list with its first item. */
static void say_key(const char *key, size_t i) {
  if (i == 0) fprintf(stderr, "%s:", key);
  fputc(' ', stderr);
}

static void end_line(size_t items) {
  if (items > 0) fputc('\n', stderr);
}

static void report(const rssl_hello *h) {
  const char *name = rssl_hello_server_name(h);
  size_t i, j;
  if (name != NULL) fprintf(stderr, "hello-sni: %s\n", name);
  for (i = 0; i < rssl_hello_alpn_count(h); i++) {
    rssl_bytes protocol = rssl_hello_alpn(h, i);
    say_key("hello-alpn", i);
    fprintf(stderr, "%.*s", (int)protocol.len, (const char *)protocol.data);
  }
  end_line(i);
  for (i = 0; i < rssl_hello_cipher_count(h); i++) {
    say_key("hello-ciphers", i);
    fprintf(stderr, "%04x", rssl_hello_cipher(h, i));
  }
  end_line(i);
  for (i = 0; i < rssl_hello_scheme_count(h); i++) {
    say_key("hello-schemes", i);
    fprintf(stderr, "%04x", rssl_hello_scheme(h, i));
  }
  end_line(i);
  for (i = 0; i < rssl_hello_ca_count(h); i++) {
    rssl_bytes der = rssl_hello_ca(h, i);
    say_key("hello-authorities", i);
    for (j = 0; j < der.len; j++) fprintf(stderr, "%02x", der.data[j]);
  }
  end_line(i);
}

static rssl_result answer(const struct hello *hello, rssl_hello *h) {
  if (hello->alert != NULL) return rssl_hello_reject(h, atoi(hello->alert));
  return hello->alpn != NULL ? rssl_hello_use_alpn(h, hello->alpn) : RSSL_OK;
}

static rssl_result look(void *user, rssl_sock *s, rssl_hello *h) {
  const struct hello *hello = user;
  (void)s;
  report(h);
  return hello->later ? RSSL_WANT_HELLO : answer(hello, h);
}

rssl_result hello_watch(rssl_ctx *ctx, struct hello *hello) {
  if (!hello->look && !hello->later && hello->alpn == NULL && hello->alert == NULL)
    return RSSL_OK;
  return rssl_ctx_set_hello_callback(ctx, look, hello, NULL);
}

rssl_result hello_decide(const struct hello *hello, rssl_hello *h) {
  rssl_result rc = answer(hello, h);
  return rc < 0 || hello->alert != NULL ? rc : rssl_hello_continue(h);
}
