//! `rssl_sock`: one TLS connection.

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use super::bytes::{pieces, rssl_bytes};
use super::ctx::{self, RSSL_CLIENT, RSSL_SERVER, rssl_ctx, rssl_role};
use super::error::{lend, rssl_error};
use super::results::{RSSL_WANT_CONSUME, RSSL_WANT_HELLO, RSSL_WANT_READ, RSSL_WANT_WRITE};
use super::transport::rssl_fd;
use super::{
    RSSL_OK, buffer, buffer_mut, fail, get, handle, null, out, panicked, result, rssl_result,
};
use crate::context::Roles;
use crate::error::{Error, Result};
use crate::socket::{How, POLL_IN, POLL_OUT, POLL_READY, Pause, Role, Socket, Step, Want};

/// One TLS connection. One reader thread and one writer thread may use it at once after the
/// handshake; otherwise one thread at a time. See rssl_read and rssl_write.
pub struct rssl_sock {
    pub(super) socket: Socket,
    user: AtomicPtr<c_void>,
    /// Freed inside one of its own callbacks: the outermost call does it.
    freed: AtomicBool,
}

/// Poll the transport for reading: the number of POLLIN.
pub const RSSL_POLL_IN: u32 = 1;
/// Poll the transport for writing: the number of POLLOUT.
pub const RSSL_POLL_OUT: u32 = 4;
/// rssl_read returns at once: do not sleep.
pub const RSSL_POLL_READY: u32 = 0x10000;
const _: () =
    assert!(RSSL_POLL_IN == POLL_IN && RSSL_POLL_OUT == POLL_OUT && RSSL_POLL_READY == POLL_READY);

/// This side writes no more; reading goes on. The number of SHUT_WR.
pub const RSSL_SHUT_WR: i32 = 1;
/// And the peer has said the same. The number of SHUT_RDWR.
pub const RSSL_SHUT_RDWR: i32 = 2;

/// # Safety
/// `s` is NULL or a live handle, and stays so during `'a`.
pub(super) unsafe fn sock<'a>(s: *const rssl_sock) -> Result<&'a rssl_sock> {
    // SAFETY: by this function's contract.
    unsafe { handle(s, "s") }
}

thread_local! {
    /// The handle whose handshake this thread is in a call on, the innermost. It needs no
    /// destructor, so that it is there while the thread ends, and in atexit's functions.
    static SHAKING: Cell<*mut rssl_sock> = const { Cell::new(ptr::null_mut()) };
}

/// The handle whose handshake runs the callback that asks; NULL if the call is on no socket.
pub(super) fn current() -> *mut rssl_sock {
    SHAKING.get()
}

/// Runs `call`, which does not unwind, with `s` as the current handle.
fn with_current<T>(s: *mut rssl_sock, call: impl FnOnce() -> T) -> T {
    let enclosing = SHAKING.replace(s);
    let result = call();
    SHAKING.set(enclosing);
    result
}

/// Runs a call that moves bytes or changes the connection. A panic ends the connection, and a
/// socket freed by a callback inside is freed behind the outermost call.
///
/// # Safety
/// As for [`sock`]; nothing may use `s` after the call if a callback freed it.
unsafe fn drive<T>(
    s: *mut rssl_sock,
    call: impl FnOnce(&Socket) -> Step<T>,
    done: impl FnOnce(T) -> isize,
) -> isize {
    // SAFETY: by this function's contract.
    let sock = match unsafe { sock(s) } {
        Ok(sock) => sock,
        Err(error) => return fail(error) as isize,
    };
    let called = || {
        catch_unwind(AssertUnwindSafe(|| match call(&sock.socket) {
            Ok(value) => done(value),
            Err(Pause::Want(want)) => want_code(want) as isize,
            Err(Pause::Failed(error)) => fail(error) as isize,
        }))
    };
    let called = match sock.socket.is_connected() {
        true => called(),
        false => with_current(s, called),
    };
    let result = called.unwrap_or_else(|panic| {
        let error = panicked(&*panic);
        sock.socket.poison(error.clone());
        fail(error) as isize
    });
    if sock.freed.load(Ordering::Relaxed) && !sock.socket.is_driven() {
        // SAFETY: rssl_sock_free left it to this call; the handle came from Box::into_raw.
        drop(unsafe { Box::from_raw(s) });
    }
    result
}

