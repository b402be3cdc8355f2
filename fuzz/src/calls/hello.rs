use std::ffi::CString;

use rssl::ffi::hello::*;

use super::calls;
use super::world::string;
use crate::handles::check;

calls! {
    rssl_hello_server_name => |w, i| rssl_hello_server_name(w.hello(i)),
    rssl_hello_alpn_count => |w, i| rssl_hello_alpn_count(w.hello(i)),
    rssl_hello_alpn => |w, i| rssl_hello_alpn(w.hello(i), i.byte().into()),
    rssl_hello_cipher_count => |w, i| rssl_hello_cipher_count(w.hello(i)),
    rssl_hello_cipher => |w, i| rssl_hello_cipher(w.hello(i), i.byte().into()),
    rssl_hello_scheme_count => |w, i| rssl_hello_scheme_count(w.hello(i)),
    rssl_hello_scheme => |w, i| rssl_hello_scheme(w.hello(i), i.byte().into()),
    rssl_hello_ca_count => |w, i| rssl_hello_ca_count(w.hello(i)),
    rssl_hello_ca => |w, i| rssl_hello_ca(w.hello(i), i.byte().into()),
    rssl_hello_use_ctx => |w, i| check(rssl_hello_use_ctx(w.hello(i), w.context(i))),
    rssl_hello_use_identity => |w, i| check(rssl_hello_use_identity(w.hello(i), w.identity(i))),
    rssl_hello_use_alpn => |w, i| {
        check(rssl_hello_use_alpn(w.hello(i), string(i, &mut CString::default())))
    },
    rssl_hello_continue => |w, i| check(rssl_hello_continue(w.hello(i))),
    rssl_hello_reject => |w, i| check(rssl_hello_reject(w.hello(i), i.byte().into())),
    rssl_sock_hello => |w, i| w.hello(i),
}
