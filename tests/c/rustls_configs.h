/* Configurations as a program written for rustls-ffi makes them, with testca's certificates. Each is
 * to be freed by rustls-ffi's function for it. */
#ifndef RUSTLS_CONFIGS_H
#define RUSTLS_CONFIGS_H

#include <rustls.h>

#define CHECK_RUSTLS(call) CHECK_INT(call, RUSTLS_RESULT_OK)

/* A builder for clients that trust the file `roots` of testca. */
struct rustls_client_config_builder *client_builder(const char *roots);
/* A builder for servers that show NAME.pem with NAME.key of testca. */
struct rustls_server_config_builder *server_builder(const char *name);
/* Shows NAME.pem with NAME.key of testca to servers that ask. */
void show_certificate(struct rustls_client_config_builder *builder, const char *name);
/* Asks for client certificates of ca.pem's; `optional`: none is accepted too. */
void ask_for_certificates(struct rustls_server_config_builder *builder, bool optional);

/* Build the configuration, make a context of it and free the configuration. */
rssl_ctx *client_context(struct rustls_client_config_builder *builder);
rssl_ctx *server_context(struct rustls_server_config_builder *builder);

#endif
