//! The order of a chain.

use rustls::pki_types::CertificateDer;
use rustls::sign::SigningKey;

use super::certificates;
use crate::error::Result;

/// Of certificates in any order: that of `key` and then each one's issuer, as far as they are
/// there. What is not on this path is left out. If none is of the key, all of them as they are.
pub(super) fn arrange(
    given: Vec<CertificateDer<'static>>,
    key: &dyn SigningKey,
) -> Result<Vec<CertificateDer<'static>>> {
    let parsed = certificates::parse_all(&given)?;
    let public_key = key.public_key();
    let is_leaf = |spki: &[u8]| public_key.as_ref().is_some_and(|key| key.as_ref() == spki);
    let Some(leaf) = parsed
        .iter()
        .position(|certificate| is_leaf(certificate.spki()))
    else {
        return Ok(given);
    };
    let mut path = vec![leaf];
    while let Some(last) = path.last().map(|place| &parsed[*place]) {
        let issuer = parsed.iter().enumerate().position(|(place, candidate)| {
            !path.contains(&place) && candidate.subject_der() == last.issuer_der()
        });
        match issuer {
            Some(issuer) => path.push(issuer),
            None => break,
        }
    }
    Ok(path.into_iter().map(|place| given[place].clone()).collect())
}
