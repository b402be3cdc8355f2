//! Settings of resumption.

use std::sync::Arc;

use super::Context;
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::session::{ServerMemory, SessionStore, TICKET_KEY_LEN};

/// More is taken for a mistake.
const MOST_SERVERS: usize = 1_000_000;
/// Each is made and sent before the first byte of the server's data.
const MOST_TICKETS: usize = 100;

impl Context {
    /// How many servers a client remembers, in live connections too; 0 turns it off.
    pub fn set_session_cache(&self, servers: usize) -> Result<()> {
        at_most(servers, MOST_SERVERS, "servers to remember")?;
        self.change(|settings| {
            settings.session_cache = servers;
            settings.client_memory.set_limit(servers);
            if servers == 0 {
                // It has the known chains.
                settings.verifier = None;
            }
            Ok(())
        })
    }

    /// How many TLS 1.3 tickets a server sends after a handshake.
    pub fn set_ticket_count(&self, tickets: usize) -> Result<()> {
        at_most(tickets, MOST_TICKETS, "tickets after a handshake")?;
        self.change(|settings| {
            settings.ticket_count = tickets;
            Ok(())
        })
    }

    /// Seals tickets with the first of `keys` and opens them with all, in live connections too;
    /// `None`: with keys of the context's own. Sessions are not kept in a store any more.
    ///
    /// [`crate::error::Code::State`] for a context without servers; otherwise as
    /// [`crate::session::TicketKeys::set_given`].
    pub fn set_ticket_keys(&self, keys: Option<&[[u8; TICKET_KEY_LEN]]>) -> Result<()> {
        self.change(|settings| {
            let memory = server_memory(settings)?;
            match keys {
                Some(keys) => memory.keys().set_given(keys)?,
                None => memory.keys().set_own()?,
            }
            settings.session_store = None;
            Ok(())
        })
    }

    /// Keeps a server's sessions in `store` from now on; `None`: with the clients, in tickets.
    /// [`crate::error::Code::State`] for a context without servers.
    pub fn set_session_store(&self, store: Option<Arc<dyn SessionStore>>) -> Result<()> {
        self.change(|settings| {
            server_memory(settings)?;
            settings.session_store = store;
            Ok(())
        })
    }
}

fn server_memory(settings: &Settings) -> Result<&ServerMemory> {
    settings
        .server_memory
        .as_deref()
        .ok_or_else(|| Error::state("the context is for clients only"))
}

fn at_most(n: usize, most: usize, what: &str) -> Result<()> {
    if n > most {
        return Err(Error::argument(format!("{n} {what}; at most {most}")));
    }
    Ok(())
}
