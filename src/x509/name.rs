//! Distinguished names: their attributes as UTF-8, and the one-line form for people.

use std::ffi::{CStr, CString};
use std::fmt;

use x509_parser::asn1_rs::Tag;

use super::der::{Element, Reader, malformed};
use super::oid;
use crate::error::Result;

/// A distinguished name: attributes in certificate order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    attributes: Vec<Attribute>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    rdn: usize,
    oid: String,
    key: CString,
    value: String,
}

impl Attribute {
    /// Numbers the set (relative distinguished name) that the attribute belongs to.
    pub fn rdn(&self) -> usize {
        self.rdn
    }

    /// OpenSSL's long name ("commonName"), or dotted digits.
    pub fn key(&self) -> &CStr {
        &self.key
    }

    /// UTF-8 whatever the certificate's string type; it can hold NULs. A value that is not a
    /// string is `#` and the hexadecimal digits of its DER, as in RFC 4514 section 2.4.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Checks that `der` is one Name and nothing else; an error is `Code::Format`.
pub fn check_name(der: &[u8]) -> Result<()> {
    let mut outer = Reader::at(der, 0);
    let name = outer.expect("a name", Tag::Sequence)?;
    outer.end("a name")?;
    Name::check("a name", name.reader())
}

impl Name {
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The values of the common names (2.5.4.3).
    pub fn common_names(&self) -> impl Iterator<Item = &str> {
        self.attributes
            .iter()
            .filter(|attribute| attribute.oid == "2.5.4.3")
            .map(Attribute::value)
    }

    /// Reads the contents of a Name.
    pub(super) fn read(field: &str, contents: Reader<'_>) -> Result<Name> {
        let mut attributes = Vec::new();
        walk(field, contents, |rdn, oid, value| {
            attributes.push(Attribute {
                rdn,
                key: oid::long_name(&oid),
                oid,
                value: to_utf8(value),
            });
        })?;
        Ok(Name { attributes })
    }

    /// Checks the structure of a Name and keeps nothing.
    pub(super) fn check(field: &str, contents: Reader<'_>) -> Result<()> {
        walk(field, contents, |_, _, _| ())
    }
}

/// "C=US, O=Example, CN=example.org"; attributes of one set are joined with " + ".
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before: Option<usize> = None;
        for attribute in &self.attributes {
            f.write_str(match before {
                None => "",
                Some(rdn) if rdn == attribute.rdn => " + ",
                Some(_) => ", ",
            })?;
            before = Some(attribute.rdn);
            write!(f, "{}=", oid::short_name(&attribute.oid))?;
            write_printable(f, &attribute.value)?;
        }
        Ok(())
    }
}

/// Control characters could forge lines of a log.
fn write_printable(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for c in text.chars() {
        match c.is_control() {
            true => write!(f, "{}", c.escape_default())?,
            false => write!(f, "{c}")?,
        }
    }
    Ok(())
}

/// Calls `each` with the number of the set, the type and the value of each attribute.
fn walk(
    field: &str,
    mut rdns: Reader<'_>,
    mut each: impl FnMut(usize, String, &Element<'_>),
) -> Result<()> {
    let mut rdn = 0;
    while !rdns.is_empty() {
        let mut set = rdns.expect(field, Tag::Set)?.reader();
        while !set.is_empty() {
            let mut pair = set.expect(field, Tag::Sequence)?.reader();
            let kind = pair.expect(field, Tag::Oid)?;
            let value = pair.any(field)?;
            pair.end(field)?;
            let dotted = oid::dotted(kind.contents).ok_or_else(|| {
                let at = kind.contents_range().start;
                malformed(field, at, "an attribute's type is not an object identifier")
            })?;
            each(rdn, dotted, &value);
        }
        rdn += 1;
    }
    Ok(())
}

fn to_utf8(value: &Element<'_>) -> String {
    match value.universal_tag() {
        Some(Tag::BmpString) => {
            let units = value
                .contents
                .chunks(2)
                .map(|unit| unit.iter().fold(0, |high, low| high << 8 | u16::from(*low)));
            char::decode_utf16(units)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        Some(Tag::UniversalString) => value
            .contents
            .chunks(4)
            .map(|unit| unit.iter().fold(0, |high, low| high << 8 | u32::from(*low)))
            .map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
        Some(Tag::Utf8String) => match str::from_utf8(value.contents) {
            Ok(text) => text.to_owned(),
            Err(_) => from_latin_1(value.contents),
        },
        // T61 as everybody writes it. The others allow no 8-bit text; OpenSSL reads it so too.
        Some(
            Tag::PrintableString
            | Tag::Ia5String
            | Tag::NumericString
            | Tag::TeletexString
            | Tag::VisibleString
            | Tag::GeneralString,
        ) => from_latin_1(value.contents),
        _ => format!("#{}", hex(value.full)),
    }
}

fn from_latin_1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
