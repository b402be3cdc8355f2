//! The store that clients' configurations have, which all connections share: what the engine keeps
//! there goes to the sessions of the connection that the thread drives.

use std::cell::RefCell;
use std::sync::Arc;

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

use super::client_sessions::ClientSessions;
use crate::observed::{self, Heard};

thread_local! {
    static DRIVEN: Heard<Option<Arc<ClientSessions>>> = const { RefCell::new(None) };
}

/// Runs a call into the engine on a connection with these sessions; a server's has none.
pub fn drive<R>(sessions: Option<&Arc<ClientSessions>>, call: impl FnOnce() -> R) -> R {
    observed::observe(&DRIVEN, sessions.cloned(), call).0
}

fn driven() -> Option<Arc<ClientSessions>> {
    observed::innermost(&DRIVEN, |sessions| sessions.clone())?
}

#[derive(Debug)]
pub struct DrivenSessions;

impl ClientSessionStore for DrivenSessions {
    fn set_kx_hint(&self, name: ServerName<'static>, group: NamedGroup) {
        if let Some(sessions) = driven() {
            sessions.set_kx_hint(name, group);
        }
    }

    fn kx_hint(&self, name: &ServerName<'_>) -> Option<NamedGroup> {
        driven()?.kx_hint(name)
    }

    fn set_tls12_session(&self, name: ServerName<'static>, value: Tls12ClientSessionValue) {
        if let Some(sessions) = driven() {
            sessions.set_tls12_session(name, value);
        }
    }

    fn tls12_session(&self, name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        driven()?.tls12_session(name)
    }

    fn remove_tls12_session(&self, name: &ServerName<'static>) {
        if let Some(sessions) = driven() {
            sessions.remove_tls12_session(name);
        }
    }

    fn insert_tls13_ticket(&self, name: ServerName<'static>, value: Tls13ClientSessionValue) {
        if let Some(sessions) = driven() {
            sessions.insert_tls13_ticket(name, value);
        }
    }

    fn take_tls13_ticket(&self, name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        driven()?.take_tls13_ticket(name)
    }
}
