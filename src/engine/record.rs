//! The record header (RFC 8446 §5.1): where a record ends, and whether there is one at all.

/// Bytes before a record's body: type, version, length.
pub const HEADER: usize = 5;

/// Plaintext in a full record.
pub const FRAGMENT: usize = 16_384;

/// The least that a record's plaintext can be limited to.
pub const LEAST_FRAGMENT: usize = 27;

/// The longest record that either version allows: a TLS 1.2 body may grow by 2048 bytes.
pub const MAX_RECORD: usize = HEADER + FRAGMENT + 2_048;

/// How far the bytes received so far reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// This many bytes are missing, counted to the end of the header or of the body.
    Missing(usize),
    /// A record ends after this many bytes.
    Complete(usize),
}

/// Finds the end of the record at the beginning of `data`. What cannot be a record ends where
/// its header does, so that the engine sees it at once and names the fault.
pub fn extent(data: &[u8]) -> Extent {
    let Some(header) = data.first_chunk::<HEADER>() else {
        return Extent::Missing(HEADER - data.len());
    };
    let len = HEADER + usize::from(u16::from_be_bytes([header[3], header[4]]));
    if !is_record(data) || len > MAX_RECORD {
        Extent::Complete(HEADER)
    } else if data.len() < len {
        Extent::Missing(len - data.len())
    } else {
        Extent::Complete(len)
    }
}

/// Whether `data` can be the beginning of a record: a known content type, and version 3.x.
pub fn is_record(data: &[u8]) -> bool {
    let known = |byte: &u8| (20..=24).contains(byte);
    data.first().is_none_or(known) && data.get(1).is_none_or(|&major| major == 3)
}

/// The version that a ClientHello at the beginning of `record` says (RFC 5246 §7.4.1.2): the newest
/// that the client has, or TLS 1.2 if it has a newer one.
pub fn client_hello_version(record: &[u8]) -> Option<u16> {
    match record {
        // Type and length of the message stand between the header and the version.
        [22, _, _, _, _, 1, _, _, _, major, minor, ..] => {
            Some(u16::from_be_bytes([*major, *minor]))
        }
        _ => None,
    }
}

/// What a peer that does not speak TLS said, for people: `None` if it is nothing well known.
pub fn recognize(data: &[u8]) -> Option<&'static str> {
    const METHODS: [&[u8]; 8] = [
        b"GET ",
        b"HEAD ",
        b"POST ",
        b"PUT ",
        b"DELETE ",
        b"OPTIONS ",
        b"CONNECT ",
        b"PRI * ",
    ];
    let says = |words: &[u8]| {
        let len = data.len().min(words.len());
        len > 2 && data[..len] == words[..len]
    };
    if METHODS.iter().any(|method| says(method)) {
        Some("a plain HTTP request")
    } else if says(b"HTTP/") {
        Some("a plain HTTP response")
    } else if says(b"SSH-") {
        Some("SSH")
    } else if says(b"220 ") || says(b"220-") {
        Some("the greeting of SMTP or FTP, which want STARTTLS or AUTH TLS first")
    } else if says(b"* OK") || says(b"+OK") {
        Some("the greeting of IMAP or POP3, which want STARTTLS or STLS first")
    } else if matches!(data, [0x80..=0xff, _, 1, 0 | 2 | 3, ..]) {
        Some("an SSL 2 ClientHello")
    } else {
        None
    }
}

/// The first line of what the peer sent, made fit for a message.
pub fn excerpt(data: &[u8]) -> String {
    let line = data.split(|&byte| byte == b'\r' || byte == b'\n').next();
    let line = line.unwrap_or_default();
    line[..line.len().min(40)].escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_measured_from_its_header() {
        let record = [22, 3, 1, 0, 2, 1, 0, 99];
        assert_eq!(extent(&[]), Extent::Missing(5));
        assert_eq!(extent(&record[..3]), Extent::Missing(2));
        assert_eq!(extent(&record[..5]), Extent::Missing(2));
        assert_eq!(extent(&record[..6]), Extent::Missing(1));
        assert_eq!(extent(&record), Extent::Complete(7));
    }

    #[test]
    fn what_is_no_record_is_complete_with_its_header() {
        assert_eq!(extent(b"GET / HTTP/1.1"), Extent::Complete(5));
        assert_eq!(extent(&[22, 3, 3, 0xff, 0xff]), Extent::Complete(5));
    }

    #[test]
    fn the_version_of_a_client_hello_is_found() {
        let hello = [22, 3, 1, 0, 50, 1, 0, 0, 46, 3, 2, 0];
        assert_eq!(client_hello_version(&hello), Some(0x0302));
        assert_eq!(client_hello_version(&hello[..10]), None);
        assert_eq!(
            client_hello_version(&[22, 3, 3, 0, 50, 2, 0, 0, 46, 3, 3]),
            None
        );
    }

    #[test]
    fn well_known_protocols_are_recognized() {
        for (data, found) in [
            (&b"GET / HT"[..], true),
            (b"HTTP/", true),
            (b"SSH-2.0-x", true),
            (b"220 mail", true),
            (&[0x80, 0x2e, 1, 0, 2], true),
            (b"zzzzz", false),
            (b"G", false),
        ] {
            assert_eq!(recognize(data).is_some(), found, "{data:?}");
        }
    }

    #[test]
    fn an_excerpt_is_one_short_printable_line() {
        assert_eq!(excerpt(b"SSH-2.0-x\r\nmore"), "SSH-2.0-x");
        assert_eq!(excerpt(b"\x00\xff"), "\\x00\\xff");
        assert!(excerpt(&[b'a'; 500]).len() <= 40);
    }
}
