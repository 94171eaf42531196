"""Growth of metrics during a test: the counters belong to the whole process."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY


def counted(name: str, **labels: str) -> float:
    """0 for a counter without a sample."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


@contextmanager
def growing(name: str, by: float, **labels: str) -> Iterator[None]:
    before = counted(name, **labels)
    yield
    assert counted(name, **labels) - before == by, (name, labels)
