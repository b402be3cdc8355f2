//! TLS alerts (RFC 8446 §6): names, the wording of programs, and the plaintext form.

use std::ffi::CStr;

use rustls::{AlertDescription, PeerIncompatible, PeerMisbehaved};

use super::failure;

pub const UNEXPECTED_MESSAGE: u8 = 10;
pub const HANDSHAKE_FAILURE: u8 = 40;
pub const ILLEGAL_PARAMETER: u8 = 47;
pub const PROTOCOL_VERSION: u8 = 70;
pub const INTERNAL_ERROR: u8 = 80;

/// The registered name of an alert; "unknown" for others.
pub fn name(alert: u8) -> &'static CStr {
    entry(alert).map_or(c"unknown", |(_, name, _)| name)
}

/// The number of an alert that tells of an error: registered, and neither a closure nor a mere
/// warning.
pub fn fatal(number: i32) -> Option<u8> {
    let alert = u8::try_from(number).ok()?;
    (entry(alert).is_some() && !NO_ERRORS.contains(&alert)).then_some(alert)
}

/// close_notify, user_canceled, no_renegotiation.
const NO_ERRORS: [u8; 3] = [0, 90, 100];

/// The reason that OpenSSL gives when it receives the alert.
pub fn received_reason(alert: u8) -> &'static CStr {
    entry(alert).map_or(c"TLSV1_ALERT_UNKNOWN", |(_, _, reason)| reason)
}

type Entry = (u8, &'static CStr, &'static CStr);

fn entry(alert: u8) -> Option<Entry> {
    ALERTS.iter().copied().find(|(number, ..)| *number == alert)
}

static ALERTS: [Entry; 35] = [
    (0, c"close_notify", c"CLOSE_NOTIFY"),
    (10, c"unexpected_message", c"SSLV3_ALERT_UNEXPECTED_MESSAGE"),
    (20, c"bad_record_mac", c"SSLV3_ALERT_BAD_RECORD_MAC"),
    (21, c"decryption_failed", c"TLSV1_ALERT_DECRYPTION_FAILED"),
    (22, c"record_overflow", c"TLSV1_ALERT_RECORD_OVERFLOW"),
    (
        30,
        c"decompression_failure",
        c"SSLV3_ALERT_DECOMPRESSION_FAILURE",
    ),
    (40, c"handshake_failure", c"SSLV3_ALERT_HANDSHAKE_FAILURE"),
    (41, c"no_certificate", c"SSLV3_ALERT_NO_CERTIFICATE"),
    (42, c"bad_certificate", c"SSLV3_ALERT_BAD_CERTIFICATE"),
    (
        43,
        c"unsupported_certificate",
        c"SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
    ),
    (
        44,
        c"certificate_revoked",
        c"SSLV3_ALERT_CERTIFICATE_REVOKED",
    ),
    (
        45,
        c"certificate_expired",
        c"SSLV3_ALERT_CERTIFICATE_EXPIRED",
    ),
    (
        46,
        c"certificate_unknown",
        c"SSLV3_ALERT_CERTIFICATE_UNKNOWN",
    ),
    (47, c"illegal_parameter", c"SSLV3_ALERT_ILLEGAL_PARAMETER"),
    (48, c"unknown_ca", c"TLSV1_ALERT_UNKNOWN_CA"),
    (49, c"access_denied", c"TLSV1_ALERT_ACCESS_DENIED"),
    (50, c"decode_error", c"TLSV1_ALERT_DECODE_ERROR"),
    (51, c"decrypt_error", c"TLSV1_ALERT_DECRYPT_ERROR"),
    (60, c"export_restriction", c"TLSV1_ALERT_EXPORT_RESTRICTION"),
    (70, c"protocol_version", c"TLSV1_ALERT_PROTOCOL_VERSION"),
    (
        71,
        c"insufficient_security",
        c"TLSV1_ALERT_INSUFFICIENT_SECURITY",
    ),
    (80, c"internal_error", c"TLSV1_ALERT_INTERNAL_ERROR"),
    (
        86,
        c"inappropriate_fallback",
        c"TLSV1_ALERT_INAPPROPRIATE_FALLBACK",
    ),
    (90, c"user_canceled", c"TLSV1_ALERT_USER_CANCELLED"),
    (100, c"no_renegotiation", c"TLSV1_ALERT_NO_RENEGOTIATION"),
    (109, c"missing_extension", c"TLSV13_ALERT_MISSING_EXTENSION"),
    (
        110,
        c"unsupported_extension",
        c"TLSV1_UNSUPPORTED_EXTENSION",
    ),
    (
        111,
        c"certificate_unobtainable",
        c"TLSV1_CERTIFICATE_UNOBTAINABLE",
    ),
    (112, c"unrecognized_name", c"TLSV1_UNRECOGNIZED_NAME"),
    (
        113,
        c"bad_certificate_status_response",
        c"TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE",
    ),
    (
        114,
        c"bad_certificate_hash_value",
        c"TLSV1_BAD_CERTIFICATE_HASH_VALUE",
    ),
    (
        115,
        c"unknown_psk_identity",
        c"TLSV1_ALERT_UNKNOWN_PSK_IDENTITY",
    ),
    (
        116,
        c"certificate_required",
        c"TLSV13_ALERT_CERTIFICATE_REQUIRED",
    ),
    (
        120,
        c"no_application_protocol",
        c"TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
    ),
    (121, c"ech_required", c"TLSV13_ALERT_ECH_REQUIRED"),
];

