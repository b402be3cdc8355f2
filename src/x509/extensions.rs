//! Extensions of a certificate (RFC 5280 section 4.2).

use std::ffi::{CStr, CString};
use std::net::IpAddr;

use x509_parser::asn1_rs::{FromDer, Tag};
use x509_parser::extensions::{
    DistributionPointName, ExtendedKeyUsage, GeneralName, ParsedExtension, X509Extension,
};

use super::der::{Element, Reader};
use super::layout::Extension;
use super::{Certificate, oid};

const SUBJECT_ALT_NAME: &str = "2.5.29.17";
const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const KEY_USAGE: &str = "2.5.29.15";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
const AUTHORITY_INFO_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
const ACCESS_OCSP: &str = "1.3.6.1.5.5.7.48.1";
const ACCESS_CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";

/// The forms of a subject alternative name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlternativeNameKind {
    Dns,
    Ip,
    Email,
    Uri,
    DirectoryName,
    RegisteredId,
    Other,
}

/// One subject alternative name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlternativeName {
    pub kind: AlternativeNameKind,
    /// DNS, e-mail, URI: the text as the certificate has it. IP: 4 or 16 bytes. Directory name:
    /// the DER of the Name. Registered id: dotted digits. Other: the DER of the whole
    /// GeneralName; so is any of the above that is malformed.
    pub value: Vec<u8>,
}

impl AlternativeName {
    /// "DNS:example.org", "IP Address:192.0.2.1".
    pub fn describe(&self) -> String {
        let (label, text) = match self.kind {
            AlternativeNameKind::Dns => ("DNS", self.shown()),
            AlternativeNameKind::Ip => ("IP Address", self.address()),
            AlternativeNameKind::Email => ("email", self.shown()),
            AlternativeNameKind::Uri => ("URI", self.shown()),
            AlternativeNameKind::DirectoryName => ("DirName", "<DER>".into()),
            AlternativeNameKind::RegisteredId => ("Registered ID", self.shown()),
            AlternativeNameKind::Other => ("othername", "<DER>".into()),
        };
        format!("{label}:{text}")
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.value)
            .escape_default()
            .to_string()
    }

    fn address(&self) -> String {
        if let Ok(bytes) = <[u8; 4]>::try_from(self.value.as_slice()) {
            IpAddr::from(bytes).to_string()
        } else if let Ok(bytes) = <[u8; 16]>::try_from(self.value.as_slice()) {
            IpAddr::from(bytes).to_string()
        } else {
            self.shown()
        }
    }
}

/// What a URI in a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UriKind {
    Ocsp,
    CaIssuers,
    Crl,
}

impl Certificate {
    /// basicConstraints says that the subject is a certificate authority.
    pub fn is_ca(&self) -> bool {
        matches!(self.parsed_extension(BASIC_CONSTRAINTS),
            Some(ParsedExtension::BasicConstraints(constraints)) if constraints.ca)
    }

    /// The pathLenConstraint of basicConstraints.
    pub fn path_length(&self) -> Option<u32> {
        match self.parsed_extension(BASIC_CONSTRAINTS) {
            Some(ParsedExtension::BasicConstraints(constraints)) => constraints.path_len_constraint,
            _ => None,
        }
    }

    /// Whether keyUsage has keyCertSign; `None` without the extension.
    pub fn may_sign_certificates(&self) -> Option<bool> {
        match self.parsed_extension(KEY_USAGE) {
            Some(ParsedExtension::KeyUsage(usage)) => Some(usage.key_cert_sign()),
            Some(_) => Some(false),
            None => None,
        }
    }

    /// Whether keyUsage has cRLSign.
    pub fn may_sign_crls(&self) -> bool {
        matches!(self.parsed_extension(KEY_USAGE),
            Some(ParsedExtension::KeyUsage(usage)) if usage.crl_sign())
    }

    /// Whether authorityKeyIdentifier says which key of the issuer signed.
    pub fn identifies_issuers_key(&self) -> bool {
        matches!(self.parsed_extension(AUTHORITY_KEY_IDENTIFIER),
            Some(ParsedExtension::AuthorityKeyIdentifier(key)) if key.key_identifier.is_some())
    }

    /// Whether the subject may have issued other certificates: a CA whose key may sign
    /// certificates, or, as OpenSSL has it, what cannot say so: a self-issued version 1
    /// certificate, and one without basicConstraints whose key usage is to sign certificates.
    pub fn may_issue(&self) -> bool {
        let may_sign = self.may_sign_certificates();
        match self.extension(BASIC_CONSTRAINTS) {
            Some(_) => self.is_ca() && may_sign != Some(false),
            None if self.version() == 1 => self.is_self_issued(),
            None => may_sign == Some(true),
        }
    }

    /// Whether extendedKeyUsage allows a TLS server (`client`: a TLS client) to use the key;
    /// without the extension everything is allowed.
    pub fn allows_tls(&self, client: bool) -> bool {
        match self.extended_key_usage() {
            Some(usage) if client => usage.client_auth,
            Some(usage) => usage.server_auth,
            None => self.extension(EXTENDED_KEY_USAGE).is_none(),
        }
    }

