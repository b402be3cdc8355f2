//! Identities whose private key is elsewhere: the program signs.

use std::ffi::c_void;
use std::sync::Arc;

use super::drop_user::{DropUser, rssl_drop_cb};
use super::identity::{into_handle, rssl_identity};
use super::{buffer, items, out, result, rssl_result};
use crate::error::Error;
use crate::identity::Identity;

/// Signs msg (not a hash) with the TLS SignatureScheme given: keys in an HSM, a TPM, a secure
/// element. Writes the signature as TLS has it (of ECDSA: DER) to sig and returns its length, or a
/// negative number to give up: then the handshake fails with RSSL_ERR_CALLBACK. cap is 1024 or more.
/// It blocks the handshake.
pub type rssl_sign_cb = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        scheme: u16,
        msg: *const c_void,
        len: usize,
        sig: *mut c_void,
        cap: usize,
    ) -> isize,
>;

/// Bytes that a signing callback may write: what the largest RSA key makes.
const SIGNATURE_ROOM: usize = 1024;

/// rssl_identity_new_signer makes an identity whose private key is elsewhere. cert is its chain, leaf
/// first, len bytes of PEM or DER. cb signs with the n_schemes TLS SignatureSchemes, the preferred
/// first: what the device can do; those of other kinds of keys than the leaf's are passed over. It is
/// called inside handshakes, on several threads at once. drop may be NULL.
///
/// RSSL_OK: *out is a new reference, to be given back with rssl_identity_free. RSSL_ERR_FORMAT: no
/// certificate, or a damaged one. RSSL_ERR_KEY: the kind of the leaf's key is not supported.
/// RSSL_ERR_ARGUMENT: a number that is no scheme known here, none that fits the leaf's key, or a NULL.
/// That cb's key is the leaf's cannot be checked here: the peer does it.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_identity_new_signer(
    cert: *const c_void,
    cert_len: usize,
    schemes: *const u16,
    n_schemes: usize,
    cb: rssl_sign_cb,
    user: *mut c_void,
    drop: rssl_drop_cb,
    out: *mut *mut rssl_identity,
) -> rssl_result {
    let user = Arc::new(DropUser::new(user, drop));
    user.taken(result(|| {
        // SAFETY: out is NULL or writable, the others NULL or readable for their lengths.
        let (out, cert, schemes) = unsafe {
            (
                self::out(out, "out")?,
                buffer(cert, cert_len, "cert")?,
                items(schemes, n_schemes, "schemes")?,
            )
        };
        let cb = cb.ok_or_else(|| Error::argument("cb is NULL"))?;
        let user = user.clone();
        let sign = move |scheme: u16, message: &[u8]| {
            let mut room = vec![0; SIGNATURE_ROOM];
            let (data, len) = (message.as_ptr().cast(), message.len());
            // SAFETY: `message` is readable and `room` writable for the length passed with it;
            // `user` is what the caller gave for cb and has not been given back.
            let made = unsafe {
                cb(
                    user.get(),
                    scheme,
                    data,
                    len,
                    room.as_mut_ptr().cast(),
                    room.len(),
                )
            };
            match usize::try_from(made) {
                Ok(made) if made <= SIGNATURE_ROOM => {
                    room.truncate(made);
                    Ok(room)
                }
                Ok(made) => Err(format!(
                    "the signing callback says {made} bytes; it has room for {SIGNATURE_ROOM}"
                )),
                Err(_) => Err(format!("the signing callback gave up: it returned {made}")),
            }
        };
        *out = into_handle(Identity::with_signer(cert, schemes, sign)?);
        Ok(())
    }))
}
