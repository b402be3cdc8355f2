/* Runs the snippets of docs/guide.md about rssl_unstable.h, a server on a thread of its own. */
#include <pthread.h>
#include <rssl_unstable.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char request[] = "GET / HTTP/1.0\r\n\r\n";
static const size_t request_len = sizeof request - 1;
static size_t early_len;

static void die(const char *message)
{
    fprintf(stderr, "%s\n", message);
    exit(1);
}

static void take_what_may_be_a_replay(const char *data, size_t len)
{
    if (early_len + len > request_len || memcmp(request + early_len, data, len) != 0)
        die("other early data");
    early_len += len;
}

static void check_version(void)
{
#include "version.inc"
}

struct end {
    rssl_ctx *ctx;
    int fd;
};

/* Until the client has closed; its request comes early or after the handshake. */
static void *serve_early(void *arg)
{
    rssl_ctx *server = ((struct end *)arg)->ctx;
    int fd = ((struct end *)arg)->fd;
    char buf[64];
    size_t len;
    early_len = 0;
#include "early_server.inc"
    len = early_len;
    while ((n = rssl_read(s, buf, sizeof buf)) > 0)
        len += (size_t)n;
    if (n < 0 || len != request_len || rssl_shutdown(s, RSSL_SHUT_WR) != RSSL_OK)
        die("the request did not arrive once");
    rssl_sock_free(s);
    close(fd);
    return NULL;
}

static void finish(rssl_sock *s, int fd)
{
    char buf[64];
    if (rssl_shutdown(s, RSSL_SHUT_WR) != RSSL_OK || rssl_read(s, buf, sizeof buf) != 0)
        die("the server said something");
    rssl_sock_free(s);
    close(fd);
}

static void ask_early(rssl_ctx *client, int fd)
{
#include "early_client.inc"
    finish(s, fd);
}

/* Does the handshake, whatever comes of it, and waits for the client to close. */
static void *serve(void *arg)
{
    struct end *end = arg;
    char buf[64];
    rssl_sock *s;
    if (rssl_wrap(end->ctx, end->fd, RSSL_SERVER, NULL, &s) != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
    if (rssl_handshake(s) == RSSL_OK && rssl_read(s, buf, sizeof buf) == 0 &&
        rssl_shutdown(s, RSSL_SHUT_WR) != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
    rssl_sock_free(s);
    close(end->fd);
    return NULL;
}

/* The client's descriptor. */
static int start(pthread_t *thread, void *(*run)(void *), struct end *end)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        die("socketpair");
    end->fd = fds[1];
    if (pthread_create(thread, NULL, run, end) != 0)
        die("pthread_create");
    return fds[0];
}

static void early_data(rssl_ctx *client, rssl_ctx *server)
{
    int i;
    for (i = 0; i < 2; i++) {
        struct end end = { server, -1 };
        pthread_t thread;
        ask_early(client, start(&thread, serve_early, &end));
        pthread_join(thread, NULL);
        if (early_len != (i == 0 ? 0 : request_len))
            die("early where it should not be, or not early");
    }
}

static void ech(rssl_ctx *ctx, rssl_ctx *server, const unsigned char *list, size_t list_len,
                rssl_x_ech_state expected)
{
    struct end end = { server, -1 };
    pthread_t thread;
    int fd = start(&thread, serve, &end);
#include "ech.inc"
    if (ech != expected || (rc == RSSL_OK) != (expected == RSSL_X_ECH_GREASE))
        die("another state of the Encrypted ClientHello");
    if (rc == RSSL_OK) {
        finish(s, fd);
    } else {
        rssl_sock_free(s);
        close(fd);
    }
    pthread_join(thread, NULL);
}

static void encrypted_client_hello(rssl_ctx *client, rssl_ctx *server)
{
    /* X25519, HKDF-SHA256, AES-128-GCM, the public name "localhost". */
    static const unsigned char list[] = "\x00\x3c\xfe\x0d\x00\x38\x07\x00\x20\x00\x20"
        "\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        "\x00\x04\x00\x01\x00\x01\x40\x09" "localhost\x00\x00";
    if (rssl_x_set_ech_grease(client, true) == RSSL_ERR_UNSUPPORTED)
        return;
    ech(client, server, NULL, 0, RSSL_X_ECH_GREASE);
    ech(client, server, list, sizeof list - 1, RSSL_X_ECH_REJECTED);
    /* The server has sent no keys. */
    ech(client, server, NULL, 0, RSSL_X_ECH_GREASE);
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

static void raw_keys(rssl_ctx *client, rssl_ctx *server)
{
    char key[4096];
    size_t key_len = read_file("server.key", key, sizeof key);
    struct end end = { server, -1 };
    pthread_t thread;
    rssl_sock *sock;
    int fd;
#include "raw_keys.inc"
    fd = start(&thread, serve, &end);
    if (rssl_wrap(client, fd, RSSL_CLIENT, "localhost", &sock) != RSSL_OK ||
        rssl_handshake(sock) != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
    if (rssl_x_peer_raw_key(sock).len == 0)
        die("no raw key");
    finish(sock, fd);
    pthread_join(thread, NULL);
}

static rssl_ctx *context(rssl_role role)
{
    rssl_ctx *ctx;
    rssl_result rc;
    if (rssl_ctx_new(role, &ctx) != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
    rc = role == RSSL_CLIENT ? rssl_ctx_load_verify_file(ctx, "ca.pem")
                             : rssl_ctx_load_cert_file(ctx, "server.pem", "server.key", NULL);
    if (rc != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
    return ctx;
}

int main(void)
{
    static void (*const run[])(rssl_ctx *, rssl_ctx *) = {
        encrypted_client_hello, early_data, raw_keys
    };
    size_t i;
    check_version();
    for (i = 0; i < sizeof run / sizeof run[0]; i++) {
        rssl_ctx *client = context(RSSL_CLIENT), *server = context(RSSL_SERVER);
        run[i](client, server);
        rssl_ctx_free(client);
        rssl_ctx_free(server);
    }
    return 0;
}
