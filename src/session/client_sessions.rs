//! The sessions of one client's connection: the one that it offers, and those that it gets.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

use super::client_memory::ClientMemory;
use super::client_session::{ClientSession, Offer};
use super::current;
use crate::error::{Error, Result};

pub struct ClientSessions {
    memory: Arc<ClientMemory>,
    /// By which the server is known; without one the connection is not remembered.
    name: ServerName<'static>,
    is_named: bool,
    /// Chosen by the program.
    offer: Mutex<Option<Offer>>,
    /// What the server gave last.
    latest: Mutex<Option<Arc<ClientSession>>>,
    /// Neither resumes nor is remembered.
    forgotten: AtomicBool,
}

impl ClientSessions {
    /// Of a connection to `name`, which only stands for one if not `is_named`.
    pub fn new(memory: Arc<ClientMemory>, name: ServerName<'static>, is_named: bool) -> Arc<Self> {
        Arc::new(ClientSessions {
            memory,
            name,
            is_named,
            offer: Mutex::new(None),
            latest: Mutex::new(None),
            forgotten: AtomicBool::new(false),
        })
    }

    pub fn name(&self) -> &ServerName<'static> {
        &self.name
    }

    /// Offers `session`. [`crate::error::Code::Argument`] if it is of another context, trust,
    /// identity or name, [`crate::error::Code::State`] if it is used up, or nothing may be
    /// resumed.
    pub fn offer(&self, session: &ClientSession) -> Result<()> {
        if self.is_forgotten() {
            return Err(Error::state(
                "the connection checks a name of its own, which a resumed handshake would not",
            ));
        }
        let offer = session.take_held(&self.memory, &self.name)?;
        *lock(&self.offer) = Some(offer);
        Ok(())
    }

    /// The newest session for the program to hold, which no other connection gets then.
    pub fn hold(&self) -> Option<Arc<ClientSession>> {
        let latest = lock(&self.latest).clone()?;
        if latest.hold() {
            return Some(latest);
        }
        // Another connection took it up; there may be one more like it.
        let memory = self.memory()?;
        let other = memory.hold_tls13(&self.name)?;
        *lock(&self.latest) = Some(other.clone());
        Some(other)
    }

    /// From now on nothing of the connection is remembered, and nothing is offered.
    pub fn forget(&self) {
        self.forgotten.store(true, Ordering::Relaxed);
        *lock(&self.offer) = None;
        *lock(&self.latest) = None;
    }

    fn is_forgotten(&self) -> bool {
        self.forgotten.load(Ordering::Relaxed) || current::is_forgotten()
    }

    fn memory(&self) -> Option<&ClientMemory> {
        (self.is_named && !self.is_forgotten()).then_some(&*self.memory)
    }
}

impl ClientSessionStore for ClientSessions {
    fn set_kx_hint(&self, name: ServerName<'static>, group: NamedGroup) {
        if let Some(memory) = self.memory() {
            memory.set_group(name, group);
        }
    }

    fn kx_hint(&self, name: &ServerName<'_>) -> Option<NamedGroup> {
        self.memory()?.group(name)
    }

    fn set_tls12_session(&self, name: ServerName<'static>, value: Tls12ClientSessionValue) {
        if self.is_forgotten() {
            return;
        }
        let session = ClientSession::tls12(&self.memory, name.clone(), value);
        *lock(&self.latest) = Some(session.clone());
        if let Some(memory) = self.memory() {
            memory.set_tls12(name, session);
        }
    }

    fn tls12_session(&self, name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        match lock(&self.offer).take() {
            Some(Offer::Tls12(value)) => Some(value),
            _ => self.memory()?.tls12(name),
        }
    }

    fn remove_tls12_session(&self, name: &ServerName<'static>) {
        if let Some(memory) = self.memory() {
            memory.remove_tls12(name);
        }
    }

    fn insert_tls13_ticket(&self, name: ServerName<'static>, value: Tls13ClientSessionValue) {
        if self.is_forgotten() {
            return;
        }
        let session = ClientSession::tls13(&self.memory, name.clone(), value);
        *lock(&self.latest) = Some(session.clone());
        if let Some(memory) = self.memory() {
            memory.add_tls13(name, session);
        }
    }

    /// The engine asks here first, and then for a session of TLS 1.2.
    fn take_tls13_ticket(&self, name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        let mut offer = lock(&self.offer);
        match offer.take() {
            Some(Offer::Tls13(value)) => Some(value),
            Some(tls12) => {
                *offer = Some(tls12);
                None
            }
            None => self.memory()?.take_tls13(name),
        }
    }
}

fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for ClientSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSessions")
    }
}
