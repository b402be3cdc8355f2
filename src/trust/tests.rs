use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, UnixTime};

use super::verify::{Peer, Sent, verify};
use super::*;
use crate::error::Code;
use crate::x509::Certificate;
use crate::x509::handmade::{Odd, attribute, tlv};

mod chains;
mod handshake;
mod revocation;
mod stores;
mod strict;

/// 2026-01-01; what the tests issue is valid from 2025 to the end of 2026.
pub(crate) fn now() -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(1_767_225_600))
}

/// A certificate, and the key to issue others with.
pub(crate) struct Authority {
    pub params: CertificateParams,
    pub key: KeyPair,
    pub cert: rcgen::Certificate,
}

pub(crate) fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

pub(crate) fn leaf_params(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.subject_alt_names = vec![SanType::DnsName(name.try_into().unwrap())];
    params
}

impl Authority {
    /// A self-signed CA.
    pub fn new(name: &str) -> Authority {
        Authority::self_signed(ca_params(name))
    }

    pub fn self_signed(params: CertificateParams) -> Authority {
        let key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap();
        Authority { params, key, cert }
    }

    pub fn issue(&self, params: CertificateParams) -> Authority {
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let cert = params.signed_by(&key, &issuer).unwrap();
        Authority { params, key, cert }
    }

    pub fn leaf(&self, name: &str) -> Authority {
        self.issue(leaf_params(name))
    }

    pub fn intermediate(&self, name: &str) -> Authority {
        self.issue(ca_params(name))
    }

    pub fn der(&self) -> CertificateDer<'static> {
        self.cert.der().clone()
    }

    pub fn pem(&self) -> String {
        self.cert.pem()
    }
}

pub(crate) fn store(authorities: &[&Authority]) -> Roots {
    let mut roots = Roots::new();
    for authority in authorities {
        roots.add(Arc::new(Certificate::from_der(authority.der()).unwrap()));
    }
    roots
}
