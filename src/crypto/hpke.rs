//! Hybrid public key encryption (RFC 9180), for Encrypted ClientHello.

use rustls::crypto::hpke::Hpke;

/// What this build has; the first is what clients use most.
#[cfg(feature = "aws-lc-rs")]
pub static SUITES: [&dyn Hpke; 12] = {
    use super::backend::hpke::*;
    [
        DH_KEM_X25519_HKDF_SHA256_AES_128,
        DH_KEM_X25519_HKDF_SHA256_AES_256,
        DH_KEM_X25519_HKDF_SHA256_CHACHA20_POLY1305,
        DH_KEM_P256_HKDF_SHA256_AES_128,
        DH_KEM_P256_HKDF_SHA256_AES_256,
        DH_KEM_P256_HKDF_SHA256_CHACHA20_POLY1305,
        DH_KEM_P384_HKDF_SHA384_AES_128,
        DH_KEM_P384_HKDF_SHA384_AES_256,
        DH_KEM_P384_HKDF_SHA384_CHACHA20_POLY1305,
        DH_KEM_P521_HKDF_SHA512_AES_128,
        DH_KEM_P521_HKDF_SHA512_AES_256,
        DH_KEM_P521_HKDF_SHA512_CHACHA20_POLY1305,
    ]
};
#[cfg(not(feature = "aws-lc-rs"))]
pub static SUITES: [&dyn Hpke; 0] = [];
