"""The socket as a stream, over a stream: reads, writes, polling, ends, and what the stream raises."""

import gc
import io
import socket
import unittest
import ssl

from pipes import End, certificate, connect, contexts, pair

POLL = 3
RD = 1
WR = 4
NVAL = 32


class Connection(unittest.TestCase):
    def setUp(self):
        client, server = contexts()
        self.ours, self.theirs = pair()
        self.client = client.wrap_socket(
            self.ours, do_handshake_on_connect=False, server_hostname="localhost"
        )
        self.server = server.wrap_socket(
            self.theirs, server_side=True, do_handshake_on_connect=False
        )


class Connected(Connection):
    def setUp(self):
        super().setUp()
        connect(self.client, self.server)


class Reading(Connected):
    def test_asks_for_no_more_than_the_record(self):
        self.server.write(b"x" * 100)
        self.server.write(b"y" * 100)
        del self.ours.asked[:]
        self.assertEqual(self.client.read(100), b"x" * 100)
        body = self.ours.asked[1]
        self.assertEqual(self.ours.asked, [5, body])
        self.assertTrue(len(self.ours.received) == 5 + body)

    def test_in_parts(self):
        self.server.write(b"one\ntwo\nthree")
        self.assertEqual(self.client.readline(), b"one\n")
        buffer = bytearray(2)
        self.assertEqual(self.client.readinto(buffer), 2)
        self.assertEqual(buffer, b"tw")
        self.assertEqual(self.client.readline(), b"o\n")
        self.assertEqual(self.client.read(100), b"three")
        self.assertIsNone(self.client.read(100))

    def test_of_nothing(self):
        self.assertEqual(self.client.read(0), b"")

    def test_a_record_cut_by_the_stream(self):
        self.server.write(b"whole")
        rest = self.ours.received[7:]
        self.ours.received = self.ours.received[:7]
        self.assertIsNone(self.client.read(5))
        self.ours.received = rest
        self.assertEqual(self.client.read(5), b"whole")

    def test_a_damaged_record(self):
        self.server.write(b"whole")
        self.ours.received = self.ours.received[:-1] + bytes([self.ours.received[-1] ^ 1])
        with self.assertRaises(OSError):
            self.client.read(5)
        with self.assertRaises(OSError):
            self.client.write(b"more")


class Writing(Connected):
    def test_counts_when_the_record_is_out(self):
        self.ours.room = 3
        self.assertIsNone(self.client.write(b"message"))
        self.ours.room = 3
        self.assertIsNone(self.client.write(b"message"))
        self.ours.room = None
        self.assertEqual(self.client.write(b"message"), 7)
        self.assertEqual(self.server.read(100), b"message")

    def test_the_repeated_call_may_have_more(self):
        self.ours.room = 3
        self.assertIsNone(self.client.write(b"message"))
        self.ours.room = None
        self.assertEqual(self.client.write(b"message and more"), 16)
        self.assertEqual(self.server.read(100), b"message and more")

    def test_the_repeated_call_must_not_have_less(self):
        self.ours.room = 3
        self.assertIsNone(self.client.write(b"message"))
        with self.assertRaises(OSError) as raised:
            self.client.write(b"mess")
        self.assertEqual(raised.exception.errno, 22)

    def test_reading_goes_on_meanwhile(self):
        self.ours.room = 3
        self.assertIsNone(self.client.write(b"message"))
        self.server.write(b"answer")
        self.assertEqual(self.client.read(6), b"answer")

    def test_much(self):
        data = bytes(range(256)) * 400  # Beyond what is sealed at a time; the heap is small.
        sent = received = 0
        while received < len(data):
            if sent < len(data):
                sent += self.client.write(memoryview(data)[sent:]) or 0
            part = self.server.read(len(data))
            self.assertEqual(part, data[received : received + len(part)])
            received += len(part)


