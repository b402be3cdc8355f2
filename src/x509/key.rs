//! The kind and the size of a public key.

use std::ffi::CString;

use x509_parser::asn1_rs::Tag;

use super::der::Reader;
use super::oid;

#[derive(Debug, Default)]
pub(super) struct Key {
    /// OpenSSL's long name, or dotted digits; empty if unreadable.
    pub algorithm: CString,
    /// 0 if not known.
    pub bits: u32,
}

impl Key {
    /// Reads a SubjectPublicKeyInfo. One whose key is not what its algorithm says has no size.
    pub fn read(spki: &[u8]) -> Option<Key> {
        let field = "subjectPublicKeyInfo";
        let mut inside = Reader::at(spki, 0)
            .expect(field, Tag::Sequence)
            .ok()?
            .reader();
        let mut algorithm = inside.expect(field, Tag::Sequence).ok()?.reader();
        let oid = oid::dotted(algorithm.expect(field, Tag::Oid).ok()?.contents)?;
        let parameters = algorithm.any(field).ok();
        let key = inside
            .expect(field, Tag::BitString)
            .ok()?
            .contents
            .get(1..)?;
        let bits = match oid.as_str() {
            "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => rsa_bits(key),
            "1.2.840.10045.2.1" => parameters
                .filter(|curve| curve.is(Tag::Oid))
                .and_then(|curve| oid::dotted(curve.contents))
                .and_then(|curve| curve_bits(&curve)),
            "1.2.840.10040.4.1" => parameters
                .and_then(|dsa| dsa.reader().expect("p", Tag::Integer).ok())
                .map(|p| integer_bits(p.contents)),
            oid => fixed_bits(oid),
        };
        Some(Key {
            algorithm: oid::long_name(&oid),
            bits: bits.unwrap_or(0),
        })
    }
}

/// RSAPublicKey ::= SEQUENCE { modulus, publicExponent }
fn rsa_bits(key: &[u8]) -> Option<u32> {
    let mut key = Reader::at(key, 0)
        .expect("key", Tag::Sequence)
        .ok()?
        .reader();
    let modulus = key.expect("modulus", Tag::Integer).ok()?;
    Some(integer_bits(modulus.contents))
}

/// The length of a positive big-endian number without its leading zeros.
fn integer_bits(number: &[u8]) -> u32 {
    let Some(first) = number.iter().position(|byte| *byte != 0) else {
        return 0;
    };
    let bits = (number.len() - first) * 8 - number[first].leading_zeros() as usize;
    u32::try_from(bits).unwrap_or(0)
}

fn curve_bits(curve: &str) -> Option<u32> {
    Some(match curve {
        "1.2.840.10045.3.1.1" => 192,
        "1.3.132.0.33" => 224,
        "1.2.840.10045.3.1.7" | "1.3.132.0.10" | "1.3.36.3.3.2.8.1.1.7" => 256,
        "1.3.132.0.34" | "1.3.36.3.3.2.8.1.1.11" => 384,
        "1.3.36.3.3.2.8.1.1.13" => 512,
        "1.3.132.0.35" => 521,
        _ => return None,
    })
}

/// The numbers of OpenSSL's EVP_PKEY_get_bits.
fn fixed_bits(oid: &str) -> Option<u32> {
    Some(match oid {
        "1.3.101.110" | "1.3.101.112" => 253,
        "1.3.101.111" => 448,
        "1.3.101.113" => 456,
        _ => return None,
    })
}
