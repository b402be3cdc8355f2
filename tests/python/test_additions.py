"""What rssl has beyond the standard module."""

import pathlib
import subprocess
import unittest

import rssl as ssl
from ends import certificate, certificates, temporary_directory
from test_leaks import client_context, connect, server_context, step


def text(name):
    return pathlib.Path(certificate(name)).read_text()


class FromMemory(unittest.TestCase):
    def test_chain_and_key(self):
        cert, key = text("server.pem"), text("server.key")
        for arguments in ((cert, key), (cert.encode(), key.encode()), (cert + key,),
                          (cert, text("server-encrypted.key"), "rssl-test"),
                          (certificate("server.pem"), key)):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*arguments)
            ours, _ = connect(client_context(), context)
            self.assertEqual(ours.version(), "TLSv1.3")

    def test_authorities(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=text("ca.pem"))
        connect(context, server_context())

    def test_what_does_not_fit(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with self.assertRaises(ssl.SSLError):
            context.load_cert_chain(text("server.pem"), text("client.key"))
        with self.assertRaises(ssl.SSLError):
            context.load_cert_chain(text("server.pem")[:300], text("server.key"))


class Groups(unittest.TestCase):
    def test_group(self):
        client, server = client_context(), server_context()
        unfinished = client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost")
        self.assertIsNone(unfinished.group())
        client.set_groups("P-384:X25519")
        server.set_groups("X25519")
        for end in connect(client, server):
            self.assertEqual(end.group().lower(), "x25519")

    def test_none_in_common(self):
        client, server = client_context(), server_context()
        client.set_groups("P-384")
        server.set_groups("X25519")
        with self.assertRaises(ssl.SSLError):
            connect(client, server)

    def test_unknown(self):
        for names in ("nonsense", "", "X25519:nonsense"):
            with self.assertRaises((ssl.SSLError, ValueError)):
                client_context().set_groups(names)


class Bindings(unittest.TestCase):
    def test_both_ends_have_the_same(self):
        self.assertEqual(ssl.CHANNEL_BINDING_TYPES, ["tls-exporter", "tls-server-end-point"])
        ours, theirs = connect(client_context(), server_context())
        for kind in ssl.CHANNEL_BINDING_TYPES:
            self.assertEqual(len(ours.get_channel_binding(kind)), 32)
            self.assertEqual(ours.get_channel_binding(kind), theirs.get_channel_binding(kind))
        with self.assertRaisesRegex(ValueError, "tls-unique"):
            ours.get_channel_binding()


class Chains(unittest.TestCase):
    def test_of_a_server(self):
        ours, theirs = connect(client_context(), server_context())
        der = [ssl.PEM_cert_to_DER_cert(block + "-----END CERTIFICATE-----\n") for block in
               (text("server.pem") + text("ca.pem")).split("-----END CERTIFICATE-----\n")[:-1]]
        self.assertEqual(ours.get_verified_chain(), der)
        self.assertEqual(ours.get_unverified_chain(), der[:-1])
        self.assertEqual(ours.getpeercert(True), der[0])
        self.assertEqual(theirs.get_unverified_chain(), [])


class Ocsp(unittest.TestCase):
    def response(self):
        """An answer about some certificate: nobody but the program reads it."""
        directory = temporary_directory()
        (directory / "index").write_text("")
        subprocess.run(["openssl", "ocsp", "-index", "index", "-CA", certificate("ca.pem"),
                        "-rsigner", certificate("ca.pem"), "-rkey", certificate("ca.key"),
                        "-issuer", certificate("ca.pem"), "-cert", certificate("client.pem"),
                        "-respout", "response"], cwd=directory, check=True, timeout=60,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return (directory / "response").read_bytes()

    def test_stapled(self):
        server = server_context()
        ours, _ = connect(client_context(), server)
        self.assertIsNone(ours.ocsp_response())
        with self.assertRaises(ssl.SSLError):
            server.set_ocsp_response(b"nonsense")
        response = self.response()
        server.set_ocsp_response(response)
        ours, _ = connect(client_context(), server)
        self.assertEqual(ours.ocsp_response(), response)


class EncryptedClientHello(unittest.TestCase):
    # One configuration, for X25519, HKDF-SHA256 and AES-128-GCM, whose key is the curve's base point.
    CONFIGS = (b"\x00\x43\xfe\x0d\x00\x3f\x01\x00\x20\x00\x20\x09" + bytes(31)
               + b"\x00\x04\x00\x01\x00\x01\x40\x10server.rssl.test\x00\x00")

    def hello(self, context):
        """What a client of the context for secret.rssl.test sends first, and the client."""
        sent = ssl.MemoryBIO()
        client = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname="secret.rssl.test")
        self.assertEqual(client.ech_status(), "not offered")
        step(client, client.do_handshake)
        return sent.read(), client

    def test_the_name_is_hidden(self):
        context = client_context()
        context.set_ech_configs(self.CONFIGS)
        sent, client = self.hello(context)
        self.assertIn(b"server.rssl.test", sent)
        self.assertNotIn(b"secret.rssl.test", sent)
        self.assertEqual(client.ech_status(), "offered")
        context.set_ech_configs(None)
        self.assertIn(b"secret.rssl.test", self.hello(context)[0])

    def test_a_server_that_cannot_open_it(self):
        context, up, down = client_context(), ssl.MemoryBIO(), ssl.MemoryBIO()
        context.set_ech_configs(self.CONFIGS)
        ours = context.wrap_bio(down, up, server_hostname="secret.rssl.test")
        theirs = server_context().wrap_bio(up, down, server_side=True)
        with self.assertRaises(ssl.SSLError) as caught:
            for end in (ours, theirs, ours):
                step(end, end.do_handshake)
        self.assertEqual(caught.exception.reason, "ECH_REJECTED")
        self.assertEqual(ours.ech_status(), "rejected")
        self.assertIsNone(ours.ech_retry_configs())
        self.assertEqual(theirs.ech_status(), "not offered")

    def test_grease(self):
        context = client_context()
        context.set_ech_grease(True)
        ours, _ = connect(context, server_context())
        self.assertEqual((ours.ech_status(), ours.ech_retry_configs()), ("grease", None))
        context.set_ech_grease(False)
        self.assertEqual(connect(context, server_context())[0].ech_status(), "not offered")

    def test_what_is_no_list(self):
        for configs in (b"", b"\x00", self.CONFIGS[:-1], self.CONFIGS + b"\x00"):
            context = client_context()
            if configs:
                with self.assertRaises(ssl.SSLError):
                    context.set_ech_configs(configs)
            self.assertIn(b"secret.rssl.test", self.hello(context)[0])
        with self.assertRaises(TypeError):
            client_context().set_ech_configs("text")
        with self.assertRaises(ssl.SSLError):
            server_context().set_ech_configs(self.CONFIGS)


class Store(dict):
    """The least that a session store is."""

    failing = False

    def put(self, id, session, seconds):
        assert not self.failing and seconds > 0
        self[id] = session

    def remove(self, id):
        assert not self.failing
        return self.pop(id, None)


class Sessions(unittest.TestCase):
    def resume(self, version, store):
        """Whether the second of two connections, each to a context of its own, is resumed."""
        client, session, reused = client_context(), None, []
        client.maximum_version = version
        for _ in range(2):
            server = server_context()
            server.set_session_store(store)
            up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
            ours = client.wrap_bio(down, up, server_hostname="localhost", session=session)
            theirs = server.wrap_bio(up, down, server_side=True)
            for end in (ours, theirs, ours, theirs, ours):
                step(end, end.do_handshake)
            theirs.write(b"x")
            self.assertEqual(ours.read(1), b"x")
            reused.append(ours.session_reused)
            session = ours.session
        self.assertFalse(reused[0])
        return reused[1]

    def test_store(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version):
                self.assertTrue(self.resume(version, Store()))

    def test_a_store_that_forgets(self):
        forgetful = Store()
        forgetful.put = lambda *_: None
        self.assertFalse(self.resume(ssl.TLSVersion.TLSv1_3, forgetful))

    def test_what_is_no_store(self):
        with self.assertRaises(TypeError):
            server_context().set_session_store(7)


if __name__ == "__main__":
    certificates()
    unittest.main(verbosity=2)
