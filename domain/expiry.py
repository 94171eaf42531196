"""The sweeper: ends the holds whose time is over."""

from domain.ports import Ledger, RelayWakeup

SWEEP_SIZE = 200


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
