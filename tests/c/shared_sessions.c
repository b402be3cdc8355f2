/* Sessions that several servers share, by ticket keys or by a store: what resumes, and above all
 * what must not. */
#include "check.h"
#include "resuming.h"

#include <string.h>

static const uint16_t versions[] = {RSSL_TLS1_2, RSSL_TLS1_3};

/* -- a store in memory */

enum { SHELF = 32, LONGEST = 4096 };

struct entry {
  unsigned char id[64], session[LONGEST];
  size_t id_len, len; /* len 0: not used */
};

struct store {
  struct entry entries[SHELF];
  unsigned puts, gets, removals;
  bool fails;       /* keeps and finds nothing */
  ptrdiff_t answer; /* returned from get instead, if not 0 */
  bool mixes_up;    /* gives out another session than was asked for */
};

static rssl_result store_put(void *user, const void *id, size_t id_len, const void *session,
                             size_t session_len, uint32_t lifetime_seconds) {
  struct store *store = user;
  struct entry *entry = &store->entries[store->puts++ % SHELF];
  CHECK(id_len > 0 && id_len <= sizeof entry->id && session_len <= LONGEST);
  CHECK(lifetime_seconds >= 60 && lifetime_seconds <= 7 * 24 * 60 * 60);
  if (store->fails) return RSSL_ERR_IO;
  memcpy(entry->id, id, id_len);
  memcpy(entry->session, session, session_len);
  entry->id_len = id_len;
  entry->len = session_len;
  return RSSL_OK;
}

static ptrdiff_t store_get(void *user, const void *id, size_t id_len, bool remove, void *buf,
                           size_t cap) {
  struct store *store = user;
  size_t i;
  store->gets++;
  store->removals += remove;
  if (store->answer) {
    memset(buf, 0x16, cap);
    return store->answer;
  }
  for (i = 0; i < SHELF && !store->fails; i++) {
    struct entry *entry = &store->entries[i];
    bool asked = entry->id_len == id_len && memcmp(entry->id, id, id_len) == 0;
    ptrdiff_t len = (ptrdiff_t)entry->len;
    if (len == 0 || asked == store->mixes_up) continue;
    memcpy(buf, entry->session, entry->len);
    if (remove) entry->len = 0;
    return len;
  }
  return 0;
}

static void use_store(rssl_ctx *server, struct store *store) {
  rssl_session_store functions = {sizeof functions, NULL, store_put, store_get, NULL};
  functions.user = store;
  CHECK_OK(rssl_ctx_set_session_store(server, &functions));
}

/* -- keys */

struct ticket_key {
  unsigned char name[16], secret[32];
};

static struct ticket_key ticket_key(int number) {
  struct ticket_key key;
  memset(&key, number, sizeof key);
  return key;
}

/* The newest first; 0: no more. */
static void use_keys(rssl_ctx *server, int newest, int older) {
  struct ticket_key keys[2];
  keys[0] = ticket_key(newest);
  keys[1] = ticket_key(older);
  CHECK_OK(rssl_ctx_set_ticket_keys(server, keys, older ? 2 : 1));
}

/* -- both ways of sharing, for what holds of either */

static struct store common;

static void by_keys(rssl_ctx *server) {
  use_keys(server, 1, 0);
}

static void by_store(rssl_ctx *server) {
  use_store(server, &common);
}

/* Runs `body` for each way and version, with a server that shares and a client that has connected
 * to it once. */
