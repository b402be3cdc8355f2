//! Chains that a client has verified: for the same name, under the same policy and within the dates
//! of all that was looked at, building the path again would come to the same end.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls_pki_types::{ServerName, UnixTime};

use super::peer::PeerChain;
use super::refusal::seconds;
use super::verifier::Policy;
use super::verify::Sent;
use crate::x509::Certificate;

/// Chains that are kept. Of more, the one that was not seen for the longest time goes.
const MOST: usize = 64;

/// Bytes of a chain that is kept, with what was stapled: a server may send much that is of no use.
const LONGEST: usize = 16 * 1024;

/// The chains that one policy has accepted.
#[derive(Debug, Default)]
pub(super) struct KnownChains(Mutex<Vec<Arc<Known>>>);

#[derive(Debug)]
struct Known {
    /// What the leaf proved.
    name: Option<ServerName<'static>>,
    chain: Arc<PeerChain>,
    /// Seconds since 1970 at which nothing is different.
    valid: RangeInclusive<i64>,
}

impl KnownChains {
    /// These certificates as they were accepted for this name, with the path that was built and the
    /// OCSP response that was stapled then, if all is good at `now`.
    pub(super) fn find(
        &self,
        sent: &Sent<'_>,
        name: Option<&ServerName<'_>>,
        now: UnixTime,
    ) -> Option<Arc<PeerChain>> {
        let mut chains = self.lock();
        let found = chains.iter().position(|known| known.is_of(sent, name))?;
        chains[..=found].rotate_right(1);
        let known = chains[0].clone();
        drop(chains);
        known
            .valid
            .contains(&seconds(now))
            .then(|| known.chain.clone())
    }

