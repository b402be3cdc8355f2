"""pinning and trust_on_first_use against servers of Python's ssl module."""

import base64
import hashlib
import ssl
import subprocess
import unittest

from counterparts import (
    TlsListener, answering, certificate, certificates, run, server_context, temporary_directory,
)

NOBODY = "0" * 64


def server(name="server"):
    return TlsListener(answering(b""), server_context(name))


def key_hash(name):
    """By OpenSSL: SHA-256 of the first certificate's SubjectPublicKeyInfo."""
    pem = subprocess.run(["openssl", "x509", "-in", certificate(name), "-noout", "-pubkey"],
                         check=True, stdout=subprocess.PIPE).stdout.decode()
    der = base64.b64decode("".join(pem.splitlines()[1:-1]))
    return hashlib.sha256(der).hexdigest()


class Pinning(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        certificates()

    def connect(self, listener, *pins, cafile="ca.pem", name="localhost"):
        with listener as running:
            return run("pinning", "--cafile", certificate(cafile), name, running.port, *pins)

    def assertRefused(self, result, *says):
        self.assertEqual(result.returncode, 1, result.stdout)
        for text in says:
            self.assertIn(text, result.stderr.decode())

    def test_the_pins_of_the_path(self):
        result = self.connect(server())
        self.assertEqual(result.returncode, 0, result.stderr)
        expected = [f"{key_hash(name)} depth {depth}" for depth, name in
                    enumerate(["server.pem", "intermediate.pem", "ca.pem"])]
        self.assertEqual(result.stdout.decode().splitlines(), expected)

    def test_any_key_of_the_path_will_do(self):
        for name in ("server.pem", "intermediate.pem", "ca.pem"):
            result = self.connect(server(), NOBODY, key_hash(name))
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_another_key_is_refused(self):
        self.assertRefused(self.connect(server(), NOBODY), "application verification failure")
        self.assertRefused(self.connect(server("rsa-server"), key_hash("server.pem")),
                           "verify callback returned 50")

    def test_a_certificate_that_was_sent_but_is_not_in_the_path_does_not_count(self):
        directory = temporary_directory()
        chain = directory / "chain.pem"
        with open(chain, "w") as out:
            for name in ("server.pem", "other-ca.pem"):
                with open(certificate(name)) as pem:
                    out.write(pem.read())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, certificate("server.key"))
        listener = TlsListener(answering(b""), context)
        self.assertRefused(self.connect(listener, key_hash("other-ca.pem")),
                           "application verification failure")

    def test_a_pin_does_not_replace_verification(self):
        self.assertRefused(self.connect(server("expired"), key_hash("expired.pem")), "has expired")
        self.assertRefused(self.connect(server("wrong-name"), key_hash("wrong-name.pem")),
                           "hostname mismatch")


class FirstUse(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        certificates()

    def setUp(self):
        self.file = temporary_directory() / "known"

    def meet(self, running):
        return run("trust_on_first_use", self.file, "localhost", running.port)

    def test_a_server_is_added_once_and_recognized(self):
        with server("self-signed") as running:
            for outcome in ("met for the first time", "known", "known"):
                result = self.meet(running)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn(f"localhost:{running.port} is {outcome}: ", result.stdout.decode())
        der = ssl.PEM_cert_to_DER_cert(open(certificate("self-signed.pem")).read())
        expected = f"localhost:{running.port} {hashlib.sha256(der).hexdigest()}\n"
        self.assertEqual(self.file.read_text(), expected)

    def test_a_server_that_has_changed_is_refused(self):
        with server("self-signed") as running:
            self.file.write_text(f"localhost:{running.port} {NOBODY}\n")
            result = self.meet(running)
            self.assertEqual(result.returncode, 1)
            self.assertIn("NOT the one that was met before", result.stdout.decode())
            self.assertIn("application verification failure", result.stderr.decode())
            self.assertEqual(self.file.read_text(), f"localhost:{running.port} {NOBODY}\n")

    def test_a_file_that_cannot_be_written_is_an_error(self):
        self.file = self.file / "no" / "such"
        with server("self-signed") as running:
            self.assertEqual(self.meet(running).returncode, 1)


if __name__ == "__main__":
    unittest.main()
