"""rssl_cert_matches says what OpenSSL says of a certificate and a name, but for what is listed.

Environment: RSSL_LIBRARY, the shared library.
"""

import ipaddress
import shutil
import subprocess
import unittest

import accessors
import corpus
import der
from der import context

OPENSSL = shutil.which("openssl")

DNS = [b"example.org", b"*.wild.example", b"Mixed.Case.Example", b"xn--bcher-kva.example",
       b"*.xn--bcher-kva.example", b"under_score.example", b"localhost", b"1.2.3.4.example"]
ADDRESSES = [bytes([192, 0, 2, 1]), bytes.fromhex("20010db8000000000000000000000001")]

MATCHING = [
    "example.org", "EXAMPLE.org", "example.org.", "www.wild.example", "WWW.Wild.Example",
    "xn--bcher-kva.wild.example", "mixed.case.example", "xn--bcher-kva.example",
    "www.xn--bcher-kva.example", "under_score.example", "localhost", "1.2.3.4.example",
    "192.0.2.1", "2001:db8::1", "2001:0DB8:0:0:0:0:0:1",
]
OTHERS = [
    ".", "*", "org", "www.example.org", "example.org.evil.example", "xexample.org",
    "wild.example", ".wild.example", "*.wild.example", "a.b.wild.example", "w*.wild.example",
    "example.org..", ".example.org", "example..org", "müller.example", "192.0.2.2", "192.0.2.01",
    "192.0.2.1.", "3221225985", "2001:db8::2", "::ffff:192.0.2.1", "[2001:db8::1]",
    "someone@example.org", "https://example.org", "-", "example.org:443", " example.org",
]
# Patterns that hold for no name at all.
NOT_PATTERNS = [b"*", b"*.", b"*.org.", b"a*.part.example", b"*a.part.example", b"w*w.part.example",
                b"www.*.example", b"*.*.example", b"**.example", b"trailing.example.",
                b"good.example\0.evil.example", b"", b"192.0.2.7", "bücher.example".encode(),
                b" space.example", b"http://url.example"]
NOT_NAMES = ["www.part.example", "a.part.example", "xa.part.example", "www.x.example", "org", "x.org",
             "a.b.example", "trailing.example", "good.example", "192.0.2.7", "bücher.example",
             "xn--bcher-kva.example", "space.example", "url.example", "x"]
# OpenSSL says yes: to a wildcard that is a part of a label, to what is no name but is in the
# certificate, and to a name that begins with a dot for whatever is below it.
LENIENT = {"a.part.example", "xa.part.example", "bücher.example", "*.wild.example", ".wild.example"}


def by_openssl(certificate, name):
    try:
        ipaddress.ip_address(name)
        kind = "-checkip"
    except ValueError:
        kind = "-checkhost"
    said = subprocess.run([OPENSSL, "x509", "-noout", kind, name], input=certificate.pem().encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30).stdout
    return b"does match" in said


class Names(unittest.TestCase):
    def certificate(self, dns, addresses=()):
        return accessors.Certificate(corpus.alternative(
            *(context(2, name) for name in dns), *(context(7, address) for address in addresses)))

    def test_names_that_match(self):
        certificate = self.certificate(DNS, ADDRESSES)
        for name in MATCHING:
            with self.subTest(name):
                self.assertTrue(certificate.matches(name))
                # OpenSSL takes a trailing dot for a part of the name.
                self.assertEqual(by_openssl(certificate, name), not name.endswith("."))

    def test_names_that_do_not(self):
        certificate = self.certificate(DNS, ADDRESSES)
        for name in OTHERS:
            with self.subTest(name):
                self.assertFalse(certificate.matches(name))
                self.assertEqual(by_openssl(certificate, name), name in LENIENT)

    def test_patterns_that_are_none(self):
        certificate = self.certificate(NOT_PATTERNS)
        for name in NOT_NAMES:
            with self.subTest(name):
                self.assertFalse(certificate.matches(name))
                self.assertEqual(by_openssl(certificate, name), name in LENIENT)

    def test_the_common_name_counts_for_nothing(self):
        certificate = accessors.Certificate(corpus.subject(der.utf8("example.org")))
        self.assertFalse(certificate.matches("example.org"))

    def test_names_of_other_kinds_count_for_nothing(self):
        certificate = accessors.Certificate(corpus.alternative(
            context(1, b"example.org"), context(6, b"example.org"), context(2, b"192.0.2.1")))
        for name in ("example.org", "192.0.2.1"):
            self.assertFalse(certificate.matches(name))


if __name__ == "__main__":
    unittest.main()
