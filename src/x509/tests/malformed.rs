//! Certificates that are not as RFC 5280 has them.

use super::*;

/// A certificate of this hand, with the only run of `from` in it made `to`, and where that begins.
fn damaged(from: &[u8], to: &[u8]) -> (CertificateDer<'static>, usize) {
    let mut der = with_alternative_names(&[&tlv(0x82, &[b"example.org"])])
        .der()
        .to_vec();
    let mut places = (0..der.len()).filter(|i| der[*i..].starts_with(from));
    let at = places.next().unwrap();
    assert_eq!(places.next(), None, "{from:02x?} is there twice");
    der[at..at + to.len()].copy_from_slice(to);
    (der.into(), at)
}

#[test]
fn each_field_says_what_is_wrong_with_it() {
    const SERIAL: &[u8] = &[2, 1, 1, 0x30];
    const KEY_BITS: &[u8] = &[3, 66, 0, 4];
    const SIGNATURE: &[u8] = &[3, 3, 0, 0x30, 0];
    // From, to, the field, and how many bytes behind the first one of them the error points.
    let cases: [(&[u8], &[u8], &str, usize); 15] = [
        (&[0xa0, 3, 2, 1, 2], &[0xa0, 3, 4, 1, 2], "version", 2),
        (&[0xa0, 3, 2, 1, 2], &[0xa0, 3, 2, 1, 3], "version", 4),
        (SERIAL, &[4], "serialNumber", 0),
        (SERIAL, &[0x22], "serialNumber", 0),
        (SERIAL, &[2, 2], "signature", 4),
        (&[0x17, 13, b'2', b'0'], &[0x16], "notBefore", 0),
        (&[0x17, 13, b'2', b'0'], &[0x97], "notBefore", 0),
        (&[0x17, 13, b'3', b'0'], &[0x17, 13, b'x'], "notAfter", 0),
        (KEY_BITS, &[4], "subjectPublicKeyInfo", 0),
        (KEY_BITS, &[3, 66, 8], "subjectPublicKeyInfo", 2),
        (KEY_BITS, &[3, 67], "subjectPublicKeyInfo", 0),
        (&[0xa3], &[0xa4], "tbsCertificate", 0),
        (
            &[6, 3, 0x55, 0x1d, 0x11],
            &[6, 3, 0x55, 0x1d, 0x91],
            "extensions",
            2,
        ),
        (SIGNATURE, &[4], "signatureValue", 0),
        (SIGNATURE, &[3, 3, 9], "signatureValue", 2),
    ];
    for (from, to, field, behind) in cases {
        let (der, at) = damaged(from, to);
        let error = Certificate::from_der(der).unwrap_err();
        assert_eq!(error.code(), Code::Format);
        let expected = format!("malformed certificate: {field}, byte {}: ", at + behind);
        assert!(
            error.message().starts_with(&expected),
            "{expected} but {error}"
        );
    }
}

#[test]
fn serial_numbers_that_are_none() {
    for serial in [
        &[][..],
        &[0, 1],
        &[0, 0x7f, 1],
        &[0xff, 0x80],
        &[0xff, 0xff],
    ] {
        let odd = Odd {
            serial: serial.to_vec(),
            ..Odd::default()
        };
        let error = Certificate::from_der(odd.der()).unwrap_err();
        assert!(error.message().contains("serialNumber, byte"), "{error}");
    }
}

#[test]
fn a_malformed_extension_has_no_uris() {
    const ACCESS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];
    let mut value = authority_access();
    for (last, count) in [(b'g', 1), (0, 0)] {
        // The last byte of the OCSP responder's URI.
        let at = value.windows(4).position(|part| part == b".org").unwrap() + 3;
        value[at] = last;
        let odd = Odd {
            version: Some(2),
            extensions: vec![tlv(0x30, &[&tlv(0x06, &[ACCESS]), &tlv(0x04, &[&value])])],
            ..Odd::default()
        };
        let certificate = odd.read();
        assert_eq!(certificate.uri(UriKind::Ocsp, 0).iter().count(), count);
        assert!(certificate.uri(UriKind::CaIssuers, 0).is_some());
        let cut = tlv(0x04, &[&value[..value.len() - 1]]);
        let odd = Odd {
            extensions: vec![tlv(0x30, &[&tlv(0x06, &[ACCESS]), &cut])],
            ..odd
        };
        assert_eq!(odd.read().uri(UriKind::CaIssuers, 0), None);
    }
}

#[test]
fn one_malformed_alternative_name_spoils_the_list() {
    let good = tlv(0x82, &[b"example.org"]);
    let malformed = [
        tlv(0x16, &[b"example.org"]),
        tlv(0x89, &[b"example.org"]),
        tlv(0xa2, &[&tlv(0x16, &[b"example.org"])]),
        tlv(0xa4, &[]),
        tlv(0xa4, &[&tlv(0x30, &[&tlv(0x31, &[&[0x05]])])]),
        tlv(0xa0, &[&tlv(0x06, &[&[0x2a, 0x03]])]),
        tlv(0x88, &[&[0x2a, 0x83]]),
    ];
    for name in malformed {
        let certificate = with_alternative_names(&[&good, &name]).read();
        assert!(certificate.alternative_names().is_empty(), "{name:02x?}");
        assert!(certificate.has_alternative_names());
        read_everything(&certificate);
    }
}

#[test]
fn an_extension_that_is_there_twice_is_not_read() {
    let mut odd = with_alternative_names(&[&tlv(0x82, &[b"example.org"])]);
    odd.extensions.extend(odd.extensions.clone());
    let certificate = odd.read();
    assert!(certificate.extension("2.5.29.17").is_none());
    assert!(certificate.alternative_names().is_empty());
    assert!(certificate.has_alternative_names());
    assert!(!certificate.matches(&ServerName::try_from("example.org").unwrap()));
}

#[test]
fn an_error_names_the_field_and_the_byte() {
    let good = Odd::default().der();
    let error =
        Certificate::from_der(CertificateDer::from(good[..good.len() - 1].to_vec())).unwrap_err();
    assert_eq!(error.code(), Code::Format);
    assert!(
        error.message().contains("the certificate, byte 0"),
        "{error}"
    );

    let odd = Odd {
        not_after: tlv(0x17, &[b"991399000000Z"]),
        ..Odd::default()
    };
    let der = odd.der();
    let at = der.windows(6).position(|part| part == b"991399").unwrap() - 2;
    let error = Certificate::from_der(der).unwrap_err();
    assert!(
        error.message().contains(&format!("notAfter, byte {at}")),
        "{error}"
    );

    let mut long = good.to_vec();
    long.push(0);
    let error = first(&long).unwrap_err();
    assert!(error.message().contains("1 bytes too many"), "{error}");
}

#[test]
fn versions_that_do_not_exist() {
    for number in [3, 0x80] {
        let odd = Odd {
            version: Some(number),
            ..Odd::default()
        };
        assert_eq!(
            Certificate::from_der(odd.der()).unwrap_err().code(),
            Code::Format
        );
    }
}

#[test]
fn damage_at_any_byte_never_panics() {
    let good = rich().der().to_vec();
    for i in 0..good.len() {
        assert!(Certificate::from_der(good[..i].to_vec().into()).is_err());
        read_everything(&Certificate::deferred(good[..i].to_vec().into()));
        for flip in [0x01, 0x20, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[i] ^= flip;
            if let Ok(certificate) = Certificate::from_der(bad.clone().into()) {
                read_everything(&certificate);
            }
            let _ = first(&bad);
        }
    }
}
