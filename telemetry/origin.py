"""The request and the viewer behind what runs now: found in logs and events."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from telemetry.spans import spans


@dataclass(slots=True)
class Origin:
    """One per operation. Tasks that the operation starts inherit it."""

    request_id: str
    viewer_id: UUID | None = None
    user_agent: str | None = None


_ORIGIN: ContextVar[Origin | None] = ContextVar("origin", default=None)


def begin(request_id: str) -> Origin:
    """Sets the origin for the rest of this task and for tasks that it starts."""
    origin = Origin(request_id)
    _ORIGIN.set(origin)
    return origin


@contextmanager
def on_behalf_of(request_id: str | None) -> Iterator[None]:
    """Sets the origin while one event is handled; the next one has another."""
    previous = _ORIGIN.set(Origin(request_id) if request_id else None)
    try:
        yield
    finally:
        _ORIGIN.reset(previous)


def current() -> Origin | None:
    return _ORIGIN.get()


def user_agent() -> str | None:
    """What the client of the present operation calls itself, if it says so."""
    origin = _ORIGIN.get()
    return origin.user_agent if origin else None


def of_event() -> tuple[str | None, str | None]:
    """`request_id` and `trace_parent`, which the outbox stores with an event."""
    origin = _ORIGIN.get()
    return (origin.request_id if origin else None), spans().trace_parent()
