"""librssl against CPython's ssl module, as client and as server."""

import queue
import socket
import ssl
import threading
import unittest

from bulk import SIZE, bounce
from programs import TIMEOUT, certificate
from rssl_peer import VERSIONS, RsslCase, pair, tls

MODES = ([], ["--poll"])
CPYTHON_VERSION = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def limit(context, version):
    if version:
        context.minimum_version = context.maximum_version = CPYTHON_VERSION[version]
    return context


def client_context(version=None, identity=None, ca="ca.pem"):
    context = ssl.create_default_context(cafile=certificate(ca))
    if identity:
        context.load_cert_chain(certificate(identity + ".pem"), certificate(identity + ".key"))
    return limit(context, version)


def server_context(version=None, identity="server", client_ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(identity + ".pem"), certificate(identity + ".key"))
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificate(client_ca))
    return limit(context, version)


def read_exactly(connection, size):
    data = bytearray(size)
    have = 0
    while have < size:
        got = connection.recv_into(memoryview(data)[have:])
        if got == 0:
            raise AssertionError(f"the connection ended after {have} of {size} bytes")
        have += got
    return bytes(data)


def echo(connection):
    """Sends back what comes, then answers close_notify."""
    while True:
        data = connection.recv(65536)
        if not data:
            break
        connection.sendall(data)
    connection.unwrap()


class Server:
    """Serves one connection after the other in a thread; .failures tells what went wrong."""

    def __init__(self, context, handle=echo):
        self.context, self.handle, self.failures = context, handle, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            plain.settimeout(TIMEOUT)
            try:
                # Without the second argument recv takes a cut for the end.
                with self.context.wrap_socket(plain, server_side=True,
                                              suppress_ragged_eofs=False) as connection:
                    self.handle(connection)
            except OSError as failure:
                self.failures.append(failure)
            finally:
                plain.close()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(TIMEOUT)
        return self.failures


class CpythonCase(RsslCase):
    def serve(self, *arguments, **options):
        server = Server(*arguments, **options)
        self.addCleanup(server.listener.close)
        return server

    def connect(self, port, context, name="localhost", **options):
        plain = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.addCleanup(plain.close)
        connection = context.wrap_socket(plain, server_hostname=name, suppress_ragged_eofs=False,
                                         **options)
        self.addCleanup(connection.close)
        return connection


