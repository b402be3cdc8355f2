"""OpenSSL's cipher language: librssl selects what OpenSSL does, of what both have, in its order."""

import os
import random
import subprocess
import unittest

from programs import TIMEOUT, program

OURS = {
    f"ECDHE-{key}-{cipher}"
    for key in ("ECDSA", "RSA")
    for cipher in ("AES256-GCM-SHA384", "CHACHA20-POLY1305", "AES128-GCM-SHA256")
}

# As they stand in the configuration of programs, in their documentation and in advice.
FOUND = """\
DEFAULT
ALL
HIGH
HIGH:!aNULL:!MD5
HIGH:!aNULL:!MD5:!3DES
HIGH:!aNULL:!eNULL:!EXPORT:!DES:!MD5:!PSK:!RC4
HIGH:MEDIUM:!SSLv2:!PSK:!SRP:!ADH:!AECDH
HIGH:!RC4:!MD5:!aNULL:!eNULL:!NULL:!DH:!EDH:!EXP:+SSLv2:!LOW
HIGH:MEDIUM:+3DES:!aNULL
HIGH:!SSLv2:!aNULL@STRENGTH
ALL:!ADH:@STRENGTH
ALL:!ADH:!LOW:!EXP:!MD5:@STRENGTH
ALL:!EXPORT:!EXPORT40:!EXPORT56:!aNULL:!LOW:!RC4:@STRENGTH
ALL:!EXPORT:!LOW:!aNULL:!eNULL:!SSLv2
ALL:!ADH:!EXPORT56:RC4+RSA:+HIGH:+MEDIUM:+LOW:+SSLv2:+EXP:+eNULL
ALL:!aNULL:!ADH:!eNULL:!LOW:!EXP:RC4+RSA:+HIGH:+MEDIUM
ALL:!aNULL:!eNULL:!LOW:!EXPORT:!SSLv2:!DHE
ALL:+HIGH:!LOW:!EXP:!aNULL
ALL:!COMPLEMENTOFDEFAULT:!eNULL
aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH
aNULL:-aNULL:ALL:+RC4:@STRENGTH
aNULL:-aNULL:ALL:!EXPORT:!LOW:!MEDIUM:+RC4:@STRENGTH
DEFAULT:!aNULL:!eNULL:!MD5:!3DES:!DES:!RC4:!IDEA:!SEED:!aDSS:!SRP:!PSK
DEFAULT:!aNULL:!eNULL:!LOW:!EXPORT:!SSLv2
DEFAULT:@SECLEVEL=0
DEFAULT:@SECLEVEL=1
DEFAULT@SECLEVEL=2
DEFAULT:@SECLEVEL=2
DEFAULT:!DH
DEFAULT:!kRSA:!SHA1
!DEFAULT:HIGH
@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM
@SECLEVEL=1:ALL
ALL:@SECLEVEL=4
HIGH:@SECLEVEL=5
ECDH+AESGCM:DH+AESGCM:ECDH+AES256:DH+AES256:ECDH+AES128:DH+AES:ECDH+HIGH:DH+HIGH:ECDH+3DES:DH+3DES:RSA+AESGCM:RSA+AES:RSA+HIGH:RSA+3DES:!aNULL:!eNULL:!MD5
TLS13-AES-256-GCM-SHA384:TLS13-CHACHA20-POLY1305-SHA256:ECDH+AESGCM:ECDH+CHACHA20:DH+AESGCM:DH+CHACHA20:ECDH+AES256:DH+AES256:ECDH+AES128:DH+AES:RSA+AESGCM:RSA+AES:!aNULL:!eNULL:!MD5:!DSS:!RC4:!3DES
ECDH+AESGCM:ECDH+CHACHA20:DH+AESGCM:DH+CHACHA20:ECDH+AES256:DH+AES256:ECDH+AES128:DH+AES:RSA+AESGCM:RSA+AES:!aNULL:!MD5:!DSS
ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:!aNULL:!MD5:!DSS
ECDHE+AESGCM:ECDHE+CHACHA20
EECDH+AESGCM:EDH+AESGCM
EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH
EECDH+AESGCM:AES256+EECDH
EECDH+CHACHA20:EECDH+AES128:RSA+AES128:EECDH+AES256:RSA+AES256:EECDH+3DES:RSA+3DES:!MD5
EECDH+ECDSA+AESGCM EECDH+aRSA+AESGCM EECDH+ECDSA+SHA384 EECDH+ECDSA+SHA256 EECDH+aRSA+SHA384 EECDH+aRSA+SHA256 EECDH+aRSA+RC4 EECDH EDH+aRSA RC4 !aNULL !eNULL !LOW !3DES !MD5 !EXP !PSK !SRP !DSS
ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384
ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA256:DHE-RSA-AES256-SHA256:AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA:DES-CBC3-SHA
ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:DHE-DSS-AES128-GCM-SHA256:kEDH+AESGCM:ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-SHA:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!3DES:!MD5:!PSK
ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:!DSS
ECDHE-RSA-AES256-GCM-SHA384, ECDHE-RSA-AES128-GCM-SHA256
kEECDH+ECDSA:kEECDH:kEDH:HIGH:+SHA:+RC4:RC4:!aNULL:!eNULL:!LOW:!MD5:!EXP:!DSS:!PSK:!SRP:!CAMELLIA
kECDHE+aRSA+AES128:kECDHE
PROFILE=SYSTEM
NORMAL
RC4-SHA
AES128-SHA:AES256-SHA
kRSA
COMPLEMENTOFDEFAULT
COMPLEMENTOFALL:ALL
TLSv1.2:!AESGCM
TLSv1.2+HIGH:TLSv1
TLSv1:SSLv3
FIPS:!aNULL
AES:ALL:!aNULL:!eNULL:+RC4:@STRENGTH
CHACHA20:AES128:AES256
HIGH:-AES:AES
HIGH:+AES256:-ECDSA:ECDSA
SUITEB128
SUITEB128ONLY
SUITEB128C2
SUITEB192
SUITEB128:HIGH
TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES256-GCM-SHA384
ecdhe-rsa-aes256-gcm-sha384
HIGH!CHACHA20
kRSA!CHACHA20:ALL
NOSUCH!CHACHA20:ALL
ALL:@NOSUCH
ALL:@SECLEVEL=6
ALL:@SECLEVEL=
ALL:-
ALL:!
ALL:AES+
ALL|AES
ALL::AES;;HIGH,,
@STRENGTH""".splitlines()

