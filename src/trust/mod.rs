//! Whom to trust: roots, verification of a peer's chain and name, and the verdict.

mod names;

pub use names::PeerName;
