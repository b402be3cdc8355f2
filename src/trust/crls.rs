//! The revocation lists that a program has loaded.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::Arc;

use webpki::{BorrowedRevokedCert, CertRevocationList, OwnedCertRevocationList};

use crate::crypto::primitives::digest::{Digest, SHA256, digest};
use crate::error::{Code, Error, Result};
use crate::x509::{self, CrlFields};

/// One list, checked to be of a kind that webpki takes.
#[derive(Debug)]
pub struct Crl {
    fields: CrlFields,
    /// SHA-256 of the whole list.
    digest: Digest,
    list: CertRevocationList<'static>,
}

impl Crl {
    /// `Code::Format` for what is no list, `Code::Unsupported` for a kind that cannot be used.
    fn from_der(der: &[u8]) -> Result<Crl> {
        let fields = CrlFields::read(der)?;
        let list = OwnedCertRevocationList::from_der(der)
            .map_err(|error| unusable(&error, &fields))?
            .into();
        Ok(Crl {
            fields,
            digest: digest(&SHA256, der),
            list,
        })
    }

    pub fn digest(&self) -> &[u8] {
        self.digest.as_ref()
    }

    pub fn fields(&self) -> &CrlFields {
        &self.fields
    }

    pub fn list(&self) -> &CertRevocationList<'static> {
        &self.list
    }

    /// The entry for a serial number, whoever issued the certificate.
    pub fn entry(&self, serial: &[u8]) -> Option<BorrowedRevokedCert<'_>> {
        self.list.find_serial(serial).ok().flatten()
    }

    /// Whether `clock` has passed the date of the next list.
    pub fn has_expired(&self, clock: i64) -> bool {
        self.fields.next_update.is_some_and(|next| clock >= next)
    }

    /// Of the same issuer, key and distribution point: the newer replaces the older.
    fn has_scope_of(&self, other: &Crl) -> bool {
        self.fields.issuer_der == other.fields.issuer_der
            && self.fields.authority_key == other.fields.authority_key
            && self.list.issuing_distribution_point() == other.list.issuing_distribution_point()
    }

    fn age(&self, other: &Crl) -> Ordering {
        let (this, other) = (&self.fields, &other.fields);
        let number = |fields: &CrlFields| (fields.number.len(), fields.number.clone());
        this.this_update
            .cmp(&other.this_update)
            .then_with(|| number(this).cmp(&number(other)))
    }
}

/// A set of lists, newest first. A clone costs nothing until one of the two changes.
#[derive(Clone, Debug, Default)]
pub struct Crls(Arc<Vec<Arc<Crl>>>);

impl Crls {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Crl> {
        self.0.iter().map(|crl| &**crl)
    }

    /// Adds one list, unless a newer one of its scope is there; an older one goes.
    fn add(&mut self, crl: Arc<Crl>) {
        let lists = Arc::make_mut(&mut self.0);
        if let Some(i) = lists.iter().position(|other| other.has_scope_of(&crl)) {
            if crl.age(&lists[i]) == Ordering::Less {
                return;
            }
            lists.remove(i);
        }
        let newer = |other: &Arc<Crl>| other.age(&crl) == Ordering::Greater;
        let place = lists.partition_point(newer);
        lists.insert(place, crl);
    }

    /// Adds the lists of a PEM (any number) or one DER. On an error nothing is added:
    /// `Code::Format` for none or a malformed one, `Code::Unsupported` for a kind that cannot be
    /// used; both name its number, counted from 1.
    pub fn add_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let crls = x509::crls_in(bytes)?
            .iter()
            .enumerate()
            .map(|(i, der)| {
                let crl = Crl::from_der(der);
                crl.map_err(|error| error.within(format_args!("CRL {}", i + 1)))
            })
            .collect::<Result<Vec<_>>>()?;
        for crl in crls {
            self.add(Arc::new(crl));
        }
        Ok(())
    }

    /// As [`Crls::add_bytes`], from a file: `Code::File` with the errno if it cannot be read.
    pub fn add_file(&mut self, path: &Path) -> Result<()> {
        self.add_bytes(&x509::read_file(path)?)
            .map_err(|error| error.within(path.display()))
    }

    pub fn add_all(&mut self, other: &Crls) {
        for crl in other.0.iter() {
            self.add(crl.clone());
        }
    }
}

fn unusable(error: &webpki::Error, fields: &CrlFields) -> Error {
    use webpki::Error as E;
    let what = match error {
        E::UnsupportedDeltaCrl => "a delta CRL; load complete ones",
        E::UnsupportedIndirectCrl => "an indirect CRL, which lists other issuers' certificates",
        E::UnsupportedRevocationReasonsPartitioning => "for some reasons of revocation only",
        E::UnsupportedCrlIssuingDistributionPoint => "for a distribution point without a full name",
        E::UnsupportedCriticalExtension => "one with a critical extension that is not known",
        _ if fields.next_update.is_none() => "one without nextUpdate",
        _ if fields.number.is_empty() => "not version 2 with a CRL number (RFC 5280)",
        other => {
            let message = format!("malformed CRL of '{}': {other:?}", fields.issuer);
            return Error::new(Code::Format, c"NESTED_ASN1_ERROR", message);
        }
    };
    let message = format!(
        "the CRL of '{}' cannot be used: it is {what}",
        fields.issuer
    );
    Error::unsupported(message)
}
