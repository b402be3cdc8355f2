# bench.py CERTFILE KEYFILE CAFILE NAME: handshakes a second, and MB/s of writes and reads of 16 KiB,
# by the processor's time, client and server in one process over a stream in memory, for the `tls`
# module of the MicroPython that runs it: on librssl, or stock on mbedTLS, whose unix build reads
# DER files only.

import io
import sys
import time
import tls


class End(io.IOBase):
    """Keeps what the other end wrote, without copying it twice."""

    def __init__(self):
        self.parts = []
        self.offset = 0

    def readinto(self, buf):
        if not self.parts:
            return None
        part = self.parts[0]
        n = min(len(buf), len(part) - self.offset)
        buf[:n] = part[self.offset : self.offset + n]
        self.offset += n
        if self.offset == len(part):
            self.parts.pop(0)
            self.offset = 0
        return n

    def write(self, buf):
        self.other.parts.append(memoryview(bytes(buf)))
        return len(buf)

    def ioctl(self, request, arg):
        return 0


def pair(client, server, name):
    ours, theirs = End(), End()
    ours.other, theirs.other = theirs, ours
    ours = client.wrap_socket(ours, do_handshake_on_connect=False, server_hostname=name)
    theirs = server.wrap_socket(theirs, server_side=True, do_handshake_on_connect=False)
    data = b"x"
    while ours.write(data) is None:
        theirs.read(1)
    while theirs.read(1) is None:
        ours.read(1)
    return ours, theirs


def contents(name):
    with open(name, "rb") as file:
        return file.read()


def contexts(certfile, keyfile, cafile):
    client = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(contents(cafile))
    server = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(contents(certfile), contents(keyfile))
    return client, server


def handshakes(files, name, seconds):
    """Full ones: a context of its own for each, made before the clock runs."""
    spent = count = 0
    while spent < seconds:
        client, server = contexts(*files)
        start = time.clock()
        ours, theirs = pair(client, server, name)
        spent += time.clock() - start
        count += 1
        ours.close()
        theirs.close()
    return count / spent


def bulk(files, name, seconds):
    ours, theirs = pair(*contexts(*files), name)
    data = bytes(16384)
    buffer = bytearray(16384)
    writing = reading = count = 0
    while writing + reading < seconds:
        start = time.clock()
        ours.write(data)
        writing += time.clock() - start
        start = time.clock()
        theirs.readinto(buffer)
        reading += time.clock() - start
        count += 1
    assert buffer == data
    return count * 16384 / writing / 1e6, count * 16384 / reading / 1e6, ours.cipher()


def main(certfile, keyfile, cafile, name):
    files = (certfile, keyfile, cafile)
    library = getattr(tls, "MBEDTLS_VERSION", None) or tls.OPENSSL_VERSION
    for _ in range(3):
        rate = handshakes(files, name, 2)
        write, read, cipher = bulk(files, name, 2)
        print("%s %s: %.0f handshakes/s, " % (library, cipher, rate), end="")
        print("%.1f MB/s written, %.1f MB/s read" % (write, read))


if __name__ == "__main__":
    main(*sys.argv[1:])
