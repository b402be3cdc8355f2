"""What the manual page of `ussl` says, one test a statement."""

import io
import micropython
import sys
import unittest
import ssl
import ussl

from pipes import certificate, connect, contents, pair

EITHER_ROLE = {"keyfile": certificate("server.key"), "certfile": certificate("server.pem")}


def ends(client, server):
    """The two sockets of a connection, before their handshake."""
    ours, theirs = pair()
    return (
        ussl.wrap_socket(ours, do_handshake=False, **client),
        ussl.wrap_socket(theirs, server_side=True, do_handshake=False, **server),
    )


def talk(client, server):
    client, server = ends(client, server)
    connect(client, server)
    assert client.write(b"ping") == 4
    assert server.read(4) == b"ping"
    assert server.write(b"pong") == 4
    assert client.read(4) == b"pong"
    return client, server


class Refusal(unittest.TestCase):
    def refused(self, client, server):
        """The OSError of either side; one at least must have one."""
        errors = []
        sockets = list(ends(client, server))
        for _ in range(10):
            for side in list(sockets):
                try:
                    side.read(1)
                except OSError as error:
                    errors.append(error)
                    sockets.remove(side)
        self.assertTrue(errors)
        return errors


class Client(Refusal):
    trusting = {"ca_certs": certificate("ca.pem"), "server_hostname": "localhost"}

    def test_nothing_is_verified_by_default(self):
        talk({}, EITHER_ROLE)
        talk({"cert_reqs": ussl.CERT_NONE, "server_hostname": "elsewhere"}, EITHER_ROLE)

    def test_required_and_optional_accept_a_good_certificate(self):
        for reqs in (ussl.CERT_REQUIRED, ussl.CERT_OPTIONAL):
            client, _ = talk(dict(self.trusting, cert_reqs=reqs), EITHER_ROLE)
            self.assertEqual(client.version(), "TLSv1.3")

    def test_both_refuse_an_unknown_authority(self):
        for reqs in (ussl.CERT_REQUIRED, ussl.CERT_OPTIONAL):
            client = dict(self.trusting, cert_reqs=reqs, ca_certs=certificate("other-ca.pem"))
            self.assertIn(-0x2700, [error.errno for error in self.refused(client, EITHER_ROLE)])

    def test_both_refuse_a_wrong_name(self):
        for reqs in (ussl.CERT_REQUIRED, ussl.CERT_OPTIONAL):
            client = dict(self.trusting, cert_reqs=reqs, server_hostname="wrong.example")
            ours, theirs = self.refused(client, EITHER_ROLE)
            self.assertIn("does not match with the expected CN", str(ours))
            self.assertIn("wrong.example", ours.args[2])
            self.assertEqual(theirs.errno, -0x7780)

    def test_both_refuse_no_trust_roots_at_all(self):
        for reqs in (ussl.CERT_REQUIRED, ussl.CERT_OPTIONAL):
            self.refused({"cert_reqs": reqs, "server_hostname": "localhost"}, EITHER_ROLE)

    def test_both_need_the_name_to_check(self):
        for reqs in (ussl.CERT_REQUIRED, ussl.CERT_OPTIONAL):
            with self.assertRaises(ValueError):
                ussl.wrap_socket(pair()[0], cert_reqs=reqs, ca_certs=certificate("ca.pem"))

    def test_an_expired_certificate(self):
        server = {"keyfile": certificate("expired.key"), "certfile": certificate("expired.pem")}
        client = dict(self.trusting, cert_reqs=ussl.CERT_REQUIRED)
        self.assertIn("validity has expired", str(self.refused(client, server)[0]))

    def test_a_common_name_of_a_self_signed_certificate_counts(self):
        server = {"keyfile": certificate("cn-only.key"), "certfile": certificate("cn-only.pem")}
        client = dict(self.trusting, cert_reqs=ussl.CERT_REQUIRED, ca_certs=certificate("cn-only.pem"))
        talk(client, server)


class Server(Refusal):
    client = {"keyfile": certificate("client.key"), "certfile": certificate("client.pem")}
    stranger = {
        "keyfile": certificate("client-other.key"),
        "certfile": certificate("client-other.pem"),
    }

    def asking(self, reqs):
        return dict(EITHER_ROLE, cert_reqs=reqs, ca_certs=certificate("ca.pem"))

    def test_none_does_not_ask(self):
        _, server = talk(self.client, EITHER_ROLE)
        self.assertIsNone(server.getpeercert(True))

    def test_optional_takes_a_good_certificate_or_none(self):
        _, server = talk(self.client, self.asking(ussl.CERT_OPTIONAL))
        self.assertTrue(len(server.getpeercert(True)) > 100)
        _, server = talk({}, self.asking(ussl.CERT_OPTIONAL))
        self.assertIsNone(server.getpeercert(True))

    def test_required_takes_a_good_certificate(self):
        _, server = talk(self.client, self.asking(ussl.CERT_REQUIRED))
        self.assertTrue(len(server.getpeercert(True)) > 100)

    def test_required_refuses_none(self):
        errors = self.refused({}, self.asking(ussl.CERT_REQUIRED))
        self.assertIn(-0x7480, [error.errno for error in errors])

    def test_both_refuse_a_bad_certificate(self):
        for reqs in (ussl.CERT_REQUIRED, ussl.CERT_OPTIONAL):
            errors = self.refused(self.stranger, self.asking(reqs))
            self.assertIn(-0x2700, [error.errno for error in errors])

    def test_needs_a_key(self):
        self.refused({}, {})

    def test_needs_both_files(self):
        for half in ({"keyfile": certificate("server.key")}, {"certfile": certificate("server.pem")}):
            with self.assertRaises(ValueError) as raised:
                ussl.wrap_socket(pair()[0], server_side=True, **half)
            self.assertIn("keyfile and certfile", str(raised.exception))

    def test_refuses_the_key_of_another_certificate(self):
        with self.assertRaises(ValueError):
            ussl.wrap_socket(
                pair()[0],
                server_side=True,
                keyfile=certificate("client.key"),
                certfile=certificate("server.pem"),
            )


