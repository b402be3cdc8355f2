//! Loading: every form of key that is taken, and every reason for which one is refused.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use pkcs8::pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params};
use pkcs8::pkcs5::scrypt;
use testca::{Authority, Credentials, KeyKind, Leaf};

use super::*;

static ISSUER: LazyLock<Authority> =
    LazyLock::new(|| Authority::root("some root").intermediate("some intermediate"));

fn server(key: KeyKind) -> Credentials {
    ISSUER.issue(&Leaf::server(&["localhost"]).key(key))
}

fn load(certificate: &str, key: &str) -> Result<Identity> {
    Identity::from_memory(certificate.as_bytes(), Some(key.as_bytes()), None)
}

fn load_with_password(credentials: &Credentials, key: &str, password: &str) -> Result<Identity> {
    let chain = credentials.chain_pem();
    let mut ask = || Ok(Zeroizing::new(password.as_bytes().to_vec()));
    Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), Some(&mut ask))
}

#[track_caller]
pub(super) fn assert_refused(result: Result<Identity>, code: Code, facts: &[&str]) {
    let error = result.expect_err("refused");
    assert_eq!(error.code(), code, "{error}");
    for fact in facts {
        assert!(error.message().contains(fact), "no {fact:?} in: {error}");
    }
}

fn label(pem: &str, from: &str, to: &str) -> String {
    pem.replace(&format!("{from}-----"), &format!("{to}-----"))
}

/// One DER element.
pub(super) fn tlv(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let length = match contents.len() {
        length @ ..0x80 => vec![length as u8],
        length @ ..0x100 => vec![0x81, length as u8],
        length => vec![0x82, (length >> 8) as u8, length as u8],
    };
    [&[tag], length.as_slice(), contents.as_slice()].concat()
}

/// PKCS#8 of the algorithm with this OID (its DER contents).
fn pkcs8_of(oid: &[u8], parameters: &[u8]) -> Vec<u8> {
    let algorithm = tlv(0x30, &[&tlv(0x06, &[oid]), parameters]);
    tlv(0x30, &[&[2, 1, 0], &algorithm, &tlv(0x04, &[&[0; 32]])])
}

/// PKCS#1 as far as the modulus, which is not one.
fn rsa_of(bits: usize) -> Vec<u8> {
    let modulus = tlv(2, &[&[0], &vec![0xc1; bits / 8]]);
    tlv(0x30, &[&[2, 1, 0], &modulus, &[2, 3, 1, 0, 1]])
}

#[test]
fn keys_of_every_kind_are_taken() {
    for kind in [
        KeyKind::Rsa2048,
        KeyKind::P256,
        KeyKind::P384,
        KeyKind::Ed25519,
        #[cfg(feature = "aws-lc-rs")]
        KeyKind::P521,
    ] {
        let credentials = server(kind);
        let identity = load(&credentials.chain_pem(), &credentials.key_pem());
        let identity = identity.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(identity.certificates(), credentials.chain());
    }
}

#[cfg(not(feature = "aws-lc-rs"))]
#[test]
fn a_build_without_p521_says_so() {
    let p521 = server(KeyKind::P521);
    for key in [p521.key_pem(), p521.sec1_pem()] {
        assert_refused(load(&p521.chain_pem(), &key), Code::Key, &["curve P-521"]);
    }
}

#[test]
fn the_old_forms_of_keys_and_der_are_taken() {
    let rsa = server(KeyKind::Rsa2048);
    load(&rsa.chain_pem(), &rsa.pkcs1_pem()).unwrap();
    let ec = server(KeyKind::P384);
    load(&ec.chain_pem(), &ec.sec1_pem()).unwrap();
    let identity = Identity::from_memory(ec.leaf(), Some(ec.key_der()), None).unwrap();
    assert_eq!(identity.certificates(), &ec.chain()[..1]);
}

#[test]
fn pem_is_taken_as_people_have_it() {
    let credentials = server(KeyKind::P256);
    let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
    let both = format!("\u{feff}{key}subject=/CN=localhost\n\n{chain}trailing words");
    for file in [both.clone(), both.replace('\n', "  \r\n")] {
        Identity::from_memory(file.as_bytes(), None, None).unwrap();
    }
    let one_line = key.replace('\n', "").replace("KEY-----", "KEY-----\n");
    let one_line = one_line.replace("-----END", "\n-----END");
    load(&chain, &one_line).unwrap();
}

