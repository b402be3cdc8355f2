//! Why a chain was refused: OpenSSL's number for webpki's error, and the facts for a person.

use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::verdict::Verdict;
use super::verify::{Peer, Sent};
use super::{Roots, codes};
use crate::x509::{Certificate, iso};

/// Names beyond these are counted only: a certificate can hold thousands.
const NAMES_SHOWN: usize = 10;

pub(super) fn explain(
    error: webpki::Error,
    roots: &Roots,
    peer: Peer,
    sent: &Sent<'_>,
    now: UnixTime,
) -> Verdict {
    let chain = chain_by_names(sent);
    if is_self_signed_stranger(&chain[0], roots, sent) {
        let facts = format!("{} is not in the trust store", who(&chain[0]));
        return Verdict::refused(codes::SELF_SIGNED, Some(0), facts);
    }
    use webpki::Error::*;
    match error {
        CertExpired { not_after, .. } => at_fault(&chain, |certificate| {
            certificate.not_after() == seconds(not_after)
        })
        .map_or_else(
            || Verdict::refused(codes::CERT_EXPIRED, None, clock(now)),
            |(depth, certificate)| expired(certificate, depth, now),
        ),
        CertNotValidYet { not_before, .. } => at_fault(&chain, |certificate| {
            certificate.not_before() == seconds(not_before)
        })
        .map_or_else(
            || Verdict::refused(codes::CERT_NOT_YET_VALID, None, clock(now)),
            |(depth, certificate)| not_yet_valid(certificate, depth, now),
        ),
        InvalidCertValidity => inverted_dates(&chain, now),
        UnknownIssuer => unknown_issuer(&chain, roots),
        EndEntityUsedAsCa => {
            let issuers = (1..).zip(&chain[1..]).find(|(_, issuer)| !issuer.is_ca());
            let depth = issuers.map(|(depth, _)| depth);
            let issuer = issuers.map_or("an issuer in the chain".into(), |(_, c)| who(c));
            Verdict::refused(codes::INVALID_CA, depth, format!("{issuer} is not a CA"))
        }
        RequiredEkuNotFoundContext(_) | EmptyEkuExtension => {
            let client = peer == Peer::Client;
            at_fault(&chain, |certificate| !certificate.allows_tls(client)).map_or_else(
                || Verdict::refused(codes::INVALID_PURPOSE, None, ""),
                |(depth, certificate)| wrong_purpose(certificate, depth, peer),
            )
        }
        other => {
            let (verify, why) = number_of(&other);
            let depth = (chain.len() == 1).then_some(0);
            Verdict::refused(verify, depth, format!("{}: {why}", who(&chain[0])))
        }
    }
}

pub(super) fn wrong_name(leaf: &Certificate, name: &ServerName<'_>) -> Verdict {
    let verify = match name {
        ServerName::IpAddress(_) => codes::IP_ADDRESS,
        _ => codes::HOSTNAME,
    };
    let facts = format!(
        "expected '{}', the certificate is for {}",
        name.to_str(),
        presented(leaf)
    );
    Verdict::refused(verify, Some(0), facts)
}

pub(super) fn expired(certificate: &Certificate, depth: u32, now: UnixTime) -> Verdict {
    let facts = format!(
        "{} was valid until {}, {}",
        who(certificate),
        iso(certificate.not_after()),
        clock(now)
    );
    Verdict::refused(codes::CERT_EXPIRED, Some(depth), facts)
}

pub(super) fn not_yet_valid(certificate: &Certificate, depth: u32, now: UnixTime) -> Verdict {
    let facts = format!(
        "{} is valid from {}, {}",
        who(certificate),
        iso(certificate.not_before()),
        clock(now)
    );
    Verdict::refused(codes::CERT_NOT_YET_VALID, Some(depth), facts)
}

pub(super) fn wrong_purpose(certificate: &Certificate, depth: u32, peer: Peer) -> Verdict {
    let needed = match peer {
        Peer::Server => "a TLS server",
        Peer::Client => "a TLS client",
    };
    let facts = format!(
        "{} is not for {needed}, only for: {}",
        who(certificate),
        certificate.purposes().join(", ")
    );
    Verdict::refused(codes::INVALID_PURPOSE, Some(depth), facts)
}

/// "certificate 'CN=example.org'", or by its names where the subject is empty.
pub(super) fn who(certificate: &Certificate) -> String {
    match certificate.subject().attributes() {
        [] => format!("the certificate for {}", presented(certificate)),
        _ => format!("certificate '{}'", certificate.subject()),
    }
}

fn presented(certificate: &Certificate) -> String {
    let names = certificate.alternative_names();
    if names.is_empty() {
        return "no name at all (it has no subjectAltName)".into();
    }
    let mut shown: Vec<String> = names
        .iter()
        .take(NAMES_SHOWN)
        .map(|name| name.describe())
        .collect();
    if names.len() > NAMES_SHOWN {
        shown.push(format!("{} more", names.len() - NAMES_SHOWN));
    }
    shown.join(", ")
}

pub(super) fn clock(now: UnixTime) -> String {
    format!("the clock says {}", iso(seconds(now)))
}

pub(super) fn seconds(time: UnixTime) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

