//! The trust roots of a context.

use std::ffi::{c_char, c_void};

use super::cert::{self, rssl_cert};
use super::ctx::{context, rssl_ctx, set};
use super::{buffer, get, path, rssl_result};
use crate::context::Context;

/// rssl_ctx_load_verify_file adds the certificates of a file to the trust roots: PEM, any number,
/// or one DER. RSSL_ERR_FILE: it cannot be read. RSSL_ERR_FORMAT: no certificate in it, never a
/// silent zero, or a malformed one. RSSL_ERR_ARGUMENT: a NULL. After an error nothing was added.
///
/// Roots are numbered in the order added; one that is there already is not added again. A leaf that
/// is itself in the trust store is trusted, as CPython 3.13's default is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_load_verify_file(
    ctx: *mut rssl_ctx,
    path: *const c_char,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, path NULL or NUL-terminated.
    unsafe {
        set(ctx, |context| {
            context.load_verify_file(self::path(path, "path")?)
        })
    }
}

/// rssl_ctx_load_verify_dir adds the certificates of a directory's files to the trust roots. Files
/// without a certificate are skipped. RSSL_ERR_FILE: it cannot be read. RSSL_ERR_FORMAT: none of
/// its files holds a certificate. RSSL_ERR_ARGUMENT: a NULL. After an error nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_load_verify_dir(
    ctx: *mut rssl_ctx,
    path: *const c_char,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, path NULL or NUL-terminated.
    unsafe {
        set(ctx, |context| {
            context.load_verify_dir(self::path(path, "path")?)
        })
    }
}

/// rssl_ctx_load_verify_mem adds the certificates in len bytes at data to the trust roots: PEM, any
/// number, or one DER. RSSL_ERR_FORMAT: none, or a malformed one. RSSL_ERR_ARGUMENT: a NULL. After
/// an error nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_load_verify_mem(
    ctx: *mut rssl_ctx,
    data: *const c_void,
    len: usize,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, data NULL or readable for len bytes.
    unsafe {
        set(ctx, |context| {
            context.load_verify_mem(buffer(data, len, "data")?)
        })
    }
}

/// rssl_ctx_load_verify_system adds the operating system's trust roots. SSL_CERT_FILE and
/// SSL_CERT_DIR are honoured. RSSL_ERR_FILE or RSSL_ERR_FORMAT: there are none, or they cannot be
/// read. RSSL_ERR_ARGUMENT: ctx is NULL. After an error nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_load_verify_system(ctx: *mut rssl_ctx) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { set(ctx, Context::load_verify_system) }
}

/// rssl_ctx_load_verify_bundled adds Mozilla's trust roots, as they were when the library was
/// built. RSSL_ERR_UNSUPPORTED: this build has none; see rssl_has. RSSL_ERR_ARGUMENT: ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_load_verify_bundled(ctx: *mut rssl_ctx) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { set(ctx, Context::load_verify_bundled) }
}

/// rssl_ctx_root_count returns the number of trust roots; 0 if ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_root_count(ctx: *const rssl_ctx) -> usize {
    get(0, || {
        // SAFETY: ctx is NULL or a live handle.
        Some(unsafe { context(ctx) }.ok()?.root_count())
    })
}

/// rssl_ctx_root_new returns a reference to root i, to be given back with rssl_cert_free; NULL past
/// the end or if ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_root_new(ctx: *const rssl_ctx, i: usize) -> *mut rssl_cert {
    get(std::ptr::null_mut(), || {
        // SAFETY: ctx is NULL or a live handle.
        let root = unsafe { context(ctx) }.ok()?.root(i)?;
        Some(cert::into_handle(root))
    })
}

/// rssl_ctx_clear_roots removes all trust roots. RSSL_ERR_ARGUMENT: ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_clear_roots(ctx: *mut rssl_ctx) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { set(ctx, Context::clear_roots) }
}
