//! One connection: a role, a transport, an engine, and the rules by which calls use them.
//!
//! Two locks are only ever tried, never waited for: the reader holds `inbox`, the writer holds
//! `writer`, and a second thread in either place is an error of the caller. `core` is waited
//! for: it is never held while the transport blocks, its functions included, nor while the hello
//! callback or the log's runs. The callbacks that the engine calls in a handshake, such as those
//! that verify, sign or keep sessions, run with it held: what needs it is refused inside them, or
//! finds nothing. Behind the handshake, when a reader and a writer share it, the only one is the
//! clock, which is read ahead of it.

mod baton;
mod driven;
mod early_data;
mod ech;
mod events;
mod exporter;
mod handshake;
mod hello;
mod inbox;
mod key_update;
mod memory;
mod peer;
mod read;
mod send;
mod sessions;
mod shutdown;
mod verify_name;
mod write;

use std::collections::VecDeque;
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};

use crate::engine::config::{ClientConfigs, ServerConfigs};
use crate::engine::hooks::{Clock, ReadAhead};
use crate::engine::{Agreement, Engine};
use crate::error::{Code, Error, Result};
use crate::session::ClientSessions;
use crate::transport::{Descriptor, Functions, Transport};
use crate::trust::{PeerChain, PeerName};
use baton::Baton;
use hello::Examination;
use inbox::Inbox;

pub use events::{POLL_IN, POLL_OUT, POLL_READY};
pub use hello::{HelloHook, Reply};
pub use shutdown::How;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Client,
    Server,
}

/// What a call waits for before it can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    Read,
    Write,
    /// The program must decide about a ClientHello.
    Hello,
    /// Data arrived during a shutdown and must be read first.
    Consume,
}

/// Why a call has no result.
#[derive(Debug)]
pub enum Pause {
    Want(Want),
    Failed(Error),
}

pub type Step<T> = std::result::Result<T, Pause>;

impl From<Error> for Pause {
    fn from(error: Error) -> Self {
        Pause::Failed(error)
    }
}

/// The settings of a context, frozen for the sockets made from it.
pub struct Setup {
    pub client: Option<ClientConfigs>,
    pub server: Option<ServerConfigs>,
    pub check_hostname: bool,
    /// Whether a peer's certificate is verified.
    pub verifies_peer: bool,
    /// The verifier is not this library's and leaves no verdict: it accepted whoever got through
    /// the handshake.
    pub silent_verifier: bool,
    pub return_eintr: bool,
    /// Whether a descriptor may be read behind the record in progress.
    pub read_ahead: bool,
    /// The program's own.
    pub clock: Option<Arc<Clock>>,
    /// A server's.
    pub hello: Option<Arc<HelloHook>>,
}

pub struct Socket {
    role: Role,
    /// As SNI carries it: sent, or received.
    server_name: OnceLock<CString>,
    return_eintr: bool,
    read_ahead: bool,
    verifies_peer: AtomicBool,
    silent_verifier: AtomicBool,
    /// A client's, which needs the time for the tickets that come after the handshake.
    clock: Option<Arc<Clock>>,
    /// Of a client.
    sessions: Option<Arc<ClientSessions>>,
    transport: OnceLock<Transport>,
    /// Set by the first call that moves bytes; the transport is fixed from then on.
    started: AtomicBool,
    inbox: Mutex<Inbox>,
    writer: Baton,
    core: Mutex<Core>,
    /// Signalled when `core.sending` ends.
    sent: Condvar,
    hello: Mutex<Examination>,
    hello_waits: AtomicBool,
    agreed: OnceLock<Agreed>,
    kept: OnceLock<Box<Kept>>,
    failure: OnceLock<Error>,
    /// For [`Socket::events`], which takes no lock.
    output_waits: AtomicBool,
    input_ready: AtomicBool,
    input_over: AtomicBool,
    received: AtomicU64,
    transmitted: AtomicU64,
}

/// What the program was shown and may hold on to for as long as the socket lives. Few ask for any.
#[derive(Default)]
struct Kept {
    ech_retry: OnceLock<Box<[u8]>>,
    /// The peer's.
    ocsp: OnceLock<Box<[u8]>>,
    /// What was received behind the end of TLS.
    detached: OnceLock<Box<[u8]>>,
}

