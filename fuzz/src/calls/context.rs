use std::ffi::CString;
use std::ptr::{null, null_mut};

use rssl::ffi::bytes::rssl_bytes;
use rssl::ffi::client_cert::*;
use rssl::ffi::ctx::*;
use rssl::ffi::hello::rssl_ctx_set_hello_callback;
use rssl::ffi::hooks::*;
use rssl::ffi::protocol::*;
use rssl::ffi::revocation::*;
use rssl::ffi::roots::*;
use rssl::ffi::verification::*;

use super::callbacks::{self, install};
use super::calls;
use super::world::{material, path, string};
use crate::handles::check;

calls! {
    rssl_ctx_new => |w, i| {
        let mut made = null_mut();
        check(rssl_ctx_new(i.byte().into(), &mut made));
        w.keep_context(made);
    },
    rssl_ctx_new_default => |w, i| {
        let mut made = null_mut();
        check(rssl_ctx_new_default(i.byte().into(), &mut made));
        w.keep_context(made);
    },
    rssl_ctx_ref => |w, i| w.keep_context(rssl_ctx_ref(w.context(i))),
    rssl_ctx_free => |w, i| rssl_ctx_free(w.give_context(i)),
    rssl_ctx_role => |w, i| rssl_ctx_role(w.context(i)),
    rssl_ctx_set_verify => |w, i| check(rssl_ctx_set_verify(w.context(i), i.byte().into())),
    rssl_ctx_verify => |w, i| rssl_ctx_verify(w.context(i)),
    rssl_ctx_set_verify_callback => |w, i| {
        let ctx = w.context(i);
        match i.flag() {
            true => check(rssl_ctx_set_verify_callback(ctx, None, null_mut(), None)),
            false => install(i, |user, drop| {
                rssl_ctx_set_verify_callback(ctx, Some(callbacks::verify), user, drop)
            }),
        }
    },
    rssl_ctx_set_check_hostname => |w, i| {
        check(rssl_ctx_set_check_hostname(w.context(i), i.flag()))
    },
    rssl_ctx_check_hostname => |w, i| rssl_ctx_check_hostname(w.context(i)),
    rssl_ctx_load_verify_file => |w, i| check(rssl_ctx_load_verify_file(w.context(i), path(i))),
    rssl_ctx_load_verify_dir => |w, i| check(rssl_ctx_load_verify_dir(w.context(i), path(i))),
    rssl_ctx_load_verify_mem => |w, i| {
        let data = material(i);
        check(rssl_ctx_load_verify_mem(w.context(i), data.as_ptr().cast(), data.len()))
    },
    rssl_ctx_load_verify_system => |w, i| check(rssl_ctx_load_verify_system(w.context(i))),
    rssl_ctx_load_verify_bundled => |w, i| check(rssl_ctx_load_verify_bundled(w.context(i))),
    rssl_ctx_root_count => |w, i| rssl_ctx_root_count(w.context(i)),
    rssl_ctx_root_new => |w, i| {
        w.keep_certificate(rssl_ctx_root_new(w.context(i), i.byte().into()))
    },
    rssl_ctx_clear_roots => |w, i| check(rssl_ctx_clear_roots(w.context(i))),
    rssl_ctx_load_cert_file => |w, i| {
        let mut password = CString::default();
        let (cert, key) = (path(i), path(i));
        check(rssl_ctx_load_cert_file(w.context(i), cert, key, string(i, &mut password)))
    },
    rssl_ctx_load_cert_mem => |w, i| {
        let mut password = CString::default();
        let (cert, key) = (material(i), material(i));
        check(rssl_ctx_load_cert_mem(
            w.context(i), cert.as_ptr().cast(), cert.len(), key.as_ptr().cast(), key.len(),
            string(i, &mut password),
        ))
    },
    rssl_ctx_set_identities => |w, i| {
        let ids = w.identities();
        check(rssl_ctx_set_identities(w.context(i), ids.as_ptr(), ids.len()))
    },
    rssl_ctx_set_versions => |w, i| {
        let mut version = || match i.byte() {
            0 => 0,
            low => 0x0300 | u16::from(low % 8),
        };
        let (min, max) = (version(), version());
        check(rssl_ctx_set_versions(w.context(i), min, max))
    },
    rssl_ctx_versions => |w, i| {
        let (mut min, mut max) = (0, 0);
        rssl_ctx_versions(w.context(i), &mut min, &mut max);
        assert!(min <= max);
    },
    rssl_ctx_set_ciphers => |w, i| {
        check(rssl_ctx_set_ciphers(w.context(i), string(i, &mut CString::default())))
    },
    rssl_ctx_set_cipher_string => |w, i| {
        check(rssl_ctx_set_cipher_string(w.context(i), string(i, &mut CString::default())))
    },
    rssl_ctx_set_groups => |w, i| {
        check(rssl_ctx_set_groups(w.context(i), string(i, &mut CString::default())))
    },
    rssl_ctx_cipher_count => |w, i| rssl_ctx_cipher_count(w.context(i)),
    rssl_ctx_cipher => |w, i| rssl_ctx_cipher(w.context(i), i.byte().into()),
    rssl_ctx_set_alpn => |w, i| {
        let mut texts = [CString::default(), CString::default(), CString::default()];
        let n = usize::from(i.byte() % 4);
        let mut protocols = [null(); 3];
        for (pointer, text) in protocols.iter_mut().zip(&mut texts).take(n) {
            *pointer = string(i, text);
        }
        check(rssl_ctx_set_alpn(w.context(i), protocols.as_ptr(), n))
    },
    rssl_ctx_set_options => |w, i| check(rssl_ctx_set_options(w.context(i), i.long(), i.long())),
    rssl_ctx_options => |w, i| rssl_ctx_options(w.context(i)),
    rssl_ctx_set_max_fragment => |w, i| {
        check(rssl_ctx_set_max_fragment(w.context(i), i.short().into()))
    },
    rssl_ctx_set_verify_schemes => |w, i| {
        let schemes = [0x0403, i.short(), 0x0807, 0x0403];
        let n = usize::from(i.byte() % 5);
        check(rssl_ctx_set_verify_schemes(w.context(i), schemes.as_ptr(), n))
    },
    rssl_ctx_set_client_ca_names => |w, i| {
        let names = [i.bytes(), b"\x30\x00"].map(|name| rssl_bytes {
            data: name.as_ptr(),
            len: name.len(),
        });
        let n = usize::from(i.byte() % 3);
        check(rssl_ctx_set_client_ca_names(w.context(i), names.as_ptr(), n))
    },
    rssl_ctx_load_crl_file => |w, i| check(rssl_ctx_load_crl_file(w.context(i), path(i))),
    rssl_ctx_load_crl_mem => |w, i| {
        let data = material(i);
        check(rssl_ctx_load_crl_mem(w.context(i), data.as_ptr().cast(), data.len()))
    },
    rssl_ctx_set_crl_flags => |w, i| check(rssl_ctx_set_crl_flags(w.context(i), i.byte().into())),
    rssl_ctx_clear_crls => |w, i| check(rssl_ctx_clear_crls(w.context(i))),
    rssl_ctx_set_client_cert_callback => |w, i| {
        let ctx = w.context(i);
        match i.flag() {
            true => check(rssl_ctx_set_client_cert_callback(ctx, None, null_mut(), None)),
            false => install(i, |user, drop| {
                rssl_ctx_set_client_cert_callback(ctx, Some(callbacks::client_cert), user, drop)
            }),
        }
    },
    rssl_ctx_set_hello_callback => |w, i| {
        let ctx = w.context(i);
        match i.flag() {
            true => check(rssl_ctx_set_hello_callback(ctx, None, null_mut(), None)),
            false => install(i, |user, drop| {
                rssl_ctx_set_hello_callback(ctx, Some(callbacks::hello), user, drop)
            }),
        }
    },
    rssl_ctx_set_keylog_callback => |w, i| {
        let ctx = w.context(i);
        match i.flag() {
            true => check(rssl_ctx_set_keylog_callback(ctx, None, null_mut(), None)),
            false => install(i, |user, drop| {
                rssl_ctx_set_keylog_callback(ctx, Some(callbacks::key_log), user, drop)
            }),
        }
    },
    rssl_ctx_set_time_callback => |w, i| {
        let ctx = w.context(i);
        match i.flag() {
            true => check(rssl_ctx_set_time_callback(ctx, None, null_mut(), None)),
            false => install(i, |user, drop| {
                rssl_ctx_set_time_callback(ctx, Some(callbacks::time), user, drop)
            }),
        }
    },
}
