//! Whether certificates were revoked: webpki asks the lists, by the settings here.

use std::borrow::Borrow;
use std::sync::Arc;

use rustls_pki_types::UnixTime;
use webpki::{
    CertRevocationList, ExpirationPolicy, RevocationCheckDepth, RevocationOptions,
    RevocationOptionsBuilder, UnknownStatusPolicy,
};

use super::codes;
use super::crls::{Crl, Crls};
use super::refusal::{chain_by_names, clock, seconds, who};
use super::verdict::Verdict;
use super::verify::Sent;
use crate::error::{Error, Result};
use crate::x509::{Certificate, iso};

/// A switch of revocation checking; the numbers are the ABI's (`RSSL_CRL_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum CrlSwitch {
    /// The issuers of the leaf are not checked.
    LeafOnly = 1 << 0,
    /// What no list covers is accepted.
    AllowUnknown = 1 << 1,
    /// A list past its date counts as missing.
    EnforceExpiry = 1 << 2,
    /// Nothing is checked.
    Off = 1 << 3,
    /// Nobody is accepted while no list is loaded.
    Required = 1 << 4,
}

const KNOWN: u32 = CrlSwitch::LeafOnly as u32
    | CrlSwitch::AllowUnknown as u32
    | CrlSwitch::EnforceExpiry as u32
    | CrlSwitch::Off as u32
    | CrlSwitch::Required as u32;

/// The lists and the switches.
#[derive(Clone, Debug, Default)]
pub struct Revocation {
    pub crls: Crls,
    switches: u32,
}

impl Revocation {
    /// `Code::Argument` for an unknown bit, and for off and required at once.
    pub fn set_switches(&mut self, switches: u32) -> Result<()> {
        if switches & !KNOWN != 0 {
            let unknown = switches & !KNOWN;
            return Err(Error::argument(format!("unknown CRL flags {unknown:#x}")));
        }
        let both = CrlSwitch::Off as u32 | CrlSwitch::Required as u32;
        if switches & both == both {
            return Err(Error::argument(
                "revocation cannot be off and required at once",
            ));
        }
        self.switches = switches;
        Ok(())
    }

    pub fn switches(&self) -> u32 {
        self.switches
    }

    pub(super) fn has(&self, switch: CrlSwitch) -> bool {
        self.switches & switch as u32 != 0
    }

    /// Whether anything is checked.
    pub(super) fn is_on(&self) -> bool {
        !self.has(CrlSwitch::Off) && (!self.crls.is_empty() || self.has(CrlSwitch::Required))
    }

    /// When the first list is past its date, if that makes a difference.
    pub(super) fn first_expiry(&self) -> Option<i64> {
        let counts = self.is_on() && self.has(CrlSwitch::EnforceExpiry);
        let dates = self.crls.iter().filter_map(|crl| crl.fields().next_update);
        dates.min().filter(|_| counts)
    }

