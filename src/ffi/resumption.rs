//! How the connections of a context resume earlier sessions.

use std::ffi::c_void;
use std::sync::Arc;

use super::ctx::{rssl_ctx, set};
use super::drop_user::{DropUser, rssl_drop_cb};
use super::results::RSSL_OK;
use super::{rssl_result, sized};
use crate::error::{Error, Result};
use crate::session::{SessionStore, TICKET_KEY_LEN};

/// Where a server keeps sessions outside of its process (Redis, memcached), so that any machine of a
/// fleet resumes what another one began.
///
/// put keeps a session and returns RSSL_OK or a negative error. get writes at most cap (64 KiB) bytes
/// to buf and returns the length, 0 for unknown; it must remove, in one step, what it returns if
/// remove (TLS 1.3: used once) and keep it otherwise (TLS 1.2). Both block the handshake, and can run
/// on several threads at once. A store that fails, or returns something else than it was given,
/// costs a full handshake, never a connection. Ids and sessions are opaque, and secret: who reads the
/// store and the network can read the traffic; who writes the store can make up sessions. A size
/// smaller than version 0.1's is RSSL_ERR_ARGUMENT; members that this library does not know must be
/// zero.
#[repr(C)]
pub struct rssl_session_store {
    /// sizeof(rssl_session_store): lets later versions add members.
    pub size: usize,
    /// Passed to the functions.
    pub user: *mut c_void,
    /// Keeps a session under id, for lifetime_seconds at most.
    pub put: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            id: *const c_void,
            id_len: usize,
            session: *const c_void,
            session_len: usize,
            lifetime_seconds: u32,
        ) -> rssl_result,
    >,
    /// Writes the session kept under id to buf.
    pub get: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            id: *const c_void,
            id_len: usize,
            remove: bool,
            buf: *mut c_void,
            cap: usize,
        ) -> isize,
    >,
    /// Gives user back; or NULL.
    pub drop: rssl_drop_cb,
}

/// rssl_ctx_set_session_cache sets how many servers (by name) a client remembers, in this process,
/// newest first; 0: off; the default is 256. Sockets without a name take no part. It acts at once, on
/// live sockets too. 0 also forgets the chains that were verified (RSSL_OPT_NO_KNOWN_CHAINS).
/// RSSL_ERR_ARGUMENT: over 1000000, or ctx is NULL.
///
/// A resumed handshake does not look at certificates again. Hence a client's memory is emptied by
/// any change to trust, verification or identity, and a server resumes a ticket or a stored session
/// only under the verify mode, roots and other settings of verification that it was issued under,
/// whatever keys or store contexts share.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_session_cache(ctx: *mut rssl_ctx, n: usize) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { set(ctx, |context| context.set_session_cache(n)) }
}

/// rssl_ctx_set_ticket_count sets how many TLS 1.3 tickets a server sends after a handshake; the
/// default is 2. RSSL_ERR_ARGUMENT: over 100, or ctx is NULL.
///
/// A nonce of a ticket has 32 bytes. A client on wolfSSL takes 8, unless that was built with
/// WOLFSSL_TICKET_NONCE_MALLOC, and ends the connection at the first ticket (its error -425): a server of
/// such clients sends none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_ticket_count(ctx: *mut rssl_ctx, n: usize) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { set(ctx, |context| context.set_ticket_count(n)) }
}

/// rssl_ctx_set_ticket_keys lets servers share tickets between processes. keys are n of 48 bytes each
/// (16 name, 32 secret), newest first: the first encrypts, all decrypt. They act at once, on live
/// sockets too. keys may be NULL, with n = 0: own keys, rotated every 6 hours (the default); the
/// first is made with the context, so that forked children share it. Either turns tickets on again
/// after rssl_ctx_set_session_store. A ticket is good for 12 hours at most. keys are copied: wipe
/// yours.
///
/// RSSL_ERR_ARGUMENT: n is 0 or over 100, two keys have one name, a secret is all zeros, keys is NULL
/// and n is not 0, or ctx is NULL. RSSL_ERR_STATE: ctx is for clients only. RSSL_ERR_INTERNAL: no
/// random bytes for an own key. After an error nothing has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_ticket_keys(
    ctx: *mut rssl_ctx,
    keys: *const c_void,
    n: usize,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, keys NULL or readable for n keys.
    unsafe {
        set(ctx, |context| {
            let own = keys.is_null() && n == 0;
            let given = super::items(keys.cast::<[u8; TICKET_KEY_LEN]>(), n, "keys")?;
            context.set_ticket_keys((!own).then_some(given))
        })
    }
}