class AsClient(CpythonCase):
    """CPython's ssl connects to librssl."""

    def test_keys_suites_alpn_and_client_certificates(self):
        for version in VERSIONS:
            for kind in ("", "rsa-", "p384-", "p521-", "ed25519-"):
                with self.subTest(version=version, kind=kind):
                    server = self.rssl_server(
                        "--echo", "--ca", certificate("ca.pem"), "--require-client-cert",
                        "--alpn", "h2,http/1.1", identity=kind + "server")
                    context = client_context(version, kind + "client")
                    context.set_alpn_protocols(["http/1.1", "h2"])
                    connection = self.connect(server.port, context)
                    self.assertEqual(connection.version(), f"TLSv{version}")
                    self.assertEqual(connection.selected_alpn_protocol(), "h2")
                    connection.sendall(b"ping\n")
                    self.assertEqual(read_exactly(connection, 5), b"ping\n")
                    connection.unwrap().close()
                    self.ended_well(server, sni="localhost", peer="rssl test client", alpn="h2",
                                    received="5", version=f"TLSv{version}")

    def test_100_mib(self):
        for version in VERSIONS:
            for mode in MODES:
                with self.subTest(version=version, mode=mode):
                    server = self.rssl_server("--echo", *mode)
                    connection = self.connect(server.port, client_context(version))
                    self.bounces(connection)
                    connection.unwrap().close()
                    self.ended_well(server, received=str(SIZE))

    def bounces(self, connection):
        """One thread: an SSL object of OpenSSL is not for two."""
        waiting = queue.Queue()

        def take(size):
            connection.sendall(waiting.get(timeout=TIMEOUT))
            return read_exactly(connection, size)

        sent, received = bounce(waiting.put, take)
        self.assertEqual(sent, received)

    def test_resumption(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.rssl_server("--echo", "--connections", "2")
                context, session = client_context(version), None
                for reused in (False, True):
                    connection = self.connect(server.port, context, session=session)
                    connection.sendall(b"ping\n")
                    read_exactly(connection, 5)  # and the tickets before it
                    self.assertEqual(connection.session_reused, reused)
                    session = connection.session
                    connection.unwrap().close()
                self.assertEqual([report["resumed"] for report in self.reports(server)],
                                 ["no", "yes"])

    def test_librssl_says_close_notify_first(self):
        for version in VERSIONS:
            for mode in MODES:
                with self.subTest(version=version, mode=mode):
                    server = self.rssl_server(*mode)
                    connection = self.connect(server.port, client_context(version))
                    server.write(b"goodbye\n")
                    server.close_input()
                    self.assertEqual(read_exactly(connection, 8), b"goodbye\n")
                    self.assertEqual(connection.recv(1), b"")
                    connection.unwrap().close()
                    self.ended_well(server)

    def test_cut(self):
        server = self.rssl_server("--echo")
        connection = self.connect(server.port, client_context())
        connection.sendall(b"ping\n")
        read_exactly(connection, 5)
        connection.close()
        self.report(server, result="RSSL_ERR_EOF", received="5")

    def test_client_certificate_refused(self):
        for version in VERSIONS:
            for identity, result, alert in (
                (None, "RSSL_ERR_NO_CERT", "CERTIFICATE_REQUIRED"),
                ("client-other", "RSSL_ERR_VERIFY", "UNKNOWN_CA"),
            ):
                with self.subTest(version=version, identity=identity):
                    server = self.rssl_server("--ca", certificate("ca.pem"), "--echo",
                                              "--require-client-cert", *tls(version))
                    with self.assertRaisesRegex(ssl.SSLError, alert):
                        with self.connect(server.port,
                                          client_context(identity=identity)) as connection:
                            connection.recv(1)
                    self.report(server, result=result, alert="sent " + alert.lower())

    def test_server_certificate_refused(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.rssl_server(*tls(version))
                with self.assertRaises(ssl.SSLCertVerificationError):
                    self.connect(server.port, client_context(ca="other-ca.pem"))
                self.report(server, result="RSSL_ERR_ALERT", alert="received unknown_ca")


class AsServer(CpythonCase):
    """librssl connects to CPython's ssl."""

    def test_keys_alpn_and_client_certificates(self):
        for version in VERSIONS:
            for kind in ("", "rsa-", "p384-", "p521-", "ed25519-"):
                if (version, kind) == ("1.2", "p521-"):
                    continue  # test_p521_server_of_tls12 of OpenSSL
                with self.subTest(version=version, kind=kind):
                    context = server_context(version, kind + "server", client_ca="ca.pem")
                    context.set_alpn_protocols(["h2", "http/1.1"])
                    seen = []

                    def handle(connection):
                        seen.append((connection.getpeercert()["subject"][0][0][1],
                                     connection.selected_alpn_protocol()))
                        echo(connection)

                    server = self.serve(context, handle)
                    client = self.rssl_client(server.port, *pair(kind + "client"),
                                              "--alpn", "http/1.1,h2")
                    client.write(b"ping\n")
                    client.output.wait_for("ping\n")
                    self.succeeds(client)
                    self.ended_well(client, alpn="h2", peer="localhost", received="5",
                                    version=f"TLSv{version}")
                    self.assertEqual(server.stop(), [])
                    self.assertEqual(seen, [("rssl test client", "h2")])

    def test_100_mib(self):
        for version in VERSIONS:
            for mode in MODES:
                with self.subTest(version=version, mode=mode):
                    server = self.serve(server_context(version))
                    client = self.rssl_client(server.port, *mode)
                    sent, received = bounce(client.write, client.output.take)
                    self.assertEqual(sent, received)
                    self.succeeds(client)
                    self.ended_well(client, received=str(SIZE))
                    self.assertEqual(server.stop(), [])

    def test_resumption(self):
        for version in VERSIONS:
            with self.subTest(version):
                reused = []

                def handle(connection):
                    reused.append(connection.session_reused)
                    echo(connection)

                server = self.serve(server_context(version), handle)
                client = self.rssl_client(server.port, "--connections", "2")
                client.close_input()
                self.assertEqual([report["resumed"] for report in self.reports(client)],
                                 ["no", "yes"])
                self.assertEqual((server.stop(), reused), ([], [False, True]))

    def test_cpython_says_close_notify_first(self):
        for version in VERSIONS:
            for mode in MODES:
                with self.subTest(version=version, mode=mode):
                    server = self.serve(server_context(version), lambda c: c.unwrap())
                    client = self.rssl_client(server.port, *mode)
                    client.errors.wait_for("close_notify: received\n")
                    self.succeeds(client)
                    self.ended_well(client)
                    self.assertEqual(server.stop(), [])

    def test_cut(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.serve(server_context(version), lambda c: c.sendall(b"half"))
                client = self.rssl_client(server.port)
                self.report(client, result="RSSL_ERR_EOF", received="4")

    def test_client_certificate_refused(self):
        for version, missing in (("1.2", "handshake_failure"), ("1.3", "certificate_required")):
            for identity, alert in (([], missing), (pair("client-other"), "unknown_ca")):
                with self.subTest(version=version, identity=identity):
                    server = self.serve(server_context(version, client_ca="ca.pem"))
                    client = self.rssl_client(server.port, *identity)
                    self.report(client, result="RSSL_ERR_ALERT", alert=f"received {alert}")

    def test_server_certificate_refused(self):
        for identity, alert in (("expired", "CERTIFICATE_EXPIRED"),
                                ("wrong-name", "BAD_CERTIFICATE")):
            with self.subTest(identity):
                server = self.serve(server_context(identity=identity))
                self.report(self.rssl_client(server.port), result="RSSL_ERR_VERIFY")
                failures = server.stop()
                self.assertEqual(len(failures), 1, failures)
                self.assertIn(alert, str(failures[0]))


if __name__ == "__main__":
    unittest.main()
