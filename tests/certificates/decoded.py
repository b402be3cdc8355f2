"""What `ssl._ssl._test_decode_cert` gives, built from the accessors of librssl."""

import datetime
import ipaddress

import accessors
import der

EPOCH = datetime.datetime(1970, 1, 1)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
SUBJECT_ALT_NAME = "2.5.29.17"
TEXTUAL = {accessors.DNS: "DNS", accessors.EMAIL: "email", accessors.URI: "URI",
           accessors.RID: "Registered ID"}
# The otherNames that OpenSSL shows.
SERVICES = [
    ("1.3.6.1.4.1.311.20.2.3", "UPN", 0x0C),
    ("1.3.6.1.5.5.7.8.5", "XmppAddr", 0x0C),
    ("1.3.6.1.5.5.7.8.7", "SRVName", 0x16),
    ("1.3.6.1.5.5.7.8.8", "NAIRealm", 0x0C),
    ("1.3.6.1.5.5.7.8.9", "SmtpUTF8Mailbox", 0x0C),
]
# GeneralNames of which OpenSSL tells the kind only.
UNSUPPORTED = {0xA3: "X400Name", 0xA5: "EdiPartyName"}


def decode(certificate):
    """The dict of CPython's decoder."""
    fields = {
        "subject": name(certificate, accessors.SUBJECT),
        "issuer": name(certificate, accessors.ISSUER),
        "version": certificate.version(),
        "serialNumber": serial_number(certificate.serial()),
        "notBefore": date(certificate.not_before()),
        "notAfter": date(certificate.not_after()),
    }
    names = alternative_names(certificate)
    if names is not None:
        fields["subjectAltName"] = names
    for key, which in (("OCSP", accessors.OCSP), ("caIssuers", accessors.CA_ISSUERS),
                       ("crlDistributionPoints", accessors.CRL)):
        uris = certificate.uris(which)
        if uris:
            fields[key] = tuple(uris)
    return fields


def name(certificate, which):
    rdns = {}
    for rdn, key, value in certificate.name(which):
        rdns.setdefault(rdn, []).append((key, value))
    return tuple(tuple(attributes) for attributes in rdns.values())


def serial_number(contents):
    number = int.from_bytes(contents, "big", signed=True)
    digits = f"{abs(number):X}"
    return ("-" if number < 0 else "") + digits.zfill(len(digits) + len(digits) % 2)


def date(seconds):
    time = EPOCH + datetime.timedelta(seconds=seconds)
    return f"{MONTHS[time.month - 1]} {time.day:2} {time:%H:%M:%S} {time.year} GMT"


def alternative_names(certificate):
    names = tuple(alternative_name(*name) for name in certificate.alternative_names())
    if names:
        return names
    # A list that is empty is one; a malformed one is none.
    there = certificate.extension(SUBJECT_ALT_NAME)
    return () if there and there[0] == der.sequence() else None


def alternative_name(kind, value):
    if kind in TEXTUAL:
        return TEXTUAL[kind], value.decode()
    if kind == accessors.IP:
        return "IP Address", address(value)
    if kind == accessors.DIRNAME:
        # The attributes of a name: those of a certificate that has it as its subject.
        bearer = accessors.Certificate(der.certificate(subject=value))
        return "DirName", name(bearer, accessors.SUBJECT)
    if value[0] == 0x87:
        return "IP Address", "<invalid>"
    if value[0] == 0xA0:
        return "othername", other_name(value)
    return UNSUPPORTED[value[0]], "<unsupported>"


def other_name(value):
    (kind, rest) = der.first(der.contents(value))
    string = der.contents(rest)
    for oid, label, tag in SERVICES:
        if kind == der.oid(oid) and string[0] == tag:
            return f"{label}:{der.contents(string).decode()}"
    return "<unsupported>"


def address(value):
    if len(value) == 4:
        return str(ipaddress.IPv4Address(value))
    groups = (int.from_bytes(value[i:i + 2], "big") for i in range(0, 16, 2))
    return ":".join(f"{group:X}" for group in groups)
