//! Verdicts about what was revoked, the same as OpenSSL's where it has an answer.

use std::fs;
use std::path::Path;
use std::process::Command;

use rcgen::{
    CertificateRevocationListParams, CrlDistributionPoint, CrlIssuingDistributionPoint, CrlScope,
    KeyIdMethod, RevocationReason, RevokedCertParams, SerialNumber,
};

use super::*;

const NAME: &str = "example.org";
const LEAF_ONLY: u32 = CrlSwitch::LeafOnly as u32;
const ALLOW_UNKNOWN: u32 = CrlSwitch::AllowUnknown as u32;
const ENFORCE_EXPIRY: u32 = CrlSwitch::EnforceExpiry as u32;
const OFF: u32 = CrlSwitch::Off as u32;
const REQUIRED: u32 = CrlSwitch::Required as u32;

/// A list of December 2025 that is good until February 2026 and has the number 1.
fn list(revoked: &[u64]) -> CertificateRevocationListParams {
    CertificateRevocationListParams {
        this_update: date_time_ymd(2025, 12, 1),
        next_update: date_time_ymd(2026, 2, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: revoked
            .iter()
            .map(|serial| RevokedCertParams {
                serial_number: SerialNumber::from(*serial),
                revocation_time: date_time_ymd(2025, 11, 30),
                reason_code: Some(RevocationReason::KeyCompromise),
                invalidity_date: None,
            })
            .collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    }
}

fn at_point(
    mut list: CertificateRevocationListParams,
    uri: &str,
    scope: Option<CrlScope>,
) -> CertificateRevocationListParams {
    let distribution_point = CrlDistributionPoint {
        uris: vec![uri.into()],
    };
    list.issuing_distribution_point = Some(CrlIssuingDistributionPoint {
        distribution_point,
        scope,
    });
    list
}

fn outdated(mut list: CertificateRevocationListParams) -> CertificateRevocationListParams {
    list.next_update = date_time_ymd(2025, 12, 15);
    list
}

impl Authority {
    fn sign_crl(&self, list: &CertificateRevocationListParams) -> String {
        let issuer = Issuer::from_params(&self.params, &self.key);
        list.signed_by(&issuer).unwrap().pem().unwrap()
    }
}

fn numbered(mut params: CertificateParams, serial: u64) -> CertificateParams {
    params.serial_number = Some(SerialNumber::from(serial));
    params.use_authority_key_identifier_extension = true;
    params
}

/// A root, an intermediate with the serial number 0x10 and a leaf with 0x20.
struct Family {
    root: Authority,
    middle: Authority,
    leaf: Authority,
}

impl Family {
    fn new() -> Family {
        Family::with_leaf(leaf_params(NAME))
    }

    fn with_leaf(leaf: CertificateParams) -> Family {
        let root = Authority::new("root");
        let middle = root.issue(numbered(ca_params("middle"), 0x10));
        let leaf = middle.issue(numbered(leaf, 0x20));
        Family { root, middle, leaf }
    }

    /// The lists of the intermediate and the root, with these numbers in them.
    fn lists(&self, leaves: &[u64], middles: &[u64]) -> [String; 2] {
        [
            self.middle.sign_crl(&list(leaves)),
            self.root.sign_crl(&list(middles)),
        ]
    }

    fn policy(&self, crls: &[String], switches: u32) -> Policy {
        let mut policy = Policy::new(store(&[&self.root]), Mode::Required);
        if !crls.is_empty() {
            let crls = crls.concat();
            policy.revocation.crls.add_bytes(crls.as_bytes()).unwrap();
        }
        policy.revocation.set_switches(switches).unwrap();
        policy
    }

    fn verdict_of(&self, policy: &Policy) -> Verdict {
        let intermediates = [self.middle.der()];
        let sent = Sent {
            leaf: &self.leaf.der(),
            intermediates: &intermediates,
        };
        let name = PeerName::parse(NAME).unwrap();
        let named = verify(
            policy,
            Peer::Server,
            &sent,
            Some(name.as_server_name()),
            now(),
        );
        let unnamed = verify(policy, Peer::Server, &sent, None, now());
        assert_eq!(named.verify(), unnamed.verify());
        named
    }

    fn verdict(&self, crls: &[String], switches: u32) -> Verdict {
        self.verdict_of(&self.policy(crls, switches))
    }

    /// OpenSSL's first complaint: number and depth; 0 for none.
    fn openssl(&self, crls: &[String], switches: u32) -> (i32, u32) {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, contents: String| {
            let path = directory.path().join(name);
            fs::write(&path, contents).unwrap();
            path
        };
        let root = write("root.pem", self.root.pem());
        let middle = write("middle.pem", self.middle.pem());
        let leaf = write("leaf.pem", self.leaf.pem());
        let crls = write("crls.pem", crls.concat());
        let check: &[&str] = match switches & LEAF_ONLY {
            0 => &["-crl_check", "-crl_check_all"],
            _ => &["-crl_check"],
        };
        let files: [(&str, &Path); 3] = [
            ("-CAfile", &root),
            ("-untrusted", &middle),
            ("-CRLfile", &crls),
        ];
        let output = Command::new("openssl")
            .args(["verify", "-no-CApath", "-extended_crl"])
            .args(["-attime", &now().as_secs().to_string()])
            .args(check)
            .args(
                files
                    .iter()
                    .flat_map(|(option, path)| [option.as_ref(), path.as_os_str()]),
            )
            .arg(leaf)
            .output()
            .expect("openssl");
        let said = String::from_utf8(output.stderr).unwrap();
        let Some((_, complaint)) = said.split_once("error ") else {
            assert!(output.status.success(), "{said}");
            return (0, 0);
        };
        let number = |text: &str| text.split(' ').next().unwrap().parse::<i32>().unwrap();
        let (_, depth) = complaint.split_once(" at ").unwrap();
        (number(complaint), number(depth) as u32)
    }
}

/// Ours: number, depth and a part of the facts.
fn told(verdict: &Verdict) -> (i32, Option<u32>) {
    (verdict.verify(), verdict.depth())
}

#[test]
fn the_same_verdicts_as_openssl() {
    let family = Family::new();
    let [leaves, middles] = family.lists(&[], &[]);
    let [bad_leaves, bad_middles] = family.lists(&[0x1f, 0x20], &[0x10]);
    let [others, _] = family.lists(&[0x1f, 0x21], &[]);
    let (all, leaf_only) = (ENFORCE_EXPIRY, ENFORCE_EXPIRY | LEAF_ONLY);
    let old_leaves = family.middle.sign_crl(&outdated(list(&[])));
    let mut newer = list(&[0x20]);
    newer.this_update = date_time_ymd(2025, 12, 2);
    newer.crl_number = SerialNumber::from(2);
    let newer = family.middle.sign_crl(&newer);
    for (what, crls, switches, verify, depth) in [
        ("nothing revoked", vec![&leaves, &middles], all, 0, 0),
        ("others revoked", vec![&others, &middles], all, 0, 0),
        ("leaf", vec![&bad_leaves, &middles], all, 23, 0),
        (
            "leaf, of the leaf only",
            vec![&bad_leaves],
            leaf_only,
            23,
            0,
        ),
        ("intermediate", vec![&leaves, &bad_middles], all, 23, 1),
        (
            "intermediate, unasked",
            vec![&leaves, &bad_middles],
            leaf_only,
            0,
            0,
        ),
        ("no list for the leaf", vec![&middles], all, 3, 0),
        (
            "no list for the leaf, only it",
            vec![&middles],
            leaf_only,
            3,
            0,
        ),
        ("no list for the intermediate", vec![&leaves], all, 3, 1),
        ("no list for it, unasked", vec![&leaves], leaf_only, 0, 0),
        ("outdated", vec![&old_leaves, &middles], all, 12, 0),
        ("replaced", vec![&leaves, &newer, &middles], all, 23, 0),
        (
            "replaced, other order",
            vec![&newer, &leaves, &middles],
            all,
            23,
            0,
        ),
    ] {
        let crls: Vec<String> = crls.into_iter().cloned().collect();
        let (openssl, at) = family.openssl(&crls, switches);
        let ours = family.verdict(&crls, switches);
        let facts = ours.facts();
        assert_eq!((openssl, at), (verify, depth), "OpenSSL: {what}");
        assert_eq!(ours.verify(), verify, "{what}: {facts}");
        assert!(
            verify == 0 || ours.depth().is_none_or(|ours| ours == depth),
            "{what}"
        );
    }
}

#[test]
fn a_list_that_another_key_signed() {
    let family = Family::new();
    let [_, middles] = family.lists(&[], &[]);
    let namesakes = Authority::new("middle").sign_crl(&list(&[]));
    let crls = [namesakes, middles];
    // OpenSSL goes by the key's identifier, which a forger can set, and finds no list at all.
    assert_eq!(family.openssl(&crls, 0), (3, 0));
    let verdict = family.verdict(&crls, 0);
    assert_eq!(verdict.verify(), 8);
    assert!(
        verdict.facts().contains("'CN=middle'"),
        "{}",
        verdict.facts()
    );
}

#[test]
fn the_facts_of_a_revocation() {
    let family = Family::new();
    let verdict = family.verdict(&family.lists(&[0x20], &[]), 0);
    assert_eq!(told(&verdict), (23, Some(0)));
    for fact in [
        "'CN=example.org' (serial 20)",
        "revoked on 2025-11-30T00:00:00Z (KeyCompromise)",
        "CRL of 'CN=middle' of 2025-12-01T00:00:00Z",
    ] {
        assert!(verdict.facts().contains(fact), "{}", verdict.facts());
    }
    let error = verdict.to_error();
    assert_eq!(error.alert(), Some(crate::error::Alert::Sent(44)));
    let [leaves, middles] = family.lists(&[], &[]);
    let verdict = family.verdict(&[leaves], 0);
    assert_eq!(told(&verdict), (3, Some(1)));
    let fact = "no CRL of 'CN=root', the issuer of certificate 'CN=middle' (serial 10)";
    assert!(verdict.facts().contains(fact), "{}", verdict.facts());

    let old = family.middle.sign_crl(&outdated(list(&[])));
    let verdict = family.verdict(&[old, middles], ENFORCE_EXPIRY);
    assert_eq!(told(&verdict), (12, Some(0)));
    for fact in [
        "'CN=middle'",
        "2025-12-15T00:00:00Z",
        "the clock says 2026-01-01",
    ] {
        assert!(verdict.facts().contains(fact), "{}", verdict.facts());
    }
    assert_eq!(
        verdict.to_error().alert(),
        Some(crate::error::Alert::Sent(45))
    );
}

#[test]
fn unknown_is_accepted_where_it_is_allowed_and_revoked_is_not() {
    let family = Family::new();
    let [leaves, middles] = family.lists(&[], &[]);
    let [bad_leaves, bad_middles] = family.lists(&[0x20], &[0x10]);
    for (crls, verify) in [
        (vec![leaves.clone()], 0),
        (vec![middles.clone()], 0),
        (vec![bad_leaves], 23),
        (vec![bad_middles], 23),
        (vec![Authority::new("stranger").sign_crl(&list(&[0x20]))], 0),
    ] {
        assert_eq!(family.verdict(&crls, ALLOW_UNKNOWN).verify(), verify);
    }
    // What was revoked stays so when its list is out of date.
    let old = family.middle.sign_crl(&outdated(list(&[])));
    let bad_old = family.middle.sign_crl(&outdated(list(&[0x20])));
    let lenient = ALLOW_UNKNOWN | ENFORCE_EXPIRY;
    assert_eq!(
        family
            .verdict(&[old.clone(), middles.clone()], lenient)
            .verify(),
        0
    );
    assert_eq!(
        family
            .verdict(&[bad_old.clone(), middles.clone()], lenient)
            .verify(),
        23
    );
    assert_eq!(family.verdict(&[old, middles.clone()], 0).verify(), 0);
    assert_eq!(
        family.verdict(&[bad_old, middles], ENFORCE_EXPIRY).verify(),
        12
    );
}

#[test]
fn off_and_required() {
    let family = Family::new();
    let revoked = family.lists(&[0x20], &[0x10]);
    assert_eq!(family.verdict(&revoked, OFF).verify(), 0);
    assert_eq!(family.verdict(&[], 0).verify(), 0);
    assert_eq!(told(&family.verdict(&[], REQUIRED)), (3, Some(0)));
    assert_eq!(family.verdict(&[], REQUIRED | ALLOW_UNKNOWN).verify(), 3);
    assert_eq!(
        family.verdict(&family.lists(&[], &[]), REQUIRED).verify(),
        0
    );
    let mut revocation = Revocation::default();
    for bad in [OFF | REQUIRED, 1 << 5, u32::MAX] {
        let error = revocation.set_switches(bad).unwrap_err();
        assert_eq!((error.code(), revocation.switches()), (Code::Argument, 0));
    }
}

#[test]
fn a_leaf_in_the_store_must_be_known_too() {
    let family = Family::new();
    let mut policy = family.policy(&family.lists(&[], &[]), 0);
    policy.roots.add_bytes(&family.leaf.der()).unwrap();
    assert_eq!(family.verdict_of(&policy).verify(), 0);
    let mut policy = family.policy(&family.lists(&[0x20], &[]), 0);
    policy.roots.add_bytes(&family.leaf.der()).unwrap();
    assert_eq!(family.verdict_of(&policy).verify(), 23);

    // Its issuer is nowhere: nobody can say, unless a list has it.
    for (leaves, switches, verify) in [
        (&[][..], 0, 3),
        (&[], ALLOW_UNKNOWN, 0),
        (&[], OFF, 0),
        (&[0x20], 0, 23),
        (&[0x20], ALLOW_UNKNOWN, 23),
        (&[0x20], OFF, 0),
    ] {
        let mut policy = family.policy(&family.lists(leaves, &[]), switches);
        policy.roots = store(&[&family.leaf]);
        assert_eq!(family.verdict_of(&policy).verify(), verify);
    }
}

/// One certificate that the peer makes itself must not change what a list says.
#[test]
fn a_revoked_leaf_in_the_store_does_not_hide_behind_what_it_sends() {
    let family = Family::new();
    let mut policy = family.policy(&family.lists(&[0x20], &[]), ALLOW_UNKNOWN);
    policy.roots.add_bytes(&family.leaf.der()).unwrap();
    let mut expired = ca_params("middle");
    expired.not_after = date_time_ymd(2025, 6, 1);
    let junk = Authority::self_signed(expired);
    for intermediates in [
        vec![family.middle.der()],
        vec![family.middle.der(), junk.der()],
        vec![],
    ] {
        let sent = Sent {
            leaf: &family.leaf.der(),
            intermediates: &intermediates,
        };
        let verdict = verify(&policy, Peer::Server, &sent, None, now());
        assert_eq!(verdict.verify(), 23, "{}", intermediates.len());
    }
}

/// The authorityKeyIdentifier of certificates and lists of one key need not have the same bytes.
#[test]
fn the_newest_list_of_a_key_counts_however_it_names_the_key() {
    let family = Family::new();
    let mut newest = list(&[0x20]);
    newest.this_update = date_time_ymd(2025, 12, 24);
    let issuer = Issuer::from_params(&family.middle.params, &family.middle.key);
    let newest = newest.signed_by(&issuer).unwrap();
    // rcgen writes the keyIdentifier alone: put the issuer's serial number behind it.
    let newest = resigned(newest.der(), &family.middle.key);
    let [leaves, middles] = family.lists(&[], &[]);
    let mut policy = family.policy(&[leaves, middles], 0);
    policy.revocation.crls.add_bytes(&newest).unwrap();
    assert_eq!(family.verdict_of(&policy).verify(), 23);
}

/// The list with authorityCertSerialNumber in its authorityKeyIdentifier, signed again.
fn resigned(der: &[u8], key: &KeyPair) -> Vec<u8> {
    use rcgen::SigningKey;
    let list = elements(contents(der));
    let mut fields = elements(contents(list[0]));
    let extensions = fields.pop().unwrap();
    let extensions: Vec<_> = elements(contents(contents(extensions)))
        .into_iter()
        .map(|extension| match elements(contents(extension))[..] {
            [oid @ [6, 3, 0x55, 0x1d, 0x23], value] => {
                let key = contents(contents(value));
                let value = tlv(0x30, &[key, &[0x82, 1, 0x10]]);
                tlv(0x30, &[oid, &tlv(4, &[&value])])
            }
            _ => extension.to_vec(),
        })
        .collect();
    let extensions = tlv(0xa0, &[&tlv(0x30, &[&extensions.concat()])]);
    let signed = tlv(0x30, &[&fields.concat(), &extensions]);
    let signature = tlv(3, &[&[0], &key.sign(&signed).unwrap()]);
    tlv(0x30, &[&signed, list[1], &signature])
}

fn elements(mut der: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    while !der.is_empty() {
        let inside = contents(der);
        let end = inside.as_ptr() as usize - der.as_ptr() as usize + inside.len();
        all.push(&der[..end]);
        der = &der[end..];
    }
    all
}

fn contents(der: &[u8]) -> &[u8] {
    use x509_parser::asn1_rs::{Any, FromDer};
    Any::from_der(der).unwrap().1.data
}

#[test]
fn distribution_points_and_scopes() {
    let (here, there) = ("http://crl.example/1", "http://crl.example/2");
    let mut params = leaf_params(NAME);
    params.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec![here.into()],
    }];
    let family = Family::with_leaf(params);
    let [_, middles] = family.lists(&[], &[]);
    let sign = |list| family.middle.sign_crl(&list);
    let (user, ca) = (Some(CrlScope::UserCertsOnly), Some(CrlScope::CaCertsOnly));
    for (crl, verify) in [
        (at_point(list(&[]), here, None), 0),
        (at_point(list(&[0x20]), here, None), 23),
        (at_point(list(&[0x20]), here, user), 23),
        (at_point(list(&[]), here, ca), 3),
        (at_point(list(&[]), there, None), 3),
    ] {
        let verdict = family.verdict(&[sign(crl), middles.clone()], 0);
        assert_eq!(verdict.verify(), verify, "{}", verdict.facts());
    }
    // Each point has a newest list of its own.
    let both = [
        sign(at_point(list(&[0x20]), here, None)),
        sign(at_point(list(&[]), there, None)),
        middles,
    ];
    assert_eq!(family.verdict(&both, 0).verify(), 23);
}

