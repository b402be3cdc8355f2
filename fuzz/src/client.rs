//! Bytes to a client.

use crate::handles::{Context, Socket};
use crate::input::Input;

/// The first byte chooses the settings; the rest comes from the server, in pieces of the length
/// that the second one says.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let choice = input.byte();
    let context = Context::client();
    match choice & 3 {
        0 => context.set_versions(0x0303, 0x0303),
        1 => context.set_versions(0x0304, 0x0304),
        _ => {}
    }
    if choice & 4 != 0 {
        context.set_alpn(&[c"h2", c"http/1.1"]);
    }
    let mut client = Socket::new(&context, rssl::ffi::ctx::RSSL_CLIENT);
    crate::server::receive(&mut client, input);
    assert!(!client.is_connected(), "nobody has the server's key");
    assert!(client.is_over());
}
