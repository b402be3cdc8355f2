//! `rssl_error`, and the static descriptions of results, alerts and verdicts.

use std::ffi::{c_char, c_int};

use super::{LAST_ERROR, get, rssl_result};
use crate::engine::alert;
use crate::error::{Alert, Code, Error};
use crate::trust;

/// What went wrong, in detail. Borrowed; see rssl_last_error and rssl_sock_error.
// A pointer to it is a pointer to an `Error`: this type only names it.
pub struct rssl_error {
    _opaque: [u8; 0],
}

pub(super) fn lend(error: &Error) -> *const rssl_error {
    std::ptr::from_ref(error).cast()
}

/// # Safety
/// `e` is NULL or was lent by this library and is still valid.
unsafe fn read<T>(e: *const rssl_error, absent: T, field: impl FnOnce(&Error) -> T) -> T {
    get(absent, || {
        // SAFETY: not NULL, and by this function's contract an Error of ours.
        let error = unsafe { e.cast::<Error>().as_ref() }?;
        Some(field(error))
    })
}

/// rssl_last_error returns the calling thread's last error, or NULL if none yet. Borrowed: valid
/// until the next call on this thread that fails.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_last_error() -> *const rssl_error {
    get(std::ptr::null(), || {
        LAST_ERROR
            .try_with(|last| last.borrow().as_deref().map(lend))
            .ok()?
    })
}

/// rssl_error_code returns the RSSL_ERR_ code. e may be NULL: RSSL_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_error_code(e: *const rssl_error) -> rssl_result {
    // SAFETY: e is NULL or a valid error.
    unsafe { read(e, super::RSSL_OK, |e| e.code() as rssl_result) }
}

/// rssl_error_message says in English what failed, with the facts: the file, the name expected and
/// the names presented, the date that passed, the alert. Borrowed from e, never NULL. e may be
/// NULL: "no error".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_error_message(e: *const rssl_error) -> *const c_char {
    // SAFETY: e is NULL or a valid error.
    unsafe { read(e, c"no error".as_ptr(), |e| e.message_c().as_ptr()) }
}

/// rssl_error_errno returns the errno of the system call that failed, or 0 if none did. e may be
/// NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_error_errno(e: *const rssl_error) -> c_int {
    // SAFETY: e is NULL or a valid error.
    unsafe { read(e, 0, Error::errno) }
}

/// rssl_error_alert returns the alert received, or the one sent as far as known; -1 if there is
/// none. e may be NULL: -1. rssl_error_alert_received tells which.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_error_alert(e: *const rssl_error) -> c_int {
    // SAFETY: e is NULL or a valid error.
    unsafe {
        read(e, -1, |e| match e.alert() {
            Some(Alert::Sent(alert) | Alert::Received(alert)) => c_int::from(alert),
            None => -1,
        })
    }
}

/// rssl_error_alert_received returns true if the peer sent the alert of rssl_error_alert, false if
/// this side did or if there is none. e may be NULL: false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_error_alert_received(e: *const rssl_error) -> bool {
    // SAFETY: e is NULL or a valid error.
    unsafe { read(e, false, |e| matches!(e.alert(), Some(Alert::Received(_)))) }
}

/// rssl_error_verify returns the RSSL_V_ number of a certificate that was refused; 0 for other
/// errors. e may be NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_error_verify(e: *const rssl_error) -> i32 {
    // SAFETY: e is NULL or a valid error.
    unsafe { read(e, 0, Error::verify) }
}

/// rssl_error_depth returns the place of the refused certificate in its chain, 0 for the leaf; -1
/// if unknown or for other errors. e may be NULL: -1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_error_depth(e: *const rssl_error) -> c_int {
    // SAFETY: e is NULL or a valid error.
    unsafe {
        read(e, -1, |e| {
            e.depth()
                .and_then(|depth| c_int::try_from(depth).ok())
                .unwrap_or(-1)
        })
    }
}

/// rssl_error_reason returns a stable identifier such as "CERTIFICATE_VERIFY_FAILED", spelled as
/// OpenSSL and CPython's SSLError.reason spell it where they have it. Static, never NULL. e may be
/// NULL: "".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_error_reason(e: *const rssl_error) -> *const c_char {
    // SAFETY: e is NULL or a valid error.
    unsafe { read(e, c"".as_ptr(), |e| e.reason().as_ptr()) }
}

/// rssl_error_detail returns the engine's own name of the failure, such as
/// "PeerMisbehaved(IllegalHelloRetryRequest)", for logs and tests: not stable. Borrowed from e,
/// never NULL; "" if the engine had no part in it. e may be NULL: "".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_error_detail(e: *const rssl_error) -> *const c_char {
    // SAFETY: e is NULL or a valid error.
    unsafe { read(e, c"".as_ptr(), |e| e.detail_c().as_ptr()) }
}

