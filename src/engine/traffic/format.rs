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
        let mut bytes = [0; AssociatedData::LONGEST];
        match self {
            Format::Tls13 => {
                let body = (content + TAG) as u16;
                bytes[..3].copy_from_slice(&[DATA, 3, 3]);
                bytes[3..5].copy_from_slice(&body.to_be_bytes());
                AssociatedData { bytes, len: 5 }
            }
            Format::Tls12Gcm | Format::Tls12ChaCha20 => {
                bytes[..8].copy_from_slice(&number.to_be_bytes());
                bytes[8..11].copy_from_slice(&[kind, version[0], version[1]]);
                bytes[11..].copy_from_slice(&(content as u16).to_be_bytes());
                AssociatedData {
                    bytes,
                    len: AssociatedData::LONGEST,
                }
            }
        }
    }
}

pub struct AssociatedData {
    bytes: [u8; AssociatedData::LONGEST],
    len: usize,
}

impl AssociatedData {
    const LONGEST: usize = 13;

    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The nonce of a record: its number mixed into `iv`.
pub fn nonce(iv: &NonceBytes, number: u64) -> NonceBytes {
    let mut nonce = *iv;
    let (_, counted) = nonce
        .split_last_chunk_mut()
        .expect("a nonce of twelve bytes");
    *counted = (u64::from_be_bytes(*counted) ^ number).to_be_bytes();
    nonce
}
