"""A named scenario: its faults, their duration and the expected behaviour."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.cluster.faults import Fault


@dataclass(frozen=True, kw_only=True)
class Scenario:
    name: str
    expected: str
    faults: Sequence[Fault] = ()
    mix: int = 0  # so many of the faults, chosen and ordered by the seed
    seconds: float = 10.0  # from the first strike until the healing begins
    # From the end of the faults until a hold is accepted and a watcher receives it.
    bound: float = 10.0
    # The longest time without an accepted hold, from the first strike on.
    outage: float = 8.0
    quick: bool = False  # part of `make test-cluster`
    small_disk: bool = False
    cluster: bool = False  # on all of `make cluster`, not on the embedded servers
    money: bool = False  # buyers pay through the sandbox, see tests/cluster/money
    mail: bool = False  # people sign up and wait for mails, see tests/cluster/mail
    wrapper: str | None = (
        None  # a module that breaks our programs: the judge has to notice
    )
