"""The commands of operators: dead letters, and the history of a reservation."""

import asyncio
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from app.commands.arguments import main
from domain.events import RESERVATIONS
from domain.reservation import Reservation
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from realtime import dead_letters
from realtime.broker import Kafka
from realtime.dead_letters import DeadLetter, UnreadableLetterError
from realtime.payments import PaymentsHandler
from telemetry import origin
from tests.support.cinema import Cinema, Show
from tests.support.embedded import EmbeddedStack
from tests.support.polling import eventually
from tests.support.realtime import Worker
from tests.support.sale_events import hold, payments, until_outbox_is_empty


@pytest.fixture
async def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


class Operator:
    """Runs the commands in this process: another would import everything again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    async def run(self, *arguments: str) -> tuple[int | None, str, str]:
        said, complaint = StringIO(), StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(said),
            redirect_stderr(complaint),
        ):
            for name, value in self._environment.items():
                patch.setenv(name, value)
            code = await asyncio.to_thread(main, arguments)
        return code, said.getvalue(), complaint.getvalue()

    async def says(self, *arguments: str) -> str:
        code, said, complaint = await self.run(*arguments)
        assert (code, complaint) == (0, "")
        return said


@pytest.fixture
def operator(
    stack: EmbeddedStack, scratch_database_url: str, tmp_path: Path
) -> Operator:
    return Operator(
        {"DATA_DIR": str(tmp_path)}
        | stack.environment
        | {"DATABASE_URL": scratch_database_url, "SIGNING_KEYS_DIR": str(tmp_path)}
    )


async def bury_a_hold(
    worker: Worker, cinema: Cinema, kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> tuple[Show, Reservation, DeadLetter]:
    """The payments consumer cannot handle it; the watchers get a fresh map."""

    async def broken(*_: object) -> None:
        raise ValueError("a bug of ours")

    show = await cinema.open_session()
    with monkeypatch.context() as patch:
        patch.setattr(PaymentsHandler, "handle", broken)
        worker.start()
        reservation = await hold(cinema, show, 0)
        await until_outbox_is_empty(cinema)
        [letter] = await of_session(kafka, show)
        await worker.stop()
    return show, reservation, letter


async def of_session(kafka: Kafka, show: Show) -> list[DeadLetter]:
    key = str(show.session_id).encode()
    return [each for each in await dead_letters.unhandled(kafka) if each.key == key]


async def test_a_dead_letter_is_replayed_once_its_reason_is_mended(
    worker: Worker,
    cinema: Cinema,
    kafka: Kafka,
    operator: Operator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show, _, letter = await bury_a_hold(worker, cinema, kafka, monkeypatch)

    listed = await operator.says("dead-letters", "list")
    shown = json.loads(await operator.says("dead-letters", "show", letter.id))
    replayed = await operator.says("dead-letters", "replay", letter.id)
    worker.start()
    await until_outbox_is_empty(cinema)

    assert f"{letter.id}  {letter.buried_at:%FT%TZ}  payments  Res" in listed
    assert "ValueError('a bug of ours')" in listed
    assert shown["consumer"] == "payments"
    assert shown["value"]["type"] == "ReservationCreated"
    assert replayed == f"{letter.id} is in the outbox again, for payments\n"
    assert await payments(cinema, show) == ["PENDING"]
    assert await of_session(kafka, show) == []
    assert (await operator.run("dead-letters", "replay", letter.id))[0] == 1


async def test_a_replay_that_was_killed_may_be_done_again(
    worker: Worker, cinema: Cinema, kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, _, letter = await bury_a_hold(worker, cinema, kafka, monkeypatch)

    for _ in range(3):
        await dead_letters.replay(kafka, cinema.pool, letter)
    worker.start()
    await until_outbox_is_empty(cinema)

    assert await payments(cinema, show) == ["PENDING"]


async def test_what_cannot_be_read_is_shown_and_stays(
    worker: Worker, cinema: Cinema, kafka: Kafka
) -> None:
    show = await cinema.open_session()
    worker.start()
    async with kafka.producer() as producer:
        key = str(show.session_id).encode()
        await producer.send_and_wait(RESERVATIONS, b"{poison", key=key)

    async def buried() -> bool:
        return len(await of_session(kafka, show)) == 3

    await eventually(buried)
    letters = await of_session(kafka, show)

    assert {each.consumer for each in letters} == {"payments", "fanout", "notices"}
    assert {letter.value for letter in letters} == {b"{poison"}
    for letter in letters:
        with pytest.raises(UnreadableLetterError):
            await dead_letters.replay(kafka, cinema.pool, letter)
    assert await cinema.count("outbox", "TRUE") == 0


async def test_a_reservations_story_is_told_in_order(
    worker: Worker, cinema: Cinema, operator: Operator
) -> None:
    show = await cinema.open_session()
    worker.start()
    origin.begin("hold-1")
    reservation = await hold(cinema, show, 0)
    await until_outbox_is_empty(cinema)
    origin.begin("cancel-1")
    await PostgresLedger(cinema.pool).cancel(reservation.id, reservation.customer_id)
    await until_outbox_is_empty(cinema)

    story = (await operator.says("story", str(reservation.id))).splitlines()

    kinds = [line[31:].split("  ")[0].strip() for line in story]
    # On a slow day an event is sent twice, and the story shows both.
    events = dict.fromkeys(each for each in kinds if each[0].isupper())
    assert list(events) == [
        "ReservationCreated",
        "PaymentOpened",
        "ReservationCancelled",
        "PaymentCancelled",
    ]
    assert (
        kinds.index("reservation")
        < kinds.index("payment")
        < kinds.index("seat given back")
    )
    assert kinds[-1] == "seat as it is now"
    assert '"status": "CANCELLED"' in "".join(story)
    caused = {
        (line[31:].split()[0], request_id)
        for line in story
        for request_id in re.findall(r'"request_id": "(.*?)"', line)
    }
    assert caused == {
        ("ReservationCreated", "hold-1"),
        ("PaymentOpened", "hold-1"),
        ("ReservationCancelled", "cancel-1"),
        ("PaymentCancelled", "cancel-1"),
    }


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("story", "x"), "'x' is no id of a reservation"),
        (("story", "9b2f4b0e-0000-4000-8000-000000000000"), "There is no reservation"),
        (("dead-letters", "show", "reservations.dead-letters:0:9999"), "No dead"),
        (("dead-letters", "show"), "Say which one"),
    ],
)
async def test_what_is_not_there_is_said_in_a_sentence(
    operator: Operator, arguments: tuple[str, ...], complaint: str
) -> None:
    code, said, complained = await operator.run(*arguments)

    assert (code, said) == (1, "")
    assert complained.startswith(complaint)
    assert complained.count("\n") == 1
