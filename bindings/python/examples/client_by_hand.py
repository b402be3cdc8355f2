"""A client whose context is set up by hand, wrapped before it connects:
client_by_hand.py HOST PORT"""

import socket
import sys

import rssl as ssl

hostname, port = sys.argv[1:]
context = ssl.SSLContext()
context.verify_mode = ssl.CERT_REQUIRED
context.check_hostname = True
context.load_default_certs()

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
ssl_sock = context.wrap_socket(s, server_hostname=hostname)
ssl_sock.connect((hostname, int(port)))
print(ssl_sock.version(), ssl_sock.cipher()[0])
ssl_sock.close()
