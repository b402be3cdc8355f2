//! Certificates that no tool makes, for tests.

use rustls_pki_types::CertificateDer;

use super::Certificate;

/// One element of hand-made DER.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let mut der = vec![tag];
    match contents.len() {
        len @ 0..=0x7f => der.push(len as u8),
        len @ 0x80..=0xff => der.extend([0x81, len as u8]),
        len => der.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    der.extend(contents);
    der
}

pub(crate) fn attribute(oid: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&tlv(0x06, &[oid]), &tlv(tag, &[value])])
}

/// The fields of a certificate that a test may want odd.
pub(crate) struct Odd {
    /// `None`: v1, with the field left out.
    pub version: Option<u8>,
    pub serial: Vec<u8>,
    pub subject: Vec<Vec<u8>>,
    pub not_after: Vec<u8>,
    pub extensions: Vec<Vec<u8>>,
    /// The SubjectPublicKeyInfo; empty: one of P-256 that belongs to nobody.
    pub spki: Vec<u8>,
}

impl Default for Odd {
    fn default() -> Self {
        Odd {
            version: None,
            serial: vec![1],
            subject: Vec::new(),
            not_after: tlv(0x17, &[b"300101000000Z"]),
            extensions: Vec::new(),
            spki: Vec::new(),
        }
    }
}

impl Odd {
    pub fn der(&self) -> CertificateDer<'static> {
        const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
        const EC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
        const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        let algorithm = tlv(0x30, &[&tlv(0x06, &[ECDSA])]);
        let version = self
            .version
            .map(|number| tlv(0xa0, &[&tlv(0x02, &[&[number]])]))
            .unwrap_or_default();
        let subject = tlv(0x30, &[&self.subject.concat()]);
        let validity = tlv(0x30, &[&tlv(0x17, &[b"200101000000Z"]), &self.not_after]);
        let nobodys = tlv(
            0x30,
            &[
                &tlv(0x30, &[&tlv(0x06, &[EC_KEY]), &tlv(0x06, &[P256])]),
                &tlv(0x03, &[&[0, 4], &[7; 64]]),
            ],
        );
        let key = match self.spki.is_empty() {
            true => &nobodys,
            false => &self.spki,
        };
        let extensions = match self.extensions.as_slice() {
            [] => Vec::new(),
            some => tlv(0xa3, &[&tlv(0x30, &[&some.concat()])]),
        };
        let tbs = tlv(
            0x30,
            &[
                &version,
                &tlv(0x02, &[&self.serial]),
                &algorithm,
                &subject,
                &validity,
                &subject,
                key,
                &extensions,
            ],
        );
        let signature = tlv(0x03, &[&[0, 0x30, 0x00]]);
        CertificateDer::from(tlv(0x30, &[&tbs, &algorithm, &signature]))
    }

    pub fn read(&self) -> Certificate {
        Certificate::from_der(self.der()).unwrap()
    }
}
