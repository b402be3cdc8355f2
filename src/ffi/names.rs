//! Names of versions, ciphers and groups.

use std::ffi::{c_char, c_int};
use std::ptr;

use crate::crypto::{groups, suites, versions};

/// rssl_version_name returns OpenSSL's name of a protocol version, such as "TLSv1.3". Static; NULL
/// for unknown.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_version_name(v: u16) -> *const c_char {
    versions::name(v).map_or(ptr::null(), |name| name.as_ptr())
}

/// rssl_cipher_name returns IANA's name of a cipher, such as "TLS_AES_128_GCM_SHA256". Static; NULL
/// for unknown.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_cipher_name(c: u16) -> *const c_char {
    suites::by_number(c).map_or(ptr::null(), |suite| suite.name.as_ptr())
}

/// rssl_cipher_openssl_name returns OpenSSL's name of a cipher, such as
/// "ECDHE-RSA-AES128-GCM-SHA256". Static; NULL for unknown.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_cipher_openssl_name(c: u16) -> *const c_char {
    suites::by_number(c).map_or(ptr::null(), |suite| suite.openssl_name.as_ptr())
}

/// rssl_cipher_bits returns the length of a cipher's symmetric key in bits; 0 for unknown.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_cipher_bits(c: u16) -> c_int {
    suites::by_number(c).map_or(0, |suite| suite.bits)
}

/// rssl_group_name returns IANA's name of a key exchange group, such as "X25519MLKEM768". Static;
/// NULL for unknown.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_group_name(g: u16) -> *const c_char {
    groups::name(g).map_or(ptr::null(), |name| name.as_ptr())
}
