/* soak - thousands of connections one after the other, in memory, good ones and broken ones, leave
 * the resident memory of the process as it was. */
#include "../faults/end.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The warm-up fills what is bounded: the session memories of both contexts. */
enum { SHORT_FORM = 6000, WARM_UP = 2000, MESSAGE = 2000, MOST_KB = 256 };

static void die(const char *what) {
  fprintf(stderr, "soak: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  exit(2);
}

static rssl_ctx *new_context(rssl_role role, const char *certificates) {
  rssl_ctx *ctx;
  char ca[512], cert[512], key[512];
  snprintf(ca, sizeof ca, "%s/ca.pem", certificates);
  snprintf(cert, sizeof cert, "%s/server.pem", certificates);
  snprintf(key, sizeof key, "%s/server.key", certificates);
  if (rssl_ctx_new(role, &ctx) < 0 ||
      (role == RSSL_CLIENT && rssl_ctx_load_verify_file(ctx, ca) < 0) ||
      (role == RSSL_SERVER && rssl_ctx_load_cert_file(ctx, cert, key, NULL) < 0))
    die("cannot make a context");
  return ctx;
}

static long resident_kb(void) {
  long all, resident;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%ld %ld", &all, &resident) != 2) die("/proc/self/statm");
  fclose(file);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Four of eight are damaged somewhere in what the client receives; the others resume, or not. */
static struct fault fault_of(size_t i) {
  static const enum fault_kind kinds[] = {NO_FAULT, CUT, NO_FAULT, FLIP,
                                          NO_FAULT, DROP, NO_FAULT, HALF_CLOSE};
  return (struct fault){.kind = kinds[i % 8], .offset = i * 131 % 4000, .mask = 0x10};
}

/* Returns whether both ends went through with it. */
static bool connect_once(rssl_ctx *client_ctx, rssl_ctx *server_ctx, size_t i) {
  struct wire to_client, to_server;
  struct end client, server;
  bool stalled = false;
  enum transport transport = i % 3 == 0 ? BY_FUNCTIONS : BY_MEMORY;
  wire_init(&to_client, fault_of(i), 0);
  wire_init(&to_server, (struct fault){0}, 0);
  if (!end_init(&client, client_ctx, RSSL_CLIENT, transport) ||
      !end_init(&server, server_ctx, RSSL_SERVER, transport))
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
  bool whole = client.result == RSSL_OK && server.result == RSSL_OK &&
               client.received == MESSAGE && server.received == MESSAGE;
  end_clear(&client);
  end_clear(&server);
  wire_clear(&to_client);
  wire_clear(&to_server);
  return whole;
}

/* Returns how many connections without a fault failed. */
static size_t run(rssl_ctx *client, rssl_ctx *server, size_t count, size_t *whole) {
  size_t failed = 0;
  for (size_t i = 0; i < count; i++) {
    uint16_t version = i / 8 % 2 == 0 ? RSSL_TLS1_3 : RSSL_TLS1_2;
    if (rssl_ctx_set_versions(client, version, version) < 0) die("rssl_ctx_set_versions");
    bool ok = connect_once(client, server, i);
    *whole += ok;
    failed += !ok && fault_of(i).kind == NO_FAULT;
  }
  return failed;
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3) {
    fputs("usage: soak CERTIFICATES [CONNECTIONS]\n", stderr);
    return 2;
  }
  size_t count = argc == 3 ? strtoul(argv[2], NULL, 10) : SHORT_FORM, whole = 0;
  rssl_ctx *client = new_context(RSSL_CLIENT, argv[1]), *server = new_context(RSSL_SERVER, argv[1]);
  size_t failed = run(client, server, WARM_UP, &whole);
  long before = resident_kb();
  whole = 0;
  failed += run(client, server, count, &whole);
  long after = resident_kb();
  printf("%zu connections, %zu whole; resident kB: %ld before, %ld after\n", count, whole, before,
         after);
  if (failed > 0) printf("FAILED: %zu connections without a fault\n", failed);
  if (after - before > MOST_KB) printf("FAILED: it grew by %ld kB, over %d\n", after - before, MOST_KB);
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  return failed == 0 && after - before <= MOST_KB ? 0 : 1;
}
