//! PEM as people have it: any number of blocks, with text between them (RFC 7468, lax parsing).
//!
//! The blocks are found here rather than by a library because the errors need what libraries skip:
//! the labels of blocks nobody asked for, and the headers of keys under legacy encryption.

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use crate::error::{Code, Error, Result};

/// One block between "-----BEGIN label-----" and "-----END label-----".
pub(super) struct Block<'a> {
    pub label: &'a str,
    /// The number of the BEGIN line.
    line: usize,
    headers: Vec<&'a [u8]>,
    body: Vec<&'a [u8]>,
}

impl Block<'_> {
    /// Whether the block is encrypted as RFC 1421 does it, by headers and with MD5.
    pub fn has_legacy_encryption(&self) -> bool {
        self.headers
            .iter()
            .any(|header| header.starts_with(b"Proc-Type:") && header.ends_with(b",ENCRYPTED"))
    }

    /// The DER inside, which may be a private key.
    pub fn decode(&self) -> Result<Zeroizing<Vec<u8>>> {
        // Collected into a buffer of the final size: one that grew would leave copies behind.
        let length = self.body.iter().map(|line| line.len()).sum();
        let mut der = Zeroizing::new(Vec::with_capacity(length));
        for line in &self.body {
            der.extend_from_slice(line);
        }
        let length = Base64::decode_in_place(&mut der)
            .map_err(|_| {
                let place = format!("the {} that begins in line {}", self.label, self.line);
                let message = format!("{place} is not valid base64");
                Error::new(Code::Format, c"BAD_BASE64_DECODE", message)
            })?
            .len();
        der.truncate(length);
        Ok(der)
    }
}

/// Whether `data` is meant to be PEM; if not it can only be DER.
pub(super) fn is_pem(data: &[u8]) -> bool {
    data.windows(11).any(|window| window == b"-----BEGIN ")
}

/// All blocks of `data`, in order. A block without its END line is an error.
pub(super) fn blocks(data: &[u8]) -> Result<Vec<Block<'_>>> {
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (number, line) in (1..).zip(data.split(|byte| *byte == b'\n')) {
        let line = line.trim_ascii();
        match open.take() {
            None => open = begin(line, number),
            Some(block) if boundary(line, "-----END ") == Some(block.label) => {
                blocks.push(finish(block));
            }
            Some(block) if line.starts_with(b"-----") => return Err(unfinished(&block)),
            Some(mut block) => {
                block.body.push(line);
                open = Some(block);
            }
        }
    }
    match open {
        Some(block) => Err(unfinished(&block)),
        None => Ok(blocks),
    }
}

fn begin(line: &[u8], number: usize) -> Option<Block<'_>> {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    Some(Block {
        label: boundary(line, "-----BEGIN ")?,
        line: number,
        headers: Vec::new(),
        body: Vec::new(),
    })
}

fn boundary<'a>(line: &'a [u8], start: &str) -> Option<&'a str> {
    std::str::from_utf8(line)
        .ok()?
        .strip_prefix(start)?
        .strip_suffix("-----")
}

/// Moves the headers, which an empty line ends, out of the body.
fn finish(mut block: Block<'_>) -> Block<'_> {
    if block.body.first().is_some_and(|line| line.contains(&b':')) {
        let end = block.body.iter().position(|line| line.is_empty());
        let body = block.body.split_off(end.unwrap_or(block.body.len()));
        block.headers = std::mem::replace(&mut block.body, body);
    }
    block
}

fn unfinished(block: &Block<'_>) -> Error {
    Error::new(
        Code::Format,
        c"BAD_END_LINE",
        format!(
            "the {} that begins in line {} has no line \"-----END {0}-----\"",
            block.label, block.line
        ),
    )
}

/// The labels in `blocks`, for a message that says what was found instead.
pub(super) fn labels(blocks: &[Block<'_>]) -> String {
    let labels: Vec<_> = blocks.iter().map(|block| block.label).collect();
    match labels.is_empty() {
        true => "nothing".to_string(),
        false => labels.join(", "),
    }
}
