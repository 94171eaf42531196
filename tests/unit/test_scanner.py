"""The gate for the terminal: what it shows, keeps and sends."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.scanner.client import NoConnectionError
from app.scanner.gate import Gate
from app.scanner.scans import Scans
from app.scanner.screen import Light
from domain.gate_lists import LONGEST
from tests.support.ticket_codes import TICKET_CODES

SESSION = str(uuid4())
FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))


def sold(ticket: UUID, *, proof: bool = False) -> dict[str, Any]:
    return {
        "id": str(ticket),
        "seat": {"row": "A", "number": ticket.int},
        "ticketType": {"name": "Adult", "proofRequired": proof},
    }


class FakeApi:
    """Checks each ticket in once, by its key."""

    def __init__(self) -> None:
        self.answers = True
        self.loses_answers = False
        self.used: dict[str, Mapping[str, Any]] = {}
        self.void: list[dict[str, Any]] = []
        self.opens_at = "2026-01-01T20:00:00Z"

    def keys(self) -> dict[str, Any]:
        return TICKET_CODES.public()

    def gate_list(self, _session: str, _since: str | None) -> dict[str, Any]:
        self._require_connection()
        return {
            "position": "1",
            "opensAt": self.opens_at,
            "used": [*self.used],
            "void": self.void,
            "sold": [sold(FIRST), sold(SECOND, proof=True)],
        }

    def check_in(self, **scan: Any) -> dict[str, Any]:
        self._require_connection()
        ticket = str(TICKET_CODES.read(scan["code"]).ticket_id)
        stands = self.used.setdefault(ticket, scan)
        if self.loses_answers:
            raise NoConnectionError("lost")
        if stands["idempotencyKey"] == scan["idempotencyKey"]:
            shown = {FIRST: sold(FIRST), SECOND: sold(SECOND, proof=True)}
            return {"__typename": "CheckedIn", "ticket": shown[UUID(ticket)]}
        at = "2026-11-29T20:31:00Z"
        return {"__typename": "AlreadyCheckedIn", "at": at, "gate": stands["gate"]}

    def _require_connection(self) -> None:
        if not self.answers:
            raise NoConnectionError("refused")


MakeGate = Callable[..., Gate]


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def make_gate(api: FakeApi, tmp_path: Path, notes: list[str]) -> MakeGate:
    """A gate, or the same one after a restart."""

    def make(*, name: str = "North", is_offline: bool = False) -> Gate:
        client: Any = api
        scans = Scans(tmp_path / "gates" / f"{name}.jsonl")
        gate = Gate(
            client,
            scans,
            notes.append,
            name=name,
            session_id=SESSION,
            is_offline=is_offline,
        )
        gate.load()
        return gate

    return make


def code(ticket: UUID, generation: int = 1) -> str:
    return TICKET_CODES.code(ticket, generation)


def test_with_a_connection_the_api_decides(
    make_gate: MakeGate, notes: list[str]
) -> None:
    gate = make_gate()

    assert str(gate.scan(code(SECOND))) == "OK    A 2  Adult: see the proof"
    again = make_gate(name="South").scan(code(SECOND))

    assert (again.light, again.text[:17]) == (Light.RED, "checked in before")
    assert again.text.endswith("at North")
    assert notes == ["2 tickets are sold, 0 scans not sent yet"] * 2


def test_alone_it_judges_by_keys_and_list(make_gate: MakeGate, api: FakeApi) -> None:
    api.used[str(SECOND)] = {}
    api.void = [{"ticketId": str(FIRST), "belowGeneration": 2}]
    gate = make_gate(is_offline=True)

    shown = {
        "used": gate.scan(code(SECOND)),
        "void": gate.scan(code(FIRST, 1)),
        "forged": gate.scan(code(FIRST, 2)[:60] + code(SECOND, 2)[60:]),
        "no code": gate.scan("hello"),
        "unknown": gate.scan(code(THIRD)),
        "good": gate.scan(code(FIRST, 2)),
        "again": gate.scan(code(FIRST, 2)),
    }

    lights = {name: screen.light for name, screen in shown.items()}
    assert lights.pop("good") is Light.GREEN
    assert lights.pop("unknown") is Light.YELLOW
    assert set(lights.values()) == {Light.RED}
    assert api.used.keys() == {str(SECOND)}  # nothing was sent


def test_alone_it_does_not_open_too_early(make_gate: MakeGate, api: FakeApi) -> None:
    api.opens_at = "2100-01-01T20:00:00Z"

    shown = make_gate(is_offline=True).scan(code(FIRST))

    assert (shown.light, shown.text[:9]) == (Light.RED, "too early")


def test_scans_outlive_the_gate_and_are_sent_once(
    make_gate: MakeGate, api: FakeApi, notes: list[str]
) -> None:
    assert make_gate(is_offline=True).scan(code(FIRST)).light is Light.GREEN

    after_restart = make_gate(is_offline=True)
    assert after_restart.scan(code(FIRST)).light is Light.RED
    after_restart.send()
    after_restart.send()

    [scan] = api.used.values()
    assert scan["gate"] == "North"
    assert scan["scannedAt"]
    assert notes[-1] == "2 tickets are sold, 1 scans not sent yet"
    make_gate()
    assert notes[-1] == "2 tickets are sold, 0 scans not sent yet"


def test_when_the_connection_is_lost_it_goes_on_alone(
    make_gate: MakeGate, api: FakeApi, notes: list[str]
) -> None:
    gate = make_gate()
    gate.scan(code(FIRST))
    api.answers = False

    assert gate.scan(code(FIRST)).light is Light.RED  # it knows what it has let in
    assert gate.scan(code(SECOND)).light is Light.GREEN
    assert api.used.keys() == {str(FIRST)}
    api.answers = True
    gate.send()

    assert api.used.keys() == {str(FIRST), str(SECOND)}
    assert [note for note in notes if "should not" in note] == []


def test_a_lost_answer_is_no_second_scan(
    make_gate: MakeGate, api: FakeApi, notes: list[str]
) -> None:
    gate = make_gate()
    api.loses_answers = True

    assert gate.scan(code(FIRST)).light is Light.GREEN
    api.loses_answers = False
    gate.send()

    assert [note for note in notes if "should not" in note] == []


def test_who_stands_there_hears_of_two_people_with_one_ticket(
    make_gate: MakeGate, notes: list[str]
) -> None:
    north = make_gate(is_offline=True)
    south = make_gate(name="South")
    assert north.scan(code(FIRST)).light is Light.GREEN
    assert south.scan(code(FIRST)).light is Light.GREEN

    north.send()

    assert "should not have been: checked in before" in notes[-1]
    north.send()
    assert len([note for note in notes if "should not" in note]) == 1


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "North.jsonl"
    whole = {
        "scan": {
            "nonce": "n",
            "code": "c",
            "session_id": SESSION,
            "gate": "North",
            "scanned_at": "2026-11-29T20:31:00Z",
        },
        "ticket": "t",
    }
    file.write_text(f"{json.dumps(whole)}\n{json.dumps(whole)[:40]}")

    scans = Scans(file)
    [scan] = scans.waiting
    scans.answered(scan)

    assert Scans(file).waiting == []
    assert Scans(file).of_ticket("t") == scan


def test_a_long_list_that_does_not_go_on_is_not_asked_for_again_at_once(
    api: FakeApi, make_gate: MakeGate
) -> None:
    """A transaction that is older than all of its changes is still open."""
    answer = api.gate_list("", None) | {"used": [SESSION] * LONGEST}
    answers = iter([answer, answer])
    api.gate_list = lambda *_: next(answers)  # type: ignore[method-assign]

    make_gate()

    assert [*answers] == []
