//! Exports the functions of rustls-ffi, all of which are `#[no_mangle]`.

pub use upstream::*;
