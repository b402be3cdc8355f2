//! What a certificate shall say.

use std::ops::Range;
use std::time::SystemTime;

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    SignatureAlgorithm,
};
use time::{Duration, OffsetDateTime};

use crate::credentials::Credentials;

/// The kind of a key, and so of the signatures that it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    Rsa2048,
    P256,
    P384,
    P521,
    Ed25519,
}

impl KeyKind {
    pub(crate) fn generate(self) -> KeyPair {
        let algorithm: &'static SignatureAlgorithm = match self {
            KeyKind::Rsa2048 => &rcgen::PKCS_RSA_SHA256,
            KeyKind::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            KeyKind::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            KeyKind::P521 => &rcgen::PKCS_ECDSA_P521_SHA512,
            KeyKind::Ed25519 => &rcgen::PKCS_ED25519,
        };
        KeyPair::generate_for(algorithm).expect("a key pair")
    }
}

/// The contents of a certificate to issue: names, purpose, dates, key.
///
/// Valid from a day ago for 30 days, with a P-256 key, unless told otherwise.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub(crate) params: CertificateParams,
    pub(crate) key: KeyKind,
}

impl Leaf {
    /// A server's certificate for DNS names (wildcards too) and IP addresses. The first is also
    /// the common name.
    pub fn server(names: &[&str]) -> Leaf {
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        let common_name = names.first().cloned().unwrap_or_default();
        let mut params = CertificateParams::new(names).expect("names that a certificate can hold");
        params
            .extended_key_usages
            .push(ExtendedKeyUsagePurpose::ServerAuth);
        Leaf::with_params(params, &common_name)
    }

    /// A client's certificate: a common name, and no subjectAltName.
    pub fn client(common_name: &str) -> Leaf {
        let mut params = CertificateParams::default();
        params
            .extended_key_usages
            .push(ExtendedKeyUsagePurpose::ClientAuth);
        Leaf::with_params(params, common_name)
    }

    fn with_params(mut params: CertificateParams, common_name: &str) -> Leaf {
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let leaf = Leaf {
            params,
            key: KeyKind::P256,
        };
        leaf.common_name(common_name).valid_days(-1..30)
    }

    pub fn key(mut self, key: KeyKind) -> Leaf {
        self.key = key;
        self
    }

    pub fn common_name(mut self, name: &str) -> Leaf {
        self.params.distinguished_name = rcgen::DistinguishedName::new();
        self.params
            .distinguished_name
            .push(DnType::CommonName, name);
        self
    }

    /// The validity, in days from now.
    pub fn valid_days(mut self, days: Range<i64>) -> Leaf {
        (self.params.not_before, self.params.not_after) = days_from_now(&days);
        self
    }

    /// A certificate signed with its own key.
    pub fn self_signed(&self) -> Credentials {
        self.self_signed_with_key().1
    }

    pub(crate) fn self_signed_with_key(&self) -> (KeyPair, Credentials) {
        let key = self.key.generate();
        let certificate = self.params.self_signed(&key).expect("a certificate");
        let credentials = Credentials::new(vec![certificate.into()], &key);
        (key, credentials)
    }

    /// Changes anything else that rcgen can write into a certificate.
    pub fn params(mut self, change: impl FnOnce(&mut CertificateParams)) -> Leaf {
        change(&mut self.params);
        self
    }
}

pub(crate) fn days_from_now(days: &Range<i64>) -> (OffsetDateTime, OffsetDateTime) {
    let now = OffsetDateTime::from(SystemTime::now());
    (
        now + Duration::days(days.start),
        now + Duration::days(days.end),
    )
}
