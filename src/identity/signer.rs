//! A private key that is elsewhere, in an HSM, a TPM or another process: the program signs.

use std::fmt;
use std::sync::Arc;

use rustls::sign::{Signer, SigningKey};
use rustls::{OtherError, SignatureAlgorithm, SignatureScheme};
use x509_parser::prelude::SubjectPublicKeyInfo;
use x509_parser::public_key::PublicKey;

use super::{Identity, certificates, schemes};
use crate::callback;
use crate::error::{Code, Error, Result};
use crate::x509::Certificate;

/// Signs a message (not a hash) by the scheme with this number; an error says why not.
type Sign = dyn Fn(u16, &[u8]) -> std::result::Result<Vec<u8>, String> + Send + Sync;

impl Identity {
    /// Reads a chain, leaf first, from PEM or DER, and signs with `sign` by these `schemes`, in
    /// this order. Those of other kinds of keys than the leaf's are passed over. `sign` is called
    /// during handshakes, by several threads at once. An expired leaf is a warning in the log.
    ///
    /// * [`Code::Format`]: no certificate, or a damaged one;
    /// * [`Code::Key`]: the kind of the leaf's key is not supported;
    /// * [`Code::Argument`]: a number that is no signature scheme, or none for the leaf's key.
    pub fn with_signer(
        certificate: &[u8],
        schemes: &[u16],
        sign: impl Fn(u16, &[u8]) -> std::result::Result<Vec<u8>, String> + Send + Sync + 'static,
    ) -> Result<Identity> {
        let schemes = schemes::known(schemes)?;
        let in_memory = |error: Error| error.within("memory");
        let chain = certificates::read(certificate).map_err(in_memory)?;
        let key = certificates::parse_all(&chain)
            .and_then(|parsed| parsed.first().map_or_else(no_leaf, Kind::of))
            .map_err(in_memory)?;
        let usable: Vec<_> = schemes
            .iter()
            .copied()
            .filter(|scheme| key.schemes.contains(scheme))
            .collect();
        if usable.is_empty() {
            return Err(Error::argument(format!(
                "the certificate's key ({:?}) is for none of the schemes given: {schemes:?}",
                key.algorithm
            )));
        }
        Identity::new(
            "memory",
            chain,
            Arc::new(Elsewhere {
                schemes: usable,
                algorithm: key.algorithm,
                signature: key.signature,
                sign: Arc::new(sign),
            }),
        )
    }
}

/// The kind of a public key.
struct Kind {
    algorithm: SignatureAlgorithm,
    schemes: &'static [SignatureScheme],
    /// The length of its signatures, where that is always the same.
    signature: Option<usize>,
}

impl Kind {
    fn of(leaf: &Certificate) -> Result<Kind> {
        use SignatureScheme as S;
        const RSA: &[SignatureScheme] = &[
            S::RSA_PSS_SHA256,
            S::RSA_PSS_SHA384,
            S::RSA_PSS_SHA512,
            S::RSA_PKCS1_SHA256,
            S::RSA_PKCS1_SHA384,
            S::RSA_PKCS1_SHA512,
        ];
        let key = certificates::public_key(leaf)?;
        let curve = key.algorithm.parameters.as_ref();
        let curve = curve
            .and_then(|curve| curve.as_oid().ok())
            .map(|oid| oid.to_id_string());
        let (algorithm, schemes, signature): (_, &'static [_], _) = match (
            key.algorithm.algorithm.to_id_string().as_str(),
            curve.as_deref(),
        ) {
            ("1.2.840.113549.1.1.1", _) => {
                let len = modulus_len(&key).ok_or_else(|| certificates::damaged_key(leaf))?;
                (SignatureAlgorithm::RSA, RSA, Some(len))
            }
            ("1.2.840.10045.2.1", Some("1.2.840.10045.3.1.7")) => {
                (SignatureAlgorithm::ECDSA, &[S::ECDSA_NISTP256_SHA256], None)
            }
            ("1.2.840.10045.2.1", Some("1.3.132.0.34")) => {
                (SignatureAlgorithm::ECDSA, &[S::ECDSA_NISTP384_SHA384], None)
            }
            ("1.2.840.10045.2.1", Some("1.3.132.0.35")) => {
                (SignatureAlgorithm::ECDSA, &[S::ECDSA_NISTP521_SHA512], None)
            }
            ("1.3.101.112", _) => (SignatureAlgorithm::ED25519, &[S::ED25519], Some(64)),
            ("1.3.101.113", _) => (SignatureAlgorithm::ED448, &[S::ED448], Some(114)),
            (oid, curve) => {
                let curve = curve.map(|curve| format!(" on the curve {curve}"));
                return Err(unsupported(leaf, oid, &curve.unwrap_or_default()));
            }
        };
        Ok(Kind {
            algorithm,
            schemes,
            signature,
        })
    }
}

