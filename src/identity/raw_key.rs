//! A key without a certificate (RFC 7250).

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;

use super::{Identity, Password, private_key};
use crate::error::{Code, Error, Result};

impl Identity {
    /// Reads a private key as [`Identity::from_memory`] does. Its public half is what the peer sees.
    pub fn from_raw_key(key: &[u8], password: Option<Password<'_>>) -> Result<Identity> {
        let key = private_key::read(key, password)
            .and_then(|der| private_key::load(&der))
            .map_err(|error| error.within("memory"))?;
        let spki = key.public_key().ok_or_else(|| {
            let message = "memory: the key does not tell its public half";
            Error::new(Code::Key, c"UNSUPPORTED_KEY", message)
        })?;
        // The engine puts it into the message where a leaf stands otherwise.
        let in_place_of_leaf = CertificateDer::from(spki.as_ref().to_vec());
        Ok(Identity {
            certified: Arc::new(CertifiedKey::new(vec![in_place_of_leaf], key)),
            raw_key: true,
            dns_names: Vec::new(),
            issuers: Vec::new(),
        })
    }

    /// The SubjectPublicKeyInfo of a key without a certificate.
    pub fn raw_key(&self) -> Option<&[u8]> {
        let spki = self.certified.cert.first()?;
        self.raw_key.then_some(spki.as_ref())
    }
}
