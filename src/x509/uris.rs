//! Where a certificate says to look: authority information access and CRL distribution points (RFC
//! 5280 sections 4.2.2.1 and 4.2.1.13).

use std::ffi::{CStr, CString};

use x509_parser::asn1_rs::Tag;

use super::alternative_names::{AlternativeName, AlternativeNameKind, general_name, general_names};
use super::der::Reader;
use super::{Certificate, oid};
use crate::error::Result;

const AUTHORITY_INFO_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
const ACCESS_OCSP: &str = "1.3.6.1.5.5.7.48.1";
const ACCESS_CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";
const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";

/// What a URI in a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UriKind {
    Ocsp,
    CaIssuers,
    Crl,
}

impl Certificate {
    /// URI number `i` of the kind given, in certificate order. URIs with a NUL in them do not
    /// count, nor do those of a malformed extension.
    pub fn uri(&self, kind: UriKind, i: usize) -> Option<&CStr> {
        self.uris
            .get_or_init(|| self.read_uris())
            .iter()
            .filter(|(this, _)| *this == kind)
            .nth(i)
            .map(|(_, uri)| uri.as_c_str())
    }

    fn read_uris(&self) -> Vec<(UriKind, CString)> {
        let readers = [
            (AUTHORITY_INFO_ACCESS, access_locations as fn(&[u8]) -> _),
            (CRL_DISTRIBUTION_POINTS, distribution_points),
        ];
        readers
            .iter()
            .filter_map(|(kind, read)| read(self.extension(kind)?.0).ok())
            .flatten()
            .filter(|(_, name)| name.kind == AlternativeNameKind::Uri)
            .filter_map(|(kind, name)| Some((kind, CString::new(name.value).ok()?)))
            .collect()
    }
}

/// AuthorityInfoAccessSyntax ::= SEQUENCE OF SEQUENCE { accessMethod, accessLocation }
fn access_locations(value: &[u8]) -> Result<Vec<(UriKind, AlternativeName)>> {
    let field = "authorityInfoAccess";
    let mut list = Reader::at(value, 0).expect(field, Tag::Sequence)?.reader();
    let mut locations = Vec::new();
    while !list.is_empty() {
        let mut description = list.expect(field, Tag::Sequence)?.reader();
        let method = description.expect(field, Tag::Oid)?;
        let location = general_name(field, &description.any(field)?)?;
        description.end(field)?;
        match oid::dotted(method.contents).as_deref() {
            Some(ACCESS_OCSP) => locations.push((UriKind::Ocsp, location)),
            Some(ACCESS_CA_ISSUERS) => locations.push((UriKind::CaIssuers, location)),
            _ => {}
        }
    }
    Ok(locations)
}

/// CRLDistributionPoints ::= SEQUENCE OF SEQUENCE { [0] distributionPoint, [1] reasons,
/// [2] cRLIssuer }, of which each is optional; distributionPoint ::= CHOICE { [0] fullName,
/// [1] nameRelativeToCRLIssuer }
fn distribution_points(value: &[u8]) -> Result<Vec<(UriKind, AlternativeName)>> {
    let field = "cRLDistributionPoints";
    let mut list = Reader::at(value, 0).expect(field, Tag::Sequence)?.reader();
    let mut names = Vec::new();
    while !list.is_empty() {
        let mut point = list.expect(field, Tag::Sequence)?.reader();
        if let Some(name) = point.optional_context(field, 0)?
            && let Some(full_name) = name.reader().optional_context(field, 0)?
        {
            names.extend(general_names(field, full_name.reader())?);
        }
        point.optional_context(field, 1)?;
        if let Some(issuer) = point.optional_context(field, 2)? {
            general_names(field, issuer.reader())?;
        }
        point.end(field)?;
    }
    Ok(names.into_iter().map(|name| (UriKind::Crl, name)).collect())
}
