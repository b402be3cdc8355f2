//! A client's sessions, by the name of the server.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::NamedGroup;
use rustls::client::{Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

use super::client_session::ClientSession;

/// TLS 1.3 sessions remembered of one server, each good for one connection.
const SESSIONS_OF_A_SERVER: usize = 8;

/// What the connections of one state of a context's trust and identity remember. Its address
/// stands for that state.
pub struct ClientMemory(Mutex<Servers>);

struct Servers {
    /// How many are remembered.
    limit: usize,
    by_name: HashMap<ServerName<'static>, Server>,
    /// The names by when they were last heard of, the oldest first.
    by_age: BTreeMap<u64, ServerName<'static>>,
    /// Counts up when another server is heard of than the one before.
    now: u64,
}

#[derive(Default)]
struct Server {
    last_heard: u64,
    group: Option<NamedGroup>,
    tls12: Option<Arc<ClientSession>>,
    /// The oldest first.
    tls13: VecDeque<Arc<ClientSession>>,
}

impl Servers {
    /// Notes something of the server of this name, which was just heard of.
    fn hear_of(&mut self, name: ServerName<'static>, note: impl FnOnce(&mut Server)) {
        if self.limit == 0 {
            return;
        }
        match self.by_name.get_mut(&name) {
            Some(server) => {
                if server.last_heard != self.now {
                    let known = self.by_age.remove(&server.last_heard);
                    self.now += 1;
                    server.last_heard = self.now;
                    self.by_age.extend(known.map(|name| (self.now, name)));
                }
                note(server);
            }
            None => {
                self.now += 1;
                let mut server = Server {
                    last_heard: self.now,
                    ..Server::default()
                };
                note(&mut server);
                self.by_age.insert(self.now, name.clone());
                self.by_name.insert(name, server);
                self.forget_the_oldest();
            }
        }
    }

    fn forget_the_oldest(&mut self) {
        while self.by_name.len() > self.limit
            && let Some((_, name)) = self.by_age.pop_first()
        {
            self.by_name.remove(&name);
        }
    }
}

impl ClientMemory {
    /// Remembers `servers` servers, those last heard of.
    pub fn new(servers: usize) -> Arc<Self> {
        Arc::new(ClientMemory(Mutex::new(Servers {
            limit: servers,
            by_name: HashMap::new(),
            by_age: BTreeMap::new(),
            now: 0,
        })))
    }

    /// Remembers more or fewer from now on, in live connections too.
    pub fn set_limit(&self, servers: usize) {
        let mut memory = self.servers();
        memory.limit = servers;
        memory.forget_the_oldest();
    }

    pub(super) fn set_group(&self, name: ServerName<'static>, group: NamedGroup) {
        let mut servers = self.servers();
        servers.hear_of(name, |server| server.group = Some(group));
    }

    pub(super) fn group(&self, name: &ServerName<'_>) -> Option<NamedGroup> {
        let servers = self.servers();
        let by_name: &HashMap<ServerName<'_>, Server> = &servers.by_name;
        by_name.get(name)?.group
    }

    pub(super) fn set_tls12(&self, name: ServerName<'static>, session: Arc<ClientSession>) {
        let mut servers = self.servers();
        servers.hear_of(name, |server| server.tls12 = Some(session));
    }

    pub(super) fn tls12(&self, name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        let servers = self.servers();
        let by_name: &HashMap<ServerName<'_>, Server> = &servers.by_name;
        by_name.get(name)?.tls12.as_ref()?.as_tls12()
    }

    pub(super) fn remove_tls12(&self, name: &ServerName<'static>) {
        if let Some(server) = self.servers().by_name.get_mut(name) {
            server.tls12 = None;
        }
    }

    pub(super) fn add_tls13(&self, name: ServerName<'static>, session: Arc<ClientSession>) {
        self.servers().hear_of(name, |server| {
            if server.tls13.len() == SESSIONS_OF_A_SERVER {
                server.tls13.pop_front();
            }
            server.tls13.push_back(session);
        });
    }

    /// The newest that nobody used or holds.
    pub(super) fn take_tls13(&self, name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        let mut servers = self.servers();
        let tls13 = &mut servers.by_name.get_mut(name)?.tls13;
        std::iter::from_fn(|| tls13.pop_back()).find_map(|session| session.take_free())
    }

    /// As [`ClientMemory::take_tls13`], for the program to hold.
    pub(super) fn hold_tls13(&self, name: &ServerName<'static>) -> Option<Arc<ClientSession>> {
        let mut servers = self.servers();
        let tls13 = &mut servers.by_name.get_mut(name)?.tls13;
        std::iter::from_fn(|| tls13.pop_back()).find(|session| session.hold())
    }

    fn servers(&self) -> MutexGuard<'_, Servers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ClientMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientMemory")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(n: usize) -> ServerName<'static> {
        ServerName::try_from(format!("n{n}.test")).unwrap()
    }

    fn known(memory: &ClientMemory) -> Vec<usize> {
        let is_known = |n: &usize| memory.group(&name(*n)).is_some();
        (0..10).filter(is_known).collect()
    }

    #[test]
    fn exactly_so_many_servers_are_remembered_as_was_said() {
        for limit in 0..5 {
            let memory = ClientMemory::new(limit);
            for n in 0..10 {
                memory.set_group(name(n), NamedGroup::X25519);
            }
            assert_eq!(known(&memory), (10 - limit..10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_server_not_heard_of_for_longest_is_forgotten() {
        let memory = ClientMemory::new(2);
        for n in [1, 2, 1, 3] {
            memory.set_group(name(n), NamedGroup::X25519);
        }
        assert_eq!(known(&memory), [1, 3]);
        assert_eq!(memory.servers().by_age.len(), 2);
    }

    #[test]
    fn to_hear_of_the_same_server_again_keeps_what_is_known() {
        let memory = ClientMemory::new(2);
        for n in [1, 2, 2, 1, 1, 3] {
            memory.set_group(name(n), NamedGroup::X25519);
        }
        memory.set_group(name(3), NamedGroup::secp256r1);
        assert_eq!(memory.group(&name(3)), Some(NamedGroup::secp256r1));
        assert_eq!(known(&memory), [1, 3]);
    }

    #[test]
    fn a_smaller_limit_acts_at_once() {
        let memory = ClientMemory::new(5);
        for n in 0..5 {
            memory.set_group(name(n), NamedGroup::X25519);
        }
        memory.set_limit(2);
        assert_eq!(known(&memory), [3, 4]);
        memory.set_limit(0);
        assert_eq!(known(&memory), [0; 0]);
        memory.set_group(name(1), NamedGroup::X25519);
        assert_eq!(known(&memory), [0; 0]);
    }
}
