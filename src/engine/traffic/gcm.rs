//! AES-GCM that opens a record into two places: a full record of TLS 1.3 is one byte longer than the
//! data in it, and a reader who has room for just the data would get it by a copy.
//!
//! The functions of AWS-LC that do so have no safe form.

use std::ffi::c_int;
use std::ptr::{self, NonNull};

use aws_lc_sys::{
    EVP_CIPHER_CTX, EVP_CIPHER_CTX_ctrl, EVP_CIPHER_CTX_free, EVP_CIPHER_CTX_new,
    EVP_CTRL_AEAD_SET_TAG, EVP_DecryptFinal_ex, EVP_DecryptInit_ex, EVP_DecryptUpdate,
    EVP_aes_128_gcm, EVP_aes_256_gcm,
};

const NONCE: usize = 12;
const TAG: usize = 16;

/// A key that opens.
pub struct SplitOpening(NonNull<EVP_CIPHER_CTX>);

// SAFETY: the context belongs to this value alone, and AWS-LC ties none to a thread.
unsafe impl Send for SplitOpening {}

impl SplitOpening {
    /// `None` for a key that is not of AES-128 or AES-256, and where there is no memory.
    pub fn new(key: &[u8]) -> Option<SplitOpening> {
        // SAFETY: each returns a constant of the library.
        let cipher = match key.len() {
            16 => unsafe { EVP_aes_128_gcm() },
            32 => unsafe { EVP_aes_256_gcm() },
            _ => return None,
        };
        // SAFETY: it takes nothing, and what it returns is owned by `opening` from here on.
        let opening = SplitOpening(NonNull::new(unsafe { EVP_CIPHER_CTX_new() })?);
        let context = opening.0.as_ptr();
        // SAFETY: the context is live, and the key as long as the cipher wants it; no nonce is set yet.
        let set = unsafe {
            EVP_DecryptInit_ex(context, cipher, ptr::null_mut(), key.as_ptr(), ptr::null())
        };
        (set == 1).then_some(opening)
    }

    /// Opens `sealed`, which ends with the tag, into `first` and then `second`, which together are
    /// shorter by the tag. `None`, and both are wiped, if it does not open.
    pub fn open(
        &mut self,
        nonce: &[u8; NONCE],
        aad: &[u8],
        sealed: &[u8],
        first: &mut [u8],
        second: &mut [u8],
    ) -> Option<()> {
        let (body, tag) = sealed.split_last_chunk::<TAG>()?;
        let (one, other) = body.split_at_checked(first.len())?;
        if other.len() != second.len() {
            return None;
        }
        let opened = self.begin(nonce, aad)
            && self.update(one, first)
            && self.update(other, second)
            && self.finish(tag);
        if !opened {
            // What the cipher wrote ahead of the tag must not be taken for plaintext.
            first.fill(0);
            second.fill(0);
        }
        opened.then_some(())
    }

    fn begin(&mut self, nonce: &[u8; NONCE], aad: &[u8]) -> bool {
        let Ok(len) = c_int::try_from(aad.len()) else {
            return false;
        };
        let (context, mut done) = (self.0.as_ptr(), 0);
        // SAFETY: the context is live and has its key; the nonce has the twelve bytes that GCM reads
        // unless told otherwise. Without a place for output, what is given is authenticated alone, and
        // `aad` is readable for `len` bytes.
        unsafe {
            EVP_DecryptInit_ex(
                context,
                ptr::null(),
                ptr::null_mut(),
                ptr::null(),
                nonce.as_ptr(),
            ) == 1
                && EVP_DecryptUpdate(context, ptr::null_mut(), &mut done, aad.as_ptr(), len) == 1
        }
    }

    fn update(&mut self, sealed: &[u8], opened: &mut [u8]) -> bool {
        let Ok(len) = c_int::try_from(sealed.len()) else {
            return false;
        };
        if sealed.is_empty() {
            return true;
        }
        let mut done = 0;
        debug_assert_eq!(sealed.len(), opened.len());
        // SAFETY: the context is live; `sealed` is readable and `opened` writable for `len` bytes, which
        // is what a stream cipher writes for that many, and the two do not overlap.
        let updated = unsafe {
            EVP_DecryptUpdate(
                self.0.as_ptr(),
                opened.as_mut_ptr(),
                &mut done,
                sealed.as_ptr(),
                len,
            )
        };
        updated == 1 && done == len
    }

