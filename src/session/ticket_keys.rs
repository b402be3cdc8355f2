//! The keys of a server's tickets: its own, replaced as time goes by, or given by the program and
//! shared with other processes.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use zeroize::Zeroizing;

use super::seal::{SealingKey, Secret, is_fresh};
use crate::crypto;
use crate::error::{Error, Result};

/// Seconds for which a key of our own seals; for as long again it opens.
const ROTATION: u32 = 6 * 60 * 60;

const NAME_LEN: usize = 16;
const SECRET_LEN: usize = 32;
/// A name, which every ticket shows, and a secret.
pub const TICKET_KEY_LEN: usize = NAME_LEN + SECRET_LEN;

/// More than a rotation needs; each is looked at for every ticket.
const MOST_KEYS: usize = 100;

pub(super) type KeyName = [u8; NAME_LEN];

pub(super) struct TicketKey {
    pub name: KeyName,
    pub sealing: SealingKey,
}

impl TicketKey {
    fn new(key: &[u8; TICKET_KEY_LEN]) -> Arc<Self> {
        let (name, secret) = key.split_at(NAME_LEN);
        Arc::new(TicketKey {
            name: name.try_into().expect("split at its length"),
            sealing: Secret::new(secret).key(&[b"rssl ticket"]),
        })
    }

    fn random() -> Result<Arc<Self>> {
        let mut key = Zeroizing::new([0; TICKET_KEY_LEN]);
        crypto::random(&mut *key)?;
        Ok(TicketKey::new(&key))
    }
}

/// The keys of one context, which its connections look up each time.
pub struct TicketKeys(RwLock<Keys>);

enum Keys {
    Own {
        current: Arc<TicketKey>,
        /// When `current` was first used.
        since: Option<u64>,
        previous: Option<Arc<TicketKey>>,
    },
    /// The newest, which seals, first.
    Given(Vec<Arc<TicketKey>>),
}

impl Keys {
    fn own() -> Result<Self> {
        Ok(Keys::Own {
            current: TicketKey::random()?,
            since: None,
            previous: None,
        })
    }

    /// Whether a key of our own must be replaced, or its time begins.
    fn is_due(&self, now: u64) -> bool {
        match self {
            Keys::Own { since, .. } => since.is_none_or(|since| !is_fresh(since, now, ROTATION)),
            Keys::Given(_) => false,
        }
    }

    fn rotate(&mut self, next: Arc<TicketKey>, now: u64) {
        if let Keys::Own {
            current,
            since,
            previous,
        } = self
            && since.replace(now).is_some()
        {
            *previous = Some(std::mem::replace(current, next));
        }
    }
}

impl TicketKeys {
    /// Makes the first key of our own.
    pub fn new() -> Result<Self> {
        Ok(TicketKeys(RwLock::new(Keys::own()?)))
    }

    /// Goes back to keys of our own.
    pub fn set_own(&self) -> Result<()> {
        self.set(Keys::own()?);
        Ok(())
    }

    /// The first seals, all open. [`Code::Argument`] for none, too many, two of one name, and a
    /// secret that is all zeros; then the keys stay as they were.
    pub fn set_given(&self, keys: &[[u8; TICKET_KEY_LEN]]) -> Result<()> {
        if keys.is_empty() || keys.len() > MOST_KEYS {
            let n = keys.len();
            return Err(Error::argument(format!(
                "{n} ticket keys; 1 to {MOST_KEYS} are possible"
            )));
        }
        for (i, key) in keys.iter().enumerate() {
            let (name, secret) = key.split_at(NAME_LEN);
            if let Some(first) = keys[..i].iter().position(|other| other.starts_with(name)) {
                return Err(Error::argument(format!(
                    "the ticket keys {first} and {i} have the same name"
                )));
            }
            if secret.iter().all(|&byte| byte == 0) {
                return Err(Error::argument(format!(
                    "the secret of ticket key {i} is all zeros"
                )));
            }
        }
        self.set(Keys::Given(keys.iter().map(TicketKey::new).collect()));
        Ok(())
    }

