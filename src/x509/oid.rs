//! Object identifiers: dotted digits, and the names that OpenSSL gives them.

use std::ffi::{CStr, CString};

/// Dotted digits of an OBJECT IDENTIFIER's contents; `None` if they are malformed.
pub(super) fn dotted(contents: &[u8]) -> Option<String> {
    if contents.last()? & 0x80 != 0 {
        return None;
    }
    let mut text = String::with_capacity(4 * contents.len());
    let mut arc: u128 = 0;
    let mut starts = true;
    for byte in contents {
        if starts && *byte == 0x80 {
            return None;
        }
        starts = byte & 0x80 == 0;
        arc = arc.checked_mul(128)? | u128::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        // X.690 8.19.4: the first two arcs share a subidentifier.
        if text.is_empty() {
            let first = match arc {
                0..40 => 0,
                40..80 => 1,
                80.. => 2,
            };
            push(&mut text, first);
            arc -= 40 * first;
        }
        text.push('.');
        push(&mut text, arc);
        arc = 0;
    }
    Some(text)
}

/// Nearly every arc is short, and every certificate that is read has dozens: the formatter would be half
/// of what reading costs.
fn push(text: &mut String, arc: u128) {
    let Ok(mut rest) = u32::try_from(arc) else {
        return text.push_str(&arc.to_string());
    };
    let mut digits = ['0'; 10];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = char::from(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            return text.extend(&digits[first..]);
        }
    }
}

/// OpenSSL's long name, or the dotted digits.
pub(super) fn long_name(dotted: &str) -> CString {
    match entry(dotted) {
        Some(entry) => entry.long.to_owned(),
        None => CString::new(dotted).unwrap_or_default(),
    }
}

/// OpenSSL's short name, or the dotted digits.
pub(super) fn short_name(dotted: &str) -> &str {
    match entry(dotted) {
        Some(entry) if !entry.short.is_empty() => entry.short,
        Some(entry) => entry.long.to_str().unwrap_or(dotted),
        None => dotted,
    }
}

struct Entry {
    oid: &'static str,
    long: &'static CStr,
    /// Empty where it is the long name.
    short: &'static str,
}

fn entry(dotted: &str) -> Option<&'static Entry> {
    NAMES.iter().find(|entry| entry.oid == dotted)
}

const fn named(oid: &'static str, long: &'static CStr, short: &'static str) -> Entry {
    Entry { oid, long, short }
}

