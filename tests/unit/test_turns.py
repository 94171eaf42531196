"""Who is served before whom, and how many in one round. The clock stands still."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import ContextVar

import pytest

from runtime import turns as module
from runtime.turns import ROUND_SECONDS, TurnEvent, Turns

SEAT, OTHER_SEAT = "seat", "other seat"


class Crowd:
    """Work that takes time of the clock, and notes in which round it begins."""

    def __init__(self) -> None:
        self.now = 0.0
        self.round = 0
        self.begun: list[tuple[int, str]] = []
        self.turns = Turns(lambda: self.now)

    def call(self, name: str, *lines: str, seconds: float = 0.0) -> None:
        def work() -> None:
            self.now += seconds
            self.begun.append((self.round, name))

        self.turns.call(work, lines)

    async def all_rounds(self, seconds: float = 0.0) -> None:
        """Each of them takes so long by itself."""
        for _ in range(1_000):
            self.round += 1
            self.now += seconds
            await asyncio.sleep(0)

    @property
    def order(self) -> str:
        return "".join(name for _, name in self.begun)

    def most_in_a_round(self) -> int:
        rounds = [number for number, _ in self.begun]
        return max(map(rounds.count, rounds))


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


async def test_work_begins_at_once_while_the_round_has_time(crowd: Crowd) -> None:
    for name in "abcd":
        crowd.call(name, seconds=ROUND_SECONDS / 2)

    assert crowd.order == "ab"


async def test_who_wants_another_seat_does_not_wait_for_a_crowd(crowd: Crowd) -> None:
    for _ in range(500):
        crowd.call("s", SEAT, seconds=ROUND_SECONDS)
    crowd.call("b", OTHER_SEAT)
    await crowd.all_rounds()

    assert len(crowd.begun) == 501
    assert crowd.order.index("b") <= 2  # after those that had begun, and one more


async def test_those_who_want_one_seat_keep_their_order(crowd: Crowd) -> None:
    for name in "abcdefgh":
        crowd.call(name, SEAT, seconds=ROUND_SECONDS)
    await crowd.all_rounds()

    assert crowd.order == "abcdefgh"


async def test_a_client_with_many_seats_has_one_line(crowd: Crowd) -> None:
    for number in range(20):
        crowd.call("m", "client", f"seat {number}", seconds=ROUND_SECONDS)
    crowd.call("b", "another", OTHER_SEAT)
    await crowd.all_rounds()

    assert crowd.order.index("b") <= 2


async def test_who_is_in_no_line_goes_before_the_second_of_each(crowd: Crowd) -> None:
    for _ in range(3):
        crowd.call("s", SEAT, seconds=ROUND_SECONDS)
    crowd.call("n")
    crowd.call("n")
    await crowd.all_rounds()

    assert crowd.order == "ssnns"


async def test_no_more_begins_in_a_round_than_it_has_time_for(crowd: Crowd) -> None:
    for _ in range(100):
        crowd.call("s", SEAT, seconds=ROUND_SECONDS / 3)
    await crowd.all_rounds()

    assert len(crowd.begun) == 100
    assert crowd.most_in_a_round() == 3


async def test_after_cheap_work_no_crowd_of_dear_work_begins(crowd: Crowd) -> None:
    """Twice as many as in the last round, and one when they were dear."""
    for _ in range(7):
        crowd.call("c", SEAT, seconds=ROUND_SECONDS / 10)
    for _ in range(50):
        crowd.call("d", seconds=ROUND_SECONDS * 10)
    await crowd.all_rounds()

    dear = [number for number, name in crowd.begun if name == "d"]
    assert len(dear) == 50
    assert len(dear) - len(set(dear)) <= 20  # of two rounds at most


async def test_what_is_under_way_goes_on_before_more_begins(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as it is not idle, for as many rounds."""
    monkeypatch.setattr(module, "FREE_ROUNDS", 7)
    for _ in range(3):
        crowd.call("s", SEAT, seconds=ROUND_SECONDS)
    await crowd.all_rounds(seconds=module.IDLE_SECONDS * 1.5)

    first, second, third = (number for number, _ in crowd.begun)
    assert third - second == 7 + 1
    assert second - first == 7 + 1


