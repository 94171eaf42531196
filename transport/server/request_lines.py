"""In which lines a request waits while a crowd is served."""

import re
from collections.abc import Hashable

TURNS = "turns"  # the key of runtime.turns.Turns in the state of the application

_TOKEN = b"uthorization: "
_TOKEN_BYTES = 4_200  # longer ones are no tokens of ours
_MUTATION = b"POST /graphql"
_SEATS = b"seatIds"
_FIRST_SEAT = re.compile(rb'seatIds[\s"\\:[]{1,20}([0-9A-Fa-f-]{36})')


def lines_of(request: bytes) -> list[Hashable]:
    """Its token, and the first seat that it wants: whatever of it is in these bytes.

    It is found without parsing. To parse the requests of a crowd takes as long as to
    answer half of them, and those behind would wait for it. The lines only decide who
    is next: nothing is believed that is found here.
    """
    lines: list[Hashable] = []
    token = request.find(_TOKEN)
    if token >= 0:
        end = request.find(b"\r", token, token + _TOKEN_BYTES)
        if end >= 0:
            lines.append(hash(request[token:end]))  # small, however long it is
    head_end = request.find(b"\r\n\r\n") if request.startswith(_MUTATION) else -1
    seats = request.find(_SEATS, head_end) if head_end >= 0 else -1
    if seats >= 0 and (first := _FIRST_SEAT.search(request, seats)):
        lines.append(first[1].lower())
    return lines
