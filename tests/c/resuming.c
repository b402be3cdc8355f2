#include "resuming.h"

#include "check.h"

bool ends_resumed(struct ends *e) {
  bool resumed = rssl_sock_resumed(e->client);
  CHECK_INT(rssl_sock_resumed(e->server), resumed);
  ends_tell(e->client, e->server, "question");
  ends_tell(e->server, e->client, "answer");
  return resumed;
}

bool resumes_as(rssl_ctx *client, rssl_ctx *server, const char *name) {
  rssl_result client_rc, server_rc;
  struct ends e;
  bool resumed;
  ends_open(&e, client, server, name);
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  resumed = ends_resumed(&e);
  if (rssl_ctx_verify(client) == RSSL_CERT_REQUIRED)
    CHECK_INT(rssl_sock_verify_result(e.client), RSSL_V_OK);
  ends_close(&e);
  return resumed;
}

bool resumes(rssl_ctx *client, rssl_ctx *server) {
  return resumes_as(client, server, "localhost");
}

rssl_session *session_of(rssl_ctx *client, rssl_ctx *server) {
  rssl_result client_rc, server_rc;
  rssl_session *session;
  struct ends e;
  ends_open(&e, client, server, "localhost");
  ends_shake(&e, &client_rc, &server_rc);
  CHECK_OK(client_rc);
  CHECK_OK(server_rc);
  ends_resumed(&e);
  session = rssl_sock_session_new(e.client);
  CHECK(session != NULL);
  ends_close(&e);
  return session;
}
