//! Both ways of records, beside each other: what the program and the peer see must be the same.

mod contents;

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::mpsc::{Sender, channel};

use rustls::SupportedCipherSuite;

use super::super::config::{Protocol, Records};
use super::super::record::{Extent, FRAGMENT, HEADER, extent};
use super::super::tests::{carry, connect, connected, limited, output};
use super::super::{Agreement, Engine};
use crate::crypto;

fn protocol(suite: SupportedCipherSuite, records: Records) -> Protocol {
    Protocol {
        suites: vec![suite],
        records,
        ..Protocol::default()
    }
}

/// The suites that go with an elliptic key.
fn suites() -> impl Iterator<Item = &'static SupportedCipherSuite> {
    let is_rsa = |suite: &SupportedCipherSuite| format!("{:?}", suite.suite()).contains("_RSA_");
    let all = &crypto::provider().cipher_suites;
    all.iter().filter(move |suite| !is_rsa(suite))
}

fn is_tls13(suite: &SupportedCipherSuite) -> bool {
    matches!(suite, SupportedCipherSuite::Tls13(_))
}

/// Small numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % sides
    }

    /// Mostly short, now and then around what fits into one record.
    fn length(&mut self) -> usize {
        match self.roll(6) {
            0 => 0,
            1 => FRAGMENT - 1 + self.roll(3),
            2 => FRAGMENT * 2 + self.roll(200),
            _ => 1 + self.roll(300),
        }
    }
}

/// A connection whose peers tell what happens to them.
struct Script {
    peers: [Engine; 2],
    /// Ciphertext on its way to each of them.
    wires: [Vec<u8>; 2],
    failed: [bool; 2],
    story: Vec<String>,
}

impl Script {
    fn new((client, server): (Engine, Engine)) -> Self {
        Script {
            peers: [client, server],
            wires: Default::default(),
            failed: [false; 2],
            story: Vec::new(),
        }
    }

    fn tell(&mut self, what: impl Debug) {
        self.story.push(format!("{what:?}"));
    }

    fn step(&mut self, dice: &mut Dice) {
        let who = dice.roll(2);
        match dice.roll(42) {
            0..12 => self.write(who, dice),
            12..24 => self.deliver(who, dice),
            24..34 => self.read(who, dice),
            34..37 if !self.failed[who] => {
                let updated = self.peers[who].update_key();
                self.tell(("update", who, updated.is_ok()));
            }
            37 => {
                self.peers[who].close();
                self.tell(("close", who));
            }
            38 => {
                let mut seen = [0; 50];
                let len = self.peers[who].peek(&mut seen);
                self.tell(("peek", who, &seen[..len]));
            }
            39 if dice.roll(4) == 0 => self.damage(who, dice),
            40.. => self.peers[who].rest(),
            _ => {}
        }
    }

    fn write(&mut self, who: usize, dice: &mut Dice) {
        if self.failed[who] {
            return;
        }
        let data: Vec<u8> = (0..dice.length()).map(|n| n as u8).collect();
        let cut = dice.roll(data.len() + 1);
        let (one, other) = data.split_at(cut);
        let taken = match dice.roll(2) {
            0 => self.peers[who].seal(&[&data]),
            _ => self.peers[who].seal(&[one, other]),
        };
        self.tell(("write", who, data.len(), taken));
    }

    /// Gives `who` a few records of what the other one has sent.
    fn deliver(&mut self, who: usize, dice: &mut Dice) {
        let sent = output(&mut self.peers[1 - who]);
        self.tell(("sent", sent.len()));
        self.wires[who].extend(sent);
        for _ in 0..1 + dice.roll(4) {
            let peer = &mut self.peers[who];
            let Extent::Complete(len) = extent(&self.wires[who]) else {
                return;
            };
            if self.failed[who] || peer.peer_closed() || peer.available() > 0 {
                return;
            }
            let record: Vec<u8> = self.wires[who].drain(..len).collect();
            let next = &self.wires[who];
            let mut room = vec![0; dice.length()];
            let mut received = peer.receive(&record, next, &mut room);
            // What did not come straight is waiting.
            if let Ok(0) = received {
                received = Ok(peer.take(&mut room));
            }
            self.failed[who] = received.is_err();
            let told = received.map(|len| room[..len].to_vec());
            let told = told.map_err(|error| (error.message().to_owned(), error.alert()));
            self.tell(("received", who, told));
            self.tell((self.peers[who].available(), self.peers[who].peer_closed()));
        }
    }