pub(super) unsafe fn drive_result(
    s: *mut rssl_sock,
    call: impl FnOnce(&Socket) -> Step<()>,
) -> rssl_result {
    // SAFETY: the caller's promises are those of `drive`.
    let code = unsafe { drive(s, call, |()| RSSL_OK as isize) };
    // Every code is one of ours, and those have 32 bits.
    code as rssl_result
}

pub(super) unsafe fn drive_count(
    s: *mut rssl_sock,
    call: impl FnOnce(&Socket) -> Step<usize>,
) -> isize {
    // SAFETY: the caller's promises are those of `drive`. A count is at most the length of a
    // buffer, and those end at PTRDIFF_MAX.
    unsafe { drive(s, call, |count| count as isize) }
}

fn want_code(want: Want) -> rssl_result {
    match want {
        Want::Read => RSSL_WANT_READ,
        Want::Write => RSSL_WANT_WRITE,
        Want::Hello => RSSL_WANT_HELLO,
        Want::Consume => RSSL_WANT_CONSUME,
    }
}

fn role(role: rssl_role, roles: Roles) -> Result<Role> {
    match (role, roles.client, roles.server) {
        (RSSL_CLIENT, ..) | (0, true, false) => Ok(Role::Client),
        (RSSL_SERVER, ..) | (0, false, true) => Ok(Role::Server),
        (0, ..) => Err(Error::argument(
            "the context is for both roles: the socket must name its own",
        )),
        _ => Err(Error::argument(format!(
            "{role} is not the role of a socket"
        ))),
    }
}

/// # Safety
/// `ctx` is NULL or a live handle, `name` NULL or NUL-terminated.
unsafe fn new(ctx: *const rssl_ctx, role: rssl_role, name: *const c_char) -> Result<Socket> {
    // SAFETY: by this function's contract.
    let (context, name) = unsafe {
        let name = (!name.is_null()).then(|| super::string(name, "name"));
        (ctx::context(ctx)?, name.transpose()?)
    };
    Socket::new(&*context.setup()?, self::role(role, context.roles())?, name)
}

fn into_handle(socket: Socket) -> *mut rssl_sock {
    Box::into_raw(Box::new(rssl_sock {
        socket,
        user: AtomicPtr::new(ptr::null_mut()),
        freed: AtomicBool::new(false),
    }))
}

/// rssl_sock_new makes a connection in the role given, which ctx must allow. name is the server's
/// DNS name (ASCII; a trailing dot is ignored) or IP address, sent as SNI (names only) and checked
/// against the certificate; required for a client that checks hostnames; NULL for a server, and it
/// may be NULL for other clients. No input or output happens yet. Until a transport is set the
/// socket works on memory: rssl_feed and rssl_drain.
///
/// RSSL_OK: *out is the socket, to be given back with rssl_sock_free. RSSL_ERR_STATE: ctx is not for
/// this role. RSSL_ERR_ARGUMENT: a NULL, no role, or a name that is none, is missing or is too much.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_new(
    ctx: *mut rssl_ctx,
    role: rssl_role,
    name: *const c_char,
    out: *mut *mut rssl_sock,
) -> rssl_result {
    result(|| {
        // SAFETY: out is NULL or writable, ctx NULL or live, name NULL or NUL-terminated.
        unsafe {
            let out = self::out(out, "out")?;
            *out = into_handle(new(ctx, role, name)?);
        }
        Ok(())
    })
}

/// rssl_wrap is rssl_sock_new and rssl_sock_set_fd: the one call that most programs need, in the
/// order of CPython's wrap_socket(sock, server_side, server_hostname). name may be NULL as there. No
/// input or output happens yet: the handshake is rssl_handshake, or the first read or write. Results
/// as of those two; fd stays yours.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_wrap(
    ctx: *mut rssl_ctx,
    fd: rssl_fd,
    role: rssl_role,
    name: *const c_char,
    out: *mut *mut rssl_sock,
) -> rssl_result {
    result(|| {
        // SAFETY: out is NULL or writable, ctx NULL or live, name NULL or NUL-terminated.
        unsafe {
            let out = self::out(out, "out")?;
            let socket = new(ctx, role, name)?;
            socket.set_descriptors(fd, fd)?;
            *out = into_handle(socket);
        }
        Ok(())
    })
}

