//! What a record may hold, and how much of it: judged the same either way.

use rustls::ContentType;
use rustls::crypto::cipher::{MessageEncrypter, OutboundChunks, OutboundPlainMessage};

use super::super::Pieces;
use super::super::sealing::Encrypter;
use super::*;
use crate::error::Alert;

/// Two ends whose keys have been used.
fn talking(suite: &SupportedCipherSuite) -> (Engine, Engine) {
    let (mut client, mut server) = connected(&protocol(*suite, Records::Own));
    for _ in 0..2 {
        assert_eq!((client.seal(&[b"data"]), server.seal(&[b"data"])), (4, 4));
        carry(&mut client, &mut server);
        carry(&mut server, &mut client);
        assert_eq!((client.take(&mut [0; 9]), server.take(&mut [0; 9])), (4, 4));
    }
    (client, server)
}

/// Gives `to` what `from` says, a record at a time, until one is refused: how many there were, and
/// what both are told then.
fn refused(
    (from, to): (&mut Engine, &mut Engine),
    mut say: impl FnMut(&mut Engine),
) -> (usize, Option<Alert>, Option<Alert>) {
    for records in 1..100 {
        say(from);
        if let Err(error) = to.receive(&output(from), &[], &mut [0; 9]) {
            return (records, error.alert(), last_words(to, from));
        }
    }
    panic!("nothing was refused");
}

/// The alert with which `from` ends the connection.
fn last_words(from: &mut Engine, to: &mut Engine) -> Option<Alert> {
    let flight = output(from);
    let mut rest = &flight[..];
    while let Extent::Complete(len) = extent(rest) {
        if let Err(error) = to.receive(&rest[..len], &[], &mut []) {
            return error.alert();
        }
        rest = &rest[len..];
    }
    None
}

/// rustls keeps these limits and says no alert.
#[test]
fn what_breaks_the_protocol_within_its_keys_is_told() {
    fn empty(engine: &mut Engine) {
        engine
            .traffic
            .seal(&mut Pieces::new(&[]), 0, &mut engine.outbox);
    }
    fn update(engine: &mut Engine) {
        engine.update_key().unwrap();
    }
    let told = (Some(Alert::Sent(10)), Some(Alert::Received(10)));
    for suite in suites() {
        let says: &[fn(&mut Engine)] = match is_tls13(suite) {
            true => &[empty, update],
            false => &[empty],
        };
        for (say, client_says) in says.iter().flat_map(|say| [(say, true), (say, false)]) {
            let (mut client, mut server) = talking(suite);
            let peers = match client_says {
                true => (&mut client, &mut server),
                false => (&mut server, &mut client),
            };
            let (records, sent, received) = refused(peers, say);
            assert_eq!(records, 33, "{suite:?}");
            assert_eq!((sent, received), told, "{suite:?}");
        }
    }
}

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const DATA: u8 = 23;

/// A record with these contents. In TLS 1.3 the type 0 is padding behind a type inside; in TLS 1.2
/// a change of keys is in the clear, as that is how both ways read it.
fn record_of(suite: &SupportedCipherSuite, engine: &Engine, kind: u8, contents: &[u8]) -> Vec<u8> {
    if kind == CHANGE_CIPHER_SPEC && !is_tls13(suite) {
        return [&[kind, 3, 3, 0, contents.len() as u8], contents].concat();
    }
    let message = OutboundPlainMessage {
        typ: ContentType::from(kind),
        version: rustls::ProtocolVersion::TLSv1_2,
        payload: OutboundChunks::Single(contents),
    };
    let key = engine.traffic.sealing.clone().unwrap();
    Encrypter(key).encrypt(message, 0).unwrap().encode()
}

/// What a server takes of such a record and of data behind it, or how it fails.
fn taken(
    suite: &SupportedCipherSuite,
    records: Records,
    (kind, contents): (u8, &[u8]),
) -> Result<Vec<u8>, (String, Option<Alert>)> {
    let theirs = protocol(*suite, records);
    let (mut client, mut server) = connect(&protocol(*suite, Records::Own), &theirs);
    assert_eq!(client.seal(&[b"before "]), 7);
    carry(&mut client, &mut server);
    let flight = [
        record_of(suite, &client, kind, contents),
        record_of(suite, &client, DATA, b" behind"),
    ];
    let mut all = vec![0; 2 * FRAGMENT];
    let mut end = server.take(&mut all);
    for record in &flight {
        let received = server.receive(record, &[], &mut all[end..]);
        end += received.map_err(|error| (error.message().to_owned(), error.alert()))?;
        end += server.take(&mut all[end..]);
    }
    all.truncate(end);
    Ok(all)
}

#[test]
fn what_a_record_holds_is_judged_the_same_either_way() {
    let full = [7; FRAGMENT];
    let with = |ends: &[u8]| [&full[..FRAGMENT - 1], ends].concat();
    let either: &[(u8, &[u8])] = &[
        (DATA, b"data"),
        (DATA, b""),
        (DATA, &full),
        (DATA, &with(&[7, 7])),
        (ALERT, &[1, 90]),
        (ALERT, &[2, 40]),
        (ALERT, &[2]),
        (ALERT, b""),
        (CHANGE_CIPHER_SPEC, &[1]),
        (CHANGE_CIPHER_SPEC, &[2]),
        (CHANGE_CIPHER_SPEC, &[1, 1]),
        (HANDSHAKE, &[4, 0]),
        (HANDSHAKE, &[99, 0, 0, 0]),
        (HANDSHAKE, b""),
        (24, b"heartbeat"),
        (99, b"nothing known"),
    ];
    let padded: &[(u8, &[u8])] = &[
        (0, b"data\x17\0\0"),
        (0, b"\x17\0"),
        (0, &[1, 90, ALERT, 0]),
        (0, &with(&[DATA])),
        (0, &with(&[DATA, 0])),
        (0, &with(&[7, DATA])),
        (0, &[0; 9]),
        (0, b""),
    ];
    for suite in suites() {
        let padded = padded.iter().filter(|_| is_tls13(suite));
        for &(kind, contents) in either.iter().chain(padded) {
            let own = taken(suite, Records::Own, (kind, contents));
            let mut rustls = taken(suite, Records::Rustls, (kind, contents));
            // What it says of this, if anything, only the owner of the keys knows.
            if let (Err((_, alert)), Err((_, unknown @ None))) = (&own, &mut rustls) {
                assert!(matches!(alert, Some(Alert::Sent(10 | 47))), "{own:?}");
                *unknown = *alert;
            }
            let begin = &contents[..contents.len().min(4)];
            assert_eq!(own, rustls, "{suite:?}, type {kind}, {begin:?}");
        }
    }
}
