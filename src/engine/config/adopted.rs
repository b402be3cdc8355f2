//! Configurations that a program made with rustls-ffi: taken as they are.

use std::fmt::Debug;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, ServerConfig};

use super::{ClientConfigs, Protocol, ServerConfigs};
use crate::crypto::versions::VersionRange;
use crate::error::{Error, Result};
use crate::session::{ClientMemory, DrivenSessions};

impl ClientConfigs {
    /// Sessions are kept in `memory`, as of any other connection.
    ///
    /// [`crate::error::Code::Unsupported`] if `config` has a callback that cannot be called.
    pub fn adopt(config: Arc<ClientConfig>, memory: Arc<ClientMemory>) -> Result<Self> {
        // The verifier is private to the engine; it shows in this alone.
        if format!("{config:?}").contains(" verifier: Verifier, ") {
            return Err(needs_userdata("verifies certificates"));
        }
        let mut config = ClientConfig::clone(&config);
        config.resumption = Resumption::store(Arc::new(DrivenSessions));
        Ok(ClientConfigs {
            config: Arc::new(config),
            verifier: None,
            memory,
            resumed_peer: Arc::default(),
        })
    }
}

impl ServerConfigs {
    /// [`crate::error::Code::Unsupported`] if `config` has a callback that cannot be called.
    pub fn adopt(config: Arc<ServerConfig>) -> Result<Self> {
        if shows_as(&config.cert_resolver, "ClientHelloResolver") {
            return Err(needs_userdata("sees the ClientHello"));
        }
        if shows_as(&config.session_storage, "SessionStoreBroker") {
            return Err(needs_userdata("keeps sessions"));
        }
        Ok(ServerConfigs {
            config,
            without_alpn: None,
        })
    }
}

impl Protocol {
    /// What is known of a client's configuration.
    pub fn of_client(config: &ClientConfig) -> Self {
        Protocol::of(
            config.crypto_provider(),
            &config.alpn_protocols,
            config.require_ems,
        )
    }

    /// What is known of a server's configuration.
    pub fn of_server(config: &ServerConfig) -> Self {
        Protocol::of(
            config.crypto_provider(),
            &config.alpn_protocols,
            config.require_ems,
        )
    }

    fn of(provider: &CryptoProvider, alpn: &[Vec<u8>], require_ems: bool) -> Self {
        Protocol {
            // The engine does not tell.
            versions: VersionRange { min: 0, max: 0 },
            suites: provider.cipher_suites.clone(),
            groups: provider.kx_groups.clone(),
            alpn: alpn.to_vec(),
            require_ems,
            ..Protocol::default()
        }
    }
}

/// rustls-ffi's types for callbacks are private to it, but say their name.
fn shows_as(object: &dyn Debug, name: &str) -> bool {
    format!("{object:?}") == name
}

/// rustls-ffi calls such a callback with the userdata of the `rustls_connection` that is being
/// processed, and fails without one.
fn needs_userdata(callback: &str) -> Error {
    Error::unsupported(format!(
        "the configuration has a callback of rustls-ffi that {callback}: it works on a \
         rustls_connection only"
    ))
}
