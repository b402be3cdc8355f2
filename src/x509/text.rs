//! A certificate for people to read.

use std::ffi::CString;
use std::fmt::Write;

use x509_parser::extensions::ParsedExtension;

use super::{Certificate, UriKind, date, oid};

/// Writing to a String does not fail, so that the results below carry nothing.
pub(super) fn describe(certificate: &Certificate) -> CString {
    let mut out = String::new();
    let _ = write_all(&mut out, certificate);
    // Names are written without control characters, hence without NUL.
    CString::new(out).unwrap_or_default()
}

fn write_all(out: &mut String, certificate: &Certificate) -> std::fmt::Result {
    let Some(layout) = certificate.layout() else {
        return writeln!(out, "Certificate: malformed");
    };
    let signature_type = certificate.signature_type().to_string_lossy();
    writeln!(out, "Certificate:")?;
    writeln!(out, "    Version: {}", certificate.version())?;
    writeln!(out, "    Serial Number: {}", colons(certificate.serial()))?;
    writeln!(out, "    Signature Algorithm: {signature_type}")?;
    writeln!(out, "    Issuer: {}", certificate.issuer())?;
    writeln!(out, "    Validity")?;
    writeln!(
        out,
        "        Not Before: {}",
        date::iso(certificate.not_before())
    )?;
    writeln!(
        out,
        "        Not After : {}",
        date::iso(certificate.not_after())
    )?;
    writeln!(out, "    Subject: {}", certificate.subject())?;
    writeln!(out, "    Subject Public Key Info")?;
    let key_type = certificate.key_type().to_string_lossy();
    write!(out, "        Public Key Algorithm: {key_type}")?;
    match certificate.key_bits() {
        0 => writeln!(out)?,
        bits => writeln!(out, " ({bits} bit)")?,
    }
    write_block(out, 12, certificate.spki())?;
    write_extensions(out, certificate)?;
    writeln!(out, "    Signature Value")?;
    let signature = &certificate.der()[layout.signature.clone()];
    write_block(out, 8, signature.get(1..).unwrap_or_default())
}

fn write_extensions(out: &mut String, certificate: &Certificate) -> std::fmt::Result {
    if certificate.all_extensions().is_empty() {
        return Ok(());
    }
    writeln!(out, "    X509v3 Extensions")?;
    for extension in certificate.all_extensions() {
        let name = oid::long_name(&extension.oid);
        let critical = if extension.critical { " critical" } else { "" };
        writeln!(out, "        {}:{critical}", name.to_string_lossy())?;
        let lines = certificate
            .parse(extension)
            .map(|parsed| known(certificate, &parsed))
            .unwrap_or_default();
        for line in &lines {
            writeln!(out, "            {line}")?;
        }
        if lines.is_empty() {
            write_block(out, 12, &certificate.der()[extension.value.clone()])?;
        }
    }
    Ok(())
}

/// The lines of an extension that has a meaning to show; none for others.
fn known(certificate: &Certificate, extension: &ParsedExtension<'_>) -> Vec<String> {
    match extension {
        ParsedExtension::BasicConstraints(constraints) => {
            let ca = if constraints.ca { "TRUE" } else { "FALSE" };
            vec![match constraints.path_len_constraint {
                Some(length) => format!("CA:{ca}, pathlen:{length}"),
                None => format!("CA:{ca}"),
            }]
        }
        ParsedExtension::KeyUsage(usage) => vec![usage.to_string()],
        ParsedExtension::ExtendedKeyUsage(_) => vec![certificate.purposes().join(", ")],
        ParsedExtension::SubjectKeyIdentifier(id) => vec![colons(id.0)],
        ParsedExtension::AuthorityKeyIdentifier(id) => id
            .key_identifier
            .iter()
            .map(|id| format!("keyid:{}", colons(id.0)))
            .collect(),
        ParsedExtension::SubjectAlternativeName(_) => {
            let names = certificate.alternative_names();
            let names: Vec<String> = names.iter().map(|name| name.describe()).collect();
            vec![names.join(", ")]
        }
        ParsedExtension::AuthorityInfoAccess(_) => {
            [(UriKind::Ocsp, "OCSP"), (UriKind::CaIssuers, "CA Issuers")]
                .iter()
                .flat_map(|(kind, label)| uris(certificate, *kind, label))
                .collect()
        }
        ParsedExtension::CRLDistributionPoints(_) => uris(certificate, UriKind::Crl, "Full Name"),
        ParsedExtension::CertificatePolicies(policies) => policies
            .iter()
            .filter_map(|policy| oid::dotted(policy.policy_id.as_bytes()))
            .map(|policy| format!("Policy: {policy}"))
            .collect(),
        _ => Vec::new(),
    }
}

fn uris(certificate: &Certificate, kind: UriKind, label: &str) -> Vec<String> {
    (0..)
        .map_while(|i| certificate.uri(kind, i))
        .map(|uri| format!("{label} - URI:{}", uri.to_string_lossy().escape_default()))
        .collect()
}

fn colons(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

fn write_block(out: &mut String, indent: usize, bytes: &[u8]) -> std::fmt::Result {
    bytes
        .chunks(18)
        .try_for_each(|row| writeln!(out, "{:indent$}{}", "", colons(row)))
}
