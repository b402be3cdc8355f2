/* in_memory - a client and a server joined by memory, with one fault at every byte offset.
 *
 * Nobody crashes, waits for ever, or believes what is not so: see judge(). Each case ends within
 * five seconds, or the program says which one did not. */
#include "end.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CASE_SECONDS = 5, MOST_STEPS = 1000000, LARGEST_CHOP = 16384,
       MESSAGE = 50, CHOPPED_MESSAGE = LARGEST_CHOP + 4000 };

struct plan {
  uint16_t version;
  enum transport transport;
  rssl_role to;          /* who receives what the fault changed */
  const char *fault_name;
  struct fault fault;
  size_t chop, message;
};

struct contexts {
  rssl_ctx *client, *server;
};

struct pair {
  struct end client, server;
  struct wire to_client, to_server;
};

static char current[160]; /* the case that runs, for a signal handler */

/* ------------------------------------------------------------------ set-up */

static void die(const char *what) {
  fprintf(stderr, "in_memory: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  exit(2);
}

static rssl_ctx *new_context(rssl_role role, uint16_t version) {
  static const char *const alpn[] = {"http/1.1"};
  rssl_ctx *ctx;
  if (rssl_ctx_new(role, &ctx) < 0 || rssl_ctx_set_versions(ctx, version, version) < 0 ||
      rssl_ctx_set_alpn(ctx, alpn, 1) < 0 || rssl_ctx_set_session_cache(ctx, 0) < 0)
    die("cannot make a context");
  return ctx;
}

static struct contexts new_contexts(const char *certificates, uint16_t version) {
  struct contexts c = {new_context(RSSL_CLIENT, version), new_context(RSSL_SERVER, version)};
  char ca[512], cert[512], key[512];
  snprintf(ca, sizeof ca, "%s/ca.pem", certificates);
  snprintf(cert, sizeof cert, "%s/server.pem", certificates);
  snprintf(key, sizeof key, "%s/server.key", certificates);
  if (rssl_ctx_load_verify_file(c.client, ca) < 0 ||
      rssl_ctx_load_cert_file(c.server, cert, key, NULL) < 0)
    die("cannot load the certificates");
  return c;
}

static void pair_init(struct pair *p, const struct contexts *c, const struct plan *plan) {
  const struct fault none = {0};
  bool to_client = plan->to == RSSL_CLIENT;
  wire_init(&p->to_client, to_client ? plan->fault : none, plan->chop);
  wire_init(&p->to_server, to_client ? none : plan->fault, plan->chop);
  if (!end_init(&p->client, c->client, RSSL_CLIENT, plan->transport) ||
      !end_init(&p->server, c->server, RSSL_SERVER, plan->transport))
    die("cannot make a socket");
  p->client.in = p->server.out = &p->to_client;
  p->client.out = p->server.in = &p->to_server;
  p->client.to_send = p->client.to_receive = plan->message;
  p->server.to_send = p->server.to_receive = plan->message;
}

static void pair_clear(struct pair *p) {
  end_clear(&p->client);
  end_clear(&p->server);
  wire_clear(&p->to_client);
  wire_clear(&p->to_server);
}

/* --------------------------------------------------------------------- run */

/* A fault that ends the stream of one direction may end the other's too. */
static void spread(struct wire *faulty, struct wire *other) {
  if (faulty->fault.kind == CUT || faulty->fault.kind == HALF_CLOSE) {
    if (faulty->sent.len >= faulty->fault.offset) faulty->ended = true;
    if (faulty->ended && faulty->fault.kind == CUT) other->ended = true;
  } else if (faulty->fault.kind == RESET && faulty->sent.len >= faulty->fault.offset) {
    faulty->broken = other->broken = true;
  }
}

static bool is_over(const struct pair *p) {
  return *p->client.stage == OVER && *p->server.stage == OVER && p->to_client.ended &&
         p->to_server.ended;
}

/* Runs until both ends are through. When both wait for the other for ever, as programs do that
 * set no time limit, the streams end. NULL, or what went wrong. */
static const char *run(struct pair *p, struct wire *faulty) {
  struct wire *other = faulty == &p->to_client ? &p->to_server : &p->to_client;
  bool stalled = false;
  for (int step = 0; step < MOST_STEPS; step++) {
    spread(faulty, other);
    bool moved = end_step(&p->client);
    spread(faulty, other);
    moved = end_step(&p->server) || moved;
    if (p->client.misdeed != NULL) return p->client.misdeed;
    if (p->server.misdeed != NULL) return p->server.misdeed;
    if (*p->client.stage == OVER && *p->server.stage == OVER && (is_over(p) || !moved)) return NULL;
    if (moved) continue;
    if (stalled) return "it waits for ever, though the streams have ended";
    stalled = p->to_client.ended = p->to_server.ended = true;
  }
  return "it does not end";
}

/* ------------------------------------------------------------------- judge */

static bool is_whole(const struct end *e) {
  return e->connected && e->result == RSSL_OK && e->received == e->to_receive;
}

static bool is_among(ptrdiff_t code, const ptrdiff_t *codes, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (codes[i] == code) return true;
  return code == RSSL_OK;
}

#define IS_AMONG(code, codes) is_among(code, codes, sizeof(codes) / sizeof *(codes))

static bool is_sensible(const struct plan *plan, bool in_handshake, ptrdiff_t code) {
  static const ptrdiff_t ended[] = {RSSL_ERR_EOF};
  static const ptrdiff_t reset[] = {RSSL_ERR_IO, RSSL_ERR_EOF};
  static const ptrdiff_t damaged[] = {RSSL_ERR_PROTOCOL, RSSL_ERR_ALERT, RSSL_ERR_EOF};
  static const ptrdiff_t in_plain_text[] = {RSSL_ERR_VERIFY, RSSL_ERR_NO_SHARED, RSSL_ERR_NO_ALPN};
  switch (plan->fault.kind) {
  case NO_FAULT: return code == RSSL_OK;
  case CUT:
  case HALF_CLOSE: return IS_AMONG(code, ended);
  case RESET: return IS_AMONG(code, reset);
  case FLIP:
  case DROP:
  case DUPLICATE: break;
  }
  if (code == RSSL_ERR_NOT_TLS) return plan->fault.offset < 5;
  return IS_AMONG(code, damaged) || (in_handshake && IS_AMONG(code, in_plain_text));
}

/* Nobody looks at the minor version of a plaintext record (RFC 8446 section 5.1). Of a protected
 * record of TLS 1.3 the engine authenticates the header that there must be (type 23, version 3.3),
 * not the one that came: what it says is not believed, so a change of it changes nothing. */
static bool is_harmless_flip(const struct plan *plan, const struct wire *faulty) {
  struct place place = wire_place(faulty, plan->fault.offset);
  if (plan->fault.kind != FLIP) return false;
  if (!place.is_protected) return place.in_record == 2;
  return plan->version == RSSL_TLS1_3 && (place.in_record == 0 || place.in_record == 2);
}

static const char *judge(const struct plan *plan, const struct pair *p, const struct wire *faulty) {
  const struct end *receiver = faulty == &p->to_client ? &p->client : &p->server;
  const struct end *sender = faulty == &p->to_client ? &p->server : &p->client;
  bool whole = is_whole(&p->client) && is_whole(&p->server);
  bool harmless = wire_is_intact(faulty) || is_harmless_flip(plan, faulty);
  bool in_handshake = !sender->connected || plan->fault.offset < sender->handshake_bytes;
  if (!is_sensible(plan, in_handshake, p->client.result) ||
      !is_sensible(plan, in_handshake, p->server.result))
    return "an error of the wrong kind";
  if (!faulty->struck && plan->fault.kind != RESET && plan->fault.kind != CUT &&
      plan->fault.kind != HALF_CLOSE && !whole)
    return "it failed without a fault";
  if (faulty->struck && whole && !harmless) return "both ends believe that all went well";
  if (faulty->struck && plan->fault.kind == FLIP && in_handshake && receiver->connected && !harmless)
    return "the handshake succeeded in spite of the fault";
  return NULL;
}

/* ------------------------------------------------------------------- cases */

static const char *result_name(const struct end *e) {
  return rssl_result_name((rssl_result)e->result);
}

static void tell(const struct end *e) {
  const rssl_error *error = rssl_sock_error(e->sock);
  printf("  %s:%s%s %s\n", end_name(e), e->misdeed != NULL ? " it misbehaved;" : "",
         e->connected ? " connected;" : "", error != NULL ? rssl_error_message(error) : "no error");
}

/* Runs one case; *passed says how it ended. Returns whether the fault was reached. */
static bool run_case(const struct contexts *c, const struct plan *plan, bool *passed) {
  struct pair p;
  snprintf(current, sizeof current, "TLS 1.%d %s to-%s %s %zu", plan->version == RSSL_TLS1_3 ? 3 : 2,
           plan->transport == BY_MEMORY ? "memory" : "functions",
           plan->to == RSSL_CLIENT ? "client" : "server", plan->fault_name,
           plan->fault.kind == NO_FAULT ? plan->chop : plan->fault.offset);
  alarm(CASE_SECONDS);
  pair_init(&p, c, plan);
  struct wire *faulty = plan->to == RSSL_CLIENT ? &p.to_client : &p.to_server;
  const char *wrong = run(&p, faulty);
  if (wrong == NULL) wrong = judge(plan, &p, faulty);
  *passed = wrong == NULL;
  if (wrong != NULL) {
    struct place place = wire_place(faulty, plan->fault.offset);
    printf("FAILED %s: %s (client %s, server %s; byte %zu of a record of type %d)\n", current, wrong,
           result_name(&p.client), result_name(&p.server), place.in_record, place.type);
    tell(&p.client);
    tell(&p.server);
  }
  bool reached = faulty->struck;
  pair_clear(&p);
  alarm(0);
  return reached;
}

/* Every offset, until the fault lies behind the end of the stream. Its length differs by a few
 * bytes from run to run: signatures do. */
static int run_offsets(const struct contexts *c, struct plan *plan) {
  enum { BEHIND_THE_END = 8 };
  int failures = 0, missed = 0;
  size_t reached = 0;
  for (plan->fault.offset = 0; missed < BEHIND_THE_END; plan->fault.offset++) {
    bool passed;
    bool hit = run_case(c, plan, &passed);
    if (hit) reached = plan->fault.offset + 1;
    missed = hit ? 0 : missed + 1;
    failures += !passed;
  }
  printf("TLS 1.%d to-%s %s: %zu offsets, %d failed\n", plan->version == RSSL_TLS1_3 ? 3 : 2,
         plan->to == RSSL_CLIENT ? "client" : "server", plan->fault_name, reached, failures);
  return failures;
}

static int run_chops(const struct contexts *c, struct plan *plan) {
  int failures = 0;
  plan->message = CHOPPED_MESSAGE;
  for (plan->chop = 1; plan->chop <= LARGEST_CHOP; plan->chop++) {
    bool passed;
    run_case(c, plan, &passed);
    failures += !passed;
  }
  printf("TLS 1.%d chop: 1 to %d, %d failed\n", plan->version == RSSL_TLS1_3 ? 3 : 2, LARGEST_CHOP,
         failures);
  return failures;
}

static int run_again(const struct contexts *c, struct plan *plan, size_t number, int times) {
  int failures = 0;
  if (plan->fault.kind == NO_FAULT) {
    plan->chop = number;
    plan->message = CHOPPED_MESSAGE;
  }
  plan->fault.offset = number;
  for (int i = 0; i < times; i++) {
    bool passed;
    run_case(c, plan, &passed);
    failures += !passed;
  }
  return failures;
}

/* -------------------------------------------------------------------- main */

static const struct {
  const char *name;
  struct fault fault;
} faults[] = {
    {"cut", {.kind = CUT}},
    {"half-close", {.kind = HALF_CLOSE}},
    {"reset", {.kind = RESET}},
    {"flip-01", {.kind = FLIP, .mask = 0x01}},
    {"flip-80", {.kind = FLIP, .mask = 0x80}},
    {"drop", {.kind = DROP}},
    {"duplicate", {.kind = DUPLICATE}},
    {"chop", {.kind = NO_FAULT}},
};
enum { FAULTS = sizeof faults / sizeof *faults };

static int usage(void) {
  fputs("usage: in_memory CERTIFICATES 1.2|1.3 memory|functions client|server FAULT\n"
        "                 [OFFSET [TIMES]]\n"
        "  FAULT is one of", stderr);
  for (size_t i = 0; i < FAULTS; i++) fprintf(stderr, " %s", faults[i].name);
  fputs("\n  or all, which is each of them but chop. It strikes what the client or the server receives.\n"
        "  Without OFFSET, every one is run; of chop, OFFSET is the size. reset needs functions.\n"
        "  A client shuffles the extensions of its hello: it may take several TIMES to strike the\n"
        "  same byte of them again.\n", stderr);
  return 2;
}

static void on_signal(int number) {
  static const char crash[] = "FAILED by a signal: ", slow[] = "FAILED by taking 5 seconds: ";
  const char *text = number == SIGALRM ? slow : crash;
  (void)!write(STDOUT_FILENO, text, strlen(text));
  (void)!write(STDOUT_FILENO, current, strlen(current));
  (void)!write(STDOUT_FILENO, "\n", 1);
  _exit(3);
}

/* Chooses fault i; false if it cannot be had on this transport. */
static bool choose(struct plan *plan, size_t i) {
  plan->fault_name = faults[i].name;
  plan->fault = faults[i].fault;
  return plan->fault.kind != RESET || plan->transport == BY_FUNCTIONS;
}

static int run_all(const struct contexts *c, struct plan *plan) {
  int failures = 0;
  for (size_t i = 0; i < FAULTS; i++)
    if (choose(plan, i) && plan->fault.kind != NO_FAULT) failures += run_offsets(c, plan);
  return failures;
}

static bool parse(char **argv, struct plan *plan) {
  plan->version = strcmp(argv[2], "1.2") == 0 ? RSSL_TLS1_2 : RSSL_TLS1_3;
  plan->transport = strcmp(argv[3], "memory") == 0 ? BY_MEMORY : BY_FUNCTIONS;
  plan->to = strcmp(argv[4], "client") == 0 ? RSSL_CLIENT : RSSL_SERVER;
  plan->message = MESSAGE;
  for (size_t i = 0; i < FAULTS; i++)
    if (strcmp(argv[5], faults[i].name) == 0) return choose(plan, i);
  return false;
}

int main(int argc, char **argv) {
  struct plan plan = {0};
  bool all = argc == 6 && strcmp(argv[5], "all") == 0;
  if (argc < 6 || argc > 8 || (!parse(argv, &plan) && !all)) return usage();
  const int fatal[] = {SIGALRM, SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};
  for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) signal(fatal[i], on_signal);
  setvbuf(stdout, NULL, _IOLBF, 0);

  struct contexts c = new_contexts(argv[1], plan.version);
  int failures;
  if (all) failures = run_all(&c, &plan);
  else if (argc >= 7)
    failures = run_again(&c, &plan, strtoul(argv[6], NULL, 10), argc == 8 ? atoi(argv[7]) : 1);
  else failures = plan.fault.kind == NO_FAULT ? run_chops(&c, &plan) : run_offsets(&c, &plan);
  rssl_ctx_free(c.client);
  rssl_ctx_free(c.server);
  return failures == 0 ? 0 : 1;
}
