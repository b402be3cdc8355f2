"""The OpenSSL end: openssl s_client and s_server."""

import os

from programs import certificate, program
from rssl_peer import RsslCase

def version_option(version):
    return "-tls" + version.replace(".", "_")


def openssl_pair(name, chain=True):
    """The options for the certificate NAME.pem, its chain and its key."""
    file = certificate(name + ".pem")
    return ["-cert", file, "-key", certificate(name + ".key"),
            *(["-cert_chain", file] if chain else [])]


def require(ca):
    """The options of a server that serves nobody without a certificate of this authority."""
    return ["-CAfile", certificate(ca), "-Verify", "1", "-verify_return_error"]


class OpensslCase(RsslCase):
    def s_client(self, port, *options, quiet=True, ca="ca.pem"):
        """quiet: standard output is what the server sent, and nothing in the input is a command."""
        mode = ["-quiet", "-no_ign_eof", "-nocommands"] if quiet else []
        return self.start(
            program("openssl"), "s_client", "-connect", f"127.0.0.1:{port}",
            "-servername", "localhost", "-verify_hostname", "localhost",
            "-CAfile", certificate(ca), "-verify_return_error", *mode, *options,
        )

    def s_server(self, *options, identity="server", quiet=True, **redirections):
        mode = ["-quiet"] if quiet else []
        server = self.start(
            program("openssl"), "s_server", "-accept", "127.0.0.1:0",
            *openssl_pair(identity), *mode, *options, **redirections,
        )
        server.port = server.listening_port()
        return server

    def s_server_echo(self, *options, **more):
        """Reads what it has printed, and so sends back what comes."""
        reader, writer = os.pipe()
        try:
            return self.s_server(*options, stdin=reader, stdout=writer, **more)
        finally:
            os.close(reader)
            os.close(writer)

    def client_talks(self, client):
        client.write(b"ping\n")
        client.output.wait_for("ping\n")
        self.assertEqual(client.finish(), 0, client)

    def from_s_client(self, client_options=(), server_options=(), **expected):
        """s_client to librssl: a line and its echo, then the server's report."""
        identity = expected.pop("identity", "server")
        server = self.rssl_server("--echo", *server_options, identity=identity)
        self.client_talks(self.s_client(server.port, *client_options))
        return self.ended_well(server, sni="localhost", received="5", **expected)

    def to_s_server(self, client_options=(), server_options=(), **expected):
        """librssl to s_server: a line and its echo, then the client's report."""
        identity = expected.pop("identity", "server")
        server = self.s_server_echo("-naccept", "1", *server_options, identity=identity)
        client = self.rssl_client(server.port, *client_options)
        self.client_talks(client)
        self.assertEqual(server.wait(), 0, server)
        return self.ended_well(client, **{"peer": "localhost", "received": "5", **expected})
