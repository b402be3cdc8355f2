//! Certificate chains: PEM, leaf first, or one DER.

use rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
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
        return match parse(data) {
            Ok(_) => Ok(vec![data.to_vec().into()]),
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

/// Parses each certificate of `chain`; an error says which one is damaged.
pub(super) fn parse_all<'a>(chain: &'a [CertificateDer<'_>]) -> Result<Vec<X509Certificate<'a>>> {
    (1..)
        .zip(chain)
        .map(|(number, der)| {
            parse(der).map_err(|error| error.within(format!("certificate {number}")))
        })
        .collect()
}

pub(super) fn parse(der: &[u8]) -> Result<X509Certificate<'_>> {
    // What x509-parser overlooks would be missing where the program reads the fields.
    Certificate::check(der)?;
    let problem = match X509Certificate::from_der(der) {
        Ok(([], certificate)) => return Ok(certificate),
        Ok((rest, _)) => format!("{} bytes follow it", rest.len()),
        Err(error) => error.to_string(),
    };
    Err(Error::new(
        Code::Format,
        c"ASN1_PARSE_ERROR",
        format!("not an X.509 certificate: {problem}"),
    ))
}

/// Tells who reads the log, and nobody else: a clock can be wrong, and it is for the peer to refuse.
pub(super) fn warn_if_expired(leaf: &[u8], origin: &str) {
    // What cannot be parsed is in no identity.
    let Ok((_, leaf)) = X509Certificate::from_der(leaf) else {
        return;
    };
    let end = leaf.validity().not_after;
    if end < ASN1Time::now() {
        let (subject, end) = (leaf.subject(), x509::iso(end.timestamp()));
        log::warn!("{origin}: the certificate ({subject}) expired on {end}");
    }
}

/// The DNS names in subjectAltName.
pub(super) fn dns_names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let names = certificate
        .subject_alternative_name()
        .ok()
        .flatten()
        .map(|extension| extension.value.general_names.as_slice())
        .unwrap_or_default();
    names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_string()),
            _ => None,
        })
        .collect()
}

fn no_certificate(found: impl std::fmt::Display) -> Error {
    let message = format!("no certificate: {found}");
    Error::new(Code::Format, c"NO_START_LINE", message)
}