/// What one thread at a time uses.
struct Core {
    engine: Engine,
    /// Plaintext taken ahead of the handshake or of the transport.
    queue: VecDeque<u8>,
    queue_limit: usize,
    /// Ciphertext that a caller's function has not taken yet.
    outgoing: Vec<u8>,
    /// A thread is in the caller's write function.
    sending: bool,
    /// close_notify was asked for; it goes out behind the queue.
    closing: bool,
    close_sent: bool,
    /// Sending failed, while there was still something to read.
    broken: Option<Error>,
}

/// What was agreed, in the form in which the getters lend it.
pub struct Agreed {
    pub agreement: Agreement,
    /// With a NUL behind it, which its length does not count.
    pub alpn: Option<Box<[u8]>>,
    pub peer: Arc<PeerChain>,
    /// The built-in verdict on the peer's certificate; `None` when nothing was verified.
    pub verify: Option<i32>,
}

impl Socket {
    /// A connection in `role`; `name` is the server's DNS name or IP address. No input or output
    /// happens yet.
    ///
    /// [`Code::State`] if the context is not for this role, [`Code::Argument`] for a name that
    /// is none, for a client that checks names without one, and for a server with one.
    pub fn new(setup: &Setup, role: Role, name: Option<&str>) -> Result<Self> {
        let name = name.map(PeerName::parse).transpose()?;
        let (engine, sessions) = match role {
            Role::Client => client_engine(setup, name.as_ref())?,
            Role::Server if name.is_some() => {
                return Err(Error::argument("a server's socket takes no name"));
            }
            Role::Server => {
                let configs = setup.server.as_ref().ok_or_else(wrong_role)?;
                (Engine::server(configs, setup.hello.is_some())?, None)
            }
        };
        let sends_sni = setup.client.as_ref().is_some_and(ClientConfigs::sends_sni);
        Ok(Socket {
            role,
            server_name: name
                .filter(|name| sends_sni && !name.is_ip())
                .and_then(sni)
                .map_or_else(OnceLock::new, OnceLock::from),
            return_eintr: setup.return_eintr,
            read_ahead: setup.read_ahead,
            verifies_peer: AtomicBool::new(setup.verifies_peer),
            silent_verifier: AtomicBool::new(setup.silent_verifier),
            clock: setup.clock.clone().filter(|_| role == Role::Client),
            sessions,
            transport: OnceLock::new(),
            started: AtomicBool::new(false),
            inbox: Mutex::default(),
            writer: Baton::default(),
            output_waits: AtomicBool::new(engine.has_output()),
            core: Mutex::new(Core {
                engine,
                queue: VecDeque::new(),
                queue_limit: 0,
                outgoing: Vec::new(),
                sending: false,
                closing: false,
                close_sent: false,
                broken: None,
            }),
            sent: Condvar::new(),
            hello: Mutex::new(Examination::Ahead(setup.hello.clone())),
            hello_waits: AtomicBool::new(false),
            agreed: OnceLock::new(),
            kept: OnceLock::new(),
            failure: OnceLock::new(),
            input_ready: AtomicBool::new(false),
            input_over: AtomicBool::new(false),
            received: AtomicU64::new(0),
            transmitted: AtomicU64::new(0),
        })
    }

    pub fn role(&self) -> Role {
        self.role
    }

    /// Uses `read` and `write`, which may be the same descriptor. Once, before the first input
    /// or output and before [`Socket::feed_eof`], else [`Code::State`].
    pub fn set_descriptors(&self, read: i32, write: i32) -> Result<()> {
        let descriptor = Descriptor::new(read, write, self.return_eintr)?;
        self.set_transport(Transport::Descriptor(descriptor))
    }

    /// Uses the caller's functions. Once, before the first input or output and before
    /// [`Socket::feed_eof`], else [`Code::State`].
    pub fn set_functions(&self, functions: Box<dyn Functions>) -> Result<()> {
        self.set_transport(Transport::Functions(functions))
    }

    fn set_transport(&self, transport: Transport) -> Result<()> {
        if self.started.load(Ordering::Relaxed) {
            return Err(Error::state(
                "the connection has begun on another transport",
            ));
        }
        self.transport.set(transport).map_err(|_| {
            Error::state(match self.transport() {
                Transport::Memory => "the end of the stream was fed: the transport is memory",
                _ => "the transport is set already",
            })
        })
    }

    /// The transport; memory if none was set.
    fn transport(&self) -> &Transport {
        self.transport.get().unwrap_or(&Transport::Memory)
    }

    pub fn is_connected(&self) -> bool {
        self.agreed.get().is_some()
    }

