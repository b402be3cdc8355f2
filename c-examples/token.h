/* token.h - an RSA private key in a PKCS#11 token: a smart card, an HSM, SoftHSM. */
#ifndef TOKEN_H
#define TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct token;

/* token_open loads the module (a shared library), logs in to the token with this label and finds the
 * private key with that label; NULL after printing why not. */
struct token *token_open(const char *module, const char *label, const char *pin, const char *key);
void token_close(struct token *token);

/* The TLS SignatureSchemes that token_sign can do, the best first. */
extern const uint16_t token_schemes[];
extern const size_t token_schemes_len;

/* token_sign is an rssl_sign_cb whose user is a token. The token makes the hash. One call at a time:
 * a program with several threads gives each a session, or takes a lock. */
ptrdiff_t token_sign(void *token, uint16_t scheme, const void *msg, size_t len, void *sig,
                     size_t cap);

#endif
