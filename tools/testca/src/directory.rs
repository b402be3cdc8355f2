//! The directory of files that the demo and the C, interop and fault tests read.
//!
//! Private keys are PKCS#8 PEM and readable by their owner only.
//!
//! | Files | What |
//! |---|---|
//! | `ca.pem` `ca.key` | the root that signed everything not said to be otherwise |
//! | `intermediate.pem` | the intermediate between the root and the servers |
//! | `other-ca.pem` | a root that has nothing to do with the first |
//! | `server.pem` `server.key` | P-256 chain, leaf and intermediate, for localhost, 127.0.0.1, ::1, server.rssl.test and *.wild.rssl.test |
//! | `rsa-server` `p384-server` `p521-server` `ed25519-server` (.pem .key) | the same names with keys of these kinds (RSA: 2048 bits) |
//! | `rsa-chain.pem` `rsa-chain.key` | the same names again: leaf, intermediate and the root `rsa-ca.pem` all have RSA keys of 2048 bits |
//! | `second.pem` `second.key` | another server: second.rssl.test |
//! | `server-leaf.pem` | `server.pem` without the intermediate |
//! | `server-both.pem` | `server.pem` and `server.key` in one file |
//! | `server-sec1.key` `rsa-server-pkcs1.key` | the keys in their old forms, "EC PRIVATE KEY" and "RSA PRIVATE KEY" |
//! | `server-encrypted.key` | `server.key` under the password "rssl-test" (PBES2) |
//! | `server.der` `server.key.der` | the leaf and the key as DER |
//! | `client.pem` `client.key` | a client's certificate, signed by the root itself |
//! | `rsa-client` `p384-client` `p521-client` `ed25519-client` (.pem .key) | the same client with keys of these kinds |
//! | `large-server.pem` `.key` | five intermediates below the root, and a leaf with a thousand names more: a message of many records |
//! | `many-cas.pem` | `ca.pem` after 500 other roots |
//! | `client-other.pem` `.key` | a client's certificate from `other-ca.pem` |
//! | `client-as-server.pem` `.key` | the names of `server.pem`, but for clients only (extendedKeyUsage) |
//! | `expired.pem` `not-yet-valid.pem` (+ `.key`) | the names of `server.pem`, outside their dates |
//! | `wrong-name.pem` `.key` | for wrong.rssl.test only |
//! | `no-akid.pem` `.key` | the names of `server.pem`, without authorityKeyIdentifier |
//! | `revoked.pem` `.key` | the names of `server.pem`; serial number 5EED |
//! | `crl.pem` | the lists of the root and of the intermediate, which revokes `revoked.pem` |
//! | `crl-root.pem` `crl-intermediate.pem` | each of the two alone |
//! | `crl-revoking-intermediate.pem` | the root's list with the intermediate in it |
//! | `crl-old.pem` | the two lists, a day past their date, with nothing in them |
//! | `self-signed.pem` `.key` | a self-signed leaf (CA:FALSE) with the names of `server.pem` |
//! | `self-signed-ca.pem` `.key` | a self-signed authority (CA:TRUE) with the names of `server.pem` |
//! | `cn-only.pem` `.key` | a self-signed leaf for localhost by common name, no subjectAltName |

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use rcgen::{BasicConstraints, IsCa};

use crate::authority::Authority;
use crate::credentials::{Credentials, certificate_pem};
use crate::leaf::{KeyKind, Leaf};

/// Of `server-encrypted.key`.
pub const PASSWORD: &str = "rssl-test";

/// What the servers are called.
pub const SERVER_NAMES: [&str; 5] = [
    "localhost",
    "127.0.0.1",
    "::1",
    "server.rssl.test",
    "*.wild.rssl.test",
];

/// Serial numbers of what the lists revoke.
const INTERMEDIATE: u64 = 0x1ca;
const REVOKED: u64 = 0x5eed;

/// Makes `directory` if it is not there and writes all of the files above into it, in place of
/// those of an earlier run.
pub fn write(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let out = Directory(directory);
    let root = Authority::root("rssl test root");
    let intermediate = root.numbered_intermediate("rssl test intermediate", INTERMEDIATE);
    let other = Authority::root("rssl other root");

    out.pair("ca", root.credentials())?;
    out.public(
        "intermediate.pem",
        &certificate_pem(intermediate.certificate()),
    )?;
    out.public("other-ca.pem", &certificate_pem(other.certificate()))?;
    out.servers(&intermediate)?;
    out.clients(&root, &other)?;
    out.large(&root)?;
    out.unacceptable(&intermediate)?;
    out.revocation(&root, &intermediate)?;
    out.self_signed()
}

struct Directory<'a>(&'a Path);

