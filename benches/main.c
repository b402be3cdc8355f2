/* bench_PEER WORKLOAD [name=value ...]: measures one library once. run.py calls it. */
#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options options = {
    .tickets = 1, .size = 16384, .threads = 1, .held = 10000, .probes = 100, .ms = 300,
    .certificates = "."};

static const struct {
  const char *name;
  long *value;
} numbers[] = {
    {"version", &options.version},
    {"rsa", &options.rsa},
    {"chacha", &options.chacha},
    {"resume", &options.resume},
    {"known_chains", &options.known_chains},
    {"tickets", &options.tickets},
    {"size", &options.size},
    {"tcp", &options.tcp},
    {"threads", &options.threads},
    {"held", &options.held},
    {"probes", &options.probes},
    {"ms", &options.ms},
    {"client_fd", &options.client_fd},
    {"server_fd", &options.server_fd},
};

static const struct {
  const char *name;
  const char **value;
} texts[] = {
    {"certificates", &options.certificates},
    {"ends", &options.ends},
};

static const struct {
  const char *name;
  void (*run)(void);
} workloads[] = {
    {"bulk", measure_bulk},       {"connections", measure_connections},
    {"ends", be_the_ends},        {"handshakes", measure_handshakes},
    {"proxy", measure_proxy},     {"start", measure_start},
    {"threads", measure_threads},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Whether the argument is an option; if so it is set. */
static bool set_option(const char *argument) {
  const char *equals = strchr(argument, '=');
  if (equals == NULL) return false;
  size_t length = (size_t)(equals - argument);
  for (size_t i = 0; i < COUNT(texts); i++) {
    if (strncmp(texts[i].name, argument, length) == 0 && texts[i].name[length] == '\0') {
      *texts[i].value = equals + 1;
      return true;
    }
  }
  for (size_t i = 0; i < COUNT(numbers); i++) {
    if (strncmp(numbers[i].name, argument, length) == 0 && numbers[i].name[length] == '\0') {
      char *end;
      *numbers[i].value = strtol(equals + 1, &end, 10);
      return end != equals + 1 && *end == '\0' && *numbers[i].value >= 0;
    }
  }
  return false;
}

/* "about": what the report says of the peer. */
static void about(void) {
  char version[128];
  peer.version(version, sizeof version);
  result_text("name", peer.name);
  result_text("library", version);
  result("newest", peer.newest);
  result("full_duplex", peer.full_duplex);
  result("known_chains", peer.known_chains);
}

int main(int argc, char **argv) {
  for (int i = 2; i < argc; i++) {
    if (!set_option(argv[i])) die("what is %s?", argv[i]);
  }
  if (options.version == 0) options.version = peer.newest;
  signal(SIGPIPE, SIG_IGN);
  if (argc >= 2 && strcmp(argv[1], "about") == 0) {
    about();
    return 0;
  }
  for (size_t i = 0; argc >= 2 && i < COUNT(workloads); i++) {
    if (strcmp(argv[1], workloads[i].name) == 0) {
      clock_calibrate();
      workloads[i].run();
      return 0;
    }
  }
  fprintf(stderr, "usage: %s about|WORKLOAD [name=value ...], WORKLOAD one of", argv[0]);
  for (size_t i = 0; i < COUNT(workloads); i++) fprintf(stderr, " %s", workloads[i].name);
  fputc('\n', stderr);
  return 2;
}

struct context *context_open(bool server, bool resume) {
  char chain[512], key[512], roots[512];
  const char *kind = options.rsa ? "rsa-" : "";
  const char *of_server = options.rsa ? "chain" : "server";
  snprintf(chain, sizeof chain, "%s/%s%s.pem", options.certificates, kind, of_server);
  snprintf(key, sizeof key, "%s/%s%s.key", options.certificates, kind, of_server);
  snprintf(roots, sizeof roots, "%s/%sca.pem", options.certificates, kind);
  struct settings settings = {.server = server,
                              .version = (int)options.version,
                              .chacha = options.chacha,
                              .resume = resume,
                              .known_chains = options.known_chains,
                              .tickets = (int)options.tickets,
                              .chain = chain,
                              .key = key,
                              .roots = roots};
  struct context *context = peer.context_new(&settings);
  if (context == NULL) die("the %s's context: %s", server ? "server" : "client", peer_error());
  return context;
}

struct contexts contexts_open(void) {
  return (struct contexts){.client = context_open(false, options.resume),
                           .server = context_open(true, options.resume)};
}

void contexts_close(struct contexts *contexts) {
  peer.context_free(contexts->client);
  peer.context_free(contexts->server);
}
