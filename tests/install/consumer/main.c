/* Fails unless the library is that of the header and can make a ClientHello. */
#include <rssl.h>

#include <stdio.h>

#ifdef WITH_OTHER
int other_survives_a_panic(void);
#endif

/* Enough of the engine and of the cryptography to show that they are linked. */
static int makes_a_hello(void) {
  rssl_ctx *ctx = NULL;
  rssl_sock *sock = NULL;
  char hello[4096];
  ptrdiff_t n = 0;
  if (rssl_ctx_new(RSSL_CLIENT, &ctx) == RSSL_OK &&
      rssl_ctx_set_check_hostname(ctx, false) == RSSL_OK &&
      rssl_ctx_set_verify(ctx, RSSL_CERT_NONE) == RSSL_OK &&
      rssl_sock_new(ctx, RSSL_CLIENT, "localhost", &sock) == RSSL_OK &&
      RSSL_IS_WANT(rssl_handshake(sock)))
    n = rssl_drain(sock, hello, sizeof hello);
  if (n <= 0) fprintf(stderr, "no hello: %s\n", rssl_error_message(rssl_last_error()));
  rssl_sock_free(sock);
  rssl_ctx_free(ctx);
  return n > 100 && hello[0] == 22; /* a handshake record */
}

int main(void) {
  if (rssl_version_number() != RSSL_VERSION_NUMBER) {
    fprintf(stderr, "header %s, library %s\n", RSSL_VERSION_STRING, rssl_version());
    return 1;
  }
#ifdef WITH_OTHER
  if (!other_survives_a_panic()) return 1;
#endif
  if (!makes_a_hello()) return 1;
  printf("rssl %s (%s)\n", rssl_version(), rssl_build_info());
  return 0;
}
