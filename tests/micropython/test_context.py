"""SSLContext: its settings, and what they refuse."""

import unittest
import ssl

from pipes import certificate, connect, contexts, pair


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
            for bad in (3, -1):
                with self.assertRaises(ValueError):
                    client.verify_mode = bad
            self.assertEqual(client.verify_mode, mode)
        with self.assertRaises(ValueError):
            client.wrap_socket(pair()[0], server_side=True)
        with self.assertRaises(ValueError):
            client.wrap_socket(pair()[0], server_hostname="not a name")
        self.assertRaises(OSError, server.wrap_socket, None)
        self.assertRaises(ValueError, client.load_cert_chain, b"!", b"!")

    def test_default_roots(self):
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.load_default_certs()


if __name__ == "__main__":
    unittest.main()
