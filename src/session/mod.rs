//! What lets a later connection skip the certificates: the client's memory of sessions, the
//! server's tickets and its memory of TLS 1.2 session ids.
//!
//! A resumed handshake verifies nothing, so each of these lives only as long as the settings of
//! trust under which its sessions began: a change of them starts anew.

use std::fmt;
use std::sync::Arc;

use rustls::client::{ClientSessionMemoryCache, ClientSessionStore};
use rustls::server::{ProducesTickets, ServerSessionMemoryCache, StoresServerSessions};

use crate::crypto;
use crate::error::{Code, Error, Result};

/// Sessions that a server remembers for TLS 1.2 clients without tickets.
const SERVER_SESSIONS: usize = 256;

/// Tickets that the engine keeps of one server: its memory is measured in them.
const TICKETS_OF_A_SERVER: usize = 8;

/// A client's sessions, by the name of the server, newest first.
pub struct ClientMemory(Arc<ClientSessionMemoryCache>);

impl ClientMemory {
    /// Remembers the sessions of `servers` servers.
    pub fn new(servers: usize) -> Self {
        let tickets = servers.saturating_mul(TICKETS_OF_A_SERVER);
        ClientMemory(Arc::new(ClientSessionMemoryCache::new(tickets)))
    }

    pub fn store(&self) -> Arc<dyn ClientSessionStore> {
        self.0.clone()
    }
}

/// A server's ticket keys and its sessions by id.
pub struct ServerMemory {
    ticketer: Arc<dyn ProducesTickets>,
    sessions: Arc<ServerSessionMemoryCache>,
}

impl ServerMemory {
    /// Makes the first ticket key. Keys are replaced every 6 hours.
    pub fn new() -> Result<Self> {
        let ticketer = crypto::backend::Ticketer::new().map_err(|error| {
            Error::new(
                Code::Internal,
                c"RANDOM_UNAVAILABLE",
                format!("no ticket key could be made: {error}"),
            )
        })?;
        Ok(ServerMemory {
            ticketer,
            sessions: ServerSessionMemoryCache::new(SERVER_SESSIONS),
        })
    }

    pub fn ticketer(&self) -> Arc<dyn ProducesTickets> {
        self.ticketer.clone()
    }

    pub fn sessions(&self) -> Arc<dyn StoresServerSessions> {
        self.sessions.clone()
    }
}

impl fmt::Debug for ClientMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientMemory")
    }
}
