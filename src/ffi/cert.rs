//! `rssl_cert`: one X.509 certificate.

#![allow(non_camel_case_types)]
// C callers have the conventions at the top of the header instead.
#![allow(clippy::missing_safety_doc)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Arc;

use super::bytes::rssl_bytes;
use super::{buffer, get, handle, out, result, rssl_result, string};
use crate::trust::PeerName;
use crate::x509::{self, AlternativeNameKind, Certificate, Name, UriKind};

/// One X.509 certificate. Any number of threads may use it at once.
// A pointer to it is an `Arc<Certificate>` turned raw: this type only names it.
pub struct rssl_cert {
    _opaque: [u8; 0],
}

/// One of the RSSL_SUBJECT and RSSL_ISSUER numbers.
pub type rssl_name = u32;

/// The distinguished name of whom the certificate is about.
pub const RSSL_SUBJECT: rssl_name = 1;
/// The distinguished name of who signed the certificate.
pub const RSSL_ISSUER: rssl_name = 2;

/// The kind of a subject alternative name.
pub type rssl_san = u32;

/// A DNS name, as text.
pub const RSSL_SAN_DNS: rssl_san = 1;
/// An IP address: 4 or 16 raw bytes.
pub const RSSL_SAN_IP: rssl_san = 2;
/// An e-mail address, as text.
pub const RSSL_SAN_EMAIL: rssl_san = 3;
/// A URI, as text.
pub const RSSL_SAN_URI: rssl_san = 4;
/// A distinguished name: the DER of the Name.
pub const RSSL_SAN_DIRNAME: rssl_san = 5;
/// A registered identifier: OpenSSL's long name, or dotted digits.
pub const RSSL_SAN_RID: rssl_san = 6;
/// Any other name, an IP address of another length included: the DER of the whole GeneralName.
pub const RSSL_SAN_OTHER: rssl_san = 7;

/// What a URI in a certificate is for.
pub type rssl_uri = u32;

/// Where to ask about revocation (OCSP).
pub const RSSL_URI_OCSP: rssl_uri = 1;
/// Where to get the issuer's certificate.
pub const RSSL_URI_CA_ISSUERS: rssl_uri = 2;
/// Where to get a list of revoked certificates.
pub const RSSL_URI_CRL: rssl_uri = 3;

/// Makes a handle that owns one reference.
pub(crate) fn into_handle(certificate: Arc<Certificate>) -> *mut rssl_cert {
    Arc::into_raw(certificate).cast_mut().cast()
}

/// A handle that borrows.
pub(super) fn lend(certificate: &Arc<Certificate>) -> *const rssl_cert {
    Arc::as_ptr(certificate).cast()
}

/// rssl_cert_new_mem reads the first certificate of a PEM, or one DER, from len bytes at data.
/// RSSL_OK: *out is a new reference, to be given back with rssl_cert_free. RSSL_ERR_FORMAT: no
/// certificate, or a malformed one; the message says where. RSSL_ERR_ARGUMENT: a NULL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_new_mem(
    data: *const c_void,
    len: usize,
    out: *mut *mut rssl_cert,
) -> rssl_result {
    result(|| {
        // SAFETY: the caller's promises about its pointers are the ones these functions need.
        let (out, data) = unsafe { (self::out(out, "out")?, buffer(data, len, "data")?) };
        *out = into_handle(Arc::new(x509::first(data)?));
        Ok(())
    })
}

/// rssl_cert_new_file reads the first certificate of a PEM file, or a file of one DER.
/// RSSL_OK: *out is a new reference, to be given back with rssl_cert_free. RSSL_ERR_FILE: the
/// file cannot be read, see rssl_error_errno. RSSL_ERR_FORMAT: no certificate in it, or a
/// malformed one; the message says where. RSSL_ERR_ARGUMENT: a NULL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_new_file(
    path: *const c_char,
    out: *mut *mut rssl_cert,
) -> rssl_result {
    result(|| {
        // SAFETY: the caller's promises about its pointers are the ones these functions need.
        let (out, path) = unsafe { (self::out(out, "out")?, super::path(path, "path")?) };
        let certificate =
            x509::first(&x509::read_file(path)?).map_err(|error| error.within(path.display()))?;
        *out = into_handle(Arc::new(certificate));
        Ok(())
    })
}

