"""Certificates that are odd in one thing each, in DER. None of them is signed."""

import re
import subprocess
import tempfile

import der
from der import (COMMON_NAME, attribute, bmp, certificate, context, extension,
                 generalized_time, ia5, integer, name, octet_string, oid, printable, sequence, t61,
                 tlv, universal, utc_time, utf8, visible)

SUBJECT_ALT_NAME = "2.5.29.17"
AUTHORITY_ACCESS = "1.3.6.1.5.5.7.1.1"
DISTRIBUTION_POINTS = "2.5.29.31"
OCSP = "1.3.6.1.5.5.7.48.1"
CA_ISSUERS = "1.3.6.1.5.5.7.48.2"


def common_name(value):
    return [attribute(COMMON_NAME, value)]


def subject(value):
    return certificate(subject=name(common_name(value)))


SUBJECTS = {
    "UTF8String": subject(utf8("Grüße, 世界 😀")),
    "UTF8String of nothing": subject(utf8("")),
    "UTF8String with a NUL": subject(utf8("good.example\0.evil.example")),
    "UTF8String with a newline": subject(utf8("two\nlines")),
    "PrintableString": subject(printable("plain")),
    "PrintableString with letters it does not have": subject(printable("st*r & bücher")),
    "T61String": subject(t61("Grüße")),
    "T61String that holds UTF-8": subject(tlv(0x14, "Grüße".encode())),
    "IA5String": subject(ia5("someone@example.org")),
    "IA5String that holds UTF-8": subject(tlv(0x16, "bücher".encode())),
    "IA5String with a NUL": subject(ia5("good\0evil")),
    "NumericString": subject(tlv(0x12, b"0123 456")),
    "BMPString": subject(bmp("Grüße, 世界 €")),
    "BMPString with a NUL": subject(bmp("good\0evil")),
    "BMPString that ends with a NUL": subject(bmp("end\0")),
    "UniversalString": subject(universal("Grüße 😀")),
    "empty": certificate(subject=sequence()),
    "several attributes in a set": certificate(subject=name(
        [attribute("2.5.4.6", printable("DE")), attribute("2.5.4.10", utf8("Example"))],
        [attribute("2.5.4.11", utf8("one")), attribute("2.5.4.11", utf8("two")),
         attribute(COMMON_NAME, utf8("three"))],
        common_name(utf8("four")))),
    "subject and issuer differ": certificate(issuer=name(common_name(utf8("the issuer")))),
    "an attribute that nobody knows": certificate(
        subject=name([attribute("1.3.6.1.4.1.99999.1", utf8("unknown"))])),
    "an attribute of huge arcs": certificate(
        subject=name([attribute("2.999.4294967296.18446744073709551616", utf8("huge"))])),
    "1000 attributes": certificate(subject=name(*[common_name(utf8(str(i))) for i in range(1000)])),
    "a long value": subject(utf8("long " * 20000)),
}

# OpenSSL makes no text of these, so that CPython gives up; librssl shows what there is.
UNCOMMON_STRINGS = {
    "VisibleString": (visible("visible"), "visible"),
    "GeneralString": (tlv(0x1B, b"general"), "general"),
    "UTCTime": (utc_time("200102030405Z"), "#170d3230303130323033303430355a"),
    "OCTET STRING": (octet_string(b"octets"), "#04066f6374657473"),
    "UTF8String that is not UTF-8": (tlv(0x0C, b"Gr\xfc\xdfe"), "Grüße"),
    "BMPString of half a character": (tlv(0x1E, b"\0a\0"), "a\0"),
    "BMPString of half a pair": (tlv(0x1E, b"\0a\xd8\x00"), "a\ufffd"),
    "UniversalString beyond Unicode": (tlv(0x1C, b"\0\0\0a\0\x11\0\0"), "a\ufffd"),
}

