//! Who signs.

use rcgen::{BasicConstraints, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls_pki_types::CertificateDer;

use crate::credentials::Credentials;
use crate::leaf::{KeyKind, Leaf};

/// A certificate authority with its key: a root, or an intermediate below one.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    credentials: Credentials,
    /// What follows a certificate that this authority signed: nothing under a root.
    path: Vec<CertificateDer<'static>>,
}

impl Authority {
    pub fn root(common_name: &str) -> Authority {
        let contents = authority(common_name);
        let (key, credentials) = contents.self_signed_with_key();
        Authority {
            issuer: Issuer::new(contents.params, key),
            credentials,
            path: Vec::new(),
        }
    }

    /// An authority whose certificate this one signs.
    pub fn intermediate(&self, common_name: &str) -> Authority {
        let contents = authority(common_name);
        let key = KeyKind::P256.generate();
        let credentials = self.sign(&contents, &key);
        Authority {
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

    /// For what [`Authority::issue`] does not make, such as revocation lists.
    pub fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }
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
