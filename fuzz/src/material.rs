//! PEM, DER and PKCS#12: roots, identities with and without a password, revocation lists, OCSP
//! responses.

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};

use rssl::ffi::ctx::*;
use rssl::ffi::identity::*;
use rssl::ffi::results::RSSL_OK;
use rssl::ffi::revocation::*;
use rssl::ffi::roots::*;

use crate::certificate;
use crate::credentials::{AUTHORITY, PEM};
use crate::handles::{Context, Socket, check};
use crate::input::Input;

/// The first byte says what the rest is taken for, and with which flags revocation is checked.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let kind = input.byte();
    let material = input.rest();
    let flags = u32::from(kind / 6);
    match kind % 6 {
        0 => roots(material),
        1 => chain_and_key(material, material),
        2 => chain_and_key(material, PEM.server_key.as_bytes()),
        3 => {
            let accepted = revocation_lists(material, flags);
            let lax = flags & (RSSL_CRL_ALLOW_UNKNOWN | RSSL_CRL_OFF) != 0;
            assert!(lax || !accepted, "nobody else has the authority's key");
        }
        4 => chain_and_key(PEM.server.as_bytes(), material),
        // Contents of a list, which the authority signs.
        _ => {
            revocation_lists(&AUTHORITY.sign_crl(material), flags);
        }
    }
}

fn roots(material: &[u8]) {
    let context = Context::new(RSSL_CLIENT);
    // SAFETY: a live handle and a buffer of that length; the certificate is given back.
    unsafe {
        let result = rssl_ctx_load_verify_mem(context.0, material.as_ptr().cast(), material.len());
        assert_eq!(check(result) == 0, rssl_ctx_root_count(context.0) > 0);
        for i in 0..rssl_ctx_root_count(context.0) {
            let root = rssl_ctx_root_new(context.0, i);
            certificate::read_everything(root);
            rssl::ffi::cert::rssl_cert_free(root);
        }
    }
}

/// Whether they were loaded, and a server was accepted with them there.
fn revocation_lists(lists: &[u8], flags: u32) -> bool {
    let context = Context::client();
    // SAFETY: a live handle and a buffer of that length.
    unsafe {
        let flags = check(rssl_ctx_set_crl_flags(context.0, flags));
        let loaded = rssl_ctx_load_crl_mem(context.0, lists.as_ptr().cast(), lists.len());
        let usable = check(loaded) == RSSL_OK && flags == RSSL_OK;
        let accepted = usable && accepts_server(&context);
        assert_eq!(check(rssl_ctx_clear_crls(context.0)), RSSL_OK);
        accepted
    }
}

fn accepts_server(context: &Context) -> bool {
    let mut client = Socket::new(context, RSSL_CLIENT);
    let mut server = Socket::new(&Context::server(), RSSL_SERVER);
    for _ in 0..2 {
        client.advance();
        server.feed(&client.drain());
        server.advance();
        client.feed(&server.drain());
    }
    client.advance();
    assert!(client.is_connected() != client.is_over());
    client.is_connected()
}

fn chain_and_key(chain: &[u8], key: &[u8]) {
    let mut identity = null_mut();
    // SAFETY: buffers of those lengths; what is made is given back.
    unsafe {
        let result = rssl_identity_new_mem(
            chain.as_ptr().cast(),
            chain.len(),
            key.as_ptr().cast(),
            key.len(),
            Some(password),
            null_mut(),
            &mut identity,
        );
        if check(result) < 0 {
            assert!(identity.is_null());
            return;
        }
        let leaf = rssl_identity_cert_new(identity, 0);
        assert!(!leaf.is_null());
        certificate::read_everything(leaf);
        rssl::ffi::cert::rssl_cert_free(leaf);
        let mut stapled = null_mut();
        check(rssl_identity_new_ocsp(
            identity,
            key.as_ptr().cast(),
            key.len(),
            &mut stapled,
        ));
        rssl_identity_free(stapled);
        let context = Context::new(RSSL_SERVER);
        assert_eq!(check(rssl_ctx_set_identities(context.0, &identity, 1)), 0);
        check(rssl_ctx_set_identities(context.0, null(), 0));
        rssl_identity_free(identity);
    }
}

/// # Safety
/// `buf` has `cap` writable bytes.
unsafe extern "C" fn password(_: *mut c_void, buf: *mut c_char, cap: usize) -> isize {
    let secret = b"secret";
    assert!(cap >= secret.len());
    // SAFETY: by this function's contract.
    unsafe { buf.copy_from_nonoverlapping(secret.as_ptr().cast(), secret.len()) };
    secret.len() as isize
}
