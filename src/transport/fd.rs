//! A connected descriptor, or one to read from and one to write to. Borrowed, never closed.
//!
//! Sending never blocks inside [`Descriptor::send`], so that it can run under a connection's
//! lock; a blocking descriptor is waited for in [`Descriptor::wait_writable`], without one.

use std::io::{self, IoSlice};
use std::mem;
use std::os::fd::RawFd;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Direction, Obstacle, Transfer};
use crate::error::{Error, Result};

/// Bytes that a pipe takes without blocking once `poll` calls it writable (POSIX: at least 512;
/// Linux, the BSDs and macOS promise `PIPE_BUF` or more).
const PIPE_CHUNK: usize = if libc::PIPE_BUF < 4096 { 512 } else { 4096 };

/// Slices handed to one `sendmsg`; rustls offers at most this many.
const MAX_SLICES: usize = 64;

pub struct Descriptor {
    read: RawFd,
    write: RawFd,
    /// Report EINTR instead of trying again.
    return_eintr: AtomicBool,
    /// `send` said ENOTSOCK: a pipe, a terminal, a file.
    not_a_socket: AtomicBool,
}

/// What waiting for a descriptor came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Waited {
    Writable,
    /// The descriptor is non-blocking, or its SO_SNDTIMEO passed.
    NotNow,
    Interrupted,
}

