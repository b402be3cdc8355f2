//! Faults that need the debug assertions of the dependencies, or a ClientHello made to order.
//! Those at every byte offset are in tests/faults.

use rssl::context::{Context, Roles};
use rssl::error::{Alert, Code, Error};
use rssl::identity::Identity;
use rssl::socket::{How, Pause, Role, Socket, Step};
use testca::{Authority, Leaf};

const TLS12: u16 = 0x0303;
const TLS13: u16 = 0x0304;

/// A client and a server of one TLS version that trust each other.
fn pair(version: u16) -> (Socket, Socket) {
    let roles = |client| Roles {
        client,
        server: !client,
    };
    let authority = Authority::root("rssl test root");
    let credentials = authority.issue(&Leaf::server(&["localhost"]));
    let server = Context::new(roles(false)).unwrap();
    let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
    let identity = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None);
    server.add_identity(identity.unwrap()).unwrap();
    let client = Context::new(roles(true)).unwrap();
    let root = testca::certificate_pem(authority.certificate());
    client.load_verify_mem(root.as_bytes()).unwrap();
    for context in [&client, &server] {
        context.set_versions(version, version).unwrap();
    }
    let name = Some("localhost");
    (
        Socket::new(&client.setup().unwrap(), Role::Client, name).unwrap(),
        Socket::new(&server.setup().unwrap(), Role::Server, None).unwrap(),
    )
}

fn drain(from: &Socket) -> Vec<u8> {
    let mut all = vec![0; 65_536];
    let len = from.drain(&mut all).unwrap();
    all.truncate(len);
    all
}

fn carry(from: &Socket, to: &Socket) {
    let data = drain(from);
    assert_eq!(to.feed(&data).unwrap(), data.len());
}

fn connect(client: &Socket, server: &Socket) {
    for _ in 0..10 {
        let _ = client.handshake();
        carry(client, server);
        let _ = server.handshake();
        carry(server, client);
    }
    assert!(client.is_connected() && server.is_connected());
}

#[track_caller]
fn failure<T>(step: Step<T>) -> Error {
    match step {
        Err(Pause::Failed(error)) => error,
        Err(Pause::Want(want)) => panic!("it wants to {want:?}"),
        Ok(_) => panic!("it succeeded"),
    }
}

#[test]
fn a_damaged_record_after_our_close_notify_is_an_error() {
    for version in [TLS12, TLS13] {
        let (client, server) = pair(version);
        connect(&client, &server);
        let _ = client.shutdown(How::Write);
        carry(&client, &server);
        client.shutdown(How::Write).unwrap();
        assert_eq!(server.read(&mut [0; 10]).unwrap(), 0);
        server.write(b"damaged on its way").unwrap();
        let mut record = drain(&server);
        *record.last_mut().unwrap() ^= 1;
        client.feed(&record).unwrap();
        let error = failure(client.read(&mut [0; 10]));
        assert_eq!(error.code(), Code::Protocol, "{error}");
    }
}

/// Makes every ECDSA scheme of the signature_algorithms extension one that a P-256 key lacks.
fn replace_schemes(hello: &mut [u8]) {
    let extension = hello
        .windows(6)
        .position(|bytes| {
            let len = |i: usize| usize::from(u16::from_be_bytes([bytes[i], bytes[i + 1]]));
            bytes[..2] == [0, 13] && len(2) == len(4) + 2
        })
        .expect("signature_algorithms");
    let len = usize::from(u16::from_be_bytes([
        hello[extension + 4],
        hello[extension + 5],
    ]));
    for scheme in hello[extension + 6..extension + 6 + len].chunks_exact_mut(2) {
        if scheme[1] == 3 {
            scheme.copy_from_slice(&[6, 3]); // ecdsa_secp521r1_sha512
        }
    }
}

#[test]
fn a_client_that_cannot_verify_the_server_s_key_is_told_so() {
    for version in [TLS12, TLS13] {
        let (client, server) = pair(version);
        let _ = client.handshake();
        let mut hello = drain(&client);
        replace_schemes(&mut hello);
        server.feed(&hello).unwrap();
        let error = failure(server.handshake());
        assert_eq!(error.code(), Code::NoShared, "{error}");
        assert_eq!(error.alert(), Some(Alert::Sent(40)), "{error}");
        carry(&server, &client);
        // In TLS 1.3 a key protects it, and the client, which sent another hello, has other keys.
        let told = failure(client.handshake()).code();
        assert_eq!(told == Code::Alert, version == TLS12);
    }
}

#[test]
fn nothing_is_waited_for_behind_a_failure() {
    let (client, server) = pair(TLS13);
    let _ = client.handshake();
    let mut hello = drain(&client);
    hello[5] ^= 0x80;
    hello.extend_from_within(..);
    server.feed(&hello).unwrap();
    failure(server.handshake());
    assert_eq!(server.events(), rssl::socket::POLL_OUT);
    carry(&server, &client);
    assert_eq!(server.events(), 0);
}
