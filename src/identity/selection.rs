//! The choice among several identities, on both sides of a connection.

use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::{Identity, presented};

/// The identities of a context, in the order added. Of equals the last added is chosen.
#[derive(Clone, Debug, Default)]
pub struct Identities {
    list: Vec<Arc<Identity>>,
}

impl Identities {
    pub fn add(&mut self, identity: Arc<Identity>) {
        self.list.push(identity);
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether there are keys to show and no certificates.
    fn are_raw_keys(&self) -> bool {
        self.list
            .iter()
            .any(|identity| identity.raw_key().is_some())
    }

    /// What a server presents to a client that asks for `name` (SNI) and can verify `schemes`.
    ///
    /// Those whose certificate holds the name come first, exact before wildcard; if there is none,
    /// or the client named nothing, all are candidates. Among them one that the client can verify
    /// goes before one that it cannot. None only if there are no identities: a client that can
    /// verify none of the candidates is refused by the engine, which knows the alert for that.
    pub fn for_server(
        &self,
        name: Option<&str>,
        schemes: &[SignatureScheme],
    ) -> Option<&Arc<Identity>> {
        let matching = |identity: &Identity| name.and_then(|name| identity.matches(name));
        let named = self
            .list
            .iter()
            .any(|identity| matching(identity).is_some());
        self.list
            .iter()
            .filter(|identity| !named || matching(identity).is_some())
            .max_by_key(|identity| (identity.can_sign(schemes), matching(identity)))
    }

    /// What a client presents to a server that accepts the `authorities` (DER names; empty: any)
    /// and can verify `schemes`.
    ///
    /// One whose chain names an authority as an issuer. Where none does, a client with one
    /// identity sends it all the same, as OpenSSL does: servers name roots, and a chain file often
    /// stops before the certificate that the root signed. A client with several sends nothing
    /// rather than a guess. Never one that the server cannot verify.
    pub fn for_client(
        &self,
        authorities: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<&Arc<Identity>> {
        let any = authorities.is_empty() || self.list.len() == 1;
        self.list
            .iter()
            .filter(|identity| any || identity.is_issued_by(authorities))
            .rfind(|identity| identity.can_sign(schemes))
    }
}

impl From<Vec<Arc<Identity>>> for Identities {
    fn from(list: Vec<Arc<Identity>>) -> Self {
        Identities { list }
    }
}

impl ResolvesServerCert for Identities {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // The engine has taken out the schemes that the shared TLS 1.2 ciphers rule out.
        self.for_server(hello.server_name(), hello.signature_schemes())
            .map(presented::present)
    }

    fn only_raw_public_keys(&self) -> bool {
        self.are_raw_keys()
    }
}

impl ResolvesClientCert for Identities {
    fn resolve(
        &self,
        authorities: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.for_client(authorities, schemes)
            .map(presented::present)
    }

    fn only_raw_public_keys(&self) -> bool {
        self.are_raw_keys()
    }

    fn has_certs(&self) -> bool {
        !self.is_empty()
    }
}

/// How a certificate holds a name; the better is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NameMatch {
    Wildcard,
    Exact,
}

impl Identity {
    fn matches(&self, name: &str) -> Option<NameMatch> {
        let parent = name.split_once('.').map(|(_, parent)| parent);
        self.dns_names
            .iter()
            .filter_map(|held| match held.strip_prefix("*.") {
                Some(held) => parent
                    .is_some_and(|parent| held.eq_ignore_ascii_case(parent))
                    .then_some(NameMatch::Wildcard),
                None => held.eq_ignore_ascii_case(name).then_some(NameMatch::Exact),
            })
            .max()
    }

    pub(super) fn can_sign(&self, schemes: &[SignatureScheme]) -> bool {
        self.certified.key.choose_scheme(schemes).is_some()
    }

    fn is_issued_by(&self, authorities: &[&[u8]]) -> bool {
        self.issuers
            .iter()
            .any(|issuer| authorities.contains(&&**issuer))
    }
}

#[cfg(test)]
mod tests {
    use rcgen::CustomExtension;
    use rustls::SignatureScheme::{ECDSA_NISTP256_SHA256, ED25519, RSA_PSS_SHA256};
    use rustls::server::WebPkiClientVerifier;
    use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
    use testca::{Authority, Credentials, KeyKind, Leaf};

    use super::*;
    use crate::x509::Certificate;

    const ALL: &[SignatureScheme] = &[ECDSA_NISTP256_SHA256, RSA_PSS_SHA256];

