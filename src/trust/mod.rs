//! Whom to trust: roots, verification of a peer's chain and name, and the verdict.

mod ca_names;
pub mod codes;
mod crls;
mod fingerprint;
mod known;
mod names;
mod peer;
mod raw_key;
mod refusal;
mod revocation;
mod roots;
mod signatures;
mod strict;
mod system;
pub mod verdict;
mod verifier;
mod verify;

pub use ca_names::CaNames;
pub use codes::{alert_for, verify_string};
pub use crls::Crls;
pub use names::PeerName;
pub use peer::{Observed, PeerChain, ResumedPeer, observe, observed_peer};
pub use raw_key::PinnedKeys;
pub use revocation::{CrlSwitch, Revocation};
pub use roots::Roots;
pub use signatures::Signatures;
pub use verdict::Verdict;
pub use verifier::{Policy, Verifier, VerifyHook};

/// What is asked of a peer. The numbers are the ABI's (`RSSL_CERT_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Mode {
    /// A client accepts any certificate, a server does not ask for one.
    None = 0,
    /// A server asks, refuses a bad certificate and accepts none. A client requires one.
    Optional = 1,
    Required = 2,
}

#[cfg(test)]
mod tests;