    /// What was agreed; `None` until the handshake is done.
    pub fn agreed(&self) -> Option<&Agreed> {
        self.agreed.get()
    }

    /// The server's name as SNI carries it: sent, or, on a server, received.
    pub fn server_name(&self) -> Option<&CString> {
        self.server_name.get()
    }

    /// The error that ended the connection.
    pub fn failure(&self) -> Option<&Error> {
        self.failure.get()
    }

    /// Bytes received from and sent to the transport, TLS's own included.
    pub fn traffic(&self) -> (u64, u64) {
        (
            self.received.load(Ordering::Relaxed),
            self.transmitted.load(Ordering::Relaxed),
        )
    }

    /// Whether the calling thread is inside a call on this socket: in one of its callbacks.
    pub fn is_driven(&self) -> bool {
        driven::is_driven(self)
    }

    /// Ends the connection after a panic: nothing behind it can be trusted.
    pub fn poison(&self, error: Error) {
        let _ = self.failure.set(error);
        self.output_waits.store(false, Ordering::Relaxed);
        self.input_ready.store(false, Ordering::Relaxed);
    }

    /// Panics in the worst place, for a test that no panic leaves the library.
    #[cfg(feature = "panic-hook")]
    pub fn panic(&self) -> Step<()> {
        let _driven = driven::enter(self)?;
        let (_inbox, _writer, _core) = (self.reader()?, self.writer()?, self.core());
        panic!("a test asked for it");
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> &Kept {
        self.kept.get_or_init(Box::default)
    }

    /// Reads the program's clock before the core is taken to open records.
    fn read_clock(&self) -> Option<ReadAhead> {
        self.clock.as_ref().map(|clock| clock.read_ahead())
    }

    /// `None` inside a callback of this socket, whose call holds the core.
    fn core_for_getter(&self) -> Option<MutexGuard<'_, Core>> {
        (!driven::is_driven(self)).then(|| self.core())
    }

    #[inline]
    fn reader(&self) -> Result<MutexGuard<'_, Inbox>> {
        match self.inbox.try_lock() {
            Ok(guard) => Ok(guard),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => Err(taken("reading from")),
        }
    }

    fn writer(&self) -> Result<baton::Held<'_>> {
        self.writer_and_core().map(|(writer, _)| writer)
    }

    /// The core is given back first, where both are bound in this order.
    #[inline]
    fn writer_and_core(&self) -> Result<(baton::Held<'_>, MutexGuard<'_, Core>)> {
        // Whoever writes may have the core for as long as a callback takes.
        if self.writer.is_held() {
            return Err(taken("writing to"));
        }
        let core = self.core();
        match self.writer.take(&core) {
            Some(writer) => Ok((writer, core)),
            None => Err(taken("writing to")),
        }
    }

    #[inline]
    fn check_failure(&self) -> Result<()> {
        self.failure().map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Behind a panic nothing inside can be trusted: no data, no alert.
    fn check_poison(&self) -> Result<()> {
        match self.failure() {
            Some(error) if error.code() == Code::Internal => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Makes `error` the one that ended the connection, unless there is one already, and
    /// returns the one that counts.
    fn set_failure(&self, error: Error) -> Error {
        self.failure.get_or_init(|| error).clone()
    }

    fn start(&self) {
        if !self.started.load(Ordering::Relaxed) {
            self.started.store(true, Ordering::Relaxed);
        }
    }

    /// Makes a client's ClientHello, before the first input or output.
    fn begin(&self) -> Result<()> {
        self.start();
        let begun = self.core().engine.begin();
        begun.map_err(|error| self.set_failure(error))
    }
}

fn client_engine(
    setup: &Setup,
    name: Option<&PeerName>,
) -> Result<(Engine, Option<Arc<ClientSessions>>)> {
    let configs = setup.client.as_ref().ok_or_else(wrong_role)?;
    if name.is_none() && setup.check_hostname {
        return Err(Error::argument(
            "a client that checks the server's name needs the name",
        ));
    }
    let sessions = configs.sessions(name.map(|name| name.as_server_name().clone()));
    Ok((Engine::client(configs, sessions.clone()), Some(sessions)))
}

fn sni(name: PeerName) -> Option<CString> {
    CString::new(name.to_string()).ok()
}

fn wrong_role() -> Error {
    Error::state("the context is not for this role")
}

#[cold]
fn taken(doing: &str) -> Error {
    Error::state(format!("another call is {doing} this connection"))
}
