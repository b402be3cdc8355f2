/* session_store_redis - a session store for rssl_ctx_set_session_store, in Redis 6.2 or later.
 *
 * The sessions of TLS let their holder read and take over connections. Let nobody else reach this
 * Redis: a Unix socket, or a network of its own. It should forget (maxmemory-policy
 * volatile-ttl) rather than refuse.
 *
 * For a program of one thread, as https_server is: others give each thread a connection of its
 * own. */
#define _POSIX_C_SOURCE 200809L

#include "session_store.h"

#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

/* The handshake waits for the answer, and with it every other connection of this thread. */
static const struct timeval patience = {0, 100 * 1000};

/* How long a store that failed is left alone. */
enum { PAUSE_SECONDS = 2 };

#define KEY "tls-session:%b"

struct store {
  redisContext *redis; /* NULL: not connected */
  time_t try_again;    /* when, if not connected */
  char *host;          /* or NULL: path */
  int port;
  const char *path;
};

static time_t monotonic_seconds(void) {
  struct timespec t;
  return clock_gettime(CLOCK_MONOTONIC, &t) == 0 ? t.tv_sec : 0;
}

static void give_up(struct store *store, const char *why) {
  fprintf(stderr, "session store: %s; trying again in %d s\n", why, PAUSE_SECONDS);
  redisFree(store->redis);
  store->redis = NULL;
  store->try_again = monotonic_seconds() + PAUSE_SECONDS;
}

static bool is_connected(struct store *store) {
  if (store->redis != NULL) return true;
  if (monotonic_seconds() < store->try_again) return false;
  store->redis = store->host != NULL
                     ? redisConnectWithTimeout(store->host, store->port, patience)
                     : redisConnectUnixWithTimeout(store->path, patience);
  if (store->redis != NULL && store->redis->err == 0 &&
      redisSetTimeout(store->redis, patience) == REDIS_OK)
    return true;
  give_up(store, store->redis != NULL ? store->redis->errstr : "out of memory");
  return false;
}

/* After an answer that did not come in time the next could belong to that question: only a new
 * connection knows. */
static redisReply *check(struct store *store, redisReply *reply) {
  if (reply == NULL) {
    give_up(store, store->redis->errstr);
  } else if (reply->type == REDIS_REPLY_ERROR) {
    give_up(store, reply->str);
    freeReplyObject(reply);
    reply = NULL;
  }
  return reply;
}

static rssl_result put(void *user, const void *id, size_t id_len, const void *session,
                       size_t session_len, uint32_t lifetime_seconds) {
  struct store *store = user;
  redisReply *reply;
  if (!is_connected(store)) return RSSL_ERR_IO;
  reply = redisCommand(store->redis, "SET " KEY " %b EX %u", id, id_len, session, session_len,
                       (unsigned)lifetime_seconds);
  reply = check(store, reply);
  if (reply == NULL) return RSSL_ERR_IO;
  freeReplyObject(reply);
  return RSSL_OK;
}

static ptrdiff_t get(void *user, const void *id, size_t id_len, bool remove, void *buf,
                     size_t cap) {
  struct store *store = user;
  ptrdiff_t len = 0;
  redisReply *reply;
  if (!is_connected(store)) return RSSL_ERR_IO;
  reply = redisCommand(store->redis, remove ? "GETDEL " KEY : "GET " KEY, id, id_len);
  reply = check(store, reply);
  if (reply == NULL) return RSSL_ERR_IO;
  if (reply->type == REDIS_REPLY_STRING && reply->len <= cap) {
    memcpy(buf, reply->str, reply->len);
    len = (ptrdiff_t)reply->len;
  }
  freeReplyObject(reply);
  return len;
}

static void drop(void *user) {
  struct store *store = user;
  redisFree(store->redis);
  free(store->host);
  free(store);
}

static bool parse(struct store *store, const char *where) {
  const char *colon = strrchr(where, ':');
  char *end;
  if (strchr(where, '/') != NULL) {
    store->path = where;
    return true;
  }
  if (colon == NULL || colon == where) return false;
  store->port = (int)strtol(colon + 1, &end, 10);
  if (*end != '\0' || store->port < 1 || store->port > 65535) return false;
  store->host = calloc(1, (size_t)(colon - where) + 1);
  if (store->host != NULL) memcpy(store->host, where, (size_t)(colon - where));
  return store->host != NULL;
}

bool use_session_store(rssl_ctx *ctx, const char *where) {
  rssl_session_store functions = {sizeof functions, NULL, put, get, drop};
  struct store *store = calloc(1, sizeof *store);
  functions.user = store;
  if (store == NULL || !parse(store, where)) {
    fprintf(stderr, "session store: '%s' is neither HOST:PORT nor a path\n", where);
  } else if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) { /* hiredis raises it when the store is gone */
    perror("session store");
  } else if (rssl_ctx_set_session_store(ctx, &functions) < 0) {
    fprintf(stderr, "session store: %s\n", rssl_error_message(rssl_last_error()));
  } else {
    return true;
  }
  if (store != NULL) drop(store);
  return false;
}
