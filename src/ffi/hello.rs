//! `rssl_hello`: a ClientHello under examination.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use super::bytes::rssl_bytes;
use super::ctx::{self, rssl_ctx};
use super::drop_user::{DropUser, rssl_drop_cb};
use super::error::result_name;
use super::identity::{self, rssl_identity};
use super::results::RSSL_WANT_HELLO;
use super::sock::{self, current, drive_result, rssl_sock};
use super::{RSSL_OK, fail, get, handle, null, result, rssl_result};
use crate::engine::hello::ClientHello;
use crate::error::Result;
use crate::socket::{HelloHook, Reply, Socket};

/// A ClientHello under examination: what the client offers, and the answer to it. It lives from the
/// callback's call until it is decided. The rules for threads are those of its socket.
// A pointer to it is its socket's handle: this type only names it.
pub struct rssl_hello {
    _opaque: [u8; 0],
}

/// Looks at each ClientHello that can be answered, once, before anything is decided. Return RSSL_OK
/// (after rssl_hello_use_ctx and its like or not) to go on, RSSL_WANT_HELLO to decide later, or a
/// negative error to refuse with the alert handshake_failure; after rssl_hello_reject the connection
/// is refused whatever is returned. h is borrowed for the call; rssl_sock_hello(s) is h.
pub type rssl_hello_cb = Option<
    unsafe extern "C" fn(user: *mut c_void, s: *mut rssl_sock, h: *mut rssl_hello) -> rssl_result,
>;

/// rssl_ctx_set_hello_callback makes cb look at each ClientHello of the servers' connections made
/// from then on. cb may be NULL: nobody looks. drop may be NULL. RSSL_ERR_ARGUMENT: ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_hello_callback(
    ctx: *mut rssl_ctx,
    cb: rssl_hello_cb,
    user: *mut c_void,
    drop: rssl_drop_cb,
) -> rssl_result {
    let user = Arc::new(DropUser::new(user, drop));
    let hook = cb.map(|cb| {
        let user = user.clone();
        HelloHook::new(move || {
            let s = current();
            // SAFETY: `s` is the live handle whose call this is in; `user` is what the caller gave
            // for cb and has not been given back.
            reply(unsafe { cb(user.get(), s, s.cast()) })
        })
    });
    // SAFETY: ctx is NULL or a live handle.
    user.taken(unsafe { ctx::set(ctx, |context| context.set_hello_hook(hook)) })
}

fn reply(result: rssl_result) -> Reply {
    match result {
        RSSL_OK => Reply::Continue,
        RSSL_WANT_HELLO => Reply::Wait,
        // What it must not return refuses too.
        other => Reply::Refuse(format!(
            "the hello callback refused the connection: it returned {} ({other})",
            result_name(other).to_string_lossy()
        )),
    }
}

/// # Safety
/// `h` is NULL or a pending hello, and stays so during `'a`.
unsafe fn socket<'a>(h: *const rssl_hello) -> Result<&'a Socket> {
    // SAFETY: a hello is its socket's handle.
    Ok(&unsafe { handle(h.cast::<rssl_sock>(), "h") }?.socket)
}

/// Reads what the client sent.
///
/// # Safety
/// As for [`socket`].
unsafe fn read<T>(
    h: *const rssl_hello,
    absent: T,
    field: impl FnOnce(&ClientHello) -> Option<T>,
) -> T {
    get(absent, || {
        // SAFETY: by this function's contract.
        unsafe { socket(h) }.ok()?.read_hello(field)?
    })
}

/// rssl_hello_server_name returns the name that the client asks for (SNI), in lower case. Borrowed
/// from h. NULL: none, or no hello is pending, or h is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_server_name(h: *const rssl_hello) -> *const c_char {
    // SAFETY: h is NULL or a pending hello.
    unsafe {
        read(h, ptr::null(), |hello| {
            hello.server_name.as_deref().map(CStr::as_ptr)
        })
    }
}

/// rssl_hello_alpn_count returns how many application protocols the client offers; 0 if h is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_alpn_count(h: *const rssl_hello) -> usize {
    // SAFETY: h is NULL or a pending hello.
    unsafe { read(h, 0, |hello| Some(hello.alpn.len())) }
}

/// rssl_hello_alpn returns the application protocol i in the client's order of preference. Borrowed
/// from h. Absent: past the end, or h is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_alpn(h: *const rssl_hello, i: usize) -> rssl_bytes {
    // SAFETY: h is NULL or a pending hello.
    unsafe {
        read(h, rssl_bytes::ABSENT, |hello| {
            Some(hello.alpn.get(i)?.as_slice().into())
        })
    }
}

/// rssl_hello_cipher_count returns how many ciphers the client offers; 0 if h is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_cipher_count(h: *const rssl_hello) -> usize {
    // SAFETY: h is NULL or a pending hello.
    unsafe { read(h, 0, |hello| Some(hello.ciphers.len())) }
}

/// rssl_hello_cipher returns the IANA number of cipher i in the client's order of preference, which
/// may be one that this library does not know. 0: past the end, or h is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_cipher(h: *const rssl_hello, i: usize) -> u16 {
    // SAFETY: h is NULL or a pending hello.
    unsafe { read(h, 0, |hello| hello.ciphers.get(i).copied()) }
}

/// rssl_hello_scheme_count returns how many signature schemes the client can verify; 0 if h is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_scheme_count(h: *const rssl_hello) -> usize {
    // SAFETY: h is NULL or a pending hello.
    unsafe { read(h, 0, |hello| Some(hello.schemes.len())) }
}

