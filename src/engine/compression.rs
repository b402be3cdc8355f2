//! Compressed certificates (RFC 8879): what this side sends. What it takes is rustls's choice:
//! every algorithm of the build.

use std::sync::Arc;

use rustls::compress::{CertCompressor, CompressionCache};

/// Chains that a context keeps compressed, so that each is compressed once however many names are
/// served.
const KEPT: usize = 128;

/// In order of preference: zlib is as short on certificates as Brotli in a tenth of its time, unless
/// Brotli may take 50 ms. Browsers that have one only have Brotli.
pub(super) fn compressors() -> Vec<&'static dyn CertCompressor> {
    vec![
        #[cfg(feature = "zlib")]
        &sparing::Sparing(rustls::compress::ZLIB_COMPRESSOR),
        #[cfg(feature = "brotli")]
        &sparing::Sparing(rustls::compress::BROTLI_COMPRESSOR),
    ]
}

pub(super) fn cache() -> Arc<CompressionCache> {
    Arc::new(CompressionCache::new(KEPT))
}

#[cfg(any(feature = "brotli", feature = "zlib"))]
mod sparing {
    use rustls::CertificateCompressionAlgorithm;
    use rustls::compress::{CertCompressor, CompressionFailed, CompressionLevel};

    /// A shorter message would not become a packet shorter, and costs the client up to 30 µs, a
    /// tenth of a handshake.
    const SHORTEST: usize = 2048;

    /// Compresses what is worth it, without the effort that would hold up the first handshakes.
    #[derive(Debug)]
    pub struct Sparing(pub &'static dyn CertCompressor);

    impl CertCompressor for Sparing {
        fn compress(
            &self,
            input: Vec<u8>,
            _: CompressionLevel,
        ) -> Result<Vec<u8>, CompressionFailed> {
            if input.len() < SHORTEST {
                // rustls then sends the certificate as it is.
                return Err(CompressionFailed);
            }
            self.0.compress(input, CompressionLevel::Interactive)
        }

        fn algorithm(&self) -> CertificateCompressionAlgorithm {
            self.0.algorithm()
        }
    }
}
