//! The operating system's trust roots, read once for each state that they are in.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rustls_native_certs::{CertificateResult, ErrorKind, load_certs_from_paths};

use super::Roots;
use crate::error::{Code, Error, Result};
use crate::x509::Certificate;

/// Where the roots are. With both empty it is a store that is no file (macOS, Windows).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Places {
    file: Option<PathBuf>,
    dirs: Vec<PathBuf>,
}

/// A path, and what tells its file from a changed one without reading it.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    path: PathBuf,
    /// `None`: there is no such file.
    state: Option<State>,
}

#[derive(Debug, PartialEq, Eq)]
struct State {
    len: u64,
    modified: Option<SystemTime>,
    /// Device, inode, and when the inode changed: a file put in the place of another can have
    /// its length and its date.
    inode: (u64, u64, i64, i64),
}

/// Roots, with the places and the stamps that they were read under.
struct Read {
    places: Places,
    stamps: Vec<Stamp>,
    roots: Roots,
}

/// Programs that switch between a few stores find each again.
const STATES_KEPT: usize = 8;

/// Newest first.
static READ: Mutex<Vec<Read>> = Mutex::new(Vec::new());

/// The roots as they are now: out of memory if neither SSL_CERT_FILE nor SSL_CERT_DIR nor a file
/// has changed. None at all is an error that says where they were looked for.
pub(super) fn roots() -> Result<Roots> {
    roots_at(&Places::now(|variable| std::env::var_os(variable)))
}

fn roots_at(places: &Places) -> Result<Roots> {
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = read.iter().find(|kept| kept.places == *places)
        && kept.stamps.iter().all(Stamp::is_current)
    {
        return Ok(kept.roots.clone());
    }
    read.retain(|kept| kept.places != *places);
    // The stamps come first: a change while the files are read is seen the next time.
    let stamps = places.stamps();
    let roots = places.read()?;
    read.truncate(STATES_KEPT - 1);
    let kept = Read {
        places: places.clone(),
        stamps,
        roots: roots.clone(),
    };
    read.insert(0, kept);
    Ok(roots)
}

impl Places {
    /// The environment's places if it names any, otherwise the system's.
    fn now(variable: impl Fn(&str) -> Option<OsString>) -> Places {
        let file = variable("SSL_CERT_FILE").map(PathBuf::from);
        let dirs: Vec<PathBuf> = variable("SSL_CERT_DIR")
            .iter()
            .flat_map(std::env::split_paths)
            .filter(|dir| !dir.as_os_str().is_empty())
            .collect();
        if file.is_some() || !dirs.is_empty() {
            Places { file, dirs }
        } else {
            Places::of_the_system()
        }
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn of_the_system() -> Places {
        let found = openssl_probe::probe();
        Places {
            file: found.cert_file,
            dirs: found.cert_dir,
        }
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn of_the_system() -> Places {
        Places::default()
    }

    fn read(&self) -> Result<Roots> {
        let found = self.load();
        let mut roots = Roots::new();
        for der in found.certs {
            match Certificate::from_der(der) {
                Ok(certificate) => roots.add(Arc::new(certificate)),
                Err(error) => log::warn!("passing over a root of the system: {error}"),
            }
        }
        for error in &found.errors {
            log::warn!("reading the roots of the system: {error}");
        }
        match (roots.is_empty(), found.errors.into_iter().next()) {
            (false, _) => Ok(roots),
            (true, Some(error)) => Err(self.unreadable(error)),
            (true, None) => Err(self.nothing_found()),
        }
    }

    fn load(&self) -> CertificateResult {
        let mut dirs = self.dirs.iter();
        let first = dirs.next();
        if self.file.is_none() && first.is_none() {
            return Places::load_without_files();
        }
        let mut found = load_certs_from_paths(self.file.as_deref(), first.map(PathBuf::as_path));
        for dir in dirs {
            let more = load_certs_from_paths(None, Some(dir));
            found.certs.extend(more.certs);
            found.errors.extend(more.errors);
        }
        found
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn load_without_files() -> CertificateResult {
        load_certs_from_paths(None, None)
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn load_without_files() -> CertificateResult {
        rustls_native_certs::load_native_certs()
    }

    fn unreadable(&self, error: rustls_native_certs::Error) -> Error {
        match &error.kind {
            ErrorKind::Io { inner, path } => Error::file(path, inner),
            _ => no_certificate(format!("{}: {error}", self.describe())),
        }
    }

    fn nothing_found(&self) -> Error {
        if self.file.is_none() && self.dirs.is_empty() {
            let message = "the operating system has no trust roots in any of the usual places; \
                           install its package of CA certificates or set SSL_CERT_FILE";
            return Error::new(Code::File, c"SYSCALL_ERROR", message).with_errno(libc::ENOENT);
        }
        no_certificate(format!("{}: no certificate in it", self.describe()))
    }

    fn describe(&self) -> String {
        let paths: Vec<String> = self
            .file
            .iter()
            .chain(&self.dirs)
            .map(|path| path.display().to_string())
            .collect();
        paths.join(", ")
    }

    /// The file, the directories (for files that come and go) and the files in them. A directory
    /// holds several links to each certificate: the file at their end is stamped once.
    fn stamps(&self) -> Vec<Stamp> {
        let mut paths: BTreeSet<PathBuf> = self.file.iter().chain(&self.dirs).cloned().collect();
        for dir in &self.dirs {
            let entries = fs::read_dir(dir).into_iter().flatten().flatten();
            let files = entries.map(|entry| entry.path());
            paths.extend(files.map(|file| fs::canonicalize(&file).unwrap_or(file)));
        }
        paths.into_iter().map(Stamp::of).collect()
    }
}

fn no_certificate(message: String) -> Error {
    Error::new(Code::Format, c"NO_CERTIFICATE_OR_CRL_FOUND", message)
}

impl Stamp {
    fn of(path: PathBuf) -> Stamp {
        let state = State::of(&path);
        Stamp { path, state }
    }

    fn is_current(&self) -> bool {
        State::of(&self.path) == self.state
    }
}

impl State {
    fn of(path: &Path) -> Option<State> {
        let metadata = fs::metadata(path).ok()?;
        Some(State {
            len: metadata.len(),
            modified: metadata.modified().ok(),
            inode: inode(&metadata),
        })
    }
}

#[cfg(unix)]
fn inode(metadata: &fs::Metadata) -> (u64, u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (
        metadata.dev(),
        metadata.ino(),
        metadata.ctime(),
        metadata.ctime_nsec(),
    )
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> (u64, u64, i64, i64) {
    (0, 0, 0, 0)
}

#[cfg(test)]
mod tests;
