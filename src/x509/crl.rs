//! Certificate revocation lists (RFC 5280 section 5): finding them in files, and the fields that
//! say whose and how old they are. What they revoke is webpki's to read.

use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject;
use x509_parser::asn1_rs::{FromDer, Tag};
use x509_parser::revocation_list::CertificateRevocationList;

use super::Name;
use super::der::Reader;
use super::extensions::AUTHORITY_KEY_IDENTIFIER;
use super::oid;
use super::pem::{bad_pem, is_der};
use crate::error::{Code, Error, Result};

/// Finds all lists: any number of PEM blocks, other text and other kinds of blocks between them,
/// or one DER. None at all is `Code::Format`, as is bad PEM, with the number of the list, counted
/// from 1.
pub fn crls_in(bytes: &[u8]) -> Result<Vec<CertificateRevocationListDer<'static>>> {
    if is_der(bytes) {
        return Ok(vec![bytes.to_vec().into()]);
    }
    let found = CertificateRevocationListDer::pem_slice_iter(bytes)
        .enumerate()
        .map(|(i, block)| {
            block.map_err(|error| bad_pem(&error).within(format_args!("CRL {}", i + 1)))
        })
        .collect::<Result<Vec<_>>>()?;
    if found.is_empty() {
        return Err(none_found(bytes));
    }
    Ok(found)
}

fn none_found(bytes: &[u8]) -> Error {
    let what = match bytes {
        [] => "it is empty",
        _ if bytes.windows(11).any(|part| part == b"-----BEGIN ") => {
            "no PEM block in it is an \"X509 CRL\""
        }
        _ => "it is neither PEM nor DER",
    };
    let reason = c"NO_CERTIFICATE_OR_CRL_FOUND";
    Error::new(Code::Format, reason, format!("no CRL: {what}"))
}

/// Whose a list is and how old.
#[derive(Debug)]
pub struct CrlFields {
    pub issuer: Name,
    /// The DER of the Name.
    pub issuer_der: Vec<u8>,
    /// Seconds since 1970.
    pub this_update: i64,
    /// Seconds since 1970; `None` if the list does not say.
    pub next_update: Option<i64>,
    /// The digits of cRLNumber, big-endian without leading zeros; empty if there is none.
    pub number: Vec<u8>,
    /// The keyIdentifier of authorityKeyIdentifier. What else can be in there, the issuer's own issuer
    /// and serial number, changes when the issuer's certificate is renewed, and its key does not.
    pub authority_key: Option<Vec<u8>>,
}

/// The keyIdentifier in the value of authorityKeyIdentifier.
pub(super) fn key_identifier(authority_key: &[u8]) -> Option<Vec<u8>> {
    let mut fields = Reader::at(authority_key, 0)
        .expect("authorityKeyIdentifier", Tag::Sequence)
        .ok()?
        .reader();
    let key = fields.optional_context("keyIdentifier", 0).ok()??;
    Some(key.contents.to_vec())
}

impl CrlFields {
    /// `Code::Format` if `der` is no list.
    pub fn read(der: &[u8]) -> Result<CrlFields> {
        let malformed = |why: String| {
            let message = format!("malformed CRL: {why}");
            Error::new(Code::Format, c"NESTED_ASN1_ERROR", message)
        };
        let (rest, list) = CertificateRevocationList::from_der(der)
            .map_err(|error| malformed(error.to_string()))?;
        if !rest.is_empty() {
            return Err(malformed(format!(
                "{} bytes too many follow it",
                rest.len()
            )));
        }
        let issuer_der = list.issuer().as_raw().to_vec();
        let issuer = Reader::at(&issuer_der, 0)
            .any("issuer")
            .and_then(|name| Name::read("issuer", name.reader()))?;
        Ok(CrlFields {
            issuer,
            issuer_der,
            this_update: list.last_update().timestamp(),
            next_update: list.next_update().map(|time| time.timestamp()),
            number: list.crl_number().map_or(Vec::new(), |n| n.to_bytes_be()),
            authority_key: list
                .extensions()
                .iter()
                .find(|extension| {
                    oid::dotted(extension.oid.as_bytes()).as_deref()
                        == Some(AUTHORITY_KEY_IDENTIFIER)
                })
                .and_then(|extension| key_identifier(extension.value)),
        })
    }
}
