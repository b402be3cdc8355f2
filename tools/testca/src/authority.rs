//! Who signs.

use std::ops::Range;

use rcgen::{
    BasicConstraints, CertificateRevocationListParams, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, RevokedCertParams, SigningKey,
};
use rustls_pki_types::CertificateDer;

use crate::credentials::{Credentials, pem};
use crate::leaf::{KeyKind, Leaf, days_from_now};

/// A certificate authority with its key: a root, or an intermediate below one.
#[derive(Debug)]
pub struct Authority {
    kind: KeyKind,
    issuer: Issuer<'static, KeyPair>,
    credentials: Credentials,
    /// What follows a certificate that this authority signed: nothing under a root.
    path: Vec<CertificateDer<'static>>,
}

impl Authority {
    pub fn root(common_name: &str) -> Authority {
        Authority::root_with_key(common_name, KeyKind::P256)
    }

    /// The same with a key of another kind, which the intermediates below it have too.
    pub fn root_with_key(common_name: &str, key: KeyKind) -> Authority {
        let contents = authority(common_name).key(key);
        let (key, credentials) = contents.self_signed_with_key();
        Authority {
            kind: contents.key,
            issuer: Issuer::new(contents.params, key),
            credentials,
            path: Vec::new(),
        }
    }

    /// An authority whose certificate this one signs.
    pub fn intermediate(&self, common_name: &str) -> Authority {
        self.sign_intermediate(authority(common_name))
    }

    /// The same with a serial number of the caller's choice, to be revoked by.
    pub fn numbered_intermediate(&self, common_name: &str, serial: u64) -> Authority {
        self.sign_intermediate(authority(common_name).params(|params| {
            params.serial_number = Some(serial.into());
        }))
    }

    fn sign_intermediate(&self, contents: Leaf) -> Authority {
        let key = self.kind.generate();
        let credentials = self.sign(&contents, &key);
        Authority {
            kind: self.kind,
            issuer: Issuer::new(contents.params, key),
            path: credentials.chain().to_vec(),
            credentials,
        }
    }

    /// Makes a key and a certificate for it. The chain ends below the root.
    pub fn issue(&self, leaf: &Leaf) -> Credentials {
        self.sign(leaf, &leaf.key.generate())
    }

    fn sign(&self, contents: &Leaf, key: &KeyPair) -> Credentials {
        let certificate = contents.params.signed_by(key, &self.issuer);
        let mut chain = vec![certificate.expect("a certificate").into()];
        chain.extend_from_slice(&self.path);
        Credentials::new(chain, key)
    }

    pub fn certificate(&self) -> &CertificateDer<'static> {
        self.credentials.leaf()
    }

    /// The authority's own certificate and key.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// A revocation list with these serial numbers, good for these days from now.
    pub fn crl_pem(&self, revoked: &[u64], days: Range<i64>) -> String {
        let (this_update, next_update) = days_from_now(&days);
        let crl = CertificateRevocationListParams {
            this_update,
            next_update,
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: revoked
                .iter()
                .map(|serial| RevokedCertParams {
                    serial_number: (*serial).into(),
                    revocation_time: this_update,
                    reason_code: None,
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let crl = crl.signed_by(&self.issuer).expect("a revocation list");
        pem("X509 CRL", crl.der())
    }

    /// A revocation list, DER, that says `contents`: a TBSCertList, which nobody looks at here.
    pub fn sign_crl(&self, contents: &[u8]) -> Vec<u8> {
        const ECDSA_WITH_SHA256: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
        let signature = self.issuer.key().sign(contents).expect("a signature");
        let signature = tlv(0x03, &[&[0], &signature]);
        tlv(0x30, &[contents, ECDSA_WITH_SHA256, &signature])
    }

    /// For what [`Authority::issue`] does not make, such as other revocation lists.
    pub fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }
}

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let len = contents.len().to_be_bytes();
    let zeros = len[..len.len() - 1].iter().take_while(|byte| **byte == 0);
    let digits = &len[zeros.count()..];
    let mut der = vec![tag];
    if contents.len() >= 0x80 {
        der.push(0x80 | digits.len() as u8);
    }
    der.extend(digits);
    der.extend(contents);
    der
}

fn authority(common_name: &str) -> Leaf {
    Leaf::client(common_name)
        .valid_days(-1..365)
        .params(|params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            params.extended_key_usages.clear();
        })
}
