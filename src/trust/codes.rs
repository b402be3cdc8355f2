//! The numbers of verdicts: OpenSSL's X509_V_ERR_ numbers, wording and alerts.

use std::ffi::CStr;

pub const OK: i32 = 0;
pub const UNSPECIFIED: i32 = 1;
pub const CRL_UNAVAILABLE: i32 = 3;
pub const CERT_SIGNATURE: i32 = 7;
pub const CRL_SIGNATURE: i32 = 8;
pub const CERT_NOT_YET_VALID: i32 = 9;
pub const CERT_EXPIRED: i32 = 10;
pub const CRL_EXPIRED: i32 = 12;
pub const SELF_SIGNED: i32 = 18;
pub const UNKNOWN_ISSUER: i32 = 20;
pub const CHAIN_TOO_LONG: i32 = 22;
pub const REVOKED: i32 = 23;
pub const INVALID_CA: i32 = 24;
pub const PATH_LENGTH: i32 = 25;
pub const INVALID_PURPOSE: i32 = 26;
pub const REJECTED: i32 = 28;
pub const UNHANDLED_CRITICAL: i32 = 34;
pub const NOT_A_CRL_SIGNER: i32 = 35;
pub const NAME_CONSTRAINT: i32 = 47;
pub const APPLICATION: i32 = 50;
pub const HOSTNAME: i32 = 62;
pub const IP_ADDRESS: i32 = 64;
pub const UNSUPPORTED_SIGNATURE: i32 = 76;
pub const RAW_KEY_UNTRUSTED: i32 = 95;
pub const OCSP_INVALID: i32 = 96;

/// Describes a verdict in OpenSSL's wording. A number that OpenSSL does not have reads as an
/// unknown error.
pub fn verify_string(verify: i32) -> &'static CStr {
    match verify {
        OK => c"ok",
        UNSPECIFIED => c"unspecified certificate verification error",
        2 => c"unable to get issuer certificate",
        CRL_UNAVAILABLE => c"unable to get certificate CRL",
        4 => c"unable to decrypt certificate's signature",
        5 => c"unable to decrypt CRL's signature",
        6 => c"unable to decode issuer public key",
        CERT_SIGNATURE => c"certificate signature failure",
        CRL_SIGNATURE => c"CRL signature failure",
        CERT_NOT_YET_VALID => c"certificate is not yet valid",
        CERT_EXPIRED => c"certificate has expired",
        11 => c"CRL is not yet valid",
        CRL_EXPIRED => c"CRL has expired",
        13 => c"format error in certificate's notBefore field",
        14 => c"format error in certificate's notAfter field",
        15 => c"format error in CRL's lastUpdate field",
        16 => c"format error in CRL's nextUpdate field",
        17 => c"out of memory",
        SELF_SIGNED => c"self-signed certificate",
        19 => c"self-signed certificate in certificate chain",
        UNKNOWN_ISSUER => c"unable to get local issuer certificate",
        21 => c"unable to verify the first certificate",
        CHAIN_TOO_LONG => c"certificate chain too long",
        REVOKED => c"certificate revoked",
        // OpenSSL 3 moved this one to 79.
        INVALID_CA | 79 => c"invalid CA certificate",
        PATH_LENGTH => c"path length constraint exceeded",
        INVALID_PURPOSE => c"unsuitable certificate purpose",
        27 => c"certificate not trusted",
        REJECTED => c"certificate rejected",
        29 => c"subject issuer mismatch",
        30 => c"authority and subject key identifier mismatch",
        31 => c"authority and issuer serial number mismatch",
        32 => c"key usage does not include certificate signing",
        33 => c"unable to get CRL issuer certificate",
        UNHANDLED_CRITICAL => c"unhandled critical extension",
        NOT_A_CRL_SIGNER => c"key usage does not include CRL signing",
        36 => c"unhandled critical CRL extension",
        37 => c"invalid non-CA certificate (has CA markings)",
        39 => c"key usage does not include digital signature",
        41 => c"invalid or inconsistent certificate extension",
        42 => c"invalid or inconsistent certificate policy extension",
        43 => c"no explicit policy",
        44 => c"different CRL scope",
        45 => c"unsupported extension feature",
        NAME_CONSTRAINT => c"permitted subtree violation",
        48 => c"excluded subtree violation",
        APPLICATION => c"application verification failure",
        51 => c"unsupported name constraint type",
        52 => c"unsupported or invalid name constraint syntax",
        53 => c"unsupported or invalid name syntax",
        54 => c"CRL path validation error",
        HOSTNAME => c"hostname mismatch",
        63 => c"email address mismatch",
        IP_ADDRESS => c"IP address mismatch",
        65 => c"no matching DANE TLSA records",
        66 => c"EE certificate key too weak",
        67 => c"CA certificate key too weak",
        68 => c"CA signature digest algorithm too weak",
        69 => c"invalid certificate verification context",
        70 => c"issuer certificate lookup error",
        73 => c"OCSP verification needed",
        74 => c"OCSP verification failed",
        75 => c"OCSP unknown cert",
        UNSUPPORTED_SIGNATURE => c"Cannot find certificate signature algorithm",
        77 => c"subject signature algorithm and issuer public key algorithm mismatch",
        78 => c"cert info signature and signature algorithm mismatch",
        80 => c"Path length invalid for non-CA cert",
        81 => c"Path length given without key usage keyCertSign",
        82 => c"Key usage keyCertSign invalid for non-CA cert",
        83 => c"Issuer name empty",
        84 => c"Subject name empty",
        85 => c"Missing Authority Key Identifier",
        86 => c"Missing Subject Key Identifier",
        87 => c"Empty Subject Alternative Name extension",
        88 => c"Subject empty and Subject Alt Name extension not critical",
        89 => c"Basic Constraints of CA cert not marked critical",
        90 => c"Authority Key Identifier marked critical",
        91 => c"Subject Key Identifier marked critical",
        92 => c"CA cert does not include key usage extension",
        93 => c"Using cert extension requires at least X509v3",
        94 => c"Certificate public key has explicit ECC parameters",
        RAW_KEY_UNTRUSTED => c"Raw public key untrusted, no trusted keys configured",
        OCSP_INVALID => c"OCSP response is invalid",
        _ => c"unknown certificate verification error",
    }
}

