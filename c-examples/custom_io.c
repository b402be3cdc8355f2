/* custom_io - TLS over functions of the program's own: here standard C streams on two
 * pipes, to a server in a child process. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <rssl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct streams {
  FILE *in, *out;
};

static bool failed(const char *who) {
  fprintf(stderr, "%s: %s\n", who, rssl_error_message(rssl_last_error()));
  return false;
}

/* fread returns when it has all of len, and librssl never asks for more than the peer is
 * about to send. */
static ptrdiff_t stream_read(void *user, void *buf, size_t len) {
  struct streams *streams = user;
  errno = 0;
  size_t n = fread(buf, 1, len, streams->in);
  if (n > 0 || feof(streams->in)) return (ptrdiff_t)n;
  return RSSL_IO_ERROR(errno);
}

static ptrdiff_t stream_write(void *user, const void *buf, size_t len) {
  struct streams *streams = user;
  errno = 0;
  size_t n = fwrite(buf, 1, len, streams->out);
  if (n == len && fflush(streams->out) == 0) return (ptrdiff_t)n;
  return RSSL_IO_ERROR(errno);
}

/* Called once, when librssl needs the streams no more. */
static void streams_close(void *user) {
  struct streams *streams = user;
  fclose(streams->in);
  fclose(streams->out);
}

static bool say(rssl_sock *s, const char *text) {
  for (size_t left = strlen(text); left > 0;) {
    ptrdiff_t n = rssl_write(s, text, left);
    if (n < 0) return false;
    text += n;
    left -= (size_t)n;
  }
  return rssl_shutdown(s, RSSL_SHUT_WR) == RSSL_OK;
}

/* Reads until the peer's close_notify. */
static bool hear(const char *who, rssl_sock *s) {
  char buf[256];
  ptrdiff_t n;
  while ((n = rssl_read(s, buf, sizeof buf)) > 0)
    printf("%s: received \"%.*s\"\n", who, (int)n, buf);
  return n == 0;
}

static bool talk(const char *who, rssl_sock *s) {
  if (rssl_handshake(s) < 0) return false;
  if (strcmp(who, "client") == 0) return say(s, "hello from the client") && hear(who, s);
  return hear(who, s) && say(s, "hello from the server");
}

/* The server has no name to check. */
static int run(const char *who, rssl_ctx *ctx, const char *name, struct streams *streams) {
  rssl_sock *s;
  rssl_io io = {sizeof io, streams, stream_read, stream_write, streams_close};
  bool ok = rssl_sock_new(ctx, 0, name, &s) == RSSL_OK;
  if (ok && rssl_sock_set_io(s, &io) == RSSL_OK) {
    ok = talk(who, s) || failed(who);
  } else {
    ok = failed(who);
    streams_close(streams);
  }
  rssl_sock_free(s);
  if (ok) printf("%s: done\n", who);
  fflush(stdout);
  return ok ? 0 : 1;
}

static bool streams_open(struct streams *streams, int in, int out) {
  streams->in = fdopen(in, "rb");
  streams->out = fdopen(out, "wb");
  if (streams->in == NULL || streams->out == NULL) return false;
  /* It would read ahead, and wait for what the peer does not send. */
  return setvbuf(streams->in, NULL, _IONBF, 0) == 0;
}

static int run_both(rssl_ctx *server, rssl_ctx *client, const char *name) {
  int up[2], down[2], status = 1;
  struct streams streams;
  /* A pipe raises SIGPIPE when its reader is gone, and these writes are the program's own. */
  if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || pipe(up) != 0 || pipe(down) != 0) {
    perror("custom_io");
    return 1;
  }
  pid_t child = fork();
  bool is_server = child == 0;
  close(is_server ? up[1] : up[0]);
  close(is_server ? down[0] : down[1]);
  if (child < 0 || !(is_server ? streams_open(&streams, up[0], down[1])
                               : streams_open(&streams, down[0], up[1]))) {
    perror("custom_io");
    return 1;
  }
  if (is_server) return run("server", server, NULL, &streams);
  int result = run("client", client, name, &streams);
  return waitpid(child, &status, 0) == child && status == 0 ? result : 1;
}

int main(int argc, char **argv) {
  if (argc != 4 && argc != 5) {
    fputs("usage: custom_io CAFILE CERT KEY [NAME]\n"
          "  NAME is what the certificate must say, by default localhost.\n",
          stderr);
    return 2;
  }
  rssl_ctx *client = NULL, *server = NULL;
  int result = 1;
  if (rssl_ctx_new(RSSL_CLIENT, &client) == RSSL_OK &&
      rssl_ctx_new(RSSL_SERVER, &server) == RSSL_OK &&
      rssl_ctx_load_verify_file(client, argv[1]) == RSSL_OK &&
      rssl_ctx_load_cert_file(server, argv[2], argv[3], NULL) == RSSL_OK)
    result = run_both(server, client, argc == 5 ? argv[4] : "localhost");
  else
    failed("custom_io");
  rssl_ctx_free(client);
  rssl_ctx_free(server);
  return result;
}
