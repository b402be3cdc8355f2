# asyncio_server.py PORT CERTFILE KEYFILE: sends every line back in capitals, to any number of
# clients at once.

import asyncio
import ssl
import sys


async def answer(reader, writer):
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            writer.write(line.upper())
            await writer.drain()
    except OSError as error:
        print("connection failed:", error)
    writer.close()
    await writer.wait_closed()


async def serve(port, certfile, keyfile):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certfile, keyfile)
    server = await asyncio.start_server(answer, "127.0.0.1", port, ssl=context)
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
