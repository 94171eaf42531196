"""On whose behalf something is done now: by this, logs, events and traces are found."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from telemetry.spans import spans


@dataclass(slots=True)
class Origin:
    """One per operation; whatever it starts, in tasks of its own too, has the same."""

    request_id: str
    viewer_id: UUID | None = None


_ORIGIN: ContextVar[Origin | None] = ContextVar("origin", default=None)


def begin(request_id: str) -> Origin:
    """From here on, in this task and those that it starts."""
    origin = Origin(request_id)
    _ORIGIN.set(origin)
    return origin


@contextmanager
def on_behalf_of(request_id: str | None) -> Iterator[None]:
    """For as long as one event is handled, by a task that handles others' as well."""
    former = _ORIGIN.set(Origin(request_id) if request_id else None)
    try:
        yield
    finally:
        _ORIGIN.reset(former)


def current() -> Origin | None:
    return _ORIGIN.get()


def of_event() -> tuple[str | None, str | None]:
    """What the outbox keeps of it: `request_id` and `trace_parent`."""
    origin = _ORIGIN.get()
    return (origin.request_id if origin else None), spans().trace_parent()