/// rssl_sock_free frees s, which may be NULL. It sends nothing and closes nothing: call
/// rssl_shutdown first. No other thread may be inside a call on s. Inside a callback of s it takes
/// effect when the outermost call returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_free(s: *mut rssl_sock) {
    get((), || {
        // SAFETY: s is NULL or a live handle, which the caller gives up.
        let sock = unsafe { sock(s) }.ok()?;
        if sock.socket.is_driven() {
            sock.freed.store(true, Ordering::Relaxed);
        } else {
            // SAFETY: the handle came from Box::into_raw, and no call on it is in progress.
            drop(unsafe { Box::from_raw(s) });
        }
        None
    });
}

/// rssl_sock_set_user keeps a pointer of yours with s, which librssl does not look at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_set_user(s: *mut rssl_sock, user: *mut c_void) {
    get((), || {
        // SAFETY: s is NULL or a live handle.
        unsafe { sock(s) }.ok()?.user.store(user, Ordering::Release);
        None
    });
}

/// rssl_sock_user returns what rssl_sock_set_user kept; NULL if nothing, or if s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_user(s: *const rssl_sock) -> *mut c_void {
    get(ptr::null_mut(), || {
        // SAFETY: s is NULL or a live handle.
        Some(unsafe { sock(s) }.ok()?.user.load(Ordering::Acquire))
    })
}

/// rssl_handshake finishes the handshake: RSSL_OK, a WANT or an error. Calling it is optional:
/// reading and writing do it. After RSSL_OK it does nothing. In TLS 1.3 a client's RSSL_OK does not
/// mean that its own certificate was accepted: a refusal is RSSL_ERR_ALERT from the first rssl_read.
/// RSSL_WANT_HELLO, as from every call that reads, writes, flushes or shuts down meanwhile: the hello
/// callback decides later; see rssl_hello_continue. RSSL_ERR_STATE: called from a callback of s, or
/// beside another call on s. RSSL_ERR_ARGUMENT: s is NULL. Other errors end the connection:
/// RSSL_ERR_VERIFY, RSSL_ERR_NO_CERT, RSSL_ERR_ALERT, RSSL_ERR_PROTOCOL, RSSL_ERR_NO_SHARED,
/// RSSL_ERR_NO_ALPN, RSSL_ERR_NOT_TLS, RSSL_ERR_CALLBACK, RSSL_ERR_EOF, RSSL_ERR_IO;
/// RSSL_ERR_INTERRUPTED does not.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_handshake(s: *mut rssl_sock) -> rssl_result {
    // SAFETY: s is NULL or a live handle.
    unsafe { drive_result(s, Socket::handshake) }
}

/// rssl_read returns plaintext: 1 to len bytes, 0 when the peer said close_notify, RSSL_ERR_EOF when
/// it vanished without (truncation: HTTP/1.0 programs may treat it as 0), and the same again
/// afterwards. len must not be 0; bytes of buf past the count may have been written. When it returns
/// RSSL_WANT_READ nothing decryptable is left inside, so that waiting on the descriptor cannot miss
/// data. It never waits to write: what reading causes to be sent (an alert) is sent as far
/// as the transport takes it, and RSSL_POLL_OUT says the rest. Before the handshake is done it does
/// that first, with the results of rssl_handshake.
///
/// Full duplex: after rssl_handshake is RSSL_OK, {rssl_read, rssl_peek, rssl_pending} on one thread
/// and {rssl_write, rssl_writev, rssl_flush, rssl_key_update, rssl_shutdown(RSSL_SHUT_WR)} on another
/// may run at once, on blocking transports too: no lock is held while the transport blocks. What the
/// reader causes to be sent goes out with the writer's bytes when a write is in progress, else from
/// the reader, never interleaved. All getters are safe beside both. Everything else, RSSL_SHUT_RDWR
/// and rssl_sock_free included, needs both to have stopped; to stop a blocked thread, shut the
/// descriptor down.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_read(s: *mut rssl_sock, buf: *mut c_void, len: usize) -> isize {
    // SAFETY: s is NULL or a live handle, buf NULL or writable for len bytes.
    unsafe { drive_count(s, |socket| socket.read(buffer_mut(buf, len, "buf")?)) }
}

