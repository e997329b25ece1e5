#!/usr/bin/env python3
"""One server of a herd in the way of the original prototype, to measure against.

One dictionary, one task a connection; each AT line is pushed to the neighbors over a fresh
connection, and a line that is known already goes nowhere. There is no source of places, so a
WHATSAT finds none. Nothing but the standard library is used.

    asyncio_herd.py NAME PORT [NEIGHBOR'S_PORT ...]
"""

import asyncio
import json
import re
import sys
import time

HOST = "127.0.0.1"
POSITION = re.compile(rb"[+-]\d{1,2}(\.\d+)?[+-]\d{1,3}(\.\d+)?/?")
TIME = re.compile(rb"\d{1,11}(\.\d{1,9})?")
NO_PLACES = {"html_attributions": [], "results": [], "status": "ZERO_RESULTS"}


class Server:
    """What one server knows, and how it talks."""

    def __init__(self, name, neighbors):
        self.name = name.encode()
        self.neighbors = neighbors
        self.lines = {}  # For each client the time of its newest AT line, and that line.

    async def serve(self, reader, writer):
        """Answers the commands of one connection, one after the other."""
        try:
            while line := await reader.readline():
                reply, news = self.answer(line.rstrip(b"\r\n"))
                writer.write(reply)
                await writer.drain()
                if news:
                    await asyncio.gather(*(push(port, news) for port in self.neighbors))
        except (ConnectionError, ValueError):
            pass  # The other side went away, or its line has no end.
        finally:
            writer.close()

    def answer(self, line):
        """The reply to a line, and the AT line that the neighbors must hear of, if there is one."""
        match line.split():
            case [b"IAMAT", client, position, sent] if is_report(position, sent):
                skew = f"{time.time() - float(sent):+.9f}".encode()
                at = b" ".join([b"AT", self.name, skew, client, position, sent]) + b"\n"
                return at, self.take_in(client, sent, at)
            case [b"AT", _, _, client, position, sent] if is_report(position, sent):
                return b"", self.take_in(client, sent, line + b"\n")
            case [b"WHATSAT", client, _, _] if client in self.lines:
                places = json.dumps(NO_PLACES, indent=3).encode()
                return self.lines[client][1] + places + b"\n\n", None
            case _:
                return b"? " + line + b"\n", None

    def take_in(self, client, sent, at):
        """Keeps an AT line that is newer than what is known, and returns it if it was."""
        if client in self.lines and float(sent) <= self.lines[client][0]:
            return None
        self.lines[client] = (float(sent), at)
        return at


def is_report(position, sent):
    return POSITION.fullmatch(position) and TIME.fullmatch(sent)


async def push(port, line):
    """Sends a line to a neighbor, which may be away: it then misses the line."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
        writer.write(line)
        writer.close()
        await writer.wait_closed()
    except OSError:
        pass


async def main(name, port, *neighbors):
    server = Server(name, [int(neighbor) for neighbor in neighbors])
    async with await asyncio.start_server(server.serve, HOST, int(port)) as listener:
        await listener.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        asyncio.run(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        pass
