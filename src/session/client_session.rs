//! One session of a client: what a later connection to the same server needs to resume it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use rustls::client::{Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

use super::client_memory::ClientMemory;
use crate::error::{Error, Result};

pub struct ClientSession {
    /// What it began under: one context, and one state of its trust and identity.
    origin: Weak<ClientMemory>,
    name: ServerName<'static>,
    state: Mutex<State>,
}

enum State {
    /// May be used any number of times.
    Tls12(Tls12ClientSessionValue),
    /// Is there for whichever connection comes next.
    Free(Tls13ClientSessionValue),
    /// Is there for the program alone.
    Held(Tls13ClientSessionValue),
    Used,
}

/// What a connection offers to the server.
pub(super) enum Offer {
    Tls12(Tls12ClientSessionValue),
    Tls13(Tls13ClientSessionValue),
}

impl ClientSession {
    pub(super) fn tls12(
        origin: &Arc<ClientMemory>,
        name: ServerName<'static>,
        value: Tls12ClientSessionValue,
    ) -> Arc<Self> {
        ClientSession::new(origin, name, State::Tls12(value))
    }

    pub(super) fn tls13(
        origin: &Arc<ClientMemory>,
        name: ServerName<'static>,
        value: Tls13ClientSessionValue,
    ) -> Arc<Self> {
        ClientSession::new(origin, name, State::Free(value))
    }

    fn new(origin: &Arc<ClientMemory>, name: ServerName<'static>, state: State) -> Arc<Self> {
        Arc::new(ClientSession {
            origin: Arc::downgrade(origin),
            name,
            state: Mutex::new(state),
        })
    }

    /// For the next connection, unless the program holds it; a TLS 1.3 session is used up.
    pub(super) fn take_free(&self) -> Option<Tls13ClientSessionValue> {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Used) {
            State::Free(value) => Some(value),
            other => {
                *state = other;
                None
            }
        }
    }

    pub(super) fn as_tls12(&self) -> Option<Tls12ClientSessionValue> {
        match &*self.state() {
            State::Tls12(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// Keeps it for the program; false if it is used up.
    pub(super) fn hold(&self) -> bool {
        let mut state = self.state();
        *state = match std::mem::replace(&mut *state, State::Used) {
            State::Free(value) => State::Held(value),
            other => other,
        };
        !matches!(*state, State::Used)
    }

    /// For a connection that the program chose, which is to `name` under `origin`.
    pub(super) fn take_held(
        &self,
        origin: &Arc<ClientMemory>,
        name: &ServerName<'static>,
    ) -> Result<Offer> {
        if !Weak::ptr_eq(&self.origin, &Arc::downgrade(origin)) {
            return Err(Error::argument(
                "the session is from another context, or its trust or identity changed since",
            ));
        }
        if self.name != *name {
            return Err(Error::argument(format!(
                "the session is of a connection to '{}', not to '{}'",
                self.name.to_str(),
                name.to_str()
            )));
        }
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Used) {
            State::Tls12(value) => {
                *state = State::Tls12(value.clone());
                Ok(Offer::Tls12(value))
            }
            State::Free(value) | State::Held(value) => Ok(Offer::Tls13(value)),
            State::Used => Err(Error::state(
                "the session is used up: in TLS 1.3 it is good for one connection",
            )),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ClientSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSession")
    }
}
