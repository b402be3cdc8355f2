//! Settings that connections share.
//!
//! A context may be changed at any time from any thread: each call replaces the settings in one
//! step, or leaves them as they were. A socket takes what stood when it was made, built once for
//! each generation of the settings.

#[cfg(feature = "rustls-ffi-interop")]
mod adopted;
mod build;
mod early_data;
mod ech;
mod identities;
mod protocol;
mod raw_key;
mod revocation;
mod sessions;
mod settings;
mod verification;

use std::mem;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::crypto::versions::VersionRange;
use crate::crypto::{groups, suites};
use crate::engine::hooks::{Clock, KeyLogger};
use crate::error::{Error, Result};
use crate::session::ServerMemory;
use crate::socket::{HelloHook, Setup};
use crate::trust::{Mode, Roots};
use crate::x509::Certificate;
use settings::Settings;

pub use settings::{Roles, Switch};

/// The most names that ALPN can carry of (RFC 7301: a list of 16 bits, names of 8 bits).
const ALPN_LIST: usize = 65_535;
const ALPN_NAME: usize = 255;

pub struct Context {
    roles: Roles,
    /// Why the settings cannot be changed; `None`: they can.
    fixed: Option<&'static str>,
    state: Mutex<State>,
}

struct State {
    settings: Settings,
    /// Counts the changes.
    generation: u64,
    /// Built from `settings` when a socket first needs it.
    setup: Option<Arc<Setup>>,
}

impl Context {
    /// Secure settings, and no trust roots.
    pub fn new(roles: Roles) -> Result<Self> {
        // The first ticket key is made with the context, so that forked children share it.
        let server_memory = roles
            .server
            .then(|| ServerMemory::new().map(Arc::new))
            .transpose()?;
        Ok(Context {
            roles,
            fixed: None,
            state: Mutex::new(State {
                settings: Settings::new(roles, server_memory),
                generation: 0,
                setup: None,
            }),
        })
    }

    /// As [`Context::new`], with the operating system's trust roots for a client; none is an
    /// error.
    pub fn new_default(roles: Roles) -> Result<Self> {
        let context = Context::new(roles)?;
        if roles.client {
            context.add_roots(Roots::add_system)?;
        }
        Ok(context)
    }

    pub fn roles(&self) -> Roles {
        self.roles
    }

    /// The frozen form of the settings as they stand.
    pub fn setup(&self) -> Result<Arc<Setup>> {
        let (generation, mut settings) = {
            let state = self.state();
            if let Some(setup) = &state.setup {
                return Ok(setup.clone());
            }
            (state.generation, state.settings.clone())
        };
        // Without the lock, for building can call the log's callback.
        let setup = Arc::new(build::setup(self.roles, &mut settings)?);
        let mut state = self.state();
        if state.generation != generation {
            return Ok(setup);
        }
        if state.setup.is_none() {
            state.settings = settings;
        }
        Ok(state.setup.get_or_insert(setup).clone())
    }

    /// Whether and how strictly the peer's certificate is checked. [`Mode::None`] while
    /// hostnames are checked is [`crate::error::Code::State`].
    pub fn set_verify(&self, mode: Mode) -> Result<()> {
        self.change_trust(|settings| {
            if mode == Mode::None && settings.policy.check_hostname {
                return Err(Error::state(
                    "hostname checking is on; turn it off before certificates are not verified",
                ));
            }
            if mode == Mode::None && !settings.policy.pinned_keys.is_empty() {
                return Err(Error::state(
                    "raw public keys are pinned; unpin them before peers are not verified",
                ));
            }
            settings.policy.mode = mode;
            Ok(())
        })
    }

    pub fn verify(&self) -> Mode {
        self.state().settings.policy.mode
    }

    /// Turning it on where nothing is verified requires certificates too; on a context for
    /// servers only it is [`crate::error::Code::State`].
    pub fn set_check_hostname(&self, on: bool) -> Result<()> {
        let client = self.roles.client;
        self.change_trust(|settings| {
            if on && !client {
                return Err(Error::state("a server's context has no hostname to check"));
            }
            if on && settings.policy.mode == Mode::None {
                settings.policy.mode = Mode::Required;
            }
            settings.policy.check_hostname = on;
            Ok(())
        })
    }

    pub fn check_hostname(&self) -> bool {
        self.state().settings.policy.check_hostname
    }

    /// Adds certificates that are trusted: `add` fills a copy, which counts if it succeeds.
    pub fn add_roots(&self, add: impl FnOnce(&mut Roots) -> Result<()>) -> Result<()> {
        // Files are read and parsed without the lock; whoever else adds meanwhile wins no less.
        let mut added = Roots::default();
        add(&mut added)?;
        self.change_trust(|settings| {
            settings.policy.roots.add_all(&added);
            Ok(())
        })
    }

    pub fn clear_roots(&self) -> Result<()> {
        self.change_trust(|settings| {
            settings.policy.roots = Roots::default();
            Ok(())
        })
    }

    pub fn root_count(&self) -> usize {
        self.state().settings.policy.roots.len()
    }

    pub fn root(&self, i: usize) -> Option<Arc<Certificate>> {
        self.state().settings.policy.roots.get(i).cloned()
    }

    /// A bound of 0 is the library's own.
    pub fn set_versions(&self, min: u16, max: u16) -> Result<()> {
        let versions = VersionRange::new(min, max)?;
        self.change(|settings| {
            settings.protocol.versions = versions;
            settings.protocol.usable_versions().map(drop)
        })
    }

