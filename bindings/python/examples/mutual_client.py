"""A client that presents a certificate, by the one-call interface of old:
mutual_client.py HOST PORT CERTFILE KEYFILE CA"""

import socket
import sys

import rssl as ssl

hostname, port, certfile, keyfile, ca_certs = sys.argv[1:]

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect((hostname, int(port)))
# It verifies the path and not the name: SSLContext.wrap_socket(server_hostname=...) does both.
ssl_s = ssl.wrap_socket(s, keyfile=keyfile, certfile=certfile, cert_reqs=ssl.CERT_REQUIRED,
                        ca_certs=ca_certs)
ssl_s.sendall(b"who am I?")
print(ssl_s.recv(1024).decode())
ssl_s.close()
