//! The program's choice of what a client presents.

use std::fmt;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

use super::{Identity, presented};

/// Takes the authorities that the server accepts (DER names; empty: any) and the signature schemes
/// that it can verify.
type Choose = dyn Fn(&[&[u8]], &[u16]) -> Option<Arc<Identity>> + Send + Sync;

/// Asked whenever a server wants a certificate, in place of [`super::Identities`].
pub struct ClientCertHook(Box<Choose>);

impl ClientCertHook {
    pub fn new(
        choose: impl Fn(&[&[u8]], &[u16]) -> Option<Arc<Identity>> + Send + Sync + 'static,
    ) -> Self {
        ClientCertHook(Box::new(choose))
    }
}

impl ResolvesClientCert for ClientCertHook {
    fn resolve(
        &self,
        authorities: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let numbers: Vec<u16> = schemes.iter().map(|scheme| (*scheme).into()).collect();
        let chosen = (self.0)(authorities, &numbers)?;
        if !chosen.can_sign(schemes) {
            log::warn!(
                "the server can verify no signature of the certificate chosen: none is sent"
            );
            return None;
        }
        Some(presented::present(&chosen))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl fmt::Debug for ClientCertHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertHook")
    }
}

#[cfg(test)]
mod tests {
    use rustls::SignatureScheme::{ECDSA_NISTP256_SHA256, RSA_PSS_SHA256};
    use testca::{Authority, Leaf};

    use super::*;

    #[test]
    fn what_the_program_chose_is_shown_if_the_server_can_verify_it() {
        let credentials = Authority::root("root").issue(&Leaf::client("client"));
        let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
        let identity = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None);
        let identity = Arc::new(identity.unwrap());
        let chosen = identity.clone();
        let hook = ClientCertHook::new(move |authorities, schemes| {
            assert!(schemes.contains(&0x0804));
            (authorities == [b"wanted"]).then(|| chosen.clone())
        });
        let schemes = [RSA_PSS_SHA256, ECDSA_NISTP256_SHA256];
        let resolve = |authorities: &[&[u8]], schemes| {
            let (certified, shown) = presented::observe(|| hook.resolve(authorities, schemes));
            assert_eq!(certified.is_some(), shown.is_some());
            shown
        };
        assert!(
            resolve(&[b"wanted"], &schemes).is_some_and(|shown| Arc::ptr_eq(&shown, &identity))
        );
        assert!(resolve(&[b"wanted"], &schemes[..1]).is_none());
        assert!(resolve(&[], &schemes).is_none());
        assert!(hook.has_certs());
    }
}
