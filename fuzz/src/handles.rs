//! The C interface's handles as Rust values that free themselves, and the checks that every call
//! must pass.

use std::ffi::{CStr, CString};
use std::ptr::{null, null_mut};

use rssl::ffi::ctx::*;
use rssl::ffi::error::*;
use rssl::ffi::results::*;
use rssl::ffi::roots::*;
use rssl::ffi::sock::*;
use rssl::ffi::transport::*;

use crate::credentials::PEM;

/// Passes a result on. A panic that was caught is a finding; an error has a message.
pub fn check(result: rssl_result) -> rssl_result {
    if is_error(result) {
        // SAFETY: a failed call has left an error, which lives until the next one fails.
        let (code, message) = unsafe {
            let error = rssl_last_error();
            (
                rssl_error_code(error),
                CStr::from_ptr(rssl_error_message(error)).to_string_lossy(),
            )
        };
        assert_ne!(result, RSSL_ERR_INTERNAL, "{message}");
        assert_eq!(result, code, "another error than the last one: {message}");
        assert!(!message.is_empty());
    }
    result
}

/// As [`check`], for functions that count.
pub fn check_count(result: isize) -> isize {
    if result < 0 {
        check(result as rssl_result);
    }
    result
}

pub fn is_error(result: rssl_result) -> bool {
    result <= -16
}

pub struct Context(pub *mut rssl_ctx);

impl Context {
    pub fn new(role: rssl_role) -> Self {
        let mut ctx = null_mut();
        // SAFETY: the out-parameter lives.
        assert_eq!(check(unsafe { rssl_ctx_new(role, &mut ctx) }), RSSL_OK);
        Context(ctx)
    }

    /// One that trusts the fuzz root.
    pub fn client() -> Self {
        let context = Context::new(RSSL_CLIENT);
        context.trust_root();
        context
    }

    pub fn server() -> Self {
        let context = Context::new(RSSL_SERVER);
        context.add_identity(&PEM.server, &PEM.server_key);
        context
    }

    pub fn trust_root(&self) {
        let root = PEM.root.as_bytes();
        // SAFETY: a live handle and a buffer of that length.
        let result = unsafe { rssl_ctx_load_verify_mem(self.0, root.as_ptr().cast(), root.len()) };
        assert_eq!(check(result), RSSL_OK);
    }

    pub fn add_identity(&self, chain: &str, key: &str) {
        // SAFETY: a live handle and buffers of those lengths.
        let result = unsafe {
            rssl_ctx_load_cert_mem(
                self.0,
                chain.as_ptr().cast(),
                chain.len(),
                key.as_ptr().cast(),
                key.len(),
                null(),
            )
        };
        assert_eq!(check(result), RSSL_OK);
    }

    pub fn set_versions(&self, min: u16, max: u16) {
        // SAFETY: a live handle.
        assert_eq!(
            check(unsafe { rssl_ctx_set_versions(self.0, min, max) }),
            RSSL_OK
        );
    }

    pub fn set_alpn(&self, protocols: &[&CStr]) {
        let protocols: Vec<_> = protocols.iter().map(|name| name.as_ptr()).collect();
        // SAFETY: a live handle and an array of that length.
        let result = unsafe { rssl_ctx_set_alpn(self.0, protocols.as_ptr(), protocols.len()) };
        assert_eq!(check(result), RSSL_OK);
    }

    pub fn set_verify(&self, mode: rssl_cert_reqs) {
        // SAFETY: a live handle.
        assert_eq!(check(unsafe { rssl_ctx_set_verify(self.0, mode) }), RSSL_OK);
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the reference that `new` got.
        unsafe { rssl_ctx_free(self.0) }
    }
}

/// A connection that works on memory.
pub struct Socket {
    raw: *mut rssl_sock,
    /// The error that ended it.
    failed: Option<rssl_result>,
    /// Where it reads to.
    room: Vec<u8>,
    pub received: Vec<u8>,
    /// The peer said close_notify.
    pub closed: bool,
}

impl Socket {
    pub fn new(context: &Context, role: rssl_role) -> Self {
        Socket::reading(context, role, 3000)
    }

