//! Two sockets joined by memory: the handshake, data both ways and the end.

use rssl::context::{Context, Roles};
use rssl::error::Code;
use rssl::identity::Identity;
use rssl::socket::{How, POLL_IN, POLL_OUT, POLL_READY, Pause, Role, Socket, Step, Want};
use testca::{Authority, Leaf};

struct Pair {
    client: Socket,
    server: Socket,
}

struct Contexts {
    client: Context,
    server: Context,
}

impl Contexts {
    fn new() -> Self {
        Contexts::named(&["localhost"])
    }

    fn named(names: &[&str]) -> Self {
        let authority = Authority::root("rssl test root");
        let credentials = authority.issue(&Leaf::server(names));
        let server = Context::new(Roles::SERVER).unwrap();
        let identity = Identity::from_memory(
            credentials.chain_pem().as_bytes(),
            Some(credentials.key_pem().as_bytes()),
            None,
        );
        server.add_identity(identity.unwrap()).unwrap();
        let client = Context::new(Roles::CLIENT).unwrap();
        client
            .load_verify_mem(testca::certificate_pem(authority.certificate()).as_bytes())
            .unwrap();
        Contexts { client, server }
    }

    fn pair(&self) -> Pair {
        self.pair_for("localhost")
    }

    fn pair_for(&self, name: &str) -> Pair {
        Pair {
            client: Socket::new(&self.client.setup().unwrap(), Role::Client, Some(name)).unwrap(),
            server: Socket::new(&self.server.setup().unwrap(), Role::Server, None).unwrap(),
        }
    }
}

impl Contexts {
    /// Whether a connection to `name` resumes; either way it is remembered.
    fn resumes(&self, name: &str) -> bool {
        let pair = self.pair_for(name);
        let (client, _) = pair.connect();
        client.unwrap();
        pair.carry();
        let _ = pair.client.read(&mut [0; 1]);
        pair.client.agreed().unwrap().agreement.resumed
    }
}

fn carry(from: &Socket, to: &Socket) -> usize {
    let mut buf = vec![0; 65_536];
    let mut carried = 0;
    loop {
        let n = from.drain(&mut buf).unwrap();
        if n == 0 {
            return carried;
        }
        assert_eq!(to.feed(&buf[..n]).unwrap(), n);
        carried += n;
    }
}

impl Pair {
    fn carry(&self) {
        while carry(&self.client, &self.server) + carry(&self.server, &self.client) > 0 {}
    }

    fn connect(&self) -> (Step<()>, Step<()>) {
        for _ in 0..20 {
            let client = self.client.handshake();
            carry(&self.client, &self.server);
            let server = self.server.handshake();
            carry(&self.server, &self.client);
            let waits = |step: &Step<()>| matches!(step, Err(Pause::Want(_)));
            if !waits(&client) && !waits(&server) {
                return (client, server);
            }
            if matches!(client, Err(Pause::Failed(_))) || matches!(server, Err(Pause::Failed(_))) {
                return (client, server);
            }
        }
        panic!("the handshake does not end");
    }
}

#[test]
fn a_handshake_data_and_the_end() {
    let pair = Contexts::new().pair();
    let (client, server) = pair.connect();
    client.unwrap();
    server.unwrap();
    assert_eq!(pair.client.agreed().unwrap().agreement.version, 0x0304);
    assert_eq!(pair.client.agreed().unwrap().verify, Some(0));
    assert_eq!(pair.client.write(b"hello").unwrap(), 5);
    pair.carry();
    let mut buf = [0; 100];
    assert_eq!(pair.server.read(&mut buf).unwrap(), 5);
    assert!(matches!(
        pair.server.read(&mut buf),
        Err(Pause::Want(Want::Read))
    ));
    assert!(matches!(
        pair.client.shutdown(How::Write),
        Err(Pause::Want(Want::Write))
    ));
    pair.carry();
    pair.client.shutdown(How::Write).unwrap();
    assert_eq!(pair.server.read(&mut buf).unwrap(), 0);
    assert_eq!(pair.server.write(b"still here").unwrap(), 10);
    pair.carry();
    assert_eq!(pair.client.read(&mut buf).unwrap(), 10);
    let Err(Pause::Failed(error)) = pair.client.write(b"x") else {
        panic!("written after close_notify");
    };
    assert_eq!(error.code(), Code::Closed);
}

