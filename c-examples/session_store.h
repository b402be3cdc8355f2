/* session_store.h - keeps a server's sessions where other machines find them. */
#ifndef SESSION_STORE_H
#define SESSION_STORE_H

#include <rssl.h>
#include <stdbool.h>

/* use_session_store makes ctx keep its sessions in the Redis at `where`: HOST:PORT, or the path of
 * a Unix socket. Nothing is sent yet: a store that is down is no reason not to serve. False, with
 * the reason on standard error, if it cannot be used at all. */
bool use_session_store(rssl_ctx *ctx, const char *where);

#endif
