//! The handles that a sequence of calls has made and not yet given back.

use std::ffi::{CString, c_char};
use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::ptr::null_mut;
use std::sync::LazyLock;

use rssl::ffi::cert::{rssl_cert, rssl_cert_free};
use rssl::ffi::ctx::*;
use rssl::ffi::hello::rssl_hello;
use rssl::ffi::identity::{rssl_identity, rssl_identity_free};
use rssl::ffi::session::{rssl_session, rssl_session_free};
use rssl::ffi::sock::*;

use super::callbacks;
use crate::credentials::PEM;
use crate::handles::{Context, check};
use crate::input::Input;

/// More of a kind than any sequence has a use for; what would be more is freed at once.
const MOST: usize = 12;

/// Two contexts and a pair of sockets are there from the start.
pub struct World {
    contexts: Vec<*mut rssl_ctx>,
    sockets: Vec<*mut rssl_sock>,
    certificates: Vec<*mut rssl_cert>,
    identities: Vec<*mut rssl_identity>,
    sessions: Vec<*mut rssl_session>,
    /// What was drained last, until it is fed to another socket.
    pub wire: Vec<u8>,
    /// Descriptors live longer than the sockets that borrow them.
    descriptors: Vec<UnixStream>,
}

impl World {
    pub fn new() -> Self {
        let (client, server) = (Context::client(), Context::server());
        let mut world = World {
            contexts: Vec::new(),
            sockets: Vec::new(),
            certificates: Vec::new(),
            identities: Vec::new(),
            sessions: Vec::new(),
            wire: Vec::new(),
            descriptors: Vec::new(),
        };
        for (context, role, name) in [
            (&client, RSSL_CLIENT, c"localhost".as_ptr()),
            (&server, RSSL_SERVER, std::ptr::null()),
        ] {
            // SAFETY: live handles, one more reference, an out-parameter.
            unsafe {
                world.keep_context(rssl_ctx_ref(context.0));
                let mut sock = null_mut();
                check(rssl_sock_new(context.0, role, name, &mut sock));
                world.keep_socket(sock);
            }
        }
        world
    }

    pub fn context(&self, input: &mut Input<'_>) -> *mut rssl_ctx {
        pick(&self.contexts, input)
    }

    pub fn socket(&self, input: &mut Input<'_>) -> *mut rssl_sock {
        pick(&self.sockets, input)
    }

    pub fn certificate(&self, input: &mut Input<'_>) -> *mut rssl_cert {
        pick(&self.certificates, input)
    }

    pub fn identity(&self, input: &mut Input<'_>) -> *mut rssl_identity {
        pick(&self.identities, input)
    }

    pub fn session(&self, input: &mut Input<'_>) -> *mut rssl_session {
        pick(&self.sessions, input)
    }

    pub fn identities(&self) -> &[*mut rssl_identity] {
        &self.identities
    }

    pub fn hello(&self, input: &mut Input<'_>) -> *mut rssl_hello {
        // SAFETY: NULL or a live handle.
        unsafe { rssl::ffi::hello::rssl_sock_hello(self.socket(input)) }
    }

    pub fn keep_context(&mut self, made: *mut rssl_ctx) {
        // SAFETY: the reference is nobody else's.
        keep(&mut self.contexts, made, |it| unsafe { rssl_ctx_free(it) });
    }

    pub fn keep_socket(&mut self, made: *mut rssl_sock) {
        // SAFETY: as above.
        keep(&mut self.sockets, made, |it| unsafe { rssl_sock_free(it) });
    }

    pub fn keep_certificate(&mut self, made: *mut rssl_cert) {
        // SAFETY: as above.
        keep(&mut self.certificates, made, |it| unsafe {
            rssl_cert_free(it)
        });
    }

    pub fn keep_identity(&mut self, made: *mut rssl_identity) {
        // SAFETY: as above.
        keep(&mut self.identities, made, |it| unsafe {
            rssl_identity_free(it)
        });
    }

    pub fn keep_session(&mut self, made: *mut rssl_session) {
        // SAFETY: as above.
        keep(&mut self.sessions, made, |it| unsafe {
            rssl_session_free(it)
        });
    }

    /// Takes one out, for it to be freed; NULL sometimes.
    pub fn give_context(&mut self, input: &mut Input<'_>) -> *mut rssl_ctx {
        give(&mut self.contexts, input)
    }

    pub fn give_socket(&mut self, input: &mut Input<'_>) -> *mut rssl_sock {
        give(&mut self.sockets, input)
    }

    pub fn give_certificate(&mut self, input: &mut Input<'_>) -> *mut rssl_cert {
        give(&mut self.certificates, input)
    }

