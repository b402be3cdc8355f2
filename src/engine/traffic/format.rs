//! What stands around the plaintext of a protected record (RFC 8446 section 5.2, RFC 5246 section
//! 6.2.3.3, RFC 7905).

use super::super::record;
use super::aead::{NonceBytes, TAG};

/// The content type of application data.
pub const DATA: u8 = 23;

/// Bytes of the nonce that a record of TLS 1.2 with AES-GCM carries.
const EXPLICIT_NONCE: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The content type is inside, behind the plaintext.
    Tls13,
    /// The nonce is outside, ahead of the ciphertext.
    Tls12Gcm,
    Tls12ChaCha20,
}

impl Format {
    /// Bytes between the header and the ciphertext.
    pub fn ahead(self) -> usize {
        match self {
            Format::Tls12Gcm => EXPLICIT_NONCE,
            Format::Tls13 | Format::Tls12ChaCha20 => 0,
        }
    }

    /// Bytes of plaintext behind the content.
    pub fn behind(self) -> usize {
        match self {
            Format::Tls13 => 1,
            Format::Tls12Gcm | Format::Tls12ChaCha20 => 0,
        }
    }

    /// By how much the body of a record is longer than its content.
    pub fn overhead(self) -> usize {
        self.ahead() + self.behind() + TAG
    }

    /// The longest plaintext that a record may hold, with what is behind the content.
    pub fn longest(self) -> usize {
        record::FRAGMENT + self.behind()
    }

    /// What is authenticated beside a record of `content` with this type and version: the record's
    /// number in TLS 1.2, and the header.
    pub fn aad(self, number: u64, kind: u8, version: [u8; 2], content: usize) -> AssociatedData {
        let header = |[kind, major, minor]: [u8; 3], len: usize| {
            let [high, low] = (len as u16).to_be_bytes();
            u64::from_be_bytes([kind, major, minor, high, low, 0, 0, 0])
        };
        match self {
            Format::Tls13 => AssociatedData::new(header([DATA, 3, 3], content + TAG), 0, 5),
            Format::Tls12Gcm | Format::Tls12ChaCha20 => {
                let [major, minor] = version;
                let header = header([kind, major, minor], content);
                AssociatedData::new(number, header, 13)
            }
        }
    }
}

/// Put together in registers, as the nonce is: bytes that are stored one by one are slow to load as
/// one word.
pub struct AssociatedData {
    bytes: [u8; 16],
    len: usize,
}

impl AssociatedData {
    fn new(first: u64, second: u64, len: usize) -> Self {
        let bytes = (u128::from(first) << 64 | u128::from(second)).to_be_bytes();
        AssociatedData { bytes, len }
    }

    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The nonce of a record: its number mixed into `iv`.
pub fn nonce(iv: &NonceBytes, number: u64) -> NonceBytes {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = *iv;
    let first = u64::from_be_bytes([a, b, c, d, e, f, g, h]) ^ number >> 32;
    let last = u32::from_be_bytes([i, j, k, l]) ^ number as u32;
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&first.to_be_bytes());
    nonce[8..].copy_from_slice(&last.to_be_bytes());
    nonce
}