class Polling(Connected):
    def test_readable_when_data_waits_inside(self):
        self.server.write(b"foobar")
        self.assertEqual(self.client.read(3), b"foo")
        self.ours.polled = None
        self.assertEqual(self.ioctl(self.client, RD), RD)
        self.assertIsNone(self.ours.polled)
        self.assertEqual(self.client.read(3), b"bar")
        self.assertEqual(self.ioctl(self.client, RD), 0)

    def test_writable_as_the_stream_is(self):
        self.assertEqual(self.ioctl(self.client, RD | WR), WR)
        self.ours.room = 0
        self.assertEqual(self.ioctl(self.client, RD | WR), 0)

    def test_invalid_once_closed(self):
        self.client.close()
        self.assertEqual(self.ioctl(self.client, RD), NVAL)

    def test_invalid_once_failed(self):
        self.theirs.write(b"fooba")
        with self.assertRaises(OSError):
            self.client.read(1)
        self.assertEqual(self.ioctl(self.client, RD), NVAL)

    def ioctl(self, socket, asked):
        return socket.ioctl(POLL, asked) if hasattr(socket, "ioctl") else poll(socket, asked)


def poll(socket, asked):
    import select

    poller = select.poll()
    poller.register(socket, asked)
    ready = poller.poll(0)
    return ready[0][1] if ready else 0


class PollingInTheHandshake(Connection):
    def test_for_what_the_handshake_needs(self):
        self.ours.room = 0
        self.assertIsNone(self.client.read(1))
        self.assertEqual(poll(self.client, RD), 0)
        self.assertEqual(self.ours.polled, WR)
        self.ours.room = None
        self.assertEqual(poll(self.client, RD), RD)
        self.assertIsNone(self.client.write(b"x"))
        self.assertEqual(poll(self.client, WR), 0)
        self.assertEqual(self.ours.polled, RD)
        self.assertIsNone(self.server.read(1))
        self.assertEqual(poll(self.client, WR), WR)


class Asked(unittest.TestCase):
    def test_in_vain_a_write_waits_for_its_verdict(self):
        client, server = contexts()
        server.load_verify_locations(cafile=certificate("ca.pem"))
        server.verify_mode = ssl.CERT_REQUIRED
        ours, theirs = pair()
        ours = client.wrap_socket(ours, do_handshake_on_connect=False, server_hostname="localhost")
        theirs = server.wrap_socket(theirs, server_side=True, do_handshake_on_connect=False)
        ours.setblocking(False)
        self.assertIsNone(ours.write(b"ping"))
        self.assertIsNone(theirs.read(4))
        self.assertIsNone(ours.write(b"ping"))
        self.assertEqual(poll(ours, WR), 0)
        self.assertRaises(OSError, theirs.read, 4)
        self.assertEqual(poll(ours, WR), WR)
        with self.assertRaises(OSError) as raised:
            ours.write(b"ping")
        self.assertIn("FATAL_ALERT_MESSAGE", str(raised.exception))


class Ending(Connected):
    def test_close_says_so(self):
        self.server.write(b"last")
        self.server.close()
        self.assertTrue(self.theirs.closed)
        self.theirs.closed = False
        self.assertEqual(self.client.read(4), b"last")
        self.assertEqual(self.client.read(4), b"")

    def test_a_truncated_stream_is_at_its_end(self):
        self.theirs.closed = True
        self.assertEqual(self.client.read(4), b"")
        self.assertEqual(self.client.read(4), b"")

    def test_closed_twice_and_used_afterwards(self):
        self.client.close()
        self.client.close()
        for call in (self.client.read, self.client.write):
            with self.assertRaises(OSError) as raised:
                call(b"x" if call == self.client.write else 1)
            self.assertEqual(raised.exception.errno, 9)
        self.assertIsNone(self.client.cipher())
        self.assertIsNone(self.client.version())
        self.assertIsNone(self.client.getpeercert(True))
        self.assertIsNone(self.client.selected_alpn_protocol())
        self.assertRaises(OSError, self.client.setblocking, True)

    def test_closed_from_within_a_read(self):
        def close_and_go_on(buf):
            self.client.close()
            return None

        self.ours.readinto = close_and_go_on
        try:
            self.client.read(1)
        except OSError:
            pass
        gc.collect()
        self.assertRaises(OSError, self.client.read, 1)