#[test]
fn an_expired_leaf_is_taken() {
    let expired = ISSUER.issue(&Leaf::server(&["localhost"]).valid_days(-30..-1));
    load(&expired.chain_pem(), &expired.key_pem()).unwrap();
}

#[test]
fn the_password_is_asked_for_once_and_only_if_the_key_is_encrypted() {
    let credentials = server(KeyKind::P256);
    for (key, asked_for) in [
        (credentials.key_pem(), 0),
        (credentials.encrypted_key_pem("secret"), 1),
    ] {
        let mut times = 0;
        let mut ask = || {
            times += 1;
            Ok(Zeroizing::new(b"secret".to_vec()))
        };
        let chain = credentials.chain_pem();
        Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), Some(&mut ask)).unwrap();
        assert_eq!(times, asked_for);
    }
}

#[test]
fn every_pbes2_scheme_that_openssl_writes_is_taken() {
    let pbkdf2 = || Kdf::from(Pbkdf2Params::hmac_sha256(2048, b"saltsalt").unwrap());
    let scrypt = scrypt::Params::new(10, 8, 1).unwrap();
    let credentials = server(KeyKind::P256);
    for scheme in [
        Parameters::generate_scrypt_aes256cbc(scrypt, b"saltsalt", [7; 16]).unwrap(),
        Parameters::generate_pbkdf2_sha256_aes128cbc(2048, b"saltsalt", [7; 16]).unwrap(),
        Parameters {
            kdf: pbkdf2(),
            encryption: EncryptionScheme::DesEde3Cbc { iv: [7; 8] },
        },
    ] {
        let key = credentials.key_pem_encrypted_with(scheme, "secret");
        load_with_password(&credentials, &key, "secret").unwrap();
    }
}

#[test]
fn a_password_that_is_missing_or_wrong_is_its_own_error() {
    let credentials = server(KeyKind::P256);
    let scheme = Parameters::generate_pbkdf2_sha256_aes256cbc(1, b"saltsalt", [7; 16]);
    let key = credentials.key_pem_encrypted_with(scheme.unwrap(), "secret");
    let chain = credentials.chain_pem();
    assert_refused(load(&chain, &key), Code::Password, &["no password"]);
    // More than 256 of them: some leave padding behind that looks right.
    for guess in 0..600 {
        let result = load_with_password(&credentials, &key, &format!("guess {guess}"));
        assert_refused(result, Code::Password, &["does not decrypt"]);
    }
    let mut give_up = || Err(Error::new(Code::Callback, c"CALLBACK", "no terminal"));
    let result = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), Some(&mut give_up));
    assert_refused(result, Code::Callback, &["no terminal"]);
}

#[test]
fn encryption_that_is_not_supported_is_named_with_advice() {
    let credentials = server(KeyKind::P256);
    let chain = credentials.chain_pem();
    let legacy = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\
                  DEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let facts = ["Proc-Type", "openssl pkcs8 -topk8"];
    assert_refused(load(&chain, legacy), Code::Key, &facts);

    let pbe = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x01";
    let result = Identity::from_memory(chain.as_bytes(), Some(&under(pbe, 1)), None);
    assert_refused(result, Code::Key, &["RC4", "openssl pkcs8 -topk8"]);
}

/// EncryptedPrivateKeyInfo under a scheme of PKCS#12 with this OID.
fn under(pbe: &[u8], iterations: u8) -> Vec<u8> {
    let salt = tlv(0x30, &[&tlv(0x04, &[&[0; 8]]), &[2, 1, iterations]]);
    let algorithm = tlv(0x30, &[&tlv(0x06, &[pbe]), &salt]);
    tlv(0x30, &[&algorithm, &tlv(0x04, &[&[0; 16]])])
}

