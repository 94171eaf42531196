"""The sweeper sleeps until the next hold ends, within limits."""

from typing import cast

import pytest

from domain.expiry import LONGEST_SECONDS, SHORTEST_SECONDS, ExpiryService
from domain.ports import Ledger, RelayWakeup


class LedgerWithHold:
    def __init__(self, left: float | None) -> None:
        self._left = left

    async def seconds_to_next_expiry(self) -> float | None:
        return self._left


@pytest.mark.parametrize(
    ("left", "pause"),
    [
        pytest.param(None, LONGEST_SECONDS, id="nothing is held"),
        pytest.param(29.9, LONGEST_SECONDS, id="later"),
        pytest.param(0.3, 0.3, id="soon"),
        pytest.param(-2.0, SHORTEST_SECONDS, id="another sweeper has locked it"),
    ],
)
async def test_the_next_sweep_is_when_the_next_hold_ends(
    left: float | None, pause: float
) -> None:
    ledger = cast("Ledger", LedgerWithHold(left))
    expiry = ExpiryService(ledger, cast("RelayWakeup", None))

    assert await expiry.seconds_to_next() == pause