class Oops(Exception):
    pass


class EndingUnread(Connection):
    """A client that only writes: its server's tickets wait in the stream."""

    def setUp(self):
        super().setUp()
        self.assertIsNone(self.client.write(b"ping"))
        self.assertIsNone(self.server.read(4))
        self.assertEqual(self.client.write(b"ping"), 4)
        self.assertEqual(self.server.read(4), b"ping")
        self.assertTrue(self.ours.received)

    def test_close_takes_in_the_tickets(self):
        self.client.close()
        self.assertEqual(self.ours.received, b"")

    def test_close_leaves_data(self):
        self.server.write(b"one")
        self.server.write(b"two")
        self.client.close()
        self.assertTrue(self.ours.received)

    def test_close_takes_in_so_much(self):
        del self.ours.asked[:]
        self.ours.readinto = self.one_byte
        self.client.close()
        self.assertEqual(len(self.ours.asked), 32)

    def one_byte(self, buf):
        return End.readinto(self.ours, memoryview(buf)[:1])

    def test_close_reads_only_what_is_there(self):
        self.ours.received = b""
        del self.ours.asked[:]
        self.client.close()
        self.assertEqual(self.ours.asked, [])

    def test_close_hides_a_fault_but_no_interrupt(self):
        for fault in (Oops, KeyboardInterrupt):
            self.setUp()
            self.ours.readinto = lambda buf: self.fail_with(fault)
            raised = None
            try:
                self.client.close()
            except KeyboardInterrupt as interrupt:
                raised = interrupt
            self.assertEqual(type(raised), type(None) if fault == Oops else KeyboardInterrupt)
            self.assertTrue(self.ours.closed)

    def fail_with(self, fault):
        raise fault


class Raising(Connected):
    def oops(self, *args):
        raise Oops("a fault of the stream")

    def test_from_read_surfaces_and_the_connection_goes_on(self):
        self.ours.readinto = self.oops
        with self.assertRaises(Oops):
            self.client.read(4)
        del self.ours.readinto
        self.server.write(b"pong")
        self.assertEqual(self.client.read(4), b"pong")

    def test_from_write(self):
        self.ours.write = self.oops
        with self.assertRaises(Oops):
            self.client.write(b"ping")
        del self.ours.write
        self.assertEqual(self.client.write(b"pong!"), 5)
        self.assertEqual(self.server.read(100), b"pingpong!")

    def test_a_timeout_of_a_write(self):
        self.ours.write = lambda buf: -110
        with self.assertRaises(OSError) as raised:
            self.client.write(b"ping")
        self.assertEqual(raised.exception.errno, 110)
        del self.ours.write
        self.assertEqual(self.client.write(b"pong!"), 5)
        self.assertEqual(self.server.read(100), b"pingpong!")

    def test_from_close(self):
        self.ours.write = self.oops
        with self.assertRaises(Oops):
            self.client.close()
        self.assertTrue(self.ours.closed)

    def test_in_the_handshake_of_wrap_socket(self):
        for name in ("readinto", "write"):
            ours, _ = pair()
            setattr(ours, name, self.oops)
            context = contexts()[0]
            with self.assertRaises(Oops):
                context.wrap_socket(ours, server_hostname="localhost")
            self.assertTrue(not ours.closed)

    def test_KeyboardInterrupt(self):
        def interrupted(buf):
            raise KeyboardInterrupt

        self.ours.readinto = interrupted
        with self.assertRaises(KeyboardInterrupt):
            self.client.read(4)

    def test_an_error_number_of_the_stream(self):
        self.ours.readinto = lambda buf: -104
        with self.assertRaises(OSError) as raised:
            self.client.read(4)
        self.assertEqual(raised.exception.errno, 104)

    def test_a_timeout_and_the_connection_goes_on(self):
        self.ours.readinto = lambda buf: -110
        with self.assertRaises(OSError) as raised:
            self.client.read(4)
        self.assertEqual(raised.exception.errno, 110)
        del self.ours.readinto
        self.server.write(b"pong")
        self.assertEqual(self.client.read(4), b"pong")

    def test_more_than_was_asked_for(self):
        self.ours.readinto = lambda buf: len(buf) + 1
        self.assertRaises(OSError, self.client.read, 4)


