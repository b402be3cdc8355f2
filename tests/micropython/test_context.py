"""SSLContext: its settings, and what they refuse."""

import unittest
import ssl
import tls

from pipes import certificate, connect, contents, contexts, pair


class Settings(unittest.TestCase):
    def test_a_client_verifies_when_nothing_is_set(self):
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.assertEqual(client.verify_mode, ssl.CERT_REQUIRED)
        self.assertRaises(ValueError, client.wrap_socket, pair()[0])

    def test_ciphers(self):
        client, _ = contexts()
        client.set_ciphers(["TLS_AES_128_GCM_SHA256"])
        self.assertEqual(client.get_ciphers(), ["TLS_AES_128_GCM_SHA256"])
        for bad in ([], ["BAR"]):
            with self.assertRaises(OSError) as raised:
                client.set_ciphers(bad)
            self.assertEqual(str(raised.exception), "(-24192, 'MBEDTLS_ERR_SSL_BAD_CONFIG')")
        self.assertRaises(TypeError, client.set_ciphers, "TLS_AES_128_GCM_SHA256")
        self.assertEqual(client.get_ciphers(), ["TLS_AES_128_GCM_SHA256"])

    def test_application_protocols(self):
        client, server = contexts()
        client.set_alpn_protocols(["h2", "mqtt"])
        server.set_alpn_protocols(["mqtt"])
        ours, theirs = pair()
        ours = client.wrap_socket(ours, do_handshake_on_connect=False, server_hostname="localhost")
        theirs = server.wrap_socket(theirs, server_side=True, do_handshake_on_connect=False)
        connect(ours, theirs)
        self.assertEqual(ours.selected_alpn_protocol(), "mqtt")
        self.assertEqual(theirs.selected_alpn_protocol(), "mqtt")
        self.assertRaises(ValueError, client.set_alpn_protocols, [""])

    def test_what_cannot_be(self):
        self.assertRaises(ValueError, ssl.SSLContext, 2)
        client, server = contexts()
        for mode in (ssl.CERT_NONE, ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED):
            client.verify_mode = mode
            for bad in (3, -1, 1 << 32, (1 << 32) + 2):
                with self.assertRaises(ValueError):
                    client.verify_mode = bad
            self.assertEqual(client.verify_mode, mode)
        with self.assertRaises(ValueError):
            client.wrap_socket(pair()[0], server_side=True)
        with self.assertRaises(ValueError):
            client.wrap_socket(pair()[0], server_hostname="not a name")
        self.assertRaises(OSError, server.wrap_socket, None)
        self.assertRaises(ValueError, client.load_cert_chain, b"!", b"!")

    def test_no_name_is_cut_at_a_NUL(self):
        client, _ = contexts()
        with self.assertRaises(ValueError):
            client.wrap_socket(pair()[0], server_hostname="localhost\0.example")
        self.assertRaises(ValueError, client.set_alpn_protocols, ["h2\0x"])
        self.assertRaises(ValueError, client.set_ciphers, ["TLS_AES_128_GCM_SHA256\0x"])

    def test_certificates_and_keys_in_any_buffer(self):
        for buffer in (bytes, bytearray, lambda data: memoryview(bytearray(data))):
            server = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
            server.load_cert_chain(buffer(contents("server.pem")), buffer(contents("server.key")))
            server.load_verify_locations(buffer(contents("ca.pem")))

    def test_default_roots(self):
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.load_default_certs()


class Finalised(unittest.TestCase):
    """What is left of a context or a socket whose finaliser a program has called."""

    def test_a_context_refuses_all(self):
        context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        context.__del__()
        context.__del__()
        self.assertEqual(context.get_ciphers(), [])
        with self.assertRaises(ValueError):
            context.verify_mode = tls.CERT_REQUIRED
        with self.assertRaises(ValueError):
            context.verify_callback = lambda cert, depth: 0
        self.assertRaises(ValueError, context.set_alpn_protocols, ["h2"])
        self.assertRaises(ValueError, context.load_verify_locations, contents("ca.pem"))
        self.assertRaises(ValueError, context.wrap_socket, pair()[0])
        self.assertRaises(OSError, context.load_default_certs)

    def test_a_socket_is_closed(self):
        stream, _ = pair()
        client, _ = contexts()
        client = client.wrap_socket(
            stream, do_handshake_on_connect=False, server_hostname="localhost"
        )
        client.__del__()
        self.assertTrue(stream.closed)
        self.assertRaises(OSError, client.read, 1)
        client.close()


if __name__ == "__main__":
    unittest.main()
