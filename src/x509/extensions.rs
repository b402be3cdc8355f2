//! Extensions of a certificate (RFC 5280 section 4.2).

use x509_parser::asn1_rs::FromDer;
use x509_parser::extensions::{ExtendedKeyUsage, ParsedExtension, X509Extension};

use super::layout::Extension;
use super::{AlternativeName, Certificate, alternative_names, crl, oid};

const SUBJECT_ALT_NAME: &str = "2.5.29.17";
const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const KEY_USAGE: &str = "2.5.29.15";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub(super) const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";

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

    /// The keyIdentifier of authorityKeyIdentifier: which key of the issuer signed.
    pub fn issuers_key(&self) -> Option<Vec<u8>> {
        let (value, _) = self.extension(AUTHORITY_KEY_IDENTIFIER)?;
        crl::key_identifier(value)
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
        self.extensions_of_kind(SUBJECT_ALT_NAME).next().is_some()
    }

    /// The subject alternative names in certificate order; empty if there are none or if they
    /// are malformed.
    pub fn alternative_names(&self) -> &[AlternativeName] {
        self.alternative_names.get_or_init(|| {
            self.extension(SUBJECT_ALT_NAME)
                .and_then(|(value, _)| alternative_names::read(value).ok())
                .unwrap_or_default()
        })
    }

    /// The dNSNames among the subject alternative names, though another name be malformed. None that
    /// is not text.
    pub fn dns_names(&self) -> Vec<&str> {
        self.extension(SUBJECT_ALT_NAME)
            .map_or_else(Vec::new, |(value, _)| alternative_names::dns_names(value))
    }

    /// The value (DER) of the extension with this dotted identifier, and whether it is critical.
    /// `None` too if there are several: RFC 5280 section 4.2 allows one, and no reader of a
    /// certificate may choose.
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
        let mut of_this_kind = self.extensions_of_kind(dotted);
        let only = of_this_kind.next()?;
        of_this_kind.next().is_none().then_some(only)
    }

    fn extensions_of_kind(&self, dotted: &str) -> impl Iterator<Item = &Extension> {
        self.all_extensions()
            .iter()
            .filter(move |extension| extension.oid == dotted)
    }

    fn extended_key_usage(&self) -> Option<ExtendedKeyUsage<'_>> {
        match self.parsed_extension(EXTENDED_KEY_USAGE) {
            Some(ParsedExtension::ExtendedKeyUsage(usage)) => Some(usage),
            _ => None,
        }
    }
}
