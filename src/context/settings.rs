//! What a context holds between its calls.

use std::sync::Arc;

use rustls::client::ResolvesClientCert;

use crate::engine::config::Protocol;
use crate::error::{Error, Result};
use crate::identity::{ClientCertHook, Identity};
use crate::session::{ClientMemory, ServerMemory, SessionStore};
use crate::socket::HelloHook;
use crate::trust::{Mode, Policy, Roots, Verifier};

/// The roles in which a context's sockets may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    pub client: bool,
    pub server: bool,
}

impl Roles {
    pub const CLIENT: Roles = Roles {
        client: true,
        server: false,
    };
    pub const SERVER: Roles = Roles {
        client: false,
        server: true,
    };
}

/// A switch; the numbers are the ABI's (`RSSL_OPT_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Switch {
    AlpnOptional = 1 << 0,
    ServerOrder = 1 << 1,
    NoTickets = 1 << 2,
    NoSni = 1 << 3,
    ReturnEintr = 1 << 4,
    X509Strict = 1 << 5,
    InsecureMatchCn = 1 << 6,
    NoCaNames = 1 << 7,
    RequireEms = 1 << 8,
    NoReadAhead = 1 << 9,
    NoKnownChains = 1 << 10,
}

const KNOWN_OPTIONS: u32 = Switch::AlpnOptional as u32
    | Switch::ServerOrder as u32
    | Switch::NoTickets as u32
    | Switch::NoSni as u32
    | Switch::ReturnEintr as u32
    | Switch::X509Strict as u32
    | Switch::InsecureMatchCn as u32
    | Switch::NoCaNames as u32
    | Switch::RequireEms as u32
    | Switch::NoReadAhead as u32
    | Switch::NoKnownChains as u32;

pub fn check_options(bits: u32) -> Result<()> {
    match bits & !KNOWN_OPTIONS {
        0 => Ok(()),
        unknown => Err(Error::argument(format!("unknown options {unknown:#x}"))),
    }
}

/// Servers that a client remembers unless told otherwise.
const SESSION_CACHE: usize = 256;
/// TLS 1.3 tickets that a server sends unless told otherwise.
const TICKETS: usize = 2;

#[derive(Clone)]
pub struct Settings {
    pub policy: Policy,
    pub identities: Vec<Arc<Identity>>,
    /// In place of the identities, for clients.
    pub client_cert_hook: Option<Arc<ClientCertHook>>,
    pub protocol: Protocol,
    pub options: u32,
    pub session_cache: usize,
    /// Of one state of a client's trust and identity.
    pub client_memory: Arc<ClientMemory>,
    pub ticket_count: usize,
    pub hello: Option<Arc<HelloHook>>,
    /// Of a context for servers.
    pub server_memory: Option<Arc<ServerMemory>>,
    /// Where a server keeps sessions instead.
    pub session_store: Option<Arc<dyn SessionStore>>,
    /// The rest is made when it is first needed. The engine takes up a session only under the
    /// very verifier and identities that it began with, and knows them by their address.
    pub verifier: Option<Arc<Verifier>>,
    pub client_identities: Option<Arc<dyn ResolvesClientCert>>,
}

impl Settings {
    pub fn new(roles: Roles, server_memory: Option<Arc<ServerMemory>>) -> Self {
        let mode = if roles.client {
            Mode::Required
        } else {
            Mode::None
        };
        Settings {
            policy: Policy {
                check_hostname: roles.client,
                ..Policy::new(Roots::new(), mode)
            },
            identities: Vec::new(),
            client_cert_hook: None,
            protocol: Protocol::default(),
            options: Switch::ServerOrder as u32,
            session_cache: SESSION_CACHE,
            client_memory: ClientMemory::new(SESSION_CACHE),
            ticket_count: TICKETS,
            hello: None,
            server_memory,
            session_store: None,
            verifier: None,
            client_identities: None,
        }
    }

    pub fn has(&self, switch: Switch) -> bool {
        self.options & switch as u32 != 0
    }

    #[cfg(feature = "rustls-ffi-interop")]
    pub fn switch(&mut self, switch: Switch, on: bool) {
        let bit = switch as u32;
        self.options &= !bit;
        if on {
            self.options |= bit;
        }
    }

    /// Forgets the servers that a client remembers, by their sessions and by their chains, and starts
    /// a new generation of trust. What a server gave out is bound to its trust by itself.
    pub fn forget_servers(&mut self) {
        self.client_memory = ClientMemory::new(self.session_cache);
        self.verifier = None;
    }

    /// Starts a new generation of a client's identity; what a server shows is its own affair.
    pub fn forget_identities(&mut self) {
        self.forget_servers();
        self.client_identities = None;
    }
}