# The attributes of distinguished names: X.520, RFC 4524, PKCS #9, Russian ones, EV certificates.
ATTRIBUTES = re.compile(
    r"(2\.5\.4|0\.9\.2342\.19200300\.100\.1|1\.2\.840\.113549\.1\.9|1\.2\.643\.100"
    r"|1\.2\.643\.3\.131\.1|1\.3\.6\.1\.4\.1\.311\.60\.2\.1)\.[0-9]+")


def attributes_known_to(openssl):
    """One certificate with every attribute that `openssl` has a name for."""
    listed = subprocess.run([openssl, "list", "-objects"], check=True, stdout=subprocess.PIPE,
                            text=True, timeout=30).stdout
    kinds = {line.rpartition(" ")[2] for line in listed.splitlines()}
    rdns = [[attribute(kind, utf8(kind))] for kind in sorted(kinds)
            if ATTRIBUTES.fullmatch(kind)]
    return certificate(subject=name(*rdns))


SERIALS = {
    "0": 0, "1": 1, "127": 127, "128": 128, "255": 255, "256": 256, "-1": -1, "-128": -128,
    "-129": -129, "of 20 bytes": 2**159 - 1, "of 20 bytes, small": 2**152, "of 21 bytes": 2**160,
    "of 20 bytes, negative": -2**159, "of 9 bytes, negative": -(2**64 - 1), "of 34 bytes": 3**170,
}

DATES = {
    "UTCTime 1950": (utc_time("500101000000Z"), utc_time("501231235959Z")),
    "UTCTime 1999 and 2000": (utc_time("991231235959Z"), utc_time("000101000000Z")),
    "UTCTime 2049": (utc_time("491231235959Z"), utc_time("491231235959Z")),
    "GeneralizedTime 2050": (utc_time("200229120000Z"), generalized_time("20500101000000Z")),
    "GeneralizedTime 2049": (utc_time("200229120000Z"), generalized_time("20490101000000Z")),
    "the end of time": (utc_time("700101000000Z"), generalized_time("99991231235959Z")),
    "before 1970": (generalized_time("19691231235959Z"), generalized_time("19700101000000Z")),
    "before 1950": (generalized_time("19000228235959Z"), generalized_time("19491231235959Z")),
    "year 1": (generalized_time("00010101000000Z"), generalized_time("00020101000000Z")),
    "a leap day": (generalized_time("20000229000000Z"), generalized_time("24000229000000Z")),
    "2038": (utc_time("380119031407Z"), utc_time("380119031408Z")),
    "after before before": (utc_time("300101000000Z"), utc_time("200101000000Z")),
}


def alternative(*names):
    return certificate(extensions=[extension(SUBJECT_ALT_NAME, sequence(*names))])


def dns(value):
    return context(2, value)


DIRECTORY = name([attribute("2.5.4.6", printable("DE"))],
                 [attribute("2.5.4.10", bmp("Müller")), attribute(COMMON_NAME, t61("Grüße"))])
UPN = "1.3.6.1.4.1.311.20.2.3"


def other(kind, value):
    return context(0, oid(kind), context(0, value, constructed=True), constructed=True)


