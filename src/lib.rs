//! librssl: TLS 1.2 and 1.3 for C and other languages, over rustls.
//!
//! The C interface is `include/rssl.h`, generated from [`ffi`]. The modules below it are safe
//! Rust, listed in the order in which they may use each other: each names only those after it.

pub mod ffi;

pub mod context;
pub mod socket;

pub mod engine;
pub mod transport;

pub mod identity;
pub mod trust;
pub mod x509;

pub mod session;

pub mod crypto;

pub mod callback;
pub mod error;
#[cfg(feature = "brotli")]
mod log2f;
pub mod logging;
pub mod observed;
pub mod pool;
