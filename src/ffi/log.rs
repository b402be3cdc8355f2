//! `rssl_set_log`: the log of the whole process.

use std::ffi::{CString, c_char, c_void};

use log::{Level, LevelFilter};

use super::get;
use crate::logging::{self, Sink};

/// How much a log message matters.
pub type rssl_log_level = i32;

/// Something failed.
pub const RSSL_LOG_ERROR: rssl_log_level = 1;
/// Something is probably wrong.
pub const RSSL_LOG_WARN: rssl_log_level = 2;
/// Something worth knowing happened.
pub const RSSL_LOG_INFO: rssl_log_level = 3;
/// What the library decides, and why.
pub const RSSL_LOG_DEBUG: rssl_log_level = 4;
/// Everything.
pub const RSSL_LOG_TRACE: rssl_log_level = 5;

/// Takes a log message. It may run on any thread, on several at once.
pub type rssl_log_cb =
    Option<unsafe extern "C" fn(user: *mut c_void, level: rssl_log_level, message: *const c_char)>;

struct CallbackSink {
    callback: unsafe extern "C" fn(*mut c_void, rssl_log_level, *const c_char),
    user: *mut c_void,
}

// SAFETY: the caller promises, in the header, that the callback may run on any thread, and on
// several at once.
unsafe impl Send for CallbackSink {}
// SAFETY: as above.
unsafe impl Sync for CallbackSink {}

impl Sink for CallbackSink {
    fn message(&self, level: Level, message: &str) {
        let level = level as rssl_log_level;
        let message = CString::new(message.replace('\0', "\\0")).unwrap_or_default();
        // SAFETY: the message is NUL-terminated and lives during the call; the caller keeps `user`
        // usable until rssl_set_log has returned for another callback.
        unsafe { (self.callback)(self.user, level, message.as_ptr()) };
    }
}

/// rssl_set_log sends the log messages of the whole process to cb, up to the level max. cb may be
/// NULL: it stops them. When this returns, the callback before is not running and will not be called
/// again, but for a call of it that this call is made from.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_set_log(cb: rssl_log_cb, user: *mut c_void, max: rssl_log_level) {
    get((), || {
        let sink = cb.map(|callback| Box::new(CallbackSink { callback, user }) as Box<dyn Sink>);
        logging::set_sink(sink, filter(max));
        None
    });
}

fn filter(max: rssl_log_level) -> LevelFilter {
    match max {
        ..RSSL_LOG_ERROR => LevelFilter::Off,
        RSSL_LOG_ERROR => LevelFilter::Error,
        RSSL_LOG_WARN => LevelFilter::Warn,
        RSSL_LOG_INFO => LevelFilter::Info,
        RSSL_LOG_DEBUG => LevelFilter::Debug,
        RSSL_LOG_TRACE.. => LevelFilter::Trace,
    }
}

const _: () =
    assert!(Level::Error as i32 == RSSL_LOG_ERROR && Level::Trace as i32 == RSSL_LOG_TRACE);
