//! OpenSSL's cipher language, ciphers(1), over the TLS 1.2 suites of this library.
//!
//! OpenSSL keeps one list of all that it knows and applies one rule after the other to it: each
//! takes the suites that match, in the order of the list, and moves them to one end, or removes
//! them. Where one suite goes never depends on what other suites there are, so that the six suites
//! here end up in the order that they have in OpenSSL's longer list. Words for other suites match
//! none of the six.

use super::suites;
use crate::error::{Code, Error, Result};

/// What the language sees of a suite. All six agree keys by ECDHE.
#[derive(Clone, Copy)]
struct Suite {
    number: u16,
    ecdsa: bool,
    cipher: Cipher,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cipher {
    Aes256,
    ChaCha20,
    Aes128,
}

impl Cipher {
    /// Bits of the key, by which `@STRENGTH` sorts and levels choose.
    fn bits(self) -> u32 {
        match self {
            Cipher::Aes256 | Cipher::ChaCha20 => 256,
            Cipher::Aes128 => 128,
        }
    }
}

const fn suite(number: u16, ecdsa: bool, cipher: Cipher) -> Suite {
    Suite {
        number,
        ecdsa,
        cipher,
    }
}

/// In the order in which OpenSSL's list begins.
const SUITES: [Suite; 6] = [
    suite(0xc02c, true, Cipher::Aes256),
    suite(0xc030, false, Cipher::Aes256),
    suite(0xcca9, true, Cipher::ChaCha20),
    suite(0xcca8, false, Cipher::ChaCha20),
    suite(0xc02b, true, Cipher::Aes128),
    suite(0xc02f, false, Cipher::Aes128),
];

/// Words that, at the very beginning, stand for a whole list and hide what follows them.
const SUITE_B: [(&str, &[u16]); 4] = [
    ("SUITEB128ONLY", &[0xc02b]),
    ("SUITEB128C2", &[0xc02c]),
    ("SUITEB128", &[0xc02b, 0xc02c]),
    ("SUITEB192", &[0xc02c]),
];

/// Words of the language that match none of the six. What is in no list, such as the name of another
/// suite, ends its rule: what else stands before the next separator is not looked at.
#[rustfmt::skip]
const OTHER_WORDS: [&str; 73] = [
    "3DES", "ADH", "aDH", "aDSS", "AECDH", "aECDH", "AESCCM", "AESCCM8", "aGOST", "aGOST01",
    "aGOST12", "aNULL", "aPSK", "ARIA", "ARIA128", "ARIA256", "ARIAGCM", "aSRP", "CAMELLIA",
    "CAMELLIA128", "CAMELLIA256", "CBC", "COMPLEMENTOFALL", "COMPLEMENTOFDEFAULT", "DES", "DH",
    "DHE", "DSS", "EDH", "eNULL", "EXP", "EXPORT", "EXPORT40", "EXPORT56", "GOST", "GOST12",
    "GOST89", "GOST89MAC", "GOST94", "IDEA", "kDH", "kDHd", "kDHE", "kDHEPSK", "kDHr", "kECDH",
    "kECDHe", "kECDHEPSK", "kECDHr", "kEDH", "kGOST", "kGOST18", "kPSK", "kRSA", "kRSAPSK", "kSRP",
    "LOW", "MD5", "MEDIUM", "NULL", "PSK", "RC2", "RC4", "RSA", "SEED", "SHA", "SHA1", "SHA256",
    "SHA384", "SRP", "SSLv3", "TLSv1", "TLSv1.0",
];

const SEPARATORS: [char; 4] = [':', ' ', ';', ','];

/// The numbers of the TLS 1.2 suites that `text` selects, in its order.
///
/// [`Code::Argument`] for what OpenSSL calls an invalid command, [`Code::Name`] when nothing is
/// selected.
pub fn select(text: &str) -> Result<Vec<u16>> {
    let suite_b = SUITE_B.iter().find(|(word, _)| text.starts_with(word));
    let selected = match suite_b {
        Some((_, suites)) => suites.to_vec(),
        None => evaluate(text)?,
    };
    if selected.is_empty() {
        return Err(Error::new(
            Code::Name,
            c"NO_CIPHER_MATCH",
            format!("'{text}' selects none of the TLS 1.2 ciphers that there are"),
        ));
    }
    Ok(selected)
}

fn evaluate(text: &str) -> Result<Vec<u16>> {
    let mut list = List::new();
    let rules = match text.strip_prefix("DEFAULT") {
        Some(behind) => {
            list.apply(Operator::Add, |_| true);
            behind.strip_prefix(':').unwrap_or(behind)
        }
        None => text,
    };
    let mut rest = rules.trim_start_matches(SEPARATORS);
    while !rest.is_empty() {
        rest = list
            .rule(rest)
            .ok_or_else(|| {
                let at = text.len() - rest.len();
                Error::argument(format!(
                    "the cipher string '{text}' is not of the language at its byte {at}: '{rest}'"
                ))
            })?
            .trim_start_matches(SEPARATORS);
    }
    Ok(list.selected())
}

#[derive(Clone, Copy)]
enum Operator {
    /// Enable, behind all others.
    Add,
    /// `-`: disable, so that it may be enabled again.
    Delete,
    /// `+`: move what is enabled behind all others.
    Order,
    /// `!`: remove for good.
    Kill,
}

#[derive(Clone)]
struct Entry {
    suite: Suite,
    enabled: bool,
}

struct List {
    entries: Vec<Entry>,
    /// Enabled suites with a shorter key are left out at the end.
    least_bits: u32,
}

impl List {
    fn new() -> Self {
        let entry = |suite| Entry {
            suite,
            enabled: false,
        };
        List {
            entries: SUITES.into_iter().map(entry).collect(),
            least_bits: 0,
        }
    }