    fn read(&mut self, who: usize, dice: &mut Dice) {
        let mut room = vec![0; dice.length()];
        let len = self.peers[who].take(&mut room);
        self.tell(("read", who, &room[..len], self.peers[who].available()));
    }

    /// Changes a bit of what is on its way to `who`: of a record's version or its body. rustls may
    /// have its first byte already.
    fn damage(&mut self, who: usize, dice: &mut Dice) {
        let Extent::Complete(len) = extent(&self.wires[who]) else {
            return;
        };
        let at = match dice.roll(3) {
            0 => 1 + dice.roll(2),
            _ if len == HEADER => 1,
            _ => HEADER + dice.roll(len - HEADER),
        };
        self.wires[who][at] ^= 1 << dice.roll(8);
        self.tell(("damage", who, at));
    }
}

#[test]
fn both_ways_of_records_tell_the_same_story() {
    for suite in suites() {
        for seed in 0..12 {
            let story = |ours, theirs| {
                let (ours, theirs) = (protocol(*suite, ours), protocol(*suite, theirs));
                let mut script = Script::new(connect(&ours, &theirs));
                let mut dice = Dice(seed);
                for _ in 0..150 {
                    script.step(&mut dice);
                }
                script.story
            };
            let rustls = story(Records::Rustls, Records::Rustls);
            for (ours, theirs) in [
                (Records::Own, Records::Own),
                (Records::Own, Records::Rustls),
                (Records::Rustls, Records::Own),
            ] {
                let own = story(ours, theirs);
                for (step, (own, rustls)) in own.iter().zip(&rustls).enumerate() {
                    assert_eq!(own, rustls, "{suite:?}, seed {seed}, step {step}");
                }
                assert_eq!(own.len(), rustls.len());
            }
        }
    }
}

#[test]
fn a_damaged_header_is_the_same_fault_either_way() {
    for suite in suites() {
        for bit in 0..24 {
            let fault = |records| {
                let (mut client, mut server) = connected(&protocol(*suite, records));
                assert_eq!(client.seal(&[b"data"]), 4);
                let mut record = output(&mut client);
                record[bit / 8] ^= 1 << (bit % 8);
                let Extent::Complete(len) = extent(&record) else {
                    unreachable!("the length is as it was");
                };
                let mut room = [0; 9];
                let received = server.receive(&record[..len], &record[len..], &mut room);
                let len = received.map(|len| len + server.take(&mut room[len..]));
                len.map_err(|error| (error.message().to_owned(), error.alert()))
            };
            let (own, rustls) = (fault(Records::Own), fault(Records::Rustls));
            assert_eq!(own, rustls, "{suite:?}, bit {bit}");
        }
    }
}

#[test]
fn a_record_goes_straight_into_the_readers_room() {
    for suite in suites() {
        let (mut client, mut server) = connected(&protocol(*suite, Records::Own));
        carry(&mut server, &mut client);
        for len in [1, 64, FRAGMENT] {
            let data = vec![7; len];
            assert_eq!(client.seal(&[&data]), len);
            let record = output(&mut client);
            let mut room = vec![0; FRAGMENT];
            assert_eq!(server.receive(&record, &[], &mut room).unwrap(), len);
            assert_eq!(&room[..len], data);
            assert_eq!(server.available(), 0);
        }
    }
}

#[test]
fn a_connection_at_rest_has_its_key_alone_and_opens_what_comes() {
    for suite in suites() {
        let (mut client, mut server) = connected(&protocol(*suite, Records::Own));
        for _ in 0..2 {
            assert!(server.traffic.expanded.is_none());
            assert_eq!(client.seal(&[b"data"]), 4);
            let mut room = [0; 4];
            let received = server.receive(&output(&mut client), &[], &mut room);
            assert_eq!((received.unwrap(), &room), (4, b"data"));
            assert!(server.traffic.expanded.is_some());
            server.rest();
        }
    }
}