/// rssl_cert_ref takes one more reference to c and returns c; NULL for NULL. Give it back with
/// rssl_cert_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_ref(c: *mut rssl_cert) -> *mut rssl_cert {
    if !c.is_null() {
        // SAFETY: a live handle, hence a pointer made by Arc::into_raw with a count of 1 or more.
        unsafe { Arc::increment_strong_count(c.cast_const().cast::<Certificate>()) };
    }
    c
}

/// rssl_cert_free gives back one reference. c may be NULL. What was borrowed from c lives as
/// long as another reference does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_free(c: *mut rssl_cert) {
    get((), || {
        if !c.is_null() {
            // SAFETY: the caller gives up a reference that Arc::into_raw or
            // increment_strong_count made.
            drop(unsafe { Arc::from_raw(c.cast_const().cast::<Certificate>()) });
        }
        None
    });
}

/// rssl_cert_der returns the certificate as it was signed. Borrowed from c. Absent: c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_der(c: *const rssl_cert) -> rssl_bytes {
    // SAFETY: c is NULL or a live handle.
    unsafe {
        read(c, rssl_bytes::ABSENT, |c| {
            rssl_bytes::from(c.der().as_ref())
        })
    }
}

/// rssl_cert_pem returns the certificate in PEM, with its last newline. Borrowed from c. NULL:
/// c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_pem(c: *const rssl_cert) -> *const c_char {
    // SAFETY: c is NULL or a live handle.
    unsafe { read(c, std::ptr::null(), |c| c.pem().as_ptr()) }
}

/// rssl_cert_text describes the certificate for people, in many lines. The format is not
/// stable. Borrowed from c. NULL: c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_text(c: *const rssl_cert) -> *const c_char {
    // SAFETY: c is NULL or a live handle.
    unsafe { read(c, std::ptr::null(), |c| c.text().as_ptr()) }
}

/// rssl_cert_version returns 3 for X.509 v3, or 1 or 2; 0 if the certificate is malformed or c
/// is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_version(c: *const rssl_cert) -> c_int {
    // SAFETY: c is NULL or a live handle.
    unsafe { read(c, 0, |c| c_int::from(c.version())) }
}

/// rssl_cert_serial returns the contents of the serial number's INTEGER: big-endian, in two's
/// complement. Borrowed from c. Absent: the certificate is malformed or c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_serial(c: *const rssl_cert) -> rssl_bytes {
    // SAFETY: c is NULL or a live handle.
    unsafe { read(c, rssl_bytes::ABSENT, |c| rssl_bytes::field(c.serial())) }
}

/// rssl_cert_not_before returns the first second at which the certificate is valid, in seconds
/// since 1970; 0 if the certificate is malformed or c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_not_before(c: *const rssl_cert) -> i64 {
    // SAFETY: c is NULL or a live handle.
    unsafe { read(c, 0, Certificate::not_before) }
}

/// rssl_cert_not_after returns the last second at which the certificate is valid, in seconds
/// since 1970; 0 if the certificate is malformed or c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_not_after(c: *const rssl_cert) -> i64 {
    // SAFETY: c is NULL or a live handle.
    unsafe { read(c, 0, Certificate::not_after) }
}

/// rssl_cert_is_ca returns whether basicConstraints says that the certificate belongs to a
/// certificate authority; false if c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_is_ca(c: *const rssl_cert) -> bool {
    // SAFETY: c is NULL or a live handle.
    unsafe { read(c, false, Certificate::is_ca) }
}

