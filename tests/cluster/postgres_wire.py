"""The part of Postgres's protocol that shows which statement a frame belongs to."""

import struct
from collections import deque
from collections.abc import Iterator

SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
# Label and text by which a statement is recognised: the first whose text it has.
LABELS = {
    "hold": b"INSERT INTO reservations",
    "extend": b"SET expires_at = r.expires_at + make_interval",
    "block": b"SET status = 'BLOCKED'",
    "sell": b"to_capture AS (",  # before `approve`, whose text it has, too
    "approve": b"SET status = 'APPROVED'",
    "update payments": b"INSERT INTO payments",
    "mail sent": b"UPDATE notices\nSET result = $2",
    "confirm": b"SET awaiting = array_remove",
    "authorised": b"INSERT INTO provider_events",
    "page": b"SET provider_ref = $2",
    "effects": b"SELECT e.id FROM payment_effects e JOIN",
    "effect done": b"SET done_at = clock_timestamp()",
    "check in": b"SET used_at = least(",
    "transfer": b"SET holder_id = nullif(",
    "refund": b"INSERT INTO refunds",
    "cancel session": b"SET status = 'CANCELLED', cancelled_at",
    "mark sent": b"SET sends = sends + 1",
}
# A value that it must have besides.
VALUES = {"authorised": b"payment_intent.amount_capturable_updated"}
FRAME_HEAD = 5
# CommandComplete, ErrorResponse, EmptyQueryResponse, PortalSuspended
ANSWERED = {b"C", b"E", b"I", b"s"}


def label_of(query: bytes) -> str:
    return next((name for name, words in LABELS.items() if words in query), "")


class Conversation:
    """One connection: splits its bytes into frames and labels them by statement."""

    def __init__(self) -> None:
        self._asked = b""
        self._answered = b""
        self._started = False
        self._single_bytes = 0  # answers to requests for encryption
        self._prepared: dict[bytes, str] = {}
        self._bound: str = ""
        self._waiting: deque[str] = deque()

    def asked(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Each frame of the client, and the label of what it executes."""
        self._asked += data
        while frame := self._client_frame():
            self._asked = self._asked[len(frame) :]
            yield self._read(frame), frame

    def answered(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Each frame of the server, and the label of what it completes."""
        self._answered += data
        while frame := self._server_frame():
            self._answered = self._answered[len(frame) :]
            done = frame[:1] in ANSWERED and self._waiting
            label = self._waiting.popleft() if done else ""
            yield label, frame

    def _client_frame(self) -> bytes:
        if self._started:
            return _whole(self._asked, 1)
        frame = _whole(self._asked, 0)
        if frame:
            (kind,) = struct.unpack_from("!i", frame, 4)
            if kind in {SSL_REQUEST, GSS_REQUEST}:
                self._single_bytes += 1
            else:
                self._started = True
        return frame

    def _server_frame(self) -> bytes:
        if self._single_bytes and self._answered:
            self._single_bytes -= 1
            return self._answered[:1]
        return _whole(self._answered, 1)

    def _read(self, frame: bytes) -> str:
        kind, body = frame[:1], frame[FRAME_HEAD:]
        match kind:
            case b"P":
                name, query, _ = body.split(b"\0", 2)
                self._prepared[name] = label_of(query)
            case b"B":
                _, name, _ = body.split(b"\0", 2)
                label = self._prepared.get(name, "")
                self._bound = label if VALUES.get(label, b"") in body else ""
            case b"E" if self._started:
                self._waiting.append(self._bound)
                return self._bound
            case b"Q":
                label = label_of(body)
                self._waiting.append(label)
                return label
        return ""


def _whole(data: bytes, offset: int) -> bytes:
    if len(data) < offset + 4:
        return b""
    (length,) = struct.unpack_from("!i", data, offset)
    end: int = offset + length
    return data[:end] if len(data) >= end else b""
