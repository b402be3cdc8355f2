/* Runs the statements of docs/guide.md in their order, as a server on the descriptor given. */
#include <poll.h>
#include <rssl.h>
#include <stdio.h>
#include <stdlib.h>

static void die(const char *message)
{
    fprintf(stderr, "%s\n", message);
    exit(1);
}

static void send_to_peer(const char *data, size_t len)
{
    if (fwrite(data, 1, len, stdout) != len)
        die("standard output");
}

int main(int argc, char **argv)
{
    int fd = argc == 2 ? atoi(argv[1]) : -1;
#include "guide.inc"
    rssl_sock_free(s);
    rssl_ctx_free(ctx);
    return 0;
}
