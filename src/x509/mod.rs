//! Reading X.509 certificates for people, bindings and identities. What they are trusted for is `trust`'s.
//!
//! `der` and `layout` find the fields and say where a malformed certificate is malformed; the
//! other files read one kind of field each, when somebody asks for it: most certificates that
//! pass through a process (a store of roots, a peer's chain) are never looked at.

mod alternative_names;
mod crl;
mod date;
mod der;
mod extensions;
mod file;
mod key;
mod layout;
mod name;
mod oid;
mod pem;
mod signature;
mod text;
mod uris;

use std::ffi::{CStr, CString};
use std::ops::Range;
use std::sync::OnceLock;

use rustls_pki_types::{CertificateDer, ServerName};

use crate::error::Result;
use der::Reader;
use key::Key;
use layout::Layout;

pub use alternative_names::{AlternativeName, AlternativeNameKind};
pub use crl::{CrlFields, crls_in};
pub use date::iso;
pub use file::read_file;
pub use name::{Attribute, Name, check_name};
pub use pem::{first, read_all};
pub use uris::UriKind;

/// One immutable certificate; shared as `Arc<Certificate>` between any number of threads.
///
/// Fields are read when they are first asked for. One that is absent, or that cannot be read
/// because the certificate is malformed, has the value that each method states.
#[derive(Debug)]
pub struct Certificate {
    der: CertificateDer<'static>,
    layout: OnceLock<Option<Layout>>,
    subject: OnceLock<Name>,
    issuer: OnceLock<Name>,
    signature_type: OnceLock<CString>,
    key: OnceLock<Key>,
    alternative_names: OnceLock<Vec<AlternativeName>>,
    uris: OnceLock<Vec<(UriKind, CString)>>,
    pem: OnceLock<CString>,
    text: OnceLock<CString>,
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Certificate {
    /// Takes a certificate whose structure is checked: one that is not X.509 is `Code::Format`
    /// with the field and the byte. The contents of extensions are not checked.
    pub fn from_der(der: CertificateDer<'static>) -> Result<Certificate> {
        let layout = Layout::read(&der)?;
        let certificate = Certificate::deferred(der);
        let _ = certificate.layout.set(Some(layout));
        Ok(certificate)
    }

    /// Whether [`Certificate::from_der`] takes `der`.
    pub fn check(der: &[u8]) -> Result<()> {
        Layout::read(der).map(drop)
    }

    /// Takes a certificate as it is, for chains that the engine has accepted already: nothing is
    /// read before it is asked for, and what cannot be read then is absent.
    pub fn deferred(der: CertificateDer<'static>) -> Certificate {
        Certificate {
            der,
            layout: OnceLock::new(),
            subject: OnceLock::new(),
            issuer: OnceLock::new(),
            signature_type: OnceLock::new(),
            key: OnceLock::new(),
            alternative_names: OnceLock::new(),
            uris: OnceLock::new(),
            pem: OnceLock::new(),
            text: OnceLock::new(),
        }
    }

    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// RFC 7468 text, "-----BEGIN CERTIFICATE-----" to the newline after the end.
    pub fn pem(&self) -> &CStr {
        self.pem.get_or_init(|| pem::encode(&self.der))
    }

    /// A description for people. Its format is not stable.
    pub fn text(&self) -> &CStr {
        self.text.get_or_init(|| text::describe(self))
    }

    /// 1 to 3, or 0 if malformed.
    pub fn version(&self) -> u8 {
        self.layout().map_or(0, |layout| layout.version)
    }

    /// The contents of the serial number's INTEGER: big-endian, two's complement. Empty if
    /// malformed.
    pub fn serial(&self) -> &[u8] {
        self.field(|layout| &layout.serial)
    }

    /// Seconds since 1970; 0 if malformed.
    pub fn not_before(&self) -> i64 {
        self.layout().map_or(0, |layout| layout.not_before)
    }

    /// Seconds since 1970; 0 if malformed.
    pub fn not_after(&self) -> i64 {
        self.layout().map_or(0, |layout| layout.not_after)
    }

    /// No attributes if malformed.
    pub fn subject(&self) -> &Name {
        self.subject
            .get_or_init(|| self.read_name("subject", self.subject_der()))
    }

    /// No attributes if malformed.
    pub fn issuer(&self) -> &Name {
        self.issuer
            .get_or_init(|| self.read_name("issuer", self.issuer_der()))
    }

    /// The DER of the Name; empty if malformed.
    pub fn subject_der(&self) -> &[u8] {
        self.field(|layout| &layout.subject)
    }

    /// The DER of the Name; empty if malformed.
    pub fn issuer_der(&self) -> &[u8] {
        self.field(|layout| &layout.issuer)
    }

    /// The DER of the SubjectPublicKeyInfo; empty if malformed.
    pub fn spki(&self) -> &[u8] {
        self.field(|layout| &layout.spki)
    }

    /// OpenSSL's long name of the public key's algorithm ("rsaEncryption"), or dotted digits.
    /// Empty if malformed.
    pub fn key_type(&self) -> &CStr {
        &self.key().algorithm
    }

    /// The size of the public key in bits, counted as OpenSSL does; 0 if not known.
    pub fn key_bits(&self) -> u32 {
        self.key().bits
    }

    /// OpenSSL's long name of the signature's algorithm ("ecdsa-with-SHA256"), or dotted digits.
    /// Empty if malformed.
    pub fn signature_type(&self) -> &CStr {
        self.signature_type.get_or_init(|| {
            self.layout()
                .map(|layout| oid::long_name(&layout.signature_algorithm))
                .unwrap_or_default()
        })
    }

    /// Whether subject and issuer are the same name.
    pub fn is_self_issued(&self) -> bool {
        !self.subject_der().is_empty() && self.subject_der() == self.issuer_der()
    }

    /// Whether a subjectAltName names `name`, by webpki's rules (RFC 6125). The common name is
    /// not looked at.
    pub fn matches(&self, name: &ServerName<'_>) -> bool {
        webpki::EndEntityCert::try_from(&self.der)
            .and_then(|leaf| leaf.verify_is_valid_for_subject_name(name))
            .is_ok()
    }

    fn layout(&self) -> Option<&Layout> {
        self.layout
            .get_or_init(|| Layout::read(&self.der).ok())
            .as_ref()
    }

    fn field(&self, range: impl FnOnce(&Layout) -> &Range<usize>) -> &[u8] {
        self.layout()
            .map_or(&[], |layout| &self.der[range(layout).clone()])
    }

    fn read_name(&self, field: &str, der: &[u8]) -> Name {
        Reader::at(der, 0)
            .any(field)
            .and_then(|name| Name::read(field, name.reader()))
            .unwrap_or_default()
    }

    fn key(&self) -> &Key {
        self.key
            .get_or_init(|| Key::read(self.spki()).unwrap_or_default())
    }
}

#[cfg(test)]
pub(crate) mod handmade;
#[cfg(test)]
mod tests;
