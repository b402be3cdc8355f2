//! Hashes, for fingerprints and pins.

use std::ffi::{c_char, c_void};

use super::{buffer, buffer_mut, copy_out, count, string};
use crate::crypto::digest;

/// rssl_digest hashes len bytes with "sha1", "sha256", "sha384" or "sha512", writes the hash to out
/// and returns its length: for fingerprints and pins of rssl_cert_der and rssl_cert_spki.
/// RSSL_ERR_NAME: another hash. RSSL_ERR_ARGUMENT: a NULL, or cap is too small; out is as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_digest(
    hash: *const c_char,
    data: *const c_void,
    len: usize,
    out: *mut c_void,
    cap: usize,
) -> isize {
    count(|| {
        // SAFETY: hash is NULL or NUL-terminated, data NULL or readable, out NULL or writable.
        unsafe {
            let digest = digest::hash(string(hash, "hash")?, buffer(data, len, "data")?)?;
            copy_out(digest.as_ref(), buffer_mut(out, cap, "out")?)
        }
    })
}