/// A certificate that names no point is covered by the lists of all.
#[test]
fn a_leaf_without_a_point_is_looked_for_in_every_part() {
    let family = Family::new();
    let [_, middles] = family.lists(&[], &[]);
    let sign = |list| family.middle.sign_crl(&list);
    let mut newest = at_point(list(&[]), "http://crl.example/2", None);
    newest.this_update = date_time_ymd(2025, 12, 24);
    let parts = [
        sign(at_point(list(&[0x20]), "http://crl.example/1", None)),
        sign(newest),
        middles,
    ];
    assert_eq!(family.verdict(&parts, 0).verify(), 23);
}

#[test]
fn an_issuer_with_two_keys() {
    let family = Family::new();
    let renewed = family.root.issue(numbered(ca_params("middle"), 0x11));
    let [leaves, middles] = family.lists(&[0x20], &[]);
    let mut newest = list(&[]);
    newest.this_update = date_time_ymd(2025, 12, 24);
    let newest = renewed.sign_crl(&newest);
    for crls in [[&leaves, &newest, &middles], [&newest, &leaves, &middles]] {
        let crls = crls.map(String::clone);
        assert_eq!(family.verdict(&crls, 0).verify(), 23);
    }
}

#[test]
fn an_issuer_that_may_not_sign_lists() {
    let root = Authority::new("root");
    let mut params = numbered(ca_params("middle"), 0x10);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let mut middle = root.issue(params);
    let leaf = middle.issue(numbered(leaf_params(NAME), 0x20));
    // rcgen signs for those only that may.
    middle.params.key_usages.push(KeyUsagePurpose::CrlSign);
    let family = Family { root, middle, leaf };
    let verdict = family.verdict(&family.lists(&[], &[]), 0);
    assert_eq!(verdict.verify(), 35);
    assert!(
        verdict.facts().contains("'CN=middle'"),
        "{}",
        verdict.facts()
    );
}

