"""A server that requires a client certificate and says whose it is:
mutual_server.py CERTFILE KEYFILE CA"""

import socket
import sys

import rssl as ssl

certfile, keyfile, ca_certs = sys.argv[1:]

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(("127.0.0.1", 0))
s.listen(1)
print("port", s.getsockname()[1], flush=True)
while True:
    client, addr = s.accept()
    try:
        client_ssl = ssl.wrap_socket(client, keyfile=keyfile, certfile=certfile, server_side=True,
                                     cert_reqs=ssl.CERT_REQUIRED, ca_certs=ca_certs)
        client_ssl.recv(1024)
        subject = dict(pair for (pair,) in client_ssl.getpeercert()["subject"])
        client_ssl.sendall(subject["commonName"].encode())
        client_ssl.unwrap().close()
    except OSError as error:
        print("Failed: %s" % error, flush=True)
