"""What librssl and GnuTLS refuse of each other, and how each side learns it."""

import unittest

from gnutls_ends import NORMAL, GnutlsCase, gnutls_pair, only, version_priority
from programs import certificate
from rssl_peer import VERSIONS, pair, tls


class Refusals(GnutlsCase):
    def librssl_refused(self, peer, result, alert):
        self.report(peer, result=result, alert=f"sent {alert}")

    def gnutls_refused(self, peer, alert):
        self.report(peer, result="RSSL_ERR_ALERT", alert=f"received {alert}")

    def says(self, client, fact):
        self.assertEqual(client.wait(), 1, client)
        self.assertIn(fact, client.errors.text() + client.log.read_text())

    def test_client_certificates_by_librssl(self):
        for version in VERSIONS:
            for identity, result, alert, fact in (
                ([], "RSSL_ERR_NO_CERT", "certificate_required", "Certificate is required"),
                (gnutls_pair("client-other"), "RSSL_ERR_VERIFY", "unknown_ca", "CA is unknown"),
            ):
                with self.subTest(version=version, result=result):
                    server = self.rssl_server("--ca", certificate("ca.pem"), "--no-ca-names",
                                              "--require-client-cert", "--echo", *tls(version))
                    self.says(self.gnutls_cli(server.port, *identity), fact)
                    self.librssl_refused(server, result, alert)

    def test_client_certificates_by_gnutls(self):
        # The alerts are gnutls-serv's own choice.
        missing = {"1.2": "decode_error", "1.3": "certificate_required"}
        for version in VERSIONS:
            with self.subTest(version):
                server = self.gnutls_serv("--require-client-cert", "--verify-client-cert",
                                          priority=version_priority(version))
                self.gnutls_refused(self.rssl_client(server.port), missing[version])
                self.gnutls_refused(self.rssl_client(server.port, *pair("client-other")),
                                    "access_denied")

    def test_versions(self):
        old = NORMAL + ":-VERS-ALL:+VERS-TLS1.1"
        server = self.rssl_server()
        self.says(self.gnutls_cli(server.port, priority=old), "protocol version")
        self.librssl_refused(server, "RSSL_ERR_NO_SHARED", "protocol_version")
        server = self.gnutls_serv(priority=old)
        for version in VERSIONS:
            self.gnutls_refused(self.rssl_client(server.port, *tls(version)), "handshake_failure")

    def test_extended_master_secret(self):
        without = version_priority("1.2") + ":%NO_SESSION_HASH"
        server = self.rssl_server("--require-ems")
        self.says(self.gnutls_cli(server.port, priority=without), "fatal alert")
        self.librssl_refused(server, "RSSL_ERR_NO_SHARED", "handshake_failure")
        server = self.gnutls_serv(priority=without)
        self.librssl_refused(self.rssl_client(server.port, "--require-ems"),
                             "RSSL_ERR_NO_SHARED", "handshake_failure")
        client = self.rssl_client(server.port)
        client.close_input()
        self.ended_well(client, version="TLSv1.2")

    def test_groups(self):
        server = self.rssl_server("--groups", "X25519")
        client = self.gnutls_cli(server.port, priority=only("GROUP-ALL", "GROUP-SECP384R1"))
        self.says(client, "fatal alert")
        self.librssl_refused(server, "RSSL_ERR_NO_SHARED", "handshake_failure")

    def test_alpn(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.rssl_server("--alpn", "h2")
                client = self.gnutls_cli(server.port, "--alpn", "http/1.1",
                                         priority=version_priority(version))
                self.says(client, "application protocol")
                self.librssl_refused(server, "RSSL_ERR_NO_ALPN", "no_application_protocol")
                server = self.gnutls_serv("--alpn", "http/1.1", "--alpn-fatal",
                                          priority=version_priority(version))
                self.gnutls_refused(self.rssl_client(server.port, "--alpn", "h2"),
                                    "no_application_protocol")


if __name__ == "__main__":
    unittest.main()
