/* What resumption is set up with. */
#include "arguments.h"
#include "resuming.h"

#include <stdlib.h>
#include <string.h>

#define WITH_CONTEXT(body)                     \
  do {                                         \
    rssl_ctx *ctx;                             \
    CHECK_OK(rssl_ctx_new(RSSL_SERVER, &ctx)); \
    body;                                      \
    rssl_ctx_free(ctx);                        \
  } while (0)

static void arguments_of_rssl_ctx_set_session_cache(void) {
  CHECK_REFUSED(rssl_ctx_set_session_cache(NULL, 1));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_session_cache(ctx, SIZE_MAX));
    CHECK_REFUSED(rssl_ctx_set_session_cache(ctx, 1000001));
  });
}

static void arguments_of_rssl_ctx_set_ticket_count(void) {
  CHECK_REFUSED(rssl_ctx_set_ticket_count(NULL, 1));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_ticket_count(ctx, SIZE_MAX));
    CHECK_REFUSED(rssl_ctx_set_ticket_count(ctx, 101));
  });
}

static void arguments_of_rssl_ctx_set_ticket_keys(void) {
  unsigned char *keys = malloc(101 * 48);
  rssl_ctx *client = client_ctx(NULL);
  size_t i;
  for (i = 0; i < 101 * 48; i++) keys[i] = (unsigned char)(1 + i / 48);
  CHECK_REFUSED(rssl_ctx_set_ticket_keys(NULL, keys, 1));
  WITH_CONTEXT({
    CHECK_REFUSED(rssl_ctx_set_ticket_keys(ctx, NULL, 1));
    CHECK_REFUSED(rssl_ctx_set_ticket_keys(ctx, keys, 0));
    CHECK_REFUSED(rssl_ctx_set_ticket_keys(ctx, keys, 101));
    CHECK_REFUSED(rssl_ctx_set_ticket_keys(ctx, keys, TOO_LONG / 48 + 1));
    CHECK_REFUSED(rssl_ctx_set_ticket_keys(ctx, keys, SIZE_MAX));
    CHECK_OK(rssl_ctx_set_ticket_keys(ctx, keys, 100));
    memcpy(keys + 2 * 48, keys, 16);
    CHECK_REFUSED(rssl_ctx_set_ticket_keys(ctx, keys, 3));
    CHECK_HAS(last_message(), "the ticket keys 0 and 2 have the same name");
    memset(keys + 48 + 16, 0, 32);
    CHECK_REFUSED(rssl_ctx_set_ticket_keys(ctx, keys, 2));
    CHECK_HAS(last_message(), "the secret of ticket key 1 is all zeros");
    CHECK_OK(rssl_ctx_set_ticket_keys(ctx, keys, 1));
    CHECK_OK(rssl_ctx_set_ticket_keys(ctx, NULL, 0));
  });
  CHECK_RC(rssl_ctx_set_ticket_keys(client, keys, 1), RSSL_ERR_STATE);
  rssl_ctx_free(client);
  free(keys);
}

static rssl_result keeps_nothing(void *user, const void *id, size_t id_len, const void *session,
                                 size_t session_len, uint32_t lifetime_seconds) {
  (void)user, (void)id, (void)id_len, (void)session, (void)session_len, (void)lifetime_seconds;
  return RSSL_ERR_IO;
}

static ptrdiff_t finds_nothing(void *user, const void *id, size_t id_len, bool remove, void *buf,
                               size_t cap) {
  (void)user, (void)id, (void)id_len, (void)remove, (void)buf, (void)cap;
  return 0;
}

static void count_drop(void *user) {
  ++*(int *)user;
}

