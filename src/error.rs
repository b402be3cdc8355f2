//! What went wrong: one type for every module, with the facts a person needs.

use std::ffi::{CStr, CString};
use std::fmt;

/// The family of a failure. The numbers are the ABI's (`RSSL_ERR_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Code {
    Argument = -16,
    State = -17,
    Unsupported = -18,
    Callback = -19,
    Internal = -20,
    Io = -32,
    Eof = -33,
    Closed = -34,
    Interrupted = -35,
    File = -48,
    Format = -49,
    Password = -50,
    Key = -51,
    Mismatch = -52,
    Name = -53,
    Verify = -64,
    NoCert = -65,
    Alert = -66,
    Protocol = -67,
    NoShared = -68,
    NoAlpn = -69,
    NotTls = -70,
}

/// The direction of a TLS alert that belongs to an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert {
    Sent(u8),
    Received(u8),
}

/// One failure: its family, a sentence with the facts, and what programs compare.
///
/// Built with [`Error::new`] and the `with_` methods. The texts are kept as C strings because
/// every error can cross the C boundary. It is one pointer, for results that are passed on with
/// every byte of data and hold an error next to never.
#[derive(Clone, Debug)]
pub struct Error(Box<Facts>);

#[derive(Clone, Debug)]
struct Facts {
    code: Code,
    reason: &'static CStr,
    message: CString,
    detail: CString,
    alert: Option<Alert>,
    errno: i32,
    verify: i32,
    depth: Option<u32>,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// `reason` is a stable identifier, spelled as OpenSSL and CPython's `SSLError.reason` spell
    /// it where they have it; `message` says what failed, with the facts.
    pub fn new(code: Code, reason: &'static CStr, message: impl Into<String>) -> Self {
        Error(Box::new(Facts {
            code,
            reason,
            message: c_string(message.into()),
            detail: CString::default(),
            alert: None,
            errno: 0,
            verify: 0,
            depth: None,
        }))
    }

    /// The caller passed something that cannot be.
    pub fn argument(message: impl Into<String>) -> Self {
        Error::new(Code::Argument, c"INVALID_ARGUMENT", message)
    }

    /// The call does not fit the state that the object is in.
    pub fn state(message: impl Into<String>) -> Self {
        Error::new(Code::State, c"BAD_STATE", message)
    }

    /// This build, this platform or the engine cannot do it.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Error::new(Code::Unsupported, c"UNSUPPORTED", message)
    }

    /// A system call failed while `doing` something, such as "reading from the peer".
    pub fn io(doing: &str, source: &std::io::Error) -> Self {
        Error::new(
            Code::Io,
            c"SYSCALL_ERROR",
            format!("{doing} failed: {source}"),
        )
        .with_errno(source.raw_os_error().unwrap_or(0))
    }

    /// A file or directory at `path` could not be read.
    pub fn file(path: &std::path::Path, source: &std::io::Error) -> Self {
        Error::new(
            Code::File,
            c"SYSCALL_ERROR",
            format!("{}: {source}", path.display()),
        )
        .with_errno(source.raw_os_error().unwrap_or(0))
    }

    /// The engine's own name of the failure, for logs and tests.
    pub fn with_detail(mut self, detail: impl fmt::Debug) -> Self {
        self.0.detail = c_string(format!("{detail:?}"));
        self
    }

    pub fn with_alert(mut self, alert: Alert) -> Self {
        self.0.alert = Some(alert);
        self
    }

    pub fn with_errno(mut self, errno: i32) -> Self {
        self.0.errno = errno;
        self
    }

    /// `verify` is an X509_V_ERR number, `depth` the certificate's place in the chain (leaf 0).
    pub fn with_verify(mut self, verify: i32, depth: Option<u32>) -> Self {
        self.0.verify = verify;
        self.0.depth = depth;
        self
    }

    /// Puts `context` and a colon before the message: the file or the item it is about.
    pub fn within(mut self, context: impl fmt::Display) -> Self {
        self.0.message = c_string(format!("{context}: {}", self.message()));
        self
    }

    pub fn code(&self) -> Code {
        self.0.code
    }

    pub fn reason(&self) -> &'static CStr {
        self.0.reason
    }

    pub fn message(&self) -> &str {
        self.0.message.to_str().unwrap_or_default()
    }

    pub fn message_c(&self) -> &CStr {
        &self.0.message
    }

    pub fn detail_c(&self) -> &CStr {
        &self.0.detail
    }

    pub fn alert(&self) -> Option<Alert> {
        self.0.alert
    }

    pub fn errno(&self) -> i32 {
        self.0.errno
    }

    pub fn verify(&self) -> i32 {
        self.0.verify
    }

    pub fn depth(&self) -> Option<u32> {
        self.0.depth
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Error {}

/// A peer can put a NUL into a name that a message quotes; C would stop reading there.
fn c_string(text: String) -> CString {
    CString::new(text).unwrap_or_else(|nul| {
        let shown: String = String::from_utf8_lossy(&nul.into_vec()).replace('\0', "\\0");
        CString::new(shown).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_in_a_message_is_shown_not_lost() {
        let error = Error::argument("name 'good\0evil' is not a DNS name");
        assert_eq!(error.message(), "name 'good\\0evil' is not a DNS name");
    }
}
