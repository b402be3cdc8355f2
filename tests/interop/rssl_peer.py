"""The librssl end: the program peer, and what it reports."""

import os

from programs import Case, certificate

VERSIONS = ("1.2", "1.3")


def pair(name):
    """The options for the certificate NAME.pem and its key."""
    return ["--cert", certificate(name + ".pem"), "--key", certificate(name + ".key")]


def tls(version):
    return ["--tls", version]


class RsslCase(Case):
    def rssl_server(self, *options, identity="server"):
        """A peer that listens; its port is in .port. Without identity the options name one."""
        own = pair(identity) if identity else []
        server = self.start(os.environ["RSSL_PEER"], "server", *own, *options)
        server.port = int(server.errors.wait_for(rb"port: (\d+)\n")[1])
        return server

    def rssl_client(self, port, *options, ca="ca.pem"):
        return self.start(
            os.environ["RSSL_PEER"], "client", "--port", port, "--ca", certificate(ca), *options
        )

    def reports(self, peer):
        """What a peer that has ended says of each connection."""
        peer.wait()
        found = [{}]
        for line in peer.errors.text().splitlines():
            key, _, value = line.partition(": ")
            found[-1][key] = value
            if key == "result":
                found.append({})
        return found[:-1]

    def report(self, peer, /, **expected):
        """The report of the only connection. It must hold what is expected."""
        reports = self.reports(peer)
        self.assertEqual(len(reports), 1, peer)
        self.assertEqual({key: reports[0].get(key) for key in expected}, expected, peer)
        return reports[0]

    def ended_well(self, peer, /, **expected):
        report = self.report(peer, result="RSSL_OK", **expected)
        self.assertEqual(peer.wait(), 0, peer)
        return report
