//! The cryptography that this build uses, and the names of its algorithms.

pub mod cipher_string;
pub mod digest;
pub mod groups;
pub mod hpke;
pub mod key_schedule;
pub mod suites;
pub mod versions;

use std::sync::{Arc, LazyLock};

use rustls::crypto::CryptoProvider;

use crate::error::{Code, Error, Result};

#[cfg(feature = "aws-lc-rs")]
pub use rustls::crypto::aws_lc_rs as backend;
#[cfg(not(feature = "aws-lc-rs"))]
pub use rustls::crypto::ring as backend;

/// What rustls's provider is made of, for what rustls does not do.
#[cfg(feature = "aws-lc-rs")]
pub use aws_lc_rs as primitives;
#[cfg(not(feature = "aws-lc-rs"))]
pub use ring as primitives;

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
compile_error!("enable the feature `aws-lc-rs` (the default) or `ring`");

static PROVIDER: LazyLock<Arc<CryptoProvider>> =
    LazyLock::new(|| Arc::new(backend::default_provider()));

/// Everything this build offers, in its default order of preference.
pub fn provider() -> &'static Arc<CryptoProvider> {
    &PROVIDER
}

/// Fills `buf` with random bytes.
pub fn random(buf: &mut [u8]) -> Result<()> {
    provider().secure_random.fill(buf).map_err(|_| {
        let reason = c"RANDOM_UNAVAILABLE";
        Error::new(Code::Internal, reason, "there are no random numbers")
    })
}

/// The items of a list separated by ':' or ','; blanks around them do not count.
fn listed(names: &str) -> impl Iterator<Item = &str> {
    names
        .split([':', ','])
        .map(str::trim)
        .filter(|name| !name.is_empty())
}
