//! PKCS#12 (RFC 7292): a private key and certificates in one file under a password, ".p12" or ".pfx".

#[cfg(test)]
mod tests;

use hmac::{KeyInit, Mac, SimpleHmac};
use pkcs8::der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use pkcs8::der::{self, Decode, Header, Reader, SliceReader, Tag, TagNumber, Tagged};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs12::kdf::{Pkcs12KeyType, derive_key};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use super::budget::Budget;
use super::pbe::{self, Scheme};
use super::{Password, encryption};
use crate::error::{Code, Error, Result};

/// Each is decrypted, which takes its time. Programs write two.
const MAX_SAFES: usize = 16;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");

/// What a file holds: the certificates in any order.
pub(super) struct Contents {
    pub certificates: Vec<CertificateDer<'static>>,
    pub key: Zeroizing<PrivateKeyDer<'static>>,
}

/// Whether `data` is meant to be PKCS#12: version 3, where keys have 0 or 1 and certificates no
/// number at all.
pub(super) fn is_pkcs12(data: &[u8]) -> bool {
    const VERSION_3: &[u8] = &[2, 1, 3];
    let contents = SliceReader::new(data).and_then(|mut reader| {
        Header::decode(&mut reader)?
            .tag()
            .assert_eq(Tag::Sequence)?;
        let length = u32::from(reader.remaining_len()) as usize;
        Ok(&data[data.len() - length..])
    });
    // BER may leave the length out. That is not read here, but named for what it is.
    let contents = contents.or(data.strip_prefix(&[0x30, 0x80]).ok_or(()));
    contents.is_ok_and(|contents| contents.starts_with(VERSION_3))
}

/// Reads the certificates, at least one, and the one private key of the file `data`.
pub(super) fn read(data: &[u8], password: Option<Password<'_>>) -> Result<Contents> {
    let mut budget = Budget::of_a_file();
    let pfx = Pfx::from_der(data).map_err(|error| damaged("the file", error))?;
    // The password is asked for when all that can be known without it is in order.
    let safes = Safe::all(pfx.safes, &mut budget)?;
    let mac = pfx.mac.map(|mac| mac.supported(&mut budget)).transpose()?;
    let mut password = Asked::new(password);
    if let Some(mac) = &mac {
        mac.verify(&password.get()?, pfx.safes)?;
    }
    let mut found = Bags::default();
    for (number, safe) in (1..).zip(&safes) {
        let contents = safe.open(&mut password)?;
        found
            .collect(&contents)
            .map_err(|error| damaged(&format!("part {number} of {}", safes.len()), error))?;
    }
    found.into_contents(&mut password, &mut budget)
}

/// The password, asked for once.
struct Asked<'a> {
    ask: Option<Password<'a>>,
    answer: Option<Zeroizing<Vec<u8>>>,
}

impl<'a> Asked<'a> {
    fn new(ask: Option<Password<'a>>) -> Self {
        Asked { ask, answer: None }
    }

    fn get(&mut self) -> Result<Zeroizing<Vec<u8>>> {
        if self.answer.is_none() {
            let ask = self.ask.take();
            let ask = ask.ok_or_else(|| pbe::no_password().within("PKCS#12"))?;
            self.answer = Some(ask()?);
        }
        Ok(self.answer.clone().unwrap_or_default())
    }
}

/// The outermost structure.
struct Pfx<'a> {
    /// The AuthenticatedSafe, over which the MAC is.
    safes: &'a [u8],
    mac: Option<MacData<'a>>,
}