    pub fn give_identity(&mut self, input: &mut Input<'_>) -> *mut rssl_identity {
        give(&mut self.identities, input)
    }

    pub fn give_session(&mut self, input: &mut Input<'_>) -> *mut rssl_session {
        give(&mut self.sessions, input)
    }

    /// A descriptor that does not block, or one that is none.
    pub fn descriptor(&mut self, input: &mut Input<'_>) -> i32 {
        match input.byte() {
            0xff => return -1,
            known if known & 1 == 1 => {
                let known = usize::from(known >> 1);
                if let Some(stream) = self.descriptors.get(known) {
                    return stream.as_raw_fd();
                }
            }
            _ => {}
        }
        let Ok((one, other)) = UnixStream::pair() else {
            return -1;
        };
        let fd = one.as_raw_fd();
        for stream in [one, other] {
            stream.set_nonblocking(true).expect("a pair of sockets");
            self.descriptors.push(stream);
        }
        fd
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // SAFETY: the world holds one reference for each entry.
        unsafe {
            rssl::ffi::log::rssl_set_log(None, null_mut(), 0);
            self.sockets.iter().for_each(|it| rssl_sock_free(*it));
            self.contexts.iter().for_each(|it| rssl_ctx_free(*it));
            self.certificates.iter().for_each(|it| rssl_cert_free(*it));
            self.identities
                .iter()
                .for_each(|it| rssl_identity_free(*it));
            self.sessions.iter().for_each(|it| rssl_session_free(*it));
        }
        callbacks::assert_all_dropped();
    }
}

fn pick<T>(all: &[*mut T], input: &mut Input<'_>) -> *mut T {
    match (input.byte(), all.len()) {
        (0xff, _) | (_, 0) => null_mut(),
        (i, len) => all[usize::from(i) % len],
    }
}

fn keep<T>(all: &mut Vec<*mut T>, made: *mut T, free: impl FnOnce(*mut T)) {
    if made.is_null() {
        return;
    }
    match all.len() < MOST {
        true => all.push(made),
        false => free(made),
    }
}

fn give<T>(all: &mut Vec<*mut T>, input: &mut Input<'_>) -> *mut T {
    match (input.byte(), all.len()) {
        (0xff, _) | (_, 0) => null_mut(),
        (i, len) => all.swap_remove(usize::from(i) % len),
    }
}

/// Good material, or bytes of the input.
pub fn material<'a>(input: &mut Input<'a>) -> &'a [u8] {
    match input.byte() % 8 {
        0 => PEM.root.as_bytes(),
        1 => PEM.server.as_bytes(),
        2 => PEM.server_key.as_bytes(),
        3 => PEM.client.as_bytes(),
        4 => PEM.client_key.as_bytes(),
        5 => PEM.encrypted_key.as_bytes(),
        _ => input.bytes(),
    }
}

/// NULL, or a string that lives as long as `keep`.
pub fn string(input: &mut Input<'_>, keep: &mut CString) -> *const c_char {
    const KNOWN: [&str; 10] = [
        "localhost",
        "127.0.0.1",
        "h2",
        "secret",
        "2.5.29.17",
        "TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256",
        "X25519:P-256",
        "sha256",
        "bundled-roots",
        "EXPORTER-fuzz",
    ];
    let number = usize::from(input.byte());
    *keep = match KNOWN.get(number) {
        Some(known) => CString::new(*known).unwrap_or_default(),
        None if number == 0xff => return std::ptr::null(),
        None => input.string(),
    };
    keep.as_ptr()
}

/// Paths of good material, of bad material and of none.
pub fn path(input: &mut Input<'_>) -> *const c_char {
    static PATHS: LazyLock<Vec<CString>> = LazyLock::new(|| {
        let directory = std::env::temp_dir().join(format!("rssl-fuzz-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("a directory for files");
        let files: [(&str, &[u8]); 6] = [
            ("root.pem", PEM.root.as_bytes()),
            ("server.pem", PEM.server.as_bytes()),
            ("server.key", PEM.server_key.as_bytes()),
            ("encrypted.key", PEM.encrypted_key.as_bytes()),
            ("garbage", b"-----BEGIN CERTIFICATE-----\n"),
            ("empty", b""),
        ];
        for (name, contents) in files {
            fs::write(directory.join(name), contents).expect("a file");
        }
        let names = files.iter().map(|(name, _)| *name).chain(["", "none"]);
        names
            .map(|name| CString::new(directory.join(name).as_os_str().as_bytes()).expect("a path"))
            .collect()
    });
    match input.byte() {
        0xff => std::ptr::null(),
        i => PATHS[usize::from(i) % PATHS.len()].as_ptr(),
    }
}
