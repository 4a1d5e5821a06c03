"""Many keep-alive connections from one thread."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Tally:
    """The number of responses by status, the headers of rejected requests, and the number of broken connections."""

    statuses: Counter[int] = field(default_factory=Counter)
    rejected: list[bytes] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


async def keep_calling(url: str, token: str, paths: Sequence[str], *, connections: int, seconds: float) -> Tally:
    """Request the paths in turn on each of the connections, without a pause, for so many seconds."""
    tally, loop = Tally(), asyncio.get_running_loop()
    over = loop.time() + seconds

    async def keep(number: int) -> None:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            while loop.time() < over:
                path = paths[number % len(paths)]
                number += 1
                writer.write(_request(path, token))
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head))
                status = int(head[9:12])
                tally.statuses[status] += 1
                if status != 200:
                    tally.rejected.append(head + body)
        finally:
            writer.close()

    keepers = [asyncio.create_task(keep(number)) for number in range(connections)]
    for done in await asyncio.gather(*keepers, return_exceptions=True):
        if done is not None:
            tally.broken.append(repr(done))
    return tally


def _request(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
