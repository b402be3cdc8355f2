# ask_for_ever.py: asks a connection for its peer's certificate again and again; says what interrupted
# it, once the connection has carried a byte. Other calls allocate outside of librssl, where MicroPython
# itself does not bear to be interrupted.

from pipes import connect, contexts, pair

client, server = contexts()
ours, theirs = pair()
client = client.wrap_socket(ours, do_handshake_on_connect=False, server_hostname="localhost")
server = server.wrap_socket(theirs, server_side=True, do_handshake_on_connect=False)
connect(client, server)
said = "ready"
while True:
    try:
        if said:
            client.write(b"x")
            assert server.read(1) == b"x"
            print(said)
            said = None
        while True:
            client.getpeercert(True)
    except KeyboardInterrupt:
        said = "interrupted"
