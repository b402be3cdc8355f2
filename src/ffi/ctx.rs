//! `rssl_ctx`: settings shared by many connections.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use super::identity::{self, rssl_identity};
use super::{buffer, get, handle, out, path, result, rssl_result, string};
use crate::context::{Context, Roles};
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::trust::Mode;

/// Settings shared by many connections. Any number of threads may use it at once.
// A pointer to it is an `Arc<Context>` turned raw: this type only names it.
pub struct rssl_ctx {
    _opaque: [u8; 0],
}

/// One of RSSL_CLIENT, RSSL_SERVER and, for contexts, RSSL_EITHER.
pub type rssl_role = u32;

/// The side that connects.
pub const RSSL_CLIENT: rssl_role = 1;
/// The side that accepts.
pub const RSSL_SERVER: rssl_role = 2;
/// One context from which sockets of both roles are made (CPython's PROTOCOL_TLS). It starts as
/// a client context does; each socket names its role. A socket's role may be given as 0: the
/// context's only one.
pub const RSSL_EITHER: rssl_role = 3;

/// What is asked of the peer's certificate.
pub type rssl_cert_reqs = u32;

/// Accept anyone: no protection against interception.
pub const RSSL_CERT_NONE: rssl_cert_reqs = 0;
/// Server: ask; refuse a bad certificate, allow none. Client: the same as RSSL_CERT_REQUIRED.
pub const RSSL_CERT_OPTIONAL: rssl_cert_reqs = 1;
/// Refuse a peer without a good certificate.
pub const RSSL_CERT_REQUIRED: rssl_cert_reqs = 2;

/// TLS 1.2, as a number of the protocol.
pub const RSSL_TLS1_2: u16 = 0x0303;
/// TLS 1.3, as a number of the protocol.
pub const RSSL_TLS1_3: u16 = 0x0304;

/// Server: no common application protocol is not an error.
pub const RSSL_OPT_ALPN_OPTIONAL: u32 = 1u32 << 0;
/// Server: our cipher order wins (default on).
pub const RSSL_OPT_SERVER_ORDER: u32 = 1u32 << 1;
/// Server: send no tickets; resumption by TLS 1.2 session id stays.
pub const RSSL_OPT_NO_TICKETS: u32 = 1u32 << 2;
/// Client: do not send the server's name.
pub const RSSL_OPT_NO_SNI: u32 = 1u32 << 3;
/// Say RSSL_ERR_INTERRUPTED instead of retrying after EINTR.
pub const RSSL_OPT_RETURN_EINTR: u32 = 1u32 << 4;
/// Refuse the chains that OpenSSL's X509_V_FLAG_X509_STRICT refuses, such as a CA without critical
/// basicConstraints, keyUsage keyCertSign or subjectKeyIdentifier, a certificate without
/// authorityKeyIdentifier, and an empty subject without critical subjectAltName.
pub const RSSL_OPT_X509_STRICT: u32 = 1u32 << 5;
/// A leaf that is itself in the trust store and has no subjectAltName may match by its common
/// name.
pub const RSSL_OPT_INSECURE_MATCH_CN: u32 = 1u32 << 6;
/// Server: do not send the roots' names when asking for a client certificate.
pub const RSSL_OPT_NO_CA_NAMES: u32 = 1u32 << 7;
/// TLS 1.2 only with extended master secret.
pub const RSSL_OPT_REQUIRE_EMS: u32 = 1u32 << 8;
/// Receive no more from a descriptor than the call gives out, at the price of a system call or two
/// a record: for programs that poll it without asking rssl_events or rssl_pending first.
pub const RSSL_OPT_NO_READ_AHEAD: u32 = 1u32 << 9;
/// Client: verify the chain of every full handshake anew. Otherwise one that this context has accepted
/// for the same name is not verified again while no setting of trust changed and each certificate of
/// the path is within its dates, and each CRL where that counts: the server still has to prove that it
/// has the key, and the verify callback is still called.
pub const RSSL_OPT_NO_KNOWN_CHAINS: u32 = 1u32 << 10;

/// # Safety
/// `ctx` is NULL or a live handle, and stays so during `'a`.
pub(super) unsafe fn context<'a>(ctx: *const rssl_ctx) -> Result<&'a Context> {
    // SAFETY: a live handle points to a Context.
    unsafe { handle(ctx.cast::<Context>(), "ctx") }
}

/// Makes a reference for the caller.
pub(super) fn into_handle(context: Context) -> *mut rssl_ctx {
    Arc::into_raw(Arc::new(context)).cast_mut().cast()
}

