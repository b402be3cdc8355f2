/* Runs docs/verification.md as a client on the descriptor given: verification FD PIN_FILE. */
#include <rssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *message)
{
    fprintf(stderr, "%s\n", message);
    exit(1);
}

#include "functions.inc"

int main(int argc, char **argv)
{
    unsigned char pin[32];
    FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
    rssl_ctx *ctx;
    rssl_sock *s;
    if (file == NULL || fread(pin, 1, sizeof pin, file) != sizeof pin)
        die("no pin");
    fclose(file);
    if (rssl_ctx_new(RSSL_CLIENT, &ctx) != RSSL_OK ||
        rssl_ctx_load_verify_file(ctx, "ca.pem") != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
#include "statements.inc"
    if (rssl_wrap(ctx, atoi(argv[1]), RSSL_CLIENT, "localhost", &s) != RSSL_OK ||
        rssl_handshake(s) != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
    rssl_sock_free(s);
    rssl_ctx_free(ctx);
    return 0;
}
