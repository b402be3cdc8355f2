"""What cannot work fails as it fails in the standard ssl: the same exception, at the same call."""

import gc
import os
import signal
import socket
import ssl as standard
import sys
import threading
import time
import unittest
import warnings

import rssl
from ends import TIMEOUT, certificate, certificates, pair

warnings.simplefilter("ignore", DeprecationWarning)


class Refused(Exception):
    """Raised by the tests' own callbacks."""


def client(ssl):
    return ssl.create_default_context(cafile=certificate("ca.pem"))


def server(ssl):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair("server"))
    return context


def connected():
    """A pair of TCP sockets. UNIX sockets have no names to tell ends apart by."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname(), TIMEOUT)
        theirs, _ = listener.accept()
    theirs.settimeout(TIMEOUT)
    return ours, theirs


def tls(ssl):
    """A client and a server of `ssl` that have shaken hands."""
    ours, theirs = connected()
    made = []
    thread = threading.Thread(target=lambda: made.append(
        server(ssl).wrap_socket(theirs, server_side=True)))
    thread.start()
    wrapped = client(ssl).wrap_socket(ours, server_hostname="localhost")
    thread.join(TIMEOUT)
    return wrapped, made[0]


def raising(*_):
    raise Refused


# Each is called with the standard module and with ours.
CONTEXT = {
    "unknown protocol": lambda ssl: ssl.SSLContext(99),
    "protocol of another type": lambda ssl: ssl.SSLContext("TLS"),
    "no such chain": lambda ssl: server(ssl).load_cert_chain("missing.pem"),
    "no such key": lambda ssl: server(ssl).load_cert_chain(pair("server")[0], "missing.key"),
    "a directory as chain": lambda ssl: server(ssl).load_cert_chain("/"),
    "no certificate in the chain": lambda ssl: server(ssl).load_cert_chain("/dev/null"),
    "a key in place of a chain": lambda ssl: server(ssl).load_cert_chain(pair("server")[1]),
    "a certificate in place of a key": lambda ssl: server(ssl).load_cert_chain(
        pair("server")[0], pair("server")[0]),
    "another's key": lambda ssl: server(ssl).load_cert_chain(
        pair("server")[0], pair("client")[1]),
    "another kind of key": lambda ssl: server(ssl).load_cert_chain(
        pair("server")[0], pair("rsa-server")[1]),
    "chain of another type": lambda ssl: server(ssl).load_cert_chain(7),
    "key of another type": lambda ssl: server(ssl).load_cert_chain(pair("server")[0], []),
    "right password": lambda ssl: encrypted(ssl, "rssl-test"),
    "right password as bytes": lambda ssl: encrypted(ssl, b"rssl-test"),
    "right password by a function": lambda ssl: encrypted(ssl, lambda: "rssl-test"),
    "wrong password": lambda ssl: encrypted(ssl, "wrong"),
    "empty password": lambda ssl: encrypted(ssl, ""),
    "long password": lambda ssl: encrypted(ssl, "x" * 5000),
    "password of another type": lambda ssl: encrypted(ssl, 7),
    "function that raises": lambda ssl: encrypted(ssl, raising),
    "function that returns nothing": lambda ssl: encrypted(ssl, lambda: None),
    "function with an argument": lambda ssl: encrypted(ssl, lambda x: "rssl-test"),
    "no such roots": lambda ssl: client(ssl).load_verify_locations("missing.pem"),
    "no roots in the file": lambda ssl: client(ssl).load_verify_locations("/dev/null"),
    "no roots in the text": lambda ssl: client(ssl).load_verify_locations(cadata="none"),
    "no roots in the bytes": lambda ssl: client(ssl).load_verify_locations(cadata=b"\x00none"),
    "empty text": lambda ssl: client(ssl).load_verify_locations(cadata=""),
    "text beyond ASCII": lambda ssl: client(ssl).load_verify_locations(cadata="\u20ac"),
    "roots of another type": lambda ssl: client(ssl).load_verify_locations(cadata=7),
    "nothing to load": lambda ssl: client(ssl).load_verify_locations(),
    "ciphers that are none": lambda ssl: client(ssl).set_ciphers("NONSENSE"),
    "ciphers of another type": lambda ssl: client(ssl).set_ciphers(7),
    "unknown curve": lambda ssl: server(ssl).set_ecdh_curve("nonsense"),
    "curve of another type": lambda ssl: server(ssl).set_ecdh_curve(None),
    "empty ALPN name": lambda ssl: client(ssl).set_alpn_protocols([""]),
    "long ALPN name": lambda ssl: client(ssl).set_alpn_protocols(["x" * 256]),
    "SNI callback of another type": lambda ssl: setattr(server(ssl), "sni_callback", 7),
    "names checked without verifying": lambda ssl: setattr(
        client(ssl), "verify_mode", ssl.CERT_NONE),
    "unknown verify mode": lambda ssl: setattr(client(ssl), "verify_mode", 99),
    "verify mode of another type": lambda ssl: setattr(client(ssl), "verify_mode", "x"),
    "options of another type": lambda ssl: setattr(client(ssl), "options", "x"),
    "negative options": lambda ssl: setattr(client(ssl), "options", -1),
    "unknown version": lambda ssl: setattr(client(ssl), "minimum_version", 7),
    "negative tickets": lambda ssl: setattr(server(ssl), "num_tickets", -1),
    "tickets of a client": lambda ssl: setattr(client(ssl), "num_tickets", 1),
    "key log that cannot be": lambda ssl: setattr(client(ssl), "keylog_filename", "/missing/x"),
    "parameters that are no file": lambda ssl: server(ssl).load_dh_params("missing.pem"),
}


def encrypted(ssl, password):
    server(ssl).load_cert_chain(pair("server")[0], certificate("server-encrypted.key"), password)


def wrapping(**options):
    def call(ssl):
        ours, theirs = connected()
        with ours, theirs:
            client(ssl).wrap_socket(ours, **options)
    return call


def closed(ssl):
    ours, theirs = connected()
    ours.close()
    theirs.close()
    client(ssl).wrap_socket(ours, server_hostname="localhost")


def datagrams(ssl):
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        client(ssl).wrap_socket(sock, server_hostname="localhost")


def peer_gone(ssl):
    ours, theirs = connected()
    theirs.close()
    with ours:
        client(ssl).wrap_socket(ours, server_hostname="localhost")


def peer_silent(ssl):
    ours, theirs = connected()
    ours.settimeout(0.1)
    with ours, theirs:
        client(ssl).wrap_socket(ours, server_hostname="localhost")


def peer_of_another_protocol(ssl):
    ours, theirs = connected()
    theirs.sendall(b"220 mail.rssl.test ESMTP\r\n")
    with ours, theirs:
        client(ssl).wrap_socket(ours, server_hostname="localhost")


def unfinished(use):
    """Uses a socket whose handshake has not begun."""
    def call(ssl):
        ours, theirs = connected()
        with ours, theirs, client(ssl).wrap_socket(
                ours, server_hostname="localhost", do_handshake_on_connect=False) as wrapped:
            wrapped.settimeout(0.1)
            return use(wrapped)
    return call


def unconnected(use):
    def call(ssl):
        with client(ssl).wrap_socket(socket.socket(), server_hostname="localhost") as wrapped:
            return use(wrapped)
    return call


def finished(use):
    """Uses a socket of a finished handshake."""
    def call(ssl):
        ours, theirs = tls(ssl)
        with ours, theirs:
            return use(ours)
    return call


def after_close(use):
    def call(ssl):
        ours, theirs = tls(ssl)
        ours.close()
        theirs.close()
        return use(ours)
    return call


def after_unwrap(use):
    def call(ssl):
        ours, theirs = tls(ssl)
        thread = threading.Thread(target=theirs.unwrap)
        thread.start()
        with ours.unwrap(), theirs:
            thread.join(TIMEOUT)
            return use(ours)
    return call


def in_memory(use):
    """Uses an SSLObject whose handshake has not begun, on empty buffers."""
    def call(ssl):
        return use(client(ssl).wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), False, "localhost"))
    return call


def bio(use):
    return lambda ssl: use(ssl.MemoryBIO())


SOCKET = {
    "no socket": lambda ssl: client(ssl).wrap_socket("socket", server_hostname="localhost"),
    "None": lambda ssl: client(ssl).wrap_socket(None, server_hostname="localhost"),
    "closed socket": closed,
    "datagrams": datagrams,
    "no name to check": wrapping(),
    "empty name": wrapping(server_hostname=""),
    "name that begins with a dot": wrapping(server_hostname=".rssl.test"),
    "name with NUL": wrapping(server_hostname="local\0host"),
    "name of another type": wrapping(server_hostname=7),
    "a name for a server": wrapping(server_hostname="localhost", server_side=True),
    "a client's context for a server": wrapping(server_side=True),
    "peer gone": peer_gone,
    "peer silent": peer_silent,
    "peer of another protocol": peer_of_another_protocol,
    "handshake unconnected": unconnected(lambda s: s.do_handshake()),
    "send unconnected": unconnected(lambda s: s.send(b"x")),
    "recv unconnected": unconnected(lambda s: s.recv(1)),
    "unwrap unconnected": unconnected(lambda s: s.unwrap()),
    "certificate unconnected": unconnected(lambda s: s.getpeercert()),
    "binding unconnected": unconnected(lambda s: s.get_channel_binding("tls-unique")),
    "recv before the handshake": unfinished(lambda s: s.recv(1)),
    "send before the handshake": unfinished(lambda s: s.send(b"x")),
    "certificate before the handshake": unfinished(lambda s: s.getpeercert()),
    "unwrap before the handshake": unfinished(lambda s: s.unwrap()),
    "version before the handshake": unfinished(lambda s: s.version()),
    "cipher before the handshake": unfinished(lambda s: s.cipher()),
    "session before the handshake": unfinished(lambda s: s.session),
    "session that is none": unfinished(lambda s: setattr(s, "session", 7)),
    "session after the handshake": finished(lambda s: setattr(s, "session", s.session)),
    "unknown binding": finished(lambda s: s.get_channel_binding("nonsense")),
    "binding of another type": finished(lambda s: s.get_channel_binding(7)),
    "text to send": finished(lambda s: s.send("text")),
    "None to send": finished(lambda s: s.sendall(None)),
    "negative length": finished(lambda s: s.read(-1)),
    "huge length": finished(lambda s: s.read(1 << 70)),
    "room that cannot be written": finished(lambda s: s.recv_into(b"12345")),
    "certificate in a form of another type": finished(lambda s: s.getpeercert([])),
    "recv after close": after_close(lambda s: s.recv(1)),
    "send after close": after_close(lambda s: s.send(b"x")),
    "unwrap after close": after_close(lambda s: s.unwrap()),
    "version after close": after_close(lambda s: s.version()),
    "handshake after close": after_close(lambda s: s.do_handshake()),
    "close after close": after_close(lambda s: s.close()),
    "unwrap after unwrap": after_unwrap(lambda s: s.unwrap()),
    "version after unwrap": after_unwrap(lambda s: s.version()),
    "pending after unwrap": after_unwrap(lambda s: s.pending()),
    "read before the handshake, in memory": in_memory(lambda o: o.read()),
    "write before the handshake, in memory": in_memory(lambda o: o.write(b"x")),
    "unwrap before the handshake, in memory": in_memory(lambda o: o.unwrap()),
    "handshake in memory": in_memory(lambda o: o.do_handshake()),
    "buffers that are none": lambda ssl: client(ssl).wrap_bio(1, 2, False, "localhost"),
    "text into a buffer": bio(lambda b: b.write("text")),
    "a number into a buffer": bio(lambda b: b.write(7)),
    "text out of a buffer": bio(lambda b: b.read("x")),
    "written behind the end": bio(lambda b: (b.write_eof(), b.write(b"x"))),
    "read of nothing": bio(lambda b: b.read(0)),
}

# Where ours is to differ, and why.
DIFFERENT = {
    # Older versions take it for "all options, and bits of which nobody knows the meaning".
    "negative options": (["OverflowError", "ArithmeticError", "Exception", "BaseException",
                          "object"], None),
    # Python 3.8 takes it for an orderly end.
    "peer gone": (["SSLEOFError", "SSLError", "OSError", "Exception", "BaseException", "object"], 8),
    # No tls-unique, whatever the state.
    "binding unconnected": (["ValueError", "Exception", "BaseException", "object"], None),
}


def outcome(call, ssl):
    """What came of it: "returns", or the exceptions that a program could catch it by."""
    try:
        call(ssl)
    except Exception as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        # SSLError's are OpenSSL's numbers of reasons, which each of its versions changes.
        return kinds, None if kinds[0] == "SSLError" else getattr(error, "errno", None)
    finally:
        gc.collect()
    return "returns"


class AsTheStandardModule(unittest.TestCase):
    maxDiff = None

    def compare(self, cases):
        for name, call in cases.items():
            with self.subTest(name), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ours = outcome(call, rssl)
                self.assertEqual(ours, DIFFERENT.get(name) or outcome(call, standard))

    def test_context(self):
        self.compare(CONTEXT)

    def test_socket(self):
        self.compare(SOCKET)


class Messages(unittest.TestCase):
    def fails(self, call, ssl=rssl):
        with self.assertRaises(ssl.SSLError) as caught:
            call(ssl)
        return caught.exception

    def test_reasons(self):
        for name in ("another's key", "peer of another protocol"):
            cases = {**CONTEXT, **SOCKET}
            with self.subTest(name):
                ours, theirs = (self.fails(cases[name], ssl) for ssl in (rssl, standard))
                self.assertEqual((ours.reason, ours.library), (theirs.reason, theirs.library))

    def test_verification(self):
        context = rssl.create_default_context(cafile=certificate("other-ca.pem"))
        error = self.fails(lambda ssl: handshake(context, server(ssl), "localhost"))
        self.assertEqual((error.verify_code, error.verify_message, error.reason, error.library),
                         (20, "unable to get local issuer certificate",
                          "CERTIFICATE_VERIFY_FAILED", "SSL"))
        self.assertRegex(str(error), r"^\[SSL: CERTIFICATE_VERIFY_FAILED\] certificate verify failed: "
                                     r"unable to get local issuer certificate \(_ssl\.c:\d+\)$")
        error = self.fails(lambda ssl: handshake(client(ssl), server(ssl), "wrong.rssl.test"))
        self.assertEqual(error.verify_message,
                         "Hostname mismatch, certificate is not valid for 'wrong.rssl.test'.")
        self.assertIsInstance(error, rssl.CertificateError)


def handshake(context, serving, name):
    ours, theirs = connected()

    def serve():
        try:
            serving.wrap_socket(theirs, server_side=True).close()
        except OSError:
            pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with ours, context.wrap_socket(ours, server_hostname=name):
            pass
    finally:
        thread.join(TIMEOUT)
        theirs.close()


class Callbacks(unittest.TestCase):
    def test_sni_callback_that_raises(self):
        context = server(rssl)
        context.sni_callback = raising
        caught = []
        before, sys.unraisablehook = sys.unraisablehook, caught.append
        try:
            with self.assertRaises(OSError):
                handshake(client(rssl), context, "localhost")
        finally:
            sys.unraisablehook = before
        self.assertEqual([kind.exc_type for kind in caught], [Refused])

    def test_callback_that_uses_the_socket(self):
        context = server(rssl)
        seen = []

        def look(sock, name, given):
            seen.append((name, given is context, sock.version()))
            gc.collect()
            try:
                sock.settimeout(0.2)
                sock.recv(1)
            except (OSError, ValueError) as error:
                seen.append(type(error).__name__)

        context.sni_callback = look
        try:
            handshake(client(rssl), context, "localhost")
        except OSError:
            pass
        self.assertEqual(seen[0][:2], ("localhost", True))


class Concurrency(unittest.TestCase):
    def test_two_threads_read(self):
        ours, theirs = tls(rssl)
        results = []

        def read():
            try:
                got = 0
                while got < (1 << 20):
                    data = ours.recv(1000)
                    if not data:
                        break
                    got += len(data)
                    results.append(len(data))
            except (OSError, ValueError) as error:
                results.append(error)

        with ours, theirs:
            threads = [threading.Thread(target=read) for _ in range(2)]
            for thread in threads:
                thread.start()
            theirs.sendall(b"x" * (1 << 20))
            theirs.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(TIMEOUT)
                self.assertFalse(thread.is_alive())
        self.assertEqual([result for result in results if not isinstance(result, int)
                          and not isinstance(result, rssl.SSLError)], [])

    def test_reader_and_writer(self):
        ours, theirs = tls(rssl)
        size, got = 4 << 20, []

        def read(sock):
            total = 0
            while total < size:
                total += len(sock.recv(65536))
            got.append(total)

        with ours, theirs:
            threads = [threading.Thread(target=read, args=[sock]) for sock in (ours, theirs)]
            threads += [threading.Thread(target=sock.sendall, args=[b"x" * size])
                        for sock in (ours, theirs)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(TIMEOUT)
        self.assertEqual(got, [size, size])

    def test_one_context_in_many_threads(self):
        context, serving, failures = client(rssl), server(rssl), []

        def work():
            try:
                for _ in range(10):
                    handshake(context, serving, "localhost")
                    context.load_verify_locations(certificate("other-ca.pem"))
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIMEOUT)
        self.assertEqual(failures, [])

    def test_garbage_collection_in_the_middle(self):
        stop = threading.Event()

        def collect():
            while not stop.is_set():
                gc.collect()

        before = gc.get_threshold()
        self.addCleanup(gc.set_threshold, *before)
        gc.set_threshold(1)
        collector = threading.Thread(target=collect)
        collector.start()
        try:
            for _ in range(5):
                ours, theirs = tls(rssl)
                with ours, theirs:
                    ours.sendall(b"x" * 100_000)
                    got = 0
                    while got < 100_000:
                        got += len(theirs.recv(1000))
                    self.assertEqual(theirs.getpeercert(), None)
                    self.assertEqual(ours.getpeercert()["version"], 3)
        finally:
            stop.set()
            collector.join(TIMEOUT)

    def test_close_while_another_reads(self):
        ours, theirs = tls(rssl)
        ended = []

        def read():
            try:
                ended.append(ours.recv(1))
            except (OSError, ValueError) as error:
                ended.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        time.sleep(0.1)
        ours.shutdown(socket.SHUT_RDWR)
        ours.close()
        thread.join(TIMEOUT)
        theirs.close()
        self.assertEqual(len(ended), 1)


class Signals(unittest.TestCase):
    def on_alarm(self, handler, seconds=0.1):
        before = signal.signal(signal.SIGALRM, handler)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def test_a_handler_that_raises_ends_recv(self):
        ours, theirs = tls(rssl)
        with ours, theirs, self.assertRaises(Refused):
            self.on_alarm(raising)
            ours.recv(1)

    def test_a_handler_that_returns_does_not(self):
        ours, theirs = tls(rssl)
        self.on_alarm(lambda *_: theirs.sendall(b"x"))
        with ours, theirs:
            self.assertEqual(ours.recv(1), b"x")

    def test_a_handler_that_uses_the_socket(self):
        ours, theirs = tls(rssl)
        caught = []

        def handler(*_):
            try:
                ours.settimeout(0.1)
                ours.recv(1)
            except (OSError, ValueError) as error:
                caught.append(error)
            theirs.sendall(b"x")

        self.on_alarm(handler)
        with ours, theirs:
            self.assertEqual(ours.recv(1), b"x")
        self.assertEqual(len(caught), 1)

    def test_a_handshake_is_interrupted(self):
        ours, theirs = connected()
        with ours, theirs, self.assertRaises(Refused):
            self.on_alarm(raising)
            client(rssl).wrap_socket(ours, server_hostname="localhost")

    def test_the_deadline_holds_over_interruptions(self):
        ours, theirs = tls(rssl)
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        ours.settimeout(0.4)
        began = time.monotonic()
        with ours, theirs, self.assertRaises(socket.timeout):
            ours.recv(1)
        self.assertLess(time.monotonic() - began, 2)


class Forked(unittest.TestCase):
    def test_a_child_goes_on(self):
        ours, theirs = tls(rssl)
        with ours, theirs:
            child = os.fork()
            if child == 0:
                try:
                    theirs.sendall(b"from the child")
                finally:
                    os._exit(0)
            os.waitpid(child, 0)
            self.assertEqual(ours.recv(100), b"from the child")

    def test_a_child_closes_its_copy(self):
        """The parent's connection stands, though nothing has been read from it."""
        ours, theirs = tls(rssl)
        with ours, theirs:
            child = os.fork()
            if child == 0:
                try:
                    ours.close()
                finally:
                    os._exit(0)
            os.waitpid(child, 0)
            ours.sendall(b"from the parent")
            self.assertEqual(theirs.recv(100), b"from the parent")
            theirs.sendall(b"to the parent")
            self.assertEqual(ours.recv(100), b"to the parent")


if __name__ == "__main__":
    certificates()
    unittest.main(verbosity=2)
