"""Empties the embedded broker, whose log nothing trims, by starting it again.

Each fetch lists all records of a partition, so events come later the longer it is. The
outbox has what consumers have not confirmed, and the relay sends that again.
"""

import io
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.events import TOPICS
from realtime.topics import dead_letters_of
from stack.embedded.ports import ask

LOOK_SECONDS = 15.0
PARTITIONS = 4  # of each topic
LATEST = -1
# Records. A start takes a second or two, in which events wait: at first we wait for a
# time in which none comes.
LONG_LOG = 2_000
LONGEST_LOG = 50_000
DEAD_LETTERS = tuple(map(dead_letters_of, TOPICS))

Ends = Mapping[str, Sequence[int]]  # of the partitions of each topic


class BrokerLog:
    def __init__(
        self,
        read_ends: Callable[[], Ends | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read_ends = read_ends
        self._clock = clock
        self._length = 0
        self._look_at = 0.0

    def seconds_to_look(self) -> float:
        return max(0.0, self._look_at - self._clock())

    def is_too_long(self) -> bool:
        """Looks when it is time to. False while people may want its dead letters."""
        if self.seconds_to_look():
            return False
        self._look_at = self._clock() + LOOK_SECONDS
        before, self._length = self._length, 0
        ends = self._read_ends()
        # The first record of each partition is a marker.
        if ends is None or any(end > 1 for name in DEAD_LETTERS for end in ends[name]):
            return False
        self._length = sum(map(sum, ends.values()))
        is_quiet = self._length == before
        return self._length > (LONG_LOG if is_quiet else LONGEST_LOG)


def log_ends(port: int) -> Ends | None:
    """By Kafka's ListOffsets; None when the broker does not answer."""
    names = (*TOPICS, *DEAD_LETTERS)
    # API key 2, version 1, request 1, no client id, no replica.
    question = struct.pack("!hhihii", 2, 1, 1, -1, -1, len(names))
    for name in names:
        question += struct.pack(f"!h{len(name)}s", len(name), name.encode())
        question += struct.pack("!i", PARTITIONS)
        for partition in range(PARTITIONS):
            question += struct.pack("!iq", partition, LATEST)
    reply = ask(port, struct.pack("!i", len(question)) + question)
    try:
        return _decoded(reply or b"")
    except struct.error:
        return None


def _decoded(reply: bytes) -> Ends:
    rest = io.BytesIO(reply)

    def take(form: str) -> tuple[Any, ...]:
        return struct.unpack(form, rest.read(struct.calcsize(form)))

    _length, _request, topics = take("!iii")
    ends = {}
    for _ in range(topics):
        [length] = take("!h")
        [name] = take(f"!{length}s")
        [partitions] = take("!i")
        # Each has a number, an error, a time and an offset.
        ends[name.decode()] = [take("!ihqq")[-1] for _ in range(partitions)]
    return ends
