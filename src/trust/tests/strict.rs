//! What is refused under the strict option alone, the same as OpenSSL's.

use std::fs;
use std::process::Command;

use rcgen::{CustomExtension, KeyIdMethod};

use super::*;

const NAME: &str = "example.org";
const BASIC_CONSTRAINTS: &[u64] = &[2, 5, 29, 19];
const CA: &[u8] = &[0x30, 3, 1, 1, 0xff];
const CRITICAL: bool = true;

fn extension(oid: &[u64], critical: bool, content: &[u8]) -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(oid, content.to_vec());
    extension.set_criticality(critical);
    extension
}

fn good_ca() -> CertificateParams {
    let mut params = ca_params("middle");
    params.use_authority_key_identifier_extension = true;
    params
}

/// A CA whose basicConstraints rcgen does not write, and whose subjectKeyIdentifier it then leaves
/// out.
fn odd_ca(critical: bool) -> CertificateParams {
    let mut params = good_ca();
    params.is_ca = IsCa::NoCa;
    params.custom_extensions = vec![extension(BASIC_CONSTRAINTS, critical, CA)];
    params
}

fn with_key_identifier(mut params: CertificateParams) -> CertificateParams {
    let identifier = extension(&[2, 5, 29, 14], false, &[4, 2, 7, 7]);
    params.custom_extensions.push(identifier);
    params.key_identifier_method = KeyIdMethod::PreSpecified(vec![7, 7]);
    params
}

fn good_leaf() -> CertificateParams {
    let mut params = leaf_params(NAME);
    params.use_authority_key_identifier_extension = true;
    params
}

fn changed(
    mut params: CertificateParams,
    change: impl FnOnce(&mut CertificateParams),
) -> CertificateParams {
    change(&mut params);
    params
}

/// Leaf, intermediate and root.
struct Chain(Authority, Authority, Authority);

impl Chain {
    fn new(root: CertificateParams, middle: CertificateParams, leaf: CertificateParams) -> Chain {
        let root = Authority::self_signed(root);
        let middle = root.issue(middle);
        let leaf = middle.issue(leaf);
        Chain(leaf, middle, root)
    }

    fn verdict(&self, strict: bool) -> Verdict {
        let Chain(leaf, middle, root) = self;
        let mut policy = Policy::new(store(&[root]), Mode::Required);
        policy.strict = strict;
        let intermediates = [middle.der()];
        let sent = Sent {
            leaf: &leaf.der(),
            intermediates: &intermediates,
        };
        let name = PeerName::parse(NAME).unwrap();
        verify(
            &policy,
            Peer::Server,
            &sent,
            Some(name.as_server_name()),
            now(),
        )
    }

    /// OpenSSL's first complaint: number and depth.
    fn openssl(&self, strict: bool) -> Option<(i32, u32)> {
        let Chain(leaf, middle, root) = self;
        let directory = tempfile::tempdir().unwrap();
        let [leaf, middle, root] =
            [("leaf", leaf), ("middle", middle), ("root", root)].map(|(name, authority)| {
                let path = directory.path().join(name);
                fs::write(&path, authority.pem()).unwrap();
                path
            });
        let output = Command::new("openssl")
            .args(["verify", "-no-CApath"])
            .args(["-attime", &now().as_secs().to_string()])
            .args(strict.then_some("-x509_strict"))
            .arg("-CAfile")
            .arg(root)
            .arg("-untrusted")
            .args([middle, leaf])
            .output()
            .expect("openssl");
        let said = String::from_utf8(output.stderr).unwrap();
        let (_, complaint) = said.split_once("error ")?;
        let (_, depth) = complaint.split_once(" at ").unwrap();
        let number = |text: &str| text.split(' ').next().unwrap().parse::<i32>().unwrap();
        Some((number(complaint), number(depth) as u32))
    }
}

