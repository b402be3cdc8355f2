//! Private keys under a password: EncryptedPrivateKeyInfo (RFC 5958) with PBES2 (RFC 8018).

use pkcs8::der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use pkcs8::der::{self, Decode, Reader, Tagged};
use pkcs8::pkcs5;
use pkcs8::pkcs5::pbes2::{Kdf, PBES2_OID, Parameters};
use pkcs8::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::Password;
use crate::error::{Code, Error, Result};

/// What the advice in errors says for every form of encryption that is not supported.
pub(super) const ADVICE: &str =
    "convert it with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW";

/// The file says how much work and memory its password costs; these bounds, far above what
/// programs write (600,000 iterations, 16 MiB), keep a hostile one from stopping the process.
const MAX_PBKDF2_ITERATIONS: u32 = 10_000_000;
const MAX_SCRYPT_MEMORY: u64 = 256 << 20;
const MAX_SCRYPT_PARALLELIZATION: u16 = 16;

/// Decrypts `der` to PKCS#8. The password is asked for when all else is known to be in order.
pub(super) fn decrypt(der: &[u8], password: Option<Password<'_>>) -> Result<Zeroizing<Vec<u8>>> {
    let (algorithm, ciphertext) = parse(der).map_err(|error| damaged().with_detail(error))?;
    let scheme = scheme(&algorithm)?;
    check_cost(&scheme.kdf)?;
    let ask = password.ok_or_else(|| {
        let message = "the private key is encrypted and no password was given";
        Error::new(Code::Password, c"BAD_PASSWORD_READ", message)
    })?;
    let password = ask()?;

    let mut key = Zeroizing::new(ciphertext.to_vec());
    let length = scheme
        .decrypt_in_place(&*password, &mut key)
        .map_err(decryption_error)?
        .len();
    key.truncate(length);
    // One wrong password in 256 leaves padding that looks right.
    match AnyRef::from_der(&key) {
        Ok(any) if any.tag() == der::Tag::Sequence => Ok(key),
        _ => Err(wrong_password()),
    }
}

fn parse(der: &[u8]) -> der::Result<(AlgorithmIdentifierRef<'_>, &[u8])> {
    AnyRef::from_der(der)?.sequence(|reader| {
        let algorithm = reader.decode()?;
        let ciphertext: &OctetStringRef = reader.decode()?;
        Ok::<_, der::Error>((algorithm, ciphertext.as_bytes()))
    })
}

fn scheme(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Parameters> {
    if algorithm.oid != PBES2_OID {
        return Err(unsupported(algorithm.oid));
    }
    let parameters = algorithm.parameters.ok_or_else(damaged)?;
    Parameters::try_from(parameters).map_err(|error| match error.kind() {
        der::ErrorKind::OidUnknown { oid } => unsupported(oid),
        _ => damaged().with_detail(error),
    })
}

fn check_cost(kdf: &Kdf) -> Result<()> {
    match kdf {
        Kdf::Pbkdf2(pbkdf2) if pbkdf2.iteration_count > MAX_PBKDF2_ITERATIONS => {
            Err(too_costly(format!(
                "PBKDF2 with {} iterations, more than {MAX_PBKDF2_ITERATIONS}",
                pbkdf2.iteration_count
            )))
        }
        // RFC 7914 section 2: a power of two over 1. The library panics on 0.
        Kdf::Scrypt(scrypt)
            if !scrypt.cost_parameter.is_power_of_two() || scrypt.cost_parameter == 1 =>
        {
            Err(damaged())
        }
        Kdf::Scrypt(scrypt) => {
            let memory = scrypt
                .cost_parameter
                .saturating_mul(128 * u64::from(scrypt.block_size));
            match memory > MAX_SCRYPT_MEMORY || scrypt.parallelization > MAX_SCRYPT_PARALLELIZATION
            {
                true => Err(too_costly(format!(
                    "scrypt with {} MiB of memory, {} times; at most {} MiB and {} times",
                    memory >> 20,
                    scrypt.parallelization,
                    MAX_SCRYPT_MEMORY >> 20,
                    MAX_SCRYPT_PARALLELIZATION
                ))),
                false => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn decryption_error(error: pkcs5::Error) -> Error {
    match error {
        pkcs5::Error::DecryptFailed => wrong_password(),
        pkcs5::Error::UnsupportedAlgorithm { oid } => unsupported(oid),
        other => damaged().with_detail(other),
    }
}

fn wrong_password() -> Error {
    let message = "the password does not decrypt the private key";
    Error::new(Code::Password, c"BAD_DECRYPT", message)
}

fn damaged() -> Error {
    let message = "the encrypted private key is damaged: not an EncryptedPrivateKeyInfo";
    Error::new(Code::Format, c"ASN1_PARSE_ERROR", message)
}

fn too_costly(what: String) -> Error {
    let message = format!("the private key is encrypted under {what}");
    Error::new(Code::Key, c"UNSUPPORTED_ENCRYPTION", message)
}

fn unsupported(oid: ObjectIdentifier) -> Error {
    let what = match oid.to_string().as_str() {
        "1.2.840.113549.1.5.3" => "PBES1 with MD5 and DES".to_string(),
        "1.2.840.113549.1.5.6" => "PBES1 with MD5 and RC2".to_string(),
        "1.2.840.113549.1.5.10" => "PBES1 with SHA-1 and DES".to_string(),
        "1.2.840.113549.1.5.11" => "PBES1 with SHA-1 and RC2".to_string(),
        "1.2.840.113549.1.12.1.1" => "PKCS#12 PBE with RC4, 128 bits".to_string(),
        "1.2.840.113549.1.12.1.3" => "PKCS#12 PBE with triple DES".to_string(),
        "1.2.840.113549.1.12.1.5" => "PKCS#12 PBE with RC2, 128 bits".to_string(),
        "1.2.840.113549.1.12.1.6" => "PKCS#12 PBE with RC2, 40 bits".to_string(),
        "1.2.840.113549.2.7" => "PBES2 with PBKDF2 and HMAC-SHA1".to_string(),
        dotted => format!("the algorithm {dotted}"),
    };
    Error::new(
        Code::Key,
        c"UNSUPPORTED_ENCRYPTION",
        format!("the private key is encrypted with {what}, which is not supported; {ADVICE}"),
    )
}
