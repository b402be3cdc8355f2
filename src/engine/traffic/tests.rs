//! Both ways of records, beside each other: what the program and the peer see must be the same.

use std::fmt::Debug;

use rustls::SupportedCipherSuite;

use super::super::config::{Protocol, Records};
use super::super::record::{Extent, FRAGMENT, HEADER, extent};
use super::super::tests::{carry, connected, output};
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
        match dice.roll(40) {
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
            let mut room = vec![0; dice.length()];
            let mut received = peer.receive_into(&record, &[], &mut room);
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

    /// Changes a bit of what is on its way to `who`, behind a header.
    fn damage(&mut self, who: usize, dice: &mut Dice) {
        let Extent::Complete(len) = extent(&self.wires[who]) else {
            return;
        };
        let at = HEADER + dice.roll(len - HEADER);
        self.wires[who][at] ^= 1 << dice.roll(8);
        self.tell(("damage", who, at));
    }
}

#[test]
fn both_ways_of_records_tell_the_same_story() {
    for suite in suites() {
        for seed in 0..30 {
            let story = |records| {
                let mut script = Script::new(connected(&protocol(*suite, records)));
                let mut dice = Dice(seed);
                for _ in 0..150 {
                    script.step(&mut dice);
                }
                script.story
            };
            let (own, rustls) = (story(Records::Own), story(Records::Rustls));
            for (step, (own, rustls)) in own.iter().zip(&rustls).enumerate() {
                assert_eq!(own, rustls, "{suite:?}, seed {seed}, step {step}");
            }
            assert_eq!(own.len(), rustls.len());
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
            assert_eq!(server.receive_into(&record, &[], &mut room).unwrap(), len);
            assert_eq!(&room[..len], data);
            assert_eq!(server.available(), 0);
        }
    }
}

#[test]
fn a_key_that_is_used_up_is_replaced_or_ends_the_connection() {
    use super::super::tests::limited;
    for suite in suites() {
        let (mut client, mut server) = connected(&protocol(limited(*suite, 30), Records::Own));
        let is_tls13 = matches!(suite, SupportedCipherSuite::Tls13(_));
        let mut taken = 0;
        for _ in 0..200 {
            if client.seal(&[b"data"]) == 0 {
                break;
            }
            carry(&mut client, &mut server);
            taken += server.take(&mut [0; 9]);
        }
        assert_eq!(taken, if is_tls13 { 200 * 4 } else { (30 - 16) * 4 });
        assert!(
            server
                .agreement()
                .is_some_and(|Agreement { version, .. }| version > 0)
        );
    }
}
