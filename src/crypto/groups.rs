//! Key exchange groups: numbers, names, and what a list of names selects.

use std::ffi::CStr;

use rustls::crypto::SupportedKxGroup;

use crate::error::{Code, Error, Result};

/// IANA's number, IANA's name, and the other names that people use. The first ones some build
/// of the library negotiates; the rest are known and lacking.
static GROUPS: [(u16, &CStr, &[&str]); 20] = [
    (4588, c"X25519MLKEM768", &[]),
    (4587, c"SecP256r1MLKEM768", &[]),
    (29, c"x25519", &["curve25519"]),
    (23, c"secp256r1", &["P-256", "prime256v1"]),
    (24, c"secp384r1", &["P-384"]),
    (513, c"MLKEM768", &[]),
    (514, c"MLKEM1024", &[]),
    (25, c"secp521r1", &["P-521"]),
    (30, c"x448", &[]),
    (512, c"MLKEM512", &[]),
    (4589, c"SecP384r1MLKEM1024", &[]),
    (256, c"ffdhe2048", &[]),
    (257, c"ffdhe3072", &[]),
    (258, c"ffdhe4096", &[]),
    (259, c"ffdhe6144", &[]),
    (260, c"ffdhe8192", &[]),
    (31, c"brainpoolP256r1tls13", &["brainpoolP256r1"]),
    (32, c"brainpoolP384r1tls13", &["brainpoolP384r1"]),
    (33, c"brainpoolP512r1tls13", &["brainpoolP512r1"]),
    (22, c"secp256k1", &[]),
];

/// IANA's name of the group with the number `number`.
pub fn name(number: u16) -> Option<&'static CStr> {
    GROUPS
        .iter()
        .find(|(known, ..)| *known == number)
        .map(|(_, name, _)| *name)
}

/// Selects the groups named in `names` from what this build has, in the order given. Names are
/// IANA's, NIST's or OpenSSL's, in any case, separated by ':' or ','.
///
/// [`Code::Name`] for an unknown name, [`Code::Unsupported`] for one that this build lacks, and
/// [`Code::Argument`] when nothing is named.
pub fn select(names: &str) -> Result<Vec<&'static dyn SupportedKxGroup>> {
    let mut selected: Vec<&'static dyn SupportedKxGroup> = Vec::new();
    for name in super::listed(names) {
        let group = find(name)?;
        if !selected.iter().any(|had| had.name() == group.name()) {
            selected.push(group);
        }
    }
    if selected.is_empty() {
        return Err(Error::argument("the list names no group"));
    }
    Ok(selected)
}

fn find(name: &str) -> Result<&'static dyn SupportedKxGroup> {
    let known = GROUPS.iter().find(|(_, iana, others)| {
        iana.to_bytes().eq_ignore_ascii_case(name.as_bytes())
            || others.iter().any(|other| other.eq_ignore_ascii_case(name))
    });
    let Some((number, ..)) = known else {
        return Err(Error::new(
            Code::Name,
            c"UNKNOWN_GROUP",
            format!("unknown group '{name}'"),
        ));
    };
    super::backend::ALL_KX_GROUPS
        .iter()
        .copied()
        .find(|group| u16::from(group.name()) == *number)
        .ok_or_else(|| Error::unsupported(format!("this build does not have the group '{name}'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_group_has_a_name() {
        for group in super::super::backend::ALL_KX_GROUPS {
            let number = u16::from(group.name());
            let name = name(number).expect("a name").to_str().unwrap();
            assert_eq!(u16::from(select(name).unwrap()[0].name()), number);
        }
    }

    #[test]
    fn nist_and_openssl_names_work() {
        let numbers: Vec<u16> = select("P-384:prime256v1,X25519:p-256")
            .unwrap()
            .iter()
            .map(|group| group.name().into())
            .collect();
        assert_eq!(numbers, [24, 23, 29]);
    }

    #[test]
    fn unknown_and_lacking_names_differ() {
        for (name, code) in [
            ("P-257", Code::Name),
            ("ffdhe2048", Code::Unsupported),
            ("P-521", Code::Unsupported),
            ("", Code::Argument),
        ] {
            let error = select(name).map(|_| ()).unwrap_err();
            assert_eq!(error.code(), code, "{name}: {error}");
        }
    }
}
