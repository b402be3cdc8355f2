//! How a context's sockets verify their peers, beyond roots and revocation.

use super::bytes::rssl_bytes;
use super::ctx::{self, rssl_ctx};
use super::{buffer, items, rssl_result};
use crate::error::Result;

/// rssl_ctx_set_verify_schemes sets the signatures that are accepted from the peer, in its handshake
/// and in its certificates: TLS SignatureScheme numbers in order of preference. n = 0: the default.
/// It changes trust: sessions are forgotten. RSSL_ERR_UNSUPPORTED: a scheme that this build does not
/// verify. RSSL_ERR_ARGUMENT: a number that is no scheme, or a NULL. After an error nothing has
/// changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_verify_schemes(
    ctx: *mut rssl_ctx,
    schemes: *const u16,
    n: usize,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, schemes NULL or readable for n numbers.
    unsafe {
        ctx::set(ctx, |context| {
            context.set_verify_schemes(items(schemes, n, "schemes")?)
        })
    }
}

/// rssl_ctx_set_client_ca_names sets the authorities that a server names when it asks for a client
/// certificate, DER names, in place of the roots' and whatever RSSL_OPT_NO_CA_NAMES says. n = 0: the
/// roots' again. Clients choose by them; whom the server trusts stays the same. RSSL_ERR_FORMAT: one
/// that is no name, with its number, counted from 0. RSSL_ERR_ARGUMENT: more than 60000 bytes, or a
/// NULL. After an error nothing has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_client_ca_names(
    ctx: *mut rssl_ctx,
    names: *const rssl_bytes,
    n: usize,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, names NULL or n times NULL or readable bytes.
    unsafe {
        ctx::set(ctx, |context| {
            let names = items(names, n, "names")?
                .iter()
                .map(|name| buffer(name.data.cast(), name.len, "a name"))
                .collect::<Result<Vec<_>>>()?;
            context.set_client_ca_names(&names)
        })
    }
}
