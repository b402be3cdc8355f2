//! `rssl_identity`: a certificate chain and its private key.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::cert::{self, rssl_cert};
use super::{buffer, c_string, get, handle, items, out, path, result, rssl_result};
use crate::error::{Code, Error, Result};
use crate::identity::Identity;
use crate::x509::Certificate;

/// A certificate chain and its private key. Any number of threads may use it at once.
// A pointer to it is an `Arc<Identity>` turned raw: this type only names it.
pub struct rssl_identity {
    _opaque: [u8; 0],
}

/// Writes the password of a key to buf (no NUL needed) and returns its length, or a negative number
/// to give up. Called only if the key or the PKCS#12 file is encrypted, and once.
pub type rssl_password_cb =
    Option<unsafe extern "C" fn(user: *mut c_void, buf: *mut c_char, cap: usize) -> isize>;

/// Bytes that a password callback may write.
const PASSWORD_ROOM: usize = 1024;

type Password = Zeroizing<Vec<u8>>;

/// The password given as a string; `None` for NULL.
///
/// # Safety
/// `password` is NULL or NUL-terminated, and nobody changes it while the result is used.
pub(super) unsafe fn fixed_password(
    password: *const c_char,
) -> Option<impl FnMut() -> Result<Password>> {
    (!password.is_null()).then_some(move || {
        // SAFETY: not NULL, and by this function's contract NUL-terminated.
        let bytes = unsafe { c_string(password, "password") }?.to_bytes();
        Ok(Zeroizing::new(bytes.to_vec()))
    })
}

/// The password as a callback gives it; `None` without a callback.
pub(super) fn asked_password(
    ask: rssl_password_cb,
    user: *mut c_void,
) -> Option<impl FnMut() -> Result<Password>> {
    let ask = ask?;
    Some(move || {
        let mut room = Zeroizing::new(vec![0; PASSWORD_ROOM]);
        // SAFETY: `room` is writable for the length passed with it.
        let len = unsafe { ask(user, room.as_mut_ptr().cast(), room.len()) };
        match usize::try_from(len) {
            Ok(len) if len <= PASSWORD_ROOM => {
                room.truncate(len);
                Ok(room)
            }
            Ok(len) => Err(refused(format!(
                "the password callback says {len} bytes; it has room for {PASSWORD_ROOM}"
            ))),
            Err(_) => Err(refused("the password callback gave up".into())),
        }
    })
}

fn refused(message: String) -> Error {
    Error::new(Code::Callback, c"CALLBACK_FAILED", message)
}

/// # Safety
/// `id` is NULL or a live handle, and stays so during `'a`.
pub(super) unsafe fn identity<'a>(id: *const rssl_identity) -> Result<&'a Identity> {
    // SAFETY: a live handle points to an Identity.
    unsafe { handle(id.cast::<Identity>(), "id") }
}

pub(super) fn into_handle(identity: Identity) -> *mut rssl_identity {
    Arc::into_raw(Arc::new(identity)).cast_mut().cast()
}

/// Certificate `i` of the chain of `identity`; NULL past the end.
pub(super) fn certificate(identity: &Identity, i: usize) -> Option<*mut rssl_cert> {
    let der = identity.certificates().get(i)?.clone();
    Some(cert::into_handle(Arc::new(Certificate::deferred(der))))
}

/// Takes one more reference.
///
/// # Safety
/// As for [`identity`].
pub(super) unsafe fn share(id: *const rssl_identity) -> Result<Arc<Identity>> {
    // SAFETY: checked for NULL first; a live handle was made by Arc::into_raw.
    unsafe {
        let id = std::ptr::from_ref(identity(id)?);
        Arc::increment_strong_count(id);
        Ok(Arc::from_raw(id))
    }
}

/// Takes over a reference; `None` for NULL.
///
/// # Safety
/// `id` is NULL, or the caller of the C interface gives up a reference to it.
pub(super) unsafe fn take(id: *mut rssl_identity) -> Option<Arc<Identity>> {
    // SAFETY: not NULL; such a reference was made by Arc::into_raw or increment_strong_count.
    (!id.is_null()).then(|| unsafe { Arc::from_raw(id.cast_const().cast::<Identity>()) })
}