    fn set(&self, keys: Keys) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// The key to seal with.
    pub(super) fn sealing(&self, now: u64) -> Arc<TicketKey> {
        self.read(now, |keys| match keys {
            Keys::Own { current, .. } => current.clone(),
            Keys::Given(keys) => keys[0].clone(),
        })
    }

    pub(super) fn named(&self, name: &KeyName, now: u64) -> Option<Arc<TicketKey>> {
        let find = |key: &&Arc<TicketKey>| key.name == *name;
        self.read(now, |keys| match keys {
            Keys::Own {
                current, previous, ..
            } => [current].into_iter().chain(previous).find(find).cloned(),
            Keys::Given(keys) => keys.iter().find(find).cloned(),
        })
    }

    fn read<T>(&self, now: u64, read: impl FnOnce(&Keys) -> T) -> T {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if !keys.is_due(now) {
            return read(&keys);
        }
        drop(keys);
        // Without the lock, for the log's callback may run.
        let next = TicketKey::random()
            .inspect_err(|error| log::error!("the ticket key is not replaced: {error}"));
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Ok(next) = next
            && keys.is_due(now)
        {
            keys.rotate(next, now);
        }
        read(&keys)
    }
}

impl fmt::Debug for TicketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketKeys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn given(name: u8) -> [u8; TICKET_KEY_LEN] {
        let mut key = [7; TICKET_KEY_LEN];
        key[0] = name;
        key
    }

    fn names(keys: &[u8]) -> Vec<[u8; TICKET_KEY_LEN]> {
        keys.iter().map(|&name| given(name)).collect()
    }

    #[test]
    fn the_first_of_the_given_seals_and_all_open() {
        let keys = TicketKeys::new().unwrap();
        keys.set_given(&names(&[2, 1])).unwrap();
        assert_eq!(keys.sealing(0).name[0], 2);
        let name = |first| given(first)[..NAME_LEN].try_into().unwrap();
        assert!(keys.named(&name(1), 0).is_some());
        assert!(keys.named(&name(2), 0).is_some());
        assert!(keys.named(&name(3), 0).is_none());
    }

    #[test]
    fn keys_that_cannot_be_meant_change_nothing() {
        let keys = TicketKeys::new().unwrap();
        keys.set_given(&names(&[1])).unwrap();
        let mut zeros = given(9);
        zeros[NAME_LEN..].fill(0);
        let many: Vec<u8> = (0..=100).collect();
        for bad in [names(&[]), names(&[2, 3, 2]), vec![zeros], names(&many)] {
            let error = keys.set_given(&bad).unwrap_err();
            assert_eq!(error.code(), Code::Argument);
            assert_eq!(keys.sealing(0).name[0], 1);
        }
    }

    #[test]
    fn a_key_of_our_own_seals_for_six_hours_and_opens_for_twelve() {
        let keys = TicketKeys::new().unwrap();
        let hours = |n: u64| 1_000_000 + n * 60 * 60;
        let first = keys.sealing(hours(0)).name;
        assert_eq!(keys.sealing(hours(6)).name, first);
        let second = keys.sealing(hours(7)).name;
        assert_ne!(second, first);
        assert!(keys.named(&first, hours(12)).is_some());
        let third = keys.sealing(hours(14)).name;
        assert_ne!(third, second);
        assert!(keys.named(&first, hours(14)).is_none());
        assert!(keys.named(&second, hours(14)).is_some());
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_keep_a_key() {
        let keys = TicketKeys::new().unwrap();
        let first = keys.sealing(1_000_000).name;
        assert_ne!(keys.sealing(1000).name, first);
    }

    #[test]
    fn keys_of_our_own_come_back_new() {
        let keys = TicketKeys::new().unwrap();
        let first = keys.sealing(0).name;
        keys.set_given(&names(&[1])).unwrap();
        keys.set_own().unwrap();
        assert_ne!(keys.sealing(0).name, first);
        assert!(keys.named(&first, 0).is_none());
    }
}
