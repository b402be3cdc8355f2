//! Encrypted ClientHello (RFC 9849), of clients. rustls offers it in TLS 1.3 alone.

use std::sync::Arc;

use rustls::client::{EchConfig, EchGreaseConfig, EchMode, EchStatus};
use rustls::crypto::hpke::Hpke;
// The only form in which rustls gives the configurations of a refusal.
use rustls::internal::msgs::codec::Codec;
use rustls::{
    ClientConfig, ClientConnection, Connection, EncryptedClientHelloError, PeerIncompatible,
    RootCertStore,
};
use rustls_pki_types::EchConfigListBytes;

use super::{Engine, State};
use crate::crypto;
use crate::error::{Code, Error, Result};

/// What a client does about it.
#[derive(Clone, Default)]
pub struct Ech {
    /// [`EchMode::Enable`].
    configured: Option<EchMode>,
    /// [`EchMode::Grease`], where nothing is configured.
    grease: Option<EchMode>,
}

impl Ech {
    /// Takes an ECHConfigList; of none, nothing is encrypted.
    ///
    /// [`Code::Format`] if it is malformed, [`Code::Unsupported`] if no configuration in it is
    /// for this build.
    pub fn set_configs(&mut self, list: &[u8]) -> Result<()> {
        self.configured = match list {
            [] => None,
            list => Some(configured(list)?.into()),
        };
        Ok(())
    }

    /// Sends the extension with random contents where nothing is configured.
    pub fn set_grease(&mut self, on: bool) -> Result<()> {
        self.grease = on.then(grease).transpose()?;
        Ok(())
    }

    pub(super) fn mode(&self) -> Option<&EchMode> {
        self.configured.as_ref().or(self.grease.as_ref())
    }
}

fn configured(list: &[u8]) -> Result<EchConfig> {
    common_suite()?;
    // rustls does not look behind the list.
    let whole = list
        .split_first_chunk()
        .is_some_and(|(length, rest)| usize::from(u16::from_be_bytes(*length)) == rest.len());
    if !whole {
        return Err(malformed("its length is not what it says"));
    }
    let config = EchConfig::new(EchConfigListBytes::from(list), &crypto::hpke::SUITES)
        .map_err(|error| unusable(&error))?;
    check_key(&config)?;
    Ok(config)
}

/// The public key is first used when a connection is made, where its fault would not be told from
/// any other.
fn check_key(config: &EchConfig) -> Result<()> {
    let client = ClientConfig::builder_with_provider(crypto::provider().clone())
        .with_ech(config.clone().into())
        .map_err(|error| unusable(&error))?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let anywhere = std::net::IpAddr::from([0, 0, 0, 0]).into();
    ClientConnection::new(Arc::new(client), anywhere)
        .map(drop)
        .map_err(|error| malformed("its public key is none").with_detail(error))
}

fn grease() -> Result<EchMode> {
    let suite = common_suite()?;
    // The key is never sent, only what is made with it.
    let (key, _) = suite
        .generate_key_pair()
        .map_err(|error| Error::new(Code::Internal, c"RANDOM_UNAVAILABLE", error.to_string()))?;
    Ok(EchGreaseConfig::new(suite, key).into())
}

fn common_suite() -> Result<&'static dyn Hpke> {
    crypto::hpke::SUITES.first().copied().ok_or_else(|| {
        Error::unsupported("this build has no cryptography for Encrypted ClientHello")
    })
}

fn unusable(error: &rustls::Error) -> Error {
    use EncryptedClientHelloError::NoCompatibleConfig;
    match error {
        rustls::Error::InvalidEncryptedClientHello(NoCompatibleConfig) => Error::unsupported(
            "no configuration in the list is of a version and with algorithms that this build has",
        ),
        _ => malformed("a configuration in it is damaged").with_detail(error),
    }
}

fn malformed(why: &str) -> Error {
    let message = format!("the list of ECH configurations is malformed: {why}");
    Error::new(Code::Format, c"INVALID_ECH_CONFIG_LIST", message)
}

/// What became of the offer. The numbers are the ABI's (`RSSL_X_ECH_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    NotOffered = 0,
    Grease = 1,
    Offered = 2,
    Accepted = 3,
    Rejected = 4,
}

impl Engine {
    pub fn ech_status(&self) -> Status {
        let State::Open(connection) = &self.state else {
            return Status::NotOffered;
        };
        match &**connection {
            Connection::Client(client) => match client.ech_status() {
                EchStatus::NotOffered => Status::NotOffered,
                EchStatus::Grease => Status::Grease,
                EchStatus::Offered => Status::Offered,
                EchStatus::Accepted => Status::Accepted,
                EchStatus::Rejected => Status::Rejected,
            },
            Connection::Server(_) => Status::NotOffered,
        }
    }

    /// The ECHConfigList that came with a refusal; empty if none did.
    pub fn ech_retry_configs(&self) -> &[u8] {
        &self.ech_retry
    }

    pub(super) fn keep_retry_configs(&mut self, error: &rustls::Error) {
        use PeerIncompatible::ServerRejectedEncryptedClientHello as Rejected;
        if let rustls::Error::PeerIncompatible(Rejected(Some(configs))) = error {
            let mut list = Vec::new();
            configs.encode(&mut list);
            self.ech_retry = list.into();
        }
    }
}