class Handshake(unittest.TestCase):
    def test_at_once_by_default(self):
        ours, theirs = pair()
        theirs.closed = True
        with self.assertRaises(OSError) as raised:
            ussl.wrap_socket(ours)
        self.assertEqual(raised.exception.errno, -0x7280)
        self.assertTrue(not ours.closed)

    def test_deferred_to_the_first_reads_and_writes(self):
        ours, theirs = pair()
        client = ussl.wrap_socket(ours, do_handshake=False)
        self.assertEqual(theirs.received, b"")
        self.assertIsNone(client.write(b"ping"))
        server = ussl.wrap_socket(theirs, server_side=True, do_handshake=False, **EITHER_ROLE)
        self.assertIsNone(server.read(4))
        self.assertEqual(client.write(b"ping"), 4)
        self.assertEqual(server.read(4), b"ping")

    def answering(self, idle_reads=0):
        """A stream whose reads let its server work, so that they wait; the first ones do not."""
        ours, theirs = pair()
        server = ussl.wrap_socket(theirs, server_side=True, do_handshake=False, **EITHER_ROLE)
        read = ours.readinto
        left = [idle_reads]

        def readinto(buf):
            left[0] -= 1
            if left[0] >= 0:
                return None
            server.read(1)
            return read(buf)

        ours.readinto = readinto
        return ours, server

    def test_at_once_waits_on_a_stream_that_does_not_block(self):
        ours, _ = self.answering(idle_reads=3)
        self.assertEqual(ussl.wrap_socket(ours).version(), "TLSv1.3")

    def test_deferred_on_a_stream_that_blocks_is_done_by_the_first_write(self):
        ours, server = self.answering()
        client = ussl.wrap_socket(ours, do_handshake=False)
        self.assertIsNone(client.version())
        self.assertEqual(client.write(b"ping"), 4)
        self.assertEqual(server.read(4), b"ping")

    def test_what_is_not_tls(self):
        ours, theirs = pair()
        client = ussl.wrap_socket(ours, do_handshake=False)
        theirs.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        with self.assertRaises(OSError) as raised:
            client.read(1)
        self.assertIn("SSL_INVALID_RECORD", str(raised.exception))


class Names(unittest.TestCase):
    def test_files_are_names_or_contents(self):
        client = {
            "ca_certs": contents("ca.pem"),
            "cert_reqs": ussl.CERT_REQUIRED,
            "server_hostname": "localhost",
        }
        server = {"keyfile": contents("server.key"), "certfile": contents("server.pem")}
        talk(client, server)

    def test_positions(self):
        ours, theirs = pair()
        server = ussl.wrap_socket(
            theirs,
            True,
            EITHER_ROLE["keyfile"],
            EITHER_ROLE["certfile"],
            ussl.CERT_NONE,
            None,
            None,
            False,
        )
        client = ussl.wrap_socket(
            ours,
            False,
            None,
            None,
            ussl.CERT_REQUIRED,
            certificate("ca.pem"),
            "localhost",
            False,
        )
        connect(client, server)
        self.assertEqual(client.cipher()[1], "TLSv1.3")

    def test_of_a_socket_it_has_the_stream_only(self):
        client, _ = ends({}, EITHER_ROLE)
        for name in ("read", "readinto", "readline", "write", "close"):
            self.assertTrue(hasattr(client, name))
        for name in ("send", "recv", "do_handshake"):
            self.assertTrue(not hasattr(client, name))

    def test_the_constants(self):
        self.assertEqual((ussl.CERT_NONE, ussl.CERT_OPTIONAL, ussl.CERT_REQUIRED), (0, 1, 2))
        self.assertRaises(ValueError, ussl.wrap_socket, pair()[0], False, None, None, 3)

    def test_a_missing_file(self):
        with self.assertRaises(OSError):
            ussl.wrap_socket(pair()[0], ca_certs=certificate("absent.pem"))

    def test_there_is_no_SSLError(self):
        self.assertTrue(not hasattr(ssl, "SSLError") and not hasattr(ussl, "SSLError"))

    def test_an_error_without_memory_has_its_number(self):
        with open(certificate("ca.pem"), "rb") as stream:  # a stream that allocates nothing
            server = ussl.wrap_socket(stream, True, do_handshake=False, **EITHER_ROLE)
            error, buffer = None, bytearray(1)
            micropython.heap_lock()
            try:
                server.readinto(buffer)
            except OSError as raised:
                error = raised
            micropython.heap_unlock()
            self.assertEqual(error.errno, -0x7200)

    def test_the_error_of_a_traceback_has_the_facts(self):
        ours, theirs = pair()
        client = ussl.wrap_socket(ours, do_handshake=False)
        theirs.write(b"SSH-2.0-OpenSSH\r\n")
        with self.assertRaises(OSError) as raised:
            client.read(1)
        text = io.StringIO()
        sys.print_exception(raised.exception, text)
        self.assertIn("OSError: ", text.getvalue())
        self.assertIn(raised.exception.args[2], text.getvalue())


if __name__ == "__main__":
    unittest.main()