    fn selected(&self) -> Vec<u16> {
        let kept = |entry: &&Entry| entry.enabled && entry.suite.cipher.bits() >= self.least_bits;
        let kept = self.entries.iter().filter(kept);
        kept.map(|entry| entry.suite.number).collect()
    }

    /// Applies the rule at the beginning of `text` and returns what is behind it; `None` if there
    /// is no rule.
    fn rule<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let (operator, text) = match text.as_bytes()[0] {
            b'@' => return self.command(&text[1..]),
            b'-' => (Operator::Delete, &text[1..]),
            b'+' => (Operator::Order, &text[1..]),
            b'!' => (Operator::Kill, &text[1..]),
            _ => (Operator::Add, text),
        };
        let (mut word, mut rest) = take_word(text)?;
        let mut words = Vec::new();
        loop {
            if !is_word(word) {
                return Some(skip_rule(rest));
            }
            words.push(word);
            let Some(behind) = rest.strip_prefix('+') else {
                break;
            };
            (word, rest) = take_word(behind)?;
        }
        // To OpenSSL both are strengths, and strengths exclude each other.
        let excluded = words.contains(&"FIPS") && words.contains(&"HIGH");
        self.apply(operator, |suite| {
            !excluded && words.iter().all(|word| matches(word, suite))
        });
        Some(rest)
    }

    /// `@STRENGTH` and `@SECLEVEL=n`.
    fn command<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let (word, rest) = take_word(text)?;
        match (word, word.strip_prefix("SECLEVEL=")) {
            ("STRENGTH", _) => {
                for bits in [256, 128] {
                    self.apply(Operator::Order, |suite| suite.cipher.bits() == bits);
                }
            }
            // What a level asks of ciphers: so many bits; levels 0 to 2 ask for less than there is.
            (_, Some("0" | "1" | "2" | "3")) => self.least_bits = 0,
            (_, Some("4")) => self.least_bits = 192,
            (_, Some("5")) => self.least_bits = 256,
            _ => return None,
        }
        Some(skip_rule(rest))
    }

    fn apply(&mut self, operator: Operator, matches: impl Fn(&Suite) -> bool) {
        let moves = |entry: &Entry| {
            matches(&entry.suite)
                && match operator {
                    Operator::Add => !entry.enabled,
                    Operator::Delete | Operator::Order => entry.enabled,
                    Operator::Kill => true,
                }
        };
        let (mut moved, stay): (Vec<_>, Vec<_>) = self.entries.drain(..).partition(moves);
        for entry in &mut moved {
            entry.enabled = !matches!(operator, Operator::Delete);
        }
        self.entries = match operator {
            Operator::Add | Operator::Order => [stay, moved].concat(),
            // What was disabled last is the first to be enabled again.
            Operator::Delete => [moved, stay].concat(),
            Operator::Kill => stay,
        };
    }
}

fn is_word(word: &str) -> bool {
    OTHER_WORDS.contains(&word) || SUITES.iter().any(|suite| matches(word, suite))
}

