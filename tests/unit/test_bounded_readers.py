"""What one client may have under way, and what it gets beyond that."""

from contextlib import ExitStack

import pytest

from tests.support.asgi_socket import settle
from transport.documents.call import Call
from transport.documents.document import Operation
from transport.results import OperationFailedError
from transport.shares import read_shares
from transport.shares.admission import Admission
from transport.shares.read_shares import MOST_OF_CLIENT, ReadShares


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a read may last longer than one that waits for a server."""
    monkeypatch.setattr(read_shares, "OVERDUE_SECONDS", 600.0)


@pytest.fixture
def seemingly_free() -> Operation:
    """It cost nothing the last time: the session of its variables was unknown."""
    found = Call.of("query($s: ID!) { seatMap(sessionId: $s) { position } }").operation
    assert found is not None
    found.seconds = 0.0
    return found


async def test_who_is_refused_at_once_reads_nothing() -> None:
    shares = ReadShares(in_all=1)
    with shares.line_up("a"), shares.line_up("a"), pytest.raises(OperationFailedError):
        async with shares.admission_for("a", None):
            pytest.fail("it has begun")


async def test_what_seems_to_cost_nothing_does_not_run_all_at_once(
    seemingly_free: Operation,
) -> None:
    shares = ReadShares()
    with ExitStack() as ended:

        async def waits(client: str) -> bool:
            admission = ended.enter_context(shares.line_up(client, seemingly_free))
            await settle()
            return admission.waits

        for _ in range(MOST_OF_CLIENT):
            assert not await waits("a")
        assert await waits("a")
        assert not await waits("b")


async def test_who_has_ended_a_read_may_begin_another(
    seemingly_free: Operation,
) -> None:
    shares = ReadShares()
    with ExitStack() as ended:
        first, *_, last = (
            ended.enter_context(shares.line_up("a", seemingly_free))
            for _ in range(MOST_OF_CLIENT + 1)
        )
        await settle()
        assert last.waits
        first.end()
        await settle()
        assert not last.waits


async def test_of_a_burst_of_surprises_one_begins(
    seemingly_free: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of another client, and cheap the last time."""
    shares = ReadShares()
    with ExitStack() as ended:
        monkeypatch.setattr(Admission, "seconds", read_shares.TOGETHER_SECONDS * 3)
        running = [
            ended.enter_context(shares.line_up(f"{client}", seemingly_free))
            for client in range(20)
        ]
        assert [each.waits for each in running] == [False] + [True] * 19
        await settle()
        assert [each.waits for each in running] == [False] + [True] * 19


async def test_this_machine_has_no_such_bound() -> None:
    shares = ReadShares(at_most=0)
    with shares.line_up(None), shares.line_up(None) as second:
        assert second.waits
