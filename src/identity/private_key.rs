//! Private keys: PKCS#8, PKCS#1 and SEC1, as PEM or DER, in the clear or under a password.

use std::sync::Arc;

use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::asn1::{AnyRef, ContextSpecific, ObjectIdentifier, OctetStringRef, UintRef};
use pkcs8::der::{self, Decode, Reader, SliceReader, TagNumber};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use rustls::sign::SigningKey;
use zeroize::Zeroizing;

use super::budget::Budget;
use super::pem::{self, Block};
use super::{Password, encryption, pbe, pkcs12};
use crate::crypto;
use crate::error::{Code, Error, Result};
use crate::x509::Certificate;

type Key = Zeroizing<PrivateKeyDer<'static>>;

/// Reads the one private key in `data`. `password` is called only if the key is encrypted.
pub(super) fn read(data: &[u8], password: Option<Password<'_>>) -> Result<Key> {
    if !pem::is_pem(data) {
        return from_der(data, password);
    }
    let blocks = pem::blocks(data)?;
    let mut keys = blocks
        .iter()
        .filter(|block| block.label.ends_with("PRIVATE KEY"));
    match (keys.next(), keys.count()) {
        (Some(key), 0) => from_block(key, password),
        (None, _) => Err(no_key(format!("found {}", pem::labels(&blocks)))),
        (_, more) => Err(Error::new(
            Code::Format,
            c"BAD_PEM_FORMAT",
            format!("{} private keys, one is wanted", more + 1),
        )),
    }
}

fn from_block(block: &Block<'_>, password: Option<Password<'_>>) -> Result<Key> {
    if block.has_legacy_encryption() {
        return Err(Error::new(
            Code::Key,
            c"UNSUPPORTED_ENCRYPTION",
            format!(
                "the {} is encrypted in the legacy way of PEM (Proc-Type: 4,ENCRYPTED), which is \
                 not supported; {}",
                block.label,
                pbe::ADVICE
            ),
        ));
    }
    match block.label {
        "PRIVATE KEY" => Ok(owned::<PrivatePkcs8KeyDer>(block.decode()?)),
        "RSA PRIVATE KEY" => Ok(owned::<PrivatePkcs1KeyDer>(block.decode()?)),
        "EC PRIVATE KEY" => Ok(owned::<PrivateSec1KeyDer>(block.decode()?)),
        "ENCRYPTED PRIVATE KEY" => decrypted(&block.decode()?, password),
        label => Err(unsupported(format!("a block \"{label}\""))),
    }
}

fn from_der(data: &[u8], password: Option<Password<'_>>) -> Result<Key> {
    if data.is_empty() {
        return Err(no_key("it is empty"));
    }
    if pkcs12::is_pkcs12(data) {
        return Err(no_key(
            "found PKCS#12, which is given as the certificate, without a key beside it",
        ));
    }
    if let Ok(key) = PrivateKeyDer::try_from(data) {
        return Ok(Zeroizing::new(key.clone_key()));
    }
    if Certificate::check(data).is_ok() {
        return Err(no_key("found a certificate"));
    }
    // Nothing but an encrypted key begins with two SEQUENCEs and is no certificate.
    match AnyRef::from_der(data).map(|any| any.value().first().copied()) {
        Ok(Some(0x30)) => decrypted(data, password),
        _ => Err(no_key("neither PEM nor DER")),
    }
}

fn decrypted(der: &[u8], password: Option<Password<'_>>) -> Result<Key> {
    encryption::decrypt(der, password, &mut Budget::of_a_file()).map(owned::<PrivatePkcs8KeyDer>)
}

/// Hands the buffer over without a copy, which nobody would wipe.
fn owned<K: From<Vec<u8>> + Into<PrivateKeyDer<'static>>>(mut der: Zeroizing<Vec<u8>>) -> Key {
    Zeroizing::new(K::from(std::mem::take(&mut *der)).into())
}