/// A fatal alert as a record of its own, as it is sent before any key is agreed.
pub fn plaintext(alert: u8) -> [u8; 7] {
    [21, 3, 3, 0, 2, 2, alert]
}

/// The fatal alert at the end of `sent`, if it is there in plaintext.
pub fn at_end_of(sent: &[u8]) -> Option<u8> {
    match sent.last_chunk::<7>()? {
        [21, 3, _, 0, 2, 2, alert] => Some(*alert),
        _ => None,
    }
}

/// The alert that rustls sends, after the keys are agreed, for an error that carries no alert
/// of its own; `None` where it sends none or its choice cannot be known.
pub fn sent_for(error: &rustls::Error) -> Option<u8> {
    use rustls::Error as E;
    let alert = match error {
        E::DecryptError => AlertDescription::BadRecordMac,
        E::PeerSentOversizedRecord => AlertDescription::RecordOverflow,
        E::InvalidMessage(fault) => AlertDescription::from(*fault),
        E::InappropriateMessage { .. } | E::InappropriateHandshakeMessage { .. } => {
            AlertDescription::UnexpectedMessage
        }
        E::PeerIncompatible(PeerIncompatible::ServerRejectedEncryptedClientHello(_)) => {
            AlertDescription::EncryptedClientHelloRequired
        }
        E::NoApplicationProtocol => AlertDescription::NoApplicationProtocol,
        E::NoCertificatesPresented => AlertDescription::CertificateRequired,
        E::InvalidCertificate(fault) => AlertDescription::from(fault.clone()),
        _ => return None,
    };
    Some(alert.into())
}

/// The alert to send where rustls sends none.
pub fn due_for(error: &rustls::Error) -> u8 {
    use PeerMisbehaved as M;
    match error {
        rustls::Error::PeerMisbehaved(fault) => match fault {
            M::IllegalMiddleboxChangeCipherSpec
            | M::IllegalTlsInnerPlaintext
            | M::MessageInterleavedWithHandshakeMessage
            | M::RejectedEarlyDataInterleavedWithHandshakeMessage
            | M::TooManyEmptyFragments
            | M::TooManyKeyUpdateRequests
            | M::TooManyRenegotiationRequests
            | M::TooManyWarningAlertsReceived => UNEXPECTED_MESSAGE,
            _ => ILLEGAL_PARAMETER,
        },
        error if failure::lacks_scheme(error) => HANDSHAKE_FAILURE,
        error => sent_for(error).unwrap_or(INTERNAL_ERROR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plaintext_alert_is_found_again() {
        let mut sent = vec![22, 3, 3, 0, 0];
        assert_eq!(at_end_of(&sent), None);
        sent.extend(plaintext(48));
        assert_eq!(at_end_of(&sent), Some(48));
    }

    #[test]
    fn every_number_has_a_name() {
        for alert in 0..=u8::MAX {
            assert!(!name(alert).is_empty());
            assert!(!received_reason(alert).is_empty());
        }
        assert_eq!(name(48), c"unknown_ca");
    }
}
