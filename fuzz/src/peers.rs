//! Two peers and a transport between them that the input damages.

use std::collections::VecDeque;

use rssl::ffi::ctx::{RSSL_CERT_REQUIRED, RSSL_CLIENT, RSSL_SERVER};
use rssl::ffi::sock::{RSSL_SHUT_RDWR, RSSL_SHUT_WR};

use crate::credentials::PEM;
use crate::handles::{Context, Socket};
use crate::input::Input;

/// More steps than any input has a use for.
const MOST_STEPS: usize = 300;

struct End {
    socket: Socket,
    sent: Vec<u8>,
    /// On the way to it.
    wire: VecDeque<u8>,
}

/// The first byte chooses the settings; each further one is a step.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let choice = input.byte();
    let (client, server) = contexts(choice);
    for _ in 0..2 {
        connect(&client, &server, room(choice), &mut input);
    }
}

/// What each read has room for: a part of a record, about one, or several.
fn room(choice: u8) -> usize {
    [3_000, 16_384, 50_000, 100][usize::from(choice >> 4 & 3)]
}

fn contexts(choice: u8) -> (Context, Context) {
    let (client, server) = (Context::client(), Context::server());
    match choice & 3 {
        0 => client.set_versions(0x0303, 0x0303),
        1 => client.set_versions(0x0304, 0x0304),
        2 => server.set_versions(0x0303, 0x0303),
        _ => {}
    }
    if choice & 4 != 0 {
        server.trust_root();
        server.set_verify(RSSL_CERT_REQUIRED);
        client.add_identity(&PEM.client, &PEM.client_key);
    }
    if choice & 8 != 0 {
        client.set_alpn(&[c"h2"]);
        server.set_alpn(&[c"http/1.1", c"h2"]);
    }
    (client, server)
}

fn connect(client: &Context, server: &Context, room: usize, input: &mut Input<'_>) {
    let end = |context, role| End {
        socket: Socket::reading(context, role, room),
        sent: Vec::new(),
        wire: VecDeque::new(),
    };
    let mut ends = [end(client, RSSL_CLIENT), end(server, RSSL_SERVER)];
    let mut damaged = false;
    for _ in 0..MOST_STEPS {
        let step = input.byte();
        if input.is_empty() {
            break;
        }
        let which = usize::from(step & 1);
        match step >> 1 {
            0 => break,
            1..=8 => damaged |= damage(&mut ends[which].wire, step >> 1, input),
            9..=20 => write(&mut ends[which], usize::from(input.byte()) * 80),
            21 => drop(ends[which].socket.shutdown(RSSL_SHUT_WR)),
            22 => drop(ends[which].socket.shutdown(RSSL_SHUT_RDWR)),
            23..=26 => update_key(&mut ends, which),
            _ => deliver(&mut ends[which], usize::from(input.byte()) * 16 + 1),
        }
        exchange(&mut ends);
    }
    finish(&mut ends, damaged);
}

/// What is written is a pattern that no shift of itself equals.
fn write(end: &mut End, len: usize) {
    let from = end.sent.len();
    let data: Vec<u8> = (from..from + len).map(|i| (i * i % 251) as u8).collect();
    let taken = end.socket.write(&data);
    end.sent.extend(&data[..taken]);
}

/// With data behind it: a peer bears only so many updates in a row. Data is taken only once the update
/// is on its way.
fn update_key(ends: &mut [End; 2], which: usize) {
    ends[which].socket.update_key();
    exchange(ends);
    write(&mut ends[which], 1);
}

fn deliver(end: &mut End, most: usize) {
    let most = most.min(end.wire.len());
    let taken = end.socket.feed(&end.wire.make_contiguous()[..most]);
    end.wire.drain(..taken);
}

/// Bytes that come again at a time. All of them, time and again, would be more than memory holds.
const MOST_AGAIN: usize = 40_000;

/// Whether bytes on the way are others now.
fn damage(wire: &mut VecDeque<u8>, how: u8, input: &mut Input<'_>) -> bool {
    let at = usize::from(input.short());
    if wire.is_empty() {
        return false;
    }
    let at = at % wire.len();
    match how {
        1 => wire[at] ^= 1 << (input.byte() & 7),
        2 => wire[at] = wire[at].wrapping_add(input.byte().max(1)),
        3 => drop(wire.remove(at)),
        4 => wire.insert(at, input.byte()),
        5 => wire.truncate(at),
        6 => wire.extend(input.bytes()),
        7 => wire.rotate_left(at),
        _ => {
            let again: Vec<u8> = wire.iter().skip(at).take(MOST_AGAIN).copied().collect();
            wire.extend(again);
        }
    }
    true
}

/// Both ends work, and what they send is on its way.
fn exchange(ends: &mut [End; 2]) {
    for i in 0..2 {
        ends[i].socket.advance();
        let bytes = ends[i].socket.drain();
        ends[1 - i].wire.extend(bytes);
    }
    for i in 0..2 {
        let (received, sent) = (&ends[i].socket.received, &ends[1 - i].sent);
        assert!(sent.starts_with(received), "other data than was sent");
        let whole = !ends[i].socket.closed || received.len() == sent.len();
        assert!(whole, "the peer never said that this is all");
    }
}

/// Delivers everything. Nothing fails on a transport that is whole, and nothing is lost.
fn finish(ends: &mut [End; 2], damaged: bool) {
    for _ in 0..20 {
        for end in ends.iter_mut() {
            deliver(end, usize::MAX);
        }
        exchange(ends);
    }
    if !damaged {
        for i in 0..2 {
            assert!(!ends[i].socket.is_over(), "an error without a cause");
            assert!(ends[i].socket.is_connected());
            assert_eq!(ends[i].socket.received, ends[1 - i].sent);
        }
    }
    for end in ends.iter_mut() {
        end.socket.feed_eof();
    }
    exchange(ends);
}
