//! Functions for librssl to call. What each does is in the byte that its `user` points to.

use std::cell::Cell;
use std::ffi::{c_char, c_void};

use rssl::ffi::bytes::rssl_bytes;
use rssl::ffi::drop_user::rssl_drop_cb;
use rssl::ffi::hello::{rssl_hello, rssl_hello_server_name, rssl_hello_use_alpn};
use rssl::ffi::identity::rssl_identity;
use rssl::ffi::results::*;
use rssl::ffi::sock::*;

use crate::handles::is_error;
use crate::input::Input;

/// The `user` of a password callback that does not know it.
pub static WRONG: u8 = 0;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

/// Calls `set` with a `user` and its `drop`. librssl owns them only if it succeeds.
pub fn install(
    input: &mut Input<'_>,
    set: impl FnOnce(*mut c_void, rssl_drop_cb) -> rssl_result,
) -> rssl_result {
    let user = Box::into_raw(Box::new(input.byte())).cast();
    LIVE.set(LIVE.get() + 1);
    let result = set(user, Some(drop_user));
    if is_error(result) {
        // SAFETY: the call that failed left it alone.
        unsafe { drop_user(user) };
    }
    crate::handles::check(result)
}

/// Once for each, when nobody can use it any more.
pub fn assert_all_dropped() {
    assert_eq!(LIVE.get(), 0, "drop was not called once for each user");
}

/// # Safety
/// `user` came from `install`, and this is the only call.
unsafe extern "C" fn drop_user(user: *mut c_void) {
    LIVE.set(LIVE.get() - 1);
    // SAFETY: by this function's contract.
    drop(unsafe { Box::from_raw(user.cast::<u8>()) });
}

/// # Safety
/// `user` came from `install` and was not dropped.
unsafe fn choice(user: *mut c_void) -> u8 {
    // SAFETY: by this function's contract.
    unsafe { *user.cast::<u8>() }
}

pub unsafe extern "C" fn password(user: *mut c_void, buf: *mut c_char, cap: usize) -> isize {
    let secret: &[u8] = match user.is_null() {
        true => b"secret",
        false => b"wrong",
    };
    assert!(cap >= secret.len());
    // SAFETY: librssl says that there is room.
    unsafe { buf.copy_from_nonoverlapping(secret.as_ptr().cast(), secret.len()) };
    secret.len() as isize
}

pub unsafe extern "C" fn hello(
    user: *mut c_void,
    s: *mut rssl_sock,
    h: *mut rssl_hello,
) -> rssl_result {
    // SAFETY: librssl passes what is live.
    unsafe {
        let mut byte = 0u8;
        let read = rssl_read(s, (&raw mut byte).cast(), 1);
        assert_eq!(read as rssl_result, RSSL_ERR_STATE);
        rssl_hello_server_name(h);
        rssl_events(s);
        match choice(user) % 5 {
            0 => RSSL_WANT_HELLO,
            1 => RSSL_ERR_CALLBACK,
            2 => match rssl_hello_use_alpn(h, c"h2".as_ptr()) {
                RSSL_OK => RSSL_OK,
                _ => RSSL_WANT_HELLO,
            },
            3 => 7,
            _ => RSSL_OK,
        }
    }
}

pub unsafe extern "C" fn key_log(_: *mut c_void, line: *const c_char) {
    assert!(!line.is_null());
}

pub unsafe extern "C" fn time(user: *mut c_void) -> i64 {
    // SAFETY: librssl passes what is live.
    match unsafe { choice(user) } % 4 {
        0 => -1,
        1 => i64::MAX,
        2 => 0,
        _ => 1_900_000_000,
    }
}

pub unsafe extern "C" fn log(_: *mut c_void, _: i32, message: *const c_char) {
    assert!(!message.is_null());
}

/// A transport that would block, ends, fails, or gives zeros.
pub unsafe extern "C" fn read(user: *mut c_void, buf: *mut c_void, len: usize) -> isize {
    // SAFETY: librssl passes what is live, and a buffer of that length.
    unsafe {
        match choice(user) % 5 {
            0 => RSSL_WANT_READ as isize,
            1 => 0,
            2 => -0x1_0000 - 104,
            3 => len as isize + 1,
            _ => {
                buf.cast::<u8>().write_bytes(0, len);
                len as isize
            }
        }
    }
}

pub unsafe extern "C" fn write(user: *mut c_void, _: *const c_void, len: usize) -> isize {
    // SAFETY: librssl passes what is live.
    match unsafe { choice(user) } / 5 % 5 {
        0 => RSSL_WANT_WRITE as isize,
        1 => -0x1_0000 - 32,
        2 => len as isize + 1,
        3 => 1,
        _ => len as isize,
    }
}

pub unsafe extern "C" fn client_cert(
    _: *mut c_void,
    s: *const rssl_sock,
    _: *const rssl_bytes,
    _: usize,
    schemes: *const u16,
    n_schemes: usize,
) -> *mut rssl_identity {
    assert!(n_schemes == 0 || !schemes.is_null());
    // SAFETY: librssl passes what is live.
    unsafe { rssl_events(s) };
    std::ptr::null_mut()
}

/// Signs nothing: refuses, or returns what is no signature.
pub unsafe extern "C" fn sign(
    user: *mut c_void,
    _: u16,
    _: *const c_void,
    _: usize,
    sig: *mut c_void,
    cap: usize,
) -> isize {
    // SAFETY: librssl passes what is live, and room for that many bytes.
    unsafe {
        match choice(user) % 4 {
            0 => -1,
            1 => cap as isize + 1,
            2 => 0,
            _ => {
                sig.cast::<u8>().write_bytes(1, cap);
                cap as isize
            }
        }
    }
}

pub unsafe extern "C" fn put_session(
    user: *mut c_void,
    _: *const c_void,
    _: usize,
    _: *const c_void,
    _: usize,
    _: u32,
) -> rssl_result {
    // SAFETY: librssl passes what is live.
    match unsafe { choice(user) } & 1 {
        0 => RSSL_OK,
        _ => RSSL_ERR_CALLBACK,
    }
}

/// Knows nothing, fails, or returns what nobody put there.
pub unsafe extern "C" fn get_session(
    user: *mut c_void,
    _: *const c_void,
    _: usize,
    _: bool,
    buf: *mut c_void,
    cap: usize,
) -> isize {
    // SAFETY: librssl passes what is live, and room for that many bytes.
    unsafe {
        match choice(user) / 2 % 4 {
            0 => 0,
            1 => -19,
            2 => cap as isize + 1,
            _ => {
                let len = cap.min(200);
                buf.cast::<u8>().write_bytes(2, len);
                len as isize
            }
        }
    }
}
