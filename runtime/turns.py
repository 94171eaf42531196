"""Lets a little work begin in each round of the event loop, in a fair order.

In a round the loop runs everything that is ready. The requests of a crowd are ready at
the same moment, and keep it busy for a tenth of a second. A hold waits for servers
several times, and would wait for as many crowds.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Hashable
from contextvars import Context
from functools import partial
from heapq import heappop, heappush

# What begins in a round may take as long, judged by what began before.
ROUND_SECONDS = 0.001
# Then the loop is left to what is under way, for as many rounds, unless one is idle:
# an answer of a server goes from callback to callback, one in each round. Where other
# work makes the rounds long, it is left for as many seconds.
FREE_ROUNDS = 10
FREE_SECONDS = 0.01
IDLE_SECONDS = 0.00005
# As many lines are remembered before the first look for those that can be forgotten.
SWEEP_AT_LEAST = 1_000


class Turns:
    """Start-time fair queueing, in which every turn counts the same.

    Work waits in lines: one for a seat, one for a client. Its rank is one above that of
    the last work in any of its lines, and the lowest rank is next. So lines take turns,
    however long they are. Work without a line goes before the second of any line.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._waiting: list[tuple[int, int, Callable[[], object]]] = []
        self._number = 0  # of equal ranks the first is next
        self._level = 0  # the rank that was next
        self._ranks: dict[Hashable, int] = {}  # the last one of each line
        self._sweep_at = SWEEP_AT_LEAST
        self._is_active = False
        self._since = 0.0  # when the round began
        self._begun = 0  # in this round
        self._spent = 0.0  # seconds in which that began: its tasks go on later
        self._at_most = 1  # in the next one
        self._free_rounds = 0
        self._free_until = 0.0
        self._others_took = 0.0  # what did not begin here, in its last round
        # Work of one client must not begin in the context of another.
        self._context = Context()

    @property
    def remembered(self) -> int:
        """How many lines are known."""
        return len(self._ranks)

    def call(self, work: Callable[[], object], lines: Collection[Hashable]) -> None:
        """At once, if nobody waits and not much has begun in this round."""
        if not self._is_active:
            self._activate()
        elif self._waiting or self._spent >= ROUND_SECONDS:
            self.line_up(work, lines)
            return
        self._begin(work)

    def line_up(self, work: Callable[[], object], lines: Collection[Hashable]) -> None:
        rank = self._level
        for line in lines:
            rank = max(rank, self._ranks.get(line, 0))
        rank += 1
        for line in lines:
            self._ranks[line] = rank
        self._number += 1
        heappush(self._waiting, (rank, self._number, work))
        if not self._is_active:
            self._activate()

    def _begin(self, work: Callable[[], object]) -> None:
        self._begun += 1
        began = self._clock()
        work()
        self._spent += self._clock() - began

    def _activate(self) -> None:
        self._is_active = True
        self._since = self._clock()
        self._come_back()

    def _come_back(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(self._next_round, context=self._context)

    def _next_round(self) -> None:
        """Once in each round, until nothing waits any more."""
        now = self._clock()
        took, self._since, self._spent = now - self._since, now, 0.0
        if self._begun:
            self._at_most = self._enough(took - self._others_took)
            self._begun = 0
            self._free_rounds, self._free_until = FREE_ROUNDS, now + FREE_SECONDS
        else:
            self._others_took = took
            is_free = took > IDLE_SECONDS and now < self._free_until
            self._free_rounds = self._free_rounds - 1 if is_free else 0
        if self._free_rounds <= 0 and not self._waiting:
            self._end()
            return
        try:
            if self._free_rounds <= 0:
                self._begin_some()
        finally:
            # Behind the tasks that have just begun, so that their time is counted.
            self._come_back()

    def _enough(self, took: float) -> int:
        """How many may begin, if those of the last round took so long."""
        enough = int(ROUND_SECONDS * self._begun / took) if took > 0 else self._begun
        return max(1, min(enough, 2 * self._at_most))

    def _begin_some(self) -> None:
        while self._waiting and self._begun < self._at_most:
            self._level, _, work = heappop(self._waiting)
            self._begin(work)
        if len(self._ranks) > self._sweep_at:
            self._ranks = {
                line: rank for line, rank in self._ranks.items() if rank > self._level
            }
            self._sweep_at = max(SWEEP_AT_LEAST, 2 * len(self._ranks))

    def _end(self) -> None:
        self._is_active = False
        self._level = 0
        self._ranks.clear()


class TurnEvent:
    """Like asyncio.Event, but those who wait go on in turns."""

    def __init__(self, turns: Turns, lines: Collection[Hashable]) -> None:
        self._turns = turns
        self._lines = lines
        self._is_set = False
        self._waiting: list[asyncio.Future[None]] = []

    def is_set(self) -> bool:
        return self._is_set

    def set(self, *, at_once: bool = False) -> None:
        self._is_set = True
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if at_once:
                _resume(each)
            else:
                self._turns.line_up(partial(_resume, each), self._lines)

    async def wait(self) -> None:
        if not self._is_set:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn


def _resume(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():  # else it was cancelled
        waiter.set_result(None)
