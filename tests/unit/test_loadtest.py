import json
import math
import os
from pathlib import Path

import pytest

from loadtest import api_process, delivery_cost, measurements, target
from loadtest.__main__ import main
from loadtest.bystanders import split_by_waves
from loadtest.measurements import Answer, Wave
from loadtest.report import Report, table
from runtime.errors import CommandError

WON = b'{"data":{"reserveSeats":{"__typename":"Reservation","id":"r"}}}'
UNUSED_PROCESS_ID = 4_194_304  # the kernel's highest is one less
LOST = b'{"data":{"reserveSeats":{"__typename":"SeatsUnavailable"}}}'


def answer(body: bytes, began: float = 0.0, ended: float = 0.01) -> Answer:
    return Answer(user=0, began=began, ended=ended, status=200, body=body)


def test_an_answer_is_known_by_its_type() -> None:
    assert answer(WON).outcome == "Reservation"
    assert answer(WON).result == {"__typename": "Reservation", "id": "r"}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b'{"data":null,"errors":[]}', 'HTTP 200 {"data":null,"errors":[]}'),
        (200, b'{"data":{}}', 'HTTP 200 {"data":{}}'),
        (200, b"[]", "HTTP 200 []"),
        (502, WON, f"HTTP 502 {WON.decode()}"),
        (0, b"refused", "HTTP 0 refused"),
        (500, b"", "HTTP 500"),
    ],
)
def test_everything_else_is_an_error(status: int, body: bytes, outcome: str) -> None:
    failed = Answer(user=0, began=0, ended=1, status=status, body=body)

    assert failed.outcome == outcome
    assert failed.result is None


def test_errors_beside_data_are_errors() -> None:
    partial = json.loads(WON) | {"errors": [{"message": "half"}]}

    assert answer(json.dumps(partial).encode()).outcome.startswith("HTTP 200")


def test_one_winner_is_no_reason_to_complain() -> None:
    wave = Wave((answer(LOST), answer(WON), answer(LOST)))

    expected = {"Reservation": 1, "SeatsUnavailable": 2}

    assert measurements.complaints([wave], expected) == []


@pytest.mark.parametrize(
    ("bodies", "got"),
    [
        ((WON, WON, LOST), "2 Reservation, 1 SeatsUnavailable"),
        ((LOST, LOST, LOST), "3 SeatsUnavailable"),
        ((WON, LOST), "1 Reservation, 1 SeatsUnavailable"),
        ((WON, LOST, b"?"), "1 Reservation, 1 SeatsUnavailable, 1 HTTP 200 ?"),
    ],
)
def test_any_other_end_of_a_wave_is(bodies: tuple[bytes, ...], got: str) -> None:
    right = Wave((answer(LOST), answer(WON), answer(LOST)))
    wrong = Wave(tuple(map(answer, bodies)))

    expected = {"Reservation": 1, "SeatsUnavailable": 2}

    assert measurements.complaints([right, wrong], expected) == [
        f"Wave 2: expected 2 SeatsUnavailable, 1 Reservation, got {got}."
    ]


def test_a_lone_storm_expects_no_refusal() -> None:
    expected = {"Reservation": 1, "SeatsUnavailable": 0}

    assert measurements.complaints([Wave((answer(WON),))], expected) == []


def test_a_rate_counts_the_time_within_waves_only() -> None:
    waves = [
        Wave((answer(WON, 0.0, 0.2), answer(LOST, 0.1, 0.5))),
        Wave((answer(WON, 9.0, 9.1), answer(b"?", 9.1, 9.5))),
    ]

    row = measurements.row("hold", waves, ["Reservation"], ["SeatsUnavailable"])

    assert row.rate == pytest.approx(4.0)
    assert (row.waves, row.requests) == (2, 4)
    assert (row.done, row.refused, row.errors) == (2, 1, 1)
    assert (row.avg, row.max) == pytest.approx((275, 400))


def test_waves_without_requests_have_no_rate() -> None:
    row = measurements.row("cancel", [Wave(())], ["Reservation"])

    assert (row.requests, row.rate) == (0, None)
    assert math.isnan(row.p95)


@pytest.mark.parametrize(
    ("percent", "value"), [(0, 1), (50, 50), (90, 90), (99, 99), (100, 100)]
)
def test_a_percentile_was_really_measured(percent: float, value: float) -> None:
    assert measurements.percentile(range(1, 101), percent) == value


