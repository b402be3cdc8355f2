//! Hash functions by name.

use super::primitives::digest::{
    Algorithm, Digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest,
};
use crate::error::{Code, Error, Result};

static HASHES: [(&str, &Algorithm); 4] = [
    ("sha1", &SHA1_FOR_LEGACY_USE_ONLY),
    ("sha256", &SHA256),
    ("sha384", &SHA384),
    ("sha512", &SHA512),
];

/// Hashes `data` with the function called `hash`, in any case; an unknown one is [`Code::Name`].
pub fn hash(hash: &str, data: &[u8]) -> Result<Digest> {
    let known = HASHES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(hash));
    match known {
        Some((_, algorithm)) => Ok(digest(algorithm, data)),
        None => Err(Error::new(
            Code::Name,
            c"UNKNOWN_DIGEST",
            format!("unknown hash function '{hash}'"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's examples: the hashes of "abc" begin with these bytes.
    #[test]
    fn the_known_answers_come_out() {
        for (name, len, begin) in [
            ("sha1", 20, [0xa9, 0x99, 0x3e, 0x36]),
            ("SHA256", 32, [0xba, 0x78, 0x16, 0xbf]),
            ("sha384", 48, [0xcb, 0x00, 0x75, 0x3f]),
            ("Sha512", 64, [0xdd, 0xaf, 0x35, 0xa1]),
        ] {
            let digest = hash(name, b"abc").unwrap();
            assert_eq!(digest.as_ref().len(), len);
            assert_eq!(digest.as_ref()[..4], begin, "{name}");
        }
        assert_eq!(hash("md5", b"").unwrap_err().code(), Code::Name);
    }
}