    /// The purposes in extendedKeyUsage, by OpenSSL's names; empty without the extension.
    pub fn purposes(&self) -> Vec<String> {
        let Some(usage) = self.extended_key_usage() else {
            return Vec::new();
        };
        let known = [
            (usage.any, "2.5.29.37.0"),
            (usage.server_auth, "1.3.6.1.5.5.7.3.1"),
            (usage.client_auth, "1.3.6.1.5.5.7.3.2"),
            (usage.code_signing, "1.3.6.1.5.5.7.3.3"),
            (usage.email_protection, "1.3.6.1.5.5.7.3.4"),
            (usage.time_stamping, "1.3.6.1.5.5.7.3.8"),
            (usage.ocsp_signing, "1.3.6.1.5.5.7.3.9"),
        ];
        let known = known
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, oid)| oid::long_name(oid).to_string_lossy().into_owned());
        let other = usage
            .other
            .iter()
            .filter_map(|purpose| oid::dotted(purpose.as_bytes()));
        known.chain(other).collect()
    }

    /// Whether there is a subjectAltName extension, readable or not.
    pub fn has_alternative_names(&self) -> bool {
        self.extension(SUBJECT_ALT_NAME).is_some()
    }

    /// The subject alternative names in certificate order; empty if there are none or if they
    /// are malformed.
    pub fn alternative_names(&self) -> &[AlternativeName] {
        self.alternative_names.get_or_init(|| {
            self.extension(SUBJECT_ALT_NAME)
                .and_then(|(value, _)| alternative_names(value))
                .unwrap_or_default()
        })
    }

    /// URI number `i` of the kind given, in certificate order.
    pub fn uri(&self, kind: UriKind, i: usize) -> Option<&CStr> {
        self.uris
            .get_or_init(|| self.read_uris())
            .iter()
            .filter(|(this, _)| *this == kind)
            .nth(i)
            .map(|(_, uri)| uri.as_c_str())
    }

    /// The value (DER) of the first extension with this dotted identifier, and whether it is
    /// critical.
    pub fn extension(&self, dotted: &str) -> Option<(&[u8], bool)> {
        let extension = self.find_extension(dotted)?;
        Some((&self.der[extension.value.clone()], extension.critical))
    }

    pub(super) fn all_extensions(&self) -> &[Extension] {
        self.layout()
            .map_or(&[], |layout| layout.extensions.as_slice())
    }

    /// What x509-parser reads out of an extension.
    pub(super) fn parse(&self, extension: &Extension) -> Option<ParsedExtension<'_>> {
        let (_, parsed) = X509Extension::from_der(&self.der[extension.full.clone()]).ok()?;
        Some(parsed.parsed_extension().clone())
    }

    fn parsed_extension(&self, dotted: &str) -> Option<ParsedExtension<'_>> {
        self.parse(self.find_extension(dotted)?)
    }

    fn find_extension(&self, dotted: &str) -> Option<&Extension> {
        self.all_extensions()
            .iter()
            .find(|extension| extension.oid == dotted)
    }

    fn extended_key_usage(&self) -> Option<ExtendedKeyUsage<'_>> {
        match self.parsed_extension(EXTENDED_KEY_USAGE) {
            Some(ParsedExtension::ExtendedKeyUsage(usage)) => Some(usage),
            _ => None,
        }
    }

    fn read_uris(&self) -> Vec<(UriKind, CString)> {
        let mut uris = Vec::new();
        let mut add = |kind, name: &GeneralName<'_>| {
            if let GeneralName::URI(uri) = name
                && let Ok(uri) = CString::new(*uri)
            {
                uris.push((kind, uri));
            }
        };
        if let Some(ParsedExtension::AuthorityInfoAccess(access)) =
            self.parsed_extension(AUTHORITY_INFO_ACCESS)
        {
            for description in access.iter() {
                match oid::dotted(description.access_method.as_bytes()).as_deref() {
                    Some(ACCESS_OCSP) => add(UriKind::Ocsp, &description.access_location),
                    Some(ACCESS_CA_ISSUERS) => {
                        add(UriKind::CaIssuers, &description.access_location);
                    }
                    _ => {}
                }
            }
        }
        if let Some(ParsedExtension::CRLDistributionPoints(points)) =
            self.parsed_extension(CRL_DISTRIBUTION_POINTS)
        {
            for point in points.iter() {
                if let Some(DistributionPointName::FullName(names)) = &point.distribution_point {
                    names.iter().for_each(|name| add(UriKind::Crl, name));
                }
            }
        }
        uris
    }
}

/// GeneralNames ::= SEQUENCE OF GeneralName.
fn alternative_names(value: &[u8]) -> Option<Vec<AlternativeName>> {
    let field = "subjectAltName";
    let mut list = Reader::at(value, 0)
        .expect(field, Tag::Sequence)
        .ok()?
        .reader();
    let mut names = Vec::new();
    while !list.is_empty() {
        names.push(alternative_name(&list.any(field).ok()?));
    }
    Some(names)
}

fn alternative_name(name: &Element<'_>) -> AlternativeName {
    use AlternativeNameKind::*;
    let contents = name.contents;
    let (kind, value) = match (name.context_number(), contents.len()) {
        (Some(1), _) => (Email, contents.to_vec()),
        (Some(2), _) => (Dns, contents.to_vec()),
        (Some(4), _) => (DirectoryName, contents.to_vec()),
        (Some(6), _) => (Uri, contents.to_vec()),
        (Some(7), 4 | 16) => (Ip, contents.to_vec()),
        (Some(8), _) => match oid::dotted(contents) {
            Some(digits) => (RegisteredId, digits.into_bytes()),
            None => (Other, name.full.to_vec()),
        },
        _ => (Other, name.full.to_vec()),
    };
    AlternativeName { kind, value }
}
