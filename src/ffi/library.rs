//! `rssl_version` and its kin: what the loaded library is and can do.

use std::ffi::{CStr, c_char};

use super::{get, string};

/// The text is for people; a test compares it with Cargo.lock.
#[cfg(feature = "aws-lc-rs")]
const BUILD_INFO: &CStr = c"rustls 0.23.46, aws-lc-rs 1.19.0";
#[cfg(not(feature = "aws-lc-rs"))]
const BUILD_INFO: &CStr = c"rustls 0.23.46, ring 0.17.14";

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");

/// What `rssl_has` knows, and whether it is in this build.
const FEATURES: [(&str, bool); 4] = [
    ("brotli", cfg!(feature = "brotli")),
    ("bundled-roots", cfg!(feature = "bundled-roots")),
    ("rustls-ffi-interop", cfg!(feature = "rustls-ffi-interop")),
    ("zlib", cfg!(feature = "zlib")),
];

/// rssl_version returns the version of the library loaded, such as "0.1.0". Static, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_version() -> *const c_char {
    VERSION.as_ptr().cast()
}

/// rssl_version_number returns the version of the library loaded as RSSL_MAKE_VERSION makes it.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_version_number() -> u32 {
    const fn part(digits: &str) -> u32 {
        match u32::from_str_radix(digits, 10) {
            Ok(part) => part,
            Err(_) => panic!("Cargo gives each part of the version in digits"),
        }
    }
    const NUMBER: u32 = (part(env!("CARGO_PKG_VERSION_MAJOR")) << 16)
        | (part(env!("CARGO_PKG_VERSION_MINOR")) << 8)
        | part(env!("CARGO_PKG_VERSION_PATCH"));
    NUMBER
}

/// rssl_build_info returns what the library is made of, such as
/// "rustls 0.23.46, aws-lc-rs 1.19.0": for logs and bug reports. Static, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn rssl_build_info() -> *const c_char {
    BUILD_INFO.as_ptr()
}

/// rssl_has says whether this build has a feature: "bundled-roots" (Mozilla's trust roots are
/// inside, for rssl_ctx_load_verify_bundled), "brotli" and "zlib" (certificates are compressed where
/// the peer takes that), "rustls-ffi-interop" (the functions of rssl_ffi.h), "fips", "ktls". false for
/// an unknown name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_has(feature: *const c_char) -> bool {
    get(false, || {
        // SAFETY: the caller passes NULL or a NUL-terminated string.
        let feature = unsafe { string(feature, "feature") }.ok()?;
        Some(FEATURES.contains(&(feature, true)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_info_names_the_locked_versions() {
        let lock = include_str!("../../Cargo.lock").replace("\r\n", "\n");
        for part in BUILD_INFO.to_str().unwrap().split(", ") {
            let (name, version) = part.split_once(' ').unwrap();
            let locked = format!("name = \"{name}\"\nversion = \"{version}\"\n");
            assert!(lock.contains(&locked), "Cargo.lock does not hold {part}");
        }
    }

    #[test]
    fn the_version_number_is_the_version() {
        let parts = [16, 8, 0].map(|shift| (rssl_version_number() >> shift & 0xff).to_string());
        assert_eq!(parts.join("."), env!("CARGO_PKG_VERSION"));
    }

    #[test]
    fn an_unknown_or_missing_feature_is_absent() {
        // SAFETY: NULL and C literals.
        unsafe {
            assert!(!rssl_has(std::ptr::null()));
            assert!(!rssl_has(c"no such thing".as_ptr()));
            assert_eq!(rssl_has(c"brotli".as_ptr()), cfg!(feature = "brotli"));
            assert_eq!(
                rssl_has(c"bundled-roots".as_ptr()),
                cfg!(feature = "bundled-roots")
            );
        }
    }
}
