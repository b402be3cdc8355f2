/* What destructors do: calls from functions that run while the process ends. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct ends e;
static rssl_sock *unbegun;

static void take(void *user, rssl_log_level level, const char *message) {
  (void)user, (void)level, (void)message;
}

static void use_and_free(void) {
  /* The last error of the thread is gone by then. */
  CHECK_INT(rssl_shutdown(unbegun, RSSL_SHUT_WR), RSSL_ERR_STATE);
  rssl_sock_free(unbegun);
  CHECK_OK(rssl_shutdown(e.client, RSSL_SHUT_WR));
  rssl_set_log(NULL, NULL, 0);
  ends_close(&e);
  _exit(0);
}

static void sockets_can_be_used_and_freed_by_an_exit_handler(void) {
  pid_t child = fork();
  int status;
  CHECK(child >= 0);
  if (child == 0) {
    rssl_ctx *ctx = client_ctx("ca.pem");
    CHECK_INT(atexit(use_and_free), 0);
    rssl_set_log(take, NULL, RSSL_LOG_TRACE);
    ends_connect_version(&e, RSSL_TLS1_3);
    CHECK_OK(rssl_sock_new(ctx, RSSL_CLIENT, "localhost", &unbegun));
    rssl_ctx_free(ctx);
    exit(1);
  }
  CHECK_INT(waitpid(child, &status, 0), child);
  CHECK_INT(status, 0);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(sockets_can_be_used_and_freed_by_an_exit_handler),
  };
  return RUN_CASES(argc, argv, cases);
}
