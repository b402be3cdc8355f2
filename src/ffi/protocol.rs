//! What a context says of the protocol beside the lists of names.

use std::ffi::c_char;

use super::ctx::{context, rssl_ctx};
use super::{result, rssl_result, string};

/// rssl_ctx_set_cipher_string takes OpenSSL's cipher language, ciphers(1) ("ECDHE+AESGCM:!SHA1",
/// "HIGH:!aNULL", "DEFAULT:@SECLEVEL=2"), for programs that bring a string in it: the TLS 1.2 ciphers
/// become what it selects, in its order. Those of TLS 1.3 stay as they are and come first, as
/// rssl_ctx_cipher shows; of it and rssl_ctx_set_ciphers, which sets those of both versions, the later
/// call counts. Words for what librssl does not have select nothing. The operators are
/// : , ; space + - ! and the commands @STRENGTH and @SECLEVEL=n.
///
/// Of a security level only what it asks of ciphers is done: 192 bits from level 4 on, 256 at 5. Levels
/// up to 2 ask of certificates and keys what librssl asks always; what higher levels ask of them, and
/// SUITEB words of groups and signatures, is not done: use rssl_ctx_set_groups and
/// rssl_ctx_set_verify_schemes.
///
/// RSSL_ERR_NAME: nothing is selected. RSSL_ERR_ARGUMENT: not in the language (the message says
/// where), no cipher is left for a version allowed, or a NULL. After an error nothing has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_cipher_string(
    ctx: *mut rssl_ctx,
    openssl: *const c_char,
) -> rssl_result {
    result(|| {
        // SAFETY: ctx is NULL or a live handle, openssl NULL or NUL-terminated.
        unsafe { context(ctx)?.set_cipher_string(string(openssl, "openssl")?) }
    })
}

/// rssl_ctx_set_max_fragment limits the plaintext of each record sent, for peers with small buffers:
/// 27 to 16384 bytes; 0: 16384, the default. The record is up to 22 bytes longer in TLS 1.3, and up
/// to 29 in TLS 1.2. What the peer sends stays its own choice. RSSL_ERR_ARGUMENT: another number, or
/// ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_max_fragment(
    ctx: *mut rssl_ctx,
    plaintext: usize,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    result(|| unsafe { context(ctx) }?.set_max_fragment(plaintext))
}