/// rssl_peek is rssl_read, but leaves the bytes to be read again.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_peek(s: *mut rssl_sock, buf: *mut c_void, len: usize) -> isize {
    // SAFETY: s is NULL or a live handle, buf NULL or writable for len bytes.
    unsafe { drive_count(s, |socket| socket.peek(buffer_mut(buf, len, "buf")?)) }
}

/// rssl_pending decrypts what has been received and returns how many bytes are ready; 0 means that
/// the next rssl_read needs the transport (or returns 0 or an error), or that s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_pending(s: *mut rssl_sock) -> usize {
    if s.is_null() {
        return 0;
    }
    // SAFETY: a live handle.
    let pending = unsafe { drive_count(s, |socket| Ok(socket.pending())) };
    usize::try_from(pending).unwrap_or(0)
}

/// rssl_write takes 1 to len bytes and returns how many. Taken bytes are librssl's: never send them
/// again, and use the buffer for anything. len 0 does nothing and returns 0. On a blocking transport
/// all of len is on the wire when it returns. On a non-blocking one it first sends what waits inside;
/// if some is left it takes nothing and returns RSSL_WANT_WRITE; otherwise it takes up to 64 KiB, and
/// what the transport does not accept waits inside: poll for rssl_events, or call rssl_flush until
/// RSSL_OK (for OpenSSL's semantics, before you report the count). RSSL_WANT_READ comes only before
/// the handshake is done. When sending fails because the peer reset the connection, an alert that it
/// sent before is the error reported. RSSL_ERR_CLOSED: after rssl_shutdown, and in TLS 1.2 when the
/// key has protected as much as it may. Other results as of rssl_handshake.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_write(s: *mut rssl_sock, buf: *const c_void, len: usize) -> isize {
    // SAFETY: s is NULL or a live handle, buf NULL or readable for len bytes.
    unsafe { drive_count(s, |socket| socket.write(buffer(buf, len, "buf")?)) }
}

/// rssl_writev is rssl_write of n pieces as if joined: one record where they fit. A piece may be
/// empty. Results as of rssl_write; a count can end inside a piece. RSSL_ERR_ARGUMENT: a NULL, or all
/// lengths together are over PTRDIFF_MAX.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_writev(s: *mut rssl_sock, v: *const rssl_bytes, n: usize) -> isize {
    // SAFETY: s is NULL or a live handle, v NULL or n pieces, each NULL or readable for its length.
    unsafe { drive_count(s, |socket| socket.write_vectored(&mut pieces(v, n)?)) }
}

/// rssl_sock_set_write_queue lets rssl_write take up to n bytes more, before the handshake is done
/// or while ciphertext waits inside (default 0: it returns a WANT instead). RSSL_ERR_STATE: called
/// from a callback of s. RSSL_ERR_ARGUMENT: s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_set_write_queue(s: *mut rssl_sock, n: usize) -> rssl_result {
    // SAFETY: s is NULL or a live handle.
    unsafe { drive_result(s, |socket| Ok(socket.set_write_queue(n)?)) }
}

/// rssl_flush sends all that waits inside: RSSL_OK when nothing is left, or a WANT. Errors as of
/// rssl_write.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_flush(s: *mut rssl_sock) -> rssl_result {
    // SAFETY: s is NULL or a live handle.
    unsafe { drive_result(s, Socket::flush) }
}

/// rssl_events returns what to poll the transport for now: RSSL_POLL_IN (of two descriptors: the
/// reading one) and RSSL_POLL_OUT, the numbers of POLLIN and POLLOUT on Linux, BSD and macOS.
/// RSSL_POLL_READY beside them: rssl_read returns at once, do not sleep (a program that pauses
/// reading ignores IN and READY). 0: nothing to wait for: a hello is pending, or the connection is
/// over and all was sent, or s is NULL. The whole of event-loop integration is: poll for this, then
/// call again; edge-triggered, until a WANT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_events(s: *const rssl_sock) -> u32 {
    get(0, || {
        // SAFETY: s is NULL or a live handle.
        Some(unsafe { sock(s) }.ok()?.socket.events())
    })
}