    /// The lists in the order in which webpki shall ask them: it takes the first that is
    /// responsible. Empty when nothing is checked, or nothing can be.
    pub(super) fn lists(
        &self,
        sent: &Sent<'_>,
        now: UnixTime,
    ) -> Vec<&CertRevocationList<'static>> {
        if !self.is_on() {
            return Vec::new();
        }
        let mut crls: Vec<&Crl> = self.crls.iter().collect();
        // Stable: otherwise the newest first.
        if crls.len() > 1 {
            let now = seconds(now);
            let keys = issuers_keys(sent);
            crls.sort_by_key(|crl| {
                let outdated = self.has(CrlSwitch::EnforceExpiry) && crl.has_expired(now);
                (outdated, !fits(crl, &keys))
            });
        }
        crls.into_iter().map(Crl::list).collect()
    }

    /// What webpki is told; `None` without lists.
    pub(super) fn options<'a>(
        &self,
        lists: &'a [&'a CertRevocationList<'a>],
    ) -> Option<RevocationOptions<'a>> {
        let allow_unknown = self.has(CrlSwitch::AllowUnknown);
        let options = RevocationOptionsBuilder::new(lists).ok()?;
        Some(
            options
                .with_depth(match self.has(CrlSwitch::LeafOnly) {
                    true => RevocationCheckDepth::EndEntity,
                    false => RevocationCheckDepth::Chain,
                })
                .with_status_policy(match allow_unknown {
                    true => UnknownStatusPolicy::Allow,
                    false => UnknownStatusPolicy::Deny,
                })
                // Where missing lists are allowed, one past its date still tells what it revoked.
                .with_expiration_policy(
                    match self.has(CrlSwitch::EnforceExpiry) && !allow_unknown {
                        true => ExpirationPolicy::Enforce,
                        false => ExpirationPolicy::Ignore,
                    },
                )
                .build(),
        )
    }

    /// The refusal of a chain that is good otherwise, where lists are required and none is there.
    pub(super) fn lacks_lists(&self, leaf: &Certificate) -> Option<Verdict> {
        if !self.crls.is_empty() || !self.has(CrlSwitch::Required) {
            return None;
        }
        let facts = format!("{}: no CRL is loaded, and one is required", who(leaf));
        Some(Verdict::refused(codes::CRL_UNAVAILABLE, Some(0), facts))
    }

    /// Why webpki refused; `None` for an error that is not about revocation.
    pub(super) fn explain(
        &self,
        error: &webpki::Error,
        sent: &Sent<'_>,
        now: UnixTime,
    ) -> Option<Verdict> {
        use webpki::Error::*;
        let (verify, what) = match error {
            CertRevoked => return Some(self.revoked(&chain_by_names(sent))),
            UnknownRevocationStatus => return Some(self.unknown_status(&chain_by_names(sent))),
            CrlExpired { .. } => return Some(self.expired(&chain_by_names(sent), now)),
            InvalidCrlSignatureForPublicKey => (codes::CRL_SIGNATURE, "was not signed by its key"),
            IssuerNotCrlSigner => (
                codes::NOT_A_CRL_SIGNER,
                "cannot be used: the issuer's certificate does not let it sign CRLs",
            ),
            UnsupportedCrlSignatureAlgorithmContext(_)
            | UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => (
                codes::UNSUPPORTED_SIGNATURE,
                "is signed with an algorithm that is not supported",
            ),
            _ => return None,
        };
        let facts = self.of_issuer(&chain_by_names(sent), what);
        Some(Verdict::refused(verify, None, facts))
    }

    fn by_issuer_of(&self, certificate: &Certificate) -> impl Iterator<Item = &Crl> {
        let issuer = certificate.issuer_der().to_vec();
        self.crls
            .iter()
            .filter(move |crl| crl.fields().issuer_der == issuer)
    }

    /// The refusal of a path, the certificate in the store last, of which a list of the issuer's name
    /// and key has a certificate. webpki asks one list for each: where an issuer has several, it need
    /// not be that one.
    pub(super) fn listed(&self, path: &[Arc<Certificate>]) -> Option<Verdict> {
        if !self.is_on() {
            return None;
        }
        let checked = match (path.len(), self.has(CrlSwitch::LeafOnly)) {
            (0 | 1, _) | (_, true) => 1,
            (len, false) => len - 1,
        };
        let listed = path.iter().take(checked).any(|certificate| {
            let key = certificate.issuers_key();
            self.by_issuer_of(certificate)
                .filter(|crl| is_of_key(crl, key.as_deref()))
                .any(|crl| crl.entry(certificate.serial()).is_some())
        });
        listed.then(|| self.revoked(path))
    }

    fn revoked<C: Borrow<Certificate>>(&self, chain: &[C]) -> Verdict {
        let found = (0..).zip(chain).find_map(|(depth, certificate)| {
            let certificate = certificate.borrow();
            let mut crls = self.by_issuer_of(certificate);
            crls.find_map(|crl| Some((depth, certificate, crl, crl.entry(certificate.serial())?)))
        });
        let Some((depth, certificate, crl, entry)) = found else {
            return Verdict::refused(codes::REVOKED, None, "");
        };
        let reason = entry
            .reason_code
            .map(|reason| format!(" ({reason:?})"))
            .unwrap_or_default();
        let facts = format!(
            "{} was revoked on {}{reason}, says the CRL of '{}' of {}",
            numbered(certificate),
            iso(seconds(entry.revocation_date)),
            crl.fields().issuer,
            iso(crl.fields().this_update),
        );
        Verdict::refused(codes::REVOKED, Some(depth), facts)
    }

    fn unknown_status(&self, chain: &[Certificate]) -> Verdict {
        let checked = match self.has(CrlSwitch::LeafOnly) {
            true => &chain[..1],
            false => chain,
        };
        let uncovered = (0..)
            .zip(checked)
            .find(|(_, certificate)| self.by_issuer_of(certificate).next().is_none());
        let (depth, facts) = match uncovered {
            Some((depth, certificate)) => (
                Some(depth),
                format!(
                    "no CRL of '{}', the issuer of {}, is loaded",
                    certificate.issuer(),
                    numbered(certificate)
                ),
            ),
            None => (
                (checked.len() == 1).then_some(0),
                format!(
                    "the CRL of '{}', the issuer of {}, is for other distribution points",
                    chain[0].issuer(),
                    numbered(&chain[0])
                ),
            ),
        };
        Verdict::refused(codes::CRL_UNAVAILABLE, depth, facts)
    }

    fn expired(&self, chain: &[Certificate], now: UnixTime) -> Verdict {
        let outdated = (0..).zip(chain).find_map(|(depth, certificate)| {
            let all = || self.by_issuer_of(certificate);
            let all_expired = all().all(|crl| crl.has_expired(seconds(now)));
            let crl = all().next().filter(|_| all_expired)?;
            Some((depth, certificate, crl))
        });
        let Some((depth, certificate, crl)) = outdated else {
            return Verdict::refused(codes::CRL_EXPIRED, None, clock(now));
        };
        let facts = format!(
            "the CRL of '{}', the issuer of {}, was to be replaced by {}, {}",
            crl.fields().issuer,
            numbered(certificate),
            iso(crl.fields().next_update.unwrap_or_default()),
            clock(now)
        );
        Verdict::refused(codes::CRL_EXPIRED, Some(depth), facts)
    }

    fn of_issuer(&self, chain: &[Certificate], what: &str) -> String {
        let listed = chain.iter().find_map(|certificate| {
            let crl = self.by_issuer_of(certificate).next()?;
            Some(format!("the CRL of '{}' {what}", crl.fields().issuer))
        });
        listed.unwrap_or_else(|| format!("a CRL of an issuer in the chain {what}"))
    }
}

