"""Does a server choose HTTP/2, and does it ask for a password? smart_client.py HOST PORT [USER PASSWORD]"""

import base64
import socket
import sys

import rssl as ssl

hostname, port, *credentials = sys.argv[1:]


def connect(protocols):
    context = ssl.create_default_context()
    context.set_alpn_protocols(protocols)
    conn = context.wrap_socket(socket.socket(socket.AF_INET), server_hostname=hostname)
    conn.connect((hostname, int(port)))
    return conn


with connect(["http/1.1", "h2"]) as conn:
    chosen = conn.selected_alpn_protocol()
print("HTTP/2:", "yes" if chosen == "h2" else "no")

request = ["GET / HTTP/1.1", "Host: " + hostname, "Connection: close"]
if credentials:
    secret = base64.b64encode(":".join(credentials).encode()).decode()
    request.append("Authorization: Basic " + secret)
with connect(["http/1.1"]) as conn:
    conn.send("\r\n".join([*request, "", ""]).encode())
    response = conn.recv(1024)
print("password asked for:", "yes" if response.split()[1] == b"401" else "no")
