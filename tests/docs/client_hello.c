/* Runs the snippets of docs/client-hello.md as a server on the descriptor given; prints what came
 * of the handshake. */
#include <rssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *message)
{
    fprintf(stderr, "%s\n", message);
    exit(1);
}

static rssl_ctx *server(const char *cert, const char *key)
{
    rssl_ctx *ctx;
    if (rssl_ctx_new(RSSL_SERVER, &ctx) != RSSL_OK ||
        rssl_ctx_load_cert_file(ctx, cert, key, NULL) != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
    return ctx;
}

static rssl_identity *look_up(const char *name)
{
    rssl_identity *id = NULL;
    if (strcmp(name, "second.rssl.test") == 0 &&
        rssl_identity_new_file("second.pem", "second.key", NULL, NULL, &id) != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
    return id;
}

#include "functions.inc"

int main(int argc, char **argv)
{
    int fd = argc == 2 ? atoi(argv[1]) : -1;
    rssl_ctx *ctx = server("server.pem", "server.key");
    rssl_ctx *strict = server("server.pem", "server.key");
    rssl_sock *s;
    if (rssl_ctx_load_verify_file(strict, "ca.pem") != RSSL_OK ||
        rssl_ctx_set_verify(strict, RSSL_CERT_REQUIRED) != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
#include "before.inc"
    if (rssl_wrap(ctx, fd, RSSL_SERVER, NULL, &s) != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
#include "after.inc"
    puts(rssl_result_name(rc));
    rssl_sock_free(s);
    rssl_ctx_free(ctx);
    rssl_ctx_free(strict);
    return 0;
}
