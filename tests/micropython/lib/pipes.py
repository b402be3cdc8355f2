"""Two ends of a stream in memory that does not block, and TLS between them."""

import io
import os
import ssl

_POLL = 3
_CLOSE = 4
_RD = 1
_WR = 4

CERTS = os.getenv("RSSL_CERTS")


def certificate(name):
    return CERTS + "/" + name


def contents(name):
    with open(certificate(name), "rb") as file:
        return file.read()


def contexts():
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(cafile=certificate("ca.pem"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate("rsa-server.pem"), certificate("rsa-server.key"))
    return client, server


class End(io.IOBase):
    """One end. `room` is how many bytes more it takes; None: any number."""

    def __init__(self):
        self.other = None
        self.received = b""
        self.room = None
        self.closed = False
        self.asked = []  # the sizes of the reads
        self.polled = None

    def readinto(self, buf):
        self.asked.append(len(buf))
        if not self.received:
            return 0 if self.other.closed else None
        n = min(len(buf), len(self.received))
        buf[:n] = self.received[:n]
        self.received = self.received[n:]
        return n

    def write(self, buf):
        n = len(buf) if self.room is None else min(len(buf), self.room)
        if n == 0:
            return None
        if self.room is not None:
            self.room -= n
        self.other.received += bytes(buf[:n])
        return n

    def ioctl(self, request, arg):
        if request == _CLOSE:
            self.closed = True
            return 0
        if request == _POLL:
            self.polled = arg
            ready = 0
            if arg & _RD and (self.received or self.other.closed):
                ready |= _RD
            if arg & _WR and self.room != 0:
                ready |= _WR
            return ready
        return -22

    def setblocking(self, flag):
        pass


def pair():
    one, other = End(), End()
    one.other, other.other = other, one
    return one, other


def connect(client, server):
    """Shakes hands: reads on both sides until neither gets further. Data is not expected."""
    for _ in range(10):
        for side in (client, server):
            data = side.read(1)
            assert data is None, data
