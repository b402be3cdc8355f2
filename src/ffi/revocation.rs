//! Revocation lists of a context.

use std::ffi::{c_char, c_void};

use super::ctx::{self, rssl_ctx};
use super::{buffer, path, rssl_result};
use crate::context::Context;
use crate::trust::CrlSwitch;

/// Check the leaf, not its issuers.
pub const RSSL_CRL_LEAF_ONLY: u32 = 1u32 << 0;
/// No CRL covers it: accept. What a CRL past nextUpdate revokes stays refused.
pub const RSSL_CRL_ALLOW_UNKNOWN: u32 = 1u32 << 1;
/// A CRL past nextUpdate counts as missing: RSSL_V_CRL_EXPIRED.
pub const RSSL_CRL_ENFORCE_EXPIRY: u32 = 1u32 << 2;
/// Keep what is loaded, check nothing.
pub const RSSL_CRL_OFF: u32 = 1u32 << 3;
/// Check even with none loaded: all are refused with RSSL_V_CRL_UNAVAILABLE.
pub const RSSL_CRL_REQUIRED: u32 = 1u32 << 4;
const _: () = assert!(
    RSSL_CRL_LEAF_ONLY == CrlSwitch::LeafOnly as u32
        && RSSL_CRL_ALLOW_UNKNOWN == CrlSwitch::AllowUnknown as u32
        && RSSL_CRL_ENFORCE_EXPIRY == CrlSwitch::EnforceExpiry as u32
        && RSSL_CRL_OFF == CrlSwitch::Off as u32
        && RSSL_CRL_REQUIRED == CrlSwitch::Required as u32
);

/// rssl_ctx_load_crl_file adds the certificate revocation lists of a file: PEM, any number, or one
/// DER. Nothing is fetched from the network, ever. Peers are checked against them from then on, the
/// leaf and its issuers, unless a flag says otherwise; one that no CRL covers is refused with
/// RSSL_V_CRL_UNAVAILABLE. Of one issuer and distribution point the newest counts. It changes trust:
/// sessions are forgotten.
///
/// A CRL must be complete, of version 2, with nextUpdate and a CRL number, and about its issuer's own
/// certificates; an issuing distribution point must have a full name, and is compared with the
/// certificate's by its URI.
///
/// RSSL_ERR_FILE: it cannot be read. RSSL_ERR_FORMAT: no CRL in it, never a silent zero, or a
/// malformed one. RSSL_ERR_UNSUPPORTED: a delta or indirect CRL, or another that is not as above.
/// RSSL_ERR_ARGUMENT: a NULL. After an error nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_load_crl_file(
    ctx: *mut rssl_ctx,
    path: *const c_char,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, path NULL or NUL-terminated.
    unsafe {
        ctx::set(ctx, |context| {
            context.load_crl_file(self::path(path, "path")?)
        })
    }
}

/// rssl_ctx_load_crl_mem is rssl_ctx_load_crl_file for len bytes at data, without RSSL_ERR_FILE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_load_crl_mem(
    ctx: *mut rssl_ctx,
    data: *const c_void,
    len: usize,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, data NULL or readable for len bytes.
    unsafe {
        ctx::set(ctx, |context| {
            context.load_crl_mem(buffer(data, len, "data")?)
        })
    }
}

/// rssl_ctx_set_crl_flags sets the RSSL_CRL_ flags in place of those before; 0: the default.
/// RSSL_ERR_ARGUMENT: an unknown flag, RSSL_CRL_OFF with RSSL_CRL_REQUIRED, or ctx is NULL; nothing
/// has changed then. It changes trust: sessions are forgotten.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_crl_flags(ctx: *mut rssl_ctx, flags: u32) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { ctx::set(ctx, |context| context.set_crl_flags(flags)) }
}

/// rssl_ctx_clear_crls removes all revocation lists; the flags stay. It changes trust: sessions are
/// forgotten. RSSL_ERR_ARGUMENT: ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_clear_crls(ctx: *mut rssl_ctx) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { ctx::set(ctx, Context::clear_crls) }
}
