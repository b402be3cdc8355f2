//! What verification decided.

use std::sync::Arc;

use rustls::{CertificateError, OtherError};

use super::codes::{self, alert_for, verify_string};
use crate::error::{Alert, Code, Error};
use crate::x509::Certificate;

/// The outcome of verifying one peer.
#[derive(Clone, Debug)]
pub struct Verdict {
    verify: i32,
    depth: Option<u32>,
    facts: String,
    path: Vec<Arc<Certificate>>,
    /// What the program made of it, which counts.
    answer: Option<i32>,
}

impl Verdict {
    /// `path` leads from the leaf to the certificate in the store, which is last.
    pub(super) fn accepted(path: Vec<Arc<Certificate>>) -> Verdict {
        Verdict {
            verify: codes::OK,
            depth: None,
            facts: String::new(),
            path,
            answer: None,
        }
    }

    /// `depth` is the place of the certificate at fault (leaf 0), if that is known.
    pub(super) fn refused(verify: i32, depth: Option<u32>, facts: impl Into<String>) -> Verdict {
        Verdict {
            verify,
            depth,
            facts: facts.into(),
            path: Vec::new(),
            answer: None,
        }
    }

    /// The program's last word: 0 to accept, or the number to refuse with.
    pub(super) fn answered(mut self, answer: i32) -> Verdict {
        self.answer = Some(answer);
        self
    }

    pub fn is_accepted(&self) -> bool {
        self.number() == codes::OK
    }

    /// Whether the program accepted what would have been refused.
    pub fn is_overruled(&self) -> bool {
        self.is_accepted() && self.verify != codes::OK
    }

    /// What counts: the program's number if it was asked, or the built-in one.
    fn number(&self) -> i32 {
        self.answer.unwrap_or(self.verify)
    }

    /// The built-in verdict: 0, or the X509_V_ERR_ number of the refusal.
    pub fn verify(&self) -> i32 {
        self.verify
    }

    /// The place in the chain of the certificate at fault (leaf 0).
    pub fn depth(&self) -> Option<u32> {
        self.depth
    }

    /// What a person needs beyond the number: names, dates, the issuer. Empty when accepted.
    pub fn facts(&self) -> &str {
        &self.facts
    }

    /// The path that was built, the certificate in the store last; empty when refused.
    pub fn path(&self) -> &[Arc<Certificate>] {
        &self.path
    }

    /// The refusal as an error, with the alert that `rustls_error` makes the engine send.
    pub fn to_error(&self) -> Error {
        let number = self.number();
        let what = verify_string(number).to_string_lossy();
        let (facts, depth) = match self.answer {
            Some(answer) if answer != self.verify => (self.answer_as_facts(answer), None),
            _ => (self.facts.clone(), self.depth),
        };
        let facts = match facts.as_str() {
            "" => facts,
            _ => format!(": {facts}"),
        };
        Error::new(
            Code::Verify,
            c"CERTIFICATE_VERIFY_FAILED",
            format!("certificate verify failed: {what}{facts}"),
        )
        .with_verify(number, depth)
        .with_alert(Alert::Sent(alert_for(number)))
    }

    fn answer_as_facts(&self, answer: i32) -> String {
        let built_in = match self.verify {
            codes::OK => String::new(),
            refused => {
                let what = verify_string(refused).to_string_lossy();
                format!("; without it: {what}: {}", self.facts)
            }
        };
        format!("the verify callback returned {answer}{built_in}")
    }

    /// The engine chooses the alert by the kind of the error: this is the kind that sends
    /// `alert_for` of the verdict.
    pub(super) fn rustls_error(&self) -> rustls::Error {
        let error = match alert_for(self.number()) {
            42 => CertificateError::BadEncoding,
            43 => CertificateError::InvalidPurpose,
            44 => CertificateError::Revoked,
            45 => CertificateError::Expired,
            48 => CertificateError::UnknownIssuer,
            51 => CertificateError::BadSignature,
            113 => CertificateError::InvalidOcspResponse,
            // Any error that is not about a certificate sends handshake_failure.
            40 => return rustls::Error::General(self.to_error().to_string()),
            _ => CertificateError::Other(OtherError(Arc::new(self.to_error()))),
        };
        rustls::Error::InvalidCertificate(error)
    }
}

#[cfg(test)]
mod tests {
    use rustls::AlertDescription;

    use super::*;

    fn refused(verify: i32) -> Verdict {
        Verdict::refused(verify, Some(0), "facts")
    }

    /// As rustls chooses it for what a verifier returns.
    fn alert_sent_for(error: rustls::Error) -> AlertDescription {
        match error {
            rustls::Error::InvalidCertificate(error) => error.into(),
            _ => AlertDescription::HandshakeFailure,
        }
    }

    #[test]
    fn the_engine_sends_the_alert_of_every_number() {
        for verify in 1..200 {
            let sent = alert_sent_for(refused(verify).rustls_error());
            assert_eq!(u8::from(sent), alert_for(verify), "{verify}");
        }
    }

    #[test]
    fn the_program_has_the_last_word() {
        let accepted = refused(codes::CERT_EXPIRED).answered(codes::OK);
        assert!(accepted.is_accepted() && accepted.is_overruled());
        assert_eq!(accepted.verify(), 10);

        let agreed = Verdict::accepted(Vec::new()).answered(codes::OK);
        assert!(agreed.is_accepted() && !agreed.is_overruled());

        let error = Verdict::accepted(Vec::new()).answered(-77).to_error();
        assert_eq!((error.verify(), error.depth()), (-77, None));
        assert!(error.message().contains("the verify callback returned -77"));

        let refusal = refused(codes::CERT_EXPIRED).answered(codes::APPLICATION);
        let error = refusal.to_error();
        assert_eq!((error.verify(), error.alert()), (50, Some(Alert::Sent(40))));
        assert!(
            error.message().contains("certificate has expired: facts"),
            "{error}"
        );
        let sent = alert_sent_for(refusal.rustls_error());
        assert_eq!(sent, AlertDescription::HandshakeFailure);

        let same = refused(codes::CERT_EXPIRED).answered(codes::CERT_EXPIRED);
        assert_eq!(same.to_error().depth(), Some(0));
    }

    #[test]
    fn the_error_carries_everything() {
        let error = refused(codes::CERT_EXPIRED).to_error();
        assert_eq!(
            error.message(),
            "certificate verify failed: certificate has expired: facts"
        );
        assert_eq!((error.verify(), error.depth()), (10, Some(0)));
        assert_eq!(error.alert(), Some(Alert::Sent(45)));
        assert_eq!(error.reason(), c"CERTIFICATE_VERIFY_FAILED");
    }
}
