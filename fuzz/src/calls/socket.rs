use std::ffi::CString;
use std::ptr::{null, null_mut};

use rssl::ffi::agreed::*;
use rssl::ffi::bytes::rssl_bytes;
use rssl::ffi::exporter::*;
use rssl::ffi::io::rssl_io;
use rssl::ffi::sock::*;
use rssl::ffi::transport::*;
use rssl::ffi::verification::*;

use super::callbacks::{self, install};
use super::calls;
use super::world::string;
use crate::handles::{check, check_count};

calls! {
    rssl_sock_new => |w, i| {
        let (mut made, mut name) = (null_mut(), CString::default());
        check(rssl_sock_new(w.context(i), i.byte().into(), string(i, &mut name), &mut made));
        w.keep_socket(made);
    },
    rssl_wrap => |w, i| {
        let (mut made, mut name) = (null_mut(), CString::default());
        let fd = w.descriptor(i);
        check(rssl_wrap(w.context(i), fd, i.byte().into(), string(i, &mut name), &mut made));
        w.keep_socket(made);
    },
    rssl_sock_free => |w, i| rssl_sock_free(w.give_socket(i)),
    rssl_sock_set_user => |w, i| rssl_sock_set_user(w.socket(i), null_mut()),
    rssl_sock_user => |w, i| rssl_sock_user(w.socket(i)),
    rssl_sock_set_verify_name => |w, i| {
        let s = w.socket(i);
        check(rssl_sock_set_verify_name(s, string(i, &mut CString::default())))
    },
    rssl_sock_set_fd => |w, i| {
        let fd = w.descriptor(i);
        check(rssl_sock_set_fd(w.socket(i), fd))
    },
    rssl_sock_set_fds => |w, i| {
        let (reading, writing) = (w.descriptor(i), w.descriptor(i));
        check(rssl_sock_set_fds(w.socket(i), reading, writing))
    },
    rssl_sock_set_io => |w, i| {
        let s = w.socket(i);
        install(i, |user, drop| {
            let io = rssl_io {
                size: size_of::<rssl_io>(),
                user,
                read: Some(callbacks::read),
                write: Some(callbacks::write),
                drop,
            };
            rssl_sock_set_io(s, &io)
        })
    },
    rssl_feed => |w, i| {
        let s = w.socket(i);
        let bytes = match i.flag() {
            true => i.bytes().to_vec(),
            false => std::mem::take(&mut w.wire),
        };
        check_count(rssl_feed(s, bytes.as_ptr().cast(), bytes.len()))
    },
    rssl_feed_eof => |w, i| check(rssl_feed_eof(w.socket(i))),
    rssl_drain => |w, i| {
        let mut buf = [0u8; 20_000];
        let s = w.socket(i);
        let drained = check_count(rssl_drain(s, buf.as_mut_ptr().cast(), buf.len()));
        if drained > 0 {
            w.wire.clear();
            w.wire.extend(&buf[..drained as usize]);
        }
    },
    rssl_drain_pending => |w, i| rssl_drain_pending(w.socket(i)),
    rssl_handshake => |w, i| check(rssl_handshake(w.socket(i))),
    rssl_read => |w, i| {
        let mut buf = [0u8; 256];
        let len = usize::from(i.byte());
        check_count(rssl_read(w.socket(i), buf.as_mut_ptr().cast(), len))
    },
    rssl_peek => |w, i| {
        let mut buf = [0u8; 256];
        let len = usize::from(i.byte());
        check_count(rssl_peek(w.socket(i), buf.as_mut_ptr().cast(), len))
    },
    rssl_pending => |w, i| rssl_pending(w.socket(i)),
    rssl_write => |w, i| {
        let buf = [7u8; 70_000];
        let len = usize::from(i.short()) % buf.len();
        check_count(rssl_write(w.socket(i), buf.as_ptr().cast(), len))
    },
    rssl_writev => |w, i| {
        let buf = [7u8; 20_000];
        let pieces = [i.short(), i.byte().into(), 0].map(|len| rssl_bytes {
            data: buf.as_ptr(),
            len: usize::from(len) % buf.len(),
        });
        let n = usize::from(i.byte() % 4);
        check_count(rssl_writev(w.socket(i), pieces.as_ptr(), n))
    },
    rssl_key_update => |w, i| check(rssl_key_update(w.socket(i))),
    rssl_detach => |w, i| {
        let mut rest = rssl_bytes { data: null(), len: 0 };
        check(rssl_detach(w.socket(i), &mut rest))
    },
    rssl_sock_set_write_queue => |w, i| {
        check(rssl_sock_set_write_queue(w.socket(i), i.short().into()))
    },
    rssl_flush => |w, i| check(rssl_flush(w.socket(i))),
    rssl_events => |w, i| rssl_events(w.socket(i)),
    rssl_shutdown => |w, i| check(rssl_shutdown(w.socket(i), i.byte().into())),
    rssl_sock_error => |w, i| rssl_sock_error(w.socket(i)),
    rssl_sock_is_connected => |w, i| rssl_sock_is_connected(w.socket(i)),
    rssl_sock_version => |w, i| rssl_sock_version(w.socket(i)),
    rssl_sock_cipher => |w, i| rssl_sock_cipher(w.socket(i)),
    rssl_sock_group => |w, i| rssl_sock_group(w.socket(i)),
    rssl_sock_alpn => |w, i| rssl_sock_alpn(w.socket(i)),
    rssl_sock_server_name => |w, i| rssl_sock_server_name(w.socket(i)),
    rssl_sock_resumed => |w, i| rssl_sock_resumed(w.socket(i)),
    rssl_sock_verify_result => |w, i| rssl_sock_verify_result(w.socket(i)),
    rssl_sock_handshake_kind => |w, i| rssl_sock_handshake_kind(w.socket(i)),
    rssl_sock_peer_signature => |w, i| rssl_sock_peer_signature(w.socket(i)),
    rssl_sock_ocsp => |w, i| rssl_sock_ocsp(w.socket(i)),
    rssl_sock_export => |w, i| {
        let (mut label, mut out) = (CString::default(), [0u8; 256]);
        let (s, context, len) = (w.socket(i), i.bytes(), usize::from(i.byte()));
        let (data, data_len) = match i.flag() {
            true => (null(), 0),
            false => (context.as_ptr(), context.len()),
        };
        let out = out.as_mut_ptr().cast();
        check(rssl_sock_export(s, string(i, &mut label), data.cast(), data_len, out, len))
    },
    rssl_sock_channel_binding => |w, i| {
        let mut out = [0u8; 64];
        let kinds = [c"tls-exporter", c"tls-server-end-point", c"tls-unique", c""];
        let (kind, cap) = (kinds[usize::from(i.byte() % 4)], usize::from(i.byte() % 65));
        let out = out.as_mut_ptr().cast();
        check_count(rssl_sock_channel_binding(w.socket(i), kind.as_ptr(), out, cap))
    },
    rssl_sock_traffic => |w, i| {
        let (mut received, mut sent) = (0, 0);
        rssl_sock_traffic(w.socket(i), &mut received, &mut sent)
    },
    rssl_sock_peer_cert_new => |w, i| {
        w.keep_certificate(rssl_sock_peer_cert_new(w.socket(i), i.byte().into()))
    },
    rssl_sock_verified_cert_new => |w, i| {
        w.keep_certificate(rssl_sock_verified_cert_new(w.socket(i), i.byte().into()))
    },
    rssl_sock_own_cert_new => |w, i| {
        w.keep_certificate(rssl_sock_own_cert_new(w.socket(i), i.byte().into()))
    },
}