/// rssl_cert_key_type returns OpenSSL's long name of the public key's algorithm, such as
/// "rsaEncryption" or "id-ecPublicKey", or dotted digits. Borrowed from c. NULL: the certificate
/// is malformed or c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_key_type(c: *const rssl_cert) -> *const c_char {
    // SAFETY: c is NULL or a live handle.
    unsafe { read(c, std::ptr::null(), |c| name_or_null(c.key_type())) }
}

/// rssl_cert_key_bits returns the size of the public key in bits; 0 if it is not known or c is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_key_bits(c: *const rssl_cert) -> c_int {
    // SAFETY: c is NULL or a live handle.
    unsafe { read(c, 0, |c| c_int::try_from(c.key_bits()).unwrap_or(0)) }
}

/// rssl_cert_signature_type returns OpenSSL's long name of the algorithm that the issuer signed
/// with, such as "ecdsa-with-SHA256", or dotted digits. Borrowed from c. NULL: the certificate is
/// malformed or c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_signature_type(c: *const rssl_cert) -> *const c_char {
    // SAFETY: c is NULL or a live handle.
    unsafe { read(c, std::ptr::null(), |c| name_or_null(c.signature_type())) }
}

/// rssl_cert_spki returns the SubjectPublicKeyInfo, DER, for pinning. Borrowed from c. Absent:
/// the certificate is malformed or c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_spki(c: *const rssl_cert) -> rssl_bytes {
    // SAFETY: c is NULL or a live handle.
    unsafe { read(c, rssl_bytes::ABSENT, |c| rssl_bytes::field(c.spki())) }
}

/// rssl_cert_matches returns whether a subjectAltName of c names the DNS name or IP address
/// given, as a handshake would find it: a trailing dot of name is ignored, names in other scripts
/// are in their xn-- form, "*" in c stands for one whole first label, and the common name is not
/// looked at. false too if name is neither, if c cannot be the certificate of a peer (not version
/// 3, a malformed subjectAltName, an unknown critical extension), or if a pointer is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_matches(c: *const rssl_cert, name: *const c_char) -> bool {
    // SAFETY: c is NULL or a live handle, name NULL or NUL-terminated.
    unsafe {
        read(c, false, |c| {
            string(name, "name")
                .and_then(PeerName::parse)
                .is_ok_and(|name| c.matches(name.as_server_name()))
        })
    }
}

/// rssl_cert_name_at finds attribute i of the subject or the issuer, in certificate order. *rdn
/// becomes the number of the set that it belongs to, *key OpenSSL's long name ("commonName") or
/// dotted digits, *value UTF-8, which can hold NULs. Both are borrowed from c. rdn, key and value
/// may be NULL. Returns false, and changes nothing, past the end, if which is neither, or if c is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_name_at(
    c: *const rssl_cert,
    which: rssl_name,
    i: usize,
    rdn: *mut usize,
    key: *mut *const c_char,
    value: *mut rssl_bytes,
) -> bool {
    get(false, || {
        // SAFETY: c is NULL or a live handle.
        let certificate = unsafe { certificate(c) }?;
        let attribute = name(certificate, which)?.attributes().get(i)?;
        // SAFETY: each is NULL or writable.
        unsafe {
            put(rdn, attribute.rdn());
            put(key, attribute.key().as_ptr());
            put(value, rssl_bytes::from(attribute.value().as_bytes()));
        }
        Some(true)
    })
}

/// rssl_cert_name_der returns the DER of the subject's or the issuer's Name. Borrowed from c.
/// Absent: the certificate is malformed, which is neither, or c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_name_der(c: *const rssl_cert, which: rssl_name) -> rssl_bytes {
    // SAFETY: c is NULL or a live handle.
    unsafe {
        read(c, rssl_bytes::ABSENT, |c| match which {
            RSSL_SUBJECT => rssl_bytes::field(c.subject_der()),
            RSSL_ISSUER => rssl_bytes::field(c.issuer_der()),
            _ => rssl_bytes::ABSENT,
        })
    }
}

