//! The callback that chooses a client's certificate.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use super::bytes::rssl_bytes;
use super::ctx::{self, rssl_ctx};
use super::drop_user::{DropUser, rssl_drop_cb};
use super::identity::{self, rssl_identity};
use super::rssl_result;
use super::sock::{current, rssl_sock};
use crate::identity::ClientCertHook;

/// Chooses the certificate of a client that is asked for one, instead of the context's identities.
/// names are the authorities that the server accepts, DER names, none: any; schemes are the TLS
/// SignatureSchemes that it can verify. Both are borrowed for the call. Return a reference, which
/// librssl frees, or NULL to send no certificate. None is sent either where the server can verify no
/// signature of the one returned.
pub type rssl_client_cert_cb = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        s: *const rssl_sock,
        names: *const rssl_bytes,
        n_names: usize,
        schemes: *const u16,
        n_schemes: usize,
    ) -> *mut rssl_identity,
>;

/// rssl_ctx_set_client_cert_callback makes cb choose the certificate of the clients' connections made
/// from then on, when a server asks for one. cb may be NULL: the context's identities again. drop may
/// be NULL. A client's sessions are forgotten, as by any change of identity. RSSL_ERR_ARGUMENT: ctx
/// is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_client_cert_callback(
    ctx: *mut rssl_ctx,
    cb: rssl_client_cert_cb,
    user: *mut c_void,
    drop: rssl_drop_cb,
) -> rssl_result {
    let user = Arc::new(DropUser::new(user, drop));
    let hook = cb.map(|cb| {
        let user = user.clone();
        ClientCertHook::new(move |authorities, schemes| {
            let names: Vec<rssl_bytes> = authorities
                .iter()
                .map(|&name| rssl_bytes::from(name))
                .collect();
            // SAFETY: the arrays live during the call; `user` is what the caller gave for cb and
            // has not been given back. What is returned is NULL or a reference that is ours now.
            unsafe {
                identity::take(cb(
                    user.get(),
                    current(),
                    array(&names),
                    names.len(),
                    array(schemes),
                    schemes.len(),
                ))
            }
        })
    });
    // SAFETY: ctx is NULL or a live handle.
    user.taken(unsafe { ctx::set(ctx, |context| context.set_client_cert_hook(hook)) })
}

fn array<T>(items: &[T]) -> *const T {
    match items {
        [] => ptr::null(),
        items => items.as_ptr(),
    }
}
