//! Keys without certificates.

use std::ffi::c_void;
use std::sync::Arc;

use crate::ffi::bytes::rssl_bytes;
use crate::ffi::ctx::{self, rssl_ctx};
use crate::ffi::identity::{asked_password, identity, rssl_identity, rssl_password_cb};
use crate::ffi::sock::{rssl_sock, sock};
use crate::ffi::{buffer, get, items, out, result, rssl_result};
use crate::identity::Identity;
use crate::trust::PinnedKeys;

/// A verdict: the peer's raw public key is none of those pinned. OpenSSL's number.
pub const RSSL_X_V_RAW_KEY_UNTRUSTED: i32 = 95;
const _: () = assert!(RSSL_X_V_RAW_KEY_UNTRUSTED == crate::trust::codes::RAW_KEY_UNTRUSTED);

/// rssl_x_identity_new_raw_key makes an identity of a private key alone, PEM or DER, whose owner shows
/// the public half in place of a certificate (RFC 7250). Use it with rssl_ctx_set_identities. A context
/// shows raw keys or certificates, never both: adding one to the other is RSSL_ERR_ARGUMENT there. The
/// peer must accept raw keys: a client with such an identity connects to no server that does not,
/// whether it asks for the key or not. cb may be NULL: the key must not be encrypted; it is called
/// inside this call only.
///
/// RSSL_OK: *out is a new reference, to be given back with rssl_identity_free. RSSL_ERR_FORMAT: no
/// private key, several, or a damaged one. RSSL_ERR_PASSWORD: it is encrypted and the password is
/// missing or wrong. RSSL_ERR_CALLBACK: cb gave up. RSSL_ERR_KEY: its kind, size or encryption is not
/// supported. RSSL_ERR_ARGUMENT: a NULL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_identity_new_raw_key(
    key: *const c_void,
    key_len: usize,
    cb: rssl_password_cb,
    user: *mut c_void,
    out: *mut *mut rssl_identity,
) -> rssl_result {
    result(|| {
        // SAFETY: out is NULL or writable, key NULL or readable for its length.
        let (out, key) = unsafe { (self::out(out, "out")?, buffer(key, key_len, "key")?) };
        let mut ask = asked_password(cb, user);
        let password = ask.as_mut().map(|ask| ask as _);
        let identity = Identity::from_raw_key(key, password)?;
        *out = Arc::into_raw(Arc::new(identity)).cast_mut().cast();
        Ok(())
    })
}

/// rssl_x_identity_raw_key returns the public key of an identity that rssl_x_identity_new_raw_key made:
/// a SubjectPublicKeyInfo, DER, for the peer to pin. Borrowed from id. Absent: id has a certificate, or
/// is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_identity_raw_key(id: *const rssl_identity) -> rssl_bytes {
    get(rssl_bytes::ABSENT, || {
        // SAFETY: id is NULL or a live handle.
        Some(unsafe { identity(id) }.ok()?.raw_key()?.into())
    })
}

/// rssl_x_pin_raw_keys makes peers show a raw public key in place of a certificate, and accepts the n
/// keys in spkis only: each a SubjectPublicKeyInfo, DER, as rssl_x_identity_raw_key and rssl_cert_spki
/// return it. They are copied. n = 0: certificates again. The pins alone decide: roots, names, dates
/// and revocation are not looked at, a callback of rssl_ctx_set_verify_callback is not called, and who
/// proves to have one of the keys is the peer. A server asks for the key as rssl_ctx_set_verify says,
/// and refuses clients that cannot show raw keys even under RSSL_CERT_OPTIONAL. It changes trust:
/// sessions are forgotten. Another key is RSSL_ERR_VERIFY with RSSL_X_V_RAW_KEY_UNTRUSTED; a peer
/// without raw keys RSSL_ERR_NO_SHARED or RSSL_ERR_ALERT (handshake_failure).
///
/// RSSL_ERR_FORMAT: one of spkis is none. RSSL_ERR_STATE: under RSSL_CERT_NONE, which is also what
/// rssl_ctx_set_verify returns for RSSL_CERT_NONE as long as keys are pinned. RSSL_ERR_ARGUMENT: a
/// NULL. RSSL_ERR_INTERNAL: no random bytes for a new ticket key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_pin_raw_keys(
    ctx: *mut rssl_ctx,
    spkis: *const rssl_bytes,
    n: usize,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, spkis NULL or n elements, each NULL or readable for its
    // length.
    unsafe {
        ctx::set(ctx, |context| {
            let keys = items(spkis, n, "spkis")?
                .iter()
                .map(|spki| Ok(buffer(spki.data.cast(), spki.len, "one of spkis")?.to_vec()));
            context.pin_raw_keys(PinnedKeys::new(keys.collect::<Result<_, _>>()?)?)
        })
    }
}

/// rssl_x_peer_raw_key returns the raw public key that the peer proved to have: a
/// SubjectPublicKeyInfo, DER, one of those that rssl_x_pin_raw_keys accepts: by it a program tells its
/// peers apart. Borrowed from s. Absent: the peer showed none, or the handshake is not done.
/// rssl_sock_peer_cert_new has no certificate of such a peer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_peer_raw_key(s: *const rssl_sock) -> rssl_bytes {
    get(rssl_bytes::ABSENT, || {
        // SAFETY: s is NULL or a live handle.
        let agreed = unsafe { sock(s) }.ok()?.socket.agreed()?;
        Some(agreed.peer.raw_key.as_deref()?.into())
    })
}
