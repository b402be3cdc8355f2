//! What a ClientHello says, and what a server's program may answer to it.

use std::ffi::CString;
use std::sync::Arc;

use rustls::ServerConfig;

use super::config::ServerConfigs;
use crate::identity::{Identities, Identity};

/// A ClientHello, in the form in which the getters lend it.
#[derive(Debug)]
pub struct ClientHello {
    /// The name that SNI carries, in lower case.
    pub server_name: Option<CString>,
    pub alpn: Vec<Vec<u8>>,
    pub ciphers: Vec<u16>,
    pub schemes: Vec<u16>,
    /// The DER names of the authorities that the client accepts; empty: any.
    pub authorities: Vec<Vec<u8>>,
}

impl From<rustls::server::ClientHello<'_>> for ClientHello {
    fn from(hello: rustls::server::ClientHello<'_>) -> Self {
        let authorities = hello.certificate_authorities().unwrap_or_default();
        ClientHello {
            server_name: hello.server_name().and_then(|name| CString::new(name).ok()),
            alpn: hello
                .alpn()
                .map(|names| names.map(<[u8]>::to_vec).collect())
                .unwrap_or_default(),
            ciphers: hello.cipher_suites().iter().map(|&c| c.into()).collect(),
            schemes: hello
                .signature_schemes()
                .iter()
                .map(|&s| s.into())
                .collect(),
            authorities: authorities.iter().map(|n| n.as_ref().to_vec()).collect(),
        }
    }
}

impl ClientHello {
    pub fn offers(&self, protocol: &[u8]) -> bool {
        self.alpn.iter().any(|offered| offered == protocol)
    }
}

/// What the program chose for one connection; `None`: as the context has it.
#[derive(Default)]
pub struct Answer {
    /// Of another context.
    pub configs: Option<ServerConfigs>,
    pub identity: Option<Arc<Identity>>,
    /// One of those that the client offers.
    pub alpn: Option<Vec<u8>>,
}

impl Answer {
    /// The configuration that answers `hello`, where `own` is that of the connection's context.
    pub(super) fn config(&self, own: &ServerConfigs, hello: &ClientHello) -> Arc<ServerConfig> {
        let mut config = self.configs.as_ref().unwrap_or(own).for_hello(hello);
        if let Some(identity) = &self.identity {
            let identities = Identities::from(vec![identity.clone()]);
            Arc::make_mut(&mut config).cert_resolver = Arc::new(identities);
        }
        if let Some(protocol) = &self.alpn {
            Arc::make_mut(&mut config).alpn_protocols = vec![protocol.clone()];
        }
        config
    }
}