#[test]
fn what_is_no_list() {
    let family = Family::new();
    let [leaves, middles] = family.lists(&[], &[]);
    let mut crls = Crls::default();
    let certificate = family.leaf.pem();
    for (bytes, says) in [
        (b"".as_slice(), "no CRL: it is empty"),
        (b"0text", "neither PEM nor DER"),
        (
            certificate.as_bytes(),
            "no PEM block in it is an \"X509 CRL\"",
        ),
        (&family.leaf.der(), "CRL 1: "),
    ] {
        let error = crls.add_bytes(bytes).unwrap_err();
        assert_eq!(error.code(), Code::Format);
        assert!(error.message().contains(says), "{error}");
    }
    let second = leaves.clone() + "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n";
    let error = crls.add_bytes(second.as_bytes()).unwrap_err();
    assert_eq!(error.code(), Code::Format);
    assert!(error.message().starts_with("CRL 2: "), "{error}");
    assert!(crls.is_empty(), "all or nothing");
    crls.add_bytes((leaves.clone() + &certificate + &middles).as_bytes())
        .unwrap();
    assert_eq!(crls.iter().count(), 2);
    crls.add_bytes(leaves.as_bytes()).unwrap();
    assert_eq!(crls.iter().count(), 2, "the same again");
}

#[test]
fn a_file_is_named_in_the_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("list.pem");
    let mut crls = Crls::default();
    let error = crls.add_file(&path).unwrap_err();
    assert_eq!((error.code(), error.errno()), (Code::File, libc::ENOENT));
    fs::write(&path, "nothing").unwrap();
    let error = crls.add_file(&path).unwrap_err();
    assert_eq!(error.code(), Code::Format);
    assert!(error.message().contains("list.pem: no CRL"), "{error}");
    fs::write(&path, Authority::new("a").sign_crl(&list(&[]))).unwrap();
    crls.add_file(&path).unwrap();
    assert_eq!(crls.iter().count(), 1);
}

#[test]
fn damaged_lists_are_refused_and_harmless() {
    let family = Family::new();
    let issuer = Issuer::from_params(&family.middle.params, &family.middle.key);
    let der = list(&[0x20]).signed_by(&issuer).unwrap().der().to_vec();
    for i in 0..der.len() {
        let _ = Crls::default().add_bytes(&der[..i]);
        let mut bad = der.clone();
        bad[i] ^= 0x01;
        let mut policy = family.policy(&[], LEAF_ONLY);
        if policy.revocation.crls.add_bytes(&bad).is_ok() {
            assert!(!family.verdict_of(&policy).is_accepted(), "byte {i}");
        }
    }
}