/// Makes `key` ready for signing, or says what it is that this build cannot use.
pub(super) fn load(key: &PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>> {
    crypto::provider()
        .key_provider
        .load_private_key(key.clone_key())
        .map_err(|error| rejection(key).with_detail(error))
}

/// Why the cryptography refused `key`: too small, of another kind, or damaged.
fn rejection(key: &PrivateKeyDer<'_>) -> Error {
    match key {
        PrivateKeyDer::Pkcs1(key) => rsa_rejection(key.secret_pkcs1_der()),
        PrivateKeyDer::Sec1(key) => match sec1_curve(key.secret_sec1_der()) {
            Ok(Some(curve)) => curve_rejection(curve),
            _ => damaged("EC"),
        },
        PrivateKeyDer::Pkcs8(key) => PrivateKeyInfoRef::from_der(key.secret_pkcs8_der())
            .map_or_else(|_| damaged("PKCS#8"), |info| pkcs8_rejection(&info)),
        _ => unsupported("a key of a kind unknown".to_string()),
    }
}

fn pkcs8_rejection(info: &PrivateKeyInfoRef<'_>) -> Error {
    match info.algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => rsa_rejection(info.private_key.as_bytes()),
        "1.2.840.10045.2.1" => match info.algorithm.parameters_oid() {
            Ok(curve) => curve_rejection(curve),
            Err(_) => unsupported("an EC key without the name of a curve".to_string()),
        },
        "1.3.101.112" => damaged("Ed25519"),
        oid => unsupported(match oid {
            "1.2.840.113549.1.1.10" => "an RSASSA-PSS key".to_string(),
            "1.2.840.10040.4.1" => "a DSA key".to_string(),
            "1.2.840.113549.1.3.1" => "a Diffie-Hellman key".to_string(),
            "1.3.101.110" => "an X25519 key, which cannot sign".to_string(),
            "1.3.101.111" => "an X448 key, which cannot sign".to_string(),
            "1.3.101.113" => "an Ed448 key".to_string(),
            _ => format!("a key of algorithm {oid}"),
        }),
    }
}

fn rsa_rejection(pkcs1: &[u8]) -> Error {
    let allowed = match cfg!(feature = "aws-lc-rs") {
        true => 2048..=8192,
        false => 2048..=4096,
    };
    match rsa_bits(pkcs1) {
        Ok(bits) if bits < *allowed.start() => Error::new(
            Code::Key,
            c"EE_KEY_TOO_SMALL",
            format!("an RSA key of {bits} bits; at least 2048 are needed"),
        ),
        Ok(bits) if bits > *allowed.end() => {
            unsupported(format!("an RSA key of {bits} bits, over {}", allowed.end()))
        }
        _ => damaged("RSA"),
    }
}

/// The size of the modulus: the second INTEGER of RSAPrivateKey (RFC 8017 A.1.2).
fn rsa_bits(pkcs1: &[u8]) -> der::Result<usize> {
    let mut fields = SliceReader::new(AnyRef::from_der(pkcs1)?.value())?;
    let _version: u8 = fields.decode()?;
    let modulus: UintRef<'_> = fields.decode()?;
    let bytes = modulus.as_bytes();
    let leading = bytes.first().map_or(0, |byte| byte.leading_zeros());
    Ok(bytes.len() * 8 - leading as usize)
}

/// The curve in ECPrivateKey (RFC 5915), which PKCS#8 leaves out.
fn sec1_curve(sec1: &[u8]) -> der::Result<Option<ObjectIdentifier>> {
    let mut fields = SliceReader::new(AnyRef::from_der(sec1)?.value())?;
    let _version: u8 = fields.decode()?;
    let _private_key: &OctetStringRef = fields.decode()?;
    let curve = ContextSpecific::decode_explicit(&mut fields, TagNumber(0))?;
    Ok(curve.map(|field| field.value))
}

fn curve_rejection(curve: ObjectIdentifier) -> Error {
    match curve.to_string().as_str() {
        "1.2.840.10045.3.1.7" => damaged("P-256"),
        "1.3.132.0.34" => damaged("P-384"),
        "1.3.132.0.35" if cfg!(feature = "aws-lc-rs") => damaged("P-521"),
        "1.3.132.0.35" => unsupported("a key on the curve P-521".to_string()),
        "1.3.132.0.10" => unsupported("a key on the curve secp256k1".to_string()),
        oid => unsupported(format!("a key on the curve {oid}")),
    }
}

fn no_key(found: impl std::fmt::Display) -> Error {
    let message = format!("no private key: {found}");
    Error::new(Code::Format, c"NO_START_LINE", message)
}

fn damaged(kind: &str) -> Error {
    let message = format!("the {kind} private key is damaged");
    Error::new(Code::Format, c"ASN1_PARSE_ERROR", message)
}

fn unsupported(what: String) -> Error {
    let kinds = match cfg!(feature = "aws-lc-rs") {
        true => "RSA, P-256, P-384, P-521 or Ed25519",
        false => "RSA, P-256, P-384 or Ed25519",
    };
    Error::new(
        Code::Key,
        c"UNKNOWN_CERTIFICATE_TYPE",
        format!("{what} is not supported; wanted is a private key of {kinds}"),
    )
}
