//! `rssl_ctx_from_rustls_client` and `_server`: contexts of rustls-ffi's configurations.

use std::sync::Arc;

use ::rustls_ffi::client::rustls_client_config;
use ::rustls_ffi::server::rustls_server_config;
use rustls::{ClientConfig, ServerConfig};

use crate::context::Context;
use crate::error::Result;
use crate::ffi::ctx::{into_handle, rssl_ctx};
use crate::ffi::{handle, out, result, rssl_result};

/// rssl_ctx_from_rustls_client makes a context for clients of a configuration that
/// rustls_client_config_builder_build made. RSSL_OK: *out is a new reference, to be given back with
/// rssl_ctx_free; config stays the caller's and may be freed. RSSL_ERR_UNSUPPORTED: config has a
/// callback that verifies certificates, which works on a rustls_connection only. RSSL_ERR_ARGUMENT: a
/// NULL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_from_rustls_client(
    config: *const rustls_client_config,
    out: *mut *mut rssl_ctx,
) -> rssl_result {
    // SAFETY: out is NULL or writable, config NULL or a live handle of rustls-ffi's, which its
    // documentation says is an Arc<ClientConfig>.
    unsafe { adopt(config.cast::<ClientConfig>(), out, Context::of_client) }
}

/// rssl_ctx_from_rustls_server makes a context for servers of a configuration that
/// rustls_server_config_builder_build made. RSSL_OK: *out is a new reference, to be given back with
/// rssl_ctx_free; config stays the caller's and may be freed. RSSL_ERR_UNSUPPORTED: config has a
/// callback that sees the ClientHello or keeps sessions, which works on a rustls_connection only.
/// RSSL_ERR_ARGUMENT: a NULL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_from_rustls_server(
    config: *const rustls_server_config,
    out: *mut *mut rssl_ctx,
) -> rssl_result {
    // SAFETY: out is NULL or writable, config NULL or a live handle of rustls-ffi's, which its
    // documentation says is an Arc<ServerConfig>.
    unsafe { adopt(config.cast::<ServerConfig>(), out, Context::of_server) }
}

/// # Safety
/// `config` is NULL or came from `Arc::into_raw` and has not been given up; `out` is NULL or
/// writable.
unsafe fn adopt<T>(
    config: *const T,
    out: *mut *mut rssl_ctx,
    make: fn(Arc<T>) -> Result<Context>,
) -> rssl_result {
    result(|| {
        // SAFETY: by this function's contract.
        let out = unsafe { self::out(out, "out") }?;
        // SAFETY: as above. The reference ends before anything else is done.
        unsafe { handle(config, "config") }?;
        // SAFETY: not NULL, hence an Arc's pointer, whose owner keeps it during the call: a
        // reference is added, and it is the one taken.
        let config = unsafe {
            Arc::increment_strong_count(config);
            Arc::from_raw(config)
        };
        *out = into_handle(make(config)?);
        Ok(())
    })
}
