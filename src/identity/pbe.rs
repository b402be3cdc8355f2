//! Encryption under a password: PBES2 (RFC 8018), and the schemes of PKCS#12 with SHA-1 (RFC 7292
//! appendix C), which are old and weak but what many files are under.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, KeyInit, KeyIvInit};
use pkcs8::der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use pkcs8::der::{self, Decode, Reader, Tagged};
use pkcs8::pkcs5;
use pkcs8::pkcs5::pbes2::{self, Kdf, PBES2_OID};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs12::kdf::{Pkcs12KeyType, derive_key};
use zeroize::Zeroizing;

use super::budget::Budget;
use crate::error::{Code, Error, Result};

/// What errors advise for every form of encryption that is not supported.
pub(super) const ADVICE: &str = "convert it: a key with \"openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW\", PKCS#12 to \
     PEM with \"openssl pkcs12 -legacy -in OLD -out NEW\"";

/// How something is encrypted: known to be supported and affordable.
pub(super) enum Scheme {
    Pbes2(Box<pbes2::Parameters>),
    Pkcs12 {
        cipher: Cipher,
        salt: Vec<u8>,
        iterations: i32,
    },
}

#[derive(Clone, Copy)]
pub(super) enum Cipher {
    TripleDes,
    TripleDesOfTwoKeys,
    Rc2Of128Bits,
    Rc2Of40Bits,
}

impl Scheme {
    /// Takes from `budget` what decrypting will cost. Errors do not say what is encrypted: that is
    /// for the caller to put before them.
    pub fn new(algorithm: &AlgorithmIdentifierRef<'_>, budget: &mut Budget) -> Result<Scheme> {
        let parameters = || algorithm.parameters.ok_or_else(damaged);
        if algorithm.oid == PBES2_OID {
            return pbes2(parameters()?, budget);
        }
        let cipher = match algorithm.oid.to_string().as_str() {
            "1.2.840.113549.1.12.1.3" => Cipher::TripleDes,
            "1.2.840.113549.1.12.1.4" => Cipher::TripleDesOfTwoKeys,
            "1.2.840.113549.1.12.1.5" => Cipher::Rc2Of128Bits,
            "1.2.840.113549.1.12.1.6" => Cipher::Rc2Of40Bits,
            _ => return Err(unsupported(algorithm.oid)),
        };
        let (salt, iterations) =
            salt_and_iterations(parameters()?).map_err(|error| damaged().with_detail(error))?;
        Ok(Scheme::Pkcs12 {
            cipher,
            salt,
            iterations: budget.take("PKCS#12's key derivation", iterations)?,
        })
    }

    /// Decrypts to DER, a SEQUENCE.
    pub fn decrypt(&self, password: &[u8], ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let mut data = Zeroizing::new(ciphertext.to_vec());
        let length = match self {
            Scheme::Pbes2(parameters) => parameters
                .decrypt_in_place(password, &mut data)
                .map_err(pbes2_error)?
                .len(),
            Scheme::Pkcs12 {
                cipher,
                salt,
                iterations,
            } => {
                let derive = |kind, length| {
                    let password = bmp_string(password)?;
                    let key = derive_key::<sha1::Sha1>(&password, salt, kind, *iterations, length);
                    Ok(Zeroizing::new(key))
                };
                cipher.decrypt(derive, &mut data)?
            }
        };
        data.truncate(length);
        // One wrong password in 256 leaves padding that looks right.
        match AnyRef::from_der(&data) {
            Ok(any) if any.tag() == der::Tag::Sequence => Ok(data),
            _ => Err(wrong_password()),
        }
    }
}

impl Cipher {
    /// Decrypts `data` in place and returns the length of the plaintext.
    fn decrypt(
        self,
        derive: impl Fn(Pkcs12KeyType, usize) -> Result<Zeroizing<Vec<u8>>>,
        data: &mut [u8],
    ) -> Result<usize> {
        let (length, decrypt): (_, CbcDecrypt) = match self {
            Cipher::TripleDes => (24, cbc_decrypt::<des::TdesEde3>),
            Cipher::TripleDesOfTwoKeys => (16, cbc_decrypt::<des::TdesEde2>),
            Cipher::Rc2Of128Bits => (16, cbc_decrypt::<rc2::Rc2>),
            Cipher::Rc2Of40Bits => (5, cbc_decrypt::<rc2::Rc2>),
        };
        let key = derive(Pkcs12KeyType::EncryptionKey, length)?;
        let iv = derive(Pkcs12KeyType::Iv, 8)?;
        decrypt(&key, &iv, data).ok_or_else(wrong_password)
    }
}

