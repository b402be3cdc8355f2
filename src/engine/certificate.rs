//! What is wrong with a peer's certificate where only the engine says it: the signature of the
//! handshake, and all of it where the verifier is not this library's.

use rustls::CertificateError;
use rustls_pki_types::ServerName;

use crate::error::{Code, Error};
use crate::trust::{codes, verify_string};

/// The refusal of a certificate, without the alert.
pub(super) fn refused(fault: &CertificateError) -> Error {
    let verify = number_of(fault);
    let message = match verify {
        codes::UNSPECIFIED => {
            format!("the signature or certificate of the peer is not valid: {fault}")
        }
        _ => format!(
            "certificate verify failed: {}: {fault}",
            verify_string(verify).to_string_lossy()
        ),
    };
    Error::new(Code::Verify, c"CERTIFICATE_VERIFY_FAILED", message).with_verify(verify, None)
}

fn number_of(fault: &CertificateError) -> i32 {
    use CertificateError as C;
    match fault {
        C::Expired | C::ExpiredContext { .. } => codes::CERT_EXPIRED,
        C::NotValidYet | C::NotValidYetContext { .. } => codes::CERT_NOT_YET_VALID,
        C::Revoked => codes::REVOKED,
        C::UnhandledCriticalExtension => codes::UNHANDLED_CRITICAL,
        C::UnknownIssuer => codes::UNKNOWN_ISSUER,
        C::UnknownRevocationStatus => codes::CRL_UNAVAILABLE,
        C::ExpiredRevocationList | C::ExpiredRevocationListContext { .. } => codes::CRL_EXPIRED,
        C::UnsupportedSignatureAlgorithmContext { .. }
        | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            codes::UNSUPPORTED_SIGNATURE
        }
        C::NotValidForNameContext {
            expected: ServerName::IpAddress(_),
            ..
        } => codes::IP_ADDRESS,
        C::NotValidForName | C::NotValidForNameContext { .. } => codes::HOSTNAME,
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => codes::INVALID_PURPOSE,
        C::InvalidOcspResponse => codes::OCSP_INVALID,
        C::ApplicationVerificationFailure => codes::APPLICATION,
        // Whether a bad signature is a certificate's or the handshake's is not said.
        _ => codes::UNSPECIFIED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_name(expected: &'static str) -> CertificateError {
        CertificateError::NotValidForNameContext {
            expected: ServerName::try_from(expected).unwrap(),
            presented: vec!["other.example".into()],
        }
    }

    #[test]
    fn a_refusal_has_openssls_number_and_the_facts() {
        for (fault, verify, fact) in [
            (wrong_name("one.example"), 62, "other.example"),
            (wrong_name("192.0.2.1"), 64, "192.0.2.1"),
            (CertificateError::UnknownIssuer, 20, "local issuer"),
            (CertificateError::Revoked, 23, "revoked"),
            (CertificateError::UnknownRevocationStatus, 3, "CRL"),
        ] {
            let error = refused(&fault);
            assert_eq!((error.code(), error.verify()), (Code::Verify, verify));
            assert!(error.message().contains(fact), "{error}");
        }
    }

    #[test]
    fn a_bad_signature_may_be_the_handshakes() {
        let error = refused(&CertificateError::BadSignature);
        assert_eq!(error.verify(), codes::UNSPECIFIED);
        assert!(error.message().contains("BadSignature"), "{error}");
    }
}
