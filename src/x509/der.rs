//! Walking the DER of a certificate, so that an error can say which field and which byte.

use std::ops::Range;

use x509_parser::asn1_rs::{Any, Class, FromDer, Tag};

use crate::error::{Code, Error, Result};

/// One element: tag, length and contents.
pub(super) struct Element<'a> {
    tag: Tag,
    class: Class,
    constructed: bool,
    /// Tag and length included.
    pub full: &'a [u8],
    pub contents: &'a [u8],
    /// Where the contents begin in the certificate.
    contents_at: usize,
}

impl<'a> Element<'a> {
    pub fn is(&self, tag: Tag) -> bool {
        self.class == Class::Universal && self.tag == tag
    }

    pub fn is_context(&self, number: u32) -> bool {
        self.class == Class::ContextSpecific && self.tag == Tag(number)
    }

    /// The universal tag, or `None` for a tag of another class.
    pub fn universal_tag(&self) -> Option<Tag> {
        (self.class == Class::Universal).then_some(self.tag)
    }

    /// The number of a context-specific tag, or `None` for a tag of another class.
    pub fn context_number(&self) -> Option<u32> {
        (self.class == Class::ContextSpecific).then_some(self.tag.0)
    }

    pub fn is_constructed(&self) -> bool {
        self.constructed
    }

    pub fn contents_range(&self) -> Range<usize> {
        self.contents_at..self.contents_at + self.contents.len()
    }

    pub fn full_range(&self) -> Range<usize> {
        let end = self.contents_at + self.contents.len();
        end - self.full.len()..end
    }

    pub fn reader(&self) -> Reader<'a> {
        Reader::at(self.contents, self.contents_at)
    }
}

/// Takes elements off a run of DER, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// `offset` is where `der` begins in the certificate; errors and ranges count from there.
    pub fn at(der: &'a [u8], offset: usize) -> Self {
        Reader { rest: der, offset }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes the next element, whatever it is.
    pub fn any(&mut self, field: &str) -> Result<Element<'a>> {
        if self.rest.is_empty() {
            return Err(malformed(field, self.offset, "it is missing"));
        }
        let (rest, any) = Any::from_der(self.rest)
            .map_err(|_| malformed(field, self.offset, "its length is wrong or it is cut off"))?;
        let full = &self.rest[..self.rest.len() - rest.len()];
        let contents = any.data;
        let element = Element {
            tag: any.header.tag(),
            class: any.header.class(),
            constructed: any.header.is_constructed(),
            full,
            contents,
            contents_at: self.offset + full.len() - contents.len(),
        };
        self.offset += full.len();
        self.rest = rest;
        Ok(element)
    }

    /// Takes the next element, which must have the universal tag given, and elements in it only if
    /// that is the tag of a SEQUENCE or a SET.
    pub fn expect(&mut self, field: &str, tag: Tag) -> Result<Element<'a>> {
        let offset = self.offset;
        let element = self.any(field)?;
        let of_elements = matches!(tag, Tag::Sequence | Tag::Set);
        if element.is(tag) && element.constructed == of_elements {
            Ok(element)
        } else {
            Err(malformed(field, offset, "it has the wrong type"))
        }
    }

    /// Takes the next element if it has the context-specific tag given.
    pub fn optional_context(&mut self, field: &str, number: u32) -> Result<Option<Element<'a>>> {
        let mut ahead = *self;
        if ahead.is_empty() {
            return Ok(None);
        }
        let element = ahead.any(field)?;
        if !element.is_context(number) {
            return Ok(None);
        }
        *self = ahead;
        Ok(Some(element))
    }

    /// Checks that nothing follows the last element of `field`.
    pub fn end(&self, field: &str) -> Result<()> {
        match self.rest.len() {
            0 => Ok(()),
            n => Err(malformed(
                field,
                self.offset,
                &format!("{n} bytes too many follow it"),
            )),
        }
    }
}

pub(super) fn malformed(field: &str, offset: usize, why: &str) -> Error {
    Error::new(
        Code::Format,
        c"NESTED_ASN1_ERROR",
        format!("malformed certificate: {field}, byte {offset}: {why}"),
    )
}
