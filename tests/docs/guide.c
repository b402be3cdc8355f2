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

/* A device that is out of order: the guide's connection is over when it is given. */
struct device { int session; };

static ptrdiff_t sign_in_device(void *user, uint16_t scheme, const void *msg, size_t len, void *sig,
                                size_t cap)
{
    (void)user, (void)scheme, (void)msg, (void)len, (void)sig, (void)cap;
    return -1;
}

static size_t read_file(const char *path, char *data, size_t room)
{
    FILE *file = fopen(path, "rb");
    size_t len = file != NULL ? fread(data, 1, room, file) : 0;

    if (file == NULL)
        die(path);
    fclose(file);
    return len;
}

int main(int argc, char **argv)
{
    static const unsigned char response[] = { 0x30, 7, 0x0a, 1, 0, 0xa0, 2, 0x30, 0 };
    const size_t response_len = sizeof response;
    char chain[8192];
    size_t chain_len = read_file("server.pem", chain, sizeof chain);
    struct device device = { 0 };
    int fd = argc == 2 ? atoi(argv[1]) : -1;
#include "guide.inc"
    rssl_sock_free(s);
    rssl_ctx_free(ctx);
    return 0;
}
