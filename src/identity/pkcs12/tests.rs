//! Files without protection, made by hand. What programs write, under every kind of protection, is
//! tested from C.

use pkcs8::der::Encode;
use pkcs8::pkcs5::pbes2::Parameters;
use testca::{Authority, Credentials, Leaf};

use super::super::Identity;
use super::super::tests::{assert_refused, tlv};
use super::*;

const PLAIN: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const ENCRYPTED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06";
const ENVELOPED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";
const X509: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01";
const SDSI: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x02";
const SHA_256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
const PBMAC1: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0e";

fn oid(contents: &[u8]) -> Vec<u8> {
    tlv(0x06, &[contents])
}

fn bag(kind: u8, value: &[u8]) -> Vec<u8> {
    let kind = [
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01".as_slice(),
        &[kind],
    ]
    .concat();
    // A friendlyName without a name: nobody looks at it.
    let attributes = tlv(0x31, &[&tlv(0x30, &[])]);
    tlv(0x30, &[&oid(&kind), &tlv(0xa0, &[value]), &attributes])
}

fn key_bag(credentials: &Credentials) -> Vec<u8> {
    bag(1, credentials.key_der())
}

fn certificate_bag(kind: &[u8], der: &[u8]) -> Vec<u8> {
    let der = tlv(0xa0, &[&tlv(0x04, &[der])]);
    bag(3, &tlv(0x30, &[&oid(kind), &der]))
}

fn content_info(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let content = tlv(0xa0, &[&tlv(0x04, &[content])]);
    tlv(0x30, &[&oid(kind), &content])
}

fn pfx(parts: &[Vec<u8>], mac: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let safes = content_info(PLAIN, &tlv(0x30, &parts));
    tlv(0x30, &[&[2, 1, 3], &safes, mac])
}

fn file(bags: &[Vec<u8>]) -> Vec<u8> {
    let bags: Vec<&[u8]> = bags.iter().map(Vec::as_slice).collect();
    pfx(&[content_info(PLAIN, &tlv(0x30, &bags))], &[])
}

fn mac(algorithm: &[u8], iterations: &[u8]) -> Vec<u8> {
    let algorithm = tlv(0x30, &[&oid(algorithm)]);
    let digest = tlv(0x30, &[&algorithm, &tlv(0x04, &[&[0; 32]])]);
    tlv(0x30, &[&digest, &tlv(0x04, &[&[0; 8]]), iterations])
}

/// 1; 3,000,000; 5,000,000, the most of a file.
const ONE: &[u8] = b"\x02\x01\x01";
const MOST: &[u8] = b"\x02\x03\x2d\xc6\xc0";
const ALL: &[u8] = b"\x02\x03\x4c\x4b\x40";

