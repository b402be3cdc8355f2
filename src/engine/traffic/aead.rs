//! The AEAD of a direction, as both cryptographic libraries have it.

#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs::aead::{TlsProtocolId, TlsRecordSealingKey};

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

    fn algorithm(self) -> &'static Algorithm {
        match self {
            Aead::Aes128Gcm => &AES_128_GCM,
            Aead::Aes256Gcm => &AES_256_GCM,
            Aead::ChaCha20Poly1305 => &CHACHA20_POLY1305,
        }
    }

    fn key(self, key: &[u8]) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(self.algorithm(), key).expect(LENGTH))
    }
}

/// Seals; each nonce is greater than the one before, apart from what it is mixed with.
pub enum SealingKey {
    /// Seals from one buffer into another.
    #[cfg(feature = "aws-lc-rs")]
    OutOfPlace(TlsRecordSealingKey),
    InPlace(LessSafeKey),
}

impl SealingKey {
    pub fn new(aead: Aead, key: &[u8]) -> Self {
        #[cfg(feature = "aws-lc-rs")]
        if aead.is_gcm() {
            // As rustls does: the nonces of both versions count up and are mixed with a mask.
            let protocol = TlsProtocolId::TLS13;
            let key = TlsRecordSealingKey::new(aead.algorithm(), protocol, key).expect(LENGTH);
            return SealingKey::OutOfPlace(key);
        }
        SealingKey::InPlace(aead.key(key))
    }

    /// Seals `data` and `behind` it into `out`, which has just the room for them and the tag.
    pub fn seal(
        &mut self,
        nonce: NonceBytes,
        aad: &[u8],
        data: &[u8],
        behind: &[u8],
        out: &mut [u8],
    ) -> Option<()> {
        match self {
            #[cfg(feature = "aws-lc-rs")]
            SealingKey::OutOfPlace(key) => {
                let (body, end) = out.split_at_mut_checked(data.len())?;
                let nonce = Nonce::assume_unique_for_key(nonce);
                key.seal_out_of_place_scatter(nonce, Aad::from(aad), data, body, behind, end)
                    .ok()
            }
            SealingKey::InPlace(_) => {
                let (body, rest) = out.split_at_mut_checked(data.len())?;
                body.copy_from_slice(data);
                rest.get_mut(..behind.len())?.copy_from_slice(behind);
                self.seal_in_place(nonce, aad, out)
            }
        }
    }

    /// Seals what stands in `out` ahead of room for the tag.
    pub fn seal_in_place(&mut self, nonce: NonceBytes, aad: &[u8], out: &mut [u8]) -> Option<()> {
        let (body, end) = out.split_at_mut_checked(out.len().checked_sub(TAG)?)?;
        let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(aad));
        let tag = match self {
            #[cfg(feature = "aws-lc-rs")]
            SealingKey::OutOfPlace(key) => key.seal_in_place_separate_tag(nonce, aad, body),
            SealingKey::InPlace(key) => key.seal_in_place_separate_tag(nonce, aad, body),
        };
        end.copy_from_slice(tag.ok()?.as_ref());
        Some(())
    }
}

pub struct OpeningKey(LessSafeKey);

impl OpeningKey {
    pub fn new(aead: Aead, key: &[u8]) -> Self {
        OpeningKey(aead.key(key))
    }

    /// Opens `sealed`, which ends with the tag, into `out`, which is shorter by the tag. What is in
    /// `out` after a failure is no plaintext.
    pub fn open(&self, nonce: NonceBytes, aad: &[u8], sealed: &[u8], out: &mut [u8]) -> Option<()> {
        let (body, tag) = sealed.split_at_checked(out.len())?;
        let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(aad));
        #[cfg(feature = "aws-lc-rs")]
        return self.0.open_separate_gather(nonce, aad, body, tag, out).ok();
        #[cfg(not(feature = "aws-lc-rs"))]
        {
            let _ = (body, tag);
            let mut copy = sealed.to_vec();
            let opened = self.0.open_in_place(nonce, aad, &mut copy).ok()?;
            out.copy_from_slice(opened);
            Some(())
        }
    }

    /// Opens `sealed` where it is and returns the length of the plaintext.
    pub fn open_in_place(&self, nonce: NonceBytes, aad: &[u8], sealed: &mut [u8]) -> Option<usize> {
        let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(aad));
        let opened = self.0.open_in_place(nonce, aad, sealed).ok()?;
        Some(opened.len())
    }
}
