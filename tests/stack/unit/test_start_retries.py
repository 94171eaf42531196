"""A service that does not come up is tried again, later each time."""

from pathlib import Path

import pytest

from runtime.errors import CommandError
from stack.cluster.start_retries import TRIES, StartRetries
from stack.embedded.child_process import ChildProcess


class Failing(ChildProcess):
    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        super().__init__(log, lock=0)
        self.starts = 0

    def command(self) -> list[str]:
        return []

    def answers(self) -> bool:
        return False

    def exit_code(self) -> int | None:
        return 1

    def start(self) -> None:
        self.starts += 1


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_has_longer_than_a_failover_takes_and_not_for_ever(tmp_path: Path) -> None:
    clock = Clock()
    retries, service = StartRetries(clock), Failing("prepare", tmp_path)
    service.log.write_text("\n".join(f"line {number}" for number in range(9)))

    def insist() -> None:
        while True:
            retries.restart(service)
            clock.now += 0.1

    with pytest.raises(CommandError) as failure:
        insist()

    assert service.starts == TRIES - 1
    assert 25 < clock.now < 60
    assert str(failure.value).endswith(
        "It ends:\nline 4\nline 5\nline 6\nline 7\nline 8"
    )


def test_what_others_fail_at_is_not_counted(tmp_path: Path) -> None:
    clock = Clock()
    retries = StartRetries(clock)
    services = [Failing(f"kafka-{number}", tmp_path) for number in range(2 * TRIES)]

    for _ in range(10):
        for service in services:
            retries.restart(service)
        clock.now += 0.1

    assert {service.starts for service in services} == {1}
