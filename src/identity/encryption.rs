//! Private keys under a password: EncryptedPrivateKeyInfo (RFC 5958).

use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::der::{self, Decode, Reader};
use pkcs8::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::Password;
use super::budget::Budget;
use super::pbe::{self, Scheme};
use crate::error::{Code, Error, Result};

/// Decrypts `der` to PKCS#8. The password is asked for when all else is known to be in order.
pub(super) fn decrypt(
    der: &[u8],
    password: Option<Password<'_>>,
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>> {
    let (algorithm, ciphertext) = parse(der).map_err(|error| damaged().with_detail(error))?;
    let about_key = |error: Error| error.within("the private key");
    let scheme = Scheme::new(&algorithm, budget).map_err(about_key)?;
    let ask = password.ok_or_else(|| about_key(pbe::no_password()))?;
    scheme.decrypt(&ask()?, ciphertext).map_err(about_key)
}

fn parse(der: &[u8]) -> der::Result<(AlgorithmIdentifierRef<'_>, &[u8])> {
    AnyRef::from_der(der)?.sequence(|reader| {
        let algorithm = reader.decode()?;
        let ciphertext: &OctetStringRef = reader.decode()?;
        Ok::<_, der::Error>((algorithm, ciphertext.as_bytes()))
    })
}

fn damaged() -> Error {
    let message = "the encrypted private key is damaged: not an EncryptedPrivateKeyInfo";
    Error::new(Code::Format, c"ASN1_PARSE_ERROR", message)
}