/// rssl_ctx_set_session_store makes a server keep the sessions of the connections made from then on
/// in store, in place of tickets, which it no longer sends; with RSSL_OPT_NO_TICKETS those of TLS 1.2
/// only. *store is copied. store may be NULL: tickets again, as after rssl_ctx_set_ticket_keys.
/// store->drop is called when no context or socket can use store->user any more; not when this call
/// fails. RSSL_ERR_ARGUMENT: a size that cannot be, store->put or store->get is NULL, or ctx is NULL.
/// RSSL_ERR_STATE: ctx is for clients only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_session_store(
    ctx: *mut rssl_ctx,
    store: *const rssl_session_store,
) -> rssl_result {
    if store.is_null() {
        // SAFETY: ctx is NULL or a live handle.
        return unsafe { set(ctx, |context| context.set_session_store(None)) };
    }
    let mut user = None;
    // SAFETY: ctx is NULL or a live handle, store as its size says.
    let result = unsafe {
        set(ctx, |context| {
            let store = Arc::new(CallerStore::new(store)?);
            user = Some(store.user.clone());
            context.set_session_store(Some(store))
        })
    };
    match user {
        Some(user) => user.taken(result),
        None => result,
    }
}

/// The functions of an `rssl_session_store`, checked.
struct CallerStore {
    put: unsafe extern "C" fn(
        *mut c_void,
        *const c_void,
        usize,
        *const c_void,
        usize,
        u32,
    ) -> rssl_result,
    get: unsafe extern "C" fn(*mut c_void, *const c_void, usize, bool, *mut c_void, usize) -> isize,
    user: Arc<DropUser>,
}

impl CallerStore {
    /// # Safety
    /// `store` is NULL or points to `size` readable bytes that begin like an `rssl_session_store`.
    unsafe fn new(store: *const rssl_session_store) -> Result<Self> {
        // SAFETY: by this function's contract.
        let store = unsafe { sized(store, "store") }?;
        let missing = |member| move || Error::argument(format!("store->{member} is NULL"));
        Ok(CallerStore {
            put: store.put.ok_or_else(missing("put"))?,
            get: store.get.ok_or_else(missing("get"))?,
            user: Arc::new(DropUser::new(store.user, store.drop)),
        })
    }
}

impl SessionStore for CallerStore {
    fn put(&self, id: &[u8], session: &[u8], lifetime: u32) -> bool {
        // SAFETY: both are readable for their lengths; `user` is what the caller gave for it.
        let kept = unsafe {
            (self.put)(
                self.user.get(),
                id.as_ptr().cast(),
                id.len(),
                session.as_ptr().cast(),
                session.len(),
                lifetime,
            )
        };
        if kept != RSSL_OK {
            log::warn!("the session store kept nothing: its put returned {kept}");
        }
        kept == RSSL_OK
    }

    fn get(&self, id: &[u8], remove: bool, buf: &mut [u8]) -> Option<usize> {
        // SAFETY: `id` is readable and `buf` writable for its length; `user` is what the caller
        // gave for it.
        let len = unsafe {
            (self.get)(
                self.user.get(),
                id.as_ptr().cast(),
                id.len(),
                remove,
                buf.as_mut_ptr().cast(),
                buf.len(),
            )
        };
        match usize::try_from(len) {
            Ok(0) => None,
            Ok(len) if len <= buf.len() => Some(len),
            _ => {
                log::warn!("the session store failed: its get returned {len}");
                None
            }
        }
    }
}