/// Takes key, IV and data, decrypts in place and returns the length of the plaintext.
type CbcDecrypt = fn(&[u8], &[u8], &mut [u8]) -> Option<usize>;

fn cbc_decrypt<C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    iv: &[u8],
    data: &mut [u8],
) -> Option<usize> {
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
    Some(cipher.decrypt_padded::<Pkcs7>(data).ok()?.len())
}

/// The password as PKCS#12 derives keys from it: UTF-16, big-endian, with a terminating zero.
pub(super) fn bmp_string(password: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let text = std::str::from_utf8(password).map_err(|_| {
        let message = "the password is not UTF-8, which PKCS#12 needs";
        Error::new(Code::Password, c"BAD_PASSWORD_READ", message)
    })?;
    let mut units = Zeroizing::new(Vec::with_capacity(2 * password.len() + 2));
    for unit in text.encode_utf16().chain([0]) {
        units.extend_from_slice(&unit.to_be_bytes());
    }
    Ok(units)
}

fn salt_and_iterations(parameters: AnyRef<'_>) -> der::Result<(Vec<u8>, u32)> {
    parameters.sequence(|reader| {
        let salt: &OctetStringRef = reader.decode()?;
        Ok::<_, der::Error>((salt.as_bytes().to_vec(), reader.decode()?))
    })
}

fn pbes2(parameters: AnyRef<'_>, budget: &mut Budget) -> Result<Scheme> {
    let parameters =
        pbes2::Parameters::try_from(parameters).map_err(|error| match error.kind() {
            der::ErrorKind::OidUnknown { oid } => unsupported(oid),
            _ => damaged().with_detail(error),
        })?;
    if let Kdf::Scrypt(scrypt) = &parameters.kdf {
        // RFC 7914 section 2: a power of two over 1. The library panics on 0.
        let n = scrypt.cost_parameter;
        if !n.is_power_of_two() || n == 1 {
            return Err(damaged());
        }
    }
    budget.take_kdf(&parameters.kdf)?;
    Ok(Scheme::Pbes2(Box::new(parameters)))
}

fn pbes2_error(error: pkcs5::Error) -> Error {
    match error {
        pkcs5::Error::DecryptFailed => wrong_password(),
        pkcs5::Error::UnsupportedAlgorithm { oid } => unsupported(oid),
        other => damaged().with_detail(other),
    }
}

pub(super) fn no_password() -> Error {
    let message = "encrypted, and no password was given";
    Error::new(Code::Password, c"BAD_PASSWORD_READ", message)
}

pub(super) fn wrong_password() -> Error {
    let message = "encrypted, and the password does not decrypt it";
    Error::new(Code::Password, c"BAD_DECRYPT", message)
}

fn damaged() -> Error {
    let message = "encrypted with parameters that are damaged";
    Error::new(Code::Format, c"ASN1_PARSE_ERROR", message)
}

pub(super) fn unsupported(oid: ObjectIdentifier) -> Error {
    let what = match oid.to_string().as_str() {
        "1.2.840.113549.1.5.3" => "PBES1 with MD5 and DES".to_string(),
        "1.2.840.113549.1.5.6" => "PBES1 with MD5 and RC2".to_string(),
        "1.2.840.113549.1.5.10" => "PBES1 with SHA-1 and DES".to_string(),
        "1.2.840.113549.1.5.11" => "PBES1 with SHA-1 and RC2".to_string(),
        "1.2.840.113549.1.12.1.1" => "PKCS#12 PBE with RC4, 128 bits".to_string(),
        "1.2.840.113549.1.12.1.2" => "PKCS#12 PBE with RC4, 40 bits".to_string(),
        "1.3.14.3.2.7" => "PBES2 with DES".to_string(),
        dotted => format!("the algorithm {dotted}"),
    };
    let message = format!("encrypted with {what}, which is not supported; {ADVICE}");
    Error::new(Code::Key, c"UNSUPPORTED_ENCRYPTION", message)
}