#[test]
fn an_unknown_authority_is_refused_on_both_sides() {
    let contexts = Contexts::new();
    contexts.client.clear_roots().unwrap();
    let pair = contexts.pair();
    let (client, _) = pair.connect();
    let Err(Pause::Failed(error)) = client else {
        panic!("accepted")
    };
    assert_eq!(error.code(), Code::Verify, "{error}");
    pair.carry();
    let Err(Pause::Failed(error)) = pair.server.handshake() else {
        panic!("accepted")
    };
    assert_eq!(error.code(), Code::Alert, "{error}");
}

#[test]
fn a_handshake_message_that_claims_too_much_gets_an_alert() {
    let pair = Contexts::new().pair();
    pair.server.feed(b"\x16\x03\x01\x00\x05nonse").unwrap();
    let Err(Pause::Failed(error)) = pair.server.handshake() else {
        panic!("accepted")
    };
    assert_eq!(error.code(), Code::Protocol, "{error}");
    let mut alert = [0; 16];
    assert_eq!(pair.server.drain(&mut alert).unwrap(), 7);
    assert_eq!(alert[..7], [21, 3, 3, 0, 2, 2, 50]);
}

/// A record that no key opens.
const FORGED: [u8; 37] = {
    let mut record = [0; 37];
    (record[0], record[1], record[2], record[4]) = (23, 3, 3, 32);
    record
};

impl Pair {
    fn connected(contexts: &Contexts) -> Pair {
        let pair = contexts.pair();
        let (client, server) = pair.connect();
        client.unwrap();
        server.unwrap();
        pair.carry();
        pair
    }
}

fn drain_all(socket: &Socket) -> usize {
    let mut buf = vec![0; 65_536];
    std::iter::from_fn(|| Some(socket.drain(&mut buf).unwrap()).filter(|&n| n > 0)).sum()
}

fn failed<T: std::fmt::Debug>(step: Step<T>) -> Code {
    match step {
        Err(Pause::Failed(error)) => error.code(),
        other => panic!("{other:?} is no failure"),
    }
}

#[test]
fn a_queue_does_not_wake_a_client_that_waits_for_the_server() {
    let pair = Contexts::new().pair();
    pair.client.set_write_queue(100).unwrap();
    assert_eq!(pair.client.write(b"early").unwrap(), 5);
    drain_all(&pair.client);
    assert!(matches!(
        pair.client.handshake(),
        Err(Pause::Want(Want::Read))
    ));
    assert_eq!(pair.client.events(), POLL_IN);
}

#[test]
fn after_a_failure_there_is_nothing_to_wait_for() {
    let pair = Pair::connected(&Contexts::new());
    let mut buf = [0; 100];
    pair.client.feed(&[FORGED, FORGED].concat()).unwrap();
    assert_eq!(failed(pair.client.read(&mut buf)), Code::Protocol);
    assert_eq!(failed(pair.client.read(&mut buf)), Code::Protocol);
    assert!(drain_all(&pair.client) > 0, "the alert is lost");
    assert_eq!(pair.client.events(), 0);
}

#[test]
fn the_end_fed_behind_data_is_announced() {
    let pair = Pair::connected(&Contexts::new());
    let mut buf = [0; 100];
    pair.server.write(b"last").unwrap();
    pair.carry();
    pair.client.feed_eof().unwrap();
    assert_eq!(pair.client.read(&mut buf).unwrap(), 4);
    assert_ne!(pair.client.events() & POLL_READY, 0);
    assert_eq!(failed(pair.client.read(&mut buf)), Code::Eof);
    assert_eq!(pair.client.events(), 0);
}

