//! Frozen settings: what the connections of one generation of a context share.

#[cfg(feature = "rustls-ffi-interop")]
mod adopted;

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{CryptoProvider, SupportedKxGroup};
use rustls::pki_types::ServerName;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoClientAuth, ResolvesServerCert};
use rustls::{
    ClientConfig, ConfigBuilder, ConfigSide, ServerConfig, SupportedCipherSuite,
    SupportedProtocolVersion, WantsVerifier,
};

use super::compression;
use super::ech::Ech;
use super::hello::ClientHello;
use super::hooks::Hooks;
use super::{record, traffic};
use crate::crypto;
use crate::crypto::versions::VersionRange;
use crate::error::{Error, Result};
use crate::session::{ClientMemory, ClientSessions, DrivenSessions, ServerSessions};
use crate::trust::{ResumedPeer, Verifier};

/// What a connection remembers of the configuration that it was made from.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    /// The most plaintext in a record.
    fragment: u16,
    pub require_ems: bool,
}

impl Terms {
    pub fn fragment(self) -> usize {
        self.fragment.into()
    }

    fn new(max_record: Option<usize>, require_ems: bool) -> Self {
        let fragment = max_record.map(|len| len.saturating_sub(record::HEADER));
        Terms {
            fragment: fragment.unwrap_or(record::FRAGMENT).min(record::FRAGMENT) as u16,
            require_ems,
        }
    }
}

impl From<&ClientConfig> for Terms {
    fn from(config: &ClientConfig) -> Self {
        Terms::new(config.max_fragment_size, config.require_ems)
    }
}

impl From<&ServerConfig> for Terms {
    fn from(config: &ServerConfig) -> Self {
        Terms::new(config.max_fragment_size, config.require_ems)
    }
}

/// The cryptography and the protocol, the same for both roles.
#[derive(Clone)]
pub struct Protocol {
    pub versions: VersionRange,
    pub suites: Vec<SupportedCipherSuite>,
    pub groups: Vec<&'static dyn SupportedKxGroup>,
    pub alpn: Vec<Vec<u8>>,
    pub require_ems: bool,
    pub hooks: Hooks,
    /// Of clients.
    pub ech: Ech,
    /// Bytes that a server accepts before the handshake is done; a client sends some if it is not 0.
    pub early_data: u32,
    /// The most plaintext in a record sent.
    pub fragment: usize,
    pub records: Records,
}

/// Who seals and opens application data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records {
    /// The engine, from and to the caller's buffers.
    Own,
    /// rustls, by way of its own buffers.
    Rustls,
}

impl Default for Records {
    /// What the environment says with RSSL_RECORDS=rustls: the other way, should there be doubt about
    /// this one.
    fn default() -> Self {
        static CHOSEN: LazyLock<Records> =
            LazyLock::new(|| match std::env::var_os("RSSL_RECORDS") {
                Some(name) if name == "rustls" => Records::Rustls,
                _ => Records::Own,
            });
        *CHOSEN
    }
}

impl Default for Protocol {
    fn default() -> Self {
        let provider = crypto::provider();
        Protocol {
            versions: VersionRange::default(),
            suites: provider.cipher_suites.clone(),
            groups: provider.kx_groups.clone(),
            alpn: Vec::new(),
            require_ems: false,
            hooks: Hooks::default(),
            ech: Ech::default(),
            early_data: 0,
            fragment: record::FRAGMENT,
            records: Records::default(),
        }
    }
}

impl Protocol {
    /// The versions allowed for which a cipher is enabled, newest first; none is
    /// [`crate::error::Code::Argument`].
    pub fn usable_versions(&self) -> Result<Vec<&'static SupportedProtocolVersion>> {
        let usable: Vec<_> = [&rustls::version::TLS13, &rustls::version::TLS12]
            .into_iter()
            .filter(|version| self.versions.contains(version.version.into()))
            .filter(|version| {
                self.suites
                    .iter()
                    .any(|suite| suite.version().version == version.version)
            })
            .collect();
        if usable.is_empty() {
            return Err(Error::argument(
                "no cipher is enabled for any of the protocol versions allowed",
            ));
        }
        if self.ech.mode().is_some() && usable[0].version != rustls::ProtocolVersion::TLSv1_3 {
            return Err(Error::argument(
                "Encrypted ClientHello is on, which needs TLS 1.3",
            ));
        }
        Ok(usable)
    }

    fn build<S: ConfigSide>(
        &self,
        builder: fn(Arc<CryptoProvider>) -> ConfigBuilder<S, rustls::WantsVersions>,
    ) -> Result<ConfigBuilder<S, WantsVerifier>> {
        builder(self.provider())
            .with_protocol_versions(&self.usable_versions()?)
            .map_err(|error| Error::argument(error.to_string()))
    }

    fn build_client(&self) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>> {
        match self.ech.mode() {
            None => self.build(ClientConfig::builder_with_provider),
            Some(mode) => ClientConfig::builder_with_provider(self.provider())
                .with_ech(mode.clone())
                .map_err(|error| Error::argument(error.to_string())),
        }
    }

    /// Without the ciphers of versions that are not allowed: rustls offers them all the same, and
    /// concludes from a cipher of TLS 1.3 in common that every kind of certificate will do.
    pub(super) fn provider(&self) -> Arc<CryptoProvider> {
        let allowed =
            |suite: &&SupportedCipherSuite| self.versions.contains(suite.version().version.into());
        let suites: Vec<_> = self.suites.iter().filter(allowed).copied().collect();
        Arc::new(CryptoProvider {
            cipher_suites: match self.records {
                Records::Own => traffic::with_shared_keys(&suites),
                Records::Rustls => suites,
            },
            kx_groups: self.groups.clone(),
            ..CryptoProvider::clone(crypto::provider())
        })
    }
}

