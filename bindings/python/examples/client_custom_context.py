"""A client with its own trust, over IPv4: client_custom_context.py HOST PORT CABUNDLE"""

import socket
import sys

import rssl as ssl

hostname, port, cabundle = sys.argv[1:]
# PROTOCOL_TLS_CLIENT verifies the certificate and the name.
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations(cabundle)

with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0) as sock:
    with context.wrap_socket(sock, server_hostname=hostname) as ssock:
        ssock.connect((hostname, int(port)))
        print(ssock.version())