/// Applies `change` to the context, for the setters. One that cannot be changed is told before its
/// arguments are looked at, and files read.
///
/// # Safety
/// As for [`context`].
pub(super) unsafe fn set(
    ctx: *mut rssl_ctx,
    change: impl FnOnce(&Context) -> Result<()>,
) -> rssl_result {
    result(|| {
        // SAFETY: by this function's contract.
        let context = unsafe { context(ctx) }?;
        context.check_changeable()?;
        change(context)
    })
}

fn roles(role: rssl_role) -> Result<Roles> {
    match role {
        RSSL_CLIENT..=RSSL_EITHER => Ok(Roles {
            client: role & RSSL_CLIENT != 0,
            server: role & RSSL_SERVER != 0,
        }),
        _ => Err(Error::argument(format!("{role} is not a role"))),
    }
}

unsafe fn new(
    role: rssl_role,
    ctx: *mut *mut rssl_ctx,
    make: fn(Roles) -> Result<Context>,
) -> rssl_result {
    result(|| {
        // SAFETY: the caller passes NULL or a writable pointer.
        let ctx = unsafe { out(ctx, "out") }?;
        *ctx = into_handle(make(roles(role)?)?);
        Ok(())
    })
}

/// rssl_ctx_new makes a context with secure settings and no trust roots. Client: peer certificate
/// required, hostname checked. Server: client certificates not asked for, tickets on. Both: TLS 1.2
/// to 1.3. RSSL_OK: *out is a new reference, to be given back with rssl_ctx_free.
/// RSSL_ERR_ARGUMENT: role is none, or out is NULL. RSSL_ERR_INTERNAL: no random bytes.
///
/// A context may be changed at any time, from any thread. Each call is atomic: an rssl_sock sees
/// all of the settings, callbacks included, as they were when it was made. The session memory is
/// the exception and acts on live sockets. rssl_ctx_set_identities is how a server reloads
/// certificates.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_new(role: rssl_role, out: *mut *mut rssl_ctx) -> rssl_result {
    // SAFETY: out is NULL or writable.
    unsafe { new(role, out, Context::new) }
}

/// rssl_ctx_new_default is what a program that sets nothing should use: rssl_ctx_new plus, for
/// RSSL_CLIENT and RSSL_EITHER, the operating system's trust roots. It fails if there are none,
/// rather than at every handshake: RSSL_ERR_FILE or RSSL_ERR_FORMAT. Otherwise as rssl_ctx_new.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_new_default(
    role: rssl_role,
    out: *mut *mut rssl_ctx,
) -> rssl_result {
    // SAFETY: out is NULL or writable.
    unsafe { new(role, out, Context::new_default) }
}

/// rssl_ctx_ref takes one more reference to ctx and returns ctx; NULL for NULL. Give it back with
/// rssl_ctx_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_ref(ctx: *mut rssl_ctx) -> *mut rssl_ctx {
    if !ctx.is_null() {
        // SAFETY: a live handle, hence a pointer made by Arc::into_raw with a count of 1 or more.
        unsafe { Arc::increment_strong_count(ctx.cast_const().cast::<Context>()) };
    }
    ctx
}

/// rssl_ctx_free gives back one reference. ctx may be NULL. Sockets made from ctx keep working.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_free(ctx: *mut rssl_ctx) {
    get((), || {
        if !ctx.is_null() {
            // SAFETY: the caller gives up a reference that Arc::into_raw or
            // increment_strong_count made.
            drop(unsafe { Arc::from_raw(ctx.cast_const().cast::<Context>()) });
        }
        None
    });
}

/// rssl_ctx_role returns the role that ctx was made for; 0 if ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_role(ctx: *const rssl_ctx) -> rssl_role {
    get(0, || {
        // SAFETY: ctx is NULL or a live handle.
        let roles = unsafe { context(ctx) }.ok()?.roles();
        let client = if roles.client { RSSL_CLIENT } else { 0 };
        let server = if roles.server { RSSL_SERVER } else { 0 };
        Some(client | server)
    })
}

/// rssl_ctx_set_verify sets what is asked of the peer's certificate: one of the RSSL_CERT_ numbers.
/// RSSL_ERR_STATE: RSSL_CERT_NONE while hostname checking is on; turn that off first, so that
/// nobody disables half. RSSL_ERR_ARGUMENT: no such number, or ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_verify(
    ctx: *mut rssl_ctx,
    mode: rssl_cert_reqs,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe {
        set(ctx, |context| {
            context.set_verify(match mode {
                RSSL_CERT_NONE => Mode::None,
                RSSL_CERT_OPTIONAL => Mode::Optional,
                RSSL_CERT_REQUIRED => Mode::Required,
                _ => return Err(Error::argument(format!("{mode} is no RSSL_CERT_ number"))),
            })
        })
    }
}

