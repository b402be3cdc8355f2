//! Sessions that the client keeps for the server: self-contained tickets.

use std::fmt;
use std::sync::Arc;

use rustls::server::ProducesTickets;
use rustls::time_provider::TimeProvider;

use super::ticket_keys::{KeyName, TicketKeys};
use super::{Trust, current};

/// Seconds for which a ticket is good, if its key is there for as long.
const LIFETIME: u32 = 12 * 60 * 60;

/// The ClientHello that brings a ticket back should fit into one record. A client's chain of
/// certificates, which is in the ticket, can be longer than that.
const LONGEST: usize = 12 * 1024;

const CONTEXT: usize = size_of::<KeyName>() + size_of::<Trust>();

/// The tickets of one state of a server's trust, under the keys that its context has now.
pub(super) struct Tickets {
    pub keys: Arc<TicketKeys>,
    pub trust: Trust,
    pub clock: Arc<dyn TimeProvider>,
}

impl Tickets {
    fn now(&self) -> Option<u64> {
        Some(self.clock.current_time()?.as_secs())
    }

    /// What a ticket belongs to besides its key.
    fn context(&self, name: &KeyName) -> [u8; CONTEXT] {
        let mut context = [0; CONTEXT];
        let (of_key, of_trust) = context.split_at_mut(size_of::<KeyName>());
        of_key.copy_from_slice(name);
        of_trust.copy_from_slice(&self.trust);
        context
    }
}

impl ProducesTickets for Tickets {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        LIFETIME
    }

    fn encrypt(&self, session: &[u8]) -> Option<Vec<u8>> {
        if current::is_forgotten() {
            return None;
        }
        let now = self.now()?;
        let key = self.keys.sealing(now);
        let sealed = key.sealing.seal(&self.context(&key.name), now, session)?;
        let ticket = [&key.name[..], &sealed].concat();
        if ticket.len() > LONGEST {
            log::debug!("no ticket: it would have {} bytes", ticket.len());
            return None;
        }
        Some(ticket)
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let now = self.now()?;
        let (name, sealed) = ticket.split_first_chunk()?;
        let key = self.keys.named(name, now)?;
        key.sealing.open(&self.context(name), now, LIFETIME, sealed)
    }
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tickets")
    }
}

#[cfg(test)]
mod tests {
    use super::super::TICKET_KEY_LEN;
    use super::super::test_clock::Clock;
    use super::*;

    fn tickets(keys: &Arc<TicketKeys>, trust: u8, clock: &Arc<Clock>) -> Tickets {
        Tickets {
            keys: keys.clone(),
            trust: [trust; 32],
            clock: clock.clone(),
        }
    }

    fn key(name: u8) -> [u8; TICKET_KEY_LEN] {
        let mut key = [7; TICKET_KEY_LEN];
        key[0] = name;
        key
    }

    fn given(names: &[u8]) -> Arc<TicketKeys> {
        let keys = TicketKeys::new().unwrap();
        let names: Vec<_> = names.iter().map(|&name| key(name)).collect();
        keys.set_given(&names).unwrap();
        Arc::new(keys)
    }

    #[test]
    fn a_ticket_opens_under_the_trust_it_was_sealed_under() {
        let (keys, clock) = (given(&[1]), Clock::at(1000));
        let ticket = tickets(&keys, 1, &clock).encrypt(b"session").unwrap();
        let same = tickets(&given(&[1]), 1, &clock);
        assert_eq!(same.decrypt(&ticket).unwrap(), b"session");
        assert!(tickets(&keys, 2, &clock).decrypt(&ticket).is_none());
    }

    #[test]
    fn the_name_of_a_key_is_part_of_its_tickets() {
        let (keys, clock) = (given(&[1]), Clock::at(1000));
        let mut ticket = tickets(&keys, 1, &clock).encrypt(b"session").unwrap();
        ticket[0] = 2;
        // The same secret under another name.
        assert!(tickets(&given(&[2]), 1, &clock).decrypt(&ticket).is_none());
    }

    #[test]
    fn keys_are_replaced_under_connections_that_exist() {
        let (keys, clock) = (given(&[1]), Clock::at(1000));
        let tickets = tickets(&keys, 1, &clock);
        let ticket = tickets.encrypt(b"session").unwrap();
        keys.set_given(&[key(2), key(1)]).unwrap();
        assert!(tickets.decrypt(&ticket).is_some());
        assert_eq!(tickets.encrypt(b"session").unwrap()[0], 2);
        keys.set_given(&[key(3), key(2)]).unwrap();
        assert!(tickets.decrypt(&ticket).is_none());
    }

    #[test]
    fn a_ticket_is_good_for_twelve_hours() {
        let (keys, clock) = (given(&[1]), Clock::at(1000));
        let tickets = tickets(&keys, 1, &clock);
        let ticket = tickets.encrypt(b"session").unwrap();
        clock.set(1000 + 12 * 60 * 60);
        assert!(tickets.decrypt(&ticket).is_some());
        clock.set(1001 + 12 * 60 * 60);
        assert!(tickets.decrypt(&ticket).is_none());
    }

    #[test]
    fn what_no_client_could_bring_back_is_not_made_a_ticket() {
        let tickets = tickets(&given(&[1]), 1, &Clock::at(1000));
        assert!(tickets.encrypt(&[0; 12_000]).is_some());
        assert!(tickets.encrypt(&[0; 13_000]).is_none());
    }

    #[test]
    fn what_is_no_ticket_does_not_open() {
        let tickets = tickets(&given(&[1]), 1, &Clock::at(1000));
        for len in [0, 1, 15, 16, 17, 64, 70_000] {
            assert!(tickets.decrypt(&vec![1; len]).is_none());
        }
    }
}
