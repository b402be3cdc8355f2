"""What is measured, in the order of the report. run.py runs it, report.py shows it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    key: str  # of its results
    title: str
    command: str  # arguments of a peer's program
    needs: str = ""  # "tls13" or "known_chains": left out of peers that lack it
    repeat: int = 1  # samples in a round, of what says itself how long it takes
    timed: bool = True  # takes as long as it is told
    pictured: bool = True

    def fits(self, about):
        """Whether a peer can do it, by what its program says of itself."""
        if self.needs == "tls13":
            return about["newest"] == 13
        return self.needs == "" or about[self.needs] == 1


HANDSHAKES = [
    Workload("p256", "TLS 1.3, P-256", "handshakes version=13", "tls13"),
    Workload("rsa", "TLS 1.3, RSA-2048", "handshakes version=13 rsa=1", "tls13"),
    Workload("known", "TLS 1.3, P-256, chain known",
             "handshakes version=13 known_chains=1", "known_chains"),
    Workload("resumed", "TLS 1.3, resumed", "handshakes version=13 resume=1", "tls13"),
    Workload("tls12", "TLS 1.2, P-256", "handshakes version=12"),
]

DATA = [
    Workload("aes_16k", "AES-128-GCM, 16 KiB", "bulk size=16384"),
    Workload("aes_1k", "AES-128-GCM, 1 KiB", "bulk size=1024"),
    Workload("aes_64", "AES-128-GCM, 64 B", "bulk size=64"),
    Workload("chacha_16k", "ChaCha20, 16 KiB", "bulk size=16384 chacha=1"),
    Workload("chacha_1k", "ChaCha20, 1 KiB", "bulk size=1024 chacha=1", pictured=False),
    Workload("chacha_64", "ChaCha20, 64 B", "bulk size=64 chacha=1", pictured=False),
    Workload("tcp", "AES-128-GCM, 16 KiB, TCP", "bulk size=16384 tcp=1"),
]

THREADS = [
    Workload("threads_1", "1 thread", "threads threads=1"),
    Workload("threads_2", "2 threads", "threads threads=2"),
]

PROXY = Workload("proxy", "proxy", "proxy")
START = Workload("start", "process start to first handshake", "start", repeat=5, timed=False)
CONNECTIONS = Workload("connections", "connections held open", "connections", timed=False)

ROUND = HANDSHAKES + DATA + THREADS + [PROXY, START]
