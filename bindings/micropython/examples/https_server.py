# https_server.py PORT CERTFILE KEYFILE: answers every request on 127.0.0.1 with a page, one
# connection at a time.

import socket
import ssl
import sys

PAGE = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nHello from MicroPython\n"


def listen(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    listener.listen(5)
    return listener


def answer(context, plain):
    stream = plain
    try:
        stream = context.wrap_socket(plain, server_side=True)
        while stream.readline() not in (b"\r\n", b""):
            pass
        stream.write(PAGE)
    except OSError as error:
        print("connection failed:", error)
    stream.close()


def serve(port, certfile, keyfile):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certfile, keyfile)
    listener = listen(port)
    while True:
        plain, _ = listener.accept()
        answer(context, plain)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], sys.argv[3])
