//! Protocol versions: numbers, names, and the range that a context allows.

use std::ffi::CStr;

use crate::error::{Error, Result};

pub const TLS1_2: u16 = 0x0303;
pub const TLS1_3: u16 = 0x0304;

/// The protocol versions allowed, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRange {
    pub min: u16,
    pub max: u16,
}

impl Default for VersionRange {
    fn default() -> Self {
        VersionRange {
            min: TLS1_2,
            max: TLS1_3,
        }
    }
}

impl VersionRange {
    /// A bound of 0 is the library's own. Versions before TLS 1.2 are unsupported.
    pub fn new(min: u16, max: u16) -> Result<Self> {
        let own = VersionRange::default();
        let range = VersionRange {
            min: bound(min, own.min)?,
            max: bound(max, own.max)?,
        };
        if range.min > range.max {
            return Err(Error::argument(format!(
                "the lowest version, {}, is above the highest, {}",
                shown(range.min),
                shown(range.max)
            )));
        }
        Ok(range)
    }

    pub fn contains(self, version: u16) -> bool {
        (self.min..=self.max).contains(&version)
    }
}

fn bound(version: u16, own: u16) -> Result<u16> {
    match version {
        0 => Ok(own),
        TLS1_2 | TLS1_3 => Ok(version),
        0x0002 | 0x0300..TLS1_2 => Err(Error::unsupported(format!(
            "{} is not supported: the oldest version is TLSv1.2",
            shown(version)
        ))),
        _ => Err(Error::argument(format!(
            "{version:#06x} is not a version of TLS"
        ))),
    }
}

fn shown(version: u16) -> String {
    match name(version) {
        Some(name) => name.to_string_lossy().into_owned(),
        None => format!("version {version:#06x}"),
    }
}

/// The name of a protocol version as OpenSSL spells it, also of versions that are too old.
pub fn name(version: u16) -> Option<&'static CStr> {
    Some(match version {
        0x0002 => c"SSLv2",
        0x0300 => c"SSLv3",
        0x0301 => c"TLSv1",
        0x0302 => c"TLSv1.1",
        TLS1_2 => c"TLSv1.2",
        TLS1_3 => c"TLSv1.3",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn bounds_are_checked() {
        assert_eq!(VersionRange::new(0, 0).unwrap(), VersionRange::default());
        for (min, max, code) in [
            (TLS1_3, TLS1_2, Code::Argument),
            (0x0301, 0, Code::Unsupported),
            (0, 0x0300, Code::Unsupported),
            (0, 0x0305, Code::Argument),
            (1, 0, Code::Argument),
        ] {
            let error = VersionRange::new(min, max).unwrap_err();
            assert_eq!(error.code(), code, "{min:#x} {max:#x}: {error}");
        }
    }
}
