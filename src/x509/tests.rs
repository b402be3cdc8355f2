use std::net::IpAddr;

use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, CustomExtension, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType, SerialNumber, date_time_ymd,
};

use super::handmade::{Odd, attribute, tlv};
use super::*;
use crate::error::Code;

mod malformed;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// A certificate with about everything in it.
fn rich() -> rcgen::Certificate {
    let mut params =
        CertificateParams::new(vec!["example.org".into(), "*.example.org".into()]).unwrap();
    params.subject_alt_names.extend([
        SanType::IpAddress(IpAddr::from([192, 0, 2, 1])),
        SanType::IpAddress("2001:db8::1".parse().unwrap()),
        SanType::Rfc822Name("someone@example.org".try_into().unwrap()),
        SanType::URI("https://example.org/id".try_into().unwrap()),
    ]);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(
        DnType::CountryName,
        DnValue::PrintableString("DE".try_into().unwrap()),
    );
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Müller & Söhne");
    params
        .distinguished_name
        .push(DnType::CommonName, "example.org");
    params.serial_number = Some(SerialNumber::from_slice(&[0x7f; 20]));
    params.not_before = date_time_ymd(2020, 1, 2);
    params.not_after = date_time_ymd(2061, 3, 4);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(3));
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec![
            "http://crl.example.org/1".into(),
            "http://crl.example.org/2".into(),
        ],
    }];
    params.custom_extensions = vec![
        CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], authority_access()),
        CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![0x05, 0x00]),
    ];
    params.self_signed(&KeyPair::generate().unwrap()).unwrap()
}

fn authority_access() -> Vec<u8> {
    let access = |number: u8, uri: &[u8]| {
        let method = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, number];
        tlv(0x30, &[&tlv(0x06, &[&method]), &tlv(0x86, &[uri])])
    };
    tlv(
        0x30,
        &[
            &access(1, b"http://ocsp.example.org"),
            &access(2, b"http://ca.example.org/ca.der"),
        ],
    )
}

/// Asks for everything; must not panic, whatever the certificate.
fn read_everything(certificate: &Certificate) {
    certificate.text();
    certificate.pem();
    certificate.is_ca();
    certificate.may_issue();
    certificate.allows_tls(true);
    certificate.purposes();
    certificate.uri(UriKind::Ocsp, 0);
    certificate.key_bits();
    certificate.signature_type();
    certificate.subject().to_string();
    certificate.issuer().to_string();
    certificate.matches(&ServerName::try_from("example.org").unwrap());
    for name in certificate.alternative_names() {
        name.describe();
    }
}

#[test]
fn every_field_of_a_certificate() {
    let made = rich();
    let certificate = first(made.pem().as_bytes()).unwrap();
    assert_eq!(certificate.der(), made.der());
    assert_eq!(
        first(certificate.pem().to_bytes()).unwrap().der(),
        made.der()
    );
    assert_eq!(certificate.version(), 3);
    assert_eq!(certificate.serial(), [0x7f; 20]);
    assert_eq!(iso(certificate.not_before()), "2020-01-02T00:00:00Z");
    assert_eq!(iso(certificate.not_after()), "2061-03-04T00:00:00Z");
    assert!(certificate.is_ca() && certificate.may_issue() && certificate.is_self_issued());
    assert!(certificate.allows_tls(false) && !certificate.allows_tls(true));
    assert_eq!(certificate.key_type(), c"id-ecPublicKey");
    assert_eq!(certificate.key_bits(), 256);
    assert_eq!(certificate.signature_type(), c"ecdsa-with-SHA256");
    assert_eq!(certificate.spki()[..2], [0x30, 0x59]);
    assert_eq!(
        certificate.subject().to_string(),
        "C=DE, O=Müller & Söhne, CN=example.org"
    );
    assert_eq!(certificate.subject_der(), certificate.issuer_der());
    let keys: Vec<_> = certificate
        .subject()
        .attributes()
        .iter()
        .map(Attribute::key)
        .collect();
    assert_eq!(keys, [c"countryName", c"organizationName", c"commonName"]);
    assert_eq!(
        certificate.uri(UriKind::Ocsp, 0),
        Some(c"http://ocsp.example.org")
    );
    assert_eq!(
        certificate.uri(UriKind::CaIssuers, 0),
        Some(c"http://ca.example.org/ca.der")
    );
    assert_eq!(
        certificate.uri(UriKind::Crl, 1),
        Some(c"http://crl.example.org/2")
    );
    assert_eq!(certificate.uri(UriKind::Crl, 2), None);
    assert_eq!(
        certificate.extension("1.2.3.4"),
        Some((&[0x05, 0x00][..], false))
    );
    assert!(matches!(
        certificate.extension("2.5.29.19"),
        Some((_, true))
    ));
    assert_eq!(certificate.extension("1.2.3"), None);
    let names: Vec<_> = certificate
        .alternative_names()
        .iter()
        .map(|n| n.describe())
        .collect();
    assert_eq!(
        names,
        [
            "DNS:example.org",
            "DNS:*.example.org",
            "IP Address:192.0.2.1",
            "IP Address:2001:db8::1",
            "email:someone@example.org",
            "URI:https://example.org/id",
        ]
    );
    let matches = |name: &str| certificate.matches(&ServerName::try_from(name).unwrap().to_owned());
    assert!(matches("www.example.org") && matches("192.0.2.1") && matches("2001:db8::1"));
    assert!(!matches("a.b.example.org") && !matches("192.0.2.2"));
}

