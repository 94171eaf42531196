"""A named scenario: which faults, for how long, and what is expected meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.cluster.faults import Fault


@dataclass(frozen=True, kw_only=True)
class Scenario:
    name: str
    expected: str
    faults: Sequence[Fault] = ()
    mix: int = 0  # only so many of them, as the seed has it, and in any order
    seconds: float = 10.0  # from the first strike until the healing begins
    # From the last healing until a hold is accepted and a watcher told of it.
    bound: float = 10.0
    # The longest time without an accepted hold, from the first strike on.
    outage: float = 8.0
    quick: bool = False  # part of `make test-cluster`
    small_disk: bool = False
    cluster: bool = False  # on all of `make cluster`, not on the embedded servers
    through: str | None = None  # a module that spoils our programs: to be noticed