#[test]
fn a_key_whose_password_costs_too_much_is_refused_at_once() {
    let credentials = server(KeyKind::P256);
    let with_kdf = |kdf| {
        let scheme = Parameters {
            kdf,
            encryption: EncryptionScheme::Aes256Cbc { iv: [7; 16] },
        };
        let key = pkcs8::EncryptedPrivateKeyInfoRef {
            encryption_algorithm: scheme.into(),
            encrypted_data: pkcs8::der::asn1::OctetStringRef::new(&[0; 32]).unwrap(),
        };
        let document = pkcs8::SecretDocument::try_from(key).unwrap();
        let mut ask = || Ok(Zeroizing::new(b"secret".to_vec()));
        let chain = credentials.chain_pem();
        Identity::from_memory(chain.as_bytes(), Some(document.as_bytes()), Some(&mut ask))
    };
    let mut pbkdf2 = Pbkdf2Params::hmac_sha256(1, b"saltsalt").unwrap();
    pbkdf2.iteration_count = u32::MAX;
    assert_refused(with_kdf(pbkdf2.into()), Code::Key, &["4294967295"]);
    let triple_des = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03";
    let chain = credentials.chain_pem();
    let result = Identity::from_memory(chain.as_bytes(), Some(&under(triple_des, 0)), None);
    assert_refused(result, Code::Key, &["0 iterations"]);

    let params = scrypt::Params::new(10, 8, 1).unwrap();
    let modest = Parameters::generate_scrypt_aes256cbc(params, b"saltsalt", [7; 16]).unwrap();
    let Kdf::Scrypt(modest) = modest.kdf else {
        unreachable!()
    };
    for (cost, code, fact) in [
        (1 << 40, Code::Key, "scrypt with N = 1099511627776"),
        (0, Code::Format, "damaged"),
        (3, Code::Format, "damaged"),
        (1, Code::Format, "damaged"),
    ] {
        let mut scrypt = modest;
        scrypt.cost_parameter = cost;
        assert_refused(with_kdf(scrypt.into()), code, &[fact]);
    }
}

#[test]
fn keys_that_cannot_be_used_are_named() {
    let chain = server(KeyKind::P256).chain_pem();
    let refused = |key: &[u8], facts: &[&str]| {
        let result = Identity::from_memory(chain.as_bytes(), Some(key), None);
        assert_refused(result, Code::Key, facts);
    };
    refused(&rsa_of(1024), &["RSA key of 1024 bits", "2048"]);
    refused(&rsa_of(16384), &["RSA key of 16384 bits"]);
    refused(&pkcs8_of(b"\x2b\x65\x71", b""), &["Ed448"]);
    refused(&pkcs8_of(b"\x2b\x65\x6e", b""), &["X25519"]);
    refused(&pkcs8_of(b"\x2a\x03\x04", b""), &["1.2.3.4"]);
    let secp256k1 = b"\x06\x05\x2b\x81\x04\x00\x0a";
    let ec = pkcs8_of(b"\x2a\x86\x48\xce\x3d\x02\x01", secp256k1);
    refused(&ec, &["secp256k1"]);
    let dsa = label(
        &server(KeyKind::P256).key_pem(),
        "PRIVATE KEY",
        "DSA PRIVATE KEY",
    );
    refused(dsa.as_bytes(), &["DSA PRIVATE KEY"]);
}

#[test]
fn a_damaged_key_is_a_matter_of_format() {
    let credentials = server(KeyKind::P256);
    let mut der = credentials.key_der().to_vec();
    der.truncate(der.len() - 1);
    let chain = credentials.chain_pem();
    let result = Identity::from_memory(chain.as_bytes(), Some(&der), None);
    assert_refused(result, Code::Format, &["damaged"]);
    let ed25519 = pkcs8_of(b"\x2b\x65\x70", b"");
    let result = Identity::from_memory(chain.as_bytes(), Some(&ed25519), None);
    assert_refused(result, Code::Format, &["Ed25519 private key is damaged"]);
}

#[test]
fn files_without_what_is_wanted_say_what_they_hold() {
    let credentials = server(KeyKind::P256);
    let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
    let parameters = "-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n";
    for (certificate, facts) in [
        ("", ["no certificate", "empty"]),
        ("hello\n", ["no certificate", "neither PEM nor"]),
        (&key, ["no certificate", "found PRIVATE KEY"]),
    ] {
        assert_refused(load(certificate, &key), Code::Format, &facts);
    }
    let mixed = credentials.leaf_pem() + parameters;
    for (key, facts) in [
        ("", ["no private key", "empty"]),
        ("hello\n", ["no private key", "neither PEM nor"]),
        (
            &mixed,
            ["no private key", "found CERTIFICATE, DH PARAMETERS"],
        ),
        (&key.repeat(2), ["2 private keys", "one is wanted"]),
    ] {
        assert_refused(load(&chain, key), Code::Format, &facts);
    }
    let result = Identity::from_memory(chain.as_bytes(), Some(credentials.leaf()), None);
    assert_refused(result, Code::Format, &["found a certificate"]);
    let result = Identity::from_memory(chain.as_bytes(), None, None);
    assert_refused(result, Code::Format, &["found CERTIFICATE, CERTIFICATE"]);
}

