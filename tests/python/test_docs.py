"""The Python snippets of README.md and docs/python.md run."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import warnings

import rssl
from ends import certificates, pair, serving, trusting
from test_leaks import client_context, connect, server_context

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SNIPPET = re.compile(r"<!-- python: (\w+) -->\n```python\n(.*?)```\n", re.S)


def snippets(page):
    return dict(SNIPPET.findall((SOURCE / page).read_text()))


class Readme(unittest.TestCase):
    def test_client(self):
        text, = snippets("README.md").values()

        def serve(connection):
            with server_context().wrap_socket(connection, server_side=True) as tls:
                tls.recv(1)

        with serving(serve) as port:
            done = subprocess.run(
                [sys.executable, "-c", f"host, port = 'localhost', {port}\n{text}"], env=trusting(),
                stdout=subprocess.PIPE, universal_newlines=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout.split()[0]), (0, "TLSv1.3"))


class Page(unittest.TestCase):
    def setUp(self):
        self.text = snippets("docs/python.md")
        self.assertEqual(set(self.text), {"import", "install", "more", "store"})
        self.assertEqual((SOURCE / "docs/python.md").read_text().count("```python"), len(self.text))

    def test_import(self):
        names = {}
        exec(self.text["import"], names)
        self.assertIsInstance(names["context"], rssl.SSLContext)

    def test_install(self):
        subprocess.run([sys.executable, "-c", self.text["install"]], check=True, timeout=60)

    def test_more(self):
        names = {"context": rssl.SSLContext(rssl.PROTOCOL_TLS_SERVER),
                 "chain_pem": pathlib.Path(pair("server")[0]).read_text(),
                 "key_pem": pathlib.Path(pair("server")[1]).read_text()}
        exec(self.text["more"] + self.text["store"], names)
        ours, _ = connect(client_context(), names["context"])
        self.assertEqual(ours.group(), "X25519MLKEM768")


class NotThere(unittest.TestCase):
    """What the page's table says comes of it."""

    def refuses(self, kind, text, call):
        with self.assertRaisesRegex(kind, text):
            call()

    def test_versions(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.refuses(ValueError, "invalid or unsupported protocol version",
                         lambda: rssl.SSLContext(rssl.PROTOCOL_TLSv1))
            context = rssl.SSLContext(rssl.PROTOCOL_TLS_SERVER)
            context.maximum_version = rssl.TLSVersion.TLSv1_1
            self.refuses(rssl.SSLError, "NO_PROTOCOLS_AVAILABLE", lambda: context.wrap_bio(
                rssl.MemoryBIO(), rssl.MemoryBIO(), server_side=True))

    def test_settings(self):
        context = rssl.SSLContext(rssl.PROTOCOL_TLS_SERVER)
        for ciphers in ("AES128-SHA", "kRSA", "PSK"):
            self.refuses(rssl.SSLError, "No cipher can be selected.",
                         lambda: context.set_ciphers(ciphers))
        for name in ("secp256k1", "X448", "secp521r1"):
            self.refuses(ValueError, "unknown elliptic curve name", lambda: context.set_ecdh_curve(name))
        self.refuses(ValueError, "1000 tickets", lambda: setattr(context, "num_tickets", 1000))
        self.refuses(NotImplementedError, "librssl has no external pre-shared keys",
                     lambda: rssl._ssl._SSLContext.set_psk_server_callback(context, None))
        self.refuses(ValueError, "host flags 0x2 are not supported",
                     lambda: setattr(context, "_host_flags", 2))
        self.assertFalse(rssl.HAS_NPN or rssl._ssl.HAS_PSK)

    def test_keys(self):
        with tempfile.TemporaryDirectory() as directory:
            cert, key = (str(pathlib.Path(directory) / name) for name in ("cert", "key"))
            for kind, reason in (("ed448", "UNKNOWN_CERTIFICATE_TYPE"), ("rsa:1024", "EE_KEY_TOO_SMALL"),
                                 ("rsa-pss", "UNKNOWN_CERTIFICATE_TYPE")):
                subprocess.run(["openssl", "req", "-x509", "-nodes", "-newkey", kind, "-subj", "/CN=x",
                                "-keyout", key, "-out", cert], check=True, stderr=subprocess.DEVNULL)
                context = rssl.SSLContext(rssl.PROTOCOL_TLS_SERVER)
                self.refuses(rssl.SSLError, reason, lambda: context.load_cert_chain(cert, key))

    def test_of_a_connection(self):
        ours, theirs = connect(client_context(), server_context())
        self.assertIsNone(ours.compression())
        self.refuses(ValueError, "'tls-unique' channel binding type not implemented",
                     ours.get_channel_binding)
        self.refuses(rssl.SSLError, "EXTENSION_NOT_RECEIVED", theirs.verify_client_post_handshake)


if __name__ == "__main__":
    certificates()
    unittest.main(verbosity=2)
