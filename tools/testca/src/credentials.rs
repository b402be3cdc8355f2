//! A chain and its key, in the forms that programs read.

use aws_lc_rs::encoding::{AsDer, EcPrivateKeyRfc5915Der};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair,
};
use pkcs8::der::pem::{LineEnding, encode_string};
use pkcs8::der::{Decode, Encode};
use pkcs8::pkcs5::pbes2;
use pkcs8::{PrivateKeyInfoRef, SecretDocument};
use rcgen::KeyPair;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate chain, leaf first, with the leaf's private key.
#[derive(Debug)]
pub struct Credentials {
    chain: Vec<CertificateDer<'static>>,
    key: PrivatePkcs8KeyDer<'static>,
}

impl Credentials {
    pub(crate) fn new(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Credentials {
        Credentials {
            chain,
            key: without_public_key(&key.serialize_der()).into(),
        }
    }

    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    pub fn leaf(&self) -> &CertificateDer<'static> {
        &self.chain[0]
    }

    pub fn key(&self) -> PrivateKeyDer<'static> {
        self.key.clone_key().into()
    }

    /// PKCS#8.
    pub fn key_der(&self) -> &[u8] {
        self.key.secret_pkcs8_der()
    }

    pub fn chain_pem(&self) -> String {
        self.chain.iter().map(|der| certificate_pem(der)).collect()
    }

    pub fn leaf_pem(&self) -> String {
        certificate_pem(self.leaf())
    }

    /// PKCS#8: "PRIVATE KEY".
    pub fn key_pem(&self) -> String {
        pem("PRIVATE KEY", self.key_der())
    }

    /// PKCS#1: "RSA PRIVATE KEY". Of RSA keys only.
    pub fn pkcs1_pem(&self) -> String {
        let info = PrivateKeyInfoRef::from_der(self.key_der()).expect("PKCS#8");
        pem("RSA PRIVATE KEY", info.private_key.as_bytes())
    }

    /// SEC1: "EC PRIVATE KEY". Of keys on the NIST curves only.
    pub fn sec1_pem(&self) -> String {
        // The ECPrivateKey inside PKCS#8 leaves out the curve, which SEC1 on its own needs.
        let pair = [
            &ECDSA_P256_SHA256_ASN1_SIGNING,
            &ECDSA_P384_SHA384_ASN1_SIGNING,
            &ECDSA_P521_SHA512_ASN1_SIGNING,
        ]
        .into_iter()
        .find_map(|curve| EcdsaKeyPair::from_pkcs8(curve, self.key_der()).ok())
        .expect("a key on a NIST curve");
        let sec1: EcPrivateKeyRfc5915Der = pair.private_key().as_der().expect("SEC1");
        pem("EC PRIVATE KEY", sec1.as_ref())
    }

    /// PKCS#8 under a password, with PBES2 as `openssl pkcs8 -topk8` writes it: PBKDF2 and AES.
    pub fn encrypted_key_pem(&self, password: &str) -> String {
        let (salt, iv) = (random::<16>(), random::<16>());
        let scheme = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(2048, &salt, iv);
        self.key_pem_encrypted_with(scheme.expect("PBES2 parameters"), password)
    }

    /// PKCS#8 under a password, with the PBES2 parameters given.
    pub fn key_pem_encrypted_with(&self, scheme: pbes2::Parameters, password: &str) -> String {
        let encrypted: SecretDocument = PrivateKeyInfoRef::from_der(self.key_der())
            .expect("PKCS#8")
            .encrypt_with_params(scheme, password)
            .expect("an encrypted key");
        pem("ENCRYPTED PRIVATE KEY", encrypted.as_bytes())
    }
}

/// PKCS#8 of version 1: OpenSSL 3.0 and GnuTLS do not read the version that adds the public key.
fn without_public_key(pkcs8: &[u8]) -> Vec<u8> {
    let info = PrivateKeyInfoRef::from_der(pkcs8).expect("PKCS#8");
    let info = PrivateKeyInfoRef::new(info.algorithm, info.private_key);
    info.to_der().expect("PKCS#8")
}

/// One certificate as PEM.
pub fn certificate_pem(der: &[u8]) -> String {
    pem("CERTIFICATE", der)
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    encode_string(label, LineEnding::LF, der).expect("PEM")
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("random bytes");
    bytes
}
