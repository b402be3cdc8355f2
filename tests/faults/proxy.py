"""A proxy on loopback that carries one connection, with one fault in one direction of it."""

import select
import socket
import struct
import time

# These strike the byte at the offset; the others strike when that many bytes have passed.
BYTE_FAULTS = {
    "flip": lambda byte: bytes([byte[0] ^ 0x20]),
    "drop": lambda byte: b"",
    "duplicate": lambda byte: byte * 2,
}
END_FAULTS = ("cut", "reset", "half-close")

# Both ends may wait for ever for a byte that was lost. After a fault, silence of so many seconds
# ends both streams, as time limits of programs and of routers do.
SILENCE = 0.4


class Half:
    """One direction. `source_open`: more may come; `sink_open`: it is passed on. What comes when
    it is not is read all the same: closing a socket with bytes unread would be a reset."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.source_open = self.sink_open = True
        self.passed = 0

    def receive(self, most):
        try:
            data = self.source.recv(most)
        except OSError:
            data = b""
        if not data:
            self.source_open = False
            self.end()
        return data

    def send(self, data):
        self.passed += len(data)
        try:
            if self.sink_open:
                self.sink.sendall(data)
        except OSError:
            self.sink_open = False  # the receiver is gone

    def end(self):
        if self.sink_open:
            self.sink_open = False
            try:
                self.sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the receiver is gone


class Proxy:
    """Waits for a client on `port`, connects it to the server and carries bytes until both ends
    are through. `to` is "client" or "server": who receives what the fault changed. `chop` is the
    most bytes that move at a time."""

    def __init__(self, server_port, fault=None, to="client", offset=0, chop=65536):
        self.server_port = server_port
        self.fault, self.to, self.offset, self.chop = fault, to, offset, chop
        self.struck = self.is_reset = False
        self.passed = {}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self, seconds):
        """Carries one connection. False if it did not end in that time."""
        deadline = time.monotonic() + seconds
        self.listener.settimeout(seconds)
        with self.listener, self.listener.accept()[0] as client, \
                socket.create_connection(("127.0.0.1", self.server_port), seconds) as server:
            for end in (client, server):
                end.settimeout(seconds)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            halves = {"server": Half(client, server), "client": Half(server, client)}
            in_time = self.carry(halves, deadline)
            self.passed = {to: half.passed for to, half in halves.items()}
            if self.is_reset:
                for end in (client, server):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return in_time

    def carry(self, halves, deadline):
        silent = False
        self.strike_ends(halves)
        while not self.is_reset:
            sources = {half.source: half for half in halves.values() if half.source_open}
            if not sources:
                return True
            ready, _, _ = select.select(sources, [], [], SILENCE if self.struck else 1)
            for source in ready:
                half = sources[source]
                data = half.receive(self.chop)
                if half is halves[self.to] and self.fault in BYTE_FAULTS:
                    data = self.strike_byte(half, data)
                elif half is halves[self.to] and self.fault and not self.struck:
                    data = data[:self.offset - half.passed]
                half.send(data)
                self.strike_ends(halves)
            if time.monotonic() > deadline:
                return False
            if not ready and silent:
                return True
            silent = self.struck and not ready
            if silent:
                for half in halves.values():
                    half.end()
        return True

    def strike_byte(self, half, data):
        at = self.offset - half.passed
        if self.struck or not 0 <= at < len(data):
            return data
        self.struck = True
        return data[:at] + BYTE_FAULTS[self.fault](data[at:at + 1]) + data[at + 1:]

    def strike_ends(self, halves):
        """Cuts, resets or closes when the offset is reached."""
        if self.struck or self.fault not in END_FAULTS or halves[self.to].passed < self.offset:
            return
        self.struck = True
        self.is_reset = self.fault == "reset"
        if self.fault == "cut":
            for half in halves.values():
                half.end()
        elif self.fault == "half-close":
            halves[self.to].end()
