//! What a context says of the protocol beside the lists of names.

use super::ctx::{context, rssl_ctx};
use super::{result, rssl_result};

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