/// The TLS alert that OpenSSL sends for a verdict (RFC 8446 section 6).
pub fn alert_for(verify: i32) -> u8 {
    const HANDSHAKE_FAILURE: u8 = 40;
    const BAD_CERTIFICATE: u8 = 42;
    const UNSUPPORTED_CERTIFICATE: u8 = 43;
    const CERTIFICATE_REVOKED: u8 = 44;
    const CERTIFICATE_EXPIRED: u8 = 45;
    const CERTIFICATE_UNKNOWN: u8 = 46;
    const UNKNOWN_CA: u8 = 48;
    const DECRYPT_ERROR: u8 = 51;
    const BAD_CERTIFICATE_STATUS_RESPONSE: u8 = 113;
    match verify {
        APPLICATION => HANDSHAKE_FAILURE,
        4..=6 | CERT_NOT_YET_VALID | 11 | 13..=16 | 27 | REJECTED => BAD_CERTIFICATE,
        HOSTNAME | 63 | IP_ADDRESS | 65..=68 | 94 => BAD_CERTIFICATE,
        INVALID_PURPOSE => UNSUPPORTED_CERTIFICATE,
        REVOKED => CERTIFICATE_REVOKED,
        CERT_EXPIRED | CRL_EXPIRED => CERTIFICATE_EXPIRED,
        2 | CRL_UNAVAILABLE | 33 => UNKNOWN_CA,
        SELF_SIGNED | 19..=22 | INVALID_CA | PATH_LENGTH | 79 => UNKNOWN_CA,
        CERT_SIGNATURE | CRL_SIGNATURE => DECRYPT_ERROR,
        OCSP_INVALID => BAD_CERTIFICATE_STATUS_RESPONSE,
        _ => CERTIFICATE_UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_words() {
        assert_eq!(verify_string(20), c"unable to get local issuer certificate");
        assert_eq!(verify_string(62), c"hostname mismatch");
        assert_eq!(verify_string(24), c"invalid CA certificate");
        for number in -1000..1000 {
            assert!(!verify_string(number).is_empty());
        }
    }

    #[test]
    fn alerts() {
        for (verify, alert) in [
            (UNSPECIFIED, 46),
            (CRL_UNAVAILABLE, 48),
            (CERT_SIGNATURE, 51),
            (CERT_NOT_YET_VALID, 42),
            (CERT_EXPIRED, 45),
            (CRL_EXPIRED, 45),
            (SELF_SIGNED, 48),
            (UNKNOWN_ISSUER, 48),
            (REVOKED, 44),
            (INVALID_CA, 48),
            (INVALID_PURPOSE, 43),
            (UNHANDLED_CRITICAL, 46),
            (APPLICATION, 40),
            (HOSTNAME, 42),
            (IP_ADDRESS, 42),
            (UNSUPPORTED_SIGNATURE, 46),
            (OCSP_INVALID, 113),
            (-5, 46),
            (4711, 46),
        ] {
            assert_eq!(alert_for(verify), alert, "{verify}");
        }
    }
}