/// rssl_strerror describes a result in English, such as "certificate refused". Static, never NULL,
/// for any value.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_strerror(code: rssl_result) -> *const c_char {
    result_entry(code)
        .map_or(c"unknown result", |(_, _, text)| text)
        .as_ptr()
}

/// rssl_result_name returns the name of a result's constant, such as "RSSL_ERR_VERIFY". Static,
/// never NULL, for any value.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_result_name(code: rssl_result) -> *const c_char {
    result_name(code).as_ptr()
}

pub(super) fn result_name(code: rssl_result) -> &'static std::ffi::CStr {
    result_entry(code).map_or(c"RSSL_?", |(_, name, _)| name)
}

/// rssl_alert_name returns the registered name of a TLS alert, such as "handshake_failure". Static,
/// never NULL, for any value.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_alert_name(alert: c_int) -> *const c_char {
    u8::try_from(alert).map_or(c"unknown", alert::name).as_ptr()
}

/// rssl_verify_string describes an RSSL_V_ number in OpenSSL's wording. Static, never NULL, for any
/// value.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_verify_string(v: i32) -> *const c_char {
    trust::verify_string(v).as_ptr()
}

type ResultEntry = (
    rssl_result,
    &'static std::ffi::CStr,
    &'static std::ffi::CStr,
);

fn result_entry(code: rssl_result) -> Option<ResultEntry> {
    RESULTS.iter().copied().find(|(known, ..)| *known == code)
}

#[rustfmt::skip]
static RESULTS: [ResultEntry; 27] = [
    (super::RSSL_OK, c"RSSL_OK", c"success"),
    (super::results::RSSL_WANT_READ, c"RSSL_WANT_READ", c"wait until the transport is readable"),
    (super::results::RSSL_WANT_WRITE, c"RSSL_WANT_WRITE", c"wait until the transport is writable"),
    (super::results::RSSL_WANT_HELLO, c"RSSL_WANT_HELLO", c"decide about the ClientHello"),
    (super::results::RSSL_WANT_CONSUME, c"RSSL_WANT_CONSUME", c"read the data that came before the end"),
    (Code::Argument as _, c"RSSL_ERR_ARGUMENT", c"invalid argument"),
    (Code::State as _, c"RSSL_ERR_STATE", c"not possible now"),
    (Code::Unsupported as _, c"RSSL_ERR_UNSUPPORTED", c"not supported by this build"),
    (Code::Callback as _, c"RSSL_ERR_CALLBACK", c"a callback refused"),
    (Code::Internal as _, c"RSSL_ERR_INTERNAL", c"internal error"),
    (Code::Io as _, c"RSSL_ERR_IO", c"input or output failed"),
    (Code::Eof as _, c"RSSL_ERR_EOF", c"the peer vanished without close_notify"),
    (Code::Closed as _, c"RSSL_ERR_CLOSED", c"the connection is closed"),
    (Code::Interrupted as _, c"RSSL_ERR_INTERRUPTED", c"interrupted by a signal"),
    (Code::File as _, c"RSSL_ERR_FILE", c"a file cannot be read"),
    (Code::Format as _, c"RSSL_ERR_FORMAT", c"not PEM or DER of the kind expected"),
    (Code::Password as _, c"RSSL_ERR_PASSWORD", c"password missing or wrong"),
    (Code::Key as _, c"RSSL_ERR_KEY", c"key not supported"),
    (Code::Mismatch as _, c"RSSL_ERR_MISMATCH", c"the key does not belong to the certificate"),
    (Code::Name as _, c"RSSL_ERR_NAME", c"unknown name"),
    (Code::Verify as _, c"RSSL_ERR_VERIFY", c"certificate refused"),
    (Code::NoCert as _, c"RSSL_ERR_NO_CERT", c"the peer sent no certificate"),
    (Code::Alert as _, c"RSSL_ERR_ALERT", c"the peer sent a fatal alert"),
    (Code::Protocol as _, c"RSSL_ERR_PROTOCOL", c"the peer broke the protocol"),
    (Code::NoShared as _, c"RSSL_ERR_NO_SHARED", c"nothing in common with the peer"),
    (Code::NoAlpn as _, c"RSSL_ERR_NO_ALPN", c"no common application protocol"),
    (Code::NotTls as _, c"RSSL_ERR_NOT_TLS", c"the peer does not speak TLS"),
];
