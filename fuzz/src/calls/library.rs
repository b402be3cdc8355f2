use std::ffi::CString;
use std::ptr::null_mut;

use rssl::ffi::digest::*;
use rssl::ffi::library::*;
use rssl::ffi::log::*;
use rssl::ffi::names::*;

use super::world::string;
use super::{callbacks, calls};
use crate::handles::check_count;

calls! {
    rssl_version => |w, i| rssl_version(),
    rssl_version_number => |w, i| rssl_version_number(),
    rssl_build_info => |w, i| rssl_build_info(),
    rssl_digest => |w, i| {
        let (mut name, mut out) = (CString::default(), [0u8; 64]);
        let data = i.bytes();
        let cap = usize::from(i.byte() % 65);
        check_count(rssl_digest(
            string(i, &mut name),
            data.as_ptr().cast(),
            data.len(),
            out.as_mut_ptr().cast(),
            cap,
        ))
    },
    rssl_has => |w, i| rssl_has(string(i, &mut CString::default())),
    rssl_set_log => |w, i| {
        let callback: rssl_log_cb = match i.flag() {
            true => Some(callbacks::log),
            false => None,
        };
        rssl_set_log(callback, null_mut(), i32::from(i.byte() % 8));
    },
    rssl_version_name => |w, i| rssl_version_name(i.short()),
    rssl_cipher_name => |w, i| rssl_cipher_name(i.short()),
    rssl_cipher_openssl_name => |w, i| rssl_cipher_openssl_name(i.short()),
    rssl_cipher_bits => |w, i| rssl_cipher_bits(i.short()),
    rssl_group_name => |w, i| rssl_group_name(i.short()),
}
