//! Files without protection, made by hand. What programs write, under every kind of protection, is
//! tested from C.

use testca::{Authority, Credentials, Leaf};

use super::super::Identity;
use super::super::tests::{assert_refused, tlv};
use super::*;

const PLAIN: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
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
fn keys_and_certificates_are_not_taken_for_pkcs12() {
    let ours = server(&Authority::root("root"));
    for data in [ours.leaf(), ours.key_der(), b"", b"\x30", b"\x02\x01\x03"] {
        assert!(!is_pkcs12(data));
    }
}
