"""A client with the default context, over IPv4 or IPv6: client_default_context.py HOST PORT"""

import socket
import sys

import rssl as ssl

hostname, port = sys.argv[1:]
context = ssl.create_default_context()

with socket.create_connection((hostname, port)) as sock:
    with context.wrap_socket(sock, server_hostname=hostname) as ssock:
        print(ssock.version())