/// rssl_cert_san_at finds subject alternative name i, in certificate order. *type becomes one of
/// the RSSL_SAN_ numbers, *value the name in the form that number states, borrowed from c; text
/// is as the certificate has it and can hold NULs. type and value may be NULL. Returns false, and
/// changes nothing, past the end, if the names are malformed, or if c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_san_at(
    c: *const rssl_cert,
    i: usize,
    r#type: *mut rssl_san,
    value: *mut rssl_bytes,
) -> bool {
    get(false, || {
        // SAFETY: c is NULL or a live handle.
        let name = unsafe { certificate(c) }?.alternative_names().get(i)?;
        let number = match name.kind {
            AlternativeNameKind::Dns => RSSL_SAN_DNS,
            AlternativeNameKind::Ip => RSSL_SAN_IP,
            AlternativeNameKind::Email => RSSL_SAN_EMAIL,
            AlternativeNameKind::Uri => RSSL_SAN_URI,
            AlternativeNameKind::DirectoryName => RSSL_SAN_DIRNAME,
            AlternativeNameKind::RegisteredId => RSSL_SAN_RID,
            AlternativeNameKind::Other => RSSL_SAN_OTHER,
        };
        // SAFETY: each is NULL or writable.
        unsafe {
            put(r#type, number);
            put(value, rssl_bytes::from(name.value.as_slice()));
        }
        Some(true)
    })
}

/// rssl_cert_uri_at returns URI i of the kind given, in certificate order; one that holds a NUL is
/// passed over. Borrowed from c. NULL: past the end, which is none of the kinds, or c is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_uri_at(
    c: *const rssl_cert,
    which: rssl_uri,
    i: usize,
) -> *const c_char {
    get(std::ptr::null(), || {
        let kind = match which {
            RSSL_URI_OCSP => UriKind::Ocsp,
            RSSL_URI_CA_ISSUERS => UriKind::CaIssuers,
            RSSL_URI_CRL => UriKind::Crl,
            _ => return None,
        };
        // SAFETY: c is NULL or a live handle.
        let uri = unsafe { certificate(c) }?.uri(kind, i)?;
        Some(uri.as_ptr())
    })
}

/// rssl_cert_extension returns the value, DER, of the extension with this dotted identifier, such
/// as "2.5.29.17", borrowed from c; *critical becomes whether it is critical. critical may be
/// NULL. Absent, with *critical false: there is none, or more than one, which RFC 5280 forbids, or
/// c or oid is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_cert_extension(
    c: *const rssl_cert,
    oid: *const c_char,
    critical: *mut bool,
) -> rssl_bytes {
    // SAFETY: NULL or writable.
    unsafe { put(critical, false) };
    get(rssl_bytes::ABSENT, || {
        // SAFETY: c is NULL or a live handle, oid NULL or NUL-terminated.
        let (certificate, oid) = unsafe { (certificate(c)?, string(oid, "oid").ok()?) };
        let (value, is_critical) = certificate.extension(oid)?;
        // SAFETY: NULL or writable.
        unsafe { put(critical, is_critical) };
        Some(rssl_bytes::from(value))
    })
}

/// # Safety
/// `c` is NULL or a live handle during `'a`.
unsafe fn certificate<'a>(c: *const rssl_cert) -> Option<&'a Certificate> {
    // SAFETY: a handle points to a Certificate.
    unsafe { handle(c.cast::<Certificate>(), "c") }.ok()
}

/// # Safety
/// `c` is NULL or a live handle.
unsafe fn read<T>(c: *const rssl_cert, absent: T, field: impl FnOnce(&Certificate) -> T) -> T {
    // SAFETY: by this function's contract.
    get(absent, || unsafe { certificate(c) }.map(field))
}

