/* soak - thousands of connections of every kind one after the other, in memory, leave the resident
 * memory of the process as it was. */
#include "../faults/end.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The warm-up fills what is bounded, the session memories of the contexts, and lets the allocator
 * come to rest. */
enum { SHORT_FORM = 4200, WARM_UP = 4200, MESSAGE = 2000, MOST_KB = 512 };

enum outcome { FULL, RESUMED, REFUSED, ANY };

/* Files are testca's, without the ending. */
static const struct kind {
  const char *name;
  uint16_t client_version, server_version; /* 0: both of them */
  const char *root, *client, *server;      /* client: NULL for no certificate */
  bool asks;                               /* the server, for a certificate */
  bool forgets;                            /* the client remembers no session */
  const char *client_alpn, *server_alpn;
  enum fault_kind fault;
  enum outcome outcome;
} kinds[] = {
  {"resumed", .root = "ca", .server = "server", .outcome = RESUMED},
  {"full", .root = "ca", .server = "server", .forgets = true, .outcome = FULL},
  {"mutual", .root = "ca", .server = "server", .client = "client", .asks = true,
   .forgets = true, .outcome = FULL},
  {"mutual, resumed", .root = "ca", .server = "server", .client = "client", .asks = true,
   .outcome = RESUMED},
  {"no client certificate", .root = "ca", .server = "server", .asks = true, .outcome = REFUSED},
  {"unknown issuer", .root = "other-ca", .server = "server", .outcome = REFUSED},
  {"wrong name", .root = "ca", .server = "wrong-name", .outcome = REFUSED},
  {"expired", .root = "ca", .server = "expired", .outcome = REFUSED},
  {"no common protocol", .root = "ca", .server = "server", .client_alpn = "h2",
   .server_alpn = "http/1.1", .outcome = REFUSED},
  {"no common version", .client_version = RSSL_TLS1_2, .server_version = RSSL_TLS1_3,
   .root = "ca", .server = "server", .outcome = REFUSED},
  {"cut", .root = "ca", .server = "server", .fault = CUT, .outcome = ANY},
  {"flipped", .root = "ca", .server = "server", .fault = FLIP, .outcome = ANY},
  {"lossy", .root = "ca", .server = "server", .fault = DROP, .outcome = ANY},
  {"half closed", .root = "ca", .server = "server", .fault = HALF_CLOSE, .outcome = ANY},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* One for each kind and version. */
static struct side {
  rssl_ctx *client, *server;
  bool used;
} sides[KINDS][2];

static size_t resumed, whole, failed;

static void die(const char *what) {
  fprintf(stderr, "soak: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  exit(2);
}

static void load(rssl_ctx *ctx, const char *certificates, const char *root, const char *name) {
  char ca[512], cert[512], key[512];
  snprintf(ca, sizeof ca, "%s/%s.pem", certificates, root == NULL ? "" : root);
  snprintf(cert, sizeof cert, "%s/%s.pem", certificates, name == NULL ? "" : name);
  snprintf(key, sizeof key, "%s/%s.key", certificates, name == NULL ? "" : name);
  if ((root != NULL && rssl_ctx_load_verify_file(ctx, ca) < 0) ||
      (name != NULL && rssl_ctx_load_cert_file(ctx, cert, key, NULL) < 0))
    die("cannot load certificates");
}

static void make_side(const struct kind *kind, uint16_t version, const char *certificates,
                      struct side *made) {
  if (rssl_ctx_new(RSSL_CLIENT, &made->client) < 0 || rssl_ctx_new(RSSL_SERVER, &made->server) < 0)
    die("cannot make a context");
  load(made->client, certificates, kind->root, kind->client);
  load(made->server, certificates, kind->asks ? "ca" : NULL, kind->server);
  if ((kind->asks && rssl_ctx_set_verify(made->server, RSSL_CERT_REQUIRED) < 0) ||
      (kind->forgets && rssl_ctx_set_session_cache(made->client, 0) < 0) ||
      (kind->client_alpn != NULL && rssl_ctx_set_alpn(made->client, &kind->client_alpn, 1) < 0) ||
      (kind->server_alpn != NULL && rssl_ctx_set_alpn(made->server, &kind->server_alpn, 1) < 0))
    die("cannot change a context");
  uint16_t server = kind->server_version;
  if (kind->client_version != 0) version = kind->client_version;
  if (rssl_ctx_set_versions(made->client, version, version) < 0 ||
      rssl_ctx_set_versions(made->server, server, server) < 0)
    die("rssl_ctx_set_versions");
}

static long resident_kb(void) {
  long all, resident;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%ld %ld", &all, &resident) != 2) die("/proc/self/statm");
  fclose(file);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Returns how it ended: FULL or RESUMED if both ends went through with it, else REFUSED. */
static enum outcome connect_once(const struct side *side, struct fault fault,
                                 enum transport transport) {
  struct wire to_client, to_server;
  struct end client, server;
  bool stalled = false;
  wire_init(&to_client, fault, 0);
  wire_init(&to_server, (struct fault){0}, 0);
  if (!end_init(&client, side->client, RSSL_CLIENT, transport) ||
      !end_init(&server, side->server, RSSL_SERVER, transport))
    die("cannot make a socket");
  client.in = server.out = &to_client;
  client.out = server.in = &to_server;
  client.to_send = client.to_receive = server.to_send = server.to_receive = MESSAGE;
  while (*client.stage != OVER || *server.stage != OVER) {
    if (to_client.struck && to_client.fault.kind != FLIP && to_client.fault.kind != DROP)
      to_client.ended = true;
    bool moved = end_step(&client);
    moved = end_step(&server) || moved;
    if (!moved && stalled) break;
    if (!moved) stalled = to_client.ended = to_server.ended = true;
  }
  enum outcome outcome = REFUSED;
  if (client.result == RSSL_OK && server.result == RSSL_OK && client.received == MESSAGE &&
      server.received == MESSAGE)
    outcome = rssl_sock_resumed(client.sock) ? RESUMED : FULL;
  end_clear(&client);
  end_clear(&server);
  wire_clear(&to_client);
  wire_clear(&to_server);
  return outcome;
}

static void note(const struct kind *kind, struct side *side, enum outcome outcome) {
  whole += outcome != REFUSED;
  resumed += outcome == RESUMED;
  enum outcome expected = kind->outcome == RESUMED && !side->used ? FULL : kind->outcome;
  side->used = true;
  if (expected == ANY || outcome == expected) return;
  if (failed++ == 0) fprintf(stderr, "soak: \"%s\" ended otherwise\n", kind->name);
}

static void run(size_t count) {
  for (size_t i = 0; i < count; i++) {
    const struct kind *kind = &kinds[i % KINDS];
    size_t round = i / KINDS;
    struct side *side = &sides[i % KINDS][round % 2];
    struct fault fault = {.kind = kind->fault, .offset = i * 131 % 4000, .mask = 0x10};
    enum transport transport = round % 3 == 0 ? BY_FUNCTIONS : BY_MEMORY;
    note(kind, side, connect_once(side, fault, transport));
  }
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3) {
    fputs("usage: soak CERTIFICATES [CONNECTIONS]\n", stderr);
    return 2;
  }
  size_t count = argc == 3 ? strtoul(argv[2], NULL, 10) : SHORT_FORM;
  for (size_t i = 0; i < KINDS * 2; i++)
    make_side(&kinds[i / 2], i % 2 == 0 ? RSSL_TLS1_3 : RSSL_TLS1_2, argv[1], &sides[i / 2][i % 2]);
  run(WARM_UP);
  long before = resident_kb();
  whole = resumed = 0;
  run(count);
  long after = resident_kb();
  printf("%zu connections, %zu whole, %zu of them resumed; resident kB: %ld before, %ld after\n",
         count, whole, resumed, before, after);
  if (failed > 0) printf("FAILED: %zu connections ended otherwise than they must\n", failed);
  if (after - before > MOST_KB) printf("FAILED: it grew by %ld kB, over %d\n", after - before, MOST_KB);
  for (size_t i = 0; i < KINDS * 2; i++) {
    rssl_ctx_free(sides[i / 2][i % 2].client);
    rssl_ctx_free(sides[i / 2][i % 2].server);
  }
  return failed == 0 && after - before <= MOST_KB ? 0 : 1;
}