impl<'a> Pfx<'a> {
    fn from_der(data: &'a [u8]) -> der::Result<Pfx<'a>> {
        let mut fields = sequence(AnyRef::from_der(data)?)?;
        let _version: u8 = fields.decode()?;
        let (kind, content) = content_info(AnyRef::decode(&mut fields)?)?;
        if kind != DATA {
            return Err(der::ErrorKind::OidUnknown { oid: kind }.into());
        }
        let safes: &OctetStringRef = content.ok_or(no_content())?.decode_as()?;
        let mac = Option::<AnyRef<'_>>::decode(&mut fields)?
            .map(MacData::parse)
            .transpose()?;
        fields.finish()?;
        Ok(Pfx {
            safes: safes.as_bytes(),
            mac,
        })
    }
}

/// What proves the password and that the file is whole.
struct MacData<'a> {
    algorithm: ObjectIdentifier,
    digest: &'a [u8],
    salt: &'a [u8],
    iterations: u32,
}

impl<'a> MacData<'a> {
    fn parse(field: AnyRef<'a>) -> der::Result<MacData<'a>> {
        let mut fields = sequence(field)?;
        let mut digest_info = sequence(AnyRef::decode(&mut fields)?)?;
        let algorithm = AlgorithmIdentifierRef::decode(&mut digest_info)?;
        let digest: &OctetStringRef = digest_info.decode()?;
        let salt: &OctetStringRef = fields.decode()?;
        let iterations = Option::<u32>::decode(&mut fields)?.unwrap_or(1);
        Ok(MacData {
            algorithm: algorithm.oid,
            digest: digest.as_bytes(),
            salt: salt.as_bytes(),
            iterations,
        })
    }

    /// Takes from `budget` what verifying it will cost.
    fn supported(self, budget: &mut Budget) -> Result<SupportedMac<'a>> {
        let has_mac = self.has_mac()?;
        let iterations = budget
            .take("a MAC", self.iterations)
            .map_err(|error| error.within("PKCS#12"))?;
        Ok(SupportedMac {
            data: self,
            has_mac,
            iterations,
        })
    }

    fn has_mac(&self) -> Result<HasMac> {
        Ok(match self.algorithm.to_string().as_str() {
            "1.3.14.3.2.26" => has_mac::<sha1::Sha1>,
            "2.16.840.1.101.3.4.2.4" => has_mac::<sha2::Sha224>,
            "2.16.840.1.101.3.4.2.1" => has_mac::<sha2::Sha256>,
            "2.16.840.1.101.3.4.2.2" => has_mac::<sha2::Sha384>,
            "2.16.840.1.101.3.4.2.3" => has_mac::<sha2::Sha512>,
            oid => {
                let what = match oid {
                    "1.2.840.113549.1.5.14" => "PBMAC1".to_string(),
                    "1.2.840.113549.2.5" => "MD5".to_string(),
                    oid => format!("the algorithm {oid}"),
                };
                return Err(Error::new(
                    Code::Key,
                    c"UNSUPPORTED_ENCRYPTION",
                    format!(
                        "PKCS#12: protected by a MAC with {what}, which is not supported; {}",
                        pbe::ADVICE
                    ),
                ));
            }
        })
    }
}

struct SupportedMac<'a> {
    data: MacData<'a>,
    has_mac: HasMac,
    iterations: i32,
}

impl SupportedMac<'_> {
    fn verify(&self, password: &[u8], content: &[u8]) -> Result<()> {
        let password = pbe::bmp_string(password)?;
        match (self.has_mac)(&self.data, &password, content, self.iterations) {
            true => Ok(()),
            false => Err(Error::new(
                Code::Password,
                c"MAC_VERIFY_FAILURE",
                "PKCS#12: the password is wrong, or the file was changed: its MAC does not verify",
            )),
        }
    }
}

