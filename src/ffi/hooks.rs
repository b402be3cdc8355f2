//! The callbacks of a context that serve both roles: the key log and the time.

use std::ffi::{CString, c_char, c_void};
use std::sync::Arc;

use super::ctx::{self, rssl_ctx};
use super::drop_user::{DropUser, rssl_drop_cb};
use super::rssl_result;
use crate::engine::hooks::{Clock, KeyLogger};

/// Takes one line of the key log, in NSS's format and without the newline. Borrowed for the call.
pub type rssl_keylog_cb = Option<unsafe extern "C" fn(user: *mut c_void, line: *const c_char)>;

/// Says the time in seconds since 1970. Negative: the time is not known, and the handshake that
/// asks fails with RSSL_ERR_CALLBACK.
pub type rssl_time_cb = Option<unsafe extern "C" fn(user: *mut c_void) -> i64>;

/// rssl_ctx_set_keylog_callback gives the secrets of the connections made from then on to cb, line by
/// line, for tools that decrypt captured traffic. Anyone with these can read the traffic. cb may be
/// NULL: no key log. drop may be NULL. The SSLKEYLOGFILE variable is not looked at: the program
/// decides. RSSL_ERR_ARGUMENT: ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_keylog_callback(
    ctx: *mut rssl_ctx,
    cb: rssl_keylog_cb,
    user: *mut c_void,
    drop: rssl_drop_cb,
) -> rssl_result {
    let user = Arc::new(DropUser::new(user, drop));
    let key_log = cb.map(|cb| {
        let user = user.clone();
        KeyLogger::new(move |line: CString| {
            // SAFETY: the line is NUL-terminated and lives during the call; `user` is what the
            // caller gave for it and has not been given back.
            unsafe { cb(user.get(), line.as_ptr()) }
        })
    });
    // SAFETY: ctx is NULL or a live handle.
    user.taken(unsafe { ctx::set(ctx, |context| context.set_key_log(key_log)) })
}

/// rssl_ctx_set_time_callback makes cb say the time, for the dates of certificates and tickets of the
/// connections made from then on: devices with no clock, tests. cb may be NULL: the operating
/// system's clock again. drop may be NULL. It changes trust: a client's sessions are forgotten.
/// RSSL_ERR_ARGUMENT: ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_time_callback(
    ctx: *mut rssl_ctx,
    cb: rssl_time_cb,
    user: *mut c_void,
    drop: rssl_drop_cb,
) -> rssl_result {
    let user = Arc::new(DropUser::new(user, drop));
    let clock = cb.map(|cb| {
        let user = user.clone();
        // SAFETY: `user` is what the caller gave for cb and has not been given back.
        Clock::new(move || unsafe { cb(user.get()) })
    });
    // SAFETY: ctx is NULL or a live handle.
    user.taken(unsafe { ctx::set(ctx, |context| context.set_clock(clock)) })
}