#[test]
fn damaged_pem_says_where() {
    let credentials = server(KeyKind::P256);
    let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
    let cut = chain.trim_end().strip_suffix("-----END CERTIFICATE-----");
    let result = load(cut.unwrap(), &key);
    assert_refused(result, Code::Format, &["END CERTIFICATE", "line 13"]);
    let second_in_first = chain.replacen("-----END CERTIFICATE-----\n", "", 1);
    assert_refused(load(&second_in_first, &key), Code::Format, &["in line 1 "]);
    let result = load(&chain.replacen("MII", "M!I", 1), &key);
    assert_refused(result, Code::Format, &["line 1 is not valid base64"]);
    let not_x509 = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let result = load(&(credentials.leaf_pem() + not_x509), &key);
    assert_refused(result, Code::Format, &["certificate 2", "byte 0"]);
}

#[test]
fn a_certificate_whose_fields_cannot_be_read_says_which() {
    let credentials = server(KeyKind::P256);
    let mut leaf = credentials.leaf().to_vec();
    let version = [0xa0, 3, 2, 1, 2];
    let at = leaf
        .windows(5)
        .position(|window| window == version)
        .unwrap();
    leaf[at + 4] = 7;
    let result = load(&testca::certificate_pem(&leaf), &credentials.key_pem());
    assert_refused(result, Code::Format, &["certificate 1", "version, byte"]);
}

#[test]
fn a_key_that_belongs_elsewhere_is_a_mismatch() {
    let (one, other) = (server(KeyKind::P256), server(KeyKind::P256));
    let result = load(&one.chain_pem(), &other.key_pem());
    assert_refused(result, Code::Mismatch, &["does not belong", "CN=localhost"]);

    let reversed: String = one
        .chain()
        .iter()
        .rev()
        .map(|der| testca::certificate_pem(der))
        .collect();
    let facts = ["certificate 2 of 2", "CN=localhost", "out of order"];
    assert_refused(load(&reversed, &one.key_pem()), Code::Mismatch, &facts);
}

#[test]
fn a_key_that_belongs_but_is_described_otherwise_is_no_mismatch() {
    const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
    const RSASSA_PSS: u8 = 10;
    let credentials = server(KeyKind::Rsa2048);
    let mut leaf = credentials.leaf().to_vec();
    let place = leaf.windows(RSA.len()).position(|window| window == RSA);
    leaf[place.unwrap() + RSA.len() - 1] = RSASSA_PSS;
    let result = Identity::from_memory(&leaf, Some(credentials.key_der()), None);
    assert_refused(result, Code::Key, &["CN=localhost", "RSASSA-PSS"]);
}

#[test]
fn errors_about_files_name_the_file() {
    let directory = Directory::new();
    let credentials = server(KeyKind::P256);
    let chain = directory.write("chain.pem", &credentials.chain_pem());
    let key = directory.write("chain.key", &credentials.key_pem());
    let empty = directory.write("empty.pem", "");
    let missing = directory.path.join("missing.pem");

    Identity::from_files(&chain, Some(&key), None).unwrap();
    let result = Identity::from_files(&missing, None, None);
    assert_eq!(result.as_ref().unwrap_err().errno(), libc::ENOENT);
    assert_refused(result, Code::File, &["missing.pem"]);
    let result = Identity::from_files(&chain, Some(&directory.path), None);
    assert_eq!(result.as_ref().unwrap_err().errno(), libc::EISDIR);
    assert_refused(result, Code::File, &[directory.path.to_str().unwrap()]);
    let result = Identity::from_files(&empty, Some(&key), None);
    assert_refused(result, Code::Format, &["empty.pem: no certificate"]);
    let result = Identity::from_files(&chain, Some(&empty), None);
    assert_refused(result, Code::Format, &["empty.pem: no private key"]);
    let result = Identity::from_files(&chain, None, None);
    assert_refused(result, Code::Format, &["chain.pem: no private key"]);
    #[cfg(unix)]
    {
        let result = Identity::from_files("/dev/zero".as_ref(), None, None);
        assert_refused(result, Code::Format, &["/dev/zero: over 16 MiB"]);
    }
}

/// A directory of this test's own, gone when it ends.
struct Directory {
    path: PathBuf,
}

impl Directory {
    fn new() -> Directory {
        let name = format!("rssl-identity-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Directory { path }
    }

    fn write(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.path.join(name);
        fs::write(&path, contents).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}
