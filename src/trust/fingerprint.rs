//! One number for a whole policy, by which sessions are bound to it.

use super::Policy;
use super::crls::Crl;
use crate::crypto::primitives::digest::{Context, SHA256, digest};

impl Policy {
    /// Equal for policies that accept the same peers, in this process and in others; different for
    /// any two that may not. The order of the roots makes no difference. With a hook it is this
    /// context's alone, and that of the processes that it forks into.
    pub fn fingerprint(&self) -> [u8; 32] {
        let Policy {
            roots,
            mode,
            check_hostname,
            match_cn,
            // A client chooses by them; they do not decide about it.
            ca_names: _,
            revocation,
            hook,
            strict,
            pinned_keys,
            signatures,
        } = self;
        let mut parts = Parts::new();
        parts.set(roots.iter().map(|root| root.der().as_ref()));
        parts.number(*mode as u32);
        for switch in [check_hostname, match_cn, strict] {
            parts.number(u32::from(*switch));
        }
        parts.set(revocation.crls.iter().map(Crl::digest));
        parts.number(revocation.switches());
        parts.set(hook.iter().map(|hook| &hook.id()[..]));
        parts.set(pinned_keys.iter());
        let schemes = signatures.schemes();
        parts.number(schemes.len() as u32);
        for scheme in schemes {
            parts.number(u16::from(scheme).into());
        }
        parts.finish()
    }
}

/// Hashes parts so that no two lists of them look alike: each is of fixed length, or behind its
/// count.
struct Parts(Context);

impl Parts {
    fn new() -> Self {
        let mut context = Context::new(&SHA256);
        context.update(b"rssl policy 1");
        Parts(context)
    }

    fn number(&mut self, number: u32) {
        self.0.update(&number.to_be_bytes());
    }

    /// Any number of byte strings, in any order.
    fn set<'a>(&mut self, members: impl Iterator<Item = &'a [u8]>) {
        let mut digests: Vec<_> = members.map(sha256).collect();
        digests.sort_unstable();
        self.number(digests.len() as u32);
        for digest in digests {
            self.0.update(&digest);
        }
    }

    fn finish(self) -> [u8; 32] {
        fixed(self.0.finish().as_ref())
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    fixed(digest(&SHA256, bytes).as_ref())
}

fn fixed(digest: &[u8]) -> [u8; 32] {
    digest.try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use testca::Authority;

    use super::super::{Mode, PinnedKeys, Roots, Signatures, VerifyHook};
    use super::*;
    use crate::x509::Certificate;

    fn roots(names: &[&Arc<Certificate>]) -> Roots {
        let mut roots = Roots::new();
        for &name in names {
            roots.add(name.clone());
        }
        roots
    }

    fn authority(name: &str) -> Arc<Certificate> {
        let der = Authority::root(name).certificate().clone();
        Arc::new(Certificate::from_der(der).unwrap())
    }

    #[test]
    fn the_order_of_the_roots_makes_no_difference() {
        let (a, b) = (authority("a"), authority("b"));
        let print = |names: &[_]| Policy::new(roots(names), Mode::Required).fingerprint();
        assert_eq!(print(&[&a, &b]), print(&[&b, &a]));
        assert_ne!(print(&[&a]), print(&[&a, &b]));
        assert_ne!(print(&[&a]), print(&[&b]));
    }

    #[test]
    fn every_setting_makes_a_difference() {
        let policy = Policy::new(Roots::new(), Mode::Required);
        let hook = || VerifyHook::new(|verify, _| verify).unwrap();
        let changes: [fn(&mut Policy); 8] = [
            |policy| policy.mode = Mode::None,
            |policy| policy.mode = Mode::Optional,
            |policy| policy.check_hostname ^= true,
            |policy| policy.match_cn ^= true,
            |policy| policy.strict ^= true,
            |policy| policy.revocation.set_switches(1).unwrap(),
            |policy| {
                let ed25519 = [
                    &b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\0"[..],
                    &[7; 32],
                ];
                policy.pinned_keys = PinnedKeys::new(vec![ed25519.concat()]).unwrap();
            },
            |policy| policy.signatures = Signatures::select(&[0x0403]).unwrap(),
        ];
        let mut seen = vec![policy.fingerprint()];
        assert_eq!(policy.clone().fingerprint(), seen[0]);
        for change in changes {
            let mut changed = policy.clone();
            change(&mut changed);
            let print = changed.fingerprint();
            assert!(!seen.contains(&print));
            seen.push(print);
        }
        for _ in 0..2 {
            let mut changed = policy.clone();
            changed.hook = Some(Arc::new(hook()));
            let print = changed.fingerprint();
            assert_eq!(print, changed.clone().fingerprint());
            assert!(!seen.contains(&print));
            seen.push(print);
        }
    }
}
