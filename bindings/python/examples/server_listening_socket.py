"""A server that wraps the listening socket and answers one client:
server_listening_socket.py CERTCHAIN KEY"""

import socket
import sys

import rssl as ssl

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(*sys.argv[1:])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0) as sock:
    sock.bind(("127.0.0.1", 0))
    sock.listen(5)
    print("port", sock.getsockname()[1], flush=True)

    with context.wrap_socket(sock, server_side=True) as ssock:
        conn, addr = ssock.accept()
        with conn:
            conn.sendall(conn.recv(1024).upper())
            conn.unwrap().close()
