"""A line to a far place: a proxy in front of a server, which delays what passes and lets through only so much of it.

    with far_away(8888) as port:  # the port at which the server on 8888 is 100 ms away, each way, at 20 Mbit/s

    python tests/benchmarks/far_away.py 8888  # the same by hand: it prints the port

Each way is a queue, which all connections share as they share a learner's line: a piece leaves when those before it have
passed, at so many bytes a second, and arrives a delay later.
"""

import asyncio
import subprocess
import sys
from contextlib import contextmanager

DELAY, RATE, PIECE = 0.1, 20e6 / 8, 16_384  # seconds, bytes a second, bytes


class Line:
    """One way of it: `carry` brings all that a reader gives to a writer."""

    def __init__(self):
        self.free = 0.0  # when all that waits has passed

    async def carry(self, reader, writer):
        under_way = asyncio.Queue(64)  # a megabyte: who sends more has to wait, as on a real line
        delivery = asyncio.create_task(self._deliver(under_way, writer))
        piece = True
        while piece:
            piece = await reader.read(PIECE)
            self.free = max(self.free, asyncio.get_running_loop().time()) + len(piece) / RATE
            await under_way.put((self.free + DELAY, piece))
        await delivery

    async def _deliver(self, under_way, writer):
        piece = True
        while piece:
            due, piece = await under_way.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            writer.write(piece)
            await writer.drain()
        writer.close()


async def serve(port):
    there, back = Line(), Line()

    async def connect(reader, writer):
        await asyncio.sleep(DELAY)
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
        ways = there.carry(reader, server_writer), back.carry(server_reader, writer)
        await asyncio.gather(*ways, return_exceptions=True)  # one whose end has gone is over

    async with await asyncio.start_server(connect, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


@contextmanager
def far_away(port):
    """The port of such a proxy, which runs in a process of its own, in front of a port of this machine."""
    with subprocess.Popen([sys.executable, __file__, str(port)], stdout=subprocess.PIPE) as proxy:
        try:
            yield int(proxy.stdout.readline())
        finally:
            proxy.kill()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
