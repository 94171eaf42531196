from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from realtime.cloud_event import CloudEvent

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def event(**fields: Any) -> CloudEvent:
    return CloudEvent(
        id=UUID(int=1),
        type="ReservationCreated",
        time=datetime(2030, 1, 1, tzinfo=UTC),
        session_id=UUID(int=2),
        data={"reservation_id": str(UUID(int=3))},
        **fields,
    )


def test_its_origin_travels_as_extension_attributes() -> None:
    sent = event(request_id="r1", trace_parent=TRACE)

    attributes = orjson.loads(sent.encode())

    assert (attributes["requestid"], attributes["traceparent"]) == ("r1", TRACE)
    assert CloudEvent.decode(sent.encode()) == sent


def test_one_without_an_origin_has_no_such_attributes() -> None:
    attributes = orjson.loads(event().encode())

    assert not attributes.keys() & {"requestid", "traceparent"}
    assert CloudEvent.decode(event().encode()) == event()


@pytest.mark.parametrize("strange", [7, "", "two\nlines", "\u0000", "x" * 65, None])
def test_an_origin_that_is_none_is_left_out(strange: object) -> None:
    attributes = orjson.loads(event().encode()) | {
        "requestid": strange,
        "traceparent": strange,
    }

    assert CloudEvent.decode(orjson.dumps(attributes)) == event()
