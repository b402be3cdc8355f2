"""Begins TLS in the middle of a connection, by asyncio: streams_client.py PORT CA HOSTNAME"""

import asyncio
import ssl
import sys


async def talk(port, ca, hostname):
    context = ssl.create_default_context(cafile=ca)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
    for before, after in ((b"plain\n", b"PLAIN\n"), (b"TLS\n", b"GO\n")):
        writer.write(before)
        assert await reader.readline() == after
    await writer.start_tls(context, server_hostname=hostname)
    words = b"x" * 60000 + b"\n"
    for _ in range(20):
        writer.write(words)
        assert await reader.readexactly(len(words)) == words.upper()
    print(writer.get_extra_info("ssl_object").version())
    writer.close()
    await writer.wait_closed()


asyncio.run(talk(*sys.argv[1:]))
