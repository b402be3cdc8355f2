//! HKDF for the key schedule of TLS 1.3 (RFC 8446 section 7.1).
//!
//! Most keys are there to make two to four others of. The crate hkdf hashes a key once for all of them; what
//! rustls has over AWS-LC does so for each, which takes a twentieth of a resumed handshake longer where
//! the CPU has instructions for SHA-256.

use std::marker::PhantomData;

use hkdf::{GenericHkdf, HmacImpl};
use hmac::Hmac;
use hmac::digest::Output;
use rustls::crypto::hash::HashAlgorithm;
use rustls::crypto::hmac::Tag;
use rustls::crypto::tls13::{Hkdf, HkdfExpander, OkmBlock, OutputLengthError};
use sha2::{Sha256, Sha384};
use zeroize::{Zeroize, Zeroizing};

const ZEROS: [u8; OkmBlock::MAX_LEN] = [0; OkmBlock::MAX_LEN];

/// HKDF with the hash of a cipher suite; `None` for hashes that TLS 1.3 does not use.
pub fn hkdf(hash: HashAlgorithm) -> Option<&'static dyn Hkdf> {
    match hash {
        HashAlgorithm::SHA256 => Some(&KeySchedule::<Hmac<Sha256>>(PhantomData)),
        HashAlgorithm::SHA384 => Some(&KeySchedule::<Hmac<Sha384>>(PhantomData)),
        _ => None,
    }
}

/// With one of the HMACs, none of which it holds.
struct KeySchedule<H>(PhantomData<fn() -> H>);

struct Expander<H: HmacImpl>(GenericHkdf<H>);

impl<H: HmacImpl + Send + Sync + 'static> Expander<H> {
    fn boxed(key: &[u8]) -> Box<dyn HkdfExpander> {
        let hkdf = GenericHkdf::from_prk(key);
        Box::new(Expander::<H>(hkdf.expect("as long as the hash")))
    }
}

impl<H: HmacImpl + Send + Sync + 'static> Hkdf for KeySchedule<H> {
    fn extract_from_zero_ikm(&self, salt: Option<&[u8]>) -> Box<dyn HkdfExpander> {
        self.extract_from_secret(salt, &ZEROS[..H::output_size()])
    }

    /// HKDF-Extract is this HMAC (RFC 5869 section 2.2). The crate's own leaves the key that it makes in
    /// memory.
    fn extract_from_secret(&self, salt: Option<&[u8]>, secret: &[u8]) -> Box<dyn HkdfExpander> {
        let salt = salt.unwrap_or(&ZEROS[..H::output_size()]);
        let mut key = hmac::<H>(salt, secret);
        let expander = Expander::<H>::boxed(&key);
        key.as_mut_slice().zeroize();
        expander
    }

    fn expander_for_okm(&self, okm: &OkmBlock) -> Box<dyn HkdfExpander> {
        Expander::<H>::boxed(okm.as_ref())
    }

    fn hmac_sign(&self, key: &OkmBlock, message: &[u8]) -> Tag {
        Tag::new(&hmac::<H>(key.as_ref(), message))
    }
}

fn hmac<H: HmacImpl>(key: &[u8], message: &[u8]) -> Output<H> {
    let mut hmac = H::new_from_slice(key);
    hmac.update(message);
    hmac.finalize()
}

impl<H: HmacImpl + Send + Sync> HkdfExpander for Expander<H> {
    fn expand_slice(&self, info: &[&[u8]], output: &mut [u8]) -> Result<(), OutputLengthError> {
        let expanded = self.0.expand_multi_info(info, output);
        expanded.map_err(|_| OutputLengthError)
    }

    fn expand_block(&self, info: &[&[u8]]) -> OkmBlock {
        let mut block = Zeroizing::new([0; OkmBlock::MAX_LEN]);
        let block = &mut block[..self.hash_len()];
        let expanded = self.0.expand_multi_info(info, block);
        expanded.expect("one block is not too long");
        OkmBlock::new(block)
    }

    fn hash_len(&self) -> usize {
        H::output_size()
    }
}

#[cfg(test)]
mod tests {
    use rustls::SupportedCipherSuite;

    use super::*;

    /// What rustls has for each hash, and what there is here.
    fn pairs() -> Vec<(&'static dyn Hkdf, &'static dyn Hkdf)> {
        let provider = crate::crypto::provider();
        let pair = |suite: &SupportedCipherSuite| match suite {
            SupportedCipherSuite::Tls13(suite) => {
                let ours = hkdf(suite.common.hash_provider.algorithm());
                Some((suite.hkdf_provider, ours.unwrap()))
            }
            SupportedCipherSuite::Tls12(_) => None,
        };
        let pairs: Vec<_> = provider.cipher_suites.iter().filter_map(pair).collect();
        assert!(pairs.len() >= 3);
        pairs
    }

    fn expansions(expander: &dyn HkdfExpander) -> Vec<Vec<u8>> {
        let mut all = vec![
            expander
                .expand_block(&[b"a", b"", b"block"])
                .as_ref()
                .to_vec(),
        ];
        for len in [1, 12, 16, 32, 33, 48, 49, 255 * expander.hash_len()] {
            let mut out = vec![0; len];
            expander.expand_slice(&[b"in", b"fo"], &mut out).unwrap();
            all.push(out);
        }
        all
    }

    #[test]
    fn keys_are_what_rustls_makes_of_the_same_secrets() {
        let secret = [7; 300];
        for (theirs, ours) in pairs() {
            for salt in [None, Some(&secret[..0]), Some(&secret[..32]), Some(&secret)] {
                for secret in [&secret[..1], &secret[..64], &secret] {
                    let made = [theirs, ours].map(|hkdf| {
                        let expander = hkdf.extract_from_secret(salt, secret);
                        let key = expander.expand_block(&[b"key"]);
                        let next = hkdf.expander_for_okm(&key);
                        let signed = hkdf.hmac_sign(&key, secret).as_ref().to_vec();
                        (expansions(&*expander), expansions(&*next), signed)
                    });
                    assert_eq!(made[0], made[1]);
                }
                let made =
                    [theirs, ours].map(|hkdf| expansions(&*hkdf.extract_from_zero_ikm(salt)));
                assert_eq!(made[0], made[1]);
            }
        }
    }

    #[test]
    fn what_is_too_long_is_refused() {
        for (_, ours) in pairs() {
            let expander = ours.extract_from_zero_ikm(None);
            let mut out = vec![0; 255 * expander.hash_len() + 1];
            assert!(expander.expand_slice(&[], &mut out).is_err());
        }
    }
}