#define SHARED(body)                                                               \
  do {                                                                             \
    static void (*const ways[])(rssl_ctx *) = {by_keys, by_store};                 \
    size_t w, v;                                                                   \
    for (w = 0; w < 2; w++) {                                                      \
      for (v = 0; v < 2; v++) {                                                    \
        void (*share)(rssl_ctx *) = ways[w];                                       \
        rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");   \
        memset(&common, 0, sizeof common);                                         \
        only_version(client, versions[v]);                                         \
        share(server);                                                             \
        CHECK(!resumes(client, server));                                           \
        body;                                                                      \
        rssl_ctx_free(client);                                                     \
        rssl_ctx_free(server);                                                     \
      }                                                                            \
    }                                                                              \
  } while (0)

static void another_server_resumes(void) {
  SHARED({
    rssl_ctx *other = server_ctx("p384-server");
    CHECK(!resumes(client, other));
    share(other);
    rssl_ctx_free(client);
    client = client_ctx("ca.pem");
    only_version(client, versions[v]);
    CHECK(!resumes(client, server));
    CHECK(resumes(client, other));
    CHECK(resumes(client, server));
    rssl_ctx_free(other);
  });
}

static void another_name_does_not(void) {
  SHARED({
    CHECK(!resumes_as(client, server, "server.rssl.test"));
  });
}

/* Fails because no certificate came, and does not resume. */
static void check_asks(rssl_ctx *client, rssl_ctx *server) {
  rssl_result client_rc, server_rc;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_INT(server_rc, RSSL_ERR_NO_CERT);
  CHECK(!rssl_sock_resumed(e.client));
  ends_close(&e);
}

static void require(rssl_ctx *server, const char *roots) {
  CHECK_OK(rssl_ctx_load_verify_file(server, cert(roots)));
  CHECK_OK(rssl_ctx_set_verify(server, RSSL_CERT_REQUIRED));
}

static void a_session_got_without_a_certificate_is_no_good_where_one_is_required(void) {
  SHARED({
    rssl_ctx *strict = server_ctx("server");
    share(strict);
    require(strict, "ca.pem");
    check_asks(client, strict);
    rssl_ctx_free(strict);
  });
}

static void nor_where_one_is_required_from_now_on(void) {
  SHARED({
    require(server, "ca.pem");
    check_asks(client, server);
  });
}

static void the_order_in_which_a_server_is_set_up_makes_no_difference(void) {
  SHARED({
    rssl_ctx *strict = server_ctx("server");
    require(strict, "ca.pem");
    share(strict);
    check_asks(client, strict);
    rssl_ctx_free(strict);
  });
}

static void what_one_set_of_roots_accepted_is_looked_at_again_under_another(void) {
  SHARED({
    rssl_ctx *strict = server_ctx("server");
    rssl_ctx *other = server_ctx("server");
    rssl_result client_rc;
    rssl_result server_rc;
    struct ends e;
    share(strict);
    require(strict, "ca.pem");
    share(other);
    require(other, "other-ca.pem");
    CHECK_OK(rssl_ctx_load_cert_file(client, cert("client.pem"), cert("client.key"), NULL));
    CHECK(!resumes(client, strict));
    CHECK(resumes(client, strict));
    ends_open(&e, client, other, "localhost");
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_INT(server_rc, RSSL_ERR_VERIFY);
    ends_close(&e);
    /* One context whose roots change. */
    resumes(client, strict);
    CHECK(resumes(client, strict));
    CHECK_OK(rssl_ctx_load_verify_file(strict, cert("other-ca.pem")));
    CHECK(!resumes(client, strict));
    CHECK(resumes(client, strict));
    CHECK_OK(rssl_ctx_set_verify(strict, RSSL_CERT_OPTIONAL));
    CHECK(!resumes(client, strict));
    rssl_ctx_free(strict);
    rssl_ctx_free(other);
  });
}

static void servers_with_equal_settings_share_what_they_verified(void) {
  SHARED({
    rssl_ctx *one = server_ctx("server");
    rssl_ctx *two = server_ctx("server");
    rssl_result client_rc;
    rssl_result server_rc;
    rssl_cert *leaf;
    struct ends e;
    share(one);
    share(two);
    require(one, "ca.pem");
    require(one, "other-ca.pem");
    require(two, "other-ca.pem");
    require(two, "ca.pem");
    CHECK_OK(rssl_ctx_load_cert_file(client, cert("client.pem"), cert("client.key"), NULL));
    CHECK(!resumes(client, one));
    ends_open(&e, client, two, "localhost");
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_OK(client_rc);
    CHECK_OK(server_rc);
    CHECK(rssl_sock_resumed(e.server));
    CHECK_INT(rssl_sock_verify_result(e.server), RSSL_V_OK);
    leaf = rssl_sock_peer_cert_new(e.server, 0);
    CHECK(leaf != NULL);
    rssl_cert_free(leaf);
    ends_close(&e);
    rssl_ctx_free(one);
    rssl_ctx_free(two);
  });
}

/* Counts its calls. */
static int32_t accept_any(void *user, const rssl_sock *s, int32_t verify,
                          const rssl_cert *const *chain, size_t chain_len) {
  (void)s, (void)verify, (void)chain, (void)chain_len;
  ++*(int *)user;
  return RSSL_V_OK;
}

static int32_t agree(void *user, const rssl_sock *s, int32_t verify, const rssl_cert *const *chain,
                     size_t chain_len) {
  (void)s, (void)chain, (void)chain_len;
  ++*(int *)user;
  return verify;
}

static void what_revocation_lists_allowed_is_looked_at_again_under_others(void) {
  SHARED({
    rssl_ctx *strict = server_ctx("server");
    rssl_ctx *other = server_ctx("server");
    share(strict);
    require(strict, "ca.pem");
    share(other);
    require(other, "ca.pem");
    CHECK_OK(rssl_ctx_load_crl_file(other, cert("crl.pem")));
    CHECK_OK(rssl_ctx_load_cert_file(client, cert("client.pem"), cert("client.key"), NULL));
    CHECK(!resumes(client, strict));
    CHECK(!resumes(client, other));
    CHECK(resumes(client, other));
    CHECK_OK(rssl_ctx_set_crl_flags(other, RSSL_CRL_LEAF_ONLY));
    CHECK(!resumes(client, other));
    CHECK(resumes(client, other));
    CHECK_OK(rssl_ctx_load_crl_file(strict, cert("crl.pem")));
    CHECK(!resumes(client, strict));
    rssl_ctx_free(strict);
    rssl_ctx_free(other);
  });
}

static void whom_a_callback_accepted_against_the_verdict_is_asked_again_everywhere(void) {
  SHARED({
    rssl_ctx *lenient = server_ctx("server");
    int calls = 0;
    share(lenient);
    require(lenient, "other-ca.pem");
    CHECK_OK(rssl_ctx_set_verify_callback(lenient, accept_any, &calls, NULL));
    CHECK_OK(rssl_ctx_load_cert_file(client, cert("client.pem"), cert("client.key"), NULL));
    CHECK(!resumes(client, lenient));
    CHECK(!resumes(client, lenient));
    CHECK_INT(calls, 2);
    rssl_ctx_free(lenient);
  });
}

static void what_one_callback_accepted_another_is_asked_about(void) {
  SHARED({
    rssl_ctx *one = server_ctx("server");
    rssl_ctx *two = server_ctx("server");
    int calls_of_one = 0;
    int calls_of_two = 0;
    share(one);
    share(two);
    require(one, "ca.pem");
    require(two, "ca.pem");
    CHECK_OK(rssl_ctx_set_verify_callback(one, agree, &calls_of_one, NULL));
    CHECK_OK(rssl_ctx_set_verify_callback(two, agree, &calls_of_two, NULL));
    CHECK_OK(rssl_ctx_load_cert_file(client, cert("client.pem"), cert("client.key"), NULL));
    CHECK(!resumes(client, one));
    CHECK(resumes(client, one));
    CHECK_INT(calls_of_one, 1);
    CHECK(!resumes(client, two));
    CHECK_INT(calls_of_two, 1);
    rssl_ctx_free(one);
    rssl_ctx_free(two);
  });
}

/* -- keys alone */

static void a_ticket_of_an_older_key_resumes_and_one_of_a_dropped_key_does_not(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    only_version(client, versions[v]);
    use_keys(server, 1, 0);
    CHECK(!resumes(client, server));
    use_keys(server, 2, 1);
    CHECK(resumes(client, server)); /* and has a ticket under key 2 */
    use_keys(server, 3, 2);
    CHECK(resumes(client, server));
    use_keys(server, 5, 4);
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
    CHECK_OK(rssl_ctx_set_ticket_keys(server, NULL, 0));
    CHECK(!resumes(client, server));
    CHECK(resumes(client, server));
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

/* Sockets that exist already seal with the keys that the context has now. */
static void keys_act_on_live_sockets(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    rssl_ctx *other = server_ctx("server");
    rssl_result client_rc, server_rc;
    struct ends e;
    only_version(client, versions[v]);
    ends_open(&e, client, server, "localhost");
    use_keys(server, 1, 0);
    use_keys(other, 1, 0);
    ends_shake(&e, &client_rc, &server_rc);
    CHECK_OK(client_rc);
    CHECK_OK(server_rc);
    CHECK(!ends_resumed(&e));
    ends_close(&e);
    CHECK(resumes(client, other));
    rssl_ctx_free(client);
    rssl_ctx_free(server);
    rssl_ctx_free(other);
  }
}

/* -- the store alone */

static void a_session_of_tls13_is_used_once_and_one_of_tls12_again(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct store store = {0};
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    only_version(client, versions[v]);
    use_store(server, &store);
    CHECK_OK(rssl_ctx_set_ticket_count(server, 1));
    CHECK(!resumes(client, server));
    CHECK_INT(store.puts, 1);
    CHECK(resumes(client, server));
    CHECK(resumes(client, server));
    if (versions[v] == RSSL_TLS1_2) {
      CHECK_INT(store.puts, 1);
      CHECK_INT(store.removals, 0);
    } else {
      CHECK_INT(store.puts, 3);
      CHECK_INT(store.removals, 2);
    }
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

static void without_tickets_a_store_has_sessions_of_tls12_only(void) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct store store = {0};
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    only_version(client, versions[v]);
    use_store(server, &store);
    CHECK_OK(rssl_ctx_set_options(server, RSSL_OPT_NO_TICKETS, 0));
    CHECK(!resumes(client, server));
    CHECK_INT(resumes(client, server), versions[v] == RSSL_TLS1_2);
    CHECK_INT(store.puts, versions[v] == RSSL_TLS1_2);
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

static void tickets_come_back_when_the_store_goes(void) {
  size_t v, by;
  for (v = 0; v < 2; v++) {
    for (by = 0; by < 2; by++) {
      struct store store = {0};
      rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
      only_version(client, versions[v]);
      use_store(server, &store);
      if (by == 0)
        CHECK_OK(rssl_ctx_set_session_store(server, NULL));
      else
        use_keys(server, 1, 0);
      CHECK(!resumes(client, server));
      CHECK(resumes(client, server));
      CHECK_INT(store.puts + store.gets, 0);
      rssl_ctx_free(client);
      rssl_ctx_free(server);
    }
  }
}

/* Connects once, has the store misbehave, and connects again. */
static void check_costs_a_full_handshake(struct store misbehaving) {
  size_t v;
  for (v = 0; v < 2; v++) {
    struct store store = {0};
    rssl_ctx *client = client_ctx("ca.pem"), *server = server_ctx("server");
    only_version(client, versions[v]);
    use_store(server, &store);
    CHECK(!resumes(client, server));
    store.fails = misbehaving.fails;
    store.answer = misbehaving.answer;
    store.mixes_up = misbehaving.mixes_up;
    CHECK(!resumes(client, server));
    CHECK(store.gets > 0);
    CHECK(!resumes(client, server));
    store.fails = store.mixes_up = false;
    store.answer = 0;
    resumes(client, server);
    CHECK(resumes(client, server));
    rssl_ctx_free(client);
    rssl_ctx_free(server);
  }
}

static void a_store_that_fails_costs_a_full_handshake(void) {
  struct store store = {0};
  store.fails = true;
  check_costs_a_full_handshake(store);
}

static void so_does_one_that_returns_what_it_must_not(void) {
  static const ptrdiff_t answers[] = {-1, RSSL_ERR_IO, PTRDIFF_MIN, PTRDIFF_MAX, 64 * 1024 + 1};
  size_t i;
  for (i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    struct store store = {0};
    store.answer = answers[i];
    check_costs_a_full_handshake(store);
  }
}

static void so_does_one_that_returns_garbage(void) {
  static const ptrdiff_t answers[] = {1, 28, 100, 64 * 1024};
  size_t i;
  for (i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    struct store store = {0};
    store.answer = answers[i];
    check_costs_a_full_handshake(store);
  }
}

static void so_does_one_that_mixes_sessions_up(void) {
  struct store store = {0};
  store.mixes_up = true;
  check_costs_a_full_handshake(store);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(another_server_resumes),
      CASE(another_name_does_not),
      CASE(a_session_got_without_a_certificate_is_no_good_where_one_is_required),
      CASE(nor_where_one_is_required_from_now_on),
      CASE(the_order_in_which_a_server_is_set_up_makes_no_difference),
      CASE(what_one_set_of_roots_accepted_is_looked_at_again_under_another),
      CASE(servers_with_equal_settings_share_what_they_verified),
      CASE(what_revocation_lists_allowed_is_looked_at_again_under_others),
      CASE(whom_a_callback_accepted_against_the_verdict_is_asked_again_everywhere),
      CASE(what_one_callback_accepted_another_is_asked_about),
      CASE(a_ticket_of_an_older_key_resumes_and_one_of_a_dropped_key_does_not),
      CASE(keys_act_on_live_sockets),
      CASE(a_session_of_tls13_is_used_once_and_one_of_tls12_again),
      CASE(without_tickets_a_store_has_sessions_of_tls12_only),
      CASE(tickets_come_back_when_the_store_goes),
      CASE(a_store_that_fails_costs_a_full_handshake),
      CASE(so_does_one_that_returns_what_it_must_not),
      CASE(so_does_one_that_returns_garbage),
      CASE(so_does_one_that_mixes_sessions_up),
  };
  return RUN_CASES(argc, argv, cases);
}
