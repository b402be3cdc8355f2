//! Peers that show a key and no certificate (RFC 7250): the key must be a pinned one.

use rustls_pki_types::SubjectPublicKeyInfoDer;
use webpki::RawPublicKeyEntity;

use super::codes;
use super::verdict::Verdict;
use crate::error::{Code, Error, Result};

/// Subject public keys, DER. Where there are any, peers must show one of them.
#[derive(Clone, Debug, Default)]
pub struct PinnedKeys(Vec<SubjectPublicKeyInfoDer<'static>>);

impl PinnedKeys {
    /// [`Code::Format`] if one is no SubjectPublicKeyInfo.
    pub fn new(spkis: Vec<Vec<u8>>) -> Result<PinnedKeys> {
        let keys: Vec<_> = spkis
            .into_iter()
            .map(SubjectPublicKeyInfoDer::from)
            .collect();
        if let Some(place) = keys.iter().position(|key| !is_key(key)) {
            return Err(Error::new(
                Code::Format,
                c"BAD_PUBLIC_KEY",
                format!("key {place}: not the DER form of a SubjectPublicKeyInfo"),
            ));
        }
        Ok(PinnedKeys(keys))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|key| key.as_ref())
    }

    /// Whether `shown` is one of them.
    pub(super) fn judge(&self, shown: &[u8]) -> Verdict {
        if self.0.iter().any(|key| key.as_ref() == shown) {
            return Verdict::accepted(Vec::new());
        }
        let facts = format!("the peer's is none of the {} pinned", self.0.len());
        Verdict::refused(codes::RAW_KEY_UNTRUSTED, Some(0), facts)
    }
}

/// Whether `der` is a SubjectPublicKeyInfo, which a certificate never is.
pub(super) fn is_key(der: &[u8]) -> bool {
    RawPublicKeyEntity::try_from(&SubjectPublicKeyInfoDer::from(der)).is_ok()
}