#[test]
fn the_same_refusals_as_openssl() {
    let mut root = ca_params("root");
    root.use_authority_key_identifier_extension = true;
    let none: fn(&mut CertificateParams) = |_| ();
    let nameless = |params: &mut CertificateParams| {
        params.distinguished_name = DistinguishedName::new();
    };
    let san = [0x30, 13, 0x82, 11]
        .iter()
        .chain(NAME.as_bytes())
        .copied()
        .collect::<Vec<u8>>();
    let empty_san = extension(&[2, 5, 29, 17], CRITICAL, &[0x30, 0]);
    for (what, middle, leaf, verify, depth) in [
        ("nothing", good_ca(), good_leaf(), 0, 0),
        (
            "basicConstraints not critical",
            with_key_identifier(odd_ca(false)),
            good_leaf(),
            89,
            1,
        ),
        (
            "CA without keyUsage",
            changed(good_ca(), |params| params.key_usages.clear()),
            good_leaf(),
            92,
            1,
        ),
        (
            "CA with pathlen, without keyUsage",
            changed(good_ca(), |params| {
                params.is_ca = IsCa::Ca(BasicConstraints::Constrained(3));
                params.key_usages.clear();
            }),
            good_leaf(),
            81,
            1,
        ),
        (
            "CA without subjectKeyIdentifier",
            odd_ca(CRITICAL),
            good_leaf(),
            86,
            1,
        ),
        (
            "leaf without authorityKeyIdentifier",
            good_ca(),
            leaf_params(NAME),
            85,
            0,
        ),
        (
            "CA without authorityKeyIdentifier",
            ca_params("middle"),
            good_leaf(),
            85,
            1,
        ),
        (
            "pathlen on a leaf",
            good_ca(),
            changed(good_leaf(), |params| {
                let limited = extension(BASIC_CONSTRAINTS, CRITICAL, &[0x30, 3, 2, 1, 0]);
                params.custom_extensions = vec![limited];
            }),
            80,
            0,
        ),
        (
            "keyCertSign on a leaf",
            good_ca(),
            changed(good_leaf(), |params| {
                params.is_ca = IsCa::ExplicitNoCa;
                params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
            }),
            82,
            0,
        ),
        (
            "empty subject, SAN not critical",
            good_ca(),
            changed(good_leaf(), |params| {
                nameless(params);
                params.subject_alt_names.clear();
                params.custom_extensions = vec![extension(&[2, 5, 29, 17], false, &san)];
            }),
            88,
            0,
        ),
        (
            "empty subject, critical SAN",
            good_ca(),
            changed(good_leaf(), nameless),
            0,
            0,
        ),
        (
            "empty SAN",
            good_ca(),
            changed(good_leaf(), |params| {
                params.subject_alt_names.clear();
                params.custom_extensions = vec![empty_san.clone()];
            }),
            87,
            0,
        ),
    ] {
        let chain = Chain::new(changed(root.clone(), none), middle, leaf);
        let lenient = chain.verdict(false);
        let expected = if verify == 87 { 62 } else { 0 };
        assert_eq!(lenient.verify(), expected, "{what}: {}", lenient.facts());
        assert_eq!(chain.openssl(false), None, "{what}");
        let openssl = chain.openssl(true).unwrap_or_default();
        assert_eq!(openssl, (verify, depth), "OpenSSL: {what}");
        let strict = chain.verdict(true);
        assert_eq!(strict.verify(), verify, "{what}: {}", strict.facts());
        assert_eq!(strict.depth().unwrap_or_default(), depth, "{what}");
    }
}

#[test]
fn a_ca_that_may_not_sign_certificates() {
    let mut middle = good_ca();
    middle.key_usages = vec![KeyUsagePurpose::CrlSign];
    let chain = Chain::new(ca_params("root"), middle, good_leaf());
    // OpenSSL refuses it always, and gave INVALID_CA another number; webpki looks at cA alone.
    assert_eq!(chain.openssl(true), Some((79, 1)));
    assert_eq!(chain.verdict(false).verify(), 0);
    let verdict = chain.verdict(true);
    assert_eq!((verdict.verify(), verdict.depth()), (24, Some(1)));
    assert!(
        verdict.facts().contains("'CN=middle'"),
        "{}",
        verdict.facts()
    );
}

#[test]
fn a_leaf_in_the_store_is_not_asked() {
    let leaf = Authority::self_signed(leaf_params(NAME));
    let mut policy = Policy::new(store(&[&leaf]), Mode::Required);
    policy.strict = true;
    let sent = Sent {
        leaf: &leaf.der(),
        intermediates: &[],
    };
    assert!(verify(&policy, Peer::Server, &sent, None, now()).is_accepted());
}