ALTERNATIVE_NAMES = {
    "dNSName": alternative(dns(b"example.org"), dns(b"*.example.org"), dns(b"xn--bcher-kva.example")),
    "dNSName with a NUL": alternative(dns(b"good.example\0.evil.example"), dns(b"next.example")),
    "dNSName of nothing": alternative(dns(b"")),
    "dNSName in UTF-8": alternative(dns("bücher.example".encode())),
    "rfc822Name": alternative(context(1, b"someone@example.org"), context(1, b"nul@\0example")),
    "uniformResourceIdentifier": alternative(context(6, b"https://example.org/?a=b:c"),
                                             context(6, b"https://good\0evil/")),
    "iPAddress 4": alternative(context(7, bytes([192, 0, 2, 1])), context(7, bytes(4))),
    "iPAddress 6": alternative(context(7, bytes.fromhex("20010db8000000000000000000000001")),
                               context(7, bytes(16)), context(7, b"\xff" * 16)),
    "iPAddress of other sizes": alternative(context(7, b""), context(7, b"123"), context(7, bytes(8))),
    "directoryName": alternative(context(4, DIRECTORY, constructed=True),
                                 context(4, sequence(), constructed=True)),
    "registeredID": alternative(context(8, oid("1.2.3.4.5")[2:]),
                                context(8, oid("2.999.18446744073709551616")[2:])),
    "registeredID with a name": alternative(context(8, oid("1.3.6.1.5.5.7.3.1")[2:]),
                                            context(8, oid(COMMON_NAME)[2:]),
                                            context(8, oid("1.2.840.113549.1.1.1")[2:])),
    "otherName": alternative(other("1.2.3.4", integer(5)), other("1.2.3.4", utf8("text")),
                             other(UPN, utf8("someone@example.org")), other(UPN, ia5("someone"))),
    "otherName of services": alternative(
        other("1.3.6.1.5.5.7.8.7", ia5("_imap.example.org")),
        other("1.3.6.1.5.5.7.8.5", utf8("someone@example.org")),
        other("1.3.6.1.5.5.7.8.8", utf8("@example.org")),
        other("1.3.6.1.5.5.7.8.9", utf8("grüße@example.org"))),
    "x400Address and ediPartyName": alternative(
        context(3, sequence(), constructed=True),
        context(5, context(1, utf8("party"), constructed=True), constructed=True)),
    "one of each": alternative(
        other("1.2.3.4", integer(5)), context(1, b"a@example.org"), dns(b"example.org"),
        context(4, DIRECTORY, constructed=True), context(6, b"urn:example"),
        context(7, bytes([192, 0, 2, 1])), context(8, oid("1.2.3.4.5")[2:])),
    "no name in the list": alternative(),
    "a list cut off": certificate(extensions=[
        extension(SUBJECT_ALT_NAME, sequence(dns(b"example.org"))[:-1])]),
    "not a list": certificate(extensions=[extension(SUBJECT_ALT_NAME, b"\x05\x00")]),
    "a name of a kind that there is not": alternative(dns(b"example.org"), context(9, b"x")),
    "a name in a universal string": alternative(dns(b"example.org"), ia5("example.org")),
    "a directoryName that is none": alternative(context(4, b"\x05\x00", constructed=True)),
    "a registeredID cut off": alternative(context(8, b"\x2a\x86")),
    "an otherName that is none": alternative(context(0, b"\x05\x00", constructed=True)),
    "the extension twice": certificate(extensions=[
        extension(SUBJECT_ALT_NAME, sequence(dns(b"one.example"))),
        extension(SUBJECT_ALT_NAME, sequence(dns(b"two.example")))]),
}

# OpenSSL reads these; they are malformed, and librssl has no names of them.
MALFORMED_ALTERNATIVE_NAMES = {
    "more behind the list": certificate(extensions=[
        extension(SUBJECT_ALT_NAME, sequence(dns(b"example.org")) + b"\x05\x00")]),
    "a constructed dNSName": alternative(context(2, ia5("example.org"), constructed=True)),
}


def access(*descriptions):
    return certificate(extensions=[extension(AUTHORITY_ACCESS, sequence(
        *(sequence(oid(method), location) for method, location in descriptions)))])


def uri(text):
    return context(6, text)


def points(*distribution_points):
    return certificate(extensions=[
        extension(DISTRIBUTION_POINTS, sequence(*distribution_points))])


def full_name(*names):
    return context(0, context(0, *names, constructed=True), constructed=True)


