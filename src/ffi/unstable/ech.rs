//! Encrypted ClientHello.

use std::ffi::c_void;

use crate::engine::ech::Status;
use crate::ffi::bytes::rssl_bytes;
use crate::ffi::ctx::{self, rssl_ctx};
use crate::ffi::sock::{rssl_sock, sock};
use crate::ffi::{buffer, get, rssl_result};

/// What became of an Encrypted ClientHello.
pub type rssl_x_ech_state = i32;

/// None was sent.
pub const RSSL_X_ECH_NOT_OFFERED: rssl_x_ech_state = 0;
/// One with random contents was sent, which no server can open.
pub const RSSL_X_ECH_GREASE: rssl_x_ech_state = 1;
/// One was sent, and the server has not answered yet.
pub const RSSL_X_ECH_OFFERED: rssl_x_ech_state = 2;
/// The server opened it: nobody on the way has seen the name.
pub const RSSL_X_ECH_ACCEPTED: rssl_x_ech_state = 3;
/// The server could not open it, and the connection ended.
pub const RSSL_X_ECH_REJECTED: rssl_x_ech_state = 4;
const _: () = assert!(
    RSSL_X_ECH_NOT_OFFERED == Status::NotOffered as i32
        && RSSL_X_ECH_GREASE == Status::Grease as i32
        && RSSL_X_ECH_OFFERED == Status::Offered as i32
        && RSSL_X_ECH_ACCEPTED == Status::Accepted as i32
        && RSSL_X_ECH_REJECTED == Status::Rejected as i32
);

/// rssl_x_set_ech_configs makes clients encrypt their ClientHello (RFC 9849), the server's name in
/// it included, for the keys in list: an ECHConfigList as the server's HTTPS record in the DNS has
/// it under "ech", without base64. The first configuration that this build can use counts. Who
/// watches sees the configuration's public name instead of the server's. Set it before
/// rssl_sock_new, for the servers that the record is of; a socket keeps what stood when it was
/// made. len 0: no configuration any more. Connections are TLS 1.3 only as long as one is set.
///
/// A server that cannot open it is verified for the public name, and the handshake ends with
/// RSSL_ERR_NO_SHARED (reason "ECH_REJECTED", alert ech_required), whatever else it agreed to; then
/// see rssl_x_ech_retry_configs. The real name is never sent unencrypted instead.
///
/// RSSL_ERR_FORMAT: list is malformed. RSSL_ERR_UNSUPPORTED: no configuration in it is for this
/// build, or the build has no Encrypted ClientHello ("ring"). RSSL_ERR_STATE: ctx is for servers
/// only. RSSL_ERR_ARGUMENT: a NULL, or ctx does not allow TLS 1.3. After an error all is as before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_set_ech_configs(
    ctx: *mut rssl_ctx,
    list: *const c_void,
    len: usize,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, list NULL or readable for len bytes.
    unsafe {
        ctx::set(ctx, |context| {
            context.set_ech_configs(buffer(list, len, "list")?)
        })
    }
}

/// rssl_x_set_ech_grease makes clients without a configuration send the extension all the same, with
/// random contents (GREASE), so that those who have one do not stand out. It hides nothing: the name
/// is in the clear beside it. Connections are TLS 1.3 only as long as it is on. Default: off.
///
/// RSSL_ERR_UNSUPPORTED: the build has no Encrypted ClientHello ("ring"). RSSL_ERR_STATE: ctx is for
/// servers only. RSSL_ERR_ARGUMENT: ctx is NULL or does not allow TLS 1.3. RSSL_ERR_INTERNAL: no
/// random bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_set_ech_grease(ctx: *mut rssl_ctx, on: bool) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { ctx::set(ctx, |context| context.set_ech_grease(on)) }
}

/// rssl_x_ech_status returns what became of the Encrypted ClientHello of s: one of RSSL_X_ECH_.
/// RSSL_X_ECH_NOT_OFFERED for servers, inside a callback of s, and if s is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_ech_status(s: *const rssl_sock) -> rssl_x_ech_state {
    get(RSSL_X_ECH_NOT_OFFERED, || {
        // SAFETY: s is NULL or a live handle.
        let status = unsafe { sock(s) }.ok()?.socket.ech_status()?;
        Some(status as rssl_x_ech_state)
    })
}

/// rssl_x_ech_retry_configs returns the ECHConfigList that the server sent when it rejected what s
/// offered: give it to rssl_x_set_ech_configs and connect again, once. It can be believed as far as
/// the server was verified, for the public name: not under RSSL_CERT_NONE. Borrowed from s. Absent:
/// nothing was rejected, or the server sent none, which says that it has Encrypted ClientHello no
/// more; a caller may then connect again without.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_x_ech_retry_configs(s: *const rssl_sock) -> rssl_bytes {
    get(rssl_bytes::ABSENT, || {
        // SAFETY: s is NULL or a live handle.
        let configs = unsafe { sock(s) }.ok()?.socket.ech_retry_configs()?;
        Some(rssl_bytes::field(configs))
    })
}
