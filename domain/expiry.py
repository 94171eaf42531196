"""The sweeper: ends the holds whose time is over."""

from domain.ports import Ledger, RelayWakeup

SWEEP_SIZE = 200
# From one sweep to the next. Another worker may be about to end what is due, and a hold
# may be made after we have looked, but none is shorter than the longest wait.
SHORTEST_SECONDS = 0.05
LONGEST_SECONDS = 1.0


class ExpiryService:
    """Correctness does not depend on it: holding and approving check the time."""

    def __init__(self, ledger: Ledger, wakeup: RelayWakeup) -> None:
        self._ledger = ledger
        self._wakeup = wakeup

    async def sweep(self) -> int:
        """End all expired holds that no other worker has locked; returns how many."""
        ended = 0
        while expired := await self._ledger.expire_due(SWEEP_SIZE):
            ended += len(expired)
            self._wakeup.notify()
            if len(expired) < SWEEP_SIZE:
                break
        return ended

    async def seconds_to_next(self) -> float:
        """Until the next sweep: when the next hold ends, or is to be looked for."""
        left = await self._ledger.seconds_to_next_expiry()
        if left is None:
            return LONGEST_SECONDS
        return min(max(left, SHORTEST_SECONDS), LONGEST_SECONDS)
