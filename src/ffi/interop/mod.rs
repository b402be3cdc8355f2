//! What handles of other libraries become here.

pub mod rustls_ffi;
