//! Verifying a peer's chain and name: webpki builds the path.

use std::net::IpAddr;
use std::sync::Arc;

use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};

use super::peer::{PeerChain, shared};
use super::verdict::Verdict;
use super::verifier::Policy;
use super::{CrlSwitch, codes, refusal, strict};
use crate::x509::Certificate;

/// What the peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    Server,
    Client,
}

/// A peer's certificates as it sent them.
pub(super) struct Sent<'a> {
    pub leaf: &'a CertificateDer<'a>,
    pub intermediates: &'a [CertificateDer<'a>],
}

impl Sent<'_> {
    /// The same for the program, with the path that was built.
    pub(super) fn to_chain(&self, path: &[Arc<Certificate>], ocsp: &[u8]) -> PeerChain {
        let known = |der: &CertificateDer<'_>| {
            let found = path.iter().find(|certificate| certificate.der() == der);
            found.cloned().unwrap_or_else(|| owned(der))
        };
        PeerChain {
            sent: std::iter::once(self.leaf)
                .chain(self.intermediates)
                .map(known)
                .collect(),
            path: path.to_vec(),
            raw_key: None,
            ocsp: ocsp.into(),
        }
    }
}

type Path = Vec<Arc<Certificate>>;

/// Decides about a chain: it must lead to the store (or its leaf be there itself), be valid now,
/// be made for what `peer` is, and prove `name` unless that is `None`.
pub(super) fn verify(
    policy: &Policy,
    peer: Peer,
    sent: &Sent<'_>,
    name: Option<&ServerName<'_>>,
    now: UnixTime,
) -> Verdict {
    let outcome = match policy.roots.find(sent.leaf) {
        Some(leaf) => verify_stored_leaf(policy, peer, leaf, sent, name, now),
        None => verify_chain(policy, peer, sent, name, now),
    };
    outcome.map_or_else(|refused| *refused, Verdict::accepted)
}

fn verify_chain(
    policy: &Policy,
    peer: Peer,
    sent: &Sent<'_>,
    name: Option<&ServerName<'_>>,
    now: UnixTime,
) -> Result<Path, Box<Verdict>> {
    let explain = |error| {
        let revocation = policy.revocation.explain(&error, sent, now);
        Box::new(
            revocation.unwrap_or_else(|| refusal::explain(error, &policy.roots, peer, sent, now)),
        )
    };
    let leaf = EndEntityCert::try_from(sent.leaf).map_err(explain)?;
    let verified = build_path(policy, peer, &leaf, sent, now).map_err(explain)?;
    let mut path = vec![owned(sent.leaf)];
    path.extend(
        verified
            .intermediate_certificates()
            .map(|certificate| owned(&certificate.der())),
    );
    path.extend(policy.roots.certificate_of(verified.anchor()).cloned());
    if policy.strict
        && let Some(refusal) = strict::refusal(&path)
    {
        return Err(Box::new(refusal));
    }
    if let Some(lacking) = policy.revocation.lacks_lists(&path[0]) {
        return Err(Box::new(lacking));
    }
    if let Some(listed) = policy.revocation.listed(&path) {
        return Err(Box::new(listed));
    }
    if let Some(name) = name
        && leaf.verify_is_valid_for_subject_name(name).is_err()
    {
        return Err(Box::new(refusal::wrong_name(&path[0], name)));
    }
    Ok(path)
}

fn build_path<'a>(
    policy: &'a Policy,
    peer: Peer,
    leaf: &'a EndEntityCert<'a>,
    sent: &'a Sent<'_>,
    now: UnixTime,
) -> Result<VerifiedPath<'a>, webpki::Error> {
    let lists = policy.revocation.lists(sent, now);
    leaf.verify_for_usage(
        policy.signatures.in_chains(),
        policy.roots.anchors(),
        sent.intermediates,
        now,
        match peer {
            Peer::Server => KeyUsage::server_auth(),
            Peer::Client => KeyUsage::client_auth(),
        },
        policy.revocation.options(&lists),
        None,
    )
}