def test_bystanders_are_told_apart_by_the_waves() -> None:
    before = answer(WON, 0.0, 0.9)
    across = answer(WON, 0.9, 1.1)
    between = answer(WON, 2.1, 2.9)
    within = answer(WON, 3.1, 3.2)
    storm = [Wave((answer(LOST, 1.0, 2.0),)), Wave((answer(LOST, 3.0, 4.0),))]

    quiet, stormed = split_by_waves([before, across, between, within], storm)

    assert quiet == [before]
    assert stormed == [across, within]


def test_a_table_lines_up() -> None:
    assert table([("", "p50"), ("hold", "1.0"), ("no", "100.0")]) == [
        "        p50",
        "hold    1.0",
        "no    100.0",
    ]


def test_a_report_does_not_drown_in_complaints() -> None:
    report = Report("Storm", [], [], [f"Wave {n}." for n in range(7)])

    assert report.text().splitlines()[-2:] == [
        "FAILED  Wave 4.",
        "FAILED  ... and 2 more.",
    ]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://127.0.0.1:3333", ("127.0.0.1", 3333, "/graphql")),
        ("http://localhost/", ("localhost", 80, "/graphql")),
        ("http://[::1]:8080/api/graphql", ("::1", 8080, "/api/graphql")),
    ],
)
def test_an_address_on_this_machine(url: str, found: tuple[str, int, str]) -> None:
    assert target.address(url) == found


@pytest.mark.parametrize(
    "url", ["http://example.com", "http://10.0.0.1:3333", "http://localhost.evil.test"]
)
def test_no_other_machine_is_loaded(url: str) -> None:
    with pytest.raises(CommandError, match="is not this machine"):
        target.address(url)


@pytest.mark.parametrize("url", ["127.0.0.1:3333", "https://localhost", "http://:x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(CommandError, match="LOADTEST_URL is "):
        target.address(url)


def test_each_user_needs_a_token_of_his_own(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text("a\nb\n\nb\n")
    environ = {"LOADTEST_URL": "http://[::1]:1", "LOADTEST_TOKENS_FILE": str(file)}

    two = target.find(environ, 2)
    with pytest.raises(CommandError) as refused:
        target.find(environ, 3)

    assert (two.origin, two.tokens) == ("http://[::1]:1", ("a", "b"))
    assert str(refused.value).startswith("3 users need 3 tokens and there are 2")


def test_nothing_running_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("LOADTEST_URL", "PORT", "HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    code = main(["5", "--scenario", "watchers"])

    assert code == 1
    assert capsys.readouterr().err == (
        f"PORT is not set and nothing runs in {tmp_path}: "
        "start it with `make run`, or set PORT.\n"
    )


@pytest.mark.parametrize(
    ("scenario", "limit"),
    [("storm", 5000), ("watchers", 10_000), ("crowd", 600), ("bystanders", 590)],
)
def test_too_many_users_are_refused(
    capsys: pytest.CaptureFixture[str], scenario: str, limit: int
) -> None:
    users = limit + 1
    assert main([str(users), "--scenario", scenario]) == 1
    assert capsys.readouterr().err == (
        f"USERS is {users}: {scenario} takes from 1 to {limit}.\n"
    )


def test_memory_is_unknown_where_nothing_runs(tmp_path: Path) -> None:
    assert api_process.find_api(tmp_path) is None
    assert api_process.resident_kib(None) is None


def test_the_clock_of_a_process_counts_finer_than_ticks() -> None:
    before = api_process.cpu_seconds(os.getpid())
    sum(range(10_000))
    after = api_process.cpu_seconds(os.getpid())

    assert before is not None
    assert after is not None
    assert after - before > 0
    assert api_process.cpu_seconds(UNUSED_PROCESS_ID) is None


def test_what_a_process_uses_between_spans_is_taken_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It works for 1 s of CPU in each span of 2 s, and idles at 10 % of a core."""
    readings = iter([(0.0, 5.0), (2.0, 6.2), (4.0, 6.4), (6.0, 7.6), (9.0, 7.9)])
    monkeypatch.setattr(delivery_cost.CpuClock, "_read", lambda _: next(readings))

    clock = delivery_cost.CpuClock(1)
    for _ in range(2):
        clock.worked()
        clock.rested()

    assert clock.spans == 2
    assert clock.seconds == pytest.approx(1.0)
