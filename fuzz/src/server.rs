//! Bytes to a server.

use rssl::ffi::ctx::{RSSL_CERT_REQUIRED, RSSL_SERVER};

use crate::handles::{Context, Socket};
use crate::input::Input;
use crate::one_end::{configure, receive};

/// As for a client.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let choice = input.byte();
    let context = Context::server();
    configure(&context, choice);
    if choice & 8 != 0 {
        context.trust_root();
        context.set_verify(RSSL_CERT_REQUIRED);
    }
    let mut server = Socket::new(&context, RSSL_SERVER);
    receive(&mut server, input);
    assert!(!server.is_connected(), "no Finished can be right");
    assert!(server.is_over());
}
