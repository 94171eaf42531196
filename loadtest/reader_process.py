"""The process of the readers: one line of JSON on stdin starts it.

They read without a pause, and stop at the end of stdin. Then it prints how many answers
they got, by what the answers were.
"""

import asyncio
import itertools
import json
import sys
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping

from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from loadtest import api_client, documents, http_stream, plan
from loadtest.target import Target

FIELDS = {"query": documents.MEASURED_MANY_FIELDS}


def answer_kind(answer: bytes) -> str:
    """A map is too long to be decoded here: that would slow down the reader."""
    if b'"errors"' not in answer[:2000] and b'"error"' not in answer[:2000]:
        return "data"
    return "UNAVAILABLE" if b"UNAVAILABLE" in answer else "refused"


class Readers:
    def __init__(self, target: Target, session_id: str) -> None:
        self._target = target
        variables = {"id": session_id}
        self._map = {"query": documents.MEASURED_SEAT_MAP, "variables": variables}
        self._counts: Counter[str] = Counter()

    async def read(self, kind: str) -> Counter[str]:
        """Until it is cancelled."""
        reading = asyncio.gather(*self._of(kind))
        print('"ready"', flush=True)
        await asyncio.to_thread(sys.stdin.read)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        return self._counts

    def _of(self, kind: str) -> Iterator[Coroutine[object, object, None]]:
        match kind:
            case "fields":
                for token in self._target.tokens:
                    for _ in range(plan.FIELD_QUERIES):
                        yield self._ask(FIELDS, token)
            case "maps":
                for _ in range(plan.MAP_QUERIES):
                    yield self._ask(self._map)
            case "socket":
                yield self._listen(plan.MAP_QUERIES)
            case "sockets":
                for _ in range(plan.READER_SOCKETS):
                    yield self._listen(1)

    async def _ask(self, payload: Mapping[str, object], token: str = "") -> None:
        """Over HTTP, on a connection of its own."""
        body = json.dumps(payload).encode()
        target = self._target
        headers = {"Host": target.authority, **api_client.headers(token)}
        if not token:
            del headers["Authorization"]
        request = http_stream.post(target.path, headers, body)
        reader, writer = await asyncio.open_connection(target.host, target.port)
        try:
            while True:
                writer.write(request)
                _, answer = await http_stream.read_answer(reader)
                self._counts[answer_kind(answer)] += 1
        finally:
            writer.close()

    async def _listen(self, at_once: int) -> None:
        """On an anonymous socket, with that many queries under way."""
        url = f"ws{self._target.origin.removeprefix('http')}{self._target.path}"
        numbers = itertools.count()
        protocols = [Subprotocol("graphql-transport-ws")]
        async with connect(
            url, subprotocols=protocols, max_size=None, compression=None
        ) as socket:
            await socket.send('{"type": "connection_init"}')
            await socket.recv()

            async def ask() -> None:
                ask = {"id": str(next(numbers)), "type": "subscribe"}
                await socket.send(json.dumps({**ask, "payload": self._map}))

            for _ in range(at_once):
                await ask()
            while True:
                frame = await socket.recv(decode=False)
                is_end = b'"complete"' in frame[-200:]
                if not is_end:
                    self._counts[answer_kind(frame)] += 1
                if is_end or b'"type":"error"' in frame[:200]:
                    await ask()


def main() -> None:
    order = json.loads(sys.stdin.readline())
    target = Target.from_json(order["target"])
    readers = Readers(target, order["session_id"])
    print(json.dumps(asyncio.run(readers.read(order["kind"]))))


if __name__ == "__main__":
    main()
