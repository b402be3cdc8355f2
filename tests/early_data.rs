//! Data before the handshake is done (0-RTT), both ways, and that a copy of it is not accepted.

use rssl::context::{Context, Roles, Switch};
use rssl::engine::early_data::{MOST, Status};
use rssl::error::Code;
use rssl::identity::Identity;
use rssl::socket::{Pause, Role, Socket, Step};
use testca::{Authority, Leaf};

struct Contexts {
    client: Context,
    server: Context,
}

impl Contexts {
    fn new(client: usize, server: usize) -> Contexts {
        let authority = Authority::root("root");
        let credentials = authority.issue(&Leaf::server(&["localhost"]));
        let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
        let identity = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None).unwrap();
        let contexts = Contexts {
            client: Context::new(Roles::CLIENT).unwrap(),
            server: Context::new(Roles::SERVER).unwrap(),
        };
        contexts.server.add_identity(identity).unwrap();
        let root = testca::certificate_pem(authority.certificate());
        contexts.client.load_verify_mem(root.as_bytes()).unwrap();
        contexts.client.set_early_data(client).unwrap();
        contexts.server.set_early_data(server).unwrap();
        contexts
    }

    fn client(&self) -> Socket {
        let setup = self.client.setup().unwrap();
        Socket::new(&setup, Role::Client, Some("localhost")).unwrap()
    }

    fn server(&self) -> Socket {
        Socket::new(&self.server.setup().unwrap(), Role::Server, None).unwrap()
    }

    /// A connection that leaves the client a session.
    fn remember(&self) {
        let (client, server) = (self.client(), self.server());
        assert_eq!(client.write_early(b"too early").unwrap(), 0);
        finish(&client, &server);
        assert!(matches!(client.read(&mut [0; 1]), Err(Pause::Want(_))));
        assert_eq!(client.early_status(), Some(Status::None));
        assert_eq!(server.early_status(), Some(Status::None));
    }
}

fn drain(from: &Socket) -> Vec<u8> {
    let mut flight = Vec::new();
    let mut buf = [0; 16_384];
    loop {
        match from.drain(&mut buf).unwrap() {
            0 => return flight,
            n => flight.extend(&buf[..n]),
        }
    }
}

fn feed(to: &Socket, flight: &[u8]) {
    assert_eq!(to.feed(flight).unwrap(), flight.len());
}

fn finish(client: &Socket, server: &Socket) {
    for _ in 0..4 {
        let _ = client.handshake();
        feed(server, &drain(client));
        let _ = server.handshake();
        feed(client, &drain(server));
    }
    assert!(client.is_connected() && server.is_connected());
}

fn waits<T>(step: Step<T>) -> bool {
    matches!(step, Err(Pause::Want(_)))
}

fn code<T>(step: Step<T>) -> Option<Code> {
    match step {
        Err(Pause::Failed(error)) => Some(error.code()),
        _ => None,
    }
}

#[test]
fn a_server_reads_it_from_the_first_flight() {
    let contexts = Contexts::new(1, 1000);
    contexts.remember();
    let (client, server) = (contexts.client(), contexts.server());
    assert_eq!(client.write_early(b"first ").unwrap(), 6);
    assert_eq!(client.write_early(b"flight").unwrap(), 6);
    assert_eq!(client.early_status(), Some(Status::Sent));
    assert!(waits(client.handshake()));
    feed(&server, &drain(&client));
    let mut buf = [0; 100];
    assert_eq!(server.read_early(&mut buf[..2]).unwrap(), 2);
    assert_eq!(server.read_early(&mut buf[2..]).unwrap(), 10);
    assert_eq!(&buf[..12], b"first flight");
    assert!(!server.is_connected());
    assert_eq!(server.early_status(), Some(Status::Accepted));
    assert!(waits(server.read_early(&mut buf)));

    feed(&client, &drain(&server));
    assert!(waits(client.handshake()));
    feed(&server, &drain(&client));
    client.handshake().unwrap();
    assert_eq!(client.early_status(), Some(Status::Accepted));
    assert_eq!(client.write(b"later").unwrap(), 5);
    feed(&server, &drain(&client));
    assert!(waits(server.read_early(&mut buf)), "tickets wait");
    drain(&server);
    assert_eq!(server.read_early(&mut buf).unwrap(), 0);
    assert!(server.is_connected() && server.agreed().unwrap().agreement.resumed);
    assert_eq!(server.read(&mut buf).unwrap(), 5);
    assert_eq!(code(client.write_early(b"late")), Some(Code::State));
}

