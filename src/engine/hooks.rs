//! The program's callbacks as the engine calls them.

use std::cell::Cell;
use std::ffi::CString;
use std::fmt::{self, Write};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use rustls::KeyLog;
use rustls::time_provider::TimeProvider;
use rustls_pki_types::UnixTime;

use crate::callback;

/// Takes the lines of a key log, in the format of NSS.
pub struct KeyLogger(Box<dyn Fn(CString) + Send + Sync>);

impl KeyLogger {
    pub fn new(take: impl Fn(CString) + Send + Sync + 'static) -> Self {
        KeyLogger(Box::new(take))
    }
}

impl KeyLog for KeyLogger {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let mut line = format!("{label} ");
        hex(&mut line, client_random);
        line.push(' ');
        hex(&mut line, secret);
        (self.0)(CString::new(line).unwrap_or_default());
    }
}

fn hex(line: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a String does not fail.
        let _ = write!(line, "{byte:02x}");
    }
}

/// Says the time: seconds since 1970, negative if it is not known.
pub struct Clock(Box<dyn Fn() -> i64 + Send + Sync>);

thread_local! {
    /// Which clock said what before the connection's lock was taken. A call within, on another
    /// connection, can have a clock of its own.
    static READ_AHEAD: Cell<Option<(*const Clock, i64)>> = const { Cell::new(None) };
}

/// As long as this lives, the engine gets the time on this thread without a call of the clock.
pub struct ReadAhead(Option<(*const Clock, i64)>);

impl Clock {
    pub fn new(read: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Clock(Box::new(read))
    }

    /// Reads the clock now, before the lock of a connection is taken for which another thread may
    /// wait: that one does not wait for the callback.
    pub fn read_ahead(&self) -> ReadAhead {
        let now = (self.0)();
        ReadAhead(READ_AHEAD.replace(Some((self, now))))
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        READ_AHEAD.set(self.0);
    }
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let now = match READ_AHEAD.get() {
            Some((clock, now)) if ptr::eq(clock, self) => now,
            _ => (self.0)(),
        };
        match u64::try_from(now) {
            Ok(seconds) => Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds))),
            Err(_) => {
                callback::refuse(format!(
                    "the time callback returned {now}: the time is not known"
                ));
                None
            }
        }
    }
}

/// The callbacks of a context that the engine calls, whatever the role.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    pub key_log: Option<Arc<KeyLogger>>,
    pub clock: Option<Arc<Clock>>,
}

impl fmt::Debug for KeyLogger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyLogger")
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn a_line_of_the_key_log_is_what_nss_writes() {
        let (send, lines) = std::sync::mpsc::channel();
        let logger = KeyLogger::new(move |line| send.send(line).unwrap());
        logger.log("CLIENT_RANDOM", &[0, 0x0a, 0xff], &[0x10]);
        assert_eq!(lines.recv().unwrap().as_c_str(), c"CLIENT_RANDOM 000aff 10");
    }

    #[test]
    fn a_clock_that_was_read_ahead_is_not_called() {
        static NOW: AtomicI64 = AtomicI64::new(100);
        let clock = Clock::new(|| NOW.fetch_add(1, Ordering::Relaxed));
        let seconds = || clock.current_time().map(|now| now.as_secs());
        {
            let _ahead = clock.read_ahead();
            assert_eq!((seconds(), seconds()), (Some(100), Some(100)));
        }
        assert_eq!(seconds(), Some(101));
    }

    #[test]
    fn a_clock_is_not_answered_for_by_another() {
        let (one, other) = (Clock::new(|| 1), Clock::new(|| 2));
        let _ahead = one.read_ahead();
        assert_eq!(other.current_time().map(|now| now.as_secs()), Some(2));
    }

    #[test]
    fn a_time_that_is_not_known_is_a_refusal() {
        let clock = Clock::new(|| -1);
        assert!(clock.current_time().is_none());
        let refusal = callback::refusal().expect("a refusal");
        assert!(refusal.message().contains("returned -1"));
        assert!(callback::refusal().is_none());
    }
}