#[test]
fn a_key_that_is_used_up_is_replaced_or_ends_the_connection() {
    for suite in suites() {
        let (mut client, mut server) = connected(&protocol(limited(*suite, 30), Records::Own));
        let mut taken = 0;
        for _ in 0..200 {
            if client.seal(&[b"data"]) == 0 {
                break;
            }
            carry(&mut client, &mut server);
            taken += server.take(&mut [0; 9]);
        }
        assert_eq!(
            taken,
            if is_tls13(suite) {
                200 * 4
            } else {
                (30 - 16) * 4
            }
        );
        assert!(
            server
                .agreement()
                .is_some_and(|Agreement { version, .. }| version > 0)
        );
    }
}

/// As the inbox gives records: with what follows them.
#[test]
fn data_goes_straight_again_behind_what_was_for_rustls() {
    for suite in suites().filter(|suite| is_tls13(suite)) {
        let (mut client, mut server) = connected(&protocol(*suite, Records::Own));
        server.update_key().unwrap();
        for _ in 0..10 {
            assert_eq!(server.seal(&[&[7; FRAGMENT]]), FRAGMENT);
        }
        let flight = output(&mut server);
        let (mut rest, mut straight, mut room) = (&flight[..], 0, vec![0; FRAGMENT]);
        while let Extent::Complete(len) = extent(rest) {
            let (record, next) = rest.split_at(len);
            straight += client.receive(record, next, &mut room).unwrap() / FRAGMENT;
            client.take(&mut room);
            rest = next;
        }
        assert_eq!(straight, 9);
    }
}

#[test]
fn what_is_no_data_does_not_stay_in_the_readers_room() {
    for suite in suites() {
        let (mut client, mut server) = connected(&protocol(*suite, Records::Own));
        carry(&mut server, &mut client);
        server.close();
        let mut room = [0xee; 100];
        let record = output(&mut server);
        assert_eq!(client.receive(&record, &[], &mut room).unwrap(), 0);
        assert!(room.iter().all(|&byte| byte == 0 || byte == 0xee));
    }
}

#[test]
fn what_does_not_open_leaves_nothing_of_it_in_the_readers_room() {
    for suite in suites() {
        let (mut client, mut server) = connected(&protocol(*suite, Records::Own));
        carry(&mut server, &mut client);
        for len in [40, FRAGMENT] {
            assert_eq!(client.seal(&[&vec![7; len]]), len);
            let mut record = output(&mut client);
            *record.last_mut().unwrap() ^= 1;
            let mut room = vec![0xee; 2 * FRAGMENT];
            let opened = server.traffic.open(&record, &mut room, |_| unreachable!());
            assert_eq!(opened, None);
            assert!(room.iter().all(|&byte| byte == 0 || byte == 0xee));
            // The number of the record is as it was.
            *record.last_mut().unwrap() ^= 1;
            server.traffic.rejoin();
            assert_eq!(server.receive(&record, &[], &mut room).unwrap(), len);
        }
    }
}

/// Where a thread ends keys change of which the engine does not hear.
#[test]
fn keys_may_change_while_a_thread_ends() {
    struct Last(Option<(Engine, Engine, Sender<usize>)>);
    impl Drop for Last {
        fn drop(&mut self) {
            let Some((mut client, mut server, taken)) = self.0.take() else {
                return;
            };
            client.update_key().unwrap();
            for _ in 0..2 {
                assert_eq!(client.seal(&[b"two"]), 3);
                carry(&mut client, &mut server);
                assert_eq!(server.seal(&[b"four"]), 4);
                carry(&mut server, &mut client);
            }
            let all = server.take(&mut [0; 20]) + client.take(&mut [0; 20]);
            taken.send(all).unwrap();
        }
    }
    thread_local! {
        static LAST: RefCell<Last> = const { RefCell::new(Last(None)) };
    }
    for suite in suites().filter(|suite| is_tls13(suite)) {
        let (tell, taken) = channel();
        std::thread::spawn(move || {
            // Gone after those that are first used below.
            LAST.with(|_| ());
            let (client, server) = connected(&protocol(*suite, Records::Own));
            LAST.with(|last| last.borrow_mut().0 = Some((client, server, tell)));
        })
        .join()
        .unwrap();
        assert_eq!(taken.recv(), Ok(14));
    }
}