URIS = {
    "OCSP and issuers": access((OCSP, uri(b"http://ocsp.example/1")),
                               (CA_ISSUERS, uri(b"http://ca.example/ca.der")),
                               (OCSP, uri(b"http://ocsp.example/2"))),
    "OCSP by another name": access((OCSP, dns(b"ocsp.example")),
                                   (OCSP, context(4, DIRECTORY, constructed=True)),
                                   (OCSP, uri(b"http://ocsp.example"))),
    "an access method that nobody knows": access(("1.2.3.4", uri(b"http://x.example"))),
    "a URI in UTF-8": access((OCSP, uri("http://bücher.example".encode()))),
    "access cut off": certificate(extensions=[extension(AUTHORITY_ACCESS, b"\x30\x05\x30\x00")]),
    "access twice": certificate(extensions=2 * [extension(AUTHORITY_ACCESS, sequence(
        sequence(oid(OCSP), uri(b"http://ocsp.example"))))]),
    "distribution points": points(
        sequence(full_name(uri(b"http://crl.example/1"), uri(b"http://crl.example/2"))),
        sequence(full_name(context(4, DIRECTORY, constructed=True), uri(b"ldap://crl.example"))),
        sequence(full_name(uri(b"http://crl.example/3")), context(1, b"\x07\x80"))),
    "a distribution point of an issuer only": points(
        sequence(context(2, context(4, DIRECTORY, constructed=True), constructed=True)),
        sequence(full_name(uri(b"http://crl.example/1")))),
    "an empty distribution point": points(sequence()),
    "no distribution point": points(),
    "distribution points cut off": certificate(extensions=[
        extension(DISTRIBUTION_POINTS, b"\x30\x05\x30\x00")]),
    "a CRL's URI in UTF-8": points(sequence(full_name(uri("http://bücher.example".encode())))),
    "all of them": certificate(extensions=[
        extension(AUTHORITY_ACCESS, sequence(sequence(oid(OCSP), uri(b"http://ocsp.example")))),
        extension("1.2.3.4", b"\x05\x00", critical=True),
        extension(DISTRIBUTION_POINTS, sequence(sequence(full_name(uri(b"http://crl.example")))))]),
}

STRUCTURES = {
    "version 1": certificate(version=1),
    "version 2 with unique identifiers": certificate(
        version=2, unique_ids=context(1, b"\x00issuer") + context(2, b"\x00subject")),
    "version 3 without extensions": certificate(),
    "version 1 with extensions": certificate(version=1, extensions=[
        extension(SUBJECT_ALT_NAME, sequence(dns(b"example.org")))]),
    "an extension that says it is not critical": certificate(extensions=[
        sequence(oid("1.2.3.4"), der.boolean(False), der.octet_string(b"x"))]),
}


def everything(openssl):
    """All of the above, by name."""
    certificates = {"every attribute that OpenSSL knows": attributes_known_to(openssl)}
    for title, group in (("subject", SUBJECTS), ("alternative names", ALTERNATIVE_NAMES),
                         ("URIs", URIS), ("structure", STRUCTURES)):
        certificates.update({f"{title}: {case}": made for case, made in group.items()})
    for case, number in SERIALS.items():
        certificates[f"serial {case}"] = certificate(serial=integer(number))
    for case, (before, after) in DATES.items():
        certificates[f"dates: {case}"] = certificate(not_before=before, not_after=after)
    return certificates


# The options of `openssl genpkey`.
KEYS = {
    "RSA 1024": "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
    "RSA 2048": "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
    "RSA 3071": "-algorithm RSA -pkeyopt rsa_keygen_bits:3071",
    "RSA-PSS": "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
    "P-224": "-algorithm EC -pkeyopt ec_paramgen_curve:P-224",
    "P-256": "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    "P-384": "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
    "P-521": "-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
    "secp256k1": "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
    "brainpoolP384r1": "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP384r1",
    "Ed25519": "-algorithm ED25519",
    "Ed448": "-algorithm ED448",
    "DSA": "-paramfile",
}


def with_key(openssl, options):
    """A self-signed certificate, PEM, of a new key."""
    with tempfile.TemporaryDirectory() as made:
        key, parameters = f"{made}/key.pem", f"{made}/parameters.pem"

        def run(*arguments):
            return subprocess.run([openssl, *arguments], check=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=120).stdout.decode()

        if options == "-paramfile":
            run("genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024",
                "-out", parameters)
            options = f"-paramfile {parameters}"
        run("genpkey", *options.split(), "-out", key)
        return run("req", "-x509", "-new", "-key", key, "-subj", "/CN=key", "-days", "30")
