use std::ffi::CString;
use std::ptr::{null, null_mut};

use rssl::ffi::bytes::rssl_bytes;
use rssl::ffi::cert::*;

use super::calls;
use super::world::{material, path, string};
use crate::handles::check;

calls! {
    rssl_cert_new_mem => |w, i| {
        let (mut made, data) = (null_mut(), material(i));
        check(rssl_cert_new_mem(data.as_ptr().cast(), data.len(), &mut made));
        w.keep_certificate(made);
    },
    rssl_cert_new_file => |w, i| {
        let mut made = null_mut();
        check(rssl_cert_new_file(path(i), &mut made));
        w.keep_certificate(made);
    },
    rssl_cert_ref => |w, i| w.keep_certificate(rssl_cert_ref(w.certificate(i))),
    rssl_cert_free => |w, i| rssl_cert_free(w.give_certificate(i)),
    rssl_cert_der => |w, i| rssl_cert_der(w.certificate(i)),
    rssl_cert_pem => |w, i| rssl_cert_pem(w.certificate(i)),
    rssl_cert_text => |w, i| rssl_cert_text(w.certificate(i)),
    rssl_cert_version => |w, i| rssl_cert_version(w.certificate(i)),
    rssl_cert_serial => |w, i| rssl_cert_serial(w.certificate(i)),
    rssl_cert_not_before => |w, i| rssl_cert_not_before(w.certificate(i)),
    rssl_cert_not_after => |w, i| rssl_cert_not_after(w.certificate(i)),
    rssl_cert_is_ca => |w, i| rssl_cert_is_ca(w.certificate(i)),
    rssl_cert_key_type => |w, i| rssl_cert_key_type(w.certificate(i)),
    rssl_cert_key_bits => |w, i| rssl_cert_key_bits(w.certificate(i)),
    rssl_cert_signature_type => |w, i| rssl_cert_signature_type(w.certificate(i)),
    rssl_cert_spki => |w, i| rssl_cert_spki(w.certificate(i)),
    rssl_cert_matches => |w, i| {
        rssl_cert_matches(w.certificate(i), string(i, &mut CString::default()))
    },
    rssl_cert_name_at => |w, i| {
        let (mut rdn, mut key, mut value) = (0, null(), rssl_bytes { data: null(), len: 0 });
        let (c, which, at) = (w.certificate(i), i.byte().into(), i.byte().into());
        match i.flag() {
            true => rssl_cert_name_at(c, which, at, null_mut(), null_mut(), null_mut()),
            false => rssl_cert_name_at(c, which, at, &mut rdn, &mut key, &mut value),
        }
    },
    rssl_cert_name_der => |w, i| rssl_cert_name_der(w.certificate(i), i.byte().into()),
    rssl_cert_san_at => |w, i| {
        let (mut kind, mut value) = (0, rssl_bytes { data: null(), len: 0 });
        rssl_cert_san_at(w.certificate(i), i.byte().into(), &mut kind, &mut value)
    },
    rssl_cert_uri_at => |w, i| {
        rssl_cert_uri_at(w.certificate(i), i.byte().into(), i.byte().into())
    },
    rssl_cert_extension => |w, i| {
        let mut critical = false;
        let c = w.certificate(i);
        rssl_cert_extension(c, string(i, &mut CString::default()), &mut critical)
    },
}
