//! A certificate, and everything that can be asked of it.

use std::ffi::CStr;
use std::ptr::{null, null_mut};

use rssl::ffi::bytes::rssl_bytes;
use rssl::ffi::cert::*;

use crate::handles::check;

const ABSENT: rssl_bytes = rssl_bytes {
    data: null(),
    len: 0,
};

/// All of the input is the certificate, PEM or DER.
pub fn run(data: &[u8]) {
    let mut certificate = null_mut();
    // SAFETY: a buffer of that length and an out-parameter; then a live handle that is given back.
    unsafe {
        let result = rssl_cert_new_mem(data.as_ptr().cast(), data.len(), &mut certificate);
        if check(result) < 0 {
            assert!(certificate.is_null());
            return;
        }
        read_everything(certificate);
        same_from_pem(certificate);
        rssl_cert_free(certificate);
    }
}

/// # Safety
/// `c` is a live handle.
pub unsafe fn read_everything(c: *mut rssl_cert) {
    // SAFETY: by this function's contract; every other pointer is one to a local.
    unsafe {
        assert!(matches!(rssl_cert_version(c), 1..=3));
        assert!(rssl_cert_serial(c).len > 0);
        text(rssl_cert_text(c));
        text(rssl_cert_key_type(c));
        text(rssl_cert_signature_type(c));
        assert!(rssl_cert_key_bits(c) >= 0);
        let _ = (rssl_cert_not_before(c), rssl_cert_not_after(c));
        rssl_cert_is_ca(c);
        within(c, rssl_cert_spki(c));
        for which in [RSSL_SUBJECT, RSSL_ISSUER] {
            within(c, rssl_cert_name_der(c, which));
            let (mut rdn, mut key, mut value) = (0, null(), ABSENT);
            let mut before = 0;
            for i in 0.. {
                if !rssl_cert_name_at(c, which, i, &mut rdn, &mut key, &mut value) {
                    break;
                }
                assert!(rdn >= before, "sets are in order");
                before = rdn;
                text(key);
                assert!(str::from_utf8(slice(value)).is_ok());
            }
        }
        let (mut kind, mut value) = (0, ABSENT);
        for i in 0.. {
            if !rssl_cert_san_at(c, i, &mut kind, &mut value) {
                break;
            }
            let len = slice(value).len();
            assert!(matches!(kind, RSSL_SAN_DNS..=RSSL_SAN_OTHER));
            assert!(kind != RSSL_SAN_IP || len == 4 || len == 16);
        }
        for which in [RSSL_URI_OCSP, RSSL_URI_CA_ISSUERS, RSSL_URI_CRL] {
            let mut i = 0;
            while !rssl_cert_uri_at(c, which, i).is_null() {
                i += 1;
            }
        }
        let mut critical = true;
        for oid in [c"2.5.29.17", c"2.5.29.19", c"2.5.29.15", c"1.2.3", c"x"] {
            within(c, rssl_cert_extension(c, oid.as_ptr(), &mut critical));
        }
        for name in [
            c"example.org",
            c"a.example.org.",
            c"192.0.2.1",
            c"::1",
            c"*",
            c"",
        ] {
            rssl_cert_matches(c, name.as_ptr());
        }
    }
}

/// # Safety
/// `c` is a live handle.
unsafe fn same_from_pem(c: *mut rssl_cert) {
    let mut again = null_mut();
    // SAFETY: by this function's contract.
    unsafe {
        let pem = CStr::from_ptr(rssl_cert_pem(c));
        let result = rssl_cert_new_mem(pem.as_ptr().cast(), pem.count_bytes(), &mut again);
        assert_eq!(check(result), 0);
        assert_eq!(slice(rssl_cert_der(c)), slice(rssl_cert_der(again)));
        rssl_cert_free(again);
    }
}

/// # Safety
/// `text` is NULL or NUL-terminated.
unsafe fn text(text: *const std::ffi::c_char) {
    assert!(!text.is_null());
    // SAFETY: by this function's contract.
    assert!(unsafe { CStr::from_ptr(text) }.to_str().is_ok());
}

/// # Safety
/// `c` is a live handle, and `part` was borrowed from it.
unsafe fn within(c: *mut rssl_cert, part: rssl_bytes) {
    // SAFETY: by this function's contract.
    let (whole, part) = unsafe { (slice(rssl_cert_der(c)), slice(part)) };
    let whole = whole.as_ptr_range();
    let range = part.as_ptr_range();
    assert!(part.is_empty() || (whole.start <= range.start && range.end <= whole.end));
}

/// # Safety
/// `bytes` is absent or readable while the result lives.
unsafe fn slice<'a>(bytes: rssl_bytes) -> &'a [u8] {
    match bytes.data.is_null() {
        true => &[],
        // SAFETY: by this function's contract.
        false => unsafe { std::slice::from_raw_parts(bytes.data, bytes.len) },
    }
}
