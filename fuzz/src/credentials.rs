//! Who the peers are: made once in a process.

use std::sync::LazyLock;

use testca::{Authority, KeyKind, Leaf};

pub struct Pem {
    pub root: String,
    pub server: String,
    pub server_key: String,
    pub client: String,
    pub client_key: String,
    /// Under the password "secret".
    pub encrypted_key: String,
}

pub static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::root("fuzz root"));

pub static PEM: LazyLock<Pem> = LazyLock::new(|| {
    let server = Leaf::server(&["localhost", "127.0.0.1"])
        // For lists of the corpus that revoke it.
        .params(|params| params.serial_number = Some(7.into()));
    let server = AUTHORITY.issue(&server);
    let client = AUTHORITY.issue(&Leaf::client("fuzz client").key(KeyKind::Ed25519));
    Pem {
        root: testca::certificate_pem(AUTHORITY.certificate()),
        server: server.chain_pem(),
        server_key: server.key_pem(),
        client: client.chain_pem(),
        client_key: client.key_pem(),
        encrypted_key: server.encrypted_key_pem("secret"),
    }
});