impl Directory<'_> {
    fn servers(&self, issuer: &Authority) -> io::Result<()> {
        let named = Leaf::server(&SERVER_NAMES);
        let server = issuer.issue(&named);
        self.pair("server", &server)?;
        self.public("server-leaf.pem", &server.leaf_pem())?;
        self.secret("server-both.pem", server.chain_pem() + &server.key_pem())?;
        self.secret("server-sec1.key", server.sec1_pem())?;
        self.secret("server-encrypted.key", server.encrypted_key_pem(PASSWORD))?;
        self.public("server.der", server.leaf())?;
        self.secret("server.key.der", server.key_der())?;

        let rsa = issuer.issue(&named.clone().key(KeyKind::Rsa2048));
        self.pair("rsa-server", &rsa)?;
        self.secret("rsa-server-pkcs1.key", rsa.pkcs1_pem())?;
        let rsa_root = Authority::root_with_key("rssl test RSA root", KeyKind::Rsa2048);
        let rsa_chain = rsa_root
            .intermediate("rssl test RSA intermediate")
            .issue(&named.clone().key(KeyKind::Rsa2048));
        self.public("rsa-ca.pem", &certificate_pem(rsa_root.certificate()))?;
        self.pair("rsa-chain", &rsa_chain)?;
        for (name, kind) in [
            ("p384-server", KeyKind::P384),
            ("p521-server", KeyKind::P521),
            ("ed25519-server", KeyKind::Ed25519),
        ] {
            self.pair(name, &issuer.issue(&named.clone().key(kind)))?;
        }
        self.pair(
            "second",
            &issuer.issue(&Leaf::server(&["second.rssl.test"])),
        )
    }

    fn clients(&self, root: &Authority, other: &Authority) -> io::Result<()> {
        let named = Leaf::client("rssl test client");
        self.pair("client", &root.issue(&named))?;
        for (name, kind) in [
            ("rsa-client", KeyKind::Rsa2048),
            ("p384-client", KeyKind::P384),
            ("p521-client", KeyKind::P521),
            ("ed25519-client", KeyKind::Ed25519),
        ] {
            self.pair(name, &root.issue(&named.clone().key(kind)))?;
        }
        let stranger = other.issue(&Leaf::client("rssl other client"));
        self.pair("client-other", &stranger)
    }

    /// What makes handshake messages longer than a record.
    fn large(&self, root: &Authority) -> io::Result<()> {
        let more = (0..1000).map(|i| format!("number-{i}.large.rssl.test"));
        let names: Vec<String> = SERVER_NAMES
            .map(String::from)
            .into_iter()
            .chain(more)
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut issuer = root.intermediate("rssl test intermediate 1");
        for i in 2..=5 {
            issuer = issuer.intermediate(&format!("rssl test intermediate {i}"));
        }
        self.pair("large-server", &issuer.issue(&Leaf::server(&names)))?;

        let mut roots: String = (0..500)
            .map(|i| {
                certificate_pem(Authority::root(&format!("rssl root number {i}")).certificate())
            })
            .collect();
        roots += &certificate_pem(root.certificate());
        self.public("many-cas.pem", &roots)
    }

    /// Server certificates that a client must refuse, or may.
    fn unacceptable(&self, issuer: &Authority) -> io::Result<()> {
        let named = Leaf::server(&SERVER_NAMES);
        let client_only = named.clone().params(|params| {
            params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
        });
        let no_akid = named.clone().params(|params| {
            params.use_authority_key_identifier_extension = false;
        });
        for (name, leaf) in [
            ("no-akid", no_akid),
            ("expired", named.clone().valid_days(-30..-1)),
            ("not-yet-valid", named.valid_days(1..30)),
            ("wrong-name", Leaf::server(&["wrong.rssl.test"])),
            ("client-as-server", client_only),
        ] {
            self.pair(name, &issuer.issue(&leaf))?;
        }
        Ok(())
    }

    fn revocation(&self, root: &Authority, intermediate: &Authority) -> io::Result<()> {
        let leaf = Leaf::server(&SERVER_NAMES).params(|params| {
            params.serial_number = Some(REVOKED.into());
        });
        self.pair("revoked", &intermediate.issue(&leaf))?;
        let current = -1..30;
        let of_root = root.crl_pem(&[], current.clone());
        let of_intermediate = intermediate.crl_pem(&[REVOKED], current.clone());
        self.public("crl.pem", &format!("{of_root}{of_intermediate}"))?;
        self.public("crl-root.pem", &of_root)?;
        self.public("crl-intermediate.pem", &of_intermediate)?;
        let revoking = root.crl_pem(&[INTERMEDIATE], current);
        self.public("crl-revoking-intermediate.pem", &revoking)?;
        let old = root.crl_pem(&[], -30..-1) + &intermediate.crl_pem(&[], -30..-1);
        self.public("crl-old.pem", &old)
    }

    fn self_signed(&self) -> io::Result<()> {
        let named = Leaf::server(&SERVER_NAMES);
        let authority = named.clone().params(|params| {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages.push(rcgen::KeyUsagePurpose::KeyCertSign);
        });
        let common_name_only = named
            .clone()
            .params(|params| params.subject_alt_names.clear());
        for (name, leaf) in [
            ("self-signed", named),
            ("self-signed-ca", authority),
            ("cn-only", common_name_only),
        ] {
            self.pair(name, &leaf.self_signed())?;
        }
        Ok(())
    }

    fn pair(&self, name: &str, credentials: &Credentials) -> io::Result<()> {
        self.public(&format!("{name}.pem"), &credentials.chain_pem())?;
        self.secret(&format!("{name}.key"), credentials.key_pem())
    }

    fn public(&self, name: &str, contents: &(impl AsRef<[u8]> + ?Sized)) -> io::Result<()> {
        self.create(name, contents.as_ref(), 0o644)
    }

    fn secret(&self, name: &str, contents: impl AsRef<[u8]>) -> io::Result<()> {
        self.create(name, contents.as_ref(), 0o600)
    }

    /// A file that is there already would keep its mode, so it goes first.
    fn create(&self, name: &str, contents: &[u8], mode: u32) -> io::Result<()> {
        let path = self.0.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        #[cfg(not(unix))]
        let _ = mode;
        options.open(path)?.write_all(contents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn keys_are_for_their_owner_only_also_when_written_again() {
        use std::os::unix::fs::PermissionsExt;

        let name = format!("testca-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        write(&directory).unwrap();
        let key = directory.join("server.key");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        write(&directory).unwrap();
        let mode = fs::metadata(&key).unwrap().permissions().mode();
        fs::remove_dir_all(&directory).unwrap();
        assert_eq!(mode & 0o777, 0o600);
    }
}
