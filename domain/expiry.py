"""Makes visible that the time of a hold is over."""

from domain.ports import Ledger, RelayBell

SWEEP_SIZE = 200


class ExpiryService:
    """Nothing depends on it for correctness: reserving and approving judge the time."""

    def __init__(self, ledger: Ledger, bell: RelayBell) -> None:
        self._ledger = ledger
        self._bell = bell

    async def sweep(self) -> int:
        """End all that is due, as far as nobody else is at work on it; how many."""
        ended = 0
        while expired := await self._ledger.expire_due(SWEEP_SIZE):
            ended += len(expired)
            self._bell.ring()
            if len(expired) < SWEEP_SIZE:
                break
        return ended