    /// Keeps what `policy` accepted at `now`, unless the verdict may change with the time in more
    /// ways than its dates say.
    pub(super) fn remember(
        &self,
        policy: &Policy,
        chain: &Arc<PeerChain>,
        name: Option<&ServerName<'_>>,
        now: UnixTime,
    ) {
        let certificates: usize = chain.sent.iter().map(|one| one.der().len()).sum();
        let bytes = certificates + chain.ocsp.len();
        let Some(valid) = validity(policy, &chain.path) else {
            return;
        };
        if bytes > LONGEST || !valid.contains(&seconds(now)) {
            return;
        }
        let known = Arc::new(Known {
            name: name.map(ServerName::to_owned),
            chain: chain.clone(),
            valid,
        });
        let mut chains = self.lock();
        chains.retain(|other| other.name != known.name || other.chain.sent != known.chain.sent);
        chains.insert(0, known);
        chains.truncate(MOST);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Known>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn is_of(&self, sent: &Sent<'_>, name: Option<&ServerName<'_>>) -> bool {
        self.name.as_ref() == name
            && std::iter::once(sent.leaf).chain(sent.intermediates).eq(self
                .chain
                .sent
                .iter()
                .map(|one| one.der()))
    }
}

/// From when until when the verdict on `path` stays what it is; `None` where that is not known.
fn validity(policy: &Policy, path: &[Arc<Certificate>]) -> Option<RangeInclusive<i64>> {
    // Whether a list covers a leaf in the store depends on other certificates and their dates.
    if path.len() == 1 && policy.revocation.is_on() {
        return None;
    }
    let from = path.iter().map(|one| one.not_before()).max()?;
    let until = path.iter().map(|one| one.not_after()).min()?;
    let lists = policy.revocation.first_expiry().unwrap_or(i64::MAX);
    Some(from..=until.min(lists.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Authority, leaf_params, now, store};
    use super::super::verify::{Peer, verify};
    use super::super::{CrlSwitch, Mode};
    use super::*;

    struct Site {
        root: Authority,
        intermediate: Authority,
        leaf: Authority,
    }

    impl Site {
        fn new(host: &str) -> Site {
            let root = Authority::new("root");
            let intermediate = root.intermediate("intermediate");
            let leaf = intermediate.leaf(host);
            Site {
                root,
                intermediate,
                leaf,
            }
        }

        fn policy(&self) -> Policy {
            Policy::new(store(&[&self.root]), Mode::Required)
        }

        /// Verifies for `host`, and remembers.
        fn learn(&self, known: &KnownChains, policy: &Policy, host: &str) {
            self.with_sent(|sent| {
                let name = name(host);
                let verdict = verify(policy, Peer::Server, sent, Some(&name), now());
                assert!(verdict.is_accepted(), "{}", verdict.facts());
                let chain = Arc::new(sent.to_chain(verdict.path(), &[]));
                known.remember(policy, &chain, Some(&name), now());
            });
        }

        fn knows(&self, known: &KnownChains, host: &str, at: UnixTime) -> bool {
            self.with_sent(|sent| known.find(sent, Some(&name(host)), at).is_some())
        }

        fn with_sent<R>(&self, see: impl FnOnce(&Sent<'_>) -> R) -> R {
            see(&Sent {
                leaf: &self.leaf.der(),
                intermediates: &[self.intermediate.der()],
            })
        }
    }

    fn name(host: &str) -> ServerName<'static> {
        ServerName::try_from(host.to_owned()).unwrap()
    }

    fn days(days: i64) -> UnixTime {
        let seconds = now().as_secs().checked_add_signed(days * 86_400).unwrap();
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
    }

    #[test]
    fn a_chain_is_known_for_its_name_and_bytes_within_its_dates() {
        let (site, known) = (Site::new("a.test"), KnownChains::default());
        assert!(!site.knows(&known, "a.test", now()));
        site.learn(&known, &site.policy(), "a.test");
        let found = site.with_sent(|sent| known.find(sent, Some(&name("a.test")), now()));
        assert_eq!(found.unwrap().path.len(), 3);
        assert!(!site.knows(&known, "b.test", now()));
        assert!(site.knows(&known, "a.test", days(364)));
        assert!(!site.knows(&known, "a.test", days(366)));
        assert!(!site.knows(&known, "a.test", days(-366)));
        site.with_sent(|sent| {
            assert!(known.find(sent, None, now()).is_none());
            let other = [site.intermediate.der(), site.root.der()];
            let longer = Sent {
                leaf: sent.leaf,
                intermediates: &other,
            };
            let of_name = Some(&name("a.test")).cloned();
            assert!(known.find(&longer, of_name.as_ref(), now()).is_none());
        });
        let twin = Site {
            leaf: site.intermediate.leaf("a.test"),
            ..Site::new("unused")
        };
        assert!(!twin.knows(&known, "a.test", now()));
    }

    #[test]
    fn the_dates_of_the_whole_path_count() {
        let (mut site, known) = (Site::new("a.test"), KnownChains::default());
        let mut params = leaf_params("short");
        params.not_after = rcgen::date_time_ymd(2026, 2, 1);
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        site.intermediate = site.root.issue(params);
        site.leaf = site.intermediate.leaf("a.test");
        site.learn(&known, &site.policy(), "a.test");
        assert!(site.knows(&known, "a.test", days(30)));
        assert!(!site.knows(&known, "a.test", days(32)));
    }

    #[test]
    fn a_stored_leaf_is_not_kept_while_lists_are_asked() {
        let (site, known) = (Site::new("a.test"), KnownChains::default());
        let mut policy = Policy::new(store(&[&site.leaf]), Mode::Required);
        site.learn(&known, &policy, "a.test");
        assert!(site.knows(&known, "a.test", now()));
        let switches = CrlSwitch::Required as u32;
        policy.revocation.set_switches(switches).unwrap();
        let path = [Arc::new(Certificate::deferred(site.leaf.der()))];
        assert!(validity(&policy, &path).is_none());
    }

    #[test]
    fn the_chains_seen_last_are_kept() {
        let (site, known) = (Site::new("*.site.test"), KnownChains::default());
        let policy = site.policy();
        let host = |i: usize| format!("a{i}.site.test");
        for i in 0..MOST {
            site.learn(&known, &policy, &host(i));
        }
        assert!(site.knows(&known, &host(0), now()));
        site.learn(&known, &policy, &host(MOST));
        assert!(site.knows(&known, &host(0), now()));
        assert!(!site.knows(&known, &host(1), now()));
        site.learn(&known, &policy, &host(0));
        assert_eq!(known.lock().len(), MOST);
    }
}
