//! What verification decided, and how that gets past the engine to whoever asked.

use std::sync::Arc;

use rustls::{CertificateError, OtherError};

use super::codes::{self, alert_for, verify_string};
use crate::error::{Alert, Code, Error};
use crate::observed::{self, Slot};
use crate::x509::Certificate;

/// The outcome of verifying one peer.
#[derive(Clone, Debug)]
pub struct Verdict {
    verify: i32,
    depth: Option<u32>,
    facts: String,
    path: Vec<Arc<Certificate>>,
}

impl Verdict {
    /// `path` leads from the leaf to the certificate in the store, which is last.
    pub(super) fn accepted(path: Vec<Arc<Certificate>>) -> Verdict {
        Verdict {
            verify: codes::OK,
            depth: None,
            facts: String::new(),
            path,
        }
    }

    /// `depth` is the place of the certificate at fault (leaf 0), if that is known.
    pub(super) fn refused(verify: i32, depth: Option<u32>, facts: impl Into<String>) -> Verdict {
        Verdict {
            verify,
            depth,
            facts: facts.into(),
            path: Vec::new(),
        }
    }

    pub fn is_accepted(&self) -> bool {
        self.verify == codes::OK
    }

    /// 0, or the X509_V_ERR_ number of the refusal.
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
        let what = verify_string(self.verify).to_string_lossy();
        let facts = match self.facts.as_str() {
            "" => String::new(),
            facts => format!(": {facts}"),
        };
        Error::new(
            Code::Verify,
            c"CERTIFICATE_VERIFY_FAILED",
            format!("certificate verify failed: {what}{facts}"),
        )
        .with_verify(self.verify, self.depth)
        .with_alert(Alert::Sent(alert_for(self.verify)))
    }

    /// The engine chooses the alert by the kind of the error: this is the kind that sends
    /// `alert_for` of the verdict.
    pub(super) fn rustls_error(&self) -> rustls::Error {
        let error = match alert_for(self.verify) {
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

thread_local! {
    static VERDICT: Slot<Verdict> = const { Slot::new() };
}

/// Runs `body` and returns with its result the last verdict that a verifier reached inside it on
/// this thread. The engine flattens a verifier's error; the verdict goes around it. Calls nest.
pub fn observe<R>(body: impl FnOnce() -> R) -> (R, Option<Verdict>) {
    observed::observe(&VERDICT, body)
}

/// Leaves a verdict for the innermost `observe`, if there is one.
pub(super) fn deposit(verdict: Verdict) {
    observed::tell(&VERDICT, verdict);
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