/// # Safety
/// `to` is NULL or writable.
unsafe fn put<T>(to: *mut T, value: T) {
    if !to.is_null() {
        // SAFETY: not NULL, and by contract writable.
        unsafe { to.write(value) };
    }
}

fn name(certificate: &Certificate, which: rssl_name) -> Option<&Name> {
    match which {
        RSSL_SUBJECT => Some(certificate.subject()),
        RSSL_ISSUER => Some(certificate.issuer()),
        _ => None,
    }
}

fn name_or_null(name: &CStr) -> *const c_char {
    match name.is_empty() {
        true => std::ptr::null(),
        false => name.as_ptr(),
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::{null, null_mut};

    use super::*;

    fn made() -> (*mut rssl_cert, rcgen::CertifiedKey<rcgen::KeyPair>) {
        let key = rcgen::generate_simple_self_signed(vec!["example.org".into()]).unwrap();
        let pem = key.cert.pem();
        let mut handle = null_mut();
        // SAFETY: the buffer and the out-parameter live.
        let result = unsafe { rssl_cert_new_mem(pem.as_ptr().cast(), pem.len(), &mut handle) };
        assert_eq!(result, super::super::RSSL_OK);
        (handle, key)
    }

    #[test]
    fn fields_cross_the_boundary() {
        let (c, key) = made();
        // SAFETY: c is a live handle; every pointer passed is valid or NULL.
        unsafe {
            let again = rssl_cert_ref(c);
            rssl_cert_free(again);
            let der = rssl_cert_der(c);
            let der = std::slice::from_raw_parts(der.data, der.len);
            assert_eq!(der, key.cert.der().as_ref());
            assert_eq!(rssl_cert_version(c), 3);
            assert!(rssl_cert_matches(c, c"example.org.".as_ptr()));
            assert!(!rssl_cert_matches(c, c"not a name".as_ptr()));
            let mut kind = 0;
            let mut value = rssl_bytes::ABSENT;
            assert!(rssl_cert_san_at(c, 0, &mut kind, &mut value));
            assert_eq!((kind, value.len), (RSSL_SAN_DNS, "example.org".len()));
            assert!(!rssl_cert_san_at(c, 1, &mut kind, &mut value));
            let mut name = null();
            assert!(rssl_cert_name_at(
                c,
                RSSL_ISSUER,
                0,
                null_mut(),
                &mut name,
                null_mut()
            ));
            assert_eq!(CStr::from_ptr(name), c"commonName");
            assert!(!rssl_cert_name_at(
                c,
                3,
                0,
                null_mut(),
                null_mut(),
                null_mut()
            ));
            assert!(rssl_cert_uri_at(c, RSSL_URI_OCSP, 0).is_null());
            let mut critical = true;
            assert!(
                !rssl_cert_extension(c, c"2.5.29.17".as_ptr(), &mut critical)
                    .data
                    .is_null()
            );
            assert!(!critical);
            rssl_cert_free(c);
        }
    }

    #[test]
    fn null_is_absent_or_an_error() {
        let mut handle: *mut rssl_cert = null_mut();
        // SAFETY: NULL is what these functions are asked about.
        unsafe {
            assert!(rssl_cert_new_mem(null(), 1, &mut handle) < 0);
            assert!(rssl_cert_new_mem(c"x".as_ptr().cast(), 1, null_mut()) < 0);
            assert!(rssl_cert_new_file(null(), &mut handle) < 0);
            assert!(handle.is_null() && rssl_cert_ref(handle).is_null());
            rssl_cert_free(handle);
            assert!(rssl_cert_der(handle).data.is_null());
            assert!(rssl_cert_pem(handle).is_null() && rssl_cert_text(handle).is_null());
            assert_eq!(rssl_cert_not_after(handle), 0);
            assert!(!rssl_cert_matches(handle, null()));
            assert!(
                rssl_cert_extension(handle, null(), null_mut())
                    .data
                    .is_null()
            );
        }
    }
}