fn no_leaf() -> Result<Kind> {
    Err(Error::new(Code::Format, c"NO_START_LINE", "no certificate"))
}

fn modulus_len(key: &SubjectPublicKeyInfo<'_>) -> Option<usize> {
    match key.parsed() {
        Ok(PublicKey::RSA(key)) => Some(key.key_size() / 8),
        _ => None,
    }
}

fn unsupported(leaf: &Certificate, oid: &str, curve: &str) -> Error {
    let subject = leaf.subject();
    let message = format!("the certificate ({subject}) has a key of algorithm {oid}{curve}");
    Error::new(
        Code::Key,
        c"UNKNOWN_CERTIFICATE_TYPE",
        format!("{message}, which is not supported"),
    )
}

/// The key as the engine sees it.
#[derive(Clone)]
struct Elsewhere {
    schemes: Vec<SignatureScheme>,
    algorithm: SignatureAlgorithm,
    signature: Option<usize>,
    sign: Arc<Sign>,
}

impl SigningKey for Elsewhere {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = self.schemes.iter().find(|own| offered.contains(own))?;
        Some(Box::new(ByScheme {
            key: self.clone(),
            scheme: *scheme,
        }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
}

#[derive(Debug)]
struct ByScheme {
    key: Elsewhere,
    scheme: SignatureScheme,
}

impl Signer for ByScheme {
    fn sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, rustls::Error> {
        let length = self.key.signature;
        let signature = (self.key.sign)(self.scheme.into(), message).and_then(|signature| {
            match (signature.len(), length) {
                (found, Some(wanted)) if found != wanted => Err(format!(
                    "the signing callback made {found} bytes by {:?}; a signature of this key has \
                     {wanted}",
                    self.scheme
                )),
                (0, None) => Err("the signing callback made an empty signature".to_string()),
                _ => Ok(signature),
            }
        });
        signature.map_err(|why| {
            let error = rustls::Error::Other(OtherError(Arc::new(Refused(why.clone()))));
            callback::refuse(why);
            error
        })
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

/// What the engine passes on of it.
#[derive(Debug)]
struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl fmt::Debug for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Elsewhere({:?})", self.schemes)
    }
}

#[cfg(test)]
mod tests {
    use rustls::SignatureScheme::*;
    use testca::{Authority, KeyKind, Leaf};

    use super::*;

    fn chain(kind: KeyKind) -> String {
        let leaf = Leaf::server(&["localhost"]).key(kind);
        Authority::root("some root").issue(&leaf).chain_pem()
    }

    fn signed_by(
        kind: KeyKind,
        schemes: &[SignatureScheme],
        answer: std::result::Result<usize, &'static str>,
    ) -> Result<Identity> {
        let schemes: Vec<u16> = schemes.iter().map(|scheme| (*scheme).into()).collect();
        let sign = move |_, _: &[u8]| answer.map(|len| vec![0; len]).map_err(String::from);
        Identity::with_signer(chain(kind).as_bytes(), &schemes, sign)
    }

    fn sign(identity: &Identity) -> std::result::Result<Vec<u8>, rustls::Error> {
        let key = &identity.certified_key().key;
        let all = [RSA_PSS_SHA256, ECDSA_NISTP256_SHA256, ED25519];
        key.choose_scheme(&all).expect("a scheme").sign(b"message")
    }

    #[test]
    fn the_schemes_of_the_certificates_key_are_signed_with_in_their_order() {
        let given = [
            ED25519,
            RSA_PSS_SHA384,
            ECDSA_NISTP256_SHA256,
            RSA_PKCS1_SHA256,
        ];
        for (kind, first, algorithm) in [
            (KeyKind::Rsa2048, RSA_PSS_SHA384, SignatureAlgorithm::RSA),
            (
                KeyKind::P256,
                ECDSA_NISTP256_SHA256,
                SignatureAlgorithm::ECDSA,
            ),
            (KeyKind::Ed25519, ED25519, SignatureAlgorithm::ED25519),
        ] {
            let identity = signed_by(kind, &given, Ok(64)).unwrap();
            let key = &identity.certified_key().key;
            let signer = key.choose_scheme(&[RSA_PKCS1_SHA256, RSA_PSS_SHA384, first]);
            assert_eq!(signer.unwrap().scheme(), first);
            assert!(key.choose_scheme(&[ECDSA_NISTP521_SHA512]).is_none());
            assert_eq!(key.algorithm(), algorithm);
        }
    }

    #[test]
    fn schemes_that_cannot_be_are_refused() {
        for (kind, schemes) in [
            (KeyKind::P256, vec![]),
            (KeyKind::P384, vec![ECDSA_NISTP256_SHA256, RSA_PSS_SHA256]),
            (KeyKind::P521, vec![SignatureScheme::Unknown(0xfeed)]),
        ] {
            let error = signed_by(kind, &schemes, Ok(64)).unwrap_err();
            assert_eq!(error.code(), Code::Argument, "{error}");
        }
    }

    #[test]
    fn a_signature_of_a_wrong_length_is_not_sent() {
        for (kind, length, right) in [
            (KeyKind::Ed25519, 64, true),
            (KeyKind::Ed25519, 63, false),
            (KeyKind::Rsa2048, 256, true),
            (KeyKind::Rsa2048, 255, false),
            (KeyKind::P256, 70, true),
            (KeyKind::P256, 0, false),
        ] {
            let all = [ED25519, RSA_PSS_SHA256, ECDSA_NISTP256_SHA256];
            let identity = signed_by(kind, &all, Ok(length)).unwrap();
            assert_eq!(sign(&identity).is_ok(), right, "{kind:?} {length}");
            assert_eq!(callback::refusal().is_some(), !right);
        }
    }

    #[test]
    fn a_signer_that_gives_up_says_why() {
        let identity = signed_by(KeyKind::Ed25519, &[ED25519], Err("no card")).unwrap();
        assert!(sign(&identity).is_err());
        let refusal = callback::refusal().expect("a refusal");
        assert_eq!(
            (refusal.code(), refusal.message()),
            (Code::Callback, "no card")
        );
    }

    #[test]
    fn the_signer_goes_with_the_last_copy() {
        let held = Arc::new(());
        let kept = held.clone();
        let sign = move |_, _: &[u8]| {
            let _ = &kept;
            Err(String::new())
        };
        let chain = chain(KeyKind::Rsa2048);
        let schemes = [RSA_PSS_SHA256.into(), RSA_PKCS1_SHA256.into()];
        let identity = Identity::with_signer(chain.as_bytes(), &schemes, sign).unwrap();
        let copy = identity.with_schemes(&schemes[1..]).unwrap();
        drop(identity);
        assert_eq!(Arc::strong_count(&held), 2);
        assert!(
            copy.certified_key()
                .key
                .choose_scheme(&[RSA_PSS_SHA256])
                .is_none()
        );
        drop(copy);
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