    pub fn versions(&self) -> VersionRange {
        self.state().settings.protocol.versions
    }

    /// The ciphers of both versions, by IANA's or OpenSSL's names.
    pub fn set_ciphers(&self, names: &str) -> Result<()> {
        let selected = suites::select(names, &crate::crypto::provider().cipher_suites)?;
        self.change(|settings| {
            settings.protocol.suites = selected;
            settings.protocol.usable_versions().map(drop)
        })
    }

    /// The number of cipher `i` in order of preference.
    pub fn cipher(&self, i: usize) -> Option<u16> {
        let state = self.state();
        let suite = state.settings.protocol.suites.get(i)?;
        Some(suite.suite().into())
    }

    pub fn cipher_count(&self) -> usize {
        self.state().settings.protocol.suites.len()
    }

    pub fn set_groups(&self, names: &str) -> Result<()> {
        let selected = groups::select(names)?;
        self.change(|settings| {
            settings.protocol.groups = selected;
            Ok(())
        })
    }

    /// Application protocols in order of preference; none turns ALPN off.
    pub fn set_alpn(&self, protocols: Vec<Vec<u8>>) -> Result<()> {
        if let Some(bad) = protocols
            .iter()
            .find(|name| name.is_empty() || name.len() > ALPN_NAME)
        {
            return Err(Error::argument(format!(
                "the application protocol '{}' has {} bytes; 1 to {ALPN_NAME} are possible",
                bad.escape_ascii(),
                bad.len()
            )));
        }
        let list: usize = protocols.iter().map(|name| 1 + name.len()).sum();
        if list > ALPN_LIST {
            return Err(Error::argument(format!(
                "the list of application protocols needs {list} bytes; {ALPN_LIST} are possible"
            )));
        }
        self.change(|settings| {
            settings.protocol.alpn = protocols;
            Ok(())
        })
    }

    /// Switches options on and off; an unknown bit is [`crate::error::Code::Argument`].
    pub fn set_options(&self, set: u32, clear: u32) -> Result<()> {
        settings::check_options(set | clear)?;
        if set & clear != 0 {
            return Err(Error::argument(format!(
                "the options {:#x} are both set and cleared",
                set & clear
            )));
        }
        let of_trust = Switch::InsecureMatchCn as u32
            | Switch::X509Strict as u32
            | Switch::NoKnownChains as u32;
        let trust = (set | clear) & of_trust != 0;
        let change = |settings: &mut Settings| {
            settings.options = (settings.options | set) & !clear;
            settings.policy.match_cn = settings.has(Switch::InsecureMatchCn);
            settings.protocol.require_ems = settings.has(Switch::RequireEms);
            settings.policy.strict = settings.has(Switch::X509Strict);
            Ok(())
        };
        if trust {
            self.change_trust(change)
        } else {
            self.change(change)
        }
    }

    pub fn options(&self) -> u32 {
        self.state().settings.options
    }

    /// Shows the program each ClientHello of the connections to come.
    pub fn set_hello_hook(&self, hook: Option<HelloHook>) -> Result<()> {
        self.change(|settings| {
            settings.hello = hook.map(Arc::new);
            Ok(())
        })
    }

    /// Takes the lines of the key log of the connections to come.
    pub fn set_key_log(&self, key_log: Option<KeyLogger>) -> Result<()> {
        self.change(|settings| {
            settings.protocol.hooks.key_log = key_log.map(Arc::new);
            Ok(())
        })
    }

    /// Says the time in place of the operating system.
    pub fn set_clock(&self, clock: Option<Clock>) -> Result<()> {
        self.change_trust(|settings| {
            settings.protocol.hooks.clock = clock.map(Arc::new);
            Ok(())
        })
    }

    /// [`crate::error::Code::State`] for a context whose settings are fixed.
    pub fn check_changeable(&self) -> Result<()> {
        self.fixed.map_or(Ok(()), |why| Err(Error::state(why)))
    }

    /// Applies `change` to a copy of the settings, which takes their place if it succeeds.
    /// [`crate::error::Code::State`] for a context whose settings are fixed.
    fn change(&self, change: impl FnOnce(&mut Settings) -> Result<()>) -> Result<()> {
        self.check_changeable()?;
        let mut state = self.state();
        let mut settings = state.settings.clone();
        change(&mut settings)?;
        let settings = mem::replace(&mut state.settings, settings);
        let setup = state.setup.take();
        state.generation += 1;
        drop(state);
        // Without the lock, for this can give a callback's `user` back.
        drop((settings, setup));
        Ok(())
    }

    /// As [`Context::change`], for what a resumed handshake would not look at again: sessions
    /// that began before the change are forgotten.
    fn change_trust(&self, change: impl FnOnce(&mut Settings) -> Result<()>) -> Result<()> {
        self.change(|settings| {
            change(settings)?;
            settings.forget_servers();
            Ok(())
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where trusted certificates come from.
impl Context {
    pub fn load_verify_file(&self, path: &Path) -> Result<()> {
        self.add_roots(|roots| roots.add_file(path))
    }

    pub fn load_verify_dir(&self, path: &Path) -> Result<()> {
        self.add_roots(|roots| roots.add_dir(path))
    }

    pub fn load_verify_mem(&self, data: &[u8]) -> Result<()> {
        self.add_roots(|roots| roots.add_bytes(data))
    }

    pub fn load_verify_system(&self) -> Result<()> {
        self.add_roots(Roots::add_system)
    }

    pub fn load_verify_bundled(&self) -> Result<()> {
        self.add_roots(Roots::add_bundled)
    }
}