WORDS = """
ALL HIGH MEDIUM LOW COMPLEMENTOFALL DEFAULT ECDH ECDHE EECDH kECDHE kEECDH DH
DHE EDH kDHE kEDH ADH AECDH RSA kRSA aRSA ECDSA aECDSA DSS aDSS aNULL eNULL NULL PSK kPSK aPSK
kECDHEPSK kDHEPSK kRSAPSK SRP kSRP aSRP AES AES128 AES256 AESGCM AESCCM AESCCM8 CHACHA20 CAMELLIA
CAMELLIA128 CAMELLIA256 ARIA ARIA128 ARIA256 ARIAGCM 3DES RC4 SEED IDEA CBC SHA SHA1 SHA256 SHA384
MD5 TLSv1.2 TLSv1.0 TLSv1 SSLv3 FIPS NOSUCH AES128-SHA AES256-GCM-SHA384 DHE-RSA-AES128-GCM-SHA256
""".split() + sorted(OURS) * 3


def random_string(source):
    """Rules from all of the language. Few have no separator behind them: OpenSSL skips until the
    next one if it lacks the suite named, or if the words of a conjunction exclude each other."""
    def rule():
        if source.random() < 0.08:
            return source.choice(["@STRENGTH"] * 4 + [f"@SECLEVEL={n}" for n in range(6)])
        words = [source.choice(WORDS) for _ in range(source.choice([1, 1, 1, 2, 2, 3]))]
        return source.choice(["", "", "", "+", "-", "!"]) + "+".join(words)
    rules = [rule() for _ in range(source.randint(1, 8))]
    start = source.choice(["", "", "ALL:", "DEFAULT:", "HIGH:", "DEFAULT"])
    known = ("HIGH", "ALL", "AESGCM", "CHACHA20", "aRSA")
    separators = [":", ":", ",", " ", ";"]
    return start + "".join(
        r + source.choice(separators + [""] * 5 * (r.lstrip("+-!") in known)) for r in rules
    )


def of_openssl(string):
    """The suites that librssl has too; None if OpenSSL refuses the string."""
    done = subprocess.run([program("openssl"), "ciphers", "-s", "-v", "--", string],
                          capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if done.returncode != 0:
        return None
    names = (line.split()[0] for line in done.stdout.splitlines())
    return [name for name in names if name in OURS]


def of_librssl(strings):
    """For each string its suites, or the error's name."""
    done = subprocess.run([os.environ["RSSL_CIPHERS"]], input="\n".join(strings) + "\n",
                          capture_output=True, text=True, timeout=TIMEOUT, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(strings), done
    return [line if line.startswith("RSSL_ERR") else line.split(":") for line in lines]


class Ciphers(unittest.TestCase):
    def compare(self, strings):
        for string, ours in zip(strings, of_librssl(strings)):
            with self.subTest(string):
                theirs = of_openssl(string)
                if theirs:
                    self.assertEqual(ours, theirs)
                elif theirs is None:
                    self.assertIn(ours, ("RSSL_ERR_NAME", "RSSL_ERR_ARGUMENT"))
                else:
                    self.assertEqual(ours, "RSSL_ERR_NAME")

    def test_strings_found(self):
        self.compare(FOUND)

    def test_strings_made_up(self):
        source = random.Random(2026)
        self.compare([random_string(source) for _ in range(300)])


if __name__ == "__main__":
    unittest.main()
