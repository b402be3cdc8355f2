"""Speaks TLS over asyncio streams, begun in the middle of the connection, or from its start if "tls"
is given: streams_client.py PORT CA HOSTNAME [tls]"""

import asyncio
import ssl
import sys

import audited  # noqa: F401


async def upgraded(port, context, hostname):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for before, after in ((b"plain\n", b"PLAIN\n"), (b"TLS\n", b"GO\n")):
        writer.write(before)
        assert await reader.readline() == after
    await writer.start_tls(context, server_hostname=hostname)
    return reader, writer


async def talk(port, ca, hostname, mode="start_tls"):
    context = ssl.create_default_context(cafile=ca)
    if mode == "tls":
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port), ssl=context,
                                                       server_hostname=hostname)
    else:
        reader, writer = await upgraded(int(port), context, hostname)
    words = b"x" * 60000 + b"\n"
    for _ in range(20):
        writer.write(words)
        assert await reader.readexactly(len(words)) == words.upper()
    print(writer.get_extra_info("ssl_object").version())
    writer.close()
    await writer.wait_closed()


asyncio.run(talk(*sys.argv[1:]))
