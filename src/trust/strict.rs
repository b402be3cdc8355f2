//! What RFC 5280 asks of the certificates of a chain and OpenSSL enforces under
//! X509_V_FLAG_X509_STRICT, as far as webpki does not enforce it always.

use std::sync::Arc;

use super::codes;
use super::refusal::who;
use super::verdict::Verdict;
use crate::x509::Certificate;

const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
const SUBJECT_ALT_NAME: &str = "2.5.29.17";
const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";

/// The first refusal along a path, from the leaf. A path of one certificate, which the store holds
/// itself, is not asked anything.
pub(super) fn refusal(path: &[Arc<Certificate>]) -> Option<Verdict> {
    if path.len() < 2 {
        return None;
    }
    (0..).zip(path).find_map(|(depth, certificate)| {
        let is_last = depth as usize + 1 == path.len();
        let (verify, why) = fault(certificate, depth > 0, is_last)?;
        let facts = format!("{} {why}", who(certificate));
        Some(Verdict::refused(verify, Some(depth), facts))
    })
}

/// OpenSSL's number and the reason; the rules in OpenSSL's order.
fn fault(certificate: &Certificate, is_issuer: bool, is_last: bool) -> Option<(i32, &'static str)> {
    let critical = |oid| {
        certificate
            .extension(oid)
            .is_some_and(|(_, critical)| critical)
    };
    let is_ca = certificate.is_ca();
    let may_sign = certificate.may_sign_certificates();
    if is_issuer && (!is_ca || may_sign == Some(false)) {
        return Some((codes::INVALID_CA, "is not a CA that may sign certificates"));
    }
    if certificate.path_length().is_some() && !is_ca {
        return Some((80, "is not a CA and limits the length of paths"));
    }
    if certificate.path_length().is_some() && may_sign != Some(true) {
        return Some((
            81,
            "limits the length of paths without keyUsage keyCertSign",
        ));
    }
    if is_ca && !critical(BASIC_CONSTRAINTS) {
        return Some((89, "is a CA without critical basicConstraints"));
    }
    if is_ca && may_sign.is_none() {
        return Some((92, "is a CA without keyUsage"));
    }
    if is_ca && may_sign == Some(false) {
        return Some((
            codes::INVALID_CA,
            "is a CA whose keyUsage lacks keyCertSign",
        ));
    }
    if !is_ca && may_sign == Some(true) {
        return Some((82, "is not a CA and has keyUsage keyCertSign"));
    }
    fault_of_names(certificate, is_ca, critical(SUBJECT_ALT_NAME)).or_else(|| {
        fault_of_key_identifiers(
            certificate,
            is_ca,
            is_last,
            critical(AUTHORITY_KEY_IDENTIFIER),
            critical(SUBJECT_KEY_IDENTIFIER),
        )
    })
}

fn fault_of_names(
    certificate: &Certificate,
    is_ca: bool,
    critical_names: bool,
) -> Option<(i32, &'static str)> {
    let nameless = certificate.subject().attributes().is_empty();
    let has_names = certificate.has_alternative_names();
    if certificate.issuer().attributes().is_empty() {
        return Some((83, "names no issuer"));
    }
    if nameless && (is_ca || certificate.may_sign_crls() || !has_names) {
        return Some((84, "has an empty subject"));
    }
    if nameless && !critical_names {
        return Some((88, "has an empty subject and no critical subjectAltName"));
    }
    if has_names && certificate.alternative_names().is_empty() {
        return Some((87, "has a subjectAltName without a name"));
    }
    None
}

fn fault_of_key_identifiers(
    certificate: &Certificate,
    is_ca: bool,
    is_last: bool,
    critical_authority: bool,
    critical_subject: bool,
) -> Option<(i32, &'static str)> {
    if critical_authority {
        return Some((90, "has a critical authorityKeyIdentifier"));
    }
    if critical_subject {
        return Some((91, "has a critical subjectKeyIdentifier"));
    }
    // The last one, a root as a rule, may be without.
    if !is_last && !certificate.identifies_issuers_key() {
        return Some((85, "has no authorityKeyIdentifier"));
    }
    if is_ca && certificate.extension(SUBJECT_KEY_IDENTIFIER).is_none() {
        return Some((86, "is a CA without subjectKeyIdentifier"));
    }
    None
}
