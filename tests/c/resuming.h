/* Connections that show whether sessions are resumed. */
#ifndef RESUMING_H
#define RESUMING_H

#include "ends.h"

/* Connects once and says whether that resumed an earlier session; both ends must agree. The
 * client has read, so that it has its tickets. */
bool resumes_as(rssl_ctx *client, rssl_ctx *server, const char *name);
/* The same for "localhost". */
bool resumes(rssl_ctx *client, rssl_ctx *server);
/* Reads and writes once both ways over ends whose handshake is done; what resumes_as does. */
bool ends_resumed(struct ends *e);
/* Connects once; the session that the client has then. */
rssl_session *session_of(rssl_ctx *client, rssl_ctx *server);

#endif
