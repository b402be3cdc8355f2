//! Who we are: a certificate chain with its private key, and the choice among several.

mod budget;
mod certificates;
mod chain;
mod client_cert_hook;
mod encryption;
mod ocsp;
mod pbe;
mod pem;
mod pkcs12;
pub mod presented;
mod private_key;
mod raw_key;
mod schemes;
mod selection;
mod signer;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, SigningKey};
use zeroize::Zeroizing;

use crate::error::{Code, Error, Result};
use crate::x509::Certificate;

pub use client_cert_hook::ClientCertHook;
pub use selection::Identities;

/// Gives the password of an encrypted key, when one turns out to be needed. Its error is passed on.
pub type Password<'a> = &'a mut dyn FnMut() -> Result<Zeroizing<Vec<u8>>>;

/// A certificate chain, leaf first, with the leaf's private key. Immutable, to be shared.
#[derive(Debug)]
pub struct Identity {
    certified: Arc<CertifiedKey>,
    /// There is no certificate: the public key stands in place of the leaf.
    raw_key: bool,
    /// The leaf's subjectAltName, what there is of DNS names.
    dns_names: Vec<String>,
    /// The issuers of all certificates in the chain, as DER names.
    issuers: Vec<Box<[u8]>>,
}

impl Identity {
    /// Reads a chain from `certificate` and its key from `key`, or from `certificate` too if that
    /// is None. Each is PEM, with blocks in any order, or DER (of a chain: the leaf alone). Keys
    /// are PKCS#8, PKCS#1 or SEC1; PKCS#8 may be encrypted. `password` None: must not be.
    ///
    /// `certificate` may also be PKCS#12, which holds both, and `key` is None then. Its chain is
    /// the certificate of its key and each one's issuer, whatever their order in it.
    ///
    /// An expired leaf is a warning in the log: a peer that cares refuses it.
    ///
    /// Errors begin with the path that they are about:
    /// * `File`: it cannot be read; with errno;
    /// * `Format`: it is empty, damaged, or holds no certificate, no key or several keys;
    /// * `Password`: the key is encrypted and the password is missing or wrong;
    /// * `Key`: this build does not support the key's kind, size or encryption;
    /// * `Mismatch`: the key does not belong to the first certificate.
    pub fn from_files(
        certificate: &Path,
        key: Option<&Path>,
        password: Option<Password<'_>>,
    ) -> Result<Identity> {
        let certificate = FileContents::read(certificate)?;
        let key = key.map(FileContents::read).transpose()?;
        Identity::from_sources(
            certificate.source(),
            key.as_ref().map(FileContents::source),
            password,
        )
    }

    /// As [`Identity::from_files`], from memory. Errors begin with "memory".
    pub fn from_memory(
        certificate: &[u8],
        key: Option<&[u8]>,
        password: Option<Password<'_>>,
    ) -> Result<Identity> {
        let source = |data| Source {
            origin: "memory",
            data,
        };
        Identity::from_sources(source(certificate), key.map(source), password)
    }

    fn from_sources(
        certificate: Source<'_>,
        key: Option<Source<'_>>,
        password: Option<Password<'_>>,
    ) -> Result<Identity> {
        match pkcs12::is_pkcs12(certificate.data) {
            true => Identity::from_pkcs12(certificate, key, password),
            false => Identity::from_pair(certificate, key.unwrap_or(certificate), password),
        }
    }

    fn from_pair(
        certificate: Source<'_>,
        key: Source<'_>,
        password: Option<Password<'_>>,
    ) -> Result<Identity> {
        let chain = certificates::read(certificate.data)
            .map_err(|error| error.within(certificate.origin))?;
        let signing_key = private_key::read(key.data, password)
            .and_then(|der| private_key::load(&der))
            .map_err(|error| error.within(key.origin))?;
        Identity::new(certificate.origin, chain, signing_key)
    }

    fn from_pkcs12(
        both: Source<'_>,
        key: Option<Source<'_>>,
        password: Option<Password<'_>>,
    ) -> Result<Identity> {
        let read = || {
            if key.is_some() {
                let message = "PKCS#12, which holds its key: none is given beside it";
                return Err(Error::argument(message));
            }
            let contents = pkcs12::read(both.data, password)?;
            let key = private_key::load(&contents.key)?;
            Ok((chain::arrange(contents.certificates, &*key)?, key))
        };
        let (chain, key) = read().map_err(|error: Error| error.within(both.origin))?;
        Identity::new(both.origin, chain, key)
    }