static NAMES: &[Entry] = &[
    // Attributes of distinguished names: X.520, RFC 4524, PKCS #9, EV certificates, Russian ones.
    named("0.9.2342.19200300.100.1.1", c"userId", "UID"),
    named("0.9.2342.19200300.100.1.2", c"textEncodedORAddress", ""),
    named("0.9.2342.19200300.100.1.3", c"rfc822Mailbox", "mail"),
    named("0.9.2342.19200300.100.1.4", c"info", ""),
    named("0.9.2342.19200300.100.1.5", c"favouriteDrink", ""),
    named("0.9.2342.19200300.100.1.6", c"roomNumber", ""),
    named("0.9.2342.19200300.100.1.7", c"photo", ""),
    named("0.9.2342.19200300.100.1.8", c"userClass", ""),
    named("0.9.2342.19200300.100.1.9", c"host", ""),
    named("0.9.2342.19200300.100.1.10", c"manager", ""),
    named("0.9.2342.19200300.100.1.11", c"documentIdentifier", ""),
    named("0.9.2342.19200300.100.1.12", c"documentTitle", ""),
    named("0.9.2342.19200300.100.1.13", c"documentVersion", ""),
    named("0.9.2342.19200300.100.1.14", c"documentAuthor", ""),
    named("0.9.2342.19200300.100.1.15", c"documentLocation", ""),
    named("0.9.2342.19200300.100.1.20", c"homeTelephoneNumber", ""),
    named("0.9.2342.19200300.100.1.21", c"secretary", ""),
    named("0.9.2342.19200300.100.1.22", c"otherMailbox", ""),
    named("0.9.2342.19200300.100.1.23", c"lastModifiedTime", ""),
    named("0.9.2342.19200300.100.1.24", c"lastModifiedBy", ""),
    named("0.9.2342.19200300.100.1.25", c"domainComponent", "DC"),
    named("0.9.2342.19200300.100.1.26", c"aRecord", ""),
    named("0.9.2342.19200300.100.1.27", c"pilotAttributeType27", ""),
    named("0.9.2342.19200300.100.1.28", c"mXRecord", ""),
    named("0.9.2342.19200300.100.1.29", c"nSRecord", ""),
    named("0.9.2342.19200300.100.1.30", c"sOARecord", ""),
    named("0.9.2342.19200300.100.1.31", c"cNAMERecord", ""),
    named("0.9.2342.19200300.100.1.37", c"associatedDomain", ""),
    named("0.9.2342.19200300.100.1.38", c"associatedName", ""),
    named("0.9.2342.19200300.100.1.39", c"homePostalAddress", ""),
    named("0.9.2342.19200300.100.1.40", c"personalTitle", ""),
    named("0.9.2342.19200300.100.1.41", c"mobileTelephoneNumber", ""),
    named("0.9.2342.19200300.100.1.42", c"pagerTelephoneNumber", ""),
    named("0.9.2342.19200300.100.1.43", c"friendlyCountryName", ""),
    named("0.9.2342.19200300.100.1.44", c"uniqueIdentifier", "uid"),
    named("0.9.2342.19200300.100.1.45", c"organizationalStatus", ""),
    named("0.9.2342.19200300.100.1.46", c"janetMailbox", ""),
    named("0.9.2342.19200300.100.1.47", c"mailPreferenceOption", ""),
    named("0.9.2342.19200300.100.1.48", c"buildingName", ""),
    named("0.9.2342.19200300.100.1.49", c"dSAQuality", ""),
    named("0.9.2342.19200300.100.1.50", c"singleLevelQuality", ""),
    named("0.9.2342.19200300.100.1.51", c"subtreeMinimumQuality", ""),
    named("0.9.2342.19200300.100.1.52", c"subtreeMaximumQuality", ""),
    named("0.9.2342.19200300.100.1.53", c"personalSignature", ""),
    named("0.9.2342.19200300.100.1.54", c"dITRedirect", ""),
    named("0.9.2342.19200300.100.1.55", c"audio", ""),
    named("0.9.2342.19200300.100.1.56", c"documentPublisher", ""),
    named("1.2.643.3.131.1.1", c"INN", ""),
    named("1.2.643.100.1", c"OGRN", ""),
    named("1.2.643.100.3", c"SNILS", ""),
    named("1.2.643.100.5", c"OGRNIP", ""),
    named(
        "1.2.643.100.111",
        c"Signing Tool of Subject",
        "subjectSignTool",
    ),
    named(
        "1.2.643.100.112",
        c"Signing Tool of Issuer",
        "issuerSignTool",
    ),
    named("1.2.643.100.113", c"Class of Signing Tool", "classSignTool"),
    named("1.2.840.113549.1.9.1", c"emailAddress", ""),
    named("1.2.840.113549.1.9.2", c"unstructuredName", ""),
    named("1.2.840.113549.1.9.3", c"contentType", ""),
    named("1.2.840.113549.1.9.4", c"messageDigest", ""),
    named("1.2.840.113549.1.9.5", c"signingTime", ""),
    named("1.2.840.113549.1.9.6", c"countersignature", ""),
    named("1.2.840.113549.1.9.7", c"challengePassword", ""),
    named("1.2.840.113549.1.9.8", c"unstructuredAddress", ""),
    named("1.2.840.113549.1.9.9", c"extendedCertificateAttributes", ""),
    named("1.2.840.113549.1.9.14", c"Extension Request", "extReq"),
    named(
        "1.2.840.113549.1.9.15",
        c"S/MIME Capabilities",
        "SMIME-CAPS",
    ),
    named("1.2.840.113549.1.9.16", c"S/MIME", "SMIME"),
    named("1.2.840.113549.1.9.20", c"friendlyName", ""),
    named("1.2.840.113549.1.9.21", c"localKeyID", ""),
    named(
        "1.3.6.1.4.1.311.60.2.1.1",
        c"jurisdictionLocalityName",
        "jurisdictionL",
    ),
    named(
        "1.3.6.1.4.1.311.60.2.1.2",
        c"jurisdictionStateOrProvinceName",
        "jurisdictionST",
    ),
    named(
        "1.3.6.1.4.1.311.60.2.1.3",
        c"jurisdictionCountryName",
        "jurisdictionC",
    ),
    named("2.5.4.3", c"commonName", "CN"),
    named("2.5.4.4", c"surname", "SN"),
    named("2.5.4.5", c"serialNumber", ""),
    named("2.5.4.6", c"countryName", "C"),
    named("2.5.4.7", c"localityName", "L"),
    named("2.5.4.8", c"stateOrProvinceName", "ST"),
    named("2.5.4.9", c"streetAddress", "street"),
    named("2.5.4.10", c"organizationName", "O"),
    named("2.5.4.11", c"organizationalUnitName", "OU"),
    named("2.5.4.12", c"title", ""),
    named("2.5.4.13", c"description", ""),
    named("2.5.4.14", c"searchGuide", ""),
    named("2.5.4.15", c"businessCategory", ""),
    named("2.5.4.16", c"postalAddress", ""),
    named("2.5.4.17", c"postalCode", ""),
    named("2.5.4.18", c"postOfficeBox", ""),
    named("2.5.4.19", c"physicalDeliveryOfficeName", ""),
    named("2.5.4.20", c"telephoneNumber", ""),
    named("2.5.4.21", c"telexNumber", ""),
    named("2.5.4.22", c"teletexTerminalIdentifier", ""),
    named("2.5.4.23", c"facsimileTelephoneNumber", ""),
    named("2.5.4.24", c"x121Address", ""),
    named("2.5.4.25", c"internationaliSDNNumber", ""),
    named("2.5.4.26", c"registeredAddress", ""),
    named("2.5.4.27", c"destinationIndicator", ""),
    named("2.5.4.28", c"preferredDeliveryMethod", ""),
    named("2.5.4.29", c"presentationAddress", ""),
    named("2.5.4.30", c"supportedApplicationContext", ""),
    named("2.5.4.31", c"member", ""),
    named("2.5.4.32", c"owner", ""),
    named("2.5.4.33", c"roleOccupant", ""),
    named("2.5.4.34", c"seeAlso", ""),
    named("2.5.4.35", c"userPassword", ""),
    named("2.5.4.36", c"userCertificate", ""),
    named("2.5.4.37", c"cACertificate", ""),
    named("2.5.4.38", c"authorityRevocationList", ""),
    named("2.5.4.39", c"certificateRevocationList", ""),
    named("2.5.4.40", c"crossCertificatePair", ""),
    named("2.5.4.41", c"name", ""),
    named("2.5.4.42", c"givenName", "GN"),
    named("2.5.4.43", c"initials", ""),
    named("2.5.4.44", c"generationQualifier", ""),
    named("2.5.4.45", c"x500UniqueIdentifier", ""),
    named("2.5.4.46", c"dnQualifier", ""),
    named("2.5.4.47", c"enhancedSearchGuide", ""),
    named("2.5.4.48", c"protocolInformation", ""),
    named("2.5.4.49", c"distinguishedName", ""),
    named("2.5.4.50", c"uniqueMember", ""),
    named("2.5.4.51", c"houseIdentifier", ""),
    named("2.5.4.52", c"supportedAlgorithms", ""),
    named("2.5.4.53", c"deltaRevocationList", ""),
    named("2.5.4.54", c"dmdName", ""),
    named("2.5.4.65", c"pseudonym", ""),
    named("2.5.4.72", c"role", ""),
    named("2.5.4.97", c"organizationIdentifier", ""),
    named("2.5.4.98", c"countryCode3c", "c3"),
    named("2.5.4.99", c"countryCode3n", "n3"),
    named("2.5.4.100", c"dnsName", ""),
    // Keys.
    named("1.2.840.113549.1.1.1", c"rsaEncryption", ""),
    named("1.2.840.10045.2.1", c"id-ecPublicKey", ""),
    named("1.2.840.10040.4.1", c"dsaEncryption", "DSA"),
    named("1.3.101.110", c"X25519", ""),
    named("1.3.101.111", c"X448", ""),
    named("1.3.101.112", c"ED25519", ""),
    named("1.3.101.113", c"ED448", ""),
    named("2.16.840.1.101.3.4.3.17", c"ML-DSA-44", "id-ml-dsa-44"),
    named("2.16.840.1.101.3.4.3.18", c"ML-DSA-65", "id-ml-dsa-65"),
    named("2.16.840.1.101.3.4.3.19", c"ML-DSA-87", "id-ml-dsa-87"),
    // Signatures.
    named("1.2.840.113549.1.1.2", c"md2WithRSAEncryption", "RSA-MD2"),
    named("1.2.840.113549.1.1.4", c"md5WithRSAEncryption", "RSA-MD5"),
    named("1.2.840.113549.1.1.5", c"sha1WithRSAEncryption", "RSA-SHA1"),
    named("1.2.840.113549.1.1.10", c"rsassaPss", "RSASSA-PSS"),
    named(
        "1.2.840.113549.1.1.11",
        c"sha256WithRSAEncryption",
        "RSA-SHA256",
    ),
    named(
        "1.2.840.113549.1.1.12",
        c"sha384WithRSAEncryption",
        "RSA-SHA384",
    ),
    named(
        "1.2.840.113549.1.1.13",
        c"sha512WithRSAEncryption",
        "RSA-SHA512",
    ),
    named(
        "1.2.840.113549.1.1.14",
        c"sha224WithRSAEncryption",
        "RSA-SHA224",
    ),
    named("1.2.840.10045.4.1", c"ecdsa-with-SHA1", ""),
    named("1.2.840.10045.4.3.1", c"ecdsa-with-SHA224", ""),
    named("1.2.840.10045.4.3.2", c"ecdsa-with-SHA256", ""),
    named("1.2.840.10045.4.3.3", c"ecdsa-with-SHA384", ""),
    named("1.2.840.10045.4.3.4", c"ecdsa-with-SHA512", ""),
    named("1.2.840.10040.4.3", c"dsaWithSHA1", "DSA-SHA1"),
    named("2.16.840.1.101.3.4.3.1", c"dsa_with_SHA224", ""),
    named("2.16.840.1.101.3.4.3.2", c"dsa_with_SHA256", ""),
    // Extensions.
    named("2.5.29.9", c"X509v3 Subject Directory Attributes", ""),
    named("2.5.29.14", c"X509v3 Subject Key Identifier", ""),
    named("2.5.29.15", c"X509v3 Key Usage", ""),
    named("2.5.29.17", c"X509v3 Subject Alternative Name", ""),
    named("2.5.29.18", c"X509v3 Issuer Alternative Name", ""),
    named("2.5.29.19", c"X509v3 Basic Constraints", ""),
    named("2.5.29.30", c"X509v3 Name Constraints", ""),
    named("2.5.29.31", c"X509v3 CRL Distribution Points", ""),
    named("2.5.29.32", c"X509v3 Certificate Policies", ""),
    named("2.5.29.33", c"X509v3 Policy Mappings", ""),
    named("2.5.29.35", c"X509v3 Authority Key Identifier", ""),
    named("2.5.29.36", c"X509v3 Policy Constraints", ""),
    named("2.5.29.37", c"X509v3 Extended Key Usage", ""),
    named("2.5.29.46", c"X509v3 Freshest CRL", ""),
    named("2.5.29.54", c"X509v3 Inhibit Any Policy", ""),
    named("1.3.6.1.5.5.7.1.1", c"Authority Information Access", ""),
    named("1.3.6.1.5.5.7.1.3", c"qcStatements", ""),
    named("1.3.6.1.5.5.7.1.11", c"Subject Information Access", ""),
    named("1.3.6.1.5.5.7.1.24", c"TLS Feature", ""),
    named("1.3.6.1.4.1.11129.2.4.2", c"CT Precertificate SCTs", ""),
    named("1.3.6.1.4.1.11129.2.4.3", c"CT Precertificate Poison", ""),
    named("2.16.840.1.113730.1.1", c"Netscape Cert Type", ""),
    named("2.16.840.1.113730.1.13", c"Netscape Comment", ""),
    // Extended key usages.
    named("2.5.29.37.0", c"Any Extended Key Usage", ""),
    named("1.3.6.1.5.5.7.3.1", c"TLS Web Server Authentication", ""),
    named("1.3.6.1.5.5.7.3.2", c"TLS Web Client Authentication", ""),
    named("1.3.6.1.5.5.7.3.3", c"Code Signing", ""),
    named("1.3.6.1.5.5.7.3.4", c"E-mail Protection", ""),
    named("1.3.6.1.5.5.7.3.8", c"Time Stamping", ""),
    named("1.3.6.1.5.5.7.3.9", c"OCSP Signing", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits() {
        assert_eq!(dotted(&[0x55, 0x04, 0x03]).as_deref(), Some("2.5.4.3"));
        assert_eq!(dotted(&[0x88, 0x37, 0x01]).as_deref(), Some("2.999.1"));
        assert_eq!(dotted(&[0x00]).as_deref(), Some("0.0"));
        assert_eq!(dotted(&[39]).as_deref(), Some("0.39"));
        assert_eq!(dotted(&[40]).as_deref(), Some("1.0"));
        assert_eq!(dotted(&[79]).as_deref(), Some("1.39"));
        assert_eq!(dotted(&[80]).as_deref(), Some("2.0"));
        let around = [
            0x2b, 0x8f, 0xff, 0xff, 0xff, 0x7f, 0x90, 0x80, 0x80, 0x80, 0x00,
        ];
        let digits = "1.3.4294967295.4294967296";
        assert_eq!(dotted(&around).as_deref(), Some(digits));
        let longest = [&[105, 0x83][..], &[0xff; 17], &[0x7f]].concat();
        let digits = format!("2.25.{}", u128::MAX);
        assert_eq!(dotted(&longest).as_deref(), Some(&*digits));
        assert_eq!(dotted(&[0x2a, 0x86]), None, "the last arc is cut off");
        assert_eq!(dotted(&[]), None);
        assert_eq!(dotted(&[0xff; 40]), None);
        assert_eq!(
            dotted(&[0x2a, 0x80, 0x03]),
            None,
            "an arc with a leading zero"
        );
    }

    #[test]
    fn names_fall_back_to_digits() {
        assert_eq!(long_name("2.5.4.3").as_c_str(), c"commonName");
        assert_eq!(long_name("1.2.3").as_c_str(), c"1.2.3");
        assert_eq!(short_name("2.5.4.3"), "CN");
        assert_eq!(short_name("2.5.4.5"), "serialNumber");
        assert_eq!(short_name("1.2.3"), "1.2.3");
    }
}