#[test]
fn a_drained_handshake_that_awaits_nothing_is_done() {
    let contexts = Contexts::new();
    contexts.server.set_ticket_count(0).unwrap();
    let pair = contexts.pair();
    for _ in 0..2 {
        let _ = pair.client.handshake();
        carry(&pair.client, &pair.server);
        let _ = pair.server.handshake();
        carry(&pair.server, &pair.client);
    }
    assert!(pair.client.is_connected(), "a client would wait in vain");
    assert!(pair.server.is_connected());
}

#[test]
fn nothing_is_sent_behind_a_fatal_alert() {
    let pair = Pair::connected(&Contexts::new());
    let mut buf = [0; 100];
    pair.client.set_write_queue(1_000_000).unwrap();
    while pair.client.write(&[7; 100_000]).is_ok() {}
    drain_all(&pair.client);
    while pair.client.write(&[7; 100_000]).is_ok() {}
    let before = pair.client.drain_pending();
    pair.client.feed(&FORGED).unwrap();
    assert_eq!(failed(pair.client.read(&mut buf)), Code::Protocol);
    let behind = drain_all(&pair.client) - before;
    assert!(0 < behind && behind < 100, "{behind} bytes behind");
    assert_eq!(failed(pair.client.flush()), Code::Protocol);
    assert_eq!(pair.client.events(), 0);
}

#[test]
fn a_forged_record_after_close_notify_is_the_peers_fault() {
    for how in [How::Write, How::Both] {
        let pair = Pair::connected(&Contexts::new());
        let _ = pair.client.shutdown(how);
        drain_all(&pair.client);
        pair.client.feed(&FORGED).unwrap();
        let code = match how {
            How::Write => failed(pair.client.read(&mut [0; 100])),
            How::Both => failed(pair.client.shutdown(how)),
        };
        assert_eq!(code, Code::Protocol, "{how:?}");
        drain_all(&pair.client);
        assert_eq!(pair.client.events(), 0);
    }
}

#[test]
fn a_failure_that_ends_a_shutdown_tells_the_peer() {
    let pair = Pair::connected(&Contexts::new());
    assert!(matches!(
        pair.client.shutdown(How::Both),
        Err(Pause::Want(Want::Write))
    ));
    drain_all(&pair.client);
    pair.client.feed(&FORGED).unwrap();
    assert_eq!(failed(pair.client.shutdown(How::Both)), Code::Protocol);
    assert_ne!(pair.client.events() & POLL_OUT, 0);
}

#[test]
fn as_many_servers_are_remembered_as_were_asked_for() {
    let contexts = Contexts::named(&["a.test", "b.test", "c.test"]);
    contexts.client.set_session_cache(2).unwrap();
    for name in ["a.test", "b.test"] {
        assert!(!contexts.resumes(name));
    }
    assert!(contexts.resumes("a.test"));
    assert!(contexts.resumes("b.test"));
    assert!(!contexts.resumes("c.test"));
    assert!(!contexts.resumes("a.test"));
}

#[test]
fn a_handshake_message_without_end_is_refused() {
    let pair = Contexts::new().pair();
    let mut message = vec![0; 65_535];
    (message[0], message[2], message[3]) = (1, 0xff, 0xfb);
    let mut last = None;
    for part in message.chunks(16_384) {
        let mut record = vec![22, 3, 1];
        record.extend((part.len() as u16).to_be_bytes());
        record.extend(part);
        pair.server.feed(&record).unwrap();
        last = Some(pair.server.handshake());
    }
    assert_eq!(failed(last.unwrap()), Code::Protocol);
    assert!(drain_all(&pair.server) > 0, "no alert");
}
