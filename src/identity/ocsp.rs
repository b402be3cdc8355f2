//! The OCSP response that a server staples to its certificate (RFC 6960).

use pkcs8::der::asn1::AnyRef;
use pkcs8::der::{self, Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use rustls::sign::CertifiedKey;

use super::Identity;
use crate::error::{Code, Error, Result};

/// Peers take handshake messages up to about this.
const LIMIT: usize = 65_535;

impl Identity {
    /// A copy that staples `response`, an OCSPResponse in DER, to the certificate. What it says of
    /// the certificate, until when, and who signed it is for the peer to judge.
    ///
    /// [`Code::Format`]: not an OCSPResponse, one that holds no answer, or over 65535 bytes.
    pub fn with_ocsp(&self, response: &[u8]) -> Result<Identity> {
        check(response)?;
        Ok(self.certified_as(CertifiedKey {
            ocsp: Some(response.to_vec()),
            ..CertifiedKey::clone(&self.certified)
        }))
    }
}

fn check(response: &[u8]) -> Result<()> {
    if response.len() > LIMIT {
        let length = response.len();
        return Err(unusable(format!("{length} bytes, over {LIMIT}")));
    }
    match status(response) {
        Ok(0) => Ok(()),
        Ok(status) => Err(unusable(format!(
            "the responder gave no answer: {}",
            match status {
                1 => "malformedRequest",
                2 => "internalError",
                3 => "tryLater",
                5 => "sigRequired",
                6 => "unauthorized",
                _ => "an unknown status",
            }
        ))),
        Err(error) => Err(unusable(format!("not an OCSPResponse in DER: {error}"))),
    }
}

/// The responseStatus; 0, successful, only if responseBytes follow.
fn status(response: &[u8]) -> der::Result<u8> {
    let whole = AnyRef::from_der(response)?;
    whole.tag().assert_eq(Tag::Sequence)?;
    let mut fields = SliceReader::new(whole.value())?;
    let status = AnyRef::decode(&mut fields)?;
    status.tag().assert_eq(Tag::Enumerated)?;
    let status = match status.value() {
        [status] => *status,
        _ => return Err(Tag::Enumerated.value_error().into()),
    };
    if status == 0 {
        AnyRef::decode(&mut fields)?
            .tag()
            .assert_eq(Tag::ContextSpecific {
                constructed: true,
                number: TagNumber(0),
            })?;
    }
    fields.finish()?;
    Ok(status)
}

fn unusable(problem: String) -> Error {
    let message = format!("the OCSP response cannot be stapled: {problem}");
    Error::new(Code::Format, c"ASN1_PARSE_ERROR", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_refused(response: &[u8], fact: &str) {
        let error = check(response).unwrap_err();
        assert_eq!(error.code(), Code::Format);
        assert!(error.message().contains(fact), "{error}");
    }

    #[test]
    fn only_an_answer_is_stapled() {
        check(b"\x30\x07\x0a\x01\x00\xa0\x02\x30\x00").unwrap();
        assert_refused(b"", "not an OCSPResponse");
        assert_refused(b"-----BEGIN OCSP RESPONSE-----", "not an OCSPResponse");
        assert_refused(b"\x30\x03\x0a\x01\x03", "tryLater");
        assert_refused(b"\x30\x03\x0a\x01\x00", "not an OCSPResponse");
        assert_refused(b"\x30\x03\x02\x01\x00", "not an OCSPResponse");
        assert_refused(b"\x30\x04\x0a\x02\x00\x00", "not an OCSPResponse");
        assert_refused(
            b"\x30\x07\x0a\x01\x00\xa0\x02\x30\x00\x00",
            "not an OCSPResponse",
        );
        assert_refused(&[0x30; 65_536], "65536 bytes, over 65535");
    }
}
