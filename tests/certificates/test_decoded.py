"""The accessors of a certificate tell what CPython's own decoder, OpenSSL's, tells of it.

Environment: RSSL_LIBRARY, the shared library; RSSL_TEST_CERTS, a directory that testca made.
"""

import glob
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile
import unittest

import accessors
import corpus
import decoded
import der

BLOCK = re.compile(r"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.*?-----END [^\n]*-----\n", re.S)
OPENSSL = shutil.which("openssl")


def by_cpython(pem):
    """The dict, or None where CPython gives up on a value."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(pem)
        file.flush()
        try:
            return ssl._ssl._test_decode_cert(file.name)
        except (ssl.SSLError, UnicodeDecodeError):
            return None


def algorithms(certificate):
    """Those of the key and of the signature, and the size of the key as OpenSSL's text has it."""
    kind, bits = certificate.key()
    return kind, None if kind in ("ED25519", "ED448") else bits, certificate.signature_type()


def algorithms_by_openssl(pem):
    text = subprocess.run([OPENSSL, "x509", "-noout", "-text"], input=pem.encode(), check=True,
                          stdout=subprocess.PIPE, timeout=30).stdout.decode("utf-8", "replace")
    bits = re.search(r"Public-Key: \((\d+) bit\)", text)
    return (re.search(r"Public Key Algorithm: (.*)", text)[1], int(bits[1]) if bits else None,
            re.search(r"Signature Algorithm: (\S+)", text)[1])


class Decoded(unittest.TestCase):
    maxDiff = None

    def same(self, pem, and_algorithms=False):
        certificate = accessors.Certificate(pem.encode())
        expected = by_cpython(pem)
        self.assertIsNotNone(expected, "CPython cannot decode it")
        self.assertEqual(decoded.decode(certificate), expected)
        self.assertIn("Serial Number", certificate.text())
        self.assertEqual(by_cpython(certificate.pem()), expected)
        if and_algorithms:
            self.assertEqual(algorithms(certificate), algorithms_by_openssl(pem))

    def test_generated(self):
        for case, made in corpus.everything(OPENSSL).items():
            with self.subTest(case):
                self.same(der.pem(made))

    def test_strings_that_cpython_gives_up_on(self):
        for case, (string, text) in corpus.UNCOMMON_STRINGS.items():
            with self.subTest(case):
                made = corpus.subject(string)
                self.assertIsNone(by_cpython(der.pem(made)))
                subject = accessors.Certificate(made).name(accessors.SUBJECT)
                self.assertEqual(subject, [(0, "commonName", text)])

    def test_malformed_alternative_names(self):
        for case, made in corpus.MALFORMED_ALTERNATIVE_NAMES.items():
            with self.subTest(case):
                self.assertEqual(accessors.Certificate(made).alternative_names(), [])

    def test_keys(self):
        for case, options in corpus.KEYS.items():
            with self.subTest(case):
                self.same(corpus.with_key(OPENSSL, options), and_algorithms=True)

    def test_of_testca(self):
        self.files(glob.glob(os.environ["RSSL_TEST_CERTS"] + "/*.pem"), at_least=5)

    def test_roots_of_the_system(self):
        directory = ssl.get_default_verify_paths().openssl_capath
        self.files(glob.glob(f"{directory}/*.pem"), at_least=100)

    def test_of_cpythons_own_tests(self):
        """Debian's package libpython3-testsuite has them, and CPython built from source."""
        library = pathlib.Path(os.__file__).parent / "test"
        found = [path for pattern in ("*.pem", "certdata/**/*.pem")
                 for path in library.glob(pattern)]
        if not found:
            self.skipTest("this interpreter came without its tests")
        self.files(found, at_least=10)

    def files(self, paths, at_least):
        compared = 0
        for path in sorted(set(map(os.path.realpath, paths))):
            text = pathlib.Path(path).read_text(encoding="latin-1")
            for number, pem in enumerate(BLOCK.findall(text)):
                with self.subTest(path, number=number):
                    if by_cpython(pem) is None:
                        self.assertRaises(accessors.Refused, accessors.Certificate, pem.encode())
                    else:
                        self.same(pem, and_algorithms=True)
                    compared += 1
        self.assertGreaterEqual(compared, at_least)


if __name__ == "__main__":
    unittest.main()