/// A certificate that the program trusts by itself needs no issuer: webpki, which refuses a CA's
/// certificate as a leaf and all of version 1, has nothing to build.
fn verify_stored_leaf(
    policy: &Policy,
    peer: Peer,
    leaf: &Arc<Certificate>,
    sent: &Sent<'_>,
    name: Option<&ServerName<'_>>,
    now: UnixTime,
) -> Result<Path, Box<Verdict>> {
    use webpki::Error::{UnsupportedCertVersion, UnsupportedCriticalExtension};
    match EndEntityCert::try_from(leaf.der()) {
        Ok(_) => {}
        Err(UnsupportedCertVersion) if matches!(leaf.version(), 1 | 2) => {}
        Err(UnsupportedCriticalExtension) => {
            let facts = format!("of {}", refusal::who(leaf));
            return refuse(codes::UNHANDLED_CRITICAL, facts);
        }
        Err(error) => {
            let facts = format!("{} cannot be used: {error:?}", refusal::who(leaf));
            return refuse(codes::UNSPECIFIED, facts);
        }
    }
    let clock = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if clock < leaf.not_before() {
        return Err(Box::new(refusal::not_yet_valid(leaf, 0, now)));
    }
    if clock > leaf.not_after() {
        return Err(Box::new(refusal::expired(leaf, 0, now)));
    }
    if !leaf.allows_tls(peer == Peer::Client) {
        return Err(Box::new(refusal::wrong_purpose(leaf, 0, peer)));
    }
    stored_leaf_is_not_revoked(policy, peer, leaf, sent, now)?;
    let proves = |name| leaf.matches(name) || (policy.match_cn && common_name_is(leaf, name));
    match name {
        Some(name) if !proves(name) => Err(Box::new(refusal::wrong_name(leaf, name))),
        _ => Ok(vec![leaf.clone()]),
    }
}

/// Only an issuer can say that a certificate was not revoked, and a stored leaf may have none here:
/// then no list covers it.
fn stored_leaf_is_not_revoked(
    policy: &Policy,
    peer: Peer,
    stored: &Arc<Certificate>,
    sent: &Sent<'_>,
    now: UnixTime,
) -> Result<(), Box<Verdict>> {
    let revocation = &policy.revocation;
    if !revocation.is_on() {
        return Ok(());
    }
    if let Some(lacking) = revocation.lacks_lists(stored) {
        return Err(Box::new(lacking));
    }
    // The error to come depends on what the peer sends beside its leaf, or leaves out.
    if let Some(listed) = revocation.listed(std::slice::from_ref(stored)) {
        return Err(Box::new(listed));
    }
    let Err(error) = EndEntityCert::try_from(sent.leaf)
        .and_then(|leaf| build_path(policy, peer, &leaf, sent, now).map(drop))
    else {
        return Ok(());
    };
    match revocation.explain(&error, sent, now) {
        Some(verdict) => Err(Box::new(verdict)),
        None if revocation.has(CrlSwitch::AllowUnknown) => Ok(()),
        None => {
            let facts = format!(
                "{} is in the trust store itself, and no issuer there whose CRL could cover it",
                refusal::who(stored)
            );
            refuse(codes::CRL_UNAVAILABLE, facts).map(drop)
        }
    }
}

/// Without subjectAltName, the common name as it stands: no wildcards.
fn common_name_is(leaf: &Certificate, name: &ServerName<'_>) -> bool {
    !leaf.has_alternative_names()
        && leaf.subject().common_names().any(|common| match name {
            ServerName::DnsName(dns) => common.eq_ignore_ascii_case(dns.as_ref()),
            ServerName::IpAddress(ip) => common
                .parse::<IpAddr>()
                .is_ok_and(|common| common == IpAddr::from(*ip)),
            _ => false,
        })
}

fn refuse(verify: i32, facts: String) -> Result<Path, Box<Verdict>> {
    Err(Box::new(Verdict::refused(verify, Some(0), facts)))
}

fn owned(der: &CertificateDer<'_>) -> Arc<Certificate> {
    shared(der.clone().into_owned())
}
