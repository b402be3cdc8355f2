//! Verdicts about chains and names.

use super::*;

const NAME: &str = "example.org";

/// A client's view of a server: what is trusted, what was sent, which name is expected.
struct Case<'a> {
    roots: Roots,
    sent: Vec<&'a Authority>,
    name: Option<&'a str>,
    peer: Peer,
    match_cn: bool,
    now: UnixTime,
}

impl<'a> Case<'a> {
    fn new(trusted: &[&Authority], sent: &[&'a Authority]) -> Case<'a> {
        Case {
            roots: store(trusted),
            sent: sent.to_vec(),
            name: Some(NAME),
            peer: Peer::Server,
            match_cn: false,
            now: now(),
        }
    }

    fn named(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    fn verdict(&self) -> Verdict {
        let chain: Vec<_> = self.sent.iter().map(|sent| sent.der()).collect();
        judge(self, &chain[0], &chain[1..])
    }

    /// The number and the depth of a refusal whose facts hold all of `parts`.
    fn refusal(&self, parts: &[&str]) -> (i32, Option<u32>) {
        let verdict = self.verdict();
        for part in parts {
            assert!(
                verdict.facts().contains(part),
                "{part}: {}",
                verdict.facts()
            );
        }
        assert!(verdict.path().is_empty());
        (verdict.verify(), verdict.depth())
    }

    fn is_accepted(&self) -> bool {
        let verdict = self.verdict();
        assert_eq!(
            verdict.is_accepted(),
            verdict.facts().is_empty(),
            "{}",
            verdict.facts()
        );
        verdict.is_accepted()
    }
}

fn judge(case: &Case<'_>, leaf: &CertificateDer<'_>, rest: &[CertificateDer<'_>]) -> Verdict {
    let mut policy = Policy::new(case.roots.clone(), Mode::Required);
    policy.match_cn = case.match_cn;
    let name = case.name.map(|name| PeerName::parse(name).unwrap());
    let sent = Sent {
        leaf,
        intermediates: rest,
    };
    let name = name.as_ref().map(PeerName::as_server_name);
    verify(&policy, case.peer, &sent, name, case.now)
}

fn ders(verdict: &Verdict) -> Vec<CertificateDer<'static>> {
    verdict.path().iter().map(|c| c.der().clone()).collect()
}

#[test]
fn a_chain_to_a_root() {
    let root = Authority::new("root");
    let middle = root.intermediate("middle");
    let leaf = middle.leaf(NAME);
    let verdict = Case::new(&[&root], &[&leaf, &middle]).verdict();
    assert!(verdict.is_accepted(), "{}", verdict.facts());
    assert_eq!(ders(&verdict), [leaf.der(), middle.der(), root.der()]);
}

#[test]
fn order_and_strangers_in_the_chain_do_not_matter() {
    let root = Authority::new("root");
    let (one, stranger) = (root.intermediate("one"), Authority::new("stranger"));
    let two = one.intermediate("two");
    let leaf = two.leaf(NAME);
    let sent = [&leaf, &root, &one, &stranger, &two];
    let verdict = Case::new(&[&root], &sent).verdict();
    assert_eq!(
        ders(&verdict),
        [leaf.der(), two.der(), one.der(), root.der()]
    );
}

#[test]
fn an_intermediate_in_the_store_ends_the_path() {
    let root = Authority::new("root");
    let middle = root.intermediate("middle");
    let leaf = middle.leaf(NAME);
    let verdict = Case::new(&[&middle], &[&leaf]).verdict();
    assert_eq!(ders(&verdict), [leaf.der(), middle.der()]);
}

#[test]
fn an_issuer_that_is_not_known() {
    let (root, other) = (Authority::new("root"), Authority::new("other"));
    let middle = root.intermediate("middle");
    let leaf = middle.leaf(NAME);
    let case = Case::new(&[&other], &[&leaf, &middle]);
    assert_eq!(case.refusal(&["'CN=root'", "'CN=middle'"]), (20, Some(1)));
    let case = Case::new(&[&root], &[&leaf]);
    assert_eq!(
        case.refusal(&["'CN=middle'", "'CN=example.org'"]),
        (20, Some(0))
    );
    let case = Case::new(&[], &[&leaf, &middle, &root]);
    assert_eq!(
        case.refusal(&["'CN=root'", "store is empty"]),
        (20, Some(2))
    );
}

#[test]
fn a_self_signed_leaf_in_and_out_of_the_store() {
    for ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let mut params = leaf_params(NAME);
        params.is_ca = ca;
        let leaf = Authority::self_signed(params);
        let other = Authority::new("other");
        assert_eq!(
            Case::new(&[&other], &[&leaf]).refusal(&["example.org"]),
            (18, Some(0))
        );
        let verdict = Case::new(&[&leaf], &[&leaf]).verdict();
        assert!(verdict.is_accepted(), "{}", verdict.facts());
        assert_eq!(ders(&verdict), [leaf.der()]);
        let wrong = Case::new(&[&leaf], &[&leaf]).named("example.com");
        assert_eq!(wrong.refusal(&["DNS:example.org"]), (62, Some(0)));
    }
}

#[test]
fn a_stored_leaf_that_is_no_ca_cannot_issue() {
    for usage in [vec![], vec![KeyUsagePurpose::DigitalSignature]] {
        let mut params = leaf_params("pinned.example");
        params.key_usages = usage;
        let pinned = Authority::self_signed(params);
        let forged = pinned.leaf(NAME);
        let case = Case::new(&[&pinned], &[&forged, &pinned]);
        assert_eq!(
            case.refusal(&["'CN=pinned.example'", "not a CA"]),
            (24, Some(1))
        );
        let case = Case::new(&[&pinned], &[&forged]);
        assert_eq!(
            case.refusal(&["'CN=pinned.example'", "not a CA"]),
            (24, Some(1))
        );
    }
}

#[test]
fn a_ca_as_a_leaf_is_trusted_only_by_itself() {
    let root = Authority::new("root");
    let mut params = ca_params("middle");
    params.subject_alt_names = leaf_params(NAME).subject_alt_names;
    let middle = root.issue(params);
    assert_eq!(
        Case::new(&[&root], &[&middle]).refusal(&["CA"]),
        (26, Some(0))
    );
    assert!(Case::new(&[&middle], &[&middle]).is_accepted());
}

#[test]
fn dates() {
    let root = Authority::new("root");
    let middle = root.intermediate("middle");
    let (mut old, mut young) = (leaf_params(NAME), leaf_params(NAME));
    old.not_after = date_time_ymd(2025, 2, 3);
    young.not_before = date_time_ymd(2026, 2, 3);
    for in_store in [false, true] {
        let leaf = middle.issue(old.clone());
        let trusted = if in_store { &leaf } else { &root };
        let facts = [
            "until 2025-02-03T00:00:00Z",
            "clock says 2026-01-01T00:00:00Z",
        ];
        let case = Case::new(&[trusted], &[&leaf, &middle]);
        assert_eq!(case.refusal(&facts), (10, Some(0)));

        let leaf = middle.issue(young.clone());
        let trusted = if in_store { &leaf } else { &root };
        let case = Case::new(&[trusted], &[&leaf, &middle]);
        assert_eq!(case.refusal(&["from 2026-02-03T00:00:00Z"]), (9, Some(0)));
    }
    let mut params = ca_params("old CA");
    params.not_after = date_time_ymd(2025, 2, 3);
    let expired = root.issue(params);
    let leaf = expired.leaf(NAME);
    let case = Case::new(&[&root], &[&leaf, &expired]);
    assert_eq!(case.refusal(&["'CN=old CA'"]), (10, Some(1)));
}

#[test]
fn the_last_second_counts() {
    let root = Authority::new("root");
    let leaf = root.leaf(NAME);
    for trusted in [&root, &leaf] {
        let mut case = Case::new(&[trusted], &[&leaf]);
        for (second, accepted) in [
            (1_735_689_599, false),
            (1_735_689_600, true),
            (1_798_761_600, true),
            (1_798_761_601, false),
        ] {
            case.now = UnixTime::since_unix_epoch(Duration::from_secs(second));
            assert_eq!(case.is_accepted(), accepted, "{second}");
        }
    }
}

#[test]
fn names() {
    let root = Authority::new("root");
    let mut params = params("www.example.com");
    params.subject_alt_names = vec![
        SanType::DnsName(NAME.try_into().unwrap()),
        SanType::DnsName("*.example.org".try_into().unwrap()),
        SanType::IpAddress("192.0.2.1".parse().unwrap()),
        SanType::IpAddress("2001:db8::1".parse().unwrap()),
    ];
    let leaf = root.issue(params);
    let case = |name| Case::new(&[&root], &[&leaf]).named(name);
    for name in [
        "EXAMPLE.org.",
        "www.example.org",
        "192.0.2.1",
        "2001:db8::0:1",
    ] {
        assert!(case(name).is_accepted(), "{name}");
    }
    let presented = "DNS:example.org, DNS:*.example.org, IP Address:192.0.2.1";
    for name in ["www.example.com", "a.b.example.org", "org"] {
        let expected = format!("expected '{name}'");
        assert_eq!(case(name).refusal(&[&expected, presented]), (62, Some(0)));
    }
    assert_eq!(case("192.0.2.2").refusal(&[presented]), (64, Some(0)));
    let mut unnamed = case(NAME);
    unnamed.name = None;
    assert!(unnamed.is_accepted());
}

#[test]
fn many_names_are_not_all_in_the_message() {
    let root = Authority::new("root");
    let mut params = params("many");
    let name = |i| SanType::DnsName(format!("n{i}.example").try_into().unwrap());
    params.subject_alt_names = (0..1000).map(name).collect();
    let leaf = root.issue(params);
    let case = Case::new(&[&root], &[&leaf]);
    assert_eq!(case.refusal(&["DNS:n9.example, 990 more"]).0, 62);
}

#[test]
fn the_common_name_only_by_option_in_the_store_and_without_other_names() {
    let root = Authority::new("root");
    let bare = root.issue(params(NAME));
    let mut case = Case::new(&[&bare], &[&bare]);
    assert_eq!(case.refusal(&["no subjectAltName"]), (62, Some(0)));
    case.match_cn = true;
    assert!(case.is_accepted());
    assert_eq!(
        Case {
            name: Some("example.com"),
            ..case
        }
        .refusal(&[])
        .0,
        62
    );

    let mut case = Case::new(&[&root], &[&bare]);
    case.match_cn = true;
    assert_eq!(case.refusal(&[]).0, 62, "only its issuer is in the store");

    let mut with_names = params(NAME);
    with_names.subject_alt_names = leaf_params("example.com").subject_alt_names;
    let leaf = root.issue(with_names);
    let mut case = Case::new(&[&leaf], &[&leaf]);
    case.match_cn = true;
    assert_eq!(case.refusal(&["DNS:example.com"]).0, 62);

    let address = root.issue(params("2001:db8::1"));
    let mut case = Case::new(&[&address], &[&address]).named("2001:db8::0:1");
    case.match_cn = true;
    assert!(case.is_accepted());
}

#[test]
fn purposes() {
    let root = Authority::new("root");
    let mut params = leaf_params(NAME);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let leaf = root.issue(params);
    for trusted in [&root, &leaf] {
        let mut case = Case::new(&[trusted], &[&leaf]);
        let facts = ["not for a TLS server", "TLS Web Client Authentication"];
        assert_eq!(case.refusal(&facts), (26, Some(0)));
        case.peer = Peer::Client;
        assert!(case.is_accepted());
    }
}

#[test]
fn a_signature_by_another_key() {
    let (root, namesake) = (Authority::new("root"), Authority::new("root"));
    let leaf = namesake.leaf(NAME);
    assert_eq!(Case::new(&[&root], &[&leaf]).refusal(&["signature"]).0, 7);
}

#[test]
fn issuers_that_may_not() {
    let root = Authority::new("root");
    let no_ca = root.leaf("not-a-ca.example");
    let leaf = no_ca.leaf(NAME);
    assert_eq!(
        Case::new(&[&root], &[&leaf, &no_ca])
            .refusal(&["not a CA"])
            .0,
        24
    );

    let mut short = ca_params("short");
    short.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let short = root.issue(short);
    let below = short.intermediate("below");
    let leaf = below.leaf(NAME);
    assert_eq!(
        Case::new(&[&root], &[&leaf, &below, &short]).refusal(&[]).0,
        25
    );
}

#[test]
fn version_1() {
    let odd = Odd {
        subject: vec![tlv(
            0x31,
            &[&attribute(&[0x55, 4, 3], 0x0c, NAME.as_bytes())],
        )],
        ..Odd::default()
    };
    let der = odd.der();
    let mut case = Case::new(&[], &[]);
    assert_eq!(judge(&case, &der, &[]).verify(), 18);
    case.roots.add(Arc::new(odd.read()));
    assert_eq!(judge(&case, &der, &[]).verify(), 62);
    case.match_cn = true;
    assert!(judge(&case, &der, &[]).is_accepted());
}

#[test]
fn a_critical_extension_that_nobody_knows() {
    let root = Authority::new("root");
    let mut params = leaf_params(NAME);
    let mut extension = rcgen::CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
    extension.set_criticality(true);
    params.custom_extensions = vec![extension];
    let leaf = root.issue(params);
    for trusted in [&root, &leaf] {
        assert_eq!(Case::new(&[trusted], &[&leaf]).refusal(&[]), (34, Some(0)));
    }
}

#[test]
fn what_is_no_certificate_is_refused() {
    let root = Authority::new("root");
    let good = root.leaf(NAME).der();
    let case = Case::new(&[&root], &[]);
    for i in 0..good.len() {
        let cut = CertificateDer::from(good[..i].to_vec());
        assert!(!judge(&case, &cut, std::slice::from_ref(&good)).is_accepted());
        let mut bad = good.to_vec();
        bad[i] ^= 0x01;
        assert!(!judge(&case, &bad.into(), &[]).is_accepted(), "byte {i}");
    }
}
