"""Speaks a line protocol over asyncio streams: "TLS" begins TLS on the connection, any other line
comes back in capitals. With "tls" connections are TLS from the start.
streams_server.py CERT KEY [tls]"""

import asyncio
import ssl
import sys


async def answer(context, reader, writer):
    while line := await reader.readline():
        if line == b"TLS\n":
            writer.write(b"GO\n")
            await writer.drain()
            await writer.start_tls(context)
        else:
            writer.write(line.upper())
            await writer.drain()
    writer.close()


async def serve(cert, key, mode="start_tls"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    server = await asyncio.start_server(lambda *ends: answer(context, *ends), "127.0.0.1", 0,
                                        ssl=context if mode == "tls" else None)
    print(f"lines://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(serve(*sys.argv[1:]))
