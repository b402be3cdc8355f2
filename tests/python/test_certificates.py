"""Certificates are decoded as the standard _ssl decodes them: the interpreter's test certificates,
the system's roots, and testca's."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from ends import certificates

HERE = pathlib.Path(__file__).resolve().parent
BLOCK = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.S)
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
           "/etc/ssl/cert.pem")


def decoded(module, paths):
    done = subprocess.run([sys.executable, HERE / "decode_certificates.py", module],
                          input="\n".join(map(str, paths)), stdout=subprocess.PIPE, check=True,
                          universal_newlines=True, timeout=120)
    return done.stdout.splitlines()


class Decoding(unittest.TestCase):
    maxDiff = None

    def compare(self, paths, at_least):
        theirs, ours = decoded("_ssl", paths), decoded("rssl._ssl", paths)
        for there, here in zip(theirs, ours):
            self.assertEqual(there, here)
        self.assertEqual(len(theirs), len(ours))
        readable = sum('"refused: ' not in line for line in theirs)
        self.assertGreaterEqual(readable, at_least)

    def test_of_the_interpreter(self):
        suite = pathlib.Path(os.__file__).parent / "test"
        paths = sorted([*suite.glob("*.pem"), *suite.glob("certdata/**/*.pem")])
        if not paths:
            self.skipTest("this Python comes without its tests")
        self.compare(paths, 15)

    def test_of_the_system(self):
        bundle = next(filter(os.path.exists, BUNDLES), None)
        if bundle is None:
            self.skipTest("no bundle of roots in " + ", ".join(BUNDLES))
        blocks = BLOCK.findall(pathlib.Path(bundle).read_text())
        with tempfile.TemporaryDirectory() as directory:
            paths = [pathlib.Path(directory) / f"{number}.pem" for number in range(len(blocks))]
            for path, block in zip(paths, blocks):
                path.write_text(block)
            self.compare(paths, len(blocks))

    def test_of_ours(self):
        self.compare(sorted(certificates().glob("*.pem")), 25)

    def test_what_is_none(self):
        with tempfile.TemporaryDirectory() as directory:
            names = {"empty.pem": b"", "binary.pem": bytes(range(256)), "cut.pem":
                     (certificates() / "server.pem").read_bytes()[:200]}
            for name, content in names.items():
                (pathlib.Path(directory) / name).write_bytes(content)
            self.compare([pathlib.Path(directory) / name for name in [*names, "missing.pem"]], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
