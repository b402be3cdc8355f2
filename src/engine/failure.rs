//! What the engine's errors are to a user of the library.

use rustls::{InvalidMessage, PeerIncompatible};

use super::{alert, certificate, record};
use crate::error::{Alert, Code, Error};

/// Translates an error of a connection. A certificate that was refused has its own, better
/// error, which the verifier made.
pub(super) fn translate(error: &rustls::Error) -> Error {
    use rustls::Error as E;
    let translated = match error {
        E::AlertReceived(received) => return received_alert(u8::from(*received)),
        E::NoCertificatesPresented => Error::new(
            Code::NoCert,
            c"PEER_DID_NOT_RETURN_A_CERTIFICATE",
            "the peer sent no certificate, and one is required",
        ),
        E::NoApplicationProtocol => Error::new(
            Code::NoAlpn,
            c"NO_APPLICATION_PROTOCOL",
            "none of the application protocols that the client offers is enabled here",
        ),
        E::PeerIncompatible(lack) => incompatible(lack),
        // The general errors that a peer can cause: no certificate fits the ClientHello.
        error if lacks_scheme(error) => incompatible(&PeerIncompatible::NoSignatureSchemesInCommon),
        E::General(what) if what.starts_with("no server certificate") => Error::new(
            Code::NoShared,
            c"NO_CERTIFICATE_ASSIGNED",
            "no certificate to show: none is loaded, or none fits the signature schemes that the \
             client accepts",
        ),
        E::DecryptError => Error::new(
            Code::Protocol,
            c"DECRYPTION_FAILED_OR_BAD_RECORD_MAC",
            "a record from the peer does not decrypt: it was damaged or forged",
        ),
        E::PeerSentOversizedRecord => Error::new(
            Code::Protocol,
            c"DATA_LENGTH_TOO_LONG",
            "the peer sent a record with more than 16384 bytes of plaintext",
        ),
        E::InvalidMessage(fault) => invalid(*fault),
        E::InappropriateMessage { .. } | E::InappropriateHandshakeMessage { .. } => Error::new(
            Code::Protocol,
            c"UNEXPECTED_MESSAGE",
            format!("the peer sent a message out of turn: {error}"),
        ),
        E::PeerMisbehaved(fault) => Error::new(
            Code::Protocol,
            c"PEER_MISBEHAVED",
            format!("the peer broke the protocol: {fault:?}"),
        ),
        E::InvalidCertificate(fault) => certificate::refused(fault),
        E::FailedToGetRandomBytes => Error::new(
            Code::Internal,
            c"RANDOM_UNAVAILABLE",
            "the operating system gave no random bytes",
        ),
        other => Error::new(
            Code::Internal,
            c"INTERNAL_ERROR",
            format!("the TLS engine failed: {other}"),
        ),
    };
    match alert::sent_for(error) {
        Some(sent) => translated.with_alert(Alert::Sent(sent)),
        None => translated,
    }
    .with_detail(error)
}

fn received_alert(received: u8) -> Error {
    let hint = match received {
        40 => ": no common version, cipher, group or certificate type",
        42..=46 => ": it does not accept our certificate",
        48 => ": it does not know the authority that issued our certificate",
        70 => ": no common protocol version",
        112 => ": it does not know the server name",
        116 => ": it requires a client certificate",
        120 => ": no common application protocol",
        _ => "",
    };
    Error::new(
        Code::Alert,
        alert::received_reason(received),
        format!(
            "the peer ended the connection with the alert {} ({received}){hint}",
            alert::name(received).to_string_lossy()
        ),
    )
    .with_alert(Alert::Received(received))
    .with_detail(rustls::Error::AlertReceived(received.into()))
}

/// Whether a TLS 1.2 server's key fits none of the schemes that the client accepts. rustls notices
/// late, and sends no alert for it.
pub(super) fn lacks_scheme(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::General(what) if what == "incompatible signing key")
}

/// Whether a callback gave up in place of which rustls has nothing to say to the peer: the time's, or
/// that of a key elsewhere.
pub(super) fn is_refusal(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::FailedToGetCurrentTime | rustls::Error::Other(_)
    )
}

fn incompatible(lack: &PeerIncompatible) -> Error {
    use PeerIncompatible as P;
    let (reason, message) = match lack {
        P::NoCipherSuitesInCommon => (c"NO_SHARED_CIPHER", "no cipher in common with the peer"),
        P::NoKxGroupsInCommon | P::NamedGroupsExtensionRequired | P::KeyShareExtensionRequired => (
            c"NO_SUITABLE_KEY_SHARE",
            "no key exchange group in common with the peer",
        ),
        P::NoSignatureSchemesInCommon
        | P::NoCertificateRequestSignatureSchemesInCommon
        | P::SignatureAlgorithmsExtensionRequired => (
            c"NO_SHARED_SIGNATURE_ALGORITHMS",
            "no signature scheme in common with the peer",
        ),
        P::ServerDoesNotSupportTls12Or13
        | P::ServerTlsVersionIsDisabledByOurConfig
        | P::SupportedVersionsExtensionRequired
        | P::Tls12NotOffered
        | P::Tls12NotOfferedOrEnabled => (
            c"UNSUPPORTED_PROTOCOL",
            "no protocol version in common with the peer",
        ),
        P::ExtendedMasterSecretExtensionRequired => (
            c"NO_EXTENDED_MASTER_SECRET",
            "the peer does not offer the extended master secret, which is required",
        ),
        P::IncorrectCertificateTypeExtension => (
            c"UNKNOWN_CERTIFICATE_TYPE",
            "one side shows or wants raw public keys, and the other certificates",
        ),
        P::ServerRejectedEncryptedClientHello(_) => {
            return Error::new(
                Code::NoShared,
                c"ECH_REJECTED",
                "the server could not open the Encrypted ClientHello",
            );
        }
        _ => (c"PEER_INCOMPATIBLE", "the peer lacks what is needed"),
    };
    Error::new(Code::NoShared, reason, format!("{message} ({lack:?})"))
}

fn invalid(fault: InvalidMessage) -> Error {
    let (reason, message) = match fault {
        InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion => (
            c"WRONG_VERSION_NUMBER",
            "the peer sent something that is not a TLS record",
        ),
        InvalidMessage::MessageTooLarge => (
            c"PACKET_LENGTH_TOO_LONG",
            "the peer sent a record longer than TLS allows",
        ),
        _ => (c"BAD_MESSAGE", "the peer sent a malformed message"),
    };
    Error::new(Code::Protocol, reason, format!("{message} ({fault:?})"))
}

/// The peer's first bytes, `data`, are no TLS record.
pub(super) fn not_tls(data: &[u8]) -> Error {
    let what = record::recognize(data).unwrap_or("something else");
    let reason = match what {
        "a plain HTTP request" => c"HTTP_REQUEST",
        _ => c"WRONG_VERSION_NUMBER",
    };
    Error::new(
        Code::NotTls,
        reason,
        format!(
            "the peer does not speak TLS here: it sent {what}, '{}'",
            record::excerpt(data)
        ),
    )
    .with_alert(Alert::Sent(alert::UNEXPECTED_MESSAGE))
}
