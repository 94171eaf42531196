"""Makes visible that the time of a hold is over."""

from domain.ports import Ledger, RelayWakeup

SWEEP_SIZE = 200


class ExpiryService:
    """Nothing depends on it for correctness: reserving and approving judge the time."""

    def __init__(self, ledger: Ledger, wakeup: RelayWakeup) -> None:
        self._ledger = ledger
        self._wakeup = wakeup

    async def sweep(self) -> int:
        """End all that is due, as far as nobody else is at work on it; how many."""
        ended = 0
        while expired := await self._ledger.expire_due(SWEEP_SIZE):
            ended += len(expired)
            self._wakeup.notify()
            if len(expired) < SWEEP_SIZE:
                break
        return ended
