# talk.py client PORT CAFILE COUNT: sends COUNT bytes to 127.0.0.1 as localhost, expects them back,
# and says what was agreed. talk.py server PORT CERTFILE KEYFILE: sends the lines of one client back,
# and says the same.

import socket
import ssl
import sys

PART = 16000


def client(port, cafile, count):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=cafile)
    plain = socket.socket()
    plain.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    stream = context.wrap_socket(plain, server_hostname="localhost")
    print(stream.version())
    left = int(count)
    while left:
        part = bytes([left % 251]) * (min(left, PART) - 1) + b"\n"
        stream.write(part)
        assert stream.read(len(part)) == part
        left -= len(part)
    stream.close()


def server(port, certfile, keyfile):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certfile, keyfile)
    listener = socket.socket()
    listener.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    listener.listen(1)
    stream = context.wrap_socket(listener.accept()[0], server_side=True)
    print(stream.version())
    while True:
        line = stream.readline()
        if not line:
            break
        stream.write(line)
    stream.close()


if __name__ == "__main__":
    {"client": client, "server": server}[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:])
