"""What librssl and OpenSSL refuse of each other, and how each side learns it."""

import unittest

from openssl_ends import OpensslCase, openssl_pair, require, version_option
from programs import certificate
from rssl_peer import VERSIONS, pair, tls

# What s_client and s_server print of an alert that they received.
ALERTS = {
    "bad_certificate": "alert bad certificate",
    "certificate_required": "alert certificate required",
    "certificate_expired": "alert certificate expired",
    "handshake_failure": "alert handshake failure",
    "no_application_protocol": "alert no application protocol",
    "protocol_version": "alert protocol version",
    "unknown_ca": "alert unknown ca",
}
MISSING = {"1.2": "handshake_failure", "1.3": "certificate_required"}


class RefusalCase(OpensslCase):
    def librssl_refused(self, peer, openssl, result, alert, **expected):
        """librssl reports its reason and the alert that it sent, and OpenSSL that alert."""
        report = self.report(peer, result=result, alert=f"sent {alert}", **expected)
        self.assertEqual(peer.wait(), 1)
        openssl.wait()
        self.assertIn(ALERTS[alert], openssl.errors.text() + openssl.output.text())
        return report

    def openssl_refused(self, peer, alert):
        self.report(peer, result="RSSL_ERR_ALERT", alert=f"received {alert}")
        self.assertEqual(peer.wait(), 1)


class ClientCertificates(RefusalCase):
    def demanding_server(self, version):
        return self.rssl_server("--ca", certificate("ca.pem"), "--require-client-cert", "--echo",
                                *tls(version))

    def test_s_client_has_none(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.demanding_server(version)
                client = self.s_client(server.port, "-ign_eof")
                self.assertNotEqual(client.wait(), 0)
                # The engine sends TLS 1.3's alert in both versions.
                self.librssl_refused(server, client, "RSSL_ERR_NO_CERT", "certificate_required")

    def test_s_client_has_that_of_another_authority(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.demanding_server(version)
                client = self.s_client(server.port, "-ign_eof", *openssl_pair("client-other"))
                self.assertNotEqual(client.wait(), 0)
                report = self.librssl_refused(server, client, "RSSL_ERR_VERIFY", "unknown_ca",
                                              verify="20")
                self.assertIn("rssl other root", report["message"])

    def test_s_client_may_have_none(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.rssl_server("--ca", certificate("ca.pem"), "--request-client-cert",
                                          "--echo", *tls(version))
                self.client_talks(self.s_client(server.port))
                self.ended_well(server, peer=None)

    def test_librssl_has_none(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.s_server(*require("ca.pem"), version_option(version))
                self.openssl_refused(self.rssl_client(server.port), MISSING[version])

    def test_librssl_has_that_of_another_authority(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.s_server(*require("ca.pem"), version_option(version))
                client = self.rssl_client(server.port, *pair("client-other"))
                self.openssl_refused(client, "unknown_ca")


class ServerCertificates(RefusalCase):
    def test_librssl_refuses(self):
        for identity, alert, verify, fact in (
            ("wrong-name", "bad_certificate", "62", "wrong.rssl.test"),
            ("expired", "certificate_expired", "10", "expired"),
            ("not-yet-valid", "bad_certificate", "9", "not yet valid"),
            ("self-signed", "unknown_ca", "18", "self-signed"),
        ):
            for version in VERSIONS:
                with self.subTest(identity=identity, version=version):
                    server = self.s_server("-naccept", "1", version_option(version),
                                           identity=identity)
                    report = self.librssl_refused(
                        self.rssl_client(server.port), server, "RSSL_ERR_VERIFY", alert,
                        verify=verify)
                    self.assertIn(fact, report["message"])

    def test_openssl_refuses(self):
        for identity, alert in (
            ("expired", "certificate_expired"),
            ("self-signed", "unknown_ca"),
        ):
            for version in VERSIONS:
                with self.subTest(identity=identity, version=version):
                    server = self.rssl_server("--echo", *tls(version), identity=identity)
                    client = self.s_client(server.port)
                    self.assertNotEqual(client.finish(), 0)
                    self.openssl_refused(server, alert)


class NothingInCommon(RefusalCase):
    OLD = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]

    def test_s_client_of_tls11(self):
        server = self.rssl_server()
        client = self.s_client(server.port, *self.OLD)
        self.assertNotEqual(client.wait(), 0)
        self.librssl_refused(server, client, "RSSL_ERR_NO_SHARED", "protocol_version")

    def test_s_server_of_tls11(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.s_server(*self.OLD, "-naccept", "1")
                client = self.rssl_client(server.port, *tls(version))
                self.openssl_refused(client, "protocol_version")

    def test_versions(self):
        server = self.rssl_server("--tls", "1.3")
        client = self.s_client(server.port, "-tls1_2")
        self.librssl_refused(server, client, "RSSL_ERR_NO_SHARED", "protocol_version")
        server = self.s_server("-tls1_3")
        self.openssl_refused(self.rssl_client(server.port, "--tls", "1.2"), "protocol_version")

    def test_suites(self):
        server = self.rssl_server("--ciphers", "ECDHE-RSA-AES128-GCM-SHA256", identity="rsa-server")
        client = self.s_client(server.port, "-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384")
        self.librssl_refused(server, client, "RSSL_ERR_NO_SHARED", "handshake_failure")
        server = self.s_server("-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256")
        client = self.rssl_client(server.port, "--ciphers", "TLS_AES_256_GCM_SHA384")
        self.openssl_refused(client, "handshake_failure")

    def test_groups(self):
        server = self.rssl_server("--groups", "X25519")
        client = self.s_client(server.port, "-groups", "P-384")
        self.librssl_refused(server, client, "RSSL_ERR_NO_SHARED", "handshake_failure")
        server = self.s_server("-groups", "P-384")
        client = self.rssl_client(server.port, "--groups", "X25519", "--tls", "1.3")
        self.openssl_refused(client, "handshake_failure")

    def test_alpn(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.rssl_server("--alpn", "h2", *tls(version))
                client = self.s_client(server.port, "-alpn", "http/1.1")
                self.librssl_refused(server, client, "RSSL_ERR_NO_ALPN", "no_application_protocol")
                server = self.s_server("-alpn", "h2", version_option(version))
                client = self.rssl_client(server.port, "--alpn", "http/1.1")
                self.openssl_refused(client, "no_application_protocol")

    def test_a_side_without_alpn(self):
        server = self.rssl_server("--alpn", "h2", "--echo")
        self.client_talks(self.s_client(server.port))
        self.ended_well(server, alpn=None)
        self.to_s_server(client_options=["--alpn", "h2"], alpn=None)


if __name__ == "__main__":
    unittest.main()
