//! Sessions that a server keeps in this process, by TLS 1.2 session id.

use std::fmt;
use std::sync::Arc;

use rustls::server::{ServerSessionMemoryCache, StoresServerSessions};
use rustls::time_provider::TimeProvider;

use super::seal::is_fresh;
use super::{KEPT_LIFETIME, Trust, current};

/// The sessions of one state of a server's trust, out of the memory of its context.
pub(super) struct IdMemory {
    pub memory: Arc<ServerSessionMemoryCache>,
    pub trust: Trust,
    pub clock: Arc<dyn TimeProvider>,
}

impl IdMemory {
    fn bound(&self, id: &[u8]) -> Vec<u8> {
        [&self.trust, id].concat()
    }

    fn now(&self) -> Option<u64> {
        Some(self.clock.current_time()?.as_secs())
    }

    fn fresh(&self, kept: Vec<u8>) -> Option<Vec<u8>> {
        let (time, session) = kept.split_first_chunk()?;
        let made = u64::from_be_bytes(*time);
        is_fresh(made, self.now()?, KEPT_LIFETIME).then(|| session.to_vec())
    }
}

impl StoresServerSessions for IdMemory {
    fn put(&self, id: Vec<u8>, session: Vec<u8>) -> bool {
        let Some(now) = self.now().filter(|_| !current::is_forgotten()) else {
            return false;
        };
        let kept = [&now.to_be_bytes()[..], &session].concat();
        self.memory.put(self.bound(&id), kept)
    }

    fn get(&self, id: &[u8]) -> Option<Vec<u8>> {
        self.fresh(self.memory.get(&self.bound(id))?)
    }

    fn take(&self, id: &[u8]) -> Option<Vec<u8>> {
        self.fresh(self.memory.take(&self.bound(id))?)
    }

    fn can_cache(&self) -> bool {
        true
    }
}

impl fmt::Debug for IdMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdMemory")
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_clock::Clock;
    use super::*;

    #[test]
    fn a_session_is_found_under_its_trust_and_while_it_is_fresh() {
        let clock = Clock::at(1000);
        let memory = ServerSessionMemoryCache::new(4);
        let under = |trust: u8| IdMemory {
            memory: memory.clone(),
            trust: [trust; 32],
            clock: clock.clone(),
        };
        assert!(under(1).put(vec![1], b"session".to_vec()));
        assert_eq!(under(1).get(&[1]).unwrap(), b"session");
        assert!(under(2).get(&[1]).is_none());
        clock.set(1001 + u64::from(KEPT_LIFETIME));
        assert!(under(1).get(&[1]).is_none());
        clock.set(1000);
        assert!(under(1).take(&[1]).is_some());
        assert!(under(1).get(&[1]).is_none());
    }
}