/// rssl_ctx_verify returns what rssl_ctx_set_verify set; RSSL_CERT_NONE if ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_verify(ctx: *const rssl_ctx) -> rssl_cert_reqs {
    get(RSSL_CERT_NONE, || {
        // SAFETY: ctx is NULL or a live handle.
        Some(match unsafe { context(ctx) }.ok()?.verify() {
            Mode::None => RSSL_CERT_NONE,
            Mode::Optional => RSSL_CERT_OPTIONAL,
            Mode::Required => RSSL_CERT_REQUIRED,
        })
    })
}

/// rssl_ctx_set_check_hostname sets whether a client checks the server's name. Turning it on under
/// RSSL_CERT_NONE sets RSSL_CERT_REQUIRED. RSSL_ERR_STATE: on, and ctx is RSSL_SERVER only.
/// RSSL_ERR_ARGUMENT: ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_check_hostname(ctx: *mut rssl_ctx, on: bool) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { set(ctx, |context| context.set_check_hostname(on)) }
}

/// rssl_ctx_check_hostname returns whether a client checks the server's name; false if ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_check_hostname(ctx: *const rssl_ctx) -> bool {
    get(false, || {
        // SAFETY: ctx is NULL or a live handle.
        Some(unsafe { context(ctx) }.ok()?.check_hostname())
    })
}

/// rssl_ctx_load_cert_file adds an identity: a chain (leaf first) and its key, as PEM or DER. key_path
/// may be NULL: the key is in cert_path. cert_path may also be PKCS#12, which holds both, in any
/// order; then key_path is NULL. password may be NULL: nothing must be encrypted.
///
/// May be called again to add another. A server picks by SNI, then by the client's signature
/// schemes; a client by the authorities and schemes that the server names; of equals the last added.
///
/// RSSL_ERR_FILE: a file cannot be read. RSSL_ERR_FORMAT: no certificate or key of a known form, or
/// damaged. RSSL_ERR_PASSWORD: the password is missing or wrong. RSSL_ERR_KEY: the type, size or
/// encryption of the key is not supported, or a file's password costs over 5,000,000 iterations in
/// all. RSSL_ERR_MISMATCH: the key is another certificate's, or the chain is out of order.
/// RSSL_ERR_ARGUMENT: a NULL, or a key beside PKCS#12. After an error nothing was added. An expired
/// leaf is added: it is a warning in the log, see rssl_set_log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_load_cert_file(
    ctx: *mut rssl_ctx,
    cert_path: *const c_char,
    key_path: *const c_char,
    password: *const c_char,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, the others NULL or NUL-terminated.
    unsafe {
        set(ctx, |context| {
            let cert = path(cert_path, "cert_path")?;
            let key = (!key_path.is_null())
                .then(|| path(key_path, "key_path"))
                .transpose()?;
            let mut password = identity::fixed_password(password);
            let password = password.as_mut().map(|given| given as _);
            context.add_identity(Identity::from_files(cert, key, password)?)
        })
    }
}

/// rssl_ctx_load_cert_mem is rssl_ctx_load_cert_file from memory. key may be NULL: the key is in cert.
/// password may be NULL. Results as of rssl_ctx_load_cert_file, without RSSL_ERR_FILE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_load_cert_mem(
    ctx: *mut rssl_ctx,
    cert: *const c_void,
    cert_len: usize,
    key: *const c_void,
    key_len: usize,
    password: *const c_char,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, the others NULL, readable or NUL-terminated.
    unsafe {
        set(ctx, |context| {
            let cert = buffer(cert, cert_len, "cert")?;
            let key = (!key.is_null())
                .then(|| buffer(key, key_len, "key"))
                .transpose()?;
            let mut password = identity::fixed_password(password);
            let password = password.as_mut().map(|given| given as _);
            context.add_identity(Identity::from_memory(cert, key, password)?)
        })
    }
}

/// rssl_ctx_set_identities replaces all identities, those of rssl_ctx_load_cert_file included, in
/// one step: no socket sees none or a mixture. n = 0 removes them. This is how a server reloads its
/// certificate. References are taken: ids stay yours. RSSL_ERR_ARGUMENT: a NULL, also among ids.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_identities(
    ctx: *mut rssl_ctx,
    ids: *const *mut rssl_identity,
    n: usize,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, ids NULL or n handles, each NULL or live.
    unsafe {
        set(ctx, |context| {
            let replacing = super::items(ids, n, "ids")?
                .iter()
                .map(|&id| identity::share(id))
                .collect::<Result<_>>()?;
            context.set_identities(replacing)
        })
    }
}