    /// One that reads `room` bytes at a time.
    pub fn reading(context: &Context, role: rssl_role, room: usize) -> Self {
        let name = CString::from(c"localhost");
        let name = match role {
            RSSL_CLIENT => name.as_ptr(),
            _ => null(),
        };
        let mut raw = null_mut();
        // SAFETY: live handles and pointers.
        let result = unsafe { rssl_sock_new(context.0, role, name, &mut raw) };
        assert_eq!(check(result), RSSL_OK);
        Socket {
            raw,
            failed: None,
            room: vec![0; room],
            received: Vec::new(),
            closed: false,
        }
    }

    pub fn is_connected(&self) -> bool {
        // SAFETY: a live handle.
        unsafe { rssl::ffi::agreed::rssl_sock_is_connected(self.raw) }
    }

    pub fn is_over(&self) -> bool {
        self.failed.is_some()
    }

    /// Goes on with the handshake and reads all that there is.
    pub fn advance(&mut self) {
        // SAFETY: a live handle.
        let result = unsafe { rssl_handshake(self.raw) };
        self.note(result);
        if result == RSSL_OK {
            assert!(self.is_connected());
        }
        loop {
            let room = &mut self.room;
            // SAFETY: a live handle and a buffer of that length.
            let count =
                check_count(unsafe { rssl_read(self.raw, room.as_mut_ptr().cast(), room.len()) });
            if count <= 0 {
                self.closed |= count == 0;
                self.note(count as rssl_result);
                break;
            }
            assert!(self.is_connected(), "plaintext before the handshake");
            self.received.extend(&self.room[..count as usize]);
        }
        // SAFETY: a live handle.
        unsafe { rssl_events(self.raw) };
    }

    /// An error that ended the connection comes again from every call.
    fn note(&mut self, result: rssl_result) {
        check(result);
        let ends = is_error(result) && (result != RSSL_ERR_EOF || !self.is_connected());
        if let Some(failed) = self.failed {
            assert_eq!(result, failed, "another error than the one that ended it");
        } else if ends {
            self.failed = Some(result);
            // SAFETY: a live handle.
            unsafe { assert_eq!(rssl_error_code(rssl_sock_error(self.raw)), result) }
        }
    }

    /// Hands bytes over and returns how many were taken: all, unless what the socket has to send keeps
    /// it from working.
    pub fn feed(&mut self, data: &[u8]) -> usize {
        let mut taken = 0;
        while taken < data.len() {
            let rest = &data[taken..];
            // SAFETY: a live handle and a buffer of that length.
            let count =
                check_count(unsafe { rssl_feed(self.raw, rest.as_ptr().cast(), rest.len()) });
            if count <= 0 {
                break;
            }
            taken += count as usize;
            if taken < data.len() {
                self.advance();
            }
        }
        taken
    }

    pub fn feed_eof(&mut self) {
        // SAFETY: a live handle.
        check(unsafe { rssl_feed_eof(self.raw) });
    }

    pub fn drain(&mut self) -> Vec<u8> {
        // SAFETY: a live handle, and a buffer as large as is said.
        unsafe {
            let mut all = Vec::new();
            let mut buf = [0; 20_000];
            loop {
                let count = check_count(rssl_drain(self.raw, buf.as_mut_ptr().cast(), buf.len()));
                if count <= 0 {
                    break;
                }
                all.extend(&buf[..count as usize]);
            }
            assert_eq!(rssl_drain_pending(self.raw), 0);
            all
        }
    }

    /// How many bytes it took.
    pub fn write(&mut self, data: &[u8]) -> usize {
        // SAFETY: a live handle and a buffer of that length.
        let count = check_count(unsafe { rssl_write(self.raw, data.as_ptr().cast(), data.len()) });
        assert!(count <= data.len() as isize);
        count.max(0) as usize
    }

    pub fn update_key(&mut self) {
        // SAFETY: a live handle.
        check(unsafe { rssl_key_update(self.raw) });
    }

    pub fn shutdown(&mut self, how: i32) -> rssl_result {
        // SAFETY: a live handle.
        check(unsafe { rssl_shutdown(self.raw, how) })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // SAFETY: nobody else has it.
        unsafe { rssl_sock_free(self.raw) }
    }
}
