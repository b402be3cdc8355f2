/* Runs the snippets of docs/fleet.md: two servers that share keys, then a store. */
#include <rssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *message)
{
    fprintf(stderr, "%s\n", message);
    exit(1);
}

#include "keys.inc"

/* A store of one session. */
static unsigned char kept_id[64], kept[4096];
static size_t kept_len;
static int closed;

static rssl_result put(void *user, const void *id, size_t id_len, const void *session, size_t len,
                       uint32_t lifetime_seconds)
{
    (void)user, (void)lifetime_seconds;
    if (id_len > sizeof kept_id || len > sizeof kept) return RSSL_ERR_IO;
    memcpy(kept_id, id, id_len);
    memcpy(kept, session, len);
    kept_len = len;
    return RSSL_OK;
}

static ptrdiff_t get(void *user, const void *id, size_t id_len, bool remove, void *buf, size_t cap)
{
    size_t len = kept_len;
    (void)user;
    if (len > cap || memcmp(id, kept_id, id_len) != 0) return 0;
    memcpy(buf, kept, len);
    if (remove) kept_len = 0;
    return (ptrdiff_t)len;
}

static void close_store(void *user)
{
    (void)user;
    closed++;
}

static void use_store(rssl_ctx *ctx)
{
    void *user = NULL;
#include "store.inc"
}

static void carry(rssl_sock *from, rssl_sock *to)
{
    char buf[16384];
    ptrdiff_t n;
    while ((n = rssl_drain(from, buf, sizeof buf)) > 0)
        if (rssl_feed(to, buf, (size_t)n) != n) die("fed less");
}

/* Connects, and says whether that resumed a session. */
static int resumes(rssl_ctx *client, rssl_ctx *server)
{
    rssl_sock *c, *s;
    char byte;
    int resumed, i;
    if (rssl_sock_new(client, RSSL_CLIENT, "localhost", &c) != RSSL_OK ||
        rssl_sock_new(server, RSSL_SERVER, NULL, &s) != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
    for (i = 0; i < 4; i++) {
        if (!RSSL_IS_WANT(rssl_handshake(c)) && !rssl_sock_is_connected(c)) die("client");
        carry(c, s);
        if (!RSSL_IS_WANT(rssl_handshake(s)) && !rssl_sock_is_connected(s)) die("server");
        carry(s, c);
    }
    if (rssl_read(c, &byte, 1) != RSSL_WANT_READ) die("the tickets");
    resumed = rssl_sock_resumed(s);
    rssl_sock_free(c);
    rssl_sock_free(s);
    return resumed;
}

static rssl_ctx *server(void)
{
    rssl_ctx *ctx;
    if (rssl_ctx_new(RSSL_SERVER, &ctx) != RSSL_OK ||
        rssl_ctx_load_cert_file(ctx, "server.pem", "server.key", NULL) != RSSL_OK ||
        rssl_ctx_set_ticket_count(ctx, 1) != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
    return ctx;
}

int main(void)
{
    rssl_ctx *client, *one = server(), *two = server();
    if (rssl_ctx_new(RSSL_CLIENT, &client) != RSSL_OK ||
        rssl_ctx_load_verify_file(client, "ca.pem") != RSSL_OK)
        die(rssl_error_message(rssl_last_error()));
    load_ticket_keys(one);
    if (resumes(client, one)) die("resumed nothing");
    if (system("sh -e rotation.sh") != 0) die("rotation.sh");
    load_ticket_keys(two);
    if (!resumes(client, two)) die("the older key is not there");
    load_ticket_keys(one);
    if (!resumes(client, one)) die("the newer key is not there");
    use_store(one);
    use_store(two);
    resumes(client, one);
    if (!resumes(client, two)) die("not in the store");
    rssl_ctx_free(one);
    rssl_ctx_free(two);
    rssl_ctx_free(client);
    if (closed != 2) die("close_store");
    return 0;
}