/// "certificate 'CN=example.org' (serial 4A01)".
fn numbered(certificate: &Certificate) -> String {
    let serial: String = certificate
        .serial()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    format!("{} (serial {serial})", who(certificate))
}

/// Which keys of issuers the certificates name, by issuer, for issuers that have had several.
fn issuers_keys(sent: &Sent<'_>) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    std::iter::once(sent.leaf)
        .chain(sent.intermediates)
        .map(|der| {
            let certificate = Certificate::deferred(der.clone().into_owned());
            let key = certificate.issuers_key();
            (certificate.issuer_der().to_vec(), key)
        })
        .collect()
}

/// Whether the list can be of a key that issued one of the certificates: an older list must not come
/// before it otherwise.
fn fits(crl: &Crl, keys: &[(Vec<u8>, Option<Vec<u8>>)]) -> bool {
    crl.fields().authority_key.is_none()
        || keys
            .iter()
            .filter(|(issuer, _)| *issuer == crl.fields().issuer_der)
            .any(|(_, key)| is_of_key(crl, key.as_deref()))
}

/// Whether the list can be of this key; `None` where nobody says.
fn is_of_key(crl: &Crl, key: Option<&[u8]>) -> bool {
    match (&crl.fields().authority_key, key) {
        (Some(of_list), Some(key)) => of_list == key,
        _ => true,
    }
}
