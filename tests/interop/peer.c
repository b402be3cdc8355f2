/* peer - one end of TLS connections by librssl, for tests against other implementations.
 *
 * After the handshake an echo sends back what comes; otherwise standard input is sent and
 * what comes is printed. Each connection is reported on standard error in lines "key: value"
 * that end with "result: ..."; the exit status is 0 if all ended with RSSL_OK. */
#define _POSIX_C_SOURCE 200809L

#include "hello.h"
#include "identity.h"
#include "traffic.h"
#include "unstable.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_IDENTITIES = 8 };

struct settings {
  rssl_role role;
  const char *name, *port, *ca, *tls, *ciphers, *groups, *alpn, *connections, *time_limit,
      *key_log, *export_label, *raw_key, *pin, *early_data, *early;
  const char *certs[MOST_IDENTITIES], *keys[MOST_IDENTITIES];
  bool require_client_cert, request_client_cert, no_ca_names, no_tickets, require_ems;
  struct hello hello;
  struct identity identity;
  struct traffic traffic;
};

static int usage(void) {
  fputs("usage: peer client|server [--port PORT] [--name NAME] [--ca F] [--cert F --key F]...\n"
        "            [--require-client-cert | --request-client-cert] [--no-ca-names]\n"
        "            [--no-tickets] [--tls 1.2|1.3] [--ciphers LIST] [--groups LIST]\n"
        "            [--raw-key F] [--pin F] [--early-data MOST] [--early TEXT]\n"
        "            [--hello] [--hello-later] [--hello-alpn NAME] [--hello-alert NUMBER]\n"
        "            [--alpn LIST] [--echo] [--poll] [--connections N] [--time-limit SECONDS]\n"
        "            [--identity FILE [--password PASSWORD] [--ocsp FILE]]\n"
        "            [--key-log FILE] [--export LABEL] [--require-ems]\n"
        "  PORT is on 127.0.0.1; a server's 0 lets the system choose, and \"port: N\" says what.\n",
        stderr);
  return 2;
}

/* ------------------------------------------------------------ arguments */

static bool parse_flag(const char *arg, struct settings *set) {
  const struct { const char *name; bool *value; } flags[] = {
      {"--require-client-cert", &set->require_client_cert},
      {"--request-client-cert", &set->request_client_cert},
      {"--no-ca-names", &set->no_ca_names},
      {"--no-tickets", &set->no_tickets},
      {"--require-ems", &set->require_ems},
      {"--hello", &set->hello.look},
      {"--hello-later", &set->hello.later},
      {"--echo", &set->traffic.echo},
      {"--poll", &set->traffic.poll}};
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
    if (strcmp(arg, flags[i].name) == 0) return *flags[i].value = true;
  return false;
}

static bool append(const char **list, const char *value) {
  for (size_t i = 0; i < MOST_IDENTITIES; i++)
    if (list[i] == NULL) return list[i] = value, true;
  return false;
}

static bool parse_option(const char *arg, const char *value, struct settings *set) {
  const struct { const char *name; const char **value; } options[] = {
      {"--name", &set->name},       {"--port", &set->port},
      {"--ca", &set->ca},           {"--tls", &set->tls},
      {"--ciphers", &set->ciphers}, {"--groups", &set->groups},
      {"--alpn", &set->alpn},       {"--connections", &set->connections},
      {"--time-limit", &set->time_limit},
      {"--identity", &set->identity.file},
      {"--password", &set->identity.password},
      {"--ocsp", &set->identity.ocsp},
      {"--raw-key", &set->raw_key}, {"--pin", &set->pin},
      {"--early-data", &set->early_data}, {"--early", &set->early},
      {"--hello-alpn", &set->hello.alpn},
      {"--hello-alert", &set->hello.alert},
      {"--key-log", &set->key_log}, {"--export", &set->export_label}};
  if (value == NULL) return false;
  if (strcmp(arg, "--cert") == 0) return append(set->certs, value);
  if (strcmp(arg, "--key") == 0) return append(set->keys, value);
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
    if (strcmp(arg, options[i].name) == 0) return *options[i].value = value, true;
  return false;
}

static bool parse_arguments(char **argv, struct settings *set) {
  if (argv[1] == NULL) return false;
  if (strcmp(argv[1], "client") == 0) set->role = RSSL_CLIENT;
  else if (strcmp(argv[1], "server") == 0) set->role = RSSL_SERVER;
  else return false;
  for (argv += 2; *argv != NULL; argv++) {
    if (parse_flag(*argv, set)) continue;
    if (!parse_option(argv[0], argv[1], set)) return false;
    argv++;
  }
  return true;
}

/* ------------------------------------------------------------ set-up */

static bool failed(const char *what) {
  fprintf(stderr, "peer: %s: %s\n", what, rssl_error_message(rssl_last_error()));
  return false;
}

