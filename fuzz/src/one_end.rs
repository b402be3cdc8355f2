//! A client or a server alone, and bytes to it.

use crate::handles::{Context, Socket};
use crate::input::Input;

/// Versions and protocols by the lower three bits of `choice`.
pub fn configure(context: &Context, choice: u8) {
    match choice & 3 {
        0 => context.set_versions(0x0303, 0x0303),
        1 => context.set_versions(0x0304, 0x0304),
        _ => {}
    }
    if choice & 4 != 0 {
        context.set_alpn(&[c"h2", c"http/1.1"]);
    }
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
