//! A client's connection before it begins: until then it may still be told what to resume.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::{ClientConfig, ClientConnection};

use super::config::ClientConfigs;
use super::{Engine, State, config, failure};
use crate::callback;
use crate::error::Result;
use crate::session::ClientSessions;

/// What the ClientHello is made of.
pub(super) struct Idle {
    config: Arc<ClientConfig>,
    sessions: Arc<ClientSessions>,
}

impl Engine {
    /// A client's connection to the server that `sessions` names.
    pub fn client(configs: &ClientConfigs, sessions: Arc<ClientSessions>) -> Self {
        let idle = Idle {
            config: configs.config().clone(),
            sessions: sessions.clone(),
        };
        let fragment = config::fragment(configs.config().max_fragment_size);
        Engine {
            client_sessions: Some(sessions),
            ..Engine::new(State::Idle(idle), fragment)
        }
    }

    /// Makes the ClientHello; on a connection that has begun it does nothing.
    pub fn begin(&mut self) -> Result<()> {
        let State::Idle(idle) = &self.state else {
            return Ok(());
        };
        let mut config = ClientConfig::clone(&idle.config);
        config.resumption = Resumption::store(idle.sessions.clone());
        let name = idle.sessions.name().clone();
        self.state = State::Refused;
        let connection = ClientConnection::new(Arc::new(config), name)
            .map_err(|error| callback::refusal().unwrap_or_else(|| failure::translate(&error)))?;
        self.state = State::open(connection.into());
        Ok(())
    }
}
