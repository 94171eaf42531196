"""Other work keeps the loop busy: it makes no request wait if there is no crowd."""

import asyncio
from typing import Any
from uuid import uuid4

from domain.ports import Wanted
from persistence.key_value.local_leases import LocalLeases
from runtime.turns import ROUND_SECONDS, Turns

WANTED = Wanted(session_id=uuid4(), seat_ids=(uuid4(),))
HELD: Any = ("a reservation", "its start", "the end of its hold")


class BusyLoop:
    """By a clock that only moves when work is done."""

    def __init__(self) -> None:
        self.now = 0.0
        self.turns = Turns(lambda: self.now)
        self.begun = 0

    def request(self, seconds: float = 0.0) -> None:
        def work() -> None:
            self.begun += 1
            self.now += seconds

        self.turns.call(work, ())


async def test_what_others_take_does_not_count_as_time_of_requests() -> None:
    loop = BusyLoop()
    loop.request()
    loop.now += 20 * ROUND_SECONDS  # a read, in the same round
    loop.request()

    assert loop.begun == 2


async def test_a_hold_that_nobody_waits_for_holds_up_no_request() -> None:
    """Its lease ends at once."""
    loop = BusyLoop()
    loop.request()
    async with LocalLeases(loop.turns).lease(WANTED) as lease:
        lease.held = HELD
    loop.request()

    assert loop.begun == 2
    await asyncio.sleep(0)
