//! What a context holds between its calls.

use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::client::danger::ServerCertVerifier;

use crate::engine::config::Protocol;
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::session::{ClientMemory, ServerMemory};
use crate::trust::{Mode, Policy};

/// The roles in which a context's sockets may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    pub client: bool,
    pub server: bool,
}

/// A switch; the numbers are the ABI's (`RSSL_OPT_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Option {
    AlpnOptional = 1 << 0,
    ServerOrder = 1 << 1,
    NoTickets = 1 << 2,
    NoSni = 1 << 3,
    ReturnEintr = 1 << 4,
    InsecureMatchCn = 1 << 6,
    NoCaNames = 1 << 7,
    RequireEms = 1 << 8,
}

const KNOWN_OPTIONS: u32 = Option::AlpnOptional as u32
    | Option::ServerOrder as u32
    | Option::NoTickets as u32
    | Option::NoSni as u32
    | Option::ReturnEintr as u32
    | Option::InsecureMatchCn as u32
    | Option::NoCaNames as u32
    | Option::RequireEms as u32;

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
    pub protocol: Protocol,
    pub options: u32,
    pub session_cache: usize,
    pub ticket_count: usize,
    pub server_memory: Arc<ServerMemory>,
    /// The rest is made when it is first needed. The engine takes up a session only under the
    /// very verifier and identities that it began with, and knows them by their address.
    pub client_memory: std::option::Option<Arc<ClientMemory>>,
    pub verifier: std::option::Option<Arc<dyn ServerCertVerifier>>,
    pub client_identities: std::option::Option<Arc<dyn ResolvesClientCert>>,
}

impl Settings {
    pub fn new(roles: Roles, server_memory: ServerMemory) -> Self {
        let mut policy = Policy::default();
        policy.mode = if roles.client { Mode::Required } else { Mode::None };
        policy.check_hostname = roles.client;
        Settings {
            policy,
            identities: Vec::new(),
            protocol: Protocol::default(),
            options: Option::ServerOrder as u32,
            session_cache: SESSION_CACHE,
            ticket_count: TICKETS,
            server_memory: Arc::new(server_memory),
            client_memory: None,
            verifier: None,
            client_identities: None,
        }
    }

    pub fn has(&self, option: Option) -> bool {
        self.options & option as u32 != 0
    }

    /// Starts a new generation of trust.
    pub fn forget_trust(&mut self, server_memory: ServerMemory) {
        self.server_memory = Arc::new(server_memory);
        self.client_memory = None;
        self.verifier = None;
    }

    /// Starts a new generation of a client's identity; what a server shows is its own affair.
    pub fn forget_identities(&mut self) {
        self.client_memory = None;
        self.client_identities = None;
    }
}