/// The chain as the names say, leaf first, however the peer ordered what it sent.
pub(super) fn chain_by_names(sent: &Sent<'_>) -> Vec<Certificate> {
    let read = |der: &CertificateDer<'_>| Certificate::deferred(der.clone().into_owned());
    let mut others: Vec<Certificate> = sent.intermediates.iter().map(read).collect();
    let mut last = read(sent.leaf);
    let mut chain = Vec::new();
    while !last.is_self_issued() {
        let Some(next) = others.iter().position(|other| {
            !last.issuer_der().is_empty() && other.subject_der() == last.issuer_der()
        }) else {
            break;
        };
        chain.push(std::mem::replace(&mut last, others.swap_remove(next)));
    }
    chain.push(last);
    chain
}

/// A self-signed leaf that nothing in the store or in what was sent could have issued.
fn is_self_signed_stranger(leaf: &Certificate, roots: &Roots, sent: &Sent<'_>) -> bool {
    leaf.is_self_issued()
        && roots.with_subject(leaf.issuer_der()).next().is_none()
        && !sent.intermediates.iter().any(|other| {
            let other = Certificate::deferred(other.clone().into_owned());
            other.der() != leaf.der() && other.subject_der() == leaf.issuer_der()
        })
}

fn at_fault(
    chain: &[Certificate],
    fault: impl Fn(&Certificate) -> bool,
) -> Option<(u32, &Certificate)> {
    (0..).zip(chain).find(|(_, certificate)| fault(certificate))
}

fn inverted_dates(chain: &[Certificate], now: UnixTime) -> Verdict {
    let inverted = |certificate: &Certificate| certificate.not_before() > certificate.not_after();
    match at_fault(chain, inverted) {
        Some((depth, certificate)) if seconds(now) < certificate.not_before() => {
            not_yet_valid(certificate, depth, now)
        }
        Some((depth, certificate)) => expired(certificate, depth, now),
        None => Verdict::refused(codes::CERT_EXPIRED, None, clock(now)),
    }
}

fn unknown_issuer(chain: &[Certificate], roots: &Roots) -> Verdict {
    let Some((depth, last)) = (0..).zip(chain).last() else {
        return Verdict::refused(codes::UNKNOWN_ISSUER, None, "");
    };
    let issuer = last.issuer();
    if roots
        .with_subject(last.issuer_der())
        .any(|stored| !stored.may_issue())
    {
        let facts = format!(
            "the trust store has '{issuer}', the issuer of {}, but it is not a CA",
            who(last)
        );
        return Verdict::refused(codes::INVALID_CA, Some(depth + 1), facts);
    }
    let store = match roots.len() {
        0 => "the trust store is empty".into(),
        1 => "it is not the one in the trust store".into(),
        n => format!("it is none of the {n} in the trust store"),
    };
    let facts = format!(
        "'{issuer}', the issuer of {}, was not found: {store}",
        who(last)
    );
    Verdict::refused(codes::UNKNOWN_ISSUER, Some(depth), facts)
}

/// Numbers of the errors that need no look at the chain.
fn number_of(error: &webpki::Error) -> (i32, String) {
    use webpki::Error::*;
    #[allow(deprecated)]
    let (verify, why) = match error {
        InvalidSignatureForPublicKey => (
            codes::CERT_SIGNATURE,
            "a signature in its chain does not fit the issuer's key",
        ),
        SignatureAlgorithmMismatch => (
            codes::CERT_SIGNATURE,
            "the two places that name the signature's algorithm differ",
        ),
        UnsupportedSignatureAlgorithm
        | UnsupportedSignatureAlgorithmContext(_)
        | UnsupportedSignatureAlgorithmForPublicKey
        | UnsupportedSignatureAlgorithmForPublicKeyContext(_) => (
            codes::UNSUPPORTED_SIGNATURE,
            "a signature in its chain was made with an algorithm that is not supported",
        ),
        CaUsedAsEndEntity => (
            codes::INVALID_PURPOSE,
            "it is a CA's, which is accepted only if the trust store has it",
        ),
        PathLenConstraintViolated => (
            codes::PATH_LENGTH,
            "a CA in its chain issued through more CAs than it may",
        ),
        NameConstraintViolation => (
            codes::NAME_CONSTRAINT,
            "a CA in its chain may not issue for this name",
        ),
        UnsupportedCriticalExtension => (
            codes::UNHANDLED_CRITICAL,
            "a critical extension in its chain is not understood",
        ),
        MaximumPathDepthExceeded => (codes::CHAIN_TOO_LONG, "the chain is too long"),
        MaximumSignatureChecksExceeded
        | MaximumPathBuildCallsExceeded
        | MaximumNameConstraintComparisonsExceeded => {
            (codes::CHAIN_TOO_LONG, "the chain is too complicated")
        }
        CertDistrusted => (codes::REJECTED, "a key in its chain is distrusted by name"),
        UnsupportedCertVersion => (
            codes::UNSPECIFIED,
            "it is not X.509 version 3, which is accepted only if the trust store has it",
        ),
        other => return (codes::UNSPECIFIED, format!("it is malformed: {other:?}")),
    };
    (verify, why.into())
}
