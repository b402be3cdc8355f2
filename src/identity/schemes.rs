//! A key that signs with some of its signature schemes only.

use std::sync::Arc;

use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{SignatureAlgorithm, SignatureScheme};

use super::Identity;
use crate::error::{Error, Result};

impl Identity {
    /// A copy that signs with these `schemes` only, in this order. Those of other kinds of keys are
    /// passed over, so that one policy serves for all.
    ///
    /// [`crate::error::Code::Argument`]: a number that is no signature scheme, or none that the key
    /// signs with.
    pub fn with_schemes(&self, schemes: &[u16]) -> Result<Identity> {
        let schemes = known(schemes)?;
        let key = &self.certified.key;
        let usable: Vec<_> = schemes
            .iter()
            .copied()
            .filter(|scheme| key.choose_scheme(&[*scheme]).is_some())
            .collect();
        if usable.is_empty() {
            return Err(Error::argument(format!(
                "the key ({:?}) signs with none of the schemes given: {schemes:?}",
                key.algorithm()
            )));
        }
        let restricted = Restricted {
            key: key.clone(),
            schemes: usable,
        };
        Ok(self.certified_as(CertifiedKey {
            key: Arc::new(restricted),
            ..CertifiedKey::clone(&self.certified)
        }))
    }
}

/// The schemes with these numbers, each of which must be one.
pub(super) fn known(schemes: &[u16]) -> Result<Vec<SignatureScheme>> {
    schemes
        .iter()
        .map(|number| match SignatureScheme::from(*number) {
            SignatureScheme::Unknown(_) => Err(Error::argument(format!(
                "{number:#06x} is no signature scheme that is known here"
            ))),
            scheme => Ok(scheme),
        })
        .collect()
}

#[derive(Debug)]
struct Restricted {
    key: Arc<dyn SigningKey>,
    schemes: Vec<SignatureScheme>,
}

impl SigningKey for Restricted {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = self.schemes.iter().find(|own| offered.contains(own))?;
        self.key.choose_scheme(&[*scheme])
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        self.key.public_key()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }
}

#[cfg(test)]
mod tests {
    use rustls::SignatureScheme::*;
    use testca::{Authority, KeyKind, Leaf};

    use super::*;
    use crate::error::Code;

    fn identity(kind: KeyKind) -> Identity {
        let leaf = Leaf::server(&["localhost"]).key(kind);
        let credentials = Authority::root("some root").issue(&leaf);
        let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
        Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None).unwrap()
    }

    fn numbers(schemes: &[SignatureScheme]) -> Vec<u16> {
        schemes.iter().map(|scheme| u16::from(*scheme)).collect()
    }

    fn chosen(identity: &Identity, offered: &[SignatureScheme]) -> Option<SignatureScheme> {
        let key = &identity.certified_key().key;
        key.choose_scheme(offered).map(|signer| signer.scheme())
    }

    #[test]
    fn the_order_is_ours_and_nothing_else_is_signed_with() {
        let ours = [RSA_PSS_SHA512, ED25519, RSA_PSS_SHA256];
        let all = identity(KeyKind::Rsa2048);
        let some = all.with_schemes(&numbers(&ours)).unwrap();
        let offered = [RSA_PKCS1_SHA256, RSA_PSS_SHA256, RSA_PSS_SHA512];
        assert_eq!(chosen(&some, &offered), Some(RSA_PSS_SHA512));
        assert_eq!(chosen(&some, &offered[..2]), Some(RSA_PSS_SHA256));
        assert_eq!(chosen(&some, &offered[..1]), None);
        assert_eq!(chosen(&all, &offered[..1]), Some(RSA_PKCS1_SHA256));
        assert_eq!(some.certificates(), all.certificates());
        some.certified_key().keys_match().unwrap();
    }

    #[test]
    fn a_copy_of_a_copy_takes_nothing_back() {
        let some = identity(KeyKind::Rsa2048)
            .with_schemes(&numbers(&[RSA_PSS_SHA256]))
            .unwrap();
        let error = some.with_schemes(&numbers(&[RSA_PSS_SHA384])).unwrap_err();
        assert_eq!(error.code(), Code::Argument);
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let p256 = identity(KeyKind::P256);
        for (schemes, fact) in [
            (vec![], "none of the schemes given: []"),
            (
                numbers(&[RSA_PSS_SHA256, ED25519]),
                "RSA_PSS_SHA256, ED25519",
            ),
            (numbers(&[ECDSA_NISTP384_SHA384]), "ECDSA"),
            (vec![0x0403, 0xfeed], "0xfeed"),
        ] {
            let error = p256.with_schemes(&schemes).unwrap_err();
            assert_eq!(error.code(), Code::Argument);
            assert!(error.message().contains(fact), "{error}");
        }
    }
}
