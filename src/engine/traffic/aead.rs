//! The AEAD of a direction, as both cryptographic libraries have it.

use crate::crypto::primitives::aead::{
    AES_128_GCM, AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce,
    UnboundKey,
};

pub const TAG: usize = 16;

/// rustls derives keys of the length that a suite says.
const LENGTH: &str = "a key as long as the algorithm wants it";

pub type NonceBytes = [u8; NONCE_LEN];

/// The algorithms of TLS 1.2 and 1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aead {
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
}

impl Aead {
    pub fn is_gcm(self) -> bool {
        self != Aead::ChaCha20Poly1305
    }

    pub fn key_len(self) -> usize {
        self.algorithm().key_len()
    }

    fn algorithm(self) -> &'static Algorithm {
        match self {
            Aead::Aes128Gcm => &AES_128_GCM,
            Aead::Aes256Gcm => &AES_256_GCM,
            Aead::ChaCha20Poly1305 => &CHACHA20_POLY1305,
        }
    }
}

/// Seals or opens. A nonce must not be used twice to seal.
pub struct Key {
    key: LessSafeKey,
    /// Whether data is sealed out of place, and what stands behind it apart: ChaCha20 makes a block of
    /// its key stream for that alone.
    #[cfg(feature = "aws-lc-rs")]
    scatters: bool,
}

impl Key {
    pub fn new(aead: Aead, key: &[u8]) -> Self {
        let key = UnboundKey::new(aead.algorithm(), key).expect(LENGTH);
        Key {
            key: LessSafeKey::new(key),
            #[cfg(feature = "aws-lc-rs")]
            scatters: aead.is_gcm(),
        }
    }

    /// Seals `data` and `behind` it into `out`, which has just the room for them and the tag.
    pub fn seal(
        &self,
        nonce: NonceBytes,
        aad: &[u8],
        data: &[u8],
        behind: &[u8],
        out: &mut [u8],
    ) -> Option<()> {
        let (body, end) = out.split_at_mut_checked(data.len())?;
        #[cfg(feature = "aws-lc-rs")]
        if self.scatters {
            let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(aad));
            let sealed = (self.key).seal_out_of_place_scatter(nonce, aad, data, body, behind, end);
            return sealed.ok();
        }
        body.copy_from_slice(data);
        end.get_mut(..behind.len())?.copy_from_slice(behind);
        self.seal_in_place(nonce, aad, out)
    }

    /// Seals what stands in `out` ahead of room for the tag.
    pub fn seal_in_place(&self, nonce: NonceBytes, aad: &[u8], out: &mut [u8]) -> Option<()> {
        let (body, end) = out.split_at_mut_checked(out.len().checked_sub(TAG)?)?;
        let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(aad));
        let tag = self.key.seal_in_place_separate_tag(nonce, aad, body);
        end.copy_from_slice(tag.ok()?.as_ref());
        Some(())
    }

    /// Opens `sealed`, which ends with the tag, into `out`, which is shorter by the tag. What is in
    /// `out` after a failure is no plaintext.
    pub fn open(&self, nonce: NonceBytes, aad: &[u8], sealed: &[u8], out: &mut [u8]) -> Option<()> {
        let (body, tag) = sealed.split_at_checked(out.len())?;
        let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(aad));
        #[cfg(feature = "aws-lc-rs")]
        return self
            .key
            .open_separate_gather(nonce, aad, body, tag, out)
            .ok();
        #[cfg(not(feature = "aws-lc-rs"))]
        {
            let _ = (body, tag);
            let mut copy = sealed.to_vec();
            let opened = self.key.open_in_place(nonce, aad, &mut copy).ok()?;
            out.copy_from_slice(opened);
            Some(())
        }
    }

    /// Opens `sealed` where it is and returns the length of the plaintext.
    pub fn open_in_place(&self, nonce: NonceBytes, aad: &[u8], sealed: &mut [u8]) -> Option<usize> {
        let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(aad));
        let opened = self.key.open_in_place(nonce, aad, sealed).ok()?;
        Some(opened.len())
    }
}
