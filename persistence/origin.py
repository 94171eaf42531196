"""On whose behalf something is done now: by this, logs, events and traces are found."""

from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from persistence.spans import spans


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


def current() -> Origin | None:
    return _ORIGIN.get()


def of_event() -> tuple[str | None, str | None]:
    """What the outbox keeps of it: `request_id` and `trace_parent`."""
    origin = _ORIGIN.get()
    return (origin.request_id if origin else None), spans().trace_parent()
