//! Cipher suites whose keys the engine shares with rustls, with the key schedule of this crate.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::crypto::CipherSuiteCommon;
use rustls::crypto::cipher::{
    AeadKey, Iv, KeyBlockShape, MessageDecrypter, MessageEncrypter, Tls12AeadAlgorithm,
    Tls13AeadAlgorithm, UnsupportedOperationError,
};
use rustls::{
    CipherSuite, ConnectionTrafficSecrets, SupportedCipherSuite, Tls12CipherSuite, Tls13CipherSuite,
};

use super::aead::{Aead, Key, NonceBytes};
use super::deposit;
use super::format::Format;
use super::opening::{Decrypter, Opening};
use super::sealing::{Encrypter, Sealing};
use crate::crypto::key_schedule;

/// A suite as it came, and the same with shared keys, which lasts as long as the process: rustls
/// wants suites that do.
struct Made {
    from: SupportedCipherSuite,
    shared: SupportedCipherSuite,
}

static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());

/// The same suites with keys that the engine shares with rustls; one that it does not know stays as
/// it is.
pub fn with_shared_keys(suites: &[SupportedCipherSuite]) -> Vec<SupportedCipherSuite> {
    suites.iter().map(|&suite| shared(suite)).collect()
}

fn shared(suite: SupportedCipherSuite) -> SupportedCipherSuite {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(made) = made.iter().find(|made| is_same(made.from, suite)) {
        return made.shared;
    }
    let Some(shared) = make(suite) else {
        return suite;
    };
    made.push(Made {
        from: suite,
        shared,
    });
    shared
}

fn is_same(one: SupportedCipherSuite, other: SupportedCipherSuite) -> bool {
    match (one, other) {
        (SupportedCipherSuite::Tls13(one), SupportedCipherSuite::Tls13(other)) => {
            std::ptr::eq(one, other)
        }
        (SupportedCipherSuite::Tls12(one), SupportedCipherSuite::Tls12(other)) => {
            std::ptr::eq(one, other)
        }
        _ => false,
    }
}

fn make(suite: SupportedCipherSuite) -> Option<SupportedCipherSuite> {
    let aead = aead_of(suite.suite())?;
    Some(match suite {
        SupportedCipherSuite::Tls13(suite) => {
            let algorithm = Tls13 {
                aead,
                limit: suite.common.confidentiality_limit,
                rustls: suite.aead_alg,
            };
            let hash = suite.common.hash_provider.algorithm();
            SupportedCipherSuite::Tls13(leak(Tls13CipherSuite {
                common: common(&suite.common),
                hkdf_provider: key_schedule::hkdf(hash).unwrap_or(suite.hkdf_provider),
                aead_alg: leak(algorithm),
                ..*suite
            }))
        }
        SupportedCipherSuite::Tls12(suite) => {
            let algorithm = Tls12 {
                aead,
                limit: suite.common.confidentiality_limit,
                rustls: suite.aead_alg,
            };
            SupportedCipherSuite::Tls12(leak(Tls12CipherSuite {
                common: common(&suite.common),
                aead_alg: leak(algorithm),
                ..*suite
            }))
        }
    })
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn common(of: &CipherSuiteCommon) -> CipherSuiteCommon {
    CipherSuiteCommon { ..*of }
}

fn aead_of(suite: CipherSuite) -> Option<Aead> {
    Some(match suite {
        CipherSuite::TLS13_AES_128_GCM_SHA256
        | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
        | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => Aead::Aes128Gcm,
        CipherSuite::TLS13_AES_256_GCM_SHA384
        | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
        | CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => Aead::Aes256Gcm,
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256
        | CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
        | CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => Aead::ChaCha20Poly1305,
        _ => return None,
    })
}

struct Tls13 {
    aead: Aead,
    limit: u64,
    rustls: &'static dyn Tls13AeadAlgorithm,
}

impl Tls13AeadAlgorithm for Tls13 {
    fn encrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn MessageEncrypter> {
        let key = Key::new(self.aead, key.as_ref());
        encrypter(key, joined(&[iv.as_ref()]), Format::Tls13, self.limit)
    }

    fn decrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn MessageDecrypter> {
        decrypter(
            self.aead,
            key.as_ref(),
            joined(&[iv.as_ref()]),
            Format::Tls13,
        )
    }

    fn key_len(&self) -> usize {
        self.rustls.key_len()
    }

    fn extract_keys(
        &self,
        key: AeadKey,
        iv: Iv,
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        self.rustls.extract_keys(key, iv)
    }
}

struct Tls12 {
    aead: Aead,
    limit: u64,
    rustls: &'static dyn Tls12AeadAlgorithm,
}

impl Tls12 {
    fn format(&self) -> Format {
        match self.aead.is_gcm() {
            true => Format::Tls12Gcm,
            false => Format::Tls12ChaCha20,
        }
    }
}

impl Tls12AeadAlgorithm for Tls12 {
    /// The nonces count up from the key block's own beginning, as in TLS 1.3.
    fn encrypter(&self, key: AeadKey, iv: &[u8], extra: &[u8]) -> Box<dyn MessageEncrypter> {
        let key = Key::new(self.aead, key.as_ref());
        encrypter(key, joined(&[iv, extra]), self.format(), self.limit)
    }

    fn decrypter(&self, key: AeadKey, iv: &[u8]) -> Box<dyn MessageDecrypter> {
        decrypter(self.aead, key.as_ref(), joined(&[iv]), self.format())
    }

    fn key_block_shape(&self) -> KeyBlockShape {
        self.rustls.key_block_shape()
    }

    fn extract_keys(
        &self,
        key: AeadKey,
        iv: &[u8],
        explicit: &[u8],
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        self.rustls.extract_keys(key, iv, explicit)
    }
}

/// The beginning of a nonce, or all of it.
fn joined(parts: &[&[u8]]) -> NonceBytes {
    let mut nonce = NonceBytes::default();
    for (byte, part) in nonce.iter_mut().zip(parts.iter().copied().flatten()) {
        *byte = *part;
    }
    nonce
}

fn encrypter(key: Key, iv: NonceBytes, format: Format, limit: u64) -> Box<dyn MessageEncrypter> {
    let sealing = Arc::new(Sealing::new(key, iv, format, limit));
    deposit::sealing(&sealing);
    Box::new(Encrypter(sealing))
}

fn decrypter(aead: Aead, key: &[u8], iv: NonceBytes, format: Format) -> Box<dyn MessageDecrypter> {
    let opening = Arc::new(Opening::new(aead, key, iv, format));
    deposit::opening(&opening);
    Box::new(Decrypter(opening))
}
