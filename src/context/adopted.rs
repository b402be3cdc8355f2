//! Contexts of configurations that were made elsewhere, and are fixed.

use std::sync::{Arc, Mutex};

use rustls::{ClientConfig, ServerConfig};

use super::settings::{Roles, Settings, Switch};
use super::{Context, State};
use crate::engine::config::{ClientConfigs, Protocol, ServerConfigs};
use crate::error::Result;
use crate::socket::Setup;

const FIXED: &str = "the context was made of a configuration of rustls-ffi and cannot be changed: \
                     configure the builder, and make another context";

impl Context {
    /// A context for clients as `config` says.
    pub fn of_client(config: Arc<ClientConfig>) -> Result<Self> {
        let roles = Roles::CLIENT;
        let mut settings = Settings::new(roles, None);
        settings.protocol = Protocol::of_client(&config);
        settings.switch(Switch::RequireEms, config.require_ems);
        settings.switch(Switch::NoSni, !config.enable_sni);
        let client = ClientConfigs::adopt(config, settings.client_memory.clone())?;
        Ok(Context::fixed(roles, settings, Some(client), None))
    }

    /// A context for servers as `config` says.
    pub fn of_server(config: Arc<ServerConfig>) -> Result<Self> {
        let roles = Roles::SERVER;
        let mut settings = Settings::new(roles, None);
        settings.protocol = Protocol::of_server(&config);
        settings.switch(Switch::RequireEms, config.require_ems);
        settings.switch(Switch::ServerOrder, config.ignore_client_order);
        let tickets = config.ticketer.enabled() || config.send_tls13_tickets > 0;
        settings.switch(Switch::NoTickets, !tickets);
        let server = ServerConfigs::adopt(config)?;
        Ok(Context::fixed(roles, settings, None, Some(server)))
    }

    /// `settings` are for the getters.
    fn fixed(
        roles: Roles,
        settings: Settings,
        client: Option<ClientConfigs>,
        server: Option<ServerConfigs>,
    ) -> Self {
        let setup = Setup {
            client,
            server,
            // The configuration's verifier always gets a name to check.
            check_hostname: roles.client,
            verifies_peer: true,
            silent_verifier: true,
            clock: None,
            return_eintr: false,
            read_ahead: true,
            hello: None,
        };
        Context {
            roles,
            fixed: Some(FIXED),
            state: Mutex::new(State {
                settings,
                generation: 0,
                setup: Some(Arc::new(setup)),
            }),
        }
    }
}