/// rssl_identity_new_file reads a chain (leaf first) and its key from files, as an object that
/// several contexts can share; of what forms: see rssl_ctx_load_cert_file. key_path may be NULL: the
/// key is in cert_path. cb may be NULL: nothing must be encrypted; it is called inside this call only. RSSL_OK: *out is a new reference,
/// to be given back with rssl_identity_free. RSSL_ERR_CALLBACK: cb gave up. RSSL_ERR_ARGUMENT: a
/// NULL. Other results as of rssl_ctx_load_cert_file.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_identity_new_file(
    cert_path: *const c_char,
    key_path: *const c_char,
    cb: rssl_password_cb,
    user: *mut c_void,
    out: *mut *mut rssl_identity,
) -> rssl_result {
    result(|| {
        // SAFETY: out is NULL or writable, the paths NULL or NUL-terminated.
        let (out, cert, key) = unsafe {
            let key = (!key_path.is_null()).then(|| path(key_path, "key_path"));
            (
                self::out(out, "out")?,
                path(cert_path, "cert_path")?,
                key.transpose()?,
            )
        };
        let mut ask = asked_password(cb, user);
        let password = ask.as_mut().map(|ask| ask as _);
        let identity = Identity::from_files(cert, key, password)?;
        *out = into_handle(identity);
        Ok(())
    })
}

/// rssl_identity_new_mem is rssl_identity_new_file from memory. key may be NULL: the key is in cert.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_identity_new_mem(
    cert: *const c_void,
    cert_len: usize,
    key: *const c_void,
    key_len: usize,
    cb: rssl_password_cb,
    user: *mut c_void,
    out: *mut *mut rssl_identity,
) -> rssl_result {
    result(|| {
        // SAFETY: out is NULL or writable, the others NULL or readable for their lengths.
        let (out, cert, key) = unsafe {
            let key = (!key.is_null()).then(|| buffer(key, key_len, "key"));
            (
                self::out(out, "out")?,
                buffer(cert, cert_len, "cert")?,
                key.transpose()?,
            )
        };
        let mut ask = asked_password(cb, user);
        let password = ask.as_mut().map(|ask| ask as _);
        let identity = Identity::from_memory(cert, key, password)?;
        *out = into_handle(identity);
        Ok(())
    })
}

/// rssl_identity_new_ocsp makes a copy of id that staples an OCSP response, len bytes of DER, to the
/// certificate: as a server, for clients that ask. What the response says, until when, and who
/// signed it is for the client to judge. RSSL_OK: *out is a new reference, to be given back with
/// rssl_identity_free; id stays as it was. RSSL_ERR_FORMAT: not an OCSPResponse, one that holds no
/// answer (tryLater), or over 65535 bytes. RSSL_ERR_ARGUMENT: a NULL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_identity_new_ocsp(
    id: *const rssl_identity,
    ocsp: *const c_void,
    len: usize,
    out: *mut *mut rssl_identity,
) -> rssl_result {
    result(|| {
        // SAFETY: out is NULL or writable, id NULL or live, ocsp NULL or readable for len bytes.
        let (out, id, ocsp) = unsafe {
            let out = self::out(out, "out")?;
            (out, identity(id)?, buffer(ocsp, len, "ocsp")?)
        };
        *out = into_handle(id.with_ocsp(ocsp)?);
        Ok(())
    })
}

/// rssl_identity_new_schemes makes a copy of id that signs with these n TLS SignatureSchemes only,
/// in this order: what a policy allows. Those of other kinds of keys are passed over, so that one
/// list serves for all identities. RSSL_OK: *out is a new reference, to be given back with
/// rssl_identity_free; id stays as it was. RSSL_ERR_ARGUMENT: a number that is no scheme known here,
/// none that the key of id signs with, or a NULL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_identity_new_schemes(
    id: *const rssl_identity,
    schemes: *const u16,
    n: usize,
    out: *mut *mut rssl_identity,
) -> rssl_result {
    result(|| {
        // SAFETY: out is NULL or writable, id NULL or live, schemes NULL or n numbers.
        let (out, id, schemes) = unsafe {
            let out = self::out(out, "out")?;
            (out, identity(id)?, items(schemes, n, "schemes")?)
        };
        *out = into_handle(id.with_schemes(schemes)?);
        Ok(())
    })
}

/// rssl_identity_cert_new returns a reference to certificate i of the chain of id, 0 is the leaf, to
/// be given back with rssl_cert_free. NULL: past the end, or id is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_identity_cert_new(
    id: *const rssl_identity,
    i: usize,
) -> *mut rssl_cert {
    get(std::ptr::null_mut(), || {
        // SAFETY: id is NULL or a live handle.
        certificate(unsafe { identity(id) }.ok()?, i)
    })
}

/// rssl_identity_ref takes one more reference to id and returns id; NULL for NULL. Give it back with
/// rssl_identity_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_identity_ref(id: *mut rssl_identity) -> *mut rssl_identity {
    if !id.is_null() {
        // SAFETY: a live handle, hence a pointer made by Arc::into_raw with a count of 1 or more.
        unsafe { Arc::increment_strong_count(id.cast_const().cast::<Identity>()) };
    }
    id
}

/// rssl_identity_free gives back one reference. id may be NULL. Contexts that use it keep it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_identity_free(id: *mut rssl_identity) {
    get((), || {
        // SAFETY: the caller gives up a reference.
        drop(unsafe { take(id) });
        None
    });
}
