"""Which read begins when. Nothing here depends on how long anything takes."""

import asyncio
from contextlib import ExitStack

import pytest

from tests.support.asgi_socket import settle
from tests.support.metric_growth import growing
from transport.documents.call import Call
from transport.documents.document import Operation
from transport.results import RATE_LIMITED, UNAVAILABLE, OperationFailedError
from transport.shares import read_shares
from transport.shares.admission import Admission
from transport.shares.read_shares import ReadShares


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a read may last longer than one that waits for a server."""
    monkeypatch.setattr(read_shares, "OVERDUE_SECONDS", 600.0)


def operation(document: str = "{ sessions { totalCount } }") -> Operation:
    [found] = Call.of(document).document.operations
    return found


def cheap() -> Operation:
    found = operation("{ movies { totalCount } }")
    found.seconds = read_shares.TOGETHER_SECONDS / 4
    return found


@pytest.fixture
def seat_map() -> Operation:
    return operation("{ seatMap(sessionId: 1) { position } }")


async def ended_in_turn(lined_up: list[tuple[str, Admission]]) -> str:
    """Ends the one that runs, again and again; returns whose they were."""
    order = ""
    while lined_up:
        await settle()
        for each in [each for each in lined_up if not each[1].waits]:
            lined_up.remove(each)
            order += each[0]
            each[1].end()
    return order


async def test_clients_take_turns() -> None:
    shares = ReadShares()
    lined_up = [(client, shares.line_up(client)) for client in "aaaabcb"]

    assert await ended_in_turn(lined_up) == "aabcaba"


async def test_a_new_document_runs_alone() -> None:
    shares = ReadShares()
    new = shares.line_up("a", operation())
    with shares.line_up("b", cheap()) as other:
        assert other.waits
        new.end()
        assert not other.waits


async def test_reads_run_together_as_long_as_they_cost_little_together() -> None:
    shares = ReadShares()
    with ExitStack() as ended:
        running = [ended.enter_context(shares.line_up("a", cheap())) for _ in range(6)]
        await settle()

        assert [each.waits for each in running] == [False] * 4 + [True] * 2


@pytest.mark.parametrize(("changes", "most"), [(0, 8), (1, 3)])
async def test_fewer_run_together_beside_a_change(changes: int, most: int) -> None:
    shares, free = ReadShares(), cheap()
    free.seconds = 0.0
    with ExitStack() as ended:
        for _ in range(changes):
            ended.enter_context(shares.change())
        for _ in range(most):
            assert not ended.enter_context(shares.line_up(None, free)).waits
            await settle()
        assert ended.enter_context(shares.line_up(None, free)).waits


async def test_a_document_costs_what_it_cost_the_last_time() -> None:
    shares, known = ReadShares(), operation()
    with shares.line_up("a", known) as admission, admission.measuring():
        pass

    assert known.seconds is not None
    assert 0 < known.seconds < read_shares.TOGETHER_SECONDS


async def test_a_measured_cost_delays_the_next_read_of_its_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shares = ReadShares()
    monkeypatch.setattr(Admission, "seconds", 1.0)
    running = shares.line_up("a")
    lined_up = [(client, shares.line_up(client)) for client in "abbb"]
    running.end()
    monkeypatch.setattr(Admission, "seconds", 0.25)

    assert await ended_in_turn(lined_up) == "bbba"


async def test_reads_rest_while_a_change_is_on_its_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Admission, "seconds", 6_000.0)
    monkeypatch.setattr(read_shares, "LONGEST_PAUSE", 6_000.0)
    shares = ReadShares()
    first, second = shares.line_up("a"), shares.line_up("a")
    with second:
        with shares.change():
            first.end()
        assert second.waits
        await second.wait()


async def test_reads_go_on_while_changes_never_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Admission, "seconds", 0.001)
    shares = ReadShares()
    with shares.change(), shares.line_up("a") as first:
        second = shares.line_up("b")
        first.end()
        await second.wait()


async def test_a_change_does_not_wait_for_earlier_rests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Admission, "seconds", 60.0)
    monkeypatch.setattr(read_shares, "LONGEST_PAUSE", 0.1)
    shares = ReadShares()
    for _ in range(10_000):
        shares.line_up("a").end()
    with shares.change(), shares.line_up("a") as read:
        async with asyncio.timeout(60):  # not a thousand seconds
            await read.wait()


async def test_a_queue_is_bounded_for_each_client() -> None:
    shares = ReadShares(at_most=2)
    with (
        ExitStack() as turns,
        growing("cinema_reads_waiting", 2),
        growing("cinema_rate_limited_total", 1, what="reads"),
    ):
        for _ in range(3):  # one runs
            turns.enter_context(shares.line_up("a"))
        with pytest.raises(OperationFailedError):
            shares.line_up("a")
        turns.enter_context(shares.line_up("b")).end()


async def test_the_longest_queue_makes_room() -> None:
    shares = ReadShares(in_all=2)
    with ExitStack() as turns, growing("cinema_reads_waiting", 0):
        _, kept, last = (turns.enter_context(shares.line_up("a")) for _ in range(3))
        stranger = turns.enter_context(shares.line_up("b"))

        assert kept.waits
        assert stranger.waits
        with pytest.raises(OperationFailedError) as refused:
            await last.wait()
        [error] = refused.value.errors
        assert error["extensions"] == {"code": RATE_LIMITED, "retryAfter": 1}
        turns.close()


async def test_who_leaves_the_queue_is_not_waited_for() -> None:
    shares = ReadShares(at_most=1)
    with shares.line_up("a") as running:
        shares.line_up("a").end()
        with shares.line_up("a") as last:
            running.end()
            await last.wait()


async def test_who_waits_for_a_server_keeps_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read_shares, "OVERDUE_SECONDS", 0.01)
    shares = ReadShares()
    with shares.line_up("a"), shares.line_up("a") as second:
        await second.wait()


async def test_who_costs_much_is_not_overdue_so_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read_shares, "OVERDUE_SECONDS", 0.0)
    monkeypatch.setattr(read_shares, "OVERDUE_TIMES", 1e6)
    shares = ReadShares()
    with shares.line_up("a"), shares.line_up("b") as second:
        await settle()
        assert second.waits


async def test_maps_that_wait_for_an_unavailable_server_hear_it_at_once(
    seat_map: Operation,
) -> None:
    shares = ReadShares()
    running = shares.line_up("a", seat_map)
    with growing("cinema_reads_waiting", 0):
        waiting = [shares.line_up(client, seat_map) for client in "ab"]
        other = shares.line_up("b", operation())
        running.end({UNAVAILABLE})
        for each in waiting:
            with each, pytest.raises(OperationFailedError) as failed:
                await each.wait()
            assert failed.value.errors[0]["extensions"]["code"] == UNAVAILABLE
        with other:  # it may come from a cache
            await other.wait()
        with shares.line_up("b", seat_map) as later:
            await later.wait()


async def test_who_is_cancelled_while_it_waits_leaves_the_queue() -> None:
    shares = ReadShares()

    async def read() -> None:
        async with shares.admission_for("a", None):
            pass

    with shares.line_up("b"), growing("cinema_reads_waiting", 0):
        waiting = asyncio.create_task(read())
        await settle()
        waiting.cancel()
        await asyncio.wait({waiting})


async def test_who_has_waited_too_long_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read_shares, "MAX_TURN_SECONDS", 0.0)
    shares = ReadShares()
    with shares.line_up("a"), growing("cinema_reads_waiting", 0):
        with pytest.raises(OperationFailedError) as refused:
            async with shares.admission_for("a", None):
                pass
        assert refused.value.errors[0]["extensions"]["code"] == RATE_LIMITED
