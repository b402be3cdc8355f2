"""Ten thousand connections, and contexts, certificates and failures beside, leave nothing behind."""

import gc
import socket
import sys
import threading
import unittest
import weakref

import rssl as ssl
from ends import certificate, certificates, pair

PAGES = 4096


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * PAGES


def client_context():
    return ssl.create_default_context(cafile=certificate("ca.pem"))


def server_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair("server"))
    return context


def step(end, call):
    try:
        call()
        return True
    except ssl.SSLWantReadError:
        return False


def connect(client, server, name="localhost"):
    """A connection in memory: both ends, after the handshake."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(down, up, server_hostname=name)
    theirs = server.wrap_bio(up, down, server_side=True)
    done = [False, False]
    while not all(done):
        for index, end in enumerate((ours, theirs)):
            done[index] = done[index] or step(end, end.do_handshake)
    return ours, theirs


class Leaks(unittest.TestCase):
    def stays(self, call, times, warm, memory=2 << 20):
        """Python's objects and the process's memory are after `times` calls what they were after
        `warm`, but for what the interpreter and malloc keep for the next: less than a piece a call."""
        for _ in range(warm):
            call()
        gc.collect()
        before = sys.getallocatedblocks(), resident()
        for _ in range(times):
            call()
        gc.collect()
        after = sys.getallocatedblocks(), resident()
        self.assertLess(after[0] - before[0], times // 4)
        self.assertLess(after[1] - before[1], memory)

    def test_connections_in_memory(self):
        client, server = client_context(), server_context()

        def talk():
            ours, theirs = connect(client, server)
            ours.write(b"x" * 100)
            assert theirs.read(1000) == b"x" * 100
            theirs.write(b"y")
            assert ours.read(1) == b"y"
            assert ours.getpeercert()["version"] == 3
            assert ours.session is not None and ours.cipher() and ours.version()

        self.stays(talk, 8000, 500)

    def test_connections_over_tcp(self):
        client, server = client_context(), server_context()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener = server.wrap_socket(listener, server_side=True)

            def serve():
                while True:
                    try:
                        connection, _ = listener.accept()
                    except OSError:
                        return
                    with connection:
                        connection.sendall(connection.recv(100))

            def talk():
                with socket.create_connection(listener.getsockname()) as plain:
                    with client.wrap_socket(plain, server_hostname="localhost") as tls:
                        tls.sendall(b"x")
                        assert tls.recv(1) == b"x"

            thread = threading.Thread(target=serve)
            thread.start()
            try:
                self.stays(talk, 2000, 200)
            finally:
                listener.shutdown(socket.SHUT_RDWR)
                thread.join()
                listener.close()

    def test_resumed_connections(self):
        client, server = client_context(), server_context()
        latest = []

        def talk():
            up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
            options = {"session": latest.pop()} if latest else {}
            ours = client.wrap_bio(down, up, server_hostname="localhost", **options)
            theirs = server.wrap_bio(up, down, server_side=True)
            for end in (ours, theirs, ours, theirs):
                step(end, end.do_handshake)
            theirs.write(b"x")
            ours.read(1)
            self.assertEqual(ours.session_reused, bool(options))
            latest.append(ours.session)

        self.stays(talk, 1000, 100)

    def test_failures(self):
        client, server = client_context(), server_context()

        def fail():
            try:
                connect(client, server, "wrong.rssl.test")
            except ssl.SSLCertVerificationError:
                return
            raise AssertionError("no failure")

        self.stays(fail, 1000, 100)

    def test_abandoned_connections(self):
        """Ended before, and in the middle of, the handshake; in a reference cycle."""
        client, server = client_context(), server_context()

        def abandon():
            up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
            ours = client.wrap_bio(down, up, server_hostname="localhost")
            ours.myself = ours
            step(ours, ours.do_handshake)
            theirs = server.wrap_bio(up, down, server_side=True)
            step(theirs, theirs.do_handshake)

        self.stays(abandon, 1000, 1000)

    def test_contexts(self):
        def make():
            client, server = client_context(), server_context()
            client.get_ca_certs()
            client.get_ciphers()
            client.set_alpn_protocols(["h2"])
            server.sni_callback = lambda *_: None
            server.myself = server
            for password in ("wrong", lambda: "wrong"):
                try:
                    server.load_cert_chain(pair("server")[0], certificate("server-encrypted.key"),
                                           password)
                except ssl.SSLError:
                    continue
                raise AssertionError("a wrong password is accepted")

        self.stays(make, 3000, 500, memory=32 << 20)

    def test_a_store_that_knows_its_context(self):
        class Store:
            get = remove = put = lambda *_: None

        context, store = server_context(), Store()
        context.set_session_store(store)
        connect(client_context(), context)
        store.context, known = context, weakref.ref(store)
        del context, store
        gc.collect()
        self.assertIsNone(known())


if __name__ == "__main__":
    certificates()
    unittest.main(verbosity=2)
