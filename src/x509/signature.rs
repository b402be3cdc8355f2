//! The hash function inside a certificate's signature.

use x509_parser::asn1_rs::{FromDer, Tag};
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::AlgorithmIdentifier;

use super::Certificate;
use super::der::Reader;
use super::oid;

impl Certificate {
    /// The one hash function that the signature's algorithm uses, such as "sha256". `None` if it
    /// uses none or several (Ed25519), and where it is not known.
    pub fn signature_hash(&self) -> Option<&'static str> {
        let algorithm = self.signature_algorithm()?;
        match oid::dotted(algorithm.algorithm.as_bytes())?.as_str() {
            "1.2.840.113549.1.1.4" => Some("md5"),
            "1.2.840.113549.1.1.5" | "1.2.840.10040.4.3" | "1.2.840.10045.4.1" => Some("sha1"),
            "1.2.840.113549.1.1.14" | "1.2.840.10045.4.3.1" => Some("sha224"),
            "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" | "2.16.840.1.101.3.4.3.2" => {
                Some("sha256")
            }
            "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Some("sha384"),
            "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Some("sha512"),
            "1.2.840.113549.1.1.10" => pss_hash(&algorithm),
            _ => None,
        }
    }

    fn signature_algorithm(&self) -> Option<AlgorithmIdentifier<'_>> {
        let mut outer = Reader::at(self.der(), 0);
        let certificate = outer.expect("the certificate", Tag::Sequence).ok()?;
        let mut certificate = certificate.reader();
        certificate.expect("tbsCertificate", Tag::Sequence).ok()?;
        let algorithm = certificate
            .expect("signatureAlgorithm", Tag::Sequence)
            .ok()?;
        let (_, algorithm) = AlgorithmIdentifier::from_der(algorithm.full).ok()?;
        Some(algorithm)
    }
}

/// RFC 4055: the parameters name the hash of the message and that of the mask.
fn pss_hash(algorithm: &AlgorithmIdentifier<'_>) -> Option<&'static str> {
    let parameters = RsaSsaPssParams::try_from(algorithm.parameters.as_ref()?).ok()?;
    let message = parameters.hash_algorithm_oid();
    let mask = parameters.mask_gen_algorithm().ok()?.hash;
    if *message != mask {
        return None;
    }
    match oid::dotted(message.as_bytes())?.as_str() {
        "1.3.14.3.2.26" => Some("sha1"),
        "2.16.840.1.101.3.4.2.4" => Some("sha224"),
        "2.16.840.1.101.3.4.2.1" => Some("sha256"),
        "2.16.840.1.101.3.4.2.2" => Some("sha384"),
        "2.16.840.1.101.3.4.2.3" => Some("sha512"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::super::handmade::tlv;
    use super::*;

    #[test]
    fn each_kind_of_signature_has_its_hash() {
        for (kind, hash) in [
            (&rcgen::PKCS_ECDSA_P256_SHA256, Some("sha256")),
            (&rcgen::PKCS_ECDSA_P384_SHA384, Some("sha384")),
            (&rcgen::PKCS_ECDSA_P521_SHA512, Some("sha512")),
            (&rcgen::PKCS_ED25519, None),
        ] {
            let key = KeyPair::generate_for(kind).unwrap();
            let signed = CertificateParams::default().self_signed(&key).unwrap();
            let certificate = Certificate::from_der(signed.der().clone()).unwrap();
            assert_eq!(certificate.signature_hash(), hash);
        }
    }

    /// A certificate of which only the algorithm matters, which is RSASSA-PSS with these parameters.
    fn with_pss(parameters: &[&[u8]]) -> Certificate {
        const PSS: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
        let algorithm = tlv(0x30, &[&tlv(0x06, &[&PSS]), &tlv(0x30, parameters)]);
        let der = tlv(0x30, &[&tlv(0x30, &[]), &algorithm, &tlv(0x03, &[&[0]])]);
        Certificate::deferred(der.into())
    }

    #[test]
    fn the_hash_of_pss_is_in_its_parameters() {
        const MGF1: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
        let sha2 = |number: u8| {
            let oid = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, number];
            tlv(0x30, &[&tlv(0x06, &[&oid])])
        };
        let message = |number| tlv(0xa0, &[&sha2(number)]);
        let mask = |number| tlv(0xa1, &[&tlv(0x30, &[&tlv(0x06, &[&MGF1]), &sha2(number)])]);
        let hash = |parameters: &[&[u8]]| with_pss(parameters).signature_hash();
        assert_eq!(hash(&[&message(1), &mask(1)]), Some("sha256"));
        assert_eq!(hash(&[&message(3), &mask(3)]), Some("sha512"));
        assert_eq!(hash(&[]), Some("sha1"));
        assert_eq!(hash(&[&message(2), &mask(1)]), None, "two hashes");
        assert_eq!(hash(&[&message(2)]), None, "the mask's default is SHA-1");
    }

    #[test]
    fn what_is_no_certificate_has_none() {
        let broken = Certificate::deferred(b"\x30\x03\x30\x01\x00".to_vec().into());
        assert_eq!(broken.signature_hash(), None);
    }
}