impl Descriptor {
    /// [`crate::error::Code::Argument`] when one of them is not an open descriptor.
    pub fn new(read: RawFd, write: RawFd, return_eintr: bool) -> Result<Self> {
        let both = [read, write];
        let distinct = if read == write { &both[..1] } else { &both };
        for &fd in distinct {
            // SAFETY: F_GETFD takes no pointer; any number is a valid argument.
            if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
                return Err(Error::argument(format!("{fd} is not an open descriptor"))
                    .with_errno(libc::EBADF));
            }
        }
        Ok(Descriptor {
            read,
            write,
            return_eintr: AtomicBool::new(return_eintr),
            not_a_socket: AtomicBool::new(false),
        })
    }

    pub fn set_return_eintr(&self, on: bool) {
        self.return_eintr.store(on, Ordering::Relaxed);
    }

    fn returns_eintr(&self) -> bool {
        self.return_eintr.load(Ordering::Relaxed)
    }

    /// Reads up to `buf.len()` bytes, blocking if the descriptor does. 0 is the end.
    pub fn receive(&self, buf: &mut [u8]) -> Transfer {
        loop {
            // SAFETY: `buf` is valid for writes of `buf.len()` bytes.
            let n = unsafe { libc::read(self.read, buf.as_mut_ptr().cast(), buf.len()) };
            if n >= 0 {
                return Ok(n as usize);
            }
            if let Some(obstacle) = self.obstacle(Direction::Read) {
                return Err(obstacle);
            }
        }
    }

    /// As [`Descriptor::receive`], but never blocks.
    pub fn receive_now(&self, buf: &mut [u8]) -> Transfer {
        loop {
            // SAFETY: `buf` is valid for writes of `buf.len()` bytes.
            let n = unsafe {
                libc::recv(
                    self.read,
                    buf.as_mut_ptr().cast(),
                    buf.len(),
                    libc::MSG_DONTWAIT,
                )
            };
            if n >= 0 {
                return Ok(n as usize);
            }
            if last_errno() == libc::ENOTSOCK {
                break;
            }
            if let Some(obstacle) = self.obstacle(Direction::Read) {
                return Err(obstacle);
            }
        }
        match poll(self.read, libc::POLLIN, 0) {
            Ok(0) => Err(Obstacle::WouldBlock(Direction::Read)),
            _ => self.receive(buf),
        }
    }

    /// Sends what the descriptor takes at once of `slices`, without blocking and without
    /// SIGPIPE. [`Obstacle::WouldBlock`] on a blocking descriptor too: see `wait_writable`.
    pub fn send(&self, slices: &[IoSlice<'_>]) -> Transfer {
        loop {
            let n = if self.not_a_socket.load(Ordering::Relaxed) {
                self.send_to_pipe(slices)
            } else {
                self.send_to_socket(slices)
            };
            if n >= 0 {
                return Ok(n as usize);
            }
            if last_errno() == libc::ENOTSOCK {
                self.not_a_socket.store(true, Ordering::Relaxed);
            } else if let Some(obstacle) = self.obstacle(Direction::Write) {
                return Err(obstacle);
            }
        }
    }

    fn send_to_socket(&self, slices: &[IoSlice<'_>]) -> isize {
        if let [one] = slices {
            // SAFETY: `one` is valid for reads of its length.
            return unsafe {
                libc::send(
                    self.write,
                    one.as_ptr().cast(),
                    one.len(),
                    libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT,
                )
            };
        }
        // SAFETY: all-zero is a valid msghdr: no name, no slices, no control data.
        let mut message: libc::msghdr = unsafe { mem::zeroed() };
        // IoSlice has the layout of iovec; sendmsg does not write through it.
        message.msg_iov = slices.as_ptr() as *mut libc::iovec;
        message.msg_iovlen = slices.len().min(MAX_SLICES) as _;
        // SAFETY: `message` names `msg_iovlen` slices that live during the call.
        unsafe {
            libc::sendmsg(
                self.write,
                &message,
                libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT,
            )
        }
    }

    /// A blocking pipe cannot be asked not to block, but it does not block for a little data
    /// when it is writable.
    fn send_to_pipe(&self, slices: &[IoSlice<'_>]) -> isize {
        let Some(data) = slices.iter().find(|slice| !slice.is_empty()) else {
            return 0;
        };
        match poll(self.write, libc::POLLOUT, 0) {
            Ok(0) => {
                set_errno(libc::EAGAIN);
                return -1;
            }
            Ok(_) => {}
            Err(_) => return -1,
        }
        without_sigpipe(|| {
            // SAFETY: `data` is valid for reads of its length, of which no more is named.
            unsafe { libc::write(self.write, data.as_ptr().cast(), data.len().min(PIPE_CHUNK)) }
        })
    }

    /// Waits until a blocking descriptor takes bytes again, for SO_SNDTIMEO at most. A
    /// non-blocking one is [`Waited::NotNow`] at once.
    pub fn wait_writable(&self) -> Waited {
        if !self.is_blocking() {
            return Waited::NotNow;
        }
        let timeout = self.send_timeout();
        loop {
            match poll(self.write, libc::POLLOUT, timeout) {
                Ok(0) => return Waited::NotNow,
                Ok(_) => return Waited::Writable,
                Err(error) if error.raw_os_error() != Some(libc::EINTR) => return Waited::Writable,
                Err(_) if self.returns_eintr() => return Waited::Interrupted,
                Err(_) => {}
            }
        }
    }

    /// Whether writing blocks: the descriptor's own choice, which may change at any time.
    pub fn is_blocking(&self) -> bool {
        // SAFETY: F_GETFL takes no pointer.
        let flags = unsafe { libc::fcntl(self.write, libc::F_GETFL) };
        flags >= 0 && flags & libc::O_NONBLOCK == 0
    }

    /// SO_SNDTIMEO in milliseconds, -1 when there is none.
    pub fn send_timeout(&self) -> i32 {
        // SAFETY: all-zero is a valid timeval.
        let mut limit: libc::timeval = unsafe { mem::zeroed() };
        let mut len = mem::size_of_val(&limit) as libc::socklen_t;
        // SAFETY: `limit` is writable for `len` bytes.
        let got = unsafe {
            libc::getsockopt(
                self.write,
                libc::SOL_SOCKET,
                libc::SO_SNDTIMEO,
                ptr::from_mut(&mut limit).cast(),
                &mut len,
            )
        };
        // time_t and suseconds_t differ in width between platforms.
        #[allow(clippy::unnecessary_cast)]
        let milliseconds = (limit.tv_sec as i64)
            .saturating_mul(1000)
            .saturating_add((limit.tv_usec as i64 + 999) / 1000);
        if got < 0 || milliseconds == 0 {
            return -1;
        }
        i32::try_from(milliseconds).unwrap_or(i32::MAX)
    }

    /// What errno means for a transfer; `None`: try again.
    fn obstacle(&self, direction: Direction) -> Option<Obstacle> {
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EINTR) if self.returns_eintr() => Some(Obstacle::Interrupted),
            Some(libc::EINTR) => None,
            Some(code) if code == libc::EAGAIN || code == libc::EWOULDBLOCK => {
                Some(Obstacle::WouldBlock(direction))
            }
            _ => Some(Obstacle::Failed(error)),
        }
    }
}

fn poll(fd: RawFd, events: i16, timeout_ms: i32) -> io::Result<usize> {
    let mut set = libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    // SAFETY: `set` is one valid pollfd.
    match unsafe { libc::poll(&mut set, 1, timeout_ms) } {
        n if n < 0 => Err(io::Error::last_os_error()),
        n => Ok(n as usize),
    }
}

