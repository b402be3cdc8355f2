//! The signatures that are accepted from a peer: in its handshake and in its chain.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::{CertificateError, DigitallySignedStruct, PeerMisbehaved, SignatureScheme};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer};
use webpki::{EndEntityCert, RawPublicKeyEntity};

use super::peer::deposit_scheme;
use crate::crypto;
use crate::error::{Error, Result};
use crate::x509::Certificate;

type Verified = std::result::Result<HandshakeSignatureValid, rustls::Error>;

/// TLS SignatureSchemes in order of preference, and what they allow in certificates.
#[derive(Clone, Debug)]
pub struct Signatures {
    schemes: Arc<[SignatureScheme]>,
    chain: Arc<[&'static dyn SignatureVerificationAlgorithm]>,
}

fn provided() -> &'static WebPkiSupportedAlgorithms {
    &crypto::provider().signature_verification_algorithms
}

impl Default for Signatures {
    /// The provider's.
    fn default() -> Self {
        Signatures {
            schemes: provided().supported_schemes().into(),
            chain: provided().all.into(),
        }
    }
}

impl Signatures {
    /// These numbers in this order; none: the default. `Code::Unsupported` for a scheme that this
    /// build does not verify, `Code::Argument` for a number that is no scheme.
    pub fn select(numbers: &[u16]) -> Result<Signatures> {
        if numbers.is_empty() {
            return Ok(Signatures::default());
        }
        let mut schemes: Vec<SignatureScheme> = Vec::new();
        let mut chain = Vec::new();
        for number in numbers {
            let scheme = SignatureScheme::from(*number);
            let known = provided()
                .mapping
                .iter()
                .find(|(known, _)| *known == scheme);
            let Some((_, algorithms)) = known else {
                return Err(not_verified(scheme));
            };
            if !schemes.contains(&scheme) {
                schemes.push(scheme);
                chain.extend_from_slice(algorithms);
            }
        }
        Ok(Signatures {
            schemes: schemes.into(),
            chain: chain.into(),
        })
    }

    /// What may sign certificates.
    pub fn in_chains(&self) -> &[&'static dyn SignatureVerificationAlgorithm] {
        &self.chain
    }

    pub fn schemes(&self) -> Vec<SignatureScheme> {
        self.schemes.to_vec()
    }

    /// Refuses a scheme that was not offered, and tells which one the peer used.
    fn admit(&self, dss: &DigitallySignedStruct) -> std::result::Result<(), rustls::Error> {
        if !self.schemes.contains(&dss.scheme) {
            return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
        }
        deposit_scheme(dss.scheme);
        Ok(())
    }

    /// `key` is what the peer shows in place of a certificate.
    pub(super) fn verify_tls12(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        key: Option<SubjectPublicKeyInfoDer<'_>>,
        dss: &DigitallySignedStruct,
    ) -> Verified {
        self.admit(dss)?;
        match readable_or_key(cert, key)? {
            None => verify_tls12_signature(message, cert, dss, provided()),
            Some(key) => verify_tls12_with_key(message, &key, dss),
        }
    }

    /// `key` is what the peer shows in place of a certificate.
    pub(super) fn verify_tls13(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        key: Option<SubjectPublicKeyInfoDer<'_>>,
        dss: &DigitallySignedStruct,
    ) -> Verified {
        self.admit(dss)?;
        match readable_or_key(cert, key)? {
            None => verify_tls13_signature(message, cert, dss, provided()),
            Some(key) => verify_tls13_signature_with_raw_key(message, &key, dss, provided()),
        }
    }
}

fn verify_tls12_with_key(
    message: &[u8],
    spki: &SubjectPublicKeyInfoDer<'_>,
    dss: &DigitallySignedStruct,
) -> Verified {
    let key = RawPublicKeyEntity::try_from(spki).map_err(|_| CertificateError::BadEncoding)?;
    let (_, candidates) = provided()
        .mapping
        .iter()
        .find(|(scheme, _)| *scheme == dss.scheme)
        .ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
    // In TLS 1.2 a scheme does not tie the curve: one of the candidates fits the key.
    let fits = candidates.iter().any(|algorithm| {
        key.verify_signature(*algorithm, message, dss.signature())
            .is_ok()
    });
    match fits {
        true => Ok(HandshakeSignatureValid::assertion()),
        false => Err(CertificateError::BadSignature.into()),
    }
}

/// The key to verify with; `None` for a certificate that webpki reads.
fn readable_or_key<'a>(
    cert: &CertificateDer<'_>,
    shown: Option<SubjectPublicKeyInfoDer<'a>>,
) -> std::result::Result<Option<SubjectPublicKeyInfoDer<'a>>, rustls::Error> {
    match shown {
        Some(key) => Ok(Some(key)),
        None if EndEntityCert::try_from(cert).is_ok() => Ok(None),
        None => raw_key(cert).map(Some),
    }
}

fn not_verified(scheme: SignatureScheme) -> Error {
    let number = u16::from(scheme);
    match scheme {
        SignatureScheme::Unknown(_) => {
            Error::argument(format!("{number:#06x} is no signature scheme of TLS"))
        }
        named => Error::unsupported(format!(
            "this build does not verify signatures of the scheme {named:?} ({number:#06x})"
        )),
    }
}

/// The key of a certificate that webpki does not read (version 1, unknown critical extensions):
/// whether such a one is accepted was decided before.
fn raw_key(
    cert: &CertificateDer<'_>,
) -> std::result::Result<SubjectPublicKeyInfoDer<'static>, rustls::Error> {
    let certificate = Certificate::deferred(cert.clone().into_owned());
    match certificate.spki() {
        [] => Err(CertificateError::BadEncoding.into()),
        spki => Ok(SubjectPublicKeyInfoDer::from(spki.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn the_order_is_kept_and_repetitions_do_not_count() {
        let chosen = Signatures::select(&[0x0804, 0x0403, 0x0804]).unwrap();
        let expected = [
            SignatureScheme::RSA_PSS_SHA256,
            SignatureScheme::ECDSA_NISTP256_SHA256,
        ];
        assert_eq!(chosen.schemes(), expected);
        let all = Signatures::select(&[]).unwrap().schemes();
        assert_eq!(all, provided().supported_schemes());
    }

    #[test]
    fn what_cannot_be_verified_is_an_error_that_names_it() {
        for (number, code, says) in [
            (0x0203, Code::Unsupported, "ECDSA_SHA1_Legacy"),
            (0x0808, Code::Unsupported, "ED448"),
            (0x1234, Code::Argument, "0x1234"),
            (0, Code::Argument, "0x0000"),
        ] {
            let error = Signatures::select(&[0x0804, number]).unwrap_err();
            assert_eq!(error.code(), code);
            assert!(error.message().contains(says), "{error}");
        }
    }
}