    /// Errors and warnings begin with `origin`.
    fn new(
        origin: &str,
        chain: Vec<CertificateDer<'static>>,
        key: Arc<dyn SigningKey>,
    ) -> Result<Identity> {
        let parsed = certificates::parse_all(&chain)
            .and_then(|parsed| check_match(&parsed, &*key).map(|()| parsed))
            .map_err(|error| error.within(origin))?;
        if let Some(leaf) = parsed.first() {
            certificates::warn_if_expired(leaf, origin);
        }
        let dns_names = parsed.first().map_or_else(Vec::new, Certificate::dns_names);
        Ok(Identity {
            dns_names: dns_names.into_iter().map(String::from).collect(),
            issuers: parsed
                .iter()
                .map(|certificate| certificate.issuer_der().into())
                .collect(),
            certified: Arc::new(CertifiedKey::new(chain, key)),
            raw_key: false,
        })
    }

    /// The same, with something else about the key or the certificates' handling.
    fn certified_as(&self, certified: CertifiedKey) -> Identity {
        Identity {
            certified: Arc::new(certified),
            raw_key: self.raw_key,
            dns_names: self.dns_names.clone(),
            issuers: self.issuers.clone(),
        }
    }

    /// The chain, leaf first. Empty only if the identity is a key alone.
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        if self.raw_key {
            return &[];
        }
        &self.certified.cert
    }

    /// The chain and the key in the engine's form.
    pub fn certified_key(&self) -> &Arc<CertifiedKey> {
        &self.certified
    }
}

/// The key must be the first certificate's. A key that does not tell its public half (one in
/// another device) cannot be checked here: the peer will do it.
fn check_match(chain: &[Certificate], key: &dyn SigningKey) -> Result<()> {
    let (Some(public_key), Some(leaf)) = (key.public_key(), chain.first()) else {
        return Ok(());
    };
    let owner = chain
        .iter()
        .position(|certificate| certificate.spki() == public_key.as_ref());
    if owner == Some(0) {
        return Ok(());
    }
    let subject = leaf.subject();
    Err(match owner {
        Some(place) => mismatch(format!(
            "the private key belongs to certificate {} of {} ({}), not to the first ({subject}): \
             the chain is out of order, the leaf comes first",
            place + 1,
            chain.len(),
            chain[place].subject(),
        )),
        None if certificates::public_key(leaf)
            .is_ok_and(|key| public_key.ends_with(&key.subject_public_key.data)) =>
        {
            let message = format!(
                "the certificate ({subject}) describes its public key in a form that is not \
                 supported: RSASSA-PSS, or curve parameters written out"
            );
            Error::new(Code::Key, c"UNKNOWN_CERTIFICATE_TYPE", message)
        }
        None => mismatch(format!(
            "the private key does not belong to the certificate ({subject})"
        )),
    })
}

fn mismatch(message: String) -> Error {
    Error::new(Code::Mismatch, c"KEY_VALUES_MISMATCH", message)
}

/// Bytes and where they are from, for errors.
#[derive(Clone, Copy)]
struct Source<'a> {
    origin: &'a str,
    data: &'a [u8],
}

struct FileContents {
    path: String,
    data: Zeroizing<Vec<u8>>,
}

impl FileContents {
    /// No certificate chain comes near this; a device file that never ends would.
    const LIMIT: u64 = 16 << 20;

    fn read(path: &Path) -> Result<FileContents> {
        let data = Self::read_limited(path).map_err(|error| Error::file(path, &error))?;
        if data.len() as u64 > Self::LIMIT {
            let message = format!("{}: over 16 MiB", path.display());
            return Err(Error::new(Code::Format, c"TOO_LONG", message));
        }
        Ok(FileContents {
            path: path.display().to_string(),
            data,
        })
    }

    fn read_limited(path: &Path) -> std::io::Result<Zeroizing<Vec<u8>>> {
        let file = File::open(path)?;
        // Room beyond the end, so that reading to it does not move the key and leave a copy.
        let room = file.metadata()?.len().min(Self::LIMIT) as usize + 64;
        let mut data = Zeroizing::new(Vec::with_capacity(room));
        file.take(Self::LIMIT + 1).read_to_end(&mut data)?;
        Ok(data)
    }

    fn source(&self) -> Source<'_> {
        Source {
            origin: &self.path,
            data: &self.data,
        }
    }
}