static void arguments_of_rssl_ctx_set_session_store(void) {
  struct {
    rssl_session_store store;
    size_t unknown;
  } longer;
  rssl_session_store good = {sizeof good, NULL, keeps_nothing, finds_nothing, count_drop}, bad;
  rssl_ctx *client = client_ctx(NULL);
  int drops = 0;
  good.user = &drops;
  CHECK_REFUSED(rssl_ctx_set_session_store(NULL, &good));
  CHECK_REFUSED(rssl_ctx_set_session_store(NULL, NULL));
  CHECK_RC(rssl_ctx_set_session_store(client, &good), RSSL_ERR_STATE);
  CHECK_RC(rssl_ctx_set_session_store(client, NULL), RSSL_ERR_STATE);
  rssl_ctx_free(client);
  WITH_CONTEXT({
    bad = good;
    bad.size = 0;
    CHECK_REFUSED(rssl_ctx_set_session_store(ctx, &bad));
    bad.size = sizeof bad - 1;
    CHECK_REFUSED(rssl_ctx_set_session_store(ctx, &bad));
    bad.size = SIZE_MAX;
    CHECK_REFUSED(rssl_ctx_set_session_store(ctx, &bad));
    bad = good;
    bad.put = NULL;
    CHECK_REFUSED(rssl_ctx_set_session_store(ctx, &bad));
    bad = good;
    bad.get = NULL;
    CHECK_REFUSED(rssl_ctx_set_session_store(ctx, &bad));
    longer.store = good;
    longer.store.size = sizeof longer;
    longer.unknown = 1;
    CHECK_REFUSED(rssl_ctx_set_session_store(ctx, &longer.store));
    CHECK_INT(drops, 0);
    longer.unknown = 0;
    CHECK_OK(rssl_ctx_set_session_store(ctx, &longer.store));
    CHECK_OK(rssl_ctx_set_session_store(ctx, &good));
    CHECK_INT(drops, 1);
    CHECK_OK(rssl_ctx_set_session_store(ctx, NULL));
    CHECK_INT(drops, 2);
    CHECK_OK(rssl_ctx_set_session_store(ctx, &good));
    CHECK_OK(rssl_ctx_set_ticket_keys(ctx, NULL, 0));
    CHECK_INT(drops, 3);
    CHECK_OK(rssl_ctx_set_session_store(ctx, &good));
  });
  CHECK_INT(drops, 4);
}

/* A session of TLS 1.3, and a context from which it may be resumed. */
static rssl_session *got_session(rssl_ctx **client) {
  rssl_session *session;
  rssl_ctx *server = server_ctx("server");
  *client = client_ctx("ca.pem");
  CHECK(!resumes(*client, server));
  session = session_of(*client, server);
  rssl_ctx_free(server);
  return session;
}

static void arguments_of_rssl_sock_session_new(void) {
  rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
  struct ends e;
  CHECK(rssl_sock_session_new(NULL) == NULL);
  ends_open(&e, client, server, "localhost");
  CHECK(rssl_sock_session_new(e.client) == NULL);
  CHECK(rssl_sock_session_new(e.server) == NULL);
  ends_close(&e);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void arguments_of_rssl_sock_set_session(void) {
  rssl_ctx *client, *server = server_ctx("server");
  rssl_session *session = got_session(&client);
  struct ends e;
  CHECK_REFUSED(rssl_sock_set_session(NULL, session));
  ends_open(&e, client, server, "localhost");
  CHECK_REFUSED(rssl_sock_set_session(e.client, NULL));
  CHECK_RC(rssl_sock_set_session(e.server, session), RSSL_ERR_STATE);
  CHECK_OK(rssl_sock_set_session(e.client, session));
  ends_close(&e);
  rssl_session_free(session);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
}

static void arguments_of_rssl_session_ref(void) {
  rssl_ctx *client;
  rssl_session *session = got_session(&client);
  CHECK(rssl_session_ref(NULL) == NULL);
  CHECK(rssl_session_ref(session) == session);
  rssl_session_free(session);
  rssl_session_free(session);
  rssl_ctx_free(client);
}

static void arguments_of_rssl_session_free(void) {
  rssl_session_free(NULL);
}

const struct test_case resumption_arguments[] = {
    ARGUMENTS_OF(rssl_ctx_set_session_cache),
    ARGUMENTS_OF(rssl_ctx_set_ticket_count),
    ARGUMENTS_OF(rssl_ctx_set_ticket_keys),
    ARGUMENTS_OF(rssl_ctx_set_session_store),
    ARGUMENTS_OF(rssl_sock_session_new),
    ARGUMENTS_OF(rssl_sock_set_session),
    ARGUMENTS_OF(rssl_session_ref),
    ARGUMENTS_OF(rssl_session_free),
};
const size_t resumption_arguments_count =
    sizeof resumption_arguments / sizeof resumption_arguments[0];
