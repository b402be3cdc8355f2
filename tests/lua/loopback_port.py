"""Ports for programs that cannot ask the system for one."""

import pathlib
import random
import socket


def free_port():
    """A port that nobody listens on, below those that the system gives to whoever asks for any."""
    lowest = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(max(1024, lowest - 16384), lowest)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