async def test_an_idle_loop_waits_for_nobody(crowd: Crowd) -> None:
    for _ in range(3):
        crowd.call("s", SEAT, seconds=ROUND_SECONDS)
    await crowd.all_rounds()

    rounds = [number for number, _ in crowd.begun]
    assert rounds == [0, 2, 4]


async def test_long_rounds_of_others_do_not_hold_back_for_ever(crowd: Crowd) -> None:
    """Their time is not that of what begins, and ten of them are too long to wait."""
    for _ in range(200):
        crowd.call("s", SEAT, seconds=ROUND_SECONDS / 100)
    crowd.call("s", SEAT, seconds=ROUND_SECONDS)
    for _ in range(100):
        crowd.call("w", SEAT, seconds=ROUND_SECONDS / 100)
    for _ in range(40):
        crowd.round += 1
        crowd.now += 10 * ROUND_SECONDS
        await asyncio.sleep(0)

    assert len(crowd.begun) == 301


async def test_work_begins_in_no_context_of_others(crowd: Crowd) -> None:
    customer = ContextVar("customer", default="nobody")
    seen: list[str] = []
    customer.set("ana")
    crowd.call("a", seconds=ROUND_SECONDS)
    crowd.turns.call(lambda: seen.append(customer.get()), ())
    await crowd.all_rounds()

    assert seen == ["nobody"]


async def test_lines_are_forgotten(crowd: Crowd) -> None:
    for number in range(5_000):
        crowd.call("s", f"{number}", seconds=ROUND_SECONDS / 100)
        assert crowd.turns.remembered <= 5_000
    await crowd.all_rounds()

    assert len(crowd.begun) == 5_000
    assert crowd.turns.remembered == 0


async def test_a_crowd_that_never_ends_is_not_remembered_for_ever(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SWEEP_AT_LEAST", 10)
    crowd.turns = Turns(lambda: crowd.now)
    for number in range(500):
        crowd.call("s", f"{number}", seconds=ROUND_SECONDS)
        crowd.call("s", f"{number}", seconds=ROUND_SECONDS)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    waiting = 1_000 - len(crowd.begun)

    assert crowd.turns.remembered <= 2 * waiting + 10


async def test_work_that_fails_keeps_nobody(crowd: Crowd) -> None:
    loop = asyncio.get_running_loop()
    failures: list[object] = []
    loop.set_exception_handler(lambda _, context: failures.append(context))

    def fail() -> None:
        raise ValueError

    crowd.call("a", seconds=ROUND_SECONDS)
    crowd.turns.call(fail, ())
    crowd.call("b")
    await crowd.all_rounds()

    assert crowd.order == "ab"
    assert len(failures) == 1


@pytest.fixture
async def waiters(crowd: Crowd) -> AsyncIterator[list[asyncio.Task[None]]]:
    event = TurnEvent(crowd.turns, [SEAT])

    async def wait(name: str) -> None:
        await event.wait()
        crowd.begun.append((crowd.round, name))
        crowd.now += ROUND_SECONDS

    tasks = [asyncio.create_task(wait("w")) for _ in range(10)]
    asyncio.get_running_loop().call_soon(event.set)
    yield tasks
    assert event.is_set()


async def test_who_waits_for_an_event_goes_on_in_turns(
    crowd: Crowd, waiters: list[asyncio.Task[None]]
) -> None:
    await asyncio.sleep(0)
    crowd.call("b", OTHER_SEAT)
    await crowd.all_rounds()
    await asyncio.gather(*waiters)

    assert len(crowd.order) == 11
    assert crowd.order.index("b") <= 2
    assert crowd.most_in_a_round() == 1


async def test_a_waiter_that_is_cancelled_keeps_nobody(
    crowd: Crowd, waiters: list[asyncio.Task[None]]
) -> None:
    await asyncio.sleep(0)
    waiters[3].cancel()
    await crowd.all_rounds()
    await asyncio.gather(*waiters, return_exceptions=True)

    assert crowd.order == "w" * 9