class Derived(unittest.TestCase):
    """Streams of classes derived from native ones."""

    def handshake(self, stream):
        context, _ = contexts()
        with self.assertRaises(OSError) as raised:
            context.wrap_socket(stream, server_hostname="localhost")
        return raised.exception.errno

    def test_a_socket(self):
        class Socket(socket.socket):
            pass

        self.assertEqual(self.handshake(Socket()), 32)  # EPIPE: it is not connected

    def test_bytes(self):
        class Bytes(io.BytesIO):
            pass

        self.assertEqual(self.handshake(Bytes()), -0x7280)

    def test_one_that_was_not_made(self):
        class Unmade(io.BytesIO):
            def __init__(self):
                pass

        self.handshake(Unmade())

    def test_one_of_a_class_of_Python(self):
        class Derived(End):
            pass

        stream = Derived()
        stream.other = End()
        stream.other.closed = True
        self.assertEqual(self.handshake(stream), -0x7280)
        self.assertTrue(stream.other.received)


class RaisingInTheHandshake(Connection):
    def test_at_any_call_of_the_stream(self):
        for fatal in (Oops, KeyboardInterrupt):
            raised = -1
            while self.handshake_with_a_fault(raised + 1, fatal):
                raised += 1
            self.assertTrue(raised > 3)

    def handshake_with_a_fault(self, place, fault):
        """Whether the stream was called so often; it raises once, and the handshake is done."""
        self.setUp()
        left = [place]

        def faulty(method):
            def call(buf):
                left[0] -= 1
                if left[0] == -1:
                    raise fault
                return method(buf)

            return call

        self.ours.readinto = faulty(self.ours.readinto)
        self.ours.write = faulty(self.ours.write)
        surfaced = False
        for _ in range(20):
            try:
                self.assertIsNone(self.client.read(1))
            except fault:
                surfaced = True
            self.assertIsNone(self.server.read(1))
        self.assertEqual(surfaced, left[0] < 0)
        self.assertEqual(self.client.version(), "TLSv1.3")
        return surfaced


class Callback(unittest.TestCase):
    def connected(self, callback, ca="ca.pem"):
        client, server = contexts()
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.load_verify_locations(cafile=certificate(ca))
        client.verify_callback = callback
        ours, theirs = pair()
        ours = client.wrap_socket(ours, do_handshake_on_connect=False, server_hostname="localhost")
        theirs = server.wrap_socket(theirs, server_side=True, do_handshake_on_connect=False)
        connect(ours, theirs)
        return ours

    def test_sees_the_path_from_the_authority_to_the_leaf(self):
        seen = []

        def remember(cert, depth):
            seen.append((bytes(cert), depth))
            return 0

        socket = self.connected(remember)
        gc.collect()
        self.assertEqual([depth for _, depth in seen], [2, 1, 0])
        self.assertEqual(seen[2][0], socket.getpeercert(True))

    def test_refuses(self):
        with self.assertRaises(OSError) as raised:
            self.connected(lambda cert, depth: 1)
        self.assertEqual(raised.exception.args[1], "MBEDTLS_ERR_ERROR_GENERIC_ERROR")

    def test_cannot_accept_what_is_bad(self):
        with self.assertRaises(OSError) as raised:
            self.connected(lambda cert, depth: 0, "other-ca.pem")
        self.assertEqual(raised.exception.errno, -0x2700)

    def test_raises(self):
        def fail(cert, depth):
            raise Oops

        with self.assertRaises(Oops):
            self.connected(fail)

    def test_of_the_wrong_type(self):
        with self.assertRaises(TypeError):
            self.connected(lambda cert, depth: "no")


if __name__ == "__main__":
    unittest.main()
