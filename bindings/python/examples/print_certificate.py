"""Shows a server's certificate and the head of its answer: print_certificate.py HOST PORT CABUNDLE"""

import socket
import sys
from pprint import pprint

import rssl as ssl

hostname, port, cabundle = sys.argv[1:]
context = ssl.SSLContext()
context.verify_mode = ssl.CERT_REQUIRED
context.check_hostname = True
context.load_verify_locations(cabundle)

conn = context.wrap_socket(socket.socket(socket.AF_INET), server_hostname=hostname)
conn.connect((hostname, int(port)))
pprint(conn.getpeercert())

conn.sendall(b"HEAD / HTTP/1.0\r\nHost: " + hostname.encode() + b"\r\n\r\n")
pprint(conn.recv(1024).split(b"\r\n"))
conn.close()