static bool set_alpn(rssl_ctx *ctx, const char *list) {
  char text[256];
  const char *protocols[16];
  size_t n = 0;
  snprintf(text, sizeof text, "%s", list);
  for (char *p = strtok(text, ","); p != NULL && n < 16; p = strtok(NULL, ","))
    protocols[n++] = p;
  return rssl_ctx_set_alpn(ctx, protocols, n) == RSSL_OK;
}

static void write_line(void *file, const char *line) {
  fprintf(file, "%s\n", line);
  fflush(file);
}

static void close_file(void *file) {
  fclose(file);
}

static bool log_keys(rssl_ctx *ctx, const char *path) {
  FILE *file = fopen(path, "w");
  if (file == NULL) return perror(path), false;
  return rssl_ctx_set_keylog_callback(ctx, write_line, file, close_file) == RSSL_OK;
}

static bool configure(rssl_ctx *ctx, struct settings *set) {
  uint32_t options = (set->no_ca_names ? RSSL_OPT_NO_CA_NAMES : 0) |
                     (set->no_tickets ? RSSL_OPT_NO_TICKETS : 0) |
                     (set->require_ems ? RSSL_OPT_REQUIRE_EMS : 0);
  if (set->ca != NULL && rssl_ctx_load_verify_file(ctx, set->ca) < 0) return failed("--ca");
  for (size_t i = 0; i < MOST_IDENTITIES && set->certs[i] != NULL; i++)
    if (rssl_ctx_load_cert_file(ctx, set->certs[i], set->keys[i], NULL) < 0)
      return failed("--cert");
  if (set->raw_key != NULL && !show_raw_key(ctx, set->raw_key)) return failed("--raw-key");
  if (identity_use(ctx, &set->identity) < 0) return failed("--identity");
  if (set->require_client_cert && rssl_ctx_set_verify(ctx, RSSL_CERT_REQUIRED) < 0)
    return failed("--require-client-cert");
  if (set->request_client_cert && rssl_ctx_set_verify(ctx, RSSL_CERT_OPTIONAL) < 0)
    return failed("--request-client-cert");
  if (set->pin != NULL && !pin_raw_key(ctx, set->pin)) return failed("--pin");
  if (set->early_data != NULL && !allow_early(ctx, set->early_data)) return failed("--early-data");
  if (set->tls != NULL) {
    uint16_t version = strcmp(set->tls, "1.2") == 0 ? RSSL_TLS1_2 : RSSL_TLS1_3;
    if (rssl_ctx_set_versions(ctx, version, version) < 0) return failed("--tls");
  }
  if (set->ciphers != NULL && rssl_ctx_set_ciphers(ctx, set->ciphers) < 0)
    return failed("--ciphers");
  if (set->groups != NULL && rssl_ctx_set_groups(ctx, set->groups) < 0) return failed("--groups");
  if (set->alpn != NULL && !set_alpn(ctx, set->alpn)) return failed("--alpn");
  if (hello_watch(ctx, &set->hello) < 0) return failed("--hello");
  if (set->key_log != NULL && !log_keys(ctx, set->key_log)) return failed("--key-log");
  return rssl_ctx_set_options(ctx, options, 0) == RSSL_OK || failed("options");
}

static struct sockaddr_in loopback(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int tcp_connect(const char *port) {
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  perror("peer: connect");
  return -1;
}

static int tcp_listen(const char *port) {
  struct sockaddr_in address = loopback(port);
  socklen_t len = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0 && listen(fd, 16) == 0 &&
      getsockname(fd, (struct sockaddr *)&address, &len) == 0) {
    fprintf(stderr, "port: %d\n", ntohs(address.sin_port));
    return fd;
  }
  perror("peer: listen");
  return -1;
}

/* ------------------------------------------------------------ reports */

static void say(const char *key, const char *value) {
  if (value != NULL) fprintf(stderr, "%s: %s\n", key, value);
}

static void report_subject(const rssl_sock *s) {
  rssl_cert *leaf = rssl_sock_peer_cert_new(s, 0);
  const char *key;
  rssl_bytes value;
  for (size_t i = 0; rssl_cert_name_at(leaf, RSSL_SUBJECT, i, NULL, &key, &value); i++)
    if (strcmp(key, "commonName") == 0)
      fprintf(stderr, "peer: %.*s\n", (int)value.len, (const char *)value.data);
  rssl_cert_free(leaf);
}

static void report_bytes(const char *key, const unsigned char *bytes, ptrdiff_t len) {
  if (len <= 0) return;
  fprintf(stderr, "%s: ", key);
  for (ptrdiff_t i = 0; i < len; i++) fprintf(stderr, "%02x", bytes[i]);
  fputc('\n', stderr);
}