fn matches(word: &str, suite: &Suite) -> bool {
    match word {
        "ALL" | "HIGH" | "TLSv1.2" => true,
        "ECDH" | "ECDHE" | "EECDH" | "kECDHE" | "kEECDH" => true,
        "ECDSA" | "aECDSA" => suite.ecdsa,
        "aRSA" => !suite.ecdsa,
        "AES" | "AESGCM" | "FIPS" => suite.cipher != Cipher::ChaCha20,
        "AES128" => suite.cipher == Cipher::Aes128,
        "AES256" => suite.cipher == Cipher::Aes256,
        "CHACHA20" => suite.cipher == Cipher::ChaCha20,
        name => suites::by_number(suite.number).is_some_and(|known| {
            let names = [known.name, known.openssl_name];
            names
                .iter()
                .any(|known| known.to_bytes() == name.as_bytes())
        }),
    }
}

/// The word at the beginning of `text`, and what is behind it; `None` if there is none.
fn take_word(text: &str) -> Option<(&str, &str)> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn skip_rule(text: &str) -> &str {
    &text[text.find(SEPARATORS).unwrap_or(text.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> String {
        let letter = |number| match number {
            0xc02c => "A",
            0xc030 => "a",
            0xcca9 => "C",
            0xcca8 => "c",
            0xc02b => "B",
            _ => "b",
        };
        select(text).unwrap().into_iter().map(letter).collect()
    }

    /// Upper case: ECDSA; A: AES-256, B: AES-128, C: ChaCha20. What OpenSSL 3.0 selects.
    #[test]
    fn operators_do_what_they_do_in_openssl() {
        for (text, selected) in [
            ("DEFAULT", "AaCcBb"),
            ("HIGH:!aNULL", "AaCcBb"),
            ("DEFAULT!CHACHA20", "AaBb"),
            ("ECDHE+AESGCM+aRSA", "ab"),
            ("HIGH,-AES;AES", "CcAaBb"),
            ("HIGH:+AES256:-ECDSA:ECDSA", "cbaCBA"),
            ("AES128 CHACHA20 @STRENGTH", "CcBb"),
            ("AES128:CHACHA20", "BbCc"),
            ("ALL:@SECLEVEL=4", "AaCc"),
            ("ALL:@SECLEVEL=5:@SECLEVEL=1", "AaCcBb"),
            ("!AES256:ALL:AES256", "CcBb"),
            ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:AES256", "bAa"),
            ("FOO!CHACHA20:ALL", "AaCcBb"),
            ("kRSA!CHACHA20:ALL", "AaBb"),
            ("FOO+ECDHE:ECDHE+FOO:CHACHA20+AESGCM:AES128+ECDSA", "B"),
            ("FIPS:-FIPS+HIGH", "AaBb"),
            ("SUITEB128:ALL", "BA"),
            ("SUITEB192", "A"),
            ("DEFAULTCHACHA20", "AaCcBb"),
            (" : ECDHE+CHACHA20, ", "Cc"),
        ] {
            assert_eq!(letters(text), selected, "{text}");
        }
    }

    #[test]
    fn what_selects_nothing_and_what_is_no_rule_differ() {
        for (text, code) in [
            ("", Code::Name),
            ("AES128-SHA:kRSA", Code::Name),
            ("ALL:!ALL", Code::Name),
            ("TLSv1.3", Code::Name),
            ("ecdhe", Code::Name),
            ("CHACHA20+AES", Code::Name),
            ("@STRENGTH", Code::Name),
            ("ALL:@WEAKNESS", Code::Argument),
            ("ALL:@SECLEVEL=6", Code::Argument),
            ("ALL:@SECLEVEL=10", Code::Argument),
            ("ALL:@", Code::Argument),
            ("ALL/", Code::Argument),
            ("ALL:-:AES", Code::Argument),
            ("AESGCM+", Code::Argument),
            ("ALL:é", Code::Argument),
        ] {
            let error = select(text).unwrap_err();
            assert_eq!(error.code(), code, "{text}: {error}");
        }
    }

    #[test]
    fn every_tls12_suite_of_the_build_is_in_the_list() {
        let built = &crate::crypto::provider().cipher_suites;
        let mut old: Vec<u16> = built
            .iter()
            .filter(|suite| suite.tls13().is_none())
            .map(|suite| suite.suite().into())
            .collect();
        let mut listed: Vec<u16> = SUITES.iter().map(|suite| suite.number).collect();
        old.sort_unstable();
        listed.sort_unstable();
        assert_eq!(old, listed);
    }
}
