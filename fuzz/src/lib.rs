//! The bodies of the fuzz targets: each takes any bytes, and panics if librssl breaks a promise.
//!
//! They go through the C interface, as programs do, but for `gcm`. Keys are made when a target starts; all else
//! follows from the input alone, so that a finding can be replayed, except for what the
//! cryptography draws at random.

pub mod calls;
pub mod certificate;
pub mod client;
mod credentials;
pub mod gcm;
mod handles;
mod input;
pub mod material;
mod one_end;
pub mod peers;
pub mod server;
pub mod settings;

/// A target's name, which is also the name of its corpus, and its body.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: [Target; 8] = [
    ("client", client::run),
    ("server", server::run),
    ("material", material::run),
    ("certificate", certificate::run),
    ("settings", settings::run),
    ("calls", calls::run),
    ("peers", peers::run),
    ("gcm", gcm::run),
];
