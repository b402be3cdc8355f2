//! Sessions that a server keeps outside of this process, where a whole fleet finds them.
//!
//! The store is not trusted with more than it must be. A session is sealed under a key that comes
//! from its id, and the store is asked by something else that comes from the id: who reads the
//! store does not have the sessions, and what the store mixes up or damages does not open.

use std::fmt;
use std::sync::Arc;

use rustls::server::StoresServerSessions;
use rustls::time_provider::TimeProvider;
use zeroize::Zeroizing;

use super::seal::{SealingKey, Secret};
use super::{KEPT_LIFETIME, Trust, current};

/// The longest session that a store is given, and is asked for.
pub const LONGEST_SESSION: usize = 64 * 1024;

/// The ids that the engine makes; a client may ask for anything.
const ID_LEN: usize = 32;

/// Keeps what it does not understand, as long as `lifetime` seconds.
pub trait SessionStore: Send + Sync {
    /// Whether it was kept.
    fn put(&self, id: &[u8], session: &[u8], lifetime: u32) -> bool;

    /// Writes what was kept to the beginning of `buf` and returns its length; with `remove` nobody
    /// else gets it as well.
    fn get(&self, id: &[u8], remove: bool, buf: &mut [u8]) -> Option<usize>;
}

/// A store, for one state of a server's trust.
pub(super) struct Stored {
    pub store: Arc<dyn SessionStore>,
    pub trust: Trust,
    pub clock: Arc<dyn TimeProvider>,
}

impl Stored {
    /// By what the store knows the session, and its key.
    fn derive(&self, id: &[u8]) -> ([u8; 32], SealingKey) {
        let secret = Secret::new(id);
        let derived = secret.identifier(&[b"rssl stored id", &self.trust]);
        (derived, secret.key(&[b"rssl stored session", &self.trust]))
    }

    fn now(&self) -> Option<u64> {
        Some(self.clock.current_time()?.as_secs())
    }

    fn find(&self, id: &[u8], remove: bool) -> Option<Vec<u8>> {
        if id.len() != ID_LEN || !current::may_look_up() {
            return None;
        }
        let now = self.now()?;
        let (id, key) = self.derive(id);
        let mut room = Zeroizing::new(vec![0; LONGEST_SESSION]);
        let len = self.store.get(&id, remove, &mut room)?;
        let session = key.open(&[], now, KEPT_LIFETIME, room.get(..len)?);
        if session.is_none() {
            log::warn!("the session store returned something else than it was given");
        }
        session
    }
}

impl StoresServerSessions for Stored {
    fn put(&self, id: Vec<u8>, session: Vec<u8>) -> bool {
        let Some(now) = self.now().filter(|_| !current::is_forgotten()) else {
            return false;
        };
        let (id, key) = self.derive(&id);
        key.seal(&[], now, &session)
            .filter(|sealed| sealed.len() <= LONGEST_SESSION)
            .is_some_and(|sealed| self.store.put(&id, &sealed, KEPT_LIFETIME))
    }

    fn get(&self, id: &[u8]) -> Option<Vec<u8>> {
        self.find(id, false)
    }

    fn take(&self, id: &[u8]) -> Option<Vec<u8>> {
        self.find(id, true)
    }

