# asyncio_client.py HOST PORT CAFILE: sends two lines over one connection, and prints the answers.

import asyncio
import ssl
import sys


async def talk(host, port, cafile):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=cafile)
    reader, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    for line in (b"first\n", b"second\n"):
        writer.write(line)
        await writer.drain()
        print((await reader.readline()).decode(), end="")
    writer.close()
    await writer.wait_closed()


if __name__ == "__main__":
    asyncio.run(talk(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
