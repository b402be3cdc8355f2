"""curl against https_server."""

import hashlib
import os
import pathlib
import random
import unittest

from programs import Case, certificate, program, temporary_directory
from rssl_peer import VERSIONS, pair

# Exit statuses of curl.
CONNECT_FAILED, RECEIVE_FAILED, UNKNOWN_AUTHORITY, NEEDS_CERTIFICATE = 35, 56, 60, 98


def only(version):
    return [f"--tlsv{version}", "--tls-max", version]


class CurlCase(Case):
    def https_server(self, *options, identity="server", directory=None):
        server = self.start(
            pathlib.Path(os.environ["RSSL_EXAMPLES"], "https_server"), *options, "0",
            certificate(identity + ".pem"), certificate(identity + ".key"),
            *([directory] if directory else []))
        server.port = int(server.output.wait_for(r"listening on 127\.0\.0\.1:(\d+)\n")[1])
        return server

    def curl(self, server, *options, paths=("/",), ca="ca.pem"):
        curl = self.start(
            program("curl"), "--silent", "--show-error", "--cacert", certificate(ca),
            "--noproxy", "*", "--resolve", f"localhost:{server.port}:127.0.0.1", *options,
            *(f"https://localhost:{server.port}{path}" for path in paths),
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})
        curl.status = curl.finish()
        return curl

    def fetches(self, server, *options, **more):
        curl = self.curl(server, *options, **more)
        self.assertEqual(curl.status, 0, curl)
        return curl.output.text()


class Requests(CurlCase):
    def setUp(self):
        self.directory = temporary_directory()
        (self.directory / "page").write_bytes(b"a page of librssl\n")
        self.server = self.https_server(directory=self.directory)

    def test_get(self):
        for version in VERSIONS:
            with self.subTest(version):
                text = self.fetches(self.server, *only(version), "--write-out", "%{http_version}",
                                    paths=["/page"])
                self.assertEqual(text, "a page of librssl\n1.1")

    def test_every_kind_of_key(self):
        for version in VERSIONS:
            for kind in ("rsa", "p384", "p521", "ed25519"):
                with self.subTest(version=version, kind=kind):
                    server = self.https_server(identity=kind + "-server", directory=self.directory)
                    text = self.fetches(server, *only(version), paths=["/page"])
                    self.assertEqual(text, "a page of librssl\n")

    def test_head(self):
        text = self.fetches(self.server, "--head", paths=["/page"])
        self.assertTrue(text.startswith("HTTP/1.1 200 OK\r\n"), text)
        self.assertIn("\r\nContent-Length: 18\r\n", text)

    def test_missing_page(self):
        text = self.fetches(self.server, "--output", "/dev/null", "--write-out", "%{http_code}",
                            paths=["/missing"])
        self.assertEqual(text, "404")

    def test_keep_alive(self):
        text = self.fetches(self.server, "--write-out", "%{num_connects} ", paths=["/page"] * 3)
        self.assertEqual(text, "a page of librssl\n1 " + "a page of librssl\n0 " * 2)

    def test_100_mib(self):
        large = random.Random(3).randbytes(100 << 20)
        (self.directory / "large").write_bytes(large)
        for version in VERSIONS:
            with self.subTest(version):
                curl = self.curl(self.server, *only(version), paths=["/large"])
                self.assertEqual(curl.status, 0, curl.errors.text())
                self.assertEqual(hashlib.sha256(curl.output.data).digest(),
                                 hashlib.sha256(large).digest())

    def test_basic_auth(self):
        server = self.https_server("--basic-auth", "user:secret", directory=self.directory)
        self.assertEqual(self.fetches(server, "--user", "user:secret", paths=["/page"]),
                         "a page of librssl\n")
        for options in ([], ["--user", "user:wrong"]):
            with self.subTest(options):
                text = self.fetches(server, *options, "--include", paths=["/page"])
                self.assertTrue(text.startswith("HTTP/1.1 401 "), text)
                self.assertIn("\r\nWWW-Authenticate: Basic ", text)


class Refusals(CurlCase):
    def fails(self, curl, *statuses):
        self.assertIn(curl.status, statuses, curl)

    def test_unknown_authority(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.https_server()
                self.fails(self.curl(server, *only(version), ca="other-ca.pem"), UNKNOWN_AUTHORITY)
                self.fetches(server)

    def test_wrong_name(self):
        self.fails(self.curl(self.https_server(identity="wrong-name")), UNKNOWN_AUTHORITY)

    def test_tls11(self):
        server = self.https_server()
        old = ["--tlsv1.1", "--tls-max", "1.1", "--ciphers", "ALL:@SECLEVEL=0"]
        curl = self.curl(server, *old)
        self.fails(curl, CONNECT_FAILED)
        self.assertIn("alert protocol version", curl.errors.text())

    def test_client_certificates(self):
        server = self.https_server("--client-ca", certificate("ca.pem"), "--require-client-cert")
        for version in VERSIONS:
            with self.subTest(version):
                self.fetches(server, *only(version), *pair("client"))
                self.fails(self.curl(server, *only(version)), RECEIVE_FAILED, NEEDS_CERTIFICATE)
                curl = self.curl(server, *only(version), *pair("client-other"))
                self.fails(curl, CONNECT_FAILED, RECEIVE_FAILED)
                self.assertIn("unknown ca", curl.errors.text())


if __name__ == "__main__":
    unittest.main()