#[test]
fn what_nobody_reads_early_is_not_lost_and_not_mixed_with_the_rest() {
    let contexts = Contexts::new(1, 1000);
    contexts.remember();
    let (client, server) = (contexts.client(), contexts.server());
    assert_eq!(client.write_early(b"early").unwrap(), 5);
    finish(&client, &server);
    client.write(b"rest").unwrap();
    feed(&server, &drain(&client));
    let mut buf = [0; 100];
    assert_eq!(code(server.read(&mut buf)), Some(Code::State));
    assert_eq!(code(server.peek(&mut buf)), Some(Code::State));
    assert_eq!(server.read_early(&mut buf).unwrap(), 5);
    assert_eq!(server.read_early(&mut buf).unwrap(), 0);
    assert_eq!(server.read(&mut buf).unwrap(), 4);
    assert_eq!(&buf[..4], b"rest");
}

#[test]
fn no_more_is_taken_than_the_server_allows() {
    let contexts = Contexts::new(1, 1000);
    contexts.remember();
    let (client, server) = (contexts.client(), contexts.server());
    assert_eq!(client.write_early(&[1; 700]).unwrap(), 700);
    assert_eq!(client.write_early(&[2; 700]).unwrap(), 300);
    assert_eq!(client.write_early(&[3; 700]).unwrap(), 0);
    finish(&client, &server);
    let mut buf = [0; 2000];
    assert_eq!(server.read_early(&mut buf).unwrap(), 1000);
    assert_eq!((buf[699], buf[700], buf[999]), (1, 2, 2));
}

#[test]
fn the_most_is_64_kib() {
    let contexts = Contexts::new(MOST, MOST);
    contexts.remember();
    let (client, server) = (contexts.client(), contexts.server());
    assert_eq!(client.write_early(&vec![7; MOST + 1]).unwrap(), MOST);
    let (mut received, mut buf) = (0, vec![0; 10_000]);
    while received < MOST {
        let _ = client.handshake();
        for part in drain(&client).chunks(60_000) {
            feed(&server, part);
            while let Ok(taken @ 1..) = server.read_early(&mut buf) {
                received += taken;
            }
        }
        feed(&client, &drain(&server));
    }
    finish(&client, &server);
    let refused = contexts.server.set_early_data(MOST + 1).unwrap_err();
    assert_eq!(refused.code(), Code::Argument);
}

#[test]
fn a_copy_of_the_first_flight_is_not_accepted() {
    let contexts = Contexts::new(1, 1000);
    contexts.remember();
    let (client, server) = (contexts.client(), contexts.server());
    assert_eq!(client.write_early(b"pay once").unwrap(), 8);
    assert!(waits(client.handshake()));
    let flight = drain(&client);
    let mut buf = [0; 100];
    feed(&server, &flight);
    assert_eq!(server.read_early(&mut buf).unwrap(), 8);
    let again = contexts.server();
    feed(&again, &flight);
    assert!(waits(again.read_early(&mut buf)));
    assert_eq!(again.early_status(), Some(Status::None));
    // The same with a server that has done the first.
    finish(&client, &server);
    let again = contexts.server();
    feed(&again, &flight);
    assert!(waits(again.read_early(&mut buf)));
}

#[test]
fn a_server_that_has_turned_it_off_goes_on_without() {
    let contexts = Contexts::new(1, 1000);
    contexts.remember();
    contexts.server.set_early_data(0).unwrap();
    let (client, server) = (contexts.client(), contexts.server());
    assert_eq!(client.write_early(b"early").unwrap(), 5);
    finish(&client, &server);
    assert_eq!(client.early_status(), Some(Status::Rejected));
    assert_eq!(server.early_status(), Some(Status::None));
    client.write(b"again").unwrap();
    feed(&server, &drain(&client));
    let mut buf = [0; 100];
    assert_eq!(server.read_early(&mut buf).unwrap(), 0);
    assert_eq!(server.read(&mut buf).unwrap(), 5);
}

#[test]
fn it_is_off_unless_both_turn_it_on() {
    for (client, server) in [(0, 0), (0, 1000), (1, 0)] {
        let contexts = Contexts::new(client, server);
        contexts.remember();
        contexts.remember();
    }
    let contexts = Contexts::new(1, 1000);
    contexts
        .server
        .set_options(Switch::NoTickets as u32, 0)
        .unwrap();
    contexts.remember();
    contexts.remember();
}

#[test]
fn each_side_has_its_call() {
    let contexts = Contexts::new(1, 1000);
    let mut buf = [0; 10];
    assert_eq!(
        code(contexts.client().read_early(&mut buf)),
        Some(Code::State)
    );
    assert_eq!(code(contexts.server().write_early(b"x")), Some(Code::State));
    assert_eq!(
        code(contexts.server().read_early(&mut [])),
        Some(Code::Argument)
    );
}
