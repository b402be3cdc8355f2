"""The Python snippets of README.md and docs/python.md run."""

import pathlib
import re
import subprocess
import sys
import unittest

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


if __name__ == "__main__":
    certificates()
    unittest.main(verbosity=2)
