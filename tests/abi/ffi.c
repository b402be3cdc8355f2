/* C99 and C++11: rssl_ffi.h needs nothing before it, rustls.h included, and declares what librssl.so.0
 * keeps under RSSL_FFI_0.1. Compiled, never run. */
#include <rssl_ffi.h>
#include <rssl_ffi.h>

#ifndef RSSL_FFI_H
#error "the include guard is RSSL_FFI_H"
#endif

#ifdef __cplusplus
extern "C" {
#endif
rssl_result rssl_ctx_from_rustls_client(const struct rustls_client_config *config, rssl_ctx **out);
rssl_result rssl_ctx_from_rustls_server(const struct rustls_server_config *config, rssl_ctx **out);
#ifdef __cplusplus
}
#endif
