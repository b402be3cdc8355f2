"""token_server with a key in SoftHSM, against Python's ssl module."""

import os
import pathlib
import ssl
import socket
import subprocess
import tempfile
import unittest

from counterparts import certificate

PROGRAM = pathlib.Path(os.environ["RSSL_EXAMPLES"]) / "token_server"
MODULE = os.environ["RSSL_SOFTHSM"]
PIN = "1234"


class Token(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        work = pathlib.Path(directory.name)
        (work / "tokens").mkdir()
        (work / "softhsm2.conf").write_text(f"directories.tokendir = {work / 'tokens'}\n")
        cls.env = {**os.environ, "SOFTHSM2_CONF": str(work / "softhsm2.conf"), "TOKEN_PIN": PIN}
        cls.util("--init-token", "--free", "--label", "rssl test", "--so-pin", PIN)
        cls.util("--import", certificate("rsa-server.key"), "--token", "rssl test",
                 "--label", "server", "--id", "01")

    @classmethod
    def util(cls, *arguments):
        subprocess.run(["softhsm2-util", *arguments, "--pin", PIN], env=cls.env, check=True,
                       timeout=60, stdout=subprocess.DEVNULL)

    def start(self, *arguments, **env):
        server = subprocess.Popen([PROGRAM, "0", *arguments], env={**self.env, **env}, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(server.communicate)
        self.addCleanup(server.terminate)
        return server

    def fails(self, fact, *arguments, **env):
        server = self.start(*arguments, **env)
        _, said = server.communicate(timeout=30)
        self.assertEqual(server.returncode, 1, said)
        self.assertIn(fact, said)

    def test_the_token_signs(self):
        server = self.start(MODULE, "rssl test", "server", certificate("rsa-server.pem"))
        host, port = server.stdout.readline().split()[-1].rsplit(":", 1)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.create_default_context(cafile=certificate("ca.pem"))
            context.minimum_version = context.maximum_version = version
            with socket.create_connection((host, int(port)), 30) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as client:
                    client.sendall(b"ping")
                    self.assertEqual(client.recv(4), b"ping")

    def test_what_is_wrong_is_said(self):
        chain = certificate("rsa-server.pem")
        self.fails("/nonexistent", "/nonexistent", "rssl test", "server", chain)
        self.fails("no token", MODULE, "other", "server", chain)
        self.fails("no private key", MODULE, "rssl test", "other", chain)
        self.fails("C_Login", MODULE, "rssl test", "server", chain, TOKEN_PIN="4321")
        self.fails("/nonexistent", MODULE, "rssl test", "server", "/nonexistent")
        ecdsa = certificate("server.pem")
        self.fails("none of the schemes", MODULE, "rssl test", "server", ecdsa)


if __name__ == "__main__":
    unittest.main()
