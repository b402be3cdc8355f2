//! The names of authorities by which a client chooses the certificate that it shows.

use std::sync::Arc;

use rustls::DistinguishedName;

use super::Roots;
use crate::error::{Error, Result};
use crate::x509;

/// The authorities that a server names when it asks for a client certificate.
#[derive(Clone, Debug)]
pub enum CaNames {
    /// Those in the store.
    Roots,
    None,
    These(Arc<[DistinguishedName]>),
}

/// The names are sent in a list of 16 bits; more would break the handshake.
const ROOM: usize = 60_000;

impl CaNames {
    /// DER Names; none: those of the roots. `Code::Format` for what is none, `Code::Argument` for
    /// more than the message has room for.
    pub fn these(names: &[&[u8]]) -> Result<CaNames> {
        if names.is_empty() {
            return Ok(CaNames::Roots);
        }
        for (i, name) in names.iter().enumerate() {
            x509::check_name(name).map_err(|error| error.within(format_args!("name {i}")))?;
        }
        let names: Vec<_> = names
            .iter()
            .map(|name| DistinguishedName::from(name.to_vec()))
            .collect();
        match length(&names) {
            0..=ROOM => Ok(CaNames::These(names.into())),
            long => Err(Error::argument(format!(
                "the names of authorities need {long} bytes; {ROOM} are possible"
            ))),
        }
    }

    pub(super) fn sent(&self, roots: &Roots) -> Vec<DistinguishedName> {
        match self {
            CaNames::Roots => names_of(roots),
            CaNames::None => Vec::new(),
            CaNames::These(names) => names.to_vec(),
        }
    }
}

fn length(names: &[DistinguishedName]) -> usize {
    names.iter().map(|name| name.as_ref().len() + 2).sum()
}

/// The subjects of the anchors. If they are too many: none, which lets a client send what it has
/// (RFC 8446 section 4.2.4).
fn names_of(roots: &Roots) -> Vec<DistinguishedName> {
    let names: Vec<DistinguishedName> = roots
        .anchors()
        .iter()
        .map(|anchor| DistinguishedName::in_sequence(&anchor.subject))
        .collect();
    if length(&names) > ROOM {
        log::warn!("the names of {} CAs are too long to be sent", names.len());
        return Vec::new();
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    const NAME: &[u8] = b"\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02hi";

    #[test]
    fn names_are_sent_as_they_are() {
        let names = CaNames::these(&[NAME, NAME]).unwrap();
        let sent = names.sent(&Roots::new());
        assert_eq!((sent.len(), sent[0].as_ref()), (2, NAME));
    }

    #[test]
    fn what_is_no_name_or_too_much_is_refused() {
        for bad in [&NAME[..14], &[0x30], b"", b"hi"] {
            let error = CaNames::these(&[NAME, bad]).unwrap_err();
            assert_eq!(error.code(), Code::Format);
            assert!(error.message().starts_with("name 1: "), "{error}");
        }
        let many = vec![NAME; ROOM / NAME.len()];
        let error = CaNames::these(&many).unwrap_err();
        assert_eq!(error.code(), Code::Argument);
    }
}