    /// Whether the tag is that of all that was given.
    fn finish(&mut self, tag: &[u8; TAG]) -> bool {
        let (context, mut done) = (self.0.as_ptr(), 0);
        let mut rest = [0; TAG];
        // SAFETY: the context is live. The tag is copied, from the sixteen bytes that it has; the end
        // of a stream writes nothing, and there is room for a block.
        unsafe {
            EVP_CIPHER_CTX_ctrl(
                context,
                EVP_CTRL_AEAD_SET_TAG,
                TAG as c_int,
                tag.as_ptr().cast_mut().cast(),
            ) == 1
                && EVP_DecryptFinal_ex(context, rest.as_mut_ptr(), &mut done) == 1
        }
    }
}

impl Drop for SplitOpening {
    fn drop(&mut self) {
        // SAFETY: it came from EVP_CIPHER_CTX_new and is freed once; the key in it is wiped.
        unsafe { EVP_CIPHER_CTX_free(self.0.as_ptr()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::aead::{Aead, Key};
    use super::*;

    const AAD: &[u8] = &[23, 3, 3, 0, 100];

    fn sealed(aead: Aead, key: &[u8], nonce: [u8; NONCE], plaintext: &[u8]) -> Vec<u8> {
        let mut sealed = vec![0; plaintext.len() + TAG];
        let key = Key::new(aead, key);
        key.seal(nonce, AAD, plaintext, &[], &mut sealed).unwrap();
        sealed
    }

    #[test]
    fn it_opens_what_the_other_way_seals_wherever_it_is_split() {
        let plaintext: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for (aead, key) in [
            (Aead::Aes128Gcm, &[7; 16][..]),
            (Aead::Aes256Gcm, &[8; 32][..]),
        ] {
            let mut opening = SplitOpening::new(key).unwrap();
            for split in [0, 1, 15, 16, 17, 500, 999, 1000] {
                let nonce = [split as u8; NONCE];
                let sealed = sealed(aead, key, nonce, &plaintext);
                let (mut first, mut second) = (vec![0; split], vec![0; 1000 - split]);
                let opened = opening.open(&nonce, AAD, &sealed, &mut first, &mut second);
                assert!(opened.is_some(), "{aead:?} {split}");
                assert_eq!([first, second].concat(), plaintext);
            }
        }
    }

    #[test]
    fn what_was_changed_leaves_nothing() {
        let (key, nonce) = ([7; 16], [1; NONCE]);
        let good = sealed(Aead::Aes128Gcm, &key, nonce, &[42; 100]);
        let mut opening = SplitOpening::new(&key).unwrap();
        let mut open = |sealed: &[u8], nonce, aad| {
            let (mut first, mut second) = ([1; 64], [1; 36]);
            let opened = opening.open(nonce, aad, sealed, &mut first, &mut second);
            assert_eq!(first == [0; 64] && second == [0; 36], opened.is_none());
            opened.is_some()
        };
        assert!(open(&good, &nonce, AAD));
        for at in [0, 63, 64, 99, 100, 115] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(!open(&bad, &nonce, AAD));
        }
        assert!(!open(&good, &[2; NONCE], AAD));
        assert!(!open(&good, &nonce, &AAD[1..]));
        assert!(open(&good, &nonce, AAD));
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        let key = [7; 16];
        let good = sealed(Aead::Aes128Gcm, &key, [1; NONCE], &[42; 100]);
        let mut opening = SplitOpening::new(&key).unwrap();
        for (first, second) in [(100, 1), (101, 0), (64, 35), (0, 0)] {
            let (mut first, mut second) = (vec![0; first], vec![0; second]);
            let opened = opening.open(&[1; NONCE], AAD, &good, &mut first, &mut second);
            assert!(opened.is_none());
        }
        assert!(
            opening
                .open(&[1; NONCE], AAD, &[0; 15], &mut [], &mut [])
                .is_none()
        );
        assert!(SplitOpening::new(&[0; 24]).is_none());
    }
}
