//! Bytes to a client.

use crate::handles::{Context, Socket};
use crate::input::Input;
use crate::one_end::{configure, receive};

/// The first byte chooses the settings; the rest comes from the server, in pieces of the length
/// that the second one says.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let choice = input.byte();
    let context = Context::client();
    configure(&context, choice);
    let mut client = Socket::new(&context, rssl::ffi::ctx::RSSL_CLIENT);
    receive(&mut client, input);
    assert!(!client.is_connected(), "nobody has the server's key");
    assert!(client.is_over());
}