    fn identity(credentials: &Credentials) -> Arc<Identity> {
        let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
        Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None)
            .unwrap()
            .into()
    }

    fn identities(leaves: &[Leaf]) -> Identities {
        let issuer = Authority::root("some root");
        let list: Vec<_> = leaves
            .iter()
            .map(|leaf| identity(&issuer.issue(leaf)))
            .collect();
        list.into()
    }

    #[track_caller]
    fn assert_server(all: &Identities, name: &str, schemes: &[SignatureScheme], expected: usize) {
        let name = (!name.is_empty()).then_some(name);
        let chosen = all.for_server(name, schemes).expect("an identity");
        let place = all.list.iter().position(|one| Arc::ptr_eq(one, chosen));
        assert_eq!(place, Some(expected));
    }

    #[test]
    fn a_server_prefers_the_exact_name_then_a_wildcard_then_the_last_added() {
        let all = identities(&[
            Leaf::server(&["a.example", "*.example"]),
            Leaf::server(&["b.example"]),
            Leaf::server(&["*.example"]),
            Leaf::server(&["other.test"]),
        ]);
        assert_server(&all, "A.Example", ALL, 0);
        assert_server(&all, "b.example", ALL, 1);
        assert_server(&all, "c.example", ALL, 2);
        assert_server(&all, "deep.c.example", ALL, 3);
        assert_server(&all, "example", ALL, 3);
        assert_server(&all, "", ALL, 3);
    }

    #[test]
    fn a_name_counts_though_another_one_beside_it_is_malformed() {
        let dns_name = b"\x82\x09a.example";
        let no_directory_name = b"\xa4\x02\x05\x00";
        for names in [
            [&dns_name[..], no_directory_name],
            [no_directory_name, dns_name],
        ] {
            let names = names.concat();
            let mut value = vec![0x30, names.len() as u8];
            value.extend(names);
            let odd = Leaf::server(&[]).params(|params| {
                let extension = CustomExtension::from_oid_content(&[2, 5, 29, 17], value);
                params.custom_extensions.push(extension);
            });
            let all = identities(&[odd, Leaf::server(&["b.example"])]);
            assert_server(&all, "a.example", ALL, 0);
        }
    }

    #[test]
    fn a_server_presents_what_the_client_can_verify() {
        let both = ["both.example"];
        let all = identities(&[
            Leaf::server(&both),
            Leaf::server(&both).key(KeyKind::Rsa2048),
            Leaf::server(&["*.example"]).key(KeyKind::Rsa2048),
            Leaf::server(&["other.test"]),
        ]);
        assert_server(&all, "both.example", ALL, 1);
        assert_server(&all, "both.example", &[ECDSA_NISTP256_SHA256], 0);
        assert_server(&all, "", &[RSA_PSS_SHA256], 2);
        // Another site's certificate would only be refused, for a reason that misleads.
        assert_server(&all, "c.example", &[ECDSA_NISTP256_SHA256], 2);
    }

    #[test]
    fn a_client_follows_the_authorities_that_the_server_names() {
        let (one, two) = (Authority::root("one"), Authority::root("two"));
        let leaf = Leaf::client("client");
        let of_one = identity(&one.intermediate("below one").issue(&leaf));
        let of_two = identity(&two.issue(&leaf));
        let mut all = Identities::default();
        all.add(of_one.clone());
        all.add(of_two.clone());

        let choose = |all: &Identities, names: &[&[u8]]| all.for_client(names, ALL).cloned();
        let name = |authority: &Authority| {
            let root = Certificate::deferred(authority.certificate().clone());
            root.subject_der().to_vec()
        };
        let (name_one, name_two) = (name(&one), name(&two));
        let stranger = name(&Authority::root("stranger"));

        let is = |chosen: Option<Arc<Identity>>, expected: &Arc<Identity>| {
            chosen.is_some_and(|chosen| Arc::ptr_eq(&chosen, expected))
        };
        assert!(is(choose(&all, &[&stranger, &name_one]), &of_one));
        assert!(is(choose(&all, &[&name_two, &name_one]), &of_two));
        assert!(is(choose(&all, &[]), &of_two));
        assert!(choose(&all, &[&stranger]).is_none());
        let only = Identities::from(vec![of_one.clone()]);
        assert!(is(choose(&only, &[&stranger]), &of_one));
        assert!(only.for_client(&[], &[ED25519]).is_none());
    }

    /// What each end of a handshake received, both ends being configured with several identities.
    #[test]
    fn the_engine_presents_what_was_chosen() {
        let (ours, other) = (Authority::root("ours"), Authority::root("other"));
        let servers = ["other.example", "wanted.example", "more.example"]
            .map(|name| identity(&ours.issue(&Leaf::server(&[name]))));
        let clients = [&ours, &other].map(|root| identity(&root.issue(&Leaf::client("client"))));

        let mut roots = RootCertStore::empty();
        roots.add(ours.certificate().clone()).unwrap();
        let roots = Arc::new(roots);
        let provider = crate::crypto::provider().clone();
        let ask = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone());
        let server = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(ask.build().unwrap())
            .with_cert_resolver(Arc::new(Identities::from(servers.to_vec())));
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_client_cert_resolver(Arc::new(Identities::from(clients.to_vec())));

        let name = "wanted.example".try_into().unwrap();
        let mut client = ClientConnection::new(Arc::new(client), name).unwrap();
        let mut server = ServerConnection::new(Arc::new(server)).unwrap();
        while client.is_handshaking() || server.is_handshaking() {
            let mut flight = Vec::new();
            client.write_tls(&mut flight).unwrap();
            server.read_tls(&mut flight.as_slice()).unwrap();
            server.process_new_packets().unwrap();
            flight.clear();
            server.write_tls(&mut flight).unwrap();
            client.read_tls(&mut flight.as_slice()).unwrap();
            client.process_new_packets().unwrap();
        }
        assert_eq!(client.peer_certificates(), Some(servers[1].certificates()));
        assert_eq!(server.peer_certificates(), Some(clients[0].certificates()));
    }

    #[test]
    fn without_identities_nothing_is_chosen() {
        let none = Identities::default();
        assert!(none.for_server(Some("a.example"), ALL).is_none());
        assert!(none.for_client(&[], ALL).is_none());
        assert!(!none.has_certs());
    }
}