/// Runs `write` with SIGPIPE blocked for this thread, and swallows the one that it caused.
fn without_sigpipe(write: impl FnOnce() -> isize) -> isize {
    // SAFETY: the sets are initialized by sigemptyset before they are used, and every pointer
    // is to a local that lives during its call.
    unsafe {
        let mut pipe: libc::sigset_t = mem::zeroed();
        let mut before: libc::sigset_t = mem::zeroed();
        let mut pending: libc::sigset_t = mem::zeroed();
        libc::sigemptyset(&mut pipe);
        libc::sigaddset(&mut pipe, libc::SIGPIPE);
        libc::sigemptyset(&mut pending);
        libc::sigpending(&mut pending);
        let was_pending = libc::sigismember(&pending, libc::SIGPIPE) == 1;
        libc::pthread_sigmask(libc::SIG_BLOCK, &pipe, &mut before);
        let n = write();
        let errno = last_errno();
        if n < 0 && errno == libc::EPIPE && !was_pending {
            take_pending(&pipe);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, ptr::null_mut());
        set_errno(errno);
        n
    }
}

#[cfg(not(target_vendor = "apple"))]
fn take_pending(signals: &libc::sigset_t) {
    let at_once = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: both pointers are to live values; no information is asked for.
    while unsafe { libc::sigtimedwait(signals, ptr::null_mut(), &at_once) } < 0
        && last_errno() == libc::EINTR
    {}
}

#[cfg(target_vendor = "apple")]
fn take_pending(signals: &libc::sigset_t) {
    let mut signal = 0;
    // SAFETY: both pointers are to live values; the signal is known to be pending.
    unsafe { libc::sigwait(signals, &mut signal) };
}

fn last_errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn set_errno(code: i32) {
    #[cfg(any(target_os = "linux", target_os = "emscripten"))]
    // SAFETY: errno's location is valid for the calling thread.
    unsafe {
        *libc::__errno_location() = code;
    }
    #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
    // SAFETY: errno's location is valid for the calling thread.
    unsafe {
        *libc::__error() = code;
    }
    #[cfg(any(target_os = "openbsd", target_os = "netbsd", target_os = "android"))]
    // SAFETY: errno's location is valid for the calling thread.
    unsafe {
        *libc::__errno() = code;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    fn send_all_of(descriptor: &Descriptor, data: &[u8]) -> Transfer {
        descriptor.send(&[IoSlice::new(data)])
    }

    #[test]
    fn a_closed_descriptor_is_refused() {
        assert!(Descriptor::new(-1, -1, false).is_err());
    }

    #[test]
    fn sending_to_a_full_blocking_socket_does_not_block() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let descriptor = Descriptor::new(ours.as_raw_fd(), ours.as_raw_fd(), false).unwrap();
        let data = [7; 65536];
        let full = loop {
            if let Err(obstacle) = send_all_of(&descriptor, &data) {
                break obstacle;
            }
        };
        assert!(matches!(full, Obstacle::WouldBlock(Direction::Write)));
        assert!(descriptor.is_blocking());
    }

    #[test]
    fn a_send_timeout_ends_the_wait() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        ours.set_write_timeout(Some(std::time::Duration::from_millis(20)))
            .unwrap();
        let descriptor = Descriptor::new(ours.as_raw_fd(), ours.as_raw_fd(), false).unwrap();
        while send_all_of(&descriptor, &[7; 65536]).is_ok() {}
        assert_eq!(descriptor.wait_writable(), Waited::NotNow);
    }

    #[test]
    fn a_blocking_pipe_is_filled_without_blocking_and_breaks_without_a_signal() {
        let (mut reader, writer) = io::pipe().unwrap();
        let descriptor = Descriptor::new(reader.as_raw_fd(), writer.as_raw_fd(), false).unwrap();
        let mut sent = 0;
        while let Ok(n) = send_all_of(&descriptor, &[7; 10_000]) {
            sent += n;
        }
        let mut received = vec![0; sent];
        reader.read_exact(&mut received).unwrap();
        assert!(received.iter().all(|&byte| byte == 7));
        drop(reader);
        let Err(Obstacle::Failed(error)) = send_all_of(&descriptor, b"lost") else {
            panic!("writing to a broken pipe must fail");
        };
        assert_eq!(error.raw_os_error(), Some(libc::EPIPE));
    }

    #[test]
    fn a_closed_peer_is_an_error_not_a_signal() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(theirs);
        let descriptor = Descriptor::new(ours.as_raw_fd(), ours.as_raw_fd(), false).unwrap();
        let two = [IoSlice::new(b"a"), IoSlice::new(b"b")];
        let Err(Obstacle::Failed(error)) = descriptor.send(&two) else {
            panic!("writing to a closed socket must fail");
        };
        assert_eq!(error.raw_os_error(), Some(libc::EPIPE));
    }
}
