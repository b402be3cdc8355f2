use std::ffi::c_void;
use std::ptr::{null, null_mut};

use rssl::ffi::identity::*;
use rssl::ffi::signer::*;

use super::callbacks::{self, install};
use super::calls;
use super::world::{material, path};
use crate::handles::check;
use crate::input::Input;

/// None, one that knows the password, one that does not.
pub(super) fn password(input: &mut Input<'_>) -> (rssl_password_cb, *mut c_void) {
    match input.byte() % 3 {
        0 => (None, null_mut()),
        1 => (Some(callbacks::password), null_mut()),
        _ => (
            Some(callbacks::password),
            (&raw const callbacks::WRONG).cast_mut().cast(),
        ),
    }
}

calls! {
    rssl_identity_new_file => |w, i| {
        let (mut made, (callback, user)) = (null_mut(), password(i));
        check(rssl_identity_new_file(path(i), path(i), callback, user, &mut made));
        w.keep_identity(made);
    },
    rssl_identity_new_mem => |w, i| {
        let (mut made, (callback, user)) = (null_mut(), password(i));
        let (chain, key) = (material(i), material(i));
        let key_data = match key {
            [] => null(),
            _ => key.as_ptr(),
        };
        check(rssl_identity_new_mem(
            chain.as_ptr().cast(), chain.len(), key_data.cast(), key.len(), callback, user, &mut made,
        ));
        w.keep_identity(made);
    },
    rssl_identity_new_signer => |w, i| {
        let (mut made, chain) = (null_mut(), material(i));
        let schemes = [0x0403, i.short(), 0x0804];
        let n = usize::from(i.byte() % 4);
        install(i, |user, drop| {
            rssl_identity_new_signer(
                chain.as_ptr().cast(), chain.len(), schemes.as_ptr(), n, Some(callbacks::sign), user,
                drop, &mut made,
            )
        });
        w.keep_identity(made);
    },
    rssl_identity_new_ocsp => |w, i| {
        let (mut made, response) = (null_mut(), i.bytes());
        let id = w.identity(i);
        check(rssl_identity_new_ocsp(id, response.as_ptr().cast(), response.len(), &mut made));
        w.keep_identity(made);
    },
    rssl_identity_new_schemes => |w, i| {
        let mut made = null_mut();
        let schemes = [i.short(), 0x0403, 0x0807];
        let n = usize::from(i.byte() % 4);
        check(rssl_identity_new_schemes(w.identity(i), schemes.as_ptr(), n, &mut made));
        w.keep_identity(made);
    },
    rssl_identity_cert_new => |w, i| {
        w.keep_certificate(rssl_identity_cert_new(w.identity(i), i.byte().into()))
    },
    rssl_identity_ref => |w, i| w.keep_identity(rssl_identity_ref(w.identity(i))),
    rssl_identity_free => |w, i| rssl_identity_free(w.give_identity(i)),
}
