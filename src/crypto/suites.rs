//! Cipher suites: numbers, the two naming schemes, and what a list of names selects.

use std::ffi::CStr;

use rustls::SupportedCipherSuite;

use crate::error::{Code, Error, Result};

/// One cipher suite that the protocol versions of this library can use.
pub struct Suite {
    /// IANA's number.
    pub number: u16,
    /// IANA's name.
    pub name: &'static CStr,
    /// OpenSSL's name; for TLS 1.3 it is IANA's.
    pub openssl_name: &'static CStr,
    /// Bits of the symmetric key.
    pub bits: i32,
}

const fn suite(number: u16, name: &'static CStr, openssl_name: &'static CStr, bits: i32) -> Suite {
    Suite {
        number,
        name,
        openssl_name,
        bits,
    }
}

/// Every suite that some build of the library negotiates.
static SUITES: [Suite; 9] = [
    suite(
        0x1301,
        c"TLS_AES_128_GCM_SHA256",
        c"TLS_AES_128_GCM_SHA256",
        128,
    ),
    suite(
        0x1302,
        c"TLS_AES_256_GCM_SHA384",
        c"TLS_AES_256_GCM_SHA384",
        256,
    ),
    suite(
        0x1303,
        c"TLS_CHACHA20_POLY1305_SHA256",
        c"TLS_CHACHA20_POLY1305_SHA256",
        256,
    ),
    suite(
        0xc02b,
        c"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        c"ECDHE-ECDSA-AES128-GCM-SHA256",
        128,
    ),
    suite(
        0xc02c,
        c"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        c"ECDHE-ECDSA-AES256-GCM-SHA384",
        256,
    ),
    suite(
        0xc02f,
        c"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        c"ECDHE-RSA-AES128-GCM-SHA256",
        128,
    ),
    suite(
        0xc030,
        c"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        c"ECDHE-RSA-AES256-GCM-SHA384",
        256,
    ),
    suite(
        0xcca8,
        c"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        c"ECDHE-RSA-CHACHA20-POLY1305",
        256,
    ),
    suite(
        0xcca9,
        c"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        c"ECDHE-ECDSA-CHACHA20-POLY1305",
        256,
    ),
];

/// Parts of suite names, IANA's and OpenSSL's, that mark what the engine leaves out on purpose.
/// A name with one of them is a known name that this library lacks, not a typing error.
const LACKING: [&str; 26] = [
    "CBC",
    "CCM",
    "RC4",
    "3DES",
    "DES-CBC",
    "NULL",
    "EXPORT",
    "CAMELLIA",
    "ARIA",
    "SEED",
    "IDEA",
    "PSK",
    "SRP",
    "KRB5",
    "DHE-RSA-",
    "DHE-DSS-",
    "TLS_DHE_",
    "TLS_RSA_",
    "TLS_DH_",
    "TLS_ECDH_",
    "ADH-",
    "AECDH-",
    "GOST",
    "AES128-",
    "AES256-",
    "TLS_SM4_",
];

/// The suite with IANA's number `number`, if any build of the library has it.
pub fn by_number(number: u16) -> Option<&'static Suite> {
    SUITES.iter().find(|suite| suite.number == number)
}

/// Selects from `available` the suites named in `names`, in the order given. Names are IANA's or
/// OpenSSL's, in any case, separated by ':' or ','; a name given twice counts once.
///
/// [`Code::Name`] for an unknown name, [`Code::Unsupported`] for one that this build lacks, and
/// [`Code::Argument`] when nothing is named.
pub fn select(
    names: &str,
    available: &[SupportedCipherSuite],
) -> Result<Vec<SupportedCipherSuite>> {
    let mut selected: Vec<SupportedCipherSuite> = Vec::new();
    for name in super::listed(names) {
        let found = find(name, available)?;
        if !selected.contains(&found) {
            selected.push(found);
        }
    }
    if selected.is_empty() {
        return Err(Error::argument("the list names no cipher"));
    }
    Ok(selected)
}

fn find(name: &str, available: &[SupportedCipherSuite]) -> Result<SupportedCipherSuite> {
    let known = SUITES.iter().find(|suite| {
        [suite.name, suite.openssl_name]
            .iter()
            .any(|known| known.to_bytes().eq_ignore_ascii_case(name.as_bytes()))
    });
    let built = known.and_then(|suite| {
        available
            .iter()
            .find(|built| u16::from(built.suite()) == suite.number)
    });
    match (built, known) {
        (Some(&built), _) => Ok(built),
        (None, Some(_)) => Err(lacking(name)),
        (None, None) if is_lacking(name) => Err(lacking(name)),
        (None, None) => Err(Error::new(
            Code::Name,
            c"NO_CIPHER_MATCH",
            format!("unknown cipher '{name}'"),
        )),
    }
}

fn is_lacking(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    LACKING.iter().any(|part| name.contains(part))
}

fn lacking(name: &str) -> Error {
    Error::unsupported(format!("this build does not have the cipher '{name}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(names: &str) -> Vec<u16> {
        select(names, &crate::crypto::provider().cipher_suites)
            .unwrap()
            .iter()
            .map(|suite| suite.suite().into())
            .collect()
    }

    #[test]
    fn every_built_suite_has_names() {
        for built in &crate::crypto::provider().cipher_suites {
            assert!(by_number(built.suite().into()).is_some(), "{built:?}");
        }
    }

    #[test]
    fn names_of_both_kinds_select_in_the_order_given() {
        assert_eq!(
            numbers("ECDHE-RSA-AES128-GCM-SHA256, tls_aes_256_gcm_sha384:TLS_AES_256_GCM_SHA384"),
            [0xc02f, 0x1302]
        );
    }

    #[test]
    fn unknown_and_lacking_names_differ() {
        let available = &crate::crypto::provider().cipher_suites;
        for (name, code) in [
            ("TLS_AES_512", Code::Name),
            ("ECDHE-RSA-AES128-SHA", Code::Unsupported),
            ("AES128-SHA", Code::Unsupported),
            ("TLS_RSA_WITH_AES_128_CBC_SHA", Code::Unsupported),
            ("DHE-RSA-AES128-GCM-SHA256", Code::Unsupported),
            ("TLS_AES_128_CCM_SHA256", Code::Unsupported),
            (" : , ", Code::Argument),
        ] {
            let error = select(name, available).unwrap_err();
            assert_eq!(error.code(), code, "{name}: {error}");
        }
    }
}
