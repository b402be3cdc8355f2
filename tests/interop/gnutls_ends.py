"""The GnuTLS end: gnutls-cli and gnutls-serv."""

from programs import certificate, program, temporary_directory
from rssl_peer import RsslCase

NORMAL = "NORMAL"


def only(kind, *names, base=NORMAL):
    """A priority string with no names of a kind (VERS-ALL, GROUP-ALL, ...) but these."""
    return ":".join([base, f"-{kind}", *(f"+{name}" for name in names)])


def version_priority(version):
    return only("VERS-ALL", f"VERS-TLS{version}")


def gnutls_pair(name):
    return ["--x509certfile", certificate(name + ".pem"),
            "--x509keyfile", certificate(name + ".key")]


class GnutlsCase(RsslCase):
    def gnutls_cli(self, port, *options, priority=NORMAL):
        """Standard output is what the server sent; what gnutls-cli itself says is in .log."""
        log = temporary_directory() / "log"
        client = self.start(
            program("gnutls-cli"), "--port", port, "--sni-hostname", "localhost",
            "--verify-hostname", "localhost", "--x509cafile", certificate("ca.pem"),
            "--priority", priority, "--logfile", log, *options, "127.0.0.1",
        )
        client.log = log
        return client

    def gnutls_serv(self, *options, identity="server", priority=NORMAL, mode="--echo"):
        server = self.start(
            program("gnutls-serv"), "--port", "0", mode, "--priority", priority,
            "--x509cafile", certificate("ca.pem"), *gnutls_pair(identity), *options,
        )
        server.port = server.listening_port()
        return server

    def client_talks(self, client):
        client.write(b"ping\n")
        client.output.wait_for("ping\n")
        self.assertEqual(client.finish(), 0, client)

    def from_gnutls(self, client_options=(), server_options=(), priority=NORMAL, **expected):
        """gnutls-cli to librssl: a line and its echo, then the server's report."""
        identity = expected.pop("identity", "server")
        server = self.rssl_server("--echo", *server_options, identity=identity)
        self.client_talks(self.gnutls_cli(server.port, *client_options, priority=priority))
        return self.ended_well(server, **{"sni": "localhost", "received": "5", **expected})

    def to_gnutls(self, client_options=(), server_options=(), priority=NORMAL, **expected):
        """librssl to gnutls-serv: a line and its echo, then the client's report."""
        identity = expected.pop("identity", "server")
        server = self.gnutls_serv(*server_options, identity=identity, priority=priority)
        client = self.rssl_client(server.port, *client_options)
        self.client_talks(client)
        # How much came is not the same with every line: gnutls-serv adds an empty one.
        return self.ended_well(client, **{"peer": "localhost", **expected})
