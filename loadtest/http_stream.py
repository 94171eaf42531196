"""HTTP/1.1 over asyncio's streams: so cheap that a load measures the server."""

import asyncio
from collections.abc import Mapping


def post(path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A whole request."""
    fields = {**headers, "Content-Length": str(len(body))}
    lines = (f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode() + body


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Its status and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].split()[0]
    return int(head.split(None, 2)[1]), await reader.readexactly(int(length))
