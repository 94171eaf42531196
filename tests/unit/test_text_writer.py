"""Messages that are written at once are the frames that the library would write."""

import asyncio
from collections.abc import Iterable

import pytest
from websockets.frames import Frame, Opcode

from tests.support.frame_transport import BrokenTransport
from tests.support.metric_growth import growing
from transport.text_writer import TextWriter

COUNT = "cinema_socket_send_wait_seconds_count"
AT_ONCE = "cinema_socket_send_wait_seconds_bucket"


class KeptParts(asyncio.WriteTransport):
    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.parts.append(bytes(data))

    def writelines(
        self, list_of_data: Iterable[bytes | bytearray | memoryview]
    ) -> None:
        self.parts += list_of_data  # type: ignore[arg-type] # bytes, of ours


@pytest.fixture
def transport() -> KeptParts:
    return KeptParts()


@pytest.fixture
def writer(transport: KeptParts) -> TextWriter:
    writer = TextWriter(transport)
    writer.is_ready = True
    writer.has_waiting = False
    return writer


@pytest.mark.parametrize("size", [2, 125, 126, 65_535, 65_536, 150_000])
def test_the_parts_are_one_frame(
    writer: TextWriter, transport: KeptParts, size: int
) -> None:
    body = b"x" * (size - 2)

    with growing(COUNT, 1), growing(AT_ONCE, 1, le="0.001"):
        assert writer.write(b"{", body, b"}")

    expected = Frame(Opcode.TEXT, b"{" + body + b"}").serialize(mask=False)
    assert b"".join(transport.parts) == expected


def test_sockets_that_have_not_read_a_large_message_share_it(
    writer: TextWriter, transport: KeptParts
) -> None:
    large = b"x" * 150_000

    writer.write(b"{", large, b"}")

    assert any(each is large for each in transport.parts)


@pytest.mark.parametrize(
    ("is_ready", "has_waiting"), [(False, False), (True, True), (False, True)]
)
def test_what_has_to_wait_is_not_written(
    writer: TextWriter, transport: KeptParts, *, is_ready: bool, has_waiting: bool
) -> None:
    writer.is_ready = is_ready
    writer.has_waiting = has_waiting

    with growing(COUNT, 0):
        assert not writer.write(b"{}")

    assert not transport.parts


@pytest.mark.parametrize("size", [100, 1_000, 100_000])
@pytest.mark.parametrize("error", [RuntimeError("the handler is closed"), OSError()])
def test_a_broken_transport_is_not_written_to_again(
    writer: TextWriter, error: Exception, size: int
) -> None:
    writer._transport = BrokenTransport(error)

    with growing(COUNT, 0):
        assert not writer.write(b"x" * size)

    assert not writer.is_ready
