/* alpn.h - ALPN protocols from the command line. */
#ifndef ALPN_H
#define ALPN_H

#include <rssl.h>

/* set_alpn_list sets the protocols of a comma-separated list, most wanted first; an empty
 * list turns ALPN off. On failure it prints why to standard error. */
bool set_alpn_list(rssl_ctx *ctx, const char *list);

#endif
