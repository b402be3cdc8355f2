"""tshark decrypts captured connections with librssl's key log.

A relay captures: capturing on the loopback itself takes rights that a test may not have.
"""

import socket
import struct
import subprocess
import threading
import unittest

from programs import TIMEOUT, program, temporary_directory
from rssl_peer import VERSIONS, RsslCase, tls

CLIENT_PORT, SERVER_PORT = 40000, 443
RAW_IP = 101  # the link type of a capture without link headers


class Relay:
    """Passes one connection on to a port and keeps what went which way."""

    def __init__(self, port):
        self.target = ("127.0.0.1", port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.parts = []
        self.threads = [threading.Thread(target=self.run, daemon=True)]
        self.threads[0].start()

    def run(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(self.target)
        back = threading.Thread(target=self.copy, args=(server, client, False), daemon=True)
        self.threads.append(back)
        back.start()
        self.copy(client, server, True)

    def copy(self, source, sink, from_client):
        while part := source.recv(65536):
            self.parts.append((from_client, part))
            sink.sendall(part)
        sink.shutdown(socket.SHUT_WR)

    def finish(self):
        for thread in self.threads:
            thread.join(TIMEOUT)
        self.listener.close()
        return self.parts


def segments(parts):
    """The parts as TCP segments that IPv4 carries."""
    sequence = {True: 1, False: 1}
    for from_client, part in parts:
        ports = (CLIENT_PORT, SERVER_PORT) if from_client else (SERVER_PORT, CLIENT_PORT)
        hosts = (b"\x0a\0\0\1", b"\x0a\0\0\2") if from_client else (b"\x0a\0\0\2", b"\x0a\0\0\1")
        for at in range(0, len(part), 1400):
            data = part[at : at + 1400]
            numbers = (sequence[from_client], sequence[not from_client])
            header = struct.pack("!HHIIBBHHH", *ports, *numbers, 5 << 4, 0x18, 65535, 0, 0)
            length = 20 + len(header) + len(data)
            ip = struct.pack("!BBHHHBBH", 0x45, 0, length, 0, 0, 64, socket.IPPROTO_TCP, 0)
            sequence[from_client] += len(data)
            yield ip + hosts[0] + hosts[1] + header + data


def write_capture(path, parts):
    with open(path, "wb") as capture:
        capture.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP))
        for number, packet in enumerate(segments(parts)):
            length = len(packet)
            capture.write(struct.pack("=IIII", 1, number, length, length) + packet)


def decrypt(capture, key_log):
    """The plaintext of both directions as tshark shows it."""
    command = [program("tshark"), "-n", "-r", capture, "-o", f"tls.keylog_file:{key_log}"]
    command += ["-q", "-z", "follow,tls,raw,0"]
    shown = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True, timeout=TIMEOUT
    )
    lines = shown.stdout.decode().splitlines()
    lines = [line for line in lines if line and set(line.strip()) <= set("0123456789abcdef")]
    answers = "".join(line.strip() for line in lines if line.startswith("\t"))
    questions = "".join(line for line in lines if not line.startswith("\t"))
    return bytes.fromhex(questions), bytes.fromhex(answers)


class KeyLog(RsslCase):
    def decrypts(self, version, side):
        key_log = temporary_directory() / "keys"
        capture = key_log.with_name("capture")
        options = {side: ["--key-log", key_log]}
        server = self.rssl_server("--echo", *options.get("server", ()))
        relay = Relay(server.port)
        client = self.rssl_client(relay.port, *tls(version), *options.get("client", ()))
        secret = f"a secret over TLS {version}\n".encode() * 1000
        client.write(secret)
        client.output.take(len(secret))
        client.finish()
        self.ended_well(server, version=f"TLSv{version}")
        write_capture(capture, relay.finish())
        self.assertEqual(decrypt(capture, key_log), (secret, secret))
        key_log.write_text("")
        self.assertEqual(decrypt(capture, key_log), (b"", b""))

    def test_of_a_client(self):
        for version in VERSIONS:
            with self.subTest(version):
                self.decrypts(version, "client")

    def test_of_a_server(self):
        for version in VERSIONS:
            with self.subTest(version):
                self.decrypts(version, "server")


if __name__ == "__main__":
    unittest.main()