/// The AlgorithmIdentifier of PKCS#12's triple DES.
fn triple_des(iterations: &[u8]) -> Vec<u8> {
    let parameters = tlv(0x30, &[&tlv(0x04, &[&[0; 8]]), iterations]);
    let kind = oid(b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03");
    tlv(0x30, &[&kind, &parameters])
}

fn shrouded_key_bag(iterations: &[u8]) -> Vec<u8> {
    let ciphertext = tlv(0x04, &[&[0; 16]]);
    bag(2, &tlv(0x30, &[&triple_des(iterations), &ciphertext]))
}

fn encrypted_part(algorithm: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let info = [&oid(PLAIN), algorithm, &tlv(0x80, &[ciphertext])];
    let data = tlv(0x30, &[&[2, 1, 0], &tlv(0x30, &info)]);
    tlv(0x30, &[&oid(ENCRYPTED), &tlv(0xa0, &[&data])])
}

fn load(data: &[u8]) -> Result<Identity> {
    let mut ask = || Ok(Zeroizing::new(b"secret".to_vec()));
    Identity::from_memory(data, None, Some(&mut ask))
}

fn server(issuer: &Authority) -> Credentials {
    issuer.issue(&Leaf::server(&["localhost"]))
}

#[test]
fn the_chain_is_put_in_order_and_strangers_are_left_out() {
    let root = Authority::root("root");
    let issuer = root.intermediate("one").intermediate("two");
    let (ours, other) = (server(&issuer), server(&Authority::root("other")));
    let x509 = |der: &[u8]| certificate_bag(X509, der);
    let mut bags = vec![x509(root.certificate()), x509(other.leaf())];
    bags.extend(ours.chain().iter().rev().map(|der| x509(der)));
    bags.push(certificate_bag(SDSI, b"not X.509"));
    bags.push(bag(5, b"\x30\x00"));
    bags.push(key_bag(&ours));
    let identity = load(&file(&bags)).unwrap();
    let (path, end) = identity.certificates().split_at(ours.chain().len());
    assert_eq!(path, ours.chain());
    assert_eq!(end, [root.certificate().clone()]);
}

#[test]
fn certificates_that_name_each_other_do_not_go_round_for_ever() {
    let (one, two) = (
        Authority::root("a").intermediate("b"),
        Authority::root("b").intermediate("a"),
    );
    let ours = server(&one);
    let bags = [
        certificate_bag(X509, two.certificate()),
        certificate_bag(X509, one.certificate()),
        certificate_bag(X509, ours.leaf()),
        key_bag(&ours),
    ];
    assert_eq!(load(&file(&bags)).unwrap().certificates().len(), 3);
}

#[test]
fn what_is_missing_or_too_much_is_named() {
    let root = Authority::root("root");
    let (ours, other) = (server(&root), server(&root));
    let certificate = certificate_bag(X509, ours.leaf());
    let refused = |bags: &[Vec<u8>], code, fact: &str| {
        assert_refused(load(&file(bags)), code, &["memory: PKCS#12", fact]);
    };
    refused(&[], Code::Format, "no certificate");
    refused(&[key_bag(&ours)], Code::Format, "no certificate");
    refused(
        std::slice::from_ref(&certificate),
        Code::Format,
        "no private key",
    );
    let two = [certificate.clone(), key_bag(&ours), key_bag(&other)];
    refused(&two, Code::Format, "2 private keys");
    let result = load(&file(&[certificate, key_bag(&other)]));
    assert_refused(result, Code::Mismatch, &["memory", "CN=localhost"]);
}

#[test]
fn what_is_damaged_or_not_supported_says_where() {
    let refused = |data: &[u8], code, fact: &str| {
        assert!(is_pkcs12(data));
        assert_refused(load(data), code, &["memory: PKCS#12", fact]);
    };
    refused(
        &tlv(0x30, &[&[2, 1, 3]]),
        Code::Format,
        "the file is damaged",
    );
    refused(
        b"\x30\x80\x02\x01\x03\x00\x00",
        Code::Format,
        "the file is damaged",
    );
    refused(&pfx(&[vec![5, 0]], &[]), Code::Format, "part 1 is damaged");
    let empty = content_info(PLAIN, &tlv(0x30, &[]));
    let torn = content_info(PLAIN, b"\x30\x01");
    refused(
        &pfx(&[empty.clone(), torn], &[]),
        Code::Format,
        "part 2 of 2 is damaged",
    );
    refused(&pfx(&vec![empty; 17], &[]), Code::Format, "more than 16");
    let enveloped = content_info(ENVELOPED, b"");
    refused(&pfx(&[enveloped], &[]), Code::Key, "1.2.840.113549.1.7.3");
    refused(&pfx(&[], &mac(PBMAC1, &[])), Code::Key, "PBMAC1");
    refused(
        &pfx(&[], &mac(SHA_256, &[])),
        Code::Password,
        "MAC does not verify",
    );
    let many = [2, 4, 0x7f, 0xff, 0xff, 0xff];
    refused(
        &pfx(&[], &mac(SHA_256, &many)),
        Code::Key,
        "2147483647 iterations",
    );
}

#[test]
fn iterations_are_counted_over_the_whole_file_before_the_password_is_asked_for() {
    let part = || encrypted_part(&triple_des(MOST), &[0; 16]);
    for (parts, mac) in [
        (vec![part(), part()], vec![]),
        (vec![part()], mac(SHA_256, MOST)),
        (
            vec![encrypted_part(&triple_des(ALL), &[0; 16])],
            mac(SHA_256, ONE),
        ),
    ] {
        let mut ask = || panic!("the file is refused before that");
        let result = Identity::from_memory(&pfx(&parts, &mac), None, Some(&mut ask));
        let facts = ["PKCS#12", "are left of the 5000000"];
        assert_refused(result, Code::Key, &facts);
    }
}

#[test]
fn the_key_in_a_file_has_the_iterations_that_its_parts_leave() {
    let certificate = certificate_bag(X509, server(&Authority::root("root")).leaf());
    let contents = tlv(0x30, &[&certificate, &shrouded_key_bag(ALL)]);
    let scheme = Parameters::generate_pbkdf2_sha256_aes256cbc(1, b"saltsalt", [7; 16]).unwrap();
    let ciphertext = scheme.encrypt("secret", &contents).unwrap();
    let algorithm = pkcs8::pkcs5::EncryptionScheme::from(scheme)
        .to_der()
        .unwrap();
    let result = load(&pfx(&[encrypted_part(&algorithm, &ciphertext)], &[]));
    let facts = ["the private key", "5000000 iterations", "4999999 are left"];
    assert_refused(result, Code::Key, &facts);
}

#[test]
fn keys_and_certificates_are_not_taken_for_pkcs12() {
    let ours = server(&Authority::root("root"));
    for data in [ours.leaf(), ours.key_der(), b"", b"\x30", b"\x02\x01\x03"] {
        assert!(!is_pkcs12(data));
    }
}
