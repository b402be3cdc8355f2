"""Every method of the documented table of SSLSocket does what it says."""

import os
import select
import socket
import tempfile
import threading
import unittest
import warnings

import rssl as ssl
from ends import TIMEOUT, certificate, certificates, pair, serving


def client_context(**options):
    return ssl.create_default_context(cafile=certificate("ca.pem"), **options)


def server_context(identity="server"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair(identity))
    return context


class Ends:
    """A connected pair, both ends of it rssl's."""

    def __init__(self, client=None, server=None):
        client, server = client or client_context(), server or server_context()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            plain = socket.create_connection(listener.getsockname(), TIMEOUT)
            accepted, _ = listener.accept()
        accepted.settimeout(TIMEOUT)
        made = []
        thread = threading.Thread(target=lambda: made.append(
            server.wrap_socket(accepted, server_side=True)))
        thread.start()
        self.client = client.wrap_socket(plain, server_hostname="localhost")
        thread.join(TIMEOUT)
        self.server, = made

    def __enter__(self):
        return self.client, self.server

    def __exit__(self, *_):
        self.client.close()
        self.server.close()


class Methods(unittest.TestCase):
    def test_listen_bind_accept_connect(self):
        with socket.socket() as plain:
            with server_context().wrap_socket(plain, server_side=True) as listener:
                listener.bind(("127.0.0.1", 0))
                listener.listen(1)
                address = listener.getsockname()
                accepted = []
                thread = threading.Thread(target=lambda: accepted.append(listener.accept()))
                thread.start()
                with client_context().wrap_socket(socket.socket(),
                                                  server_hostname="localhost") as client:
                    self.assertIsNone(client.version())
                    client.connect(address)
                    thread.join(TIMEOUT)
                    (connection, peer), = accepted
                    with connection:
                        self.assertIsInstance(connection, ssl.SSLSocket)
                        self.assertEqual(peer, client.getsockname())
                        self.assertEqual(client.getpeername(), address)
                        self.assertEqual(connection.getpeername(), client.getsockname())
                        with self.assertRaises(ValueError):
                            client.connect(address)
            with self.assertRaises(OSError):
                listener.accept()

    def test_connect_ex(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = listener.getsockname()
        with client_context().wrap_socket(socket.socket(), server_hostname="localhost") as client:
            self.assertNotEqual(client.connect_ex(address), 0)

    def test_send_and_recv(self):
        with Ends() as (client, server):
            self.assertEqual(client.send(b"12345"), 5)
            self.assertEqual(server.recv(2), b"12")
            self.assertEqual(server.pending(), 3)
            self.assertEqual(server.recv(), b"345")
            self.assertIsNone(client.sendall(memoryview(b"67890")))
            room = bytearray(b"........")
            self.assertEqual(server.recv_into(room), 5)
            self.assertEqual(room, b"67890...")
            client.sendall(b"abc")
            self.assertEqual(server.recv_into(room, 2), 2)
            self.assertEqual(server.recv_into(room, 0), 1)
            self.assertEqual(room, b"cb890...")
            client.sendall(b"defg")
            self.assertEqual(server.read(3), b"def")
            self.assertEqual(client.write(b"h"), 1)

    def test_sendall_of_much(self):
        data = os.urandom(5 << 20)
        with Ends() as (client, server):
            thread = threading.Thread(target=client.sendall, args=[data])
            thread.start()
            got = bytearray()
            while len(got) < len(data):
                got += server.recv(65536)
            thread.join(TIMEOUT)
            self.assertEqual(got, data)

    def test_select_shows_what_long_reads_leave(self):
        """The end too, for which the server waits to be answered."""
        data = os.urandom(1 << 20)
        with Ends() as (client, server):
            def serve():
                server.sendall(data)
                server.sendall(b"and a short record")
                server.unwrap()

            thread = threading.Thread(target=serve)
            thread.start()
            got = bytearray()
            while True:
                self.assertTrue(select.select([client], [], [], TIMEOUT)[0])
                piece = client.recv(65536)
                if not piece:
                    break
                got += piece
            client.unwrap()
            thread.join(TIMEOUT)
            self.assertEqual(bytes(got), data + b"and a short record")

    def test_flags_are_refused(self):
        with Ends() as (client, _):
            for call in (lambda: client.send(b"x", 1), lambda: client.sendall(b"x", 1),
                         lambda: client.recv(1, 1), lambda: client.recv_into(bytearray(1), 1, 1)):
                with self.assertRaisesRegex(ValueError, "non-zero flags not allowed"):
                    call()

    def test_what_a_stream_has_not(self):
        with Ends() as (client, _):
            for call in (lambda: client.recvfrom(1), lambda: client.sendto(b"x", ("localhost", 1)),
                         lambda: client.recvfrom_into(bytearray(1))):
                with self.assertRaises(ValueError):
                    call()
            for call in (lambda: client.recvmsg(1), lambda: client.sendmsg([b"x"]),
                         lambda: client.recvmsg_into([bytearray(1)])):
                with self.assertRaises(NotImplementedError):
                    call()
            with self.assertRaises(NotImplementedError):
                client.dup()

    def test_sendfile(self):
        data = os.urandom(200_000)
        with tempfile.TemporaryFile() as file, Ends() as (client, server):
            file.write(data)
            file.seek(0)
            sent = []
            thread = threading.Thread(target=lambda: sent.append(client.sendfile(file)))
            thread.start()
            got = bytearray()
            while len(got) < len(data):
                got += server.recv(65536)
            thread.join(TIMEOUT)
            self.assertEqual((sent, bytes(got)), ([len(data)], data))

    def test_makefile(self):
        with Ends() as (client, server):
            with client.makefile("rwb") as there, server.makefile("r", newline="\n") as here:
                there.write(b"a line\nanother\n")
                there.flush()
                self.assertEqual(here.readline(), "a line\n")
                self.assertEqual(here.readline(), "another\n")
            client.sendall(b"still open")
            self.assertEqual(server.recv(20), b"still open")

    def test_options_and_timeouts(self):
        with Ends() as (client, _):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.assertEqual(client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), 1)
            client.settimeout(0.05)
            self.assertEqual(client.gettimeout(), 0.05)
            with self.assertRaisesRegex(socket.timeout, "timed out"):
                client.recv(1)
            client.setblocking(False)
            self.assertEqual(client.gettimeout(), 0)
            with self.assertRaises(ssl.SSLWantReadError):
                client.recv(1)
            client.setblocking(True)
            self.assertIsNone(client.gettimeout())

    def test_detach(self):
        with Ends() as (client, server):
            server.sendall(b"x")
            self.assertEqual(client.recv(1), b"x")
            number = client.fileno()
            self.assertEqual(client.detach(), number)
            self.assertEqual(client.fileno(), -1)
            socket.socket(fileno=number).close()
            server.settimeout(TIMEOUT)
            self.assertEqual(server.recv(1), b"")

    def test_shutdown(self):
        with Ends() as (client, server):
            client.sendall(b"last")
            client.shutdown(socket.SHUT_RDWR)
            self.assertEqual(server.recv(10), b"last")
            self.assertEqual(server.recv(10), b"")

    def test_close_without_reading_resets_nothing(self):
        """The tickets that the client leaves unread are no failure for the server."""
        for _ in range(20):
            with Ends() as (client, server):
                select.select([client], [], [], TIMEOUT)
                client.close()
                self.assertEqual(server.recv(1), b"")
                self.assertEqual(server.recv(1), b"")

    def test_unwrap_leaves_a_plain_socket(self):
        with Ends() as (client, server):
            plain = []
            thread = threading.Thread(target=lambda: plain.append(server.unwrap()))
            thread.start()
            ours = client.unwrap()
            thread.join(TIMEOUT)
            ours.sendall(b"in the clear")
            self.assertEqual(plain[0].recv(20), b"in the clear")

    def test_nonblocking_send_leaves_nothing_inside(self):
        """What send has counted reaches a peer that reads, though the sender never writes again."""
        with Ends() as (client, server):
            client.setblocking(False)
            block, sent = b"x" * 16384, 0
            with self.assertRaises(ssl.SSLWantWriteError):
                while True:
                    sent += client.send(block)
            got = 0
            while got < sent:
                got += len(server.recv(65536))
            # The peer may have had a part of one record more, of which no count was returned.
            server.settimeout(0.3)
            with self.assertRaises(socket.timeout):
                got += len(server.recv(65536))
            self.assertEqual(got, sent)
            sent += client.send(block)
            server.settimeout(TIMEOUT)
            while got < sent:
                got += len(server.recv(65536))
            self.assertEqual(got, sent)

    def test_legacy_wrap_socket(self):
        def serve(connection):
            tls = ssl.wrap_socket(connection, keyfile=pair("server")[1], certfile=pair("server")[0],
                                  server_side=True, cert_reqs=ssl.CERT_REQUIRED,
                                  ca_certs=certificate("ca.pem"))
            with tls:
                tls.sendall(tls.recv(100))

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            with serving(serve) as port:
                with socket.create_connection(("127.0.0.1", port), TIMEOUT) as plain:
                    cert, key = pair("client")
                    with ssl.wrap_socket(plain, key, cert, False, ssl.CERT_REQUIRED,
                                         ca_certs=certificate("ca.pem"), ciphers="ECDHE") as tls:
                        tls.sendall(b"x")
                        self.assertEqual(tls.recv(100), b"x")
            with socket.socket() as plain:
                for options in (dict(keyfile="key"), dict(server_side=True)):
                    with self.assertRaisesRegex(ValueError, "certfile must be specified"):
                        ssl.wrap_socket(plain, **options)


if __name__ == "__main__":
    certificates()
    unittest.main(verbosity=2)
