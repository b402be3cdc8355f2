//! Bytes to a server.

use rssl::ffi::ctx::{RSSL_CERT_REQUIRED, RSSL_SERVER};

use crate::handles::{Context, Socket};
use crate::input::Input;

/// As for a client.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let choice = input.byte();
    let context = Context::server();
    match choice & 3 {
        0 => context.set_versions(0x0303, 0x0303),
        1 => context.set_versions(0x0304, 0x0304),
        _ => {}
    }
    if choice & 4 != 0 {
        context.set_alpn(&[c"h2", c"http/1.1"]);
    }
    if choice & 8 != 0 {
        context.trust_root();
        context.set_verify(RSSL_CERT_REQUIRED);
    }
    let mut server = Socket::new(&context, RSSL_SERVER);
    receive(&mut server, input);
    assert!(!server.is_connected(), "no Finished can be right");
    assert!(server.is_over());
}

/// All of `input` and then the end of the stream, in pieces of the length that its first byte
/// says; 0: at once.
pub fn receive(socket: &mut Socket, mut input: Input<'_>) {
    let piece = input.byte();
    let bytes = input.rest();
    let piece = match piece {
        0 => bytes.len().max(1),
        _ => usize::from(piece),
    };
    socket.drain();
    for piece in bytes.chunks(piece) {
        socket.feed(piece);
        socket.advance();
        socket.drain();
    }
    socket.feed_eof();
    socket.advance();
    socket.advance();
    socket.drain();
}