/// rssl_hello_scheme returns the TLS SignatureScheme i in the client's order of preference. 0: past
/// the end, or h is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_scheme(h: *const rssl_hello, i: usize) -> u16 {
    // SAFETY: h is NULL or a pending hello.
    unsafe { read(h, 0, |hello| hello.schemes.get(i).copied()) }
}

/// rssl_hello_ca_count returns how many authorities the client names by which the server's
/// certificate may be issued; 0: any, or h is NULL. TLS 1.3 clients alone can name some.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_ca_count(h: *const rssl_hello) -> usize {
    // SAFETY: h is NULL or a pending hello.
    unsafe { read(h, 0, |hello| Some(hello.authorities.len())) }
}

/// rssl_hello_ca returns the name of authority i, DER. Borrowed from h. Absent: past the end, or h is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_ca(h: *const rssl_hello, i: usize) -> rssl_bytes {
    // SAFETY: h is NULL or a pending hello.
    unsafe {
        read(h, rssl_bytes::ABSENT, |hello| {
            Some(hello.authorities.get(i)?.as_slice().into())
        })
    }
}

/// rssl_hello_use_ctx answers under the settings of ctx, as they are at this call, in place of those
/// that the socket was made with: trust, identities, versions, ciphers, ALPN, sessions and options.
/// Its own hello callback is not called. This and the next two can be combined in any order; the last
/// call of each counts. ctx may be freed afterwards.
///
/// RSSL_OK. RSSL_ERR_STATE: ctx is not for servers, or no hello is pending. RSSL_ERR_ARGUMENT: a
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_use_ctx(h: *mut rssl_hello, ctx: *mut rssl_ctx) -> rssl_result {
    result(|| {
        // SAFETY: h is NULL or a pending hello, ctx NULL or a live handle.
        let (socket, context) = unsafe { (socket(h)?, ctx::context(ctx)?) };
        socket.use_setup(&*context.setup()?)
    })
}

/// rssl_hello_use_identity shows id, whatever identities the context has. It takes a reference of its
/// own. RSSL_OK. RSSL_ERR_STATE: no hello is pending. RSSL_ERR_ARGUMENT: a NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_use_identity(
    h: *mut rssl_hello,
    id: *mut rssl_identity,
) -> rssl_result {
    result(|| {
        // SAFETY: h is NULL or a pending hello, id NULL or a live handle.
        let (socket, identity) = unsafe { (socket(h)?, identity::share(id)?) };
        socket.use_identity(identity)
    })
}

/// rssl_hello_use_alpn agrees on the application protocol proto, whatever the context has. RSSL_OK.
/// RSSL_ERR_STATE: no hello is pending. RSSL_ERR_ARGUMENT: the client does not offer it, or a NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_use_alpn(
    h: *mut rssl_hello,
    proto: *const c_char,
) -> rssl_result {
    result(|| {
        // SAFETY: h is NULL or a pending hello, proto NULL or NUL-terminated.
        let (socket, protocol) = unsafe { (socket(h)?, super::c_string(proto, "proto")?) };
        socket.use_alpn(protocol.to_bytes())
    })
}

/// # Safety
/// As for [`socket`].
unsafe fn decide(h: *mut rssl_hello, call: impl FnOnce(&Socket) -> Result<()>) -> rssl_result {
    if h.is_null() {
        return fail(null("h"));
    }
    // SAFETY: a pending hello, which is its socket's handle.
    unsafe { drive_result(h.cast(), |socket| Ok(call(socket)?)) }
}

/// rssl_hello_continue goes on with the answer as it is: h is gone, and calls on its socket take up
/// the handshake again; rssl_events says RSSL_POLL_READY until one has. Any thread may call it, and
/// the functions above, while no other is inside a call on the socket. RSSL_OK. RSSL_ERR_STATE: called
/// from the callback (return RSSL_OK there), no hello is pending, or another thread is inside a call
/// on the socket. RSSL_ERR_ARGUMENT: h is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_continue(h: *mut rssl_hello) -> rssl_result {
    // SAFETY: h is NULL or a pending hello.
    unsafe { decide(h, Socket::continue_hello) }
}

/// rssl_hello_reject ends the connection with alert, such as unrecognized_name (112), which is sent
/// at once as far as the transport takes it; if not, rssl_events says RSSL_POLL_OUT. h is gone, and
/// calls on its socket return RSSL_ERR_CALLBACK. Called from the callback it takes effect when that
/// returns, whatever it returns. RSSL_OK. RSSL_ERR_STATE: no hello is pending, or another thread is
/// inside a call on the socket. RSSL_ERR_ARGUMENT: alert is not the number of an error alert, or h is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_hello_reject(h: *mut rssl_hello, alert: c_int) -> rssl_result {
    // SAFETY: h is NULL or a pending hello.
    unsafe { decide(h, |socket| socket.reject_hello(alert)) }
}

/// rssl_sock_hello returns the ClientHello that is pending, in the callback and after
/// RSSL_WANT_HELLO. Borrowed from s until rssl_hello_continue or rssl_hello_reject. NULL: none is
/// pending, or s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_hello(s: *mut rssl_sock) -> *mut rssl_hello {
    get(ptr::null_mut(), || {
        // SAFETY: s is NULL or a live handle.
        let waits = unsafe { sock::sock(s) }.ok()?.socket.hello_waits();
        waits.then_some(s.cast())
    })
}
