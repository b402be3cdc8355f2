"""An echo server, one client after the other: server_accept_loop.py CERTFILE KEYFILE"""

import socket
import sys

import rssl as ssl

certfile, keyfile = sys.argv[1:]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certfile=certfile, keyfile=keyfile)


def do_something(connstream, data):
    connstream.sendall(data)
    return data != b"quit"


def deal_with_client(connstream):
    data = connstream.recv(1024)
    # Empty data means that the client is finished.
    while data:
        if not do_something(connstream, data):
            break
        data = connstream.recv(1024)


bindsocket = socket.socket()
bindsocket.bind(("127.0.0.1", 0))
bindsocket.listen(5)
print("port", bindsocket.getsockname()[1], flush=True)

while True:
    newsocket, fromaddr = bindsocket.accept()
    try:
        connstream = context.wrap_socket(newsocket, server_side=True)
    except OSError as error:
        print(fromaddr[0], error, file=sys.stderr, flush=True)
        continue
    try:
        deal_with_client(connstream)
    finally:
        connstream.shutdown(socket.SHUT_RDWR)
        connstream.close()
