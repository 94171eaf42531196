from pathlib import Path

import pytest

from stack.embedded.child_process import ChildProcess
from stack.embedded.supervisor import Supervisor


class FakeService(ChildProcess):
    name = "Fake"

    def __init__(self) -> None:
        super().__init__(Path("logs"), lock=0)
        self.alive = True
        self.starts = 0

    def command(self) -> list[str]:
        return []

    def answers(self) -> bool:
        return self.alive

    def is_running(self) -> bool:
        return self.alive

    def exit_code(self) -> int | None:
        return None if self.alive else 1

    def start(self) -> None:
        self.alive = True
        self.starts += 1


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_lives_is_left_alone(clock: Clock) -> None:
    service = FakeService()

    assert Supervisor([service], print, clock).check() is None
    assert service.starts == 0


def test_what_died_starts_again_after_a_moment(clock: Clock) -> None:
    service, said = FakeService(), list[str]()
    supervisor = Supervisor([service], said.append, clock)

    service.alive = False
    assert supervisor.check() == pytest.approx(0.1)
    assert service.starts == 0
    clock.now += 0.11
    assert supervisor.check() is None

    assert service.starts == 1
    assert said == [
        "Fake has ended (exit code 1); it starts again in 0.1 s. Its log: logs/fake.log"
    ]


def test_what_dies_again_and_again_waits_longer_up_to_a_bound(clock: Clock) -> None:
    service = FakeService()
    supervisor = Supervisor([service], lambda _: None, clock)

    delays = []
    for _ in range(8):
        service.alive = False
        delay = supervisor.check()
        assert delay is not None
        delays.append(delay)
        clock.now += delay + 0.001
        supervisor.check()

    assert delays == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0])


def test_a_long_life_makes_up_for_early_deaths(clock: Clock) -> None:
    service = FakeService()
    supervisor = Supervisor([service], lambda _: None, clock)
    for _ in range(2):
        service.alive = False
        clock.now += supervisor.check() or 0
        clock.now += 0.001
        supervisor.check()

    clock.now += 31
    service.alive = False

    assert supervisor.check() == pytest.approx(0.1)


def test_what_is_left_down_stays_down_until_it_is_started_again(clock: Clock) -> None:
    service = FakeService()
    supervisor = Supervisor([service], print, clock)

    supervisor.leave_down(service)
    service.alive = False
    clock.now += 60
    assert supervisor.check() is None
    assert service.starts == 0
    supervisor.restart(service)
    supervisor.restart(service)

    assert service.starts == 1
    service.alive = False
    assert supervisor.check() == pytest.approx(0.1)