/// rssl_shutdown says close_notify and flushes. RSSL_SHUT_WR: reading goes on, rssl_write is
/// RSSL_ERR_CLOSED. RSSL_SHUT_RDWR also waits for the peer's, after which rssl_read is 0; data that
/// arrives meanwhile is RSSL_WANT_CONSUME: rssl_read it, or free the socket; a peer that ends without
/// close_notify is RSSL_ERR_EOF. Again after RSSL_OK: RSSL_OK. RSSL_ERR_STATE: before the handshake
/// is done. RSSL_ERR_ARGUMENT: how is neither, or s is NULL. Other results as of rssl_write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_shutdown(s: *mut rssl_sock, how: i32) -> rssl_result {
    // SAFETY: s is NULL or a live handle.
    unsafe {
        drive_result(s, |socket| match how {
            RSSL_SHUT_WR => socket.shutdown(How::Write),
            RSSL_SHUT_RDWR => socket.shutdown(How::Both),
            _ => Err(Error::argument(format!("{how} is no RSSL_SHUT_ number")).into()),
        })
    }
}

/// rssl_detach ends TLS and gives the stream back (STARTTLS-like protocols that return to plain text):
/// *rest is what was received behind the peer's close_notify, {NULL, 0} if nothing, borrowed from s;
/// what follows it is still in the transport. Nothing is lost. Of s only
/// the getters are of use then. The same again afterwards. RSSL_ERR_STATE: rssl_shutdown with RSSL_SHUT_RDWR has not returned
/// RSSL_OK, data was not read, or called beside another call on s. RSSL_ERR_ARGUMENT: a NULL. *rest
/// is {NULL, 0} then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_detach(s: *mut rssl_sock, rest: *mut rssl_bytes) -> rssl_result {
    // SAFETY: rest is NULL or writable.
    let mut rest = unsafe { rest.as_mut() };
    if let Some(rest) = &mut rest {
        **rest = rssl_bytes::ABSENT;
    }
    // SAFETY: s is NULL or a live handle.
    unsafe {
        drive_result(s, |socket| {
            let rest = rest.ok_or_else(|| null("rest"))?;
            *rest = rssl_bytes::field(socket.detach()?);
            Ok(())
        })
    }
}

/// rssl_key_update replaces the key under which this side sends, and asks the peer to replace its
/// own: for connections that stay open long. Keys that have protected as much as they may are
/// replaced without it. Like rssl_write it first sends what waits inside; if some is left it does
/// nothing and returns RSSL_WANT_WRITE. RSSL_OK: what is written from now on is under the new key, and
/// what the transport does not accept of the message itself waits inside, as rssl_events says. Use it
/// sparingly: peers end a connection on which many follow each other without data between (librssl:
/// 33). RSSL_ERR_UNSUPPORTED: the connection is TLS 1.2. RSSL_ERR_STATE: before the handshake is done,
/// from a callback of s, or beside another writer. RSSL_ERR_CLOSED: after rssl_shutdown.
/// RSSL_ERR_ARGUMENT: s is NULL. Other results as of rssl_write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_key_update(s: *mut rssl_sock) -> rssl_result {
    // SAFETY: s is NULL or a live handle.
    unsafe { drive_result(s, Socket::key_update) }
}

/// rssl_sock_error returns the error that ended the connection, or NULL. Borrowed from s. Set once;
/// later errors do not replace it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_sock_error(s: *const rssl_sock) -> *const rssl_error {
    get(ptr::null(), || {
        // SAFETY: s is NULL or a live handle.
        unsafe { sock(s) }.ok()?.socket.failure().map(lend)
    })
}

/// Panics inside a call on s, with every lock of s held: for this project's own tests.
#[cfg(feature = "panic-hook")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_test_panic(s: *mut rssl_sock) -> rssl_result {
    // SAFETY: s is NULL or a live handle.
    unsafe { drive_result(s, Socket::panic) }
}
