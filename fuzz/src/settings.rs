//! Strings that a program passes on: protocols, server names, names of ciphers and groups.

use std::ffi::{CString, c_char};
use std::ptr::null_mut;

use rssl::ffi::cert::{rssl_cert_free, rssl_cert_matches, rssl_cert_new_mem};
use rssl::ffi::ctx::*;
use rssl::ffi::names::{rssl_cipher_name, rssl_cipher_openssl_name};
use rssl::ffi::protocol::rssl_ctx_set_cipher_string;
use rssl::ffi::sock::{rssl_sock_free, rssl_sock_new};

use crate::credentials::PEM;
use crate::handles::{Context, check};
use crate::input::Input;

/// The first byte chooses the setting; strings follow, each up to a 0.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    match input.byte() % 6 {
        0 => ciphers(&input.string()),
        1 => groups(&input.string()),
        2 => alpn(&mut input),
        3 => server_name(&input.string()),
        5 => cipher_string(&input.string()),
        _ => matches(&input.string()),
    }
}

fn ciphers(names: &CString) {
    let context = Context::client();
    // SAFETY: a live handle and a string.
    unsafe {
        let before = all_ciphers(context.0);
        let done = check(rssl_ctx_set_ciphers(context.0, names.as_ptr())) == 0;
        let after = all_ciphers(context.0);
        assert!(!after.is_empty());
        assert!(done || after == before, "changed by a call that failed");
        for cipher in after {
            assert!(!rssl_cipher_name(cipher).is_null());
            assert!(!rssl_cipher_openssl_name(cipher).is_null());
        }
    }
    connect_to(&context, c"localhost".as_ptr());
}

/// # Safety
/// `ctx` is a live handle.
unsafe fn all_ciphers(ctx: *mut rssl_ctx) -> Vec<u16> {
    // SAFETY: by this function's contract.
    let all = unsafe { (0..rssl_ctx_cipher_count(ctx)).map(|i| rssl_ctx_cipher(ctx, i)) };
    all.collect()
}

fn cipher_string(openssl: &CString) {
    let context = Context::client();
    // SAFETY: a live handle and a string.
    unsafe {
        let before = all_ciphers(context.0);
        let done = check(rssl_ctx_set_cipher_string(context.0, openssl.as_ptr())) == 0;
        let after = all_ciphers(context.0);
        assert!(done || after == before, "changed by a call that failed");
    }
    connect_to(&context, c"localhost".as_ptr());
}

fn groups(names: &CString) {
    let context = Context::client();
    // SAFETY: a live handle and a string.
    check(unsafe { rssl_ctx_set_groups(context.0, names.as_ptr()) });
    connect_to(&context, c"localhost".as_ptr());
}

fn alpn(input: &mut Input<'_>) {
    let mut protocols = Vec::new();
    while !input.is_empty() {
        protocols.push(input.string());
    }
    let pointers: Vec<_> = protocols.iter().map(|name| name.as_ptr()).collect();
    let context = Context::client();
    // SAFETY: a live handle and an array of that length.
    check(unsafe { rssl_ctx_set_alpn(context.0, pointers.as_ptr(), pointers.len()) });
    connect_to(&context, c"localhost".as_ptr());
}

fn server_name(name: &CString) {
    connect_to(&Context::client(), name.as_ptr());
}

/// The ClientHello is made when the socket is.
fn connect_to(context: &Context, name: *const c_char) {
    let mut sock = null_mut();
    // SAFETY: a live handle and a string; the socket is freed.
    unsafe {
        check(rssl_sock_new(context.0, RSSL_CLIENT, name, &mut sock));
        rssl_sock_free(sock);
    }
}

fn matches(name: &CString) {
    let mut certificate = null_mut();
    // SAFETY: a buffer of that length and a string; the handle is given back.
    unsafe {
        let pem = PEM.server.as_bytes();
        check(rssl_cert_new_mem(
            pem.as_ptr().cast(),
            pem.len(),
            &mut certificate,
        ));
        let matches = rssl_cert_matches(certificate, name.as_ptr());
        let name = name.to_bytes().to_ascii_lowercase();
        let expected = [&b"localhost"[..], b"localhost.", b"127.0.0.1"];
        assert_eq!(matches, expected.contains(&name.as_slice()));
        rssl_cert_free(certificate);
    }
}
