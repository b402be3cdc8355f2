//! Subject alternative names (RFC 5280 section 4.2.1.6).

use std::net::IpAddr;

use x509_parser::asn1_rs::Tag;

use super::der::{Element, Reader, malformed};
use super::{Name, oid};
use crate::error::Result;

/// The forms of a subject alternative name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlternativeNameKind {
    Dns,
    Ip,
    Email,
    Uri,
    DirectoryName,
    RegisteredId,
    Other,
}

/// One subject alternative name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlternativeName {
    pub kind: AlternativeNameKind,
    /// DNS, e-mail, URI: the text as the certificate has it. IP: 4 or 16 bytes. Directory name:
    /// the DER of the Name. Registered id: OpenSSL's long name, or dotted digits. Other, an IP
    /// address of another length included: the DER of the whole GeneralName.
    pub value: Vec<u8>,
}

impl AlternativeName {
    /// "DNS:example.org", "IP Address:192.0.2.1".
    pub fn describe(&self) -> String {
        let (label, text) = match self.kind {
            AlternativeNameKind::Dns => ("DNS", self.shown()),
            AlternativeNameKind::Ip => ("IP Address", self.address()),
            AlternativeNameKind::Email => ("email", self.shown()),
            AlternativeNameKind::Uri => ("URI", self.shown()),
            AlternativeNameKind::DirectoryName => ("DirName", "<DER>".into()),
            AlternativeNameKind::RegisteredId => ("Registered ID", self.shown()),
            AlternativeNameKind::Other => ("othername", "<DER>".into()),
        };
        format!("{label}:{text}")
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.value)
            .escape_default()
            .to_string()
    }

    fn address(&self) -> String {
        if let Ok(bytes) = <[u8; 4]>::try_from(self.value.as_slice()) {
            IpAddr::from(bytes).to_string()
        } else if let Ok(bytes) = <[u8; 16]>::try_from(self.value.as_slice()) {
            IpAddr::from(bytes).to_string()
        } else {
            self.shown()
        }
    }
}

/// Reads the value of the extension. One name that is malformed makes all of them so.
pub(super) fn read(value: &[u8]) -> Result<Vec<AlternativeName>> {
    let field = "subjectAltName";
    let mut value = Reader::at(value, 0);
    let list = value.expect(field, Tag::Sequence)?.reader();
    value.end(field)?;
    general_names(field, list)
}

/// The dNSNames in the value of the extension, whatever the other names are like: it is for each reader
/// to say what it makes of those. What is not text is left out.
pub(super) fn dns_names(value: &[u8]) -> Vec<&str> {
    let field = "subjectAltName";
    let mut names = Vec::new();
    let Ok(list) = Reader::at(value, 0).expect(field, Tag::Sequence) else {
        return names;
    };
    let mut list = list.reader();
    while let Ok(name) = list.any(field) {
        if name.context_number() == Some(2)
            && !name.is_constructed()
            && let Ok(text) = str::from_utf8(name.contents)
        {
            names.push(text);
        }
    }
    names
}

/// Reads the contents of GeneralNames ::= SEQUENCE OF GeneralName.
pub(super) fn general_names(field: &str, mut list: Reader<'_>) -> Result<Vec<AlternativeName>> {
    let mut names = Vec::new();
    while !list.is_empty() {
        names.push(general_name(field, &list.any(field)?)?);
    }
    Ok(names)
}

pub(super) fn general_name(field: &str, name: &Element<'_>) -> Result<AlternativeName> {
    use AlternativeNameKind::*;
    let wrong = || malformed(field, name.full_range().start, "it is no GeneralName");
    let number = name.context_number().ok_or_else(wrong)?;
    if name.is_constructed() != matches!(number, 0 | 3..=5) {
        return Err(wrong());
    }
    let contents = name.contents.to_vec();
    let (kind, value) = match (number, contents.len()) {
        (0, _) => {
            let mut inside = name.reader();
            inside.expect(field, Tag::Oid)?;
            let value = inside.optional_context(field, 0)?.ok_or_else(wrong)?;
            inside.end(field)?;
            value.reader().any(field)?;
            (Other, name.full.to_vec())
        }
        (1, _) => (Email, contents),
        (2, _) => (Dns, contents),
        (4, _) => {
            let mut inside = name.reader();
            let directory_name = inside.expect(field, Tag::Sequence)?;
            inside.end(field)?;
            Name::check(field, directory_name.reader())?;
            (DirectoryName, contents)
        }
        (6, _) => (Uri, contents),
        (7, 4 | 16) => (Ip, contents),
        (3 | 5 | 7, _) => (Other, name.full.to_vec()),
        (8, _) => {
            let digits = oid::dotted(&contents).ok_or_else(wrong)?;
            (RegisteredId, oid::long_name(&digits).into_bytes())
        }
        _ => return Err(wrong()),
    };
    Ok(AlternativeName { kind, value })
}