/* Which both ends must have alike. */
static void report_secrets(const rssl_sock *s, const char *label) {
  unsigned char bytes[64];
  if (label != NULL && rssl_sock_export(s, label, NULL, 0, bytes, 32) == RSSL_OK)
    report_bytes("exported", bytes, 32);
  report_bytes("tls-exporter", bytes,
               rssl_sock_channel_binding(s, "tls-exporter", bytes, sizeof bytes));
  report_bytes("tls-server-end-point", bytes,
               rssl_sock_channel_binding(s, "tls-server-end-point", bytes, sizeof bytes));
}

static void report_agreement(const rssl_sock *s) {
  say("version", rssl_version_name(rssl_sock_version(s)));
  say("cipher", rssl_cipher_name(rssl_sock_cipher(s)));
  say("group", rssl_group_name(rssl_sock_group(s)));
  say("alpn", (const char *)rssl_sock_alpn(s).data);
  say("sni", rssl_sock_server_name(s));
  say("resumed", rssl_sock_resumed(s) ? "yes" : "no");
  fprintf(stderr, "signature: 0x%04x\n", rssl_sock_peer_signature(s));
  report_subject(s);
  report_raw_key(s);
}

/* What the program itself noticed has no rssl_error. */
static void report_result(const rssl_sock *s, rssl_result rc) {
  const rssl_error *error = rssl_sock_error(s);
  if (rc == RSSL_ERR_EOF || error == NULL) error = rssl_last_error();
  if (rc < 0 && rssl_error_code(error) == rc) {
    say("message", rssl_error_message(error));
    say("reason", rssl_error_reason(error));
    fprintf(stderr, "verify: %d\n", (int)rssl_error_verify(error));
    if (rssl_error_alert(error) >= 0)
      fprintf(stderr, "alert: %s %s\n", rssl_error_alert_received(error) ? "received" : "sent",
              rssl_alert_name(rssl_error_alert(error)));
  }
  fprintf(stderr, "result: %s\n", rssl_result_name(rc));
}

/* ------------------------------------------------------------ connections */

/* Reads what is left, so that the alert is not lost in a reset. */
static void close_gently(int fd) {
  char buf[4096];
  (void)fcntl(fd, F_SETFL, 0);
  (void)shutdown(fd, SHUT_WR);
  while (read(fd, buf, sizeof buf) > 0) {
  }
  close(fd);
}

static rssl_result serve(rssl_ctx *ctx, struct settings *set, int fd) {
  rssl_sock *s;
  const char *name = set->role == RSSL_CLIENT ? set->name : NULL;
  rssl_result rc = rssl_wrap(ctx, fd, set->role, name, &s);
  if (rc < 0) {
    failed("rssl_wrap");
    return rc;
  }
  set->traffic.received = 0;
  if (set->early_data != NULL && !exchange_early(s, set->role, set->early)) failed("early data");
  rc = traffic_handshake(&set->traffic, s, fd);
  if (rc == RSSL_WANT_HELLO && (rc = hello_decide(&set->hello, rssl_sock_hello(s))) == RSSL_OK)
    rc = traffic_handshake(&set->traffic, s, fd);
  if (rc == RSSL_OK) {
    report_agreement(s);
    if (set->early_data != NULL) report_early(s);
    report_secrets(s, set->export_label);
    rc = traffic_run(&set->traffic, s, fd);
    fprintf(stderr, "received: %llu\n", set->traffic.received);
  }
  report_result(s, rc);
  rssl_sock_free(s);
  return rc;
}

static bool connect_or_accept(rssl_ctx *ctx, struct settings *set, int listener) {
  int on = 1, fd = listener < 0 ? tcp_connect(set->port) : accept(listener, NULL, NULL);
  if (fd < 0) return false;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (set->traffic.poll && fcntl(fd, F_SETFL, O_NONBLOCK) != 0) return false;
  rssl_result rc = serve(ctx, set, fd);
  close_gently(fd);
  return rc == RSSL_OK;
}

static bool run(rssl_ctx *ctx, struct settings *set) {
  int listener = -1;
  bool ok = configure(ctx, set);
  if (ok && set->role == RSSL_SERVER) ok = (listener = tcp_listen(set->port)) >= 0;
  if (!ok) return false;
  for (int left = atoi(set->connections); left > 0; left--)
    ok = connect_or_accept(ctx, set, listener) && ok;
  if (listener >= 0) close(listener);
  return ok;
}

int main(int argc, char **argv) {
  struct settings set = {
      .name = "localhost", .port = "0", .connections = "1", .time_limit = "120"};
  if (argc == 0 || !parse_arguments(argv, &set)) return usage();
  alarm((unsigned)atoi(set.time_limit)); /* a test that hangs ends by SIGALRM */

  rssl_ctx *ctx;
  if (rssl_ctx_new(set.role, &ctx) < 0) return failed("rssl_ctx_new"), 1;
  bool ok = run(ctx, &set);
  rssl_ctx_free(ctx);
  return ok ? 0 : 1;
}