#[test]
fn the_text_holds_the_fields() {
    let certificate = Certificate::from_der(rich().der().clone()).unwrap();
    let text = certificate.text().to_str().unwrap();
    for part in [
        "Version: 3",
        "Subject: C=DE, O=Müller & Söhne, CN=example.org",
        "Not After : 2061-03-04T00:00:00Z",
        "id-ecPublicKey (256 bit)",
        "X509v3 Basic Constraints: critical\n            CA:TRUE, pathlen:3",
        "DNS:example.org, DNS:*.example.org, IP Address:192.0.2.1",
        "OCSP - URI:http://ocsp.example.org",
        "TLS Web Server Authentication",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
}

#[test]
fn a_deferred_certificate_reads_the_same() {
    let made = rich();
    let deferred = Certificate::deferred(made.der().clone());
    assert_eq!(deferred.version(), 3);
    assert_eq!(
        deferred.subject().to_string(),
        "C=DE, O=Müller & Söhne, CN=example.org"
    );
}

#[test]
fn version_1_with_a_negative_serial() {
    let odd = Odd {
        serial: vec![0xff, 0x01],
        ..Odd::default()
    };
    let certificate = odd.read();
    assert_eq!(certificate.version(), 1);
    assert_eq!(certificate.serial(), [0xff, 0x01]);
    assert!(!certificate.is_ca() && certificate.may_issue());
    assert!(certificate.alternative_names().is_empty());
}

#[test]
fn a_key_that_ends_within_a_byte_still_has_a_type() {
    const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
    let algorithm = tlv(0x30, &[&tlv(0x06, &[ED25519])]);
    let odd = Odd {
        spki: tlv(0x30, &[&algorithm, &tlv(0x03, &[&[5], &[7; 32]])]),
        ..Odd::default()
    };
    let certificate = odd.read();
    assert_eq!(certificate.key_type(), c"ED25519");
    assert_eq!(certificate.key_bits(), 253);
}

#[test]
fn every_string_type_becomes_utf_8() {
    let values: [(u8, &[u8], &str); 12] = [
        (0x0c, "Grüße".as_bytes(), "Grüße"),
        (0x0c, b"Gr\xfc\xdfe", "Grüße"),
        (0x14, "ü".as_bytes(), "Ã¼"),
        (0x16, "ü".as_bytes(), "Ã¼"),
        (0x13, b"plain", "plain"),
        (0x14, b"Gr\xfc\xdfe", "Grüße"),
        (0x16, b"good\0evil", "good\0evil"),
        (0x1e, &[0x20, 0xac, 0xd8, 0x3d, 0xde, 0x00], "€😀"),
        (0x1e, &[0xd8, 0x3d, 0x41], "\u{fffd}A"),
        (0x1c, &[0, 0, 0x20, 0xac, 0, 1, 0xf6, 0], "€😀"),
        (0x1c, &[0xff, 0xff, 0xff, 0xff], "\u{fffd}"),
        (0x04, &[1, 2], "#04020102"),
    ];
    for (tag, bytes, text) in values {
        let odd = Odd {
            subject: vec![tlv(0x31, &[&attribute(COMMON_NAME, tag, bytes)])],
            ..Odd::default()
        };
        let certificate = odd.read();
        assert_eq!(certificate.subject().attributes()[0].value(), text);
        assert_eq!(certificate.subject().common_names().next(), Some(text));
    }
}

#[test]
fn attributes_know_their_set_and_unknown_types_are_digits() {
    let odd = Odd {
        subject: vec![
            tlv(
                0x31,
                &[
                    &attribute(COMMON_NAME, 0x0c, b"one"),
                    &attribute(&[0x2a, 0x03], 0x0c, b"two\n"),
                ],
            ),
            tlv(0x31, &[&attribute(COMMON_NAME, 0x0c, b"three")]),
        ],
        ..Odd::default()
    };
    let certificate = odd.read();
    let subject = certificate.subject();
    assert_eq!(subject.to_string(), "CN=one + 1.2.3=two\\n, CN=three");
    let sets: Vec<_> = subject.attributes().iter().map(Attribute::rdn).collect();
    assert_eq!(sets, [0, 0, 1]);
    assert_eq!(subject.attributes()[1].key(), c"1.2.3");
}

#[test]
fn rare_alternative_names() {
    use AlternativeNameKind::*;
    let other = tlv(
        0xa0,
        &[
            &tlv(0x06, &[&[0x2a, 0x03]]),
            &tlv(0xa0, &[&tlv(0x0c, &[b"x"])]),
        ],
    );
    let bad_address = tlv(0x87, &[&[1, 2, 3]]);
    let odd = with_alternative_names(&[
        &tlv(0xa4, &[&tlv(0x30, &[])]),
        &tlv(0x88, &[&[0x2a, 0x03]]),
        &tlv(0x88, &[COMMON_NAME]),
        &other,
        &bad_address,
        &tlv(0x82, &[b"nul\0.example"]),
    ]);
    let certificate = odd.read();
    let names = certificate.alternative_names();
    let kinds: Vec<_> = names.iter().map(|name| name.kind).collect();
    let expected = [DirectoryName, RegisteredId, RegisteredId, Other, Other, Dns];
    assert_eq!(kinds, expected);
    assert_eq!(names[0].value, [0x30, 0]);
    assert_eq!(names[1].value, b"1.2.3");
    assert_eq!(names[2].value, b"commonName");
    assert_eq!(names[3].value, other);
    assert_eq!(names[4].value, bad_address);
    assert_eq!(names[5].value, b"nul\0.example");
    assert!(matches!(
        certificate.extension("2.5.29.17"),
        Some((_, true))
    ));
    read_everything(&certificate);
}

fn with_alternative_names(names: &[&[u8]]) -> Odd {
    let oid = tlv(0x06, &[&[0x55, 0x1d, 0x11]]);
    let list = tlv(0x04, &[&tlv(0x30, names)]);
    Odd {
        version: Some(2),
        extensions: vec![tlv(0x30, &[&oid, &tlv(0x01, &[&[0xff]]), &list])],
        ..Odd::default()
    }
}

#[test]
fn all_certificates_of_a_buffer() {
    let (one, two) = (rich(), rich());
    let old_label = two.pem().replace(" CERTIFICATE", " X509 CERTIFICATE");
    let key = KeyPair::generate().unwrap().serialize_pem();
    let buffer = format!("0 s:CN=one\n{}\n{key}\n{old_label}", one.pem());
    let all = read_all(buffer.as_bytes()).unwrap();
    let ders: Vec<_> = all.iter().map(Certificate::der).collect();
    assert_eq!(ders, [one.der(), two.der()]);
    assert_eq!(read_all(one.der()).unwrap().len(), 1);
    assert_eq!(first(buffer.as_bytes()).unwrap().der(), one.der());
}

#[test]
fn what_is_no_certificate_says_so() {
    let good = rich().pem();
    let key = KeyPair::generate().unwrap().serialize_pem();
    let cut = &good[..good.len() / 2];
    let bad_base64 = good.replacen("MII", "M!!", 1);
    let not_x509 = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    let cases = [
        (String::new(), "empty"),
        ("hello".into(), "neither PEM nor DER"),
        (key, "no PEM block"),
        (
            format!("{good}{cut}"),
            "certificate 2: bad PEM: the line \"-----END CERTIFICATE",
        ),
        (format!("{good}{bad_base64}"), "certificate 2: bad PEM"),
        (
            format!("{good}{not_x509}"),
            "certificate 2: malformed certificate: tbsCertificate",
        ),
    ];
    for (buffer, part) in cases {
        let error = read_all(buffer.as_bytes()).unwrap_err();
        assert_eq!(error.code(), Code::Format);
        assert!(error.message().contains(part), "{error}");
    }
}