/// What a client's connections share.
pub struct ClientConfigs {
    pub(super) config: Arc<ClientConfig>,
    /// `None`: the configuration came with another one.
    pub(super) verifier: Option<Arc<Verifier>>,
    memory: Arc<ClientMemory>,
    pub(super) resumed_peer: Arc<ResumedPeer>,
}

impl ClientConfigs {
    pub fn new(
        protocol: &Protocol,
        verifier: Arc<Verifier>,
        identities: Arc<dyn ResolvesClientCert>,
        memory: Arc<ClientMemory>,
        send_sni: bool,
    ) -> Result<Self> {
        let mut config = protocol
            .build_client()?
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone())
            .with_client_cert_resolver(identities);
        config.alpn_protocols.clone_from(&protocol.alpn);
        config.require_ems = protocol.require_ems;
        if let Some(key_log) = &protocol.hooks.key_log {
            config.key_log = key_log.clone();
        }
        if let Some(clock) = &protocol.hooks.clock {
            config.time_provider = clock.clone();
        }
        config.cert_compressors = compression::compressors();
        config.max_fragment_size = Some(record::HEADER + protocol.fragment);
        config.enable_early_data = protocol.early_data > 0;
        config.enable_sni = send_sni;
        config.resumption = Resumption::store(Arc::new(DrivenSessions));
        Ok(ClientConfigs {
            config: Arc::new(config),
            verifier: Some(verifier),
            memory,
            resumed_peer: Arc::default(),
        })
    }

    pub(super) fn config(&self) -> &Arc<ClientConfig> {
        &self.config
    }

    /// The sessions of a connection to `name`; without one it is not remembered.
    pub fn sessions(&self, name: Option<ServerName<'static>>) -> Arc<ClientSessions> {
        let is_named = name.is_some();
        let name = name.unwrap_or_else(|| ServerName::from(IpAddr::from([0, 0, 0, 0])));
        ClientSessions::new(self.memory.clone(), name, is_named)
    }

    /// Whether the ClientHello carries the server's name.
    pub fn sends_sni(&self) -> bool {
        self.config.enable_sni
    }
}

/// What a server's connections share.
#[derive(Clone)]
pub struct ServerConfigs {
    config: Arc<ServerConfig>,
    /// For clients that offer other application protocols only, where that is no error.
    without_alpn: Option<Arc<ServerConfig>>,
}

/// The switches of a server.
pub struct ServerSwitches {
    pub alpn_optional: bool,
    pub server_order: bool,
}

impl ServerConfigs {
    /// `verifier` is `None` when client certificates are not asked for.
    pub fn new(
        protocol: &Protocol,
        verifier: Option<Arc<dyn ClientCertVerifier>>,
        identities: Arc<dyn ResolvesServerCert>,
        sessions: ServerSessions<'_>,
        switches: &ServerSwitches,
    ) -> Result<Self> {
        let mut config = protocol
            .build(ServerConfig::builder_with_provider)?
            .with_client_cert_verifier(verifier.unwrap_or_else(|| Arc::new(NoClientAuth)))
            .with_cert_resolver(identities);
        config.alpn_protocols.clone_from(&protocol.alpn);
        config.require_ems = protocol.require_ems;
        if let Some(key_log) = &protocol.hooks.key_log {
            config.key_log = key_log.clone();
        }
        if let Some(clock) = &protocol.hooks.clock {
            config.time_provider = clock.clone();
        }
        config.max_fragment_size = Some(record::HEADER + protocol.fragment);
        config.ignore_client_order = switches.server_order;
        config.cert_compressors = compression::compressors();
        config.cert_compression_cache = compression::cache();
        config.max_early_data_size = protocol.early_data;
        sessions.apply(&mut config);
        let without_alpn =
            (switches.alpn_optional && !config.alpn_protocols.is_empty()).then(|| {
                let mut without = config.clone();
                without.alpn_protocols.clear();
                Arc::new(without)
            });
        Ok(ServerConfigs {
            config: Arc::new(config),
            without_alpn,
        })
    }

    pub(super) fn config(&self) -> &Arc<ServerConfig> {
        &self.config
    }

    /// Whether the choice of configuration depends on the ClientHello.
    pub(super) fn must_see_hello(&self) -> bool {
        self.without_alpn.is_some()
    }

    pub(super) fn for_hello(&self, hello: &ClientHello) -> Arc<ServerConfig> {
        let shares = |protocols: &[Vec<u8>]| protocols.iter().any(|own| hello.offers(own));
        match &self.without_alpn {
            Some(without) if !hello.alpn.is_empty() && !shares(&self.config.alpn_protocols) => {
                without.clone()
            }
            _ => self.config.clone(),
        }
    }
}
