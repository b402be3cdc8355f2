//! Where the fields of a certificate lie (RFC 5280 section 4.1).

use std::ops::Range;

use x509_parser::asn1_rs::{FromDer, Tag};
use x509_parser::time::ASN1Time;

use super::der::{Element, Reader, malformed};
use super::name::Name;
use super::oid;
use crate::error::Result;

/// Ranges count bytes of the certificate's DER.
#[derive(Debug)]
pub(super) struct Layout {
    /// 1 to 3.
    pub version: u8,
    /// The INTEGER's contents.
    pub serial: Range<usize>,
    pub issuer: Range<usize>,
    pub subject: Range<usize>,
    /// Seconds since 1970.
    pub not_before: i64,
    pub not_after: i64,
    pub spki: Range<usize>,
    pub extensions: Vec<Extension>,
    /// Dotted digits.
    pub signature_algorithm: String,
    /// The BIT STRING's contents, the number of unused bits included.
    pub signature: Range<usize>,
}

#[derive(Debug)]
pub(super) struct Extension {
    /// Dotted digits.
    pub oid: String,
    pub critical: bool,
    /// The whole Extension, for x509-parser.
    pub full: Range<usize>,
    /// What the OCTET STRING holds.
    pub value: Range<usize>,
}

impl Layout {
    /// Finds the fields of `der`. An error is `Code::Format` and names the field and the byte.
    pub fn read(der: &[u8]) -> Result<Layout> {
        let mut outer = Reader::at(der, 0);
        let mut certificate = outer.expect("the certificate", Tag::Sequence)?.reader();
        outer.end("the certificate")?;

        let mut tbs = certificate
            .expect("tbsCertificate", Tag::Sequence)?
            .reader();
        let signature_algorithm = algorithm("signatureAlgorithm", &mut certificate)?;
        let signature = certificate.expect("signatureValue", Tag::BitString)?;
        check_bits("signatureValue", &signature)?;
        certificate.end("signatureValue")?;

        let version = version(&mut tbs)?;
        let serial = serial(&mut tbs)?;
        algorithm("signature", &mut tbs)?;
        let issuer = name("issuer", &mut tbs)?;
        let (not_before, not_after) = validity(&mut tbs)?;
        let subject = name("subject", &mut tbs)?;
        let spki = public_key(&mut tbs)?;
        unique_id("issuerUniqueID", 1, &mut tbs)?;
        unique_id("subjectUniqueID", 2, &mut tbs)?;
        let extensions = match tbs.optional_context("extensions", 3)? {
            Some(list) => extensions(list.reader())?,
            None => Vec::new(),
        };
        tbs.end("tbsCertificate")?;

        Ok(Layout {
            version,
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            spki,
            extensions,
            signature_algorithm,
            signature: signature.contents_range(),
        })
    }
}

fn version(tbs: &mut Reader<'_>) -> Result<u8> {
    let Some(explicit) = tbs.optional_context("version", 0)? else {
        return Ok(1);
    };
    let mut inside = explicit.reader();
    let number = inside.expect("version", Tag::Integer)?;
    inside.end("version")?;
    match number.contents {
        [number @ 0..=2] => Ok(number + 1),
        _ => Err(malformed(
            "version",
            number.contents_range().start,
            "it is none of v1, v2 and v3",
        )),
    }
}

/// The INTEGER's contents, in as few bytes as can be (X.690 section 8.3.2).
fn serial(tbs: &mut Reader<'_>) -> Result<Range<usize>> {
    let field = "serialNumber";
    let number = tbs.expect(field, Tag::Integer)?;
    let range = number.contents_range();
    match number.contents {
        [] => Err(malformed(field, range.start, "it is empty")),
        [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(malformed(
            field,
            range.start,
            "its first byte is superfluous",
        )),
        _ => Ok(range),
    }
}

fn public_key(tbs: &mut Reader<'_>) -> Result<Range<usize>> {
    let field = "subjectPublicKeyInfo";
    let key = tbs.expect(field, Tag::Sequence)?;
    let mut inside = key.reader();
    algorithm(field, &mut inside)?;
    check_bits(field, &inside.expect(field, Tag::BitString)?)?;
    inside.end(field)?;
    Ok(key.full_range())
}

fn unique_id(field: &str, number: u32, tbs: &mut Reader<'_>) -> Result<()> {
    match tbs.optional_context(field, number)? {
        Some(bits) => check_bits(field, &bits),
        None => Ok(()),
    }
}

/// The first byte of a BIT STRING counts the bits of the last one that do not belong to it.
fn check_bits(field: &str, bits: &Element<'_>) -> Result<()> {
    match bits.contents {
        [0] | [0..=7, _, ..] => Ok(()),
        _ => {
            let at = bits.contents_range().start;
            Err(malformed(field, at, "it is not a string of bits"))
        }
    }
}

fn algorithm(field: &str, reader: &mut Reader<'_>) -> Result<String> {
    let mut inside = reader.expect(field, Tag::Sequence)?.reader();
    let kind = inside.expect(field, Tag::Oid)?;
    if !inside.is_empty() {
        inside.any(field)?;
    }
    inside.end(field)?;
    oid::dotted(kind.contents).ok_or_else(|| {
        let at = kind.contents_range().start;
        malformed(field, at, "it is not an object identifier")
    })
}

fn name(field: &str, tbs: &mut Reader<'_>) -> Result<Range<usize>> {
    let name = tbs.expect(field, Tag::Sequence)?;
    Name::check(field, name.reader())?;
    Ok(name.full_range())
}

fn validity(tbs: &mut Reader<'_>) -> Result<(i64, i64)> {
    let mut inside = tbs.expect("validity", Tag::Sequence)?.reader();
    let not_before = time("notBefore", &mut inside)?;
    let not_after = time("notAfter", &mut inside)?;
    inside.end("validity")?;
    Ok((not_before, not_after))
}

fn time(field: &str, validity: &mut Reader<'_>) -> Result<i64> {
    let element = validity.any(field)?;
    let is_time = matches!(
        element.universal_tag(),
        Some(Tag::UtcTime | Tag::GeneralizedTime)
    );
    match ASN1Time::from_der(element.full) {
        Ok((_, time)) if is_time => Ok(time.timestamp()),
        _ => {
            let at = element.full_range().start;
            Err(malformed(field, at, "it is not a date"))
        }
    }
}

fn extensions(mut explicit: Reader<'_>) -> Result<Vec<Extension>> {
    let mut list = explicit.expect("extensions", Tag::Sequence)?.reader();
    explicit.end("extensions")?;
    let mut extensions = Vec::new();
    while !list.is_empty() {
        let extension = list.expect("extensions", Tag::Sequence)?;
        let mut inside = extension.reader();
        let kind = inside.expect("extensions", Tag::Oid)?;
        let mut critical = false;
        let mut value = inside.any("extensions")?;
        if value.is(Tag::Boolean) {
            critical = value.contents.iter().any(|byte| *byte != 0);
            value = inside.any("extensions")?;
        }
        inside.end("extensions")?;
        let at = kind.contents_range().start;
        if !value.is(Tag::OctetString) {
            return Err(malformed("extensions", at, "one has no OCTET STRING"));
        }
        extensions.push(Extension {
            oid: oid::dotted(kind.contents)
                .ok_or_else(|| malformed("extensions", at, "one has no object identifier"))?,
            critical,
            full: extension.full_range(),
            value: value.contents_range(),
        });
    }
    Ok(extensions)
}
