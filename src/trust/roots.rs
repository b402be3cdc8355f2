//! The trust store: certificates that are trusted because the program says so.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::TrustAnchor;

use super::system;
use crate::error::{Code, Error, Result};
use crate::x509::{self, Certificate};

/// A set of trusted certificates, numbered in the order added. A clone costs nothing until one
/// of the two changes.
///
/// Each of them is trusted when a peer presents it as its own. Those that may issue certificates
/// are trusted as issuers as well; the key of a server that is merely pinned cannot sign others.
#[derive(Clone, Debug, Default)]
pub struct Roots(Arc<Store>);

#[derive(Clone, Debug, Default)]
struct Store {
    certificates: Vec<Arc<Certificate>>,
    by_der: HashMap<ByDer, usize>,
    anchors: Vec<TrustAnchor<'static>>,
    /// For each anchor, the number of its certificate.
    anchored: Vec<usize>,
}

#[derive(Clone, Debug)]
struct ByDer(Arc<Certificate>);

impl Borrow<[u8]> for ByDer {
    fn borrow(&self) -> &[u8] {
        self.0.der()
    }
}

impl Hash for ByDer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.der().as_ref().hash(state);
    }
}

impl PartialEq for ByDer {
    fn eq(&self, other: &Self) -> bool {
        self.0.der() == other.0.der()
    }
}

impl Eq for ByDer {}

impl Roots {
    pub fn new() -> Roots {
        Roots::default()
    }

    pub fn len(&self) -> usize {
        self.0.certificates.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.certificates.is_empty()
    }

    /// Certificate `i` in the order added.
    pub fn get(&self, i: usize) -> Option<&Arc<Certificate>> {
        self.0.certificates.get(i)
    }

    /// All of them, in the order added.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Certificate>> {
        self.0.certificates.iter()
    }

    /// The stored certificate with these bytes.
    pub fn find(&self, der: &[u8]) -> Option<&Arc<Certificate>> {
        self.get(*self.0.by_der.get(der)?)
    }

    pub fn contains(&self, der: &[u8]) -> bool {
        self.0.by_der.contains_key(der)
    }

    /// The certificates whose subject has this DER.
    pub fn with_subject<'a>(
        &'a self,
        name: &'a [u8],
    ) -> impl Iterator<Item = &'a Arc<Certificate>> {
        self.0
            .certificates
            .iter()
            .filter(move |certificate| certificate.subject_der() == name)
    }

    /// Those that may issue certificates.
    pub fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.0.anchors
    }

    /// The certificate of an anchor that `anchors` gave out.
    pub(super) fn certificate_of(&self, anchor: &TrustAnchor<'_>) -> Option<&Arc<Certificate>> {
        let i = self
            .0
            .anchors
            .iter()
            .position(|this| std::ptr::eq(this, anchor))?;
        self.get(*self.0.anchored.get(i)?)
    }

    /// Adds one certificate, unless it is there already.
    pub fn add(&mut self, certificate: Arc<Certificate>) {
        if self.contains(certificate.der()) {
            return;
        }
        let store = Arc::make_mut(&mut self.0);
        let number = store.certificates.len();
        if certificate.may_issue()
            && let Ok(anchor) = webpki::anchor_from_trusted_cert(certificate.der())
        {
            store.anchors.push(anchor.to_owned());
            store.anchored.push(number);
        }
        let key = ByDer(certificate.clone());
        store.by_der.insert(key, number);
        store.certificates.push(certificate);
    }

    /// Adds the certificates of a PEM (any number) or one DER. On `Code::Format` nothing is
    /// added.
    pub fn add_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        for certificate in x509::read_all(bytes)? {
            self.add(Arc::new(certificate));
        }
        Ok(())
    }

    /// Adds a file of certificates. `Code::File` with the errno if it cannot be read (a
    /// directory: EISDIR), `Code::Format` if it holds no certificate or a malformed one; then
    /// nothing is added.
    pub fn add_file(&mut self, path: &Path) -> Result<()> {
        let bytes = x509::read_file(path)?;
        self.add_bytes(&bytes)
            .map_err(|error| error.within(path.display()))
    }

    /// Adds the certificates of all files of a directory, in the order of the files' names.
    /// Files that do not hold certificates are passed over; `Code::Format` if none does.
    /// `Code::File` with the errno if the directory or one of its files cannot be read. On an
    /// error nothing is added.
    pub fn add_dir(&mut self, path: &Path) -> Result<()> {
        let mut found = Vec::new();
        for file in files_in(path)? {
            match x509::read_all(&x509::read_file(&file)?) {
                Ok(certificates) => found.extend(certificates),
                Err(error) => log::debug!("passing over {}: {error}", file.display()),
            }
        }
        if found.is_empty() {
            let message = format!("{}: no file in it holds certificates", path.display());
            let reason = c"NO_CERTIFICATE_OR_CRL_FOUND";
            return Err(Error::new(Code::Format, reason, message));
        }
        for certificate in found {
            self.add(Arc::new(certificate));
        }
        Ok(())
    }

    /// Adds the operating system's roots; SSL_CERT_FILE and SSL_CERT_DIR are honoured. None at
    /// all is an error that says where they were looked for.
    pub fn add_system(&mut self) -> Result<()> {
        self.add_all(&system::roots()?);
        Ok(())
    }

    /// Adds Mozilla's roots out of the library itself; `Code::Unsupported` in a build without.
    pub fn add_bundled(&mut self) -> Result<()> {
        self.add_all(bundled()?);
        Ok(())
    }

    pub fn clear(&mut self) {
        *self = Roots::new();
    }

    /// Adds those of `other` that are not there already.
    pub fn add_all(&mut self, other: &Roots) {
        if self.is_empty() {
            *self = other.clone();
            return;
        }
        for certificate in &other.0.certificates {
            self.add(certificate.clone());
        }
    }
}

/// The files of a directory, not of those below it, sorted. A link to nothing is no file.
fn files_in(path: &Path) -> Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(path)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<io::Result<Vec<_>>>()
        })
        .map_err(|error| Error::file(path, &error))?;
    files.retain(|file| file.is_file());
    files.sort();
    Ok(files)
}

#[cfg(feature = "bundled-roots")]
fn bundled() -> Result<&'static Roots> {
    static BUNDLED: std::sync::LazyLock<Roots> = std::sync::LazyLock::new(|| {
        let mut roots = Roots::new();
        for der in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
            if let Ok(certificate) = Certificate::from_der(der.clone()) {
                roots.add(Arc::new(certificate));
            }
        }
        roots
    });
    Ok(&BUNDLED)
}

#[cfg(not(feature = "bundled-roots"))]
fn bundled() -> Result<&'static Roots> {
    Err(Error::unsupported(
        "this build has no bundled trust roots (feature bundled-roots)",
    ))
}
