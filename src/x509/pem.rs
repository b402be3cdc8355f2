//! Certificates in and out of PEM (RFC 7468).

use std::borrow::Cow;
use std::ffi::CString;

use pkcs8::der::pem::{LineEnding, encode_string};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{self, PemObject};

use super::Certificate;
use crate::error::{Code, Error, Result};

/// Reads the first certificate of a PEM, or one DER. `Code::Format` says what is wrong.
pub fn first(bytes: &[u8]) -> Result<Certificate> {
    if is_der(bytes) {
        return Certificate::from_der(CertificateDer::from(bytes.to_vec()));
    }
    match CertificateDer::pem_slice_iter(&relabelled(bytes)).next() {
        Some(block) => certificate(1, block),
        None => Err(none_found(bytes)),
    }
}

/// Reads all certificates: any number of PEM blocks, other text and other kinds of blocks
/// between them, or one DER. None at all is `Code::Format`; an error about one of several
/// names its number, counted from 1.
pub fn read_all(bytes: &[u8]) -> Result<Vec<Certificate>> {
    if is_der(bytes) {
        return Ok(vec![first(bytes)?]);
    }
    let certificates = CertificateDer::pem_slice_iter(&relabelled(bytes))
        .enumerate()
        .map(|(i, block)| certificate(i + 1, block))
        .collect::<Result<Vec<_>>>()?;
    if certificates.is_empty() {
        return Err(none_found(bytes));
    }
    Ok(certificates)
}

pub(super) fn encode(der: &[u8]) -> CString {
    let text = encode_string("CERTIFICATE", LineEnding::LF, der).unwrap_or_default();
    CString::new(text).unwrap_or_default()
}

fn certificate(
    number: usize,
    block: std::result::Result<CertificateDer<'static>, pem::Error>,
) -> Result<Certificate> {
    block
        .map_err(|error| bad_pem(&error))
        .and_then(Certificate::from_der)
        .map_err(|error| error.within(format_args!("certificate {number}")))
}

/// A certificate is longer than 127 bytes, so that its length takes the long form and its second
/// byte is no ASCII: text that begins with "0" is not taken for DER.
pub(super) fn is_der(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x80..=0xff, ..])
}

/// The label that OpenSSL wrote before 0.9 means the same; rustls-pki-types passes over it.
fn relabelled(bytes: &[u8]) -> Cow<'_, [u8]> {
    const OLD: &str = " X509 CERTIFICATE-----";
    if !bytes.windows(OLD.len()).any(|part| part == OLD.as_bytes()) {
        return Cow::Borrowed(bytes);
    }
    let text = String::from_utf8_lossy(bytes).replace(OLD, " CERTIFICATE-----");
    Cow::Owned(text.into_bytes())
}

fn none_found(bytes: &[u8]) -> Error {
    let what = match bytes {
        [] => "it is empty",
        _ if bytes.windows(11).any(|part| part == b"-----BEGIN ") => {
            "no PEM block in it is a certificate"
        }
        _ => "it is neither PEM nor DER",
    };
    let reason = c"NO_CERTIFICATE_OR_CRL_FOUND";
    Error::new(Code::Format, reason, format!("no certificate: {what}"))
}

pub(super) fn bad_pem(error: &pem::Error) -> Error {
    let (reason, message) = match error {
        pem::Error::MissingSectionEnd { end_marker } => {
            let label = String::from_utf8_lossy(end_marker);
            (
                c"BAD_END_LINE",
                format!("the line \"-----END {label}-----\" is missing"),
            )
        }
        pem::Error::IllegalSectionStart { line } => {
            let line = String::from_utf8_lossy(line);
            (
                c"NO_START_LINE",
                format!("the line \"{}\" begins no block", line.escape_default()),
            )
        }
        other => (c"BAD_BASE64_DECODE", other.to_string()),
    };
    Error::new(Code::Format, reason, format!("bad PEM: {message}"))
}
