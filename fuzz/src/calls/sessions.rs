use std::ptr::null;

use rssl::ffi::resumption::*;
use rssl::ffi::session::*;

use super::callbacks::{self, install};
use super::calls;
use crate::handles::check;

calls! {
    rssl_ctx_set_session_cache => |w, i| {
        check(rssl_ctx_set_session_cache(w.context(i), i.byte().into()))
    },
    rssl_ctx_set_ticket_count => |w, i| {
        check(rssl_ctx_set_ticket_count(w.context(i), i.byte().into()))
    },
    rssl_ctx_set_ticket_keys => |w, i| {
        let keys = [i.byte(); 3 * 48];
        match i.byte() % 4 {
            0 => check(rssl_ctx_set_ticket_keys(w.context(i), null(), 0)),
            n => check(rssl_ctx_set_ticket_keys(w.context(i), keys.as_ptr().cast(), n.into())),
        }
    },
    rssl_ctx_set_session_store => |w, i| {
        let ctx = w.context(i);
        match i.flag() {
            true => check(rssl_ctx_set_session_store(ctx, null())),
            false => install(i, |user, drop| {
                let store = rssl_session_store {
                    size: size_of::<rssl_session_store>(),
                    user,
                    put: Some(callbacks::put_session),
                    get: Some(callbacks::get_session),
                    drop,
                };
                rssl_ctx_set_session_store(ctx, &store)
            }),
        }
    },
    rssl_sock_session_new => |w, i| w.keep_session(rssl_sock_session_new(w.socket(i))),
    rssl_sock_set_session => |w, i| check(rssl_sock_set_session(w.socket(i), w.session(i))),
    rssl_session_ref => |w, i| w.keep_session(rssl_session_ref(w.session(i))),
    rssl_session_free => |w, i| rssl_session_free(w.give_session(i)),
}
