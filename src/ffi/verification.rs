//! How sockets verify their peers, beyond roots and revocation.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use super::bytes::rssl_bytes;
use super::cert::{self, rssl_cert};
use super::ctx::{self, rssl_ctx};
use super::drop_user::{DropUser, rssl_drop_cb};
use super::sock::{current, rssl_sock, sock};
use super::{buffer, items, result, rssl_result, string};
use crate::error::Result;
use crate::trust::VerifyHook;

/// Has the last word about a peer's certificate. verify is the built-in verdict (RSSL_V_OK or why not);
/// chain is as the peer sent it, leaf first, borrowed for the call. Return RSSL_V_OK to accept, or the
/// number to refuse with: any reads back from rssl_error_verify as it is.
///
/// verify is the first fault that was found. Others can hide behind it, a forged signature and a wrong
/// name among them: never accept by the number alone. To go without the time or without complete
/// revocation lists, use rssl_ctx_set_time_callback and RSSL_CRL_ALLOW_UNKNOWN.
pub type rssl_verify_cb = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        s: *const rssl_sock,
        verify: i32,
        chain: *const *const rssl_cert,
        chain_len: usize,
    ) -> i32,
>;

/// rssl_ctx_set_verify_callback makes cb decide about the peers of the connections made from then on:
/// pinning and trust on first use go here. cb may be NULL: the built-in verdict counts. drop may be
/// NULL. It changes trust: sessions are forgotten. RSSL_ERR_ARGUMENT: ctx is NULL. RSSL_ERR_INTERNAL:
/// no random bytes.
///
/// Inside cb rssl_sock_verified_cert_new gives the path that was built, which is none unless verify is
/// RSSL_V_OK: pin that, for a peer can put any certificate into chain. rssl_sock_peer_cert_new,
/// rssl_sock_ocsp and rssl_sock_server_name work there too. cb is not called under RSSL_CERT_NONE,
/// without a certificate, or when a session is resumed; nor about a raw public key, where the keys of
/// rssl_x_pin_raw_keys (rssl_unstable.h) alone decide. With cb a server may ask for certificates
/// without any trust roots. A connection that cb accepts against the verdict is never remembered for
/// resumption, by either side. What cb decides cannot be compared: with it, a server's tickets and
/// stored sessions are good in this context and the processes forked from it only, whatever keys or
/// store it shares.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_verify_callback(
    ctx: *mut rssl_ctx,
    cb: rssl_verify_cb,
    user: *mut c_void,
    drop: rssl_drop_cb,
) -> rssl_result {
    let user = Arc::new(DropUser::new(user, drop));
    let hook = cb.map(|cb| {
        let user = user.clone();
        VerifyHook::new(move |verify, chain| {
            let chain: Vec<*const rssl_cert> = chain.iter().map(cert::lend).collect();
            // SAFETY: the handle is the one whose call this is in, and live; the chain lives during
            // the call; `user` is what the caller gave for cb and has not been given back.
            unsafe { cb(user.get(), current(), verify, chain.as_ptr(), chain.len()) }
        })
    });
    // SAFETY: ctx is NULL or a live handle.
    user.taken(unsafe { ctx::set(ctx, |context| context.set_verify_hook(hook.transpose()?)) })
}

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

/// rssl_sock_set_verify_name makes a client check the certificate for name, a DNS name or IP address,
/// and not for the one that s was made for; SNI stays. It is checked also where hostname checking is
/// off. It turns resumption off for s: a resumed handshake would skip the check. RSSL_ERR_STATE: s is a
/// server, certificates are not verified, or input or output has happened. RSSL_ERR_ARGUMENT: name is
/// none, or a NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_set_verify_name(
    s: *mut rssl_sock,
    name: *const c_char,
) -> rssl_result {
    result(|| {
        // SAFETY: s is NULL or a live handle, name NULL or NUL-terminated.
        let (sock, name) = unsafe { (sock(s)?, string(name, "name")?) };
        sock.socket.set_verify_name(name)
    })
}
