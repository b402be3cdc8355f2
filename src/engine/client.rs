//! A client's connection before it begins: until then it may still be told what to resume.

use std::sync::Arc;

use rustls::{ClientConfig, ClientConnection};

use super::config::{ClientConfigs, Terms};
use super::{Engine, State, failure};
use crate::callback;
use crate::error::{Error, Result};
use crate::session::{self, ClientSessions};
use crate::trust::{PeerName, Verifier};

/// What the ClientHello is made of.
pub(super) struct Idle {
    config: Arc<ClientConfig>,
    verifier: Option<Arc<Verifier>>,
    sessions: Arc<ClientSessions>,
}

impl Engine {
    /// A client's connection to the server that `sessions` names.
    pub fn client(configs: &ClientConfigs, sessions: Arc<ClientSessions>) -> Self {
        let idle = Box::new(Idle {
            config: configs.config().clone(),
            verifier: configs.verifier.clone(),
            sessions: sessions.clone(),
        });
        let terms = Terms::from(&**configs.config());
        Engine {
            client_sessions: Some(sessions),
            resumed_peer: Some(configs.resumed_peer.clone()),
            ..Engine::new(State::Idle(idle), terms)
        }
    }

    /// Makes the server prove `name`, and not the one that the connection is for. A resumed
    /// handshake would skip that: there is none then. `Code::State` once the connection has begun, and
    /// where somebody else verifies.
    pub fn verify_name(&mut self, name: PeerName) -> Result<()> {
        let State::Idle(idle) = &mut self.state else {
            return Err(Error::state("the handshake has begun"));
        };
        let Some(verifier) = &idle.verifier else {
            return Err(Error::state("the context came with a verifier of its own"));
        };
        let mut config = ClientConfig::clone(&idle.config);
        let verifier = Arc::new(verifier.for_name(name));
        config.dangerous().set_certificate_verifier(verifier);
        idle.config = Arc::new(config);
        self.forget(true);
        Ok(())
    }

    /// Makes the ClientHello; on a connection that has begun it does nothing.
    pub fn begin(&mut self) -> Result<()> {
        let State::Idle(idle) = &self.state else {
            return Ok(());
        };
        let (config, sessions) = (idle.config.clone(), idle.sessions.clone());
        let name = sessions.name().clone();
        self.state = State::Refused;
        // With early data there are keys already.
        let begin = || self.traffic.watch(|| ClientConnection::new(config, name));
        let connection = session::drive(Some(&sessions), begin)
            .map_err(|error| callback::refusal().unwrap_or_else(|| failure::translate(&error)))?;
        self.state = State::open(connection.into());
        Ok(())
    }
}
