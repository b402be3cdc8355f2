"""DER: enough to write certificates that no tool would make."""

import base64
import textwrap


def tlv(tag, *parts):
    contents = b"".join(parts)
    length = len(contents)
    if length < 0x80:
        return bytes([tag, length]) + contents
    count = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | count]) + length.to_bytes(count, "big") + contents


def first(elements):
    """The first of the elements, and the bytes behind it."""
    start, length = 2, elements[1]
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(elements[2:start], "big")
    return elements[:start + length], elements[start + length:]


def contents(element):
    """What is inside of one element."""
    start = 2 + (element[1] & 0x7F if element[1] & 0x80 else 0)
    return element[start:]


def sequence(*parts):
    return tlv(0x30, *parts)


def set_of(*parts):
    return tlv(0x31, *parts)


def integer(number):
    bits = (number if number >= 0 else ~number).bit_length()
    return tlv(0x02, number.to_bytes(bits // 8 + 1, "big", signed=True))


def boolean(value):
    return tlv(0x01, b"\xff" if value else b"\x00")


def oid(dotted):
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(0x06, *(_base_128(arc) for arc in (first * 40 + second, *rest)))


def _base_128(arc):
    septets = [arc & 0x7F]
    while arc := arc >> 7:
        septets.insert(0, arc & 0x7F | 0x80)
    return bytes(septets)


def bit_string(contents):
    return tlv(0x03, b"\x00", contents)


def octet_string(contents):
    return tlv(0x04, contents)


def utf8(text):
    return tlv(0x0C, text.encode())


def printable(text):
    return tlv(0x13, text.encode("latin-1"))


def t61(text):
    return tlv(0x14, text.encode("latin-1"))


def ia5(text):
    return tlv(0x16, text.encode("latin-1"))


def utc_time(text):
    return tlv(0x17, text.encode())


def generalized_time(text):
    return tlv(0x18, text.encode())


def visible(text):
    return tlv(0x1A, text.encode("latin-1"))


def universal(text):
    return tlv(0x1C, text.encode("utf-32-be"))


def bmp(text):
    return tlv(0x1E, text.encode("utf-16-be"))


def context(number, *parts, constructed=False):
    return tlv((0xA0 if constructed else 0x80) | number, *parts)


def attribute(kind, value):
    return sequence(oid(kind), value)


def name(*rdns):
    """A Name of sets; each is a list of attributes."""
    return sequence(*(set_of(*rdn) for rdn in rdns))


def extension(kind, value, critical=False):
    return sequence(oid(kind), boolean(True) if critical else b"", octet_string(value))


COMMON_NAME = "2.5.4.3"
ECDSA_WITH_SHA256 = sequence(oid("1.2.840.10045.4.3.2"))
SOMEBODY = name([attribute(COMMON_NAME, utf8("somebody"))])
# A point of P-256; OpenSSL looks whether it is on the curve. It belongs to nobody.
P256_KEY = sequence(
    sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")),
    bit_string(bytes.fromhex(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")))


def certificate(*, version=3, serial=integer(1), issuer=SOMEBODY, subject=SOMEBODY,
                not_before=utc_time("200102030405Z"), not_after=utc_time("491231235959Z"),
                key=P256_KEY, unique_ids=b"", extensions=None, algorithm=ECDSA_WITH_SHA256):
    """One certificate; its signature is nobody's."""
    number = b"" if version == 1 else context(0, integer(version - 1), constructed=True)
    listed = b""
    if extensions is not None:
        listed = context(3, sequence(*extensions), constructed=True)
    body = sequence(number, serial, algorithm, issuer, sequence(not_before, not_after), subject,
                    key, unique_ids, listed)
    return sequence(body, algorithm, bit_string(sequence(integer(1), integer(1))))


def pem(certificate_der):
    lines = textwrap.wrap(base64.b64encode(certificate_der).decode(), 64)
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
