//! Certificate chains: PEM, leaf first, or one DER.

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};
use x509_parser::time::ASN1Time;

use super::pem;
use crate::error::{Code, Error, Result};
use crate::x509::{self, Certificate};

/// Reads the certificates in `data`, at least one, in the order given.
pub(super) fn read(data: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    if data.is_empty() {
        return Err(no_certificate("it is empty"));
    }
    if !pem::is_pem(data) {
        return match Certificate::check(data) {
            Ok(()) => Ok(vec![data.to_vec().into()]),
            Err(_) => Err(no_certificate("neither PEM nor a certificate in DER")),
        };
    }
    let blocks = pem::blocks(data)?;
    let chain = blocks
        .iter()
        .filter(|block| matches!(block.label, "CERTIFICATE" | "X509 CERTIFICATE"))
        .map(|block| Ok(CertificateDer::from(block.decode()?.to_vec())))
        .collect::<Result<Vec<_>>>()?;
    match chain.is_empty() {
        true => Err(no_certificate(format!("found {}", pem::labels(&blocks)))),
        false => Ok(chain),
    }
}

/// Each certificate of `chain`, its structure checked; an error says which one is damaged.
pub(super) fn parse_all(chain: &[CertificateDer<'static>]) -> Result<Vec<Certificate>> {
    (1..)
        .zip(chain)
        .map(|(number, der)| {
            Certificate::from_der(der.clone())
                .map_err(|error| error.within(format!("certificate {number}")))
        })
        .collect()
}

/// Tells who reads the log, and nobody else: a clock can be wrong, and it is for the peer to refuse.
pub(super) fn warn_if_expired(leaf: &Certificate, origin: &str) {
    let end = leaf.not_after();
    if end < ASN1Time::now().timestamp() {
        let (subject, end) = (leaf.subject(), x509::iso(end));
        log::warn!("{origin}: the certificate ({subject}) expired on {end}");
    }
}

pub(super) fn public_key(certificate: &Certificate) -> Result<SubjectPublicKeyInfo<'_>> {
    match SubjectPublicKeyInfo::from_der(certificate.spki()) {
        Ok((_, key)) => Ok(key),
        Err(_) => Err(damaged_key(certificate)),
    }
}

pub(super) fn damaged_key(certificate: &Certificate) -> Error {
    let subject = certificate.subject();
    let message = format!("the public key of the certificate ({subject}) is damaged");
    Error::new(Code::Format, c"ASN1_PARSE_ERROR", message)
}

fn no_certificate(found: impl std::fmt::Display) -> Error {
    let message = format!("no certificate: {found}");
    Error::new(Code::Format, c"NO_START_LINE", message)
}