/// Whether the content has this MAC under a password, as a BMPString, and so many iterations.
type HasMac = fn(&MacData<'_>, &[u8], &[u8], i32) -> bool;

fn has_mac<D>(mac: &MacData<'_>, password: &[u8], content: &[u8], iterations: i32) -> bool
where
    D: hmac::digest::Digest
        + hmac::digest::FixedOutputReset
        + hmac::digest::block_api::BlockSizeUser,
{
    let length = <D as hmac::digest::Digest>::output_size();
    let key = derive_key::<D>(password, mac.salt, Pkcs12KeyType::Mac, iterations, length);
    let key = Zeroizing::new(key);
    match SimpleHmac::<D>::new_from_slice(&key) {
        Ok(mut hmac) => {
            hmac.update(content);
            hmac.verify_slice(mac.digest).is_ok()
        }
        Err(_) => false,
    }
}

/// One of the parts that a file is made of.
enum Safe<'a> {
    Plain(&'a [u8]),
    Encrypted(Scheme, &'a [u8]),
}

impl<'a> Safe<'a> {
    fn all(safes: &'a [u8], budget: &mut Budget) -> Result<Vec<Safe<'a>>> {
        let mut parts = AnyRef::from_der(safes)
            .and_then(sequence)
            .map_err(|error| damaged("the list of its parts", error))?;
        let mut all = Vec::new();
        while !parts.is_finished() {
            let place = format!("part {}", all.len() + 1);
            if all.len() == MAX_SAFES {
                let message = format!("PKCS#12: more than {MAX_SAFES} parts");
                return Err(Error::new(Code::Format, c"TOO_LONG", message));
            }
            let (kind, content) = AnyRef::decode(&mut parts)
                .and_then(content_info)
                .map_err(|error| damaged(&place, error))?;
            all.push(Safe::new(kind, content, &place, budget)?);
        }
        Ok(all)
    }

    fn new(
        kind: ObjectIdentifier,
        content: Option<AnyRef<'a>>,
        place: &str,
        budget: &mut Budget,
    ) -> Result<Safe<'a>> {
        let content = content.ok_or_else(|| damaged(place, no_content()))?;
        match kind {
            DATA => {
                let data = content.decode_as::<&OctetStringRef>();
                let data = data.map_err(|error| damaged(place, error))?;
                Ok(Safe::Plain(data.as_bytes()))
            }
            ENCRYPTED_DATA => {
                let (algorithm, ciphertext) =
                    encrypted_data(content).map_err(|error| damaged(place, error))?;
                let scheme =
                    Scheme::new(&algorithm, budget).map_err(|error| error.within("PKCS#12"))?;
                Ok(Safe::Encrypted(scheme, ciphertext))
            }
            oid => Err(Error::new(
                Code::Key,
                c"UNSUPPORTED_ENCRYPTION",
                format!(
                    "PKCS#12: {place} is of the kind {oid}, not under a password; that is not \
                     supported"
                ),
            )),
        }
    }

    /// The SafeContents.
    fn open(&self, password: &mut Asked<'_>) -> Result<Zeroizing<Vec<u8>>> {
        match self {
            Safe::Plain(data) => Ok(Zeroizing::new(data.to_vec())),
            Safe::Encrypted(scheme, ciphertext) => scheme
                .decrypt(&password.get()?, ciphertext)
                .map_err(|error| error.within("PKCS#12")),
        }
    }
}

/// What is in the parts, of the kinds that matter here.
#[derive(Default)]
struct Bags {
    certificates: Vec<CertificateDer<'static>>,
    /// PKCS#8.
    keys: Vec<Zeroizing<Vec<u8>>>,
    /// EncryptedPrivateKeyInfo.
    shrouded: Vec<Vec<u8>>,
}

impl Bags {
    fn collect(&mut self, safe_contents: &[u8]) -> der::Result<()> {
        let mut bags = sequence(AnyRef::from_der(safe_contents)?)?;
        while !bags.is_finished() {
            // The attributes behind it, names for people, are not looked at.
            let mut bag = sequence(AnyRef::decode(&mut bags)?)?;
            let kind = ObjectIdentifier::decode(&mut bag)?;
            let value = explicit(&mut bag)?.ok_or(no_content())?;
            match kind {
                KEY_BAG => self.keys.push(Zeroizing::new(tlv(value)?)),
                SHROUDED_KEY_BAG => self.shrouded.push(tlv(value)?),
                CERTIFICATE_BAG => self.certificates.extend(certificate(value)?),
                _ => {}
            }
        }
        Ok(())
    }

    fn into_contents(mut self, password: &mut Asked<'_>, budget: &mut Budget) -> Result<Contents> {
        let missing = |what: &str| {
            let message = format!("PKCS#12: no {what} in it");
            Error::new(Code::Format, c"NO_START_LINE", message)
        };
        if self.certificates.is_empty() {
            return Err(missing("certificate"));
        }
        match self.keys.len() + self.shrouded.len() {
            0 => return Err(missing("private key")),
            1 => {}
            several => {
                let message = format!("PKCS#12: {several} private keys, one is wanted");
                return Err(Error::new(Code::Format, c"BAD_PKCS12", message));
            }
        }
        let mut key = match (self.keys.pop(), self.shrouded.pop()) {
            (Some(key), _) => key,
            (None, shrouded) => {
                let mut ask = || password.get();
                encryption::decrypt(&shrouded.unwrap_or_default(), Some(&mut ask), budget)
                    .map_err(|error| error.within("PKCS#12"))?
            }
        };
        let key = PrivatePkcs8KeyDer::from(std::mem::take(&mut *key));
        Ok(Contents {
            certificates: self.certificates,
            key: Zeroizing::new(key.into()),
        })
    }
}

/// The certificate in a CertBag; None for other kinds, such as SDSI's.
fn certificate(value: AnyRef<'_>) -> der::Result<Option<CertificateDer<'static>>> {
    let mut fields = sequence(value)?;
    let kind = ObjectIdentifier::decode(&mut fields)?;
    let der: &OctetStringRef = explicit(&mut fields)?.ok_or(no_content())?.decode_as()?;
    Ok((kind == X509_CERTIFICATE).then(|| der.as_bytes().to_vec().into()))
}

fn content_info(field: AnyRef<'_>) -> der::Result<(ObjectIdentifier, Option<AnyRef<'_>>)> {
    let mut fields = sequence(field)?;
    Ok((
        ObjectIdentifier::decode(&mut fields)?,
        explicit(&mut fields)?,
    ))
}

/// The algorithm and the ciphertext of EncryptedData (RFC 5652 section 8).
fn encrypted_data(content: AnyRef<'_>) -> der::Result<(AlgorithmIdentifierRef<'_>, &[u8])> {
    let mut fields = sequence(content)?;
    let _version: u8 = fields.decode()?;
    let mut info = sequence(AnyRef::decode(&mut fields)?)?;
    let _kind: ObjectIdentifier = info.decode()?;
    let algorithm = AlgorithmIdentifierRef::decode(&mut info)?;
    let ciphertext = AnyRef::decode(&mut info)?;
    ciphertext.tag().assert_eq(Tag::ContextSpecific {
        constructed: false,
        number: TagNumber(0),
    })?;
    Ok((algorithm, ciphertext.value()))
}

fn sequence(any: AnyRef<'_>) -> der::Result<SliceReader<'_>> {
    any.tag().assert_eq(Tag::Sequence)?;
    SliceReader::new(any.value())
}

/// What is in the field [0] EXPLICIT, if it is there.
fn explicit<'a>(fields: &mut SliceReader<'a>) -> der::Result<Option<AnyRef<'a>>> {
    if fields.is_finished() {
        return Ok(None);
    }
    let field = AnyRef::decode(fields)?;
    field.tag().assert_eq(Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(0),
    })?;
    AnyRef::from_der(field.value()).map(Some)
}

fn tlv(any: AnyRef<'_>) -> der::Result<Vec<u8>> {
    der::Encode::to_der(&any)
}

fn no_content() -> der::Error {
    Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(0),
    }
    .value_error()
    .into()
}

fn damaged(place: &str, error: der::Error) -> Error {
    let message = format!("PKCS#12: {place} is damaged: {error}");
    Error::new(Code::Format, c"ASN1_PARSE_ERROR", message)
}
