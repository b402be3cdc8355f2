//! The name that a peer must prove.

use std::fmt;
use std::net::IpAddr;

use rustls_pki_types::{DnsName, ServerName};

use crate::error::{Error, Result};

/// A DNS name or an IP address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PeerName(ServerName<'static>);

impl PeerName {
    /// Takes a DNS name in ASCII (letters, digits, hyphens, underscores; a trailing dot is
    /// dropped) or an IP address in text form. Anything else is `Code::Argument` with the reason.
    pub fn parse(name: &str) -> Result<PeerName> {
        if let Ok(address) = name.parse::<IpAddr>() {
            return Ok(PeerName(ServerName::from(address)));
        }
        match DnsName::try_from(name) {
            Ok(dns) => Ok(PeerName(ServerName::DnsName(dns.to_owned()))),
            Err(_) => Err(Error::argument(format!(
                "'{}' is neither a DNS name nor an IP address: {}",
                name.escape_debug(),
                why_not_dns(name)
            ))),
        }
    }

    pub fn as_server_name(&self) -> &ServerName<'static> {
        &self.0
    }

    /// Only DNS names are sent as SNI (RFC 6066 section 3).
    pub fn is_ip(&self) -> bool {
        matches!(self.0, ServerName::IpAddress(_))
    }
}

impl fmt::Display for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_str())
    }
}

/// The first rule of RFC 1035 section 2.3.1 that a refused name breaks.
fn why_not_dns(name: &str) -> String {
    if name.is_empty() {
        return "it is empty".into();
    }
    if !name.is_ascii() {
        return "it is not ASCII; use its xn-- form".into();
    }
    if name.len() > 253 {
        return format!("it has {} characters, at most 253 are possible", name.len());
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if let Some(c) = name.chars().find(|c| !allowed(*c)) {
        return format!("the character '{}' cannot be in it", c.escape_debug());
    }
    for label in name.strip_suffix('.').unwrap_or(name).split('.') {
        if label.is_empty() {
            return "a part between its dots is empty".into();
        }
        if label.len() > 63 {
            return format!("its part '{label}' is longer than 63 characters");
        }
        if label.starts_with('-') || label.ends_with('-') {
            return format!("its part '{label}' begins or ends with a hyphen");
        }
    }
    "its last part is a number".into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn names_that_are_accepted() {
        for (given, kept, ip) in [
            ("example.org", "example.org", false),
            ("example.org.", "example.org", false),
            ("localhost", "localhost", false),
            ("_service.Example-1.org", "_service.Example-1.org", false),
            ("192.0.2.1", "192.0.2.1", true),
            ("2001:DB8::0:1", "2001:db8::1", true),
        ] {
            let name = PeerName::parse(given).unwrap();
            assert_eq!((name.to_string().as_str(), name.is_ip()), (kept, ip));
        }
    }

    #[test]
    fn names_that_are_refused_and_why() {
        let long_label = format!("{}.org", "a".repeat(64));
        let long_name = "a.".repeat(127);
        for (name, why) in [
            ("", "empty"),
            ("bücher.example", "xn--"),
            ("good\0evil", "'\\0'"),
            ("*.example.org", "'*'"),
            ("[::1]", "'['"),
            (".example.org", "between its dots"),
            ("a..b", "between its dots"),
            ("-a.org", "hyphen"),
            ("a-.org", "hyphen"),
            ("1.2.3.4.5", "number"),
            (long_label.as_str(), "63"),
            (long_name.as_str(), "253"),
        ] {
            let error = PeerName::parse(name).unwrap_err();
            assert_eq!(error.code(), Code::Argument);
            assert!(error.message().contains(why), "{name}: {error}");
        }
    }
}