/// rssl_ctx_set_versions sets the lowest and the highest protocol version; 0 means the library's
/// own bound. RSSL_ERR_UNSUPPORTED: older than TLS 1.2. RSSL_ERR_ARGUMENT: min over max, no version
/// of TLS, no cipher enabled for any version left, or ctx is NULL. A version for which no cipher is
/// enabled is not offered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_versions(
    ctx: *mut rssl_ctx,
    min: u16,
    max: u16,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { set(ctx, |context| context.set_versions(min, max)) }
}

/// rssl_ctx_versions reads the lowest and the highest protocol version. min and max may be NULL. If
/// ctx is NULL they become 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_versions(ctx: *const rssl_ctx, min: *mut u16, max: *mut u16) {
    get((), || {
        // SAFETY: ctx is NULL or a live handle.
        let range = unsafe { context(ctx) }.ok().map(Context::versions);
        // SAFETY: each is NULL or writable.
        unsafe {
            if let Some(min) = min.as_mut() {
                *min = range.map_or(0, |range| range.min);
            }
            if let Some(max) = max.as_mut() {
                *max = range.map_or(0, |range| range.max);
            }
        }
        None
    });
}

/// rssl_ctx_set_ciphers sets the ciphers of both versions in order of preference: IANA's or
/// OpenSSL's names, separated by ':' or ','. RSSL_ERR_NAME: an unknown name. RSSL_ERR_UNSUPPORTED: a
/// known one that this build lacks. RSSL_ERR_ARGUMENT: none named, none for a version allowed, or a
/// NULL. After an error nothing has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_ciphers(
    ctx: *mut rssl_ctx,
    names: *const c_char,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, names NULL or NUL-terminated.
    unsafe { set(ctx, |context| context.set_ciphers(string(names, "names")?)) }
}

/// rssl_ctx_set_groups sets the key exchange groups in order of preference: IANA's, NIST's or
/// OpenSSL's names, separated by ':' or ','. RSSL_ERR_NAME: an unknown name. RSSL_ERR_UNSUPPORTED: a
/// known one that this build lacks. RSSL_ERR_ARGUMENT: none named, or a NULL. After an error nothing
/// has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_groups(
    ctx: *mut rssl_ctx,
    names: *const c_char,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, names NULL or NUL-terminated.
    unsafe { set(ctx, |context| context.set_groups(string(names, "names")?)) }
}

/// rssl_ctx_cipher_count returns the number of ciphers enabled; 0 if ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_cipher_count(ctx: *const rssl_ctx) -> usize {
    get(0, || {
        // SAFETY: ctx is NULL or a live handle.
        Some(unsafe { context(ctx) }.ok()?.cipher_count())
    })
}

/// rssl_ctx_cipher returns the IANA number of cipher i in order of preference; 0 past the end or if
/// ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_cipher(ctx: *const rssl_ctx, i: usize) -> u16 {
    get(0, || {
        // SAFETY: ctx is NULL or a live handle.
        unsafe { context(ctx) }.ok()?.cipher(i)
    })
}

/// rssl_ctx_set_alpn sets the application protocols in order of preference: {"h2", "http/1.1"}, 2.
/// n = 0 turns ALPN off. A server with none in common refuses (RFC 7301) with RSSL_ERR_NO_ALPN,
/// unless RSSL_OPT_ALPN_OPTIONAL. RSSL_ERR_ARGUMENT: a name that is empty or over 255 bytes, a list
/// over 65535, or a NULL. After an error nothing has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_alpn(
    ctx: *mut rssl_ctx,
    protos: *const *const c_char,
    n: usize,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle, protos NULL or n strings, each NULL or NUL-terminated.
    unsafe {
        set(ctx, |context| {
            let protocols = super::items(protos, n, "protos")?
                .iter()
                .map(|&proto| Ok(super::c_string(proto, "a protocol")?.to_bytes().to_vec()))
                .collect::<Result<_>>()?;
            context.set_alpn(protocols)
        })
    }
}

/// rssl_ctx_set_options switches RSSL_OPT_ options on (set) and off (clear). RSSL_ERR_ARGUMENT: an
/// unknown bit, a bit in both, or ctx is NULL. After an error nothing has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_set_options(
    ctx: *mut rssl_ctx,
    set: u32,
    clear: u32,
) -> rssl_result {
    // SAFETY: ctx is NULL or a live handle.
    unsafe { self::set(ctx, |context| context.set_options(set, clear)) }
}

/// rssl_ctx_options returns the RSSL_OPT_ options that are on; 0 if ctx is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rssl_ctx_options(ctx: *const rssl_ctx) -> u32 {
    get(0, || {
        // SAFETY: ctx is NULL or a live handle.
        Some(unsafe { context(ctx) }.ok()?.options())
    })
}
