"""Growth of metrics during a test: the counters belong to the whole process."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import get_args

from prometheus_client import REGISTRY

from tests.support.polling import eventually
from transport.plans.run import Reason


def counted(name: str, **labels: str) -> float:
    """0 for a counter without a sample."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def unplanned() -> dict[str, float]:
    """Operations without a plan, but for those that can have none."""
    return {
        reason: counted("cinema_unplanned_operations_total", reason=reason)
        for reason in set(get_args(Reason)) - {"introspection", "variables"}
    }


@contextmanager
def growing(name: str, by: float, **labels: str) -> Iterator[None]:
    before = counted(name, **labels)
    yield
    assert counted(name, **labels) - before == by, (name, labels)


@asynccontextmanager
async def soon_grown(name: str, by: float, **labels: str) -> AsyncIterator[None]:
    """For what another task counts, maybe a moment after the body has seen its work."""
    before = counted(name, **labels)
    yield

    async def has_grown() -> bool:
        return counted(name, **labels) - before >= by

    await eventually(has_grown)
    assert counted(name, **labels) - before == by, (name, labels)
