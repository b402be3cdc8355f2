//! Throw-away certificate authorities and certificates, for the demo and for tests.
//!
//! In memory, with names, dates, purposes and key algorithms of the test's choice:
//!
//! ```
//! use testca::{Authority, KeyKind, Leaf};
//!
//! let root = Authority::root("Some Root");
//! let server = root.intermediate("Some Intermediate").issue(
//!     &Leaf::server(&["localhost", "127.0.0.1"]).key(KeyKind::P384),
//! );
//! println!("{}{}", server.chain_pem(), server.key_pem());
//! ```
//!
//! The binary writes a directory of files instead: see [`directory`].
//!
//! Everything here panics when it fails: it makes what a test cannot go on without.

mod authority;
mod credentials;
pub mod directory;
mod leaf;

pub use authority::Authority;
pub use credentials::{Credentials, certificate_pem};
pub use leaf::{KeyKind, Leaf};

/// For tests that need more of a certificate than [`Leaf`] says.
pub use rcgen;
