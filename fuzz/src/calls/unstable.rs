use std::ptr::null_mut;

use rssl::ffi::bytes::rssl_bytes;
use rssl::ffi::cert::rssl_cert_spki;
use rssl::ffi::unstable::early_data::*;
use rssl::ffi::unstable::ech::*;
use rssl::ffi::unstable::raw_key::*;

use super::calls;
use super::identity::password;
use super::world::material;
use crate::handles::{check, check_count};

/// An ECHConfigList with one configuration: X25519 and its base point as the key, HKDF-SHA256,
/// AES-128-GCM, and the public name "localhost".
const ECH_CONFIGS: &[u8] = b"\x00\x3c\xfe\x0d\x00\x38\x07\x00\x20\x00\x20\
    \x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
    \x00\x04\x00\x01\x00\x01\x40\x09localhost\x00\x00";

calls! {
    rssl_x_set_ech_configs => |w, i| {
        let list = match i.flag() {
            true => ECH_CONFIGS,
            false => i.bytes(),
        };
        check(rssl_x_set_ech_configs(w.context(i), list.as_ptr().cast(), list.len()))
    },
    rssl_x_set_ech_grease => |w, i| check(rssl_x_set_ech_grease(w.context(i), i.flag())),
    rssl_x_ech_status => |w, i| rssl_x_ech_status(w.socket(i)),
    rssl_x_ech_retry_configs => |w, i| {
        let (ctx, retry) = (w.context(i), rssl_x_ech_retry_configs(w.socket(i)));
        check(rssl_x_set_ech_configs(ctx, retry.data.cast(), retry.len))
    },
    rssl_x_identity_new_raw_key => |w, i| {
        let (mut made, (callback, user)) = (null_mut(), password(i));
        let key = material(i);
        check(rssl_x_identity_new_raw_key(
            key.as_ptr().cast(), key.len(), callback, user, &mut made,
        ));
        w.keep_identity(made);
    },
    rssl_x_identity_raw_key => |w, i| rssl_x_identity_raw_key(w.identity(i)),
    rssl_x_pin_raw_keys => |w, i| {
        let bytes = i.bytes();
        let spkis = [
            rssl_x_identity_raw_key(w.identity(i)),
            rssl_cert_spki(w.certificate(i)),
            rssl_bytes { data: bytes.as_ptr(), len: bytes.len() },
        ];
        let n = usize::from(i.byte() % 4);
        check(rssl_x_pin_raw_keys(w.context(i), spkis.as_ptr(), n))
    },
    rssl_x_peer_raw_key => |w, i| rssl_x_peer_raw_key(w.socket(i)),
    rssl_x_set_early_data => |w, i| {
        let max = usize::from(i.short()) + usize::from(i.flag());
        check(rssl_x_set_early_data(w.context(i), max))
    },
    rssl_x_write_early => |w, i| {
        let buf = [7u8; 70_000];
        let len = usize::from(i.short());
        check_count(rssl_x_write_early(w.socket(i), buf.as_ptr().cast(), len))
    },
    rssl_x_read_early => |w, i| {
        let mut buf = [0u8; 256];
        let len = usize::from(i.byte());
        check_count(rssl_x_read_early(w.socket(i), buf.as_mut_ptr().cast(), len))
    },
    rssl_x_early_data_status => |w, i| rssl_x_early_data_status(w.socket(i)),
}