    fn can_cache(&self) -> bool {
        true
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stored")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use super::super::test_clock::Clock;
    use super::*;

    #[derive(Default)]
    struct Shelf(Mutex<HashMap<Vec<u8>, Vec<u8>>>);

    impl SessionStore for Shelf {
        fn put(&self, id: &[u8], session: &[u8], lifetime: u32) -> bool {
            assert_eq!(lifetime, KEPT_LIFETIME);
            let mut shelf = self.0.lock().unwrap();
            shelf.insert(id.to_vec(), session.to_vec()).is_none()
        }

        fn get(&self, id: &[u8], remove: bool, buf: &mut [u8]) -> Option<usize> {
            let mut shelf = self.0.lock().unwrap();
            let session = match remove {
                true => shelf.remove(id)?,
                false => shelf.get(id)?.clone(),
            };
            buf[..session.len()].copy_from_slice(&session);
            Some(session.len())
        }
    }

    const ID: [u8; ID_LEN] = [5; ID_LEN];

    fn over(shelf: &Arc<Shelf>, trust: u8, clock: &Arc<Clock>) -> Stored {
        Stored {
            store: shelf.clone(),
            trust: [trust; 32],
            clock: clock.clone(),
        }
    }

    #[test]
    fn a_session_is_found_under_the_trust_it_was_kept_under() {
        let (shelf, clock) = (Arc::<Shelf>::default(), Clock::at(1000));
        assert!(over(&shelf, 1, &clock).put(ID.to_vec(), b"session".to_vec()));
        assert!(over(&shelf, 2, &clock).get(&ID).is_none());
        let another_process = over(&shelf, 1, &clock);
        assert_eq!(another_process.get(&ID).unwrap(), b"session");
        assert_eq!(another_process.take(&ID).unwrap(), b"session");
        assert!(another_process.take(&ID).is_none());
    }

    #[test]
    fn a_client_that_offers_many_sessions_does_not_make_a_server_wait_for_all() {
        let (shelf, clock) = (Arc::<Shelf>::default(), Clock::at(1000));
        let stored = over(&shelf, 1, &clock);
        assert!(stored.put(ID.to_vec(), b"session".to_vec()));
        current::handshake(&mut false, || {
            for id in 10..100 {
                assert!(stored.take(&[id; ID_LEN]).is_none());
            }
            assert!(stored.take(&ID).is_none());
        });
        assert!(current::handshake(&mut false, || stored.take(&ID)).is_some());
    }

    #[test]
    fn the_store_learns_neither_id_nor_session() {
        let (shelf, clock) = (Arc::<Shelf>::default(), Clock::at(1000));
        over(&shelf, 1, &clock).put(ID.to_vec(), b"session".to_vec());
        let shelf = shelf.0.lock().unwrap();
        let (id, session) = shelf.iter().next().unwrap();
        assert_ne!(id[..], ID);
        assert!(!session.windows(7).any(|bytes| bytes == b"session"));
    }

    #[test]
    fn what_the_store_mixes_up_damages_or_keeps_too_long_is_unknown() {
        let (shelf, clock) = (Arc::<Shelf>::default(), Clock::at(1000));
        let stored = over(&shelf, 1, &clock);
        for id in [[1; 32], [2; 32]] {
            assert!(stored.put(id.to_vec(), b"session".to_vec()));
        }
        clock.set(1001 + u64::from(KEPT_LIFETIME));
        assert!(stored.get(&[1; 32]).is_none());
        clock.set(1000);
        assert!(stored.get(&[1; 32]).is_some());
        let (first, second) = (stored.derive(&[1; 32]).0, stored.derive(&[2; 32]).0);
        let sessions = || shelf.0.lock().unwrap();
        let mixed_up = sessions()[&second[..]].clone();
        sessions().insert(first.to_vec(), mixed_up);
        assert!(stored.get(&[1; 32]).is_none());
        for damaged in [vec![], vec![7; 100], vec![7; LONGEST_SESSION]] {
            sessions().insert(first.to_vec(), damaged);
            assert!(stored.get(&[1; 32]).is_none());
        }
    }

    #[test]
    fn ids_of_other_lengths_are_not_looked_for() {
        struct Nobody;
        impl SessionStore for Nobody {
            fn put(&self, _: &[u8], _: &[u8], _: u32) -> bool {
                panic!("put")
            }
            fn get(&self, _: &[u8], _: bool, _: &mut [u8]) -> Option<usize> {
                panic!("get")
            }
        }
        let stored = Stored {
            store: Arc::new(Nobody),
            trust: [1; 32],
            clock: Clock::at(1000),
        };
        for len in [0, 31, 33, 1000] {
            assert!(stored.take(&vec![1; len]).is_none());
        }
        assert!(!stored.put(ID.to_vec(), vec![0; LONGEST_SESSION]));
    }
}
