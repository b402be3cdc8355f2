//! What lets a later connection skip the certificates: the client's memory of sessions, the
//! server's tickets and what it keeps of sessions here or in a store of the program.
//!
//! A resumed handshake verifies nothing, so a session is good only under the settings of trust
//! under which it began. A client's memory lives as long as those. What a server gives out is bound
//! to a digest of them, whatever keys or stores it shares with others.

mod client_memory;
mod client_session;
mod client_sessions;
mod current;
mod driven;
mod id_memory;
mod seal;
mod store;
#[cfg(test)]
mod test_clock;
mod ticket_keys;
mod tickets;

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::ServerSessionMemoryCache;

use crate::error::Result;
use id_memory::IdMemory;
use store::Stored;
use tickets::Tickets;

pub use client_memory::ClientMemory;
pub use client_session::ClientSession;
pub use client_sessions::ClientSessions;
pub use current::{forget, handshake};
pub use driven::{DrivenSessions, drive};
pub use store::{LONGEST_SESSION, SessionStore};
pub use ticket_keys::{TICKET_KEY_LEN, TicketKeys};

/// Stands for everything that decides whether a server accepts a client.
pub type Trust = [u8; 32];

/// Sessions that a server remembers for TLS 1.2 clients without tickets.
const SERVER_SESSIONS: usize = 256;

/// Seconds for which what a server keeps is good. Of TLS 1.3, clients are told so by the engine.
const KEPT_LIFETIME: u32 = 24 * 60 * 60;

/// A server's ticket keys and its sessions by id, which live as long as the context.
pub struct ServerMemory {
    keys: Arc<TicketKeys>,
    by_id: Arc<ServerSessionMemoryCache>,
}

impl ServerMemory {
    /// Makes the first ticket key.
    pub fn new() -> Result<Self> {
        Ok(ServerMemory {
            keys: Arc::new(TicketKeys::new()?),
            by_id: ServerSessionMemoryCache::new(SERVER_SESSIONS),
        })
    }

    pub fn keys(&self) -> &TicketKeys {
        &self.keys
    }
}

/// How the connections of a server resume.
pub struct ServerSessions<'a> {
    pub memory: &'a ServerMemory,
    pub store: Option<Arc<dyn SessionStore>>,
    pub trust: Trust,
    pub tickets: bool,
    pub tls13_tickets: usize,
}

impl ServerSessions<'_> {
    /// Where there is a store it has the sessions of TLS 1.3 too: the engine makes no
    /// self-contained tickets then, of either version. Early data needs sessions that are kept, too,
    /// so that each is given out once.
    pub fn apply(self, config: &mut ServerConfig) {
        let (trust, clock) = (self.trust, config.time_provider.clone());
        let kept = self.store.is_some() || config.max_early_data_size > 0;
        let tickets = self.tickets && !kept;
        config.session_storage = match self.store {
            Some(store) => Arc::new(Stored {
                store,
                trust,
                clock: clock.clone(),
            }),
            None => Arc::new(IdMemory {
                memory: self.memory.by_id.clone(),
                trust,
                clock: clock.clone(),
            }),
        };
        config.send_tls13_tickets = if self.tickets { self.tls13_tickets } else { 0 };
        if tickets {
            config.ticketer = Arc::new(Tickets {
                keys: self.memory.keys.clone(),
                trust,
                clock,
            });
        }
    }
}
