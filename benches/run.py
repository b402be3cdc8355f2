"""Measures every peer with every workload, in rounds, and writes the report.

The peers take turns at each workload, so that what disturbs the machine disturbs all of them; the
report shows medians of the rounds. How long a workload is measured follows from the time given.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

import report
from workloads import CONNECTIONS, PROXY, ROUND

PEERS = ["rssl", "rustls", "openssl", "gnutls", "wolfssl", "mbedtls"]
SHORTEST_MS = 5
STUCK_SECONDS = 600


class Failed(Exception):
    """A peer's program did, and said why."""


class Bench:
    def __init__(self, options):
        self.programs = pathlib.Path(options.programs).resolve()
        self.out = pathlib.Path(options.out).resolve()
        self.options = options
        self.started = time.monotonic()
        self.certificates = self.out / "certificates"
        self.peers = {}
        self.samples = {}  # workload -> peer -> metric -> values
        self.rounds = 0
        self.left_out = {}  # peer, or "peer: workload" -> why

    def program(self, peer):
        return self.programs / f"bench_{peer}"

    def call(self, peer, *arguments):
        """The lines that a peer's program prints, as a dictionary."""
        # Without close_fds Python uses posix_spawn, so that a process starts with next to no CPU
        # time of Python's.
        try:
            run = subprocess.run([str(self.program(peer)), *arguments], capture_output=True,
                                 text=True, close_fds=False, timeout=STUCK_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failed(f"it did not end within {STUCK_SECONDS} s") from None
        if run.returncode != 0:
            raise Failed(run.stderr.strip() or f"exit status {run.returncode}")
        lines = (line.split("\t", 1) for line in run.stdout.splitlines())
        return {name: number(value) for name, value in lines}

    def find_peers(self):
        for peer in PEERS:
            if self.program(peer).exists():
                self.peers[peer] = self.call(peer, "about")
            else:
                self.left_out[peer] = "its library was not there when the benchmark was built"

    def measure(self, workload, peer, ms=0):
        """Keeps what a peer's program says of a workload. Returns what to show of it."""
        name = self.peers[peer]["name"]
        arguments = [*workload.command.split(), f"certificates={self.certificates}"]
        if workload.timed:
            arguments.append(f"ms={ms}")
        if workload is PROXY:
            arguments.append(f"ends={self.program('rssl')}")
        if workload is CONNECTIONS:
            arguments += [f"held={self.options.held}", f"probes={self.options.probes}"]
        try:
            for _ in range(workload.repeat):
                self.keep(workload, peer, self.call(peer, *arguments))
        except Failed as failure:
            self.left_out[f"{name}: {workload.title}"] = str(failure)
            return f"{name} failed"
        return f"{name} {report.brief(self.samples[workload.key][peer])}"

    def keep(self, workload, peer, values):
        metrics = self.samples.setdefault(workload.key, {}).setdefault(peer, {})
        for name, value in values.items():
            metrics.setdefault(name, []).append(value)

    def left(self):
        return max(0, self.options.seconds - (time.monotonic() - self.started))

    def progress(self, text):
        print(f"[{time.strftime('%M:%S', time.gmtime(self.left()))} left] {text}", flush=True)

    def run_rounds(self):
        """As many as there is time for, one at least. Each workload takes its share of the time
        that is left, by what those before it cost."""
        plan = [(workload, [peer for peer, about in self.peers.items() if workload.fits(about)])
                for workload in ROUND]
        to_do = self.options.rounds * sum(len(peers) for _, peers in plan)
        passed, measured = 1.5, 1.0  # seconds: more passes than is measured
        while self.rounds < self.options.rounds and (self.rounds == 0 or self.left() > 0):
            for workload, peers in plan:
                began = time.monotonic()
                ms = max(SHORTEST_MS, int(1000 * self.left() / to_do * measured / passed))
                shown = [self.measure(workload, peer, ms) for peer in peers]
                if shown:
                    self.progress(f"round {self.rounds + 1} of {self.options.rounds}, "
                                  f"{workload.title}: " + ", ".join(shown))
                to_do -= len(peers)
                passed += time.monotonic() - began
                measured += len(peers) * ms / 1000
            self.rounds += 1

    def results(self, load):
        return {
            "machine": {"cpu": cpu_name(), "cores": len(os.sched_getaffinity(0)),
                        "system": f"{platform.system()} {platform.release()}"},
            "date": time.strftime("%Y-%m-%d"),
            "load": load,
            "rounds": self.rounds,
            "seconds": round(time.monotonic() - self.started),
            "held": self.options.held,
            "peers": self.peers,
            "left_out": self.left_out,
            "samples": self.samples,
        }

    def run(self):
        load = [os.getloadavg()[0]]
        self.out.mkdir(parents=True, exist_ok=True)
        subprocess.run([self.options.testca, str(self.certificates)], check=True)
        self.find_peers()
        self.progress("measuring " + ", ".join(about["name"] for about in self.peers.values()))
        for peer in self.peers:
            self.progress(f"{self.options.held} {CONNECTIONS.title}: "
                          + self.measure(CONNECTIONS, peer))
        self.run_rounds()
        load.append(os.getloadavg()[0])
        results = self.results(load)
        (self.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
        return results


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


def cpu_name():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="directory of the peers' programs")
    parser.add_argument("--testca", required=True, help="the program that makes certificates")
    parser.add_argument("--out", required=True, help="directory for the report")
    parser.add_argument("--seconds", type=int, default=os.environ.get("BENCH_SECONDS", 600),
                        help="how long to take, about (BENCH_SECONDS, or 600)")
    parser.add_argument("--rounds", type=int, default=os.environ.get("BENCH_ROUNDS", 5),
                        help="how often to measure everything (BENCH_ROUNDS, or 5)")
    parser.add_argument("--held", type=int, default=10000, help="connections to hold open")
    parser.add_argument("--probes", type=int, default=100,
                        help="handshakes measured while they are open")
    options = parser.parse_args()
    if min(options.seconds, options.rounds, options.held // 10, options.probes) < 1:
        parser.error("seconds, rounds and probes are 1 or more, held is 10 or more")
    bench = Bench(options)
    results = bench.run()
    print("\n" + report.write(results, bench.out))
    print(f"The report and its pictures are in {bench.out}")
    sys.exit(1 if any(": " in what for what in results["left_out"]) else 0)


if __name__ == "__main__":
    main()
