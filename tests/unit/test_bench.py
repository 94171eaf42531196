"""The bench's arithmetic: medians, ranges, and what counts as a difference."""

import json
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from loadtest import bench, chromium, page, plays, versions
from loadtest.comparison import FIGURES, Comparison, report, spread
from loadtest.plays import BenchMeasurement
from loadtest.versions import RunningVersion
from runtime.errors import CommandError


def rates(base: Sequence[float], new: Sequence[float]) -> Comparison:
    return Comparison("rate", base, new, higher_is_better=True)


def times(base: Sequence[float], new: Sequence[float]) -> Comparison:
    return Comparison("p95", base, new, higher_is_better=False)


def test_the_ratio_is_that_of_the_medians() -> None:
    assert rates([100, 1, 102], [80, 90, 900]).ratio == pytest.approx(0.9)


@pytest.mark.parametrize("new", [[90, 99], [101, 120], [110, 130], [80, 200]])
def test_ranges_that_meet_are_within_the_spread(new: Sequence[float]) -> None:
    assert rates([99, 100, 110], new).verdict() == "within the spread"
    assert times([99, 100, 110], new).verdict() == "within the spread"


def test_a_difference_counts_from_the_nearest_ends_of_the_ranges() -> None:
    lower, higher = [80, 90, 95], [99, 100, 110]

    assert rates(higher, lower).verdict() == "WORSE, 4.0% beyond the spread"
    assert times(higher, lower).verdict() == "BETTER, 4.0% beyond the spread"
    assert rates(lower, higher).verdict() == "BETTER, 4.4% beyond the spread"
    assert times(lower, higher).verdict() == "WORSE, 4.4% beyond the spread"


def test_one_round_has_no_spread() -> None:
    assert rates([100], [50]).verdict() == "one round has no spread"


def test_small_figures_keep_their_decimals() -> None:
    assert spread([0.555, 1234.5, 99.994]) == "99.99 (0.56 - 1,234)"


def test_without_a_base_there_is_one_column() -> None:
    assert report(["new"], [rates([], [3, 1, 2])]) == [
        "median (min - max)                 new",
        "rate                2.00 (1.00 - 3.00)",
    ]


def test_rounds_of_both_versions_meet_in_one_row() -> None:
    def measured(version: str, value: float) -> BenchMeasurement:
        figures = {figure.name: value for figure in FIGURES["noop"]}
        return BenchMeasurement(version, "noop:25", 0.5, figures, [])

    order = [("base", 1), ("new", 2), ("new", 4), ("base", 3)]

    comparisons = bench.compared(
        ["base", "new"], ["noop:25"], [measured(*each) for each in order]
    )

    assert [each.name for each in comparisons] == [
        "noop of 25, no-op mutation: requests/s",
        "noop of 25, no-op mutation: p95 ms",
        "noop of 25, no-op mutation: API's CPU ms a request",
    ]
    assert {tuple(each.base) for each in comparisons} == {(1, 3)}
    assert {tuple(each.new) for each in comparisons} == {(2, 4)}
    assert [each.higher_is_better for each in comparisons] == [True, False, False]


def test_what_was_not_measured_has_an_empty_column_or_no_row() -> None:
    """As where a base has no page, or there is no Chromium."""
    figures = {figure.name: 5.0 for figure in FIGURES["page"]}
    new = BenchMeasurement("new", "page:5", 0.5, figures, [])
    base = BenchMeasurement("base", "page:5", 0.5, {}, [], "It has no page.")
    names = ["base", "new"]

    first, *_ = bench.compared(names, ["page:5"], [base, new])

    assert first.cells()[1:] == ("", "5.00 (5.00 - 5.00)", "", "")
    assert bench.compared(names, ["page:5"], [base]) == []


def test_without_a_browser_the_page_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chromium, "installed", lambda: None)

    without = page.run({}, 5)

    assert without.remarks == ["There is no Chromium: `make test` fetches one."]
    assert without.complaints == []
    assert dict(plays._figures("page:5", without.facts(), {})) == {}


def test_cpu_is_that_of_all_requests_of_a_scenario() -> None:
    row = {"name": "reserveSeats", "requests": 700, "rate": 350.0, "p95": 20.0}

    used = {"cpu": 2.0, "cpu_of_all": 5.0}

    figures = dict(plays._figures("storm:50", {"rows": [row], "requests": 1000}, used))

    assert figures == {
        "reserveSeats: requests/s": 350.0,
        "reserveSeats: p95 ms": 20.0,
        "reserveSeats: API's CPU ms a request": 2.0,
    }


def test_a_version_is_compared_with_the_peer_of_the_same_round() -> None:
    def measured(version: str, play: str, rate: float) -> BenchMeasurement:
        figures = {figure.name: rate for figure in FIGURES[play.partition(":")[0]]}
        return BenchMeasurement(version, play, 0.5, figures, [])

    rounds = [
        measured("stock", "stock:25", 10),
        measured("new", "storm:25", 15),
        measured("new", "storm:25", 40),
        measured("stock", "stock:25", 20),
    ]

    [ratio] = bench.beside_peers(["new"], ["stock:25", "storm:25"], rounds)

    assert ratio.name == "storm of 25, rate as a part of stock"
    assert ratio.new == [1.5, 2.0]


def test_the_cpu_of_a_request_counts_from_when_the_server_is_warm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To open the connections is no request's work."""
    used = iter([0.0, 10.0, 12.0])
    monkeypatch.setattr(plays, "_cpu_seconds", lambda _: {"cpu": next(used)})

    def loaded(
        _environment: object, _play: str, _seconds: float, on_warm: Callable[[], None]
    ) -> dict[str, Any]:
        on_warm()
        row = {"name": "no-op mutation", "rate": 1.0, "p95": 1.0}
        return {"rows": [row], "requests": 1_000, "complaints": []}

    monkeypatch.setattr(plays, "_loaded", loaded)
    version = RunningVersion("new", Path("unused"))

    measured = plays.measure(version, "noop:25", 1.0)

    assert measured.figures["no-op mutation: API's CPU ms a request"] == 2.0


def test_a_load_test_that_fails_costs_no_other_figure(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is a complaint, and the bench goes on for a quarter of an hour."""
    monkeypatch.setattr(plays, "_cpu_seconds", lambda _: {"cpu": 0.0})

    def loaded(_environment: object, play: str, *_: object) -> dict[str, Any]:
        if play == "map:25":
            raise CommandError("No session to come has 25 seats on sale.")
        row = {"name": "no-op mutation", "rate": 1.0, "p95": 1.0}
        return {"rows": [row], "requests": 1_000, "complaints": []}

    monkeypatch.setattr(plays, "_loaded", loaded)
    monkeypatch.setattr(
        versions, "working_tree", lambda _: RunningVersion("new", Path("unused"))
    )
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    facts = tmp_path / "bench.json"

    ended = bench.main(
        ["--rounds", "1", "--plays", "map:25", "noop:25", "--json", str(facts)]
    )

    assert ended == 1
    said = capsys.readouterr().out
    assert "FAILED  map:25, new: No session to come has 25 seats on sale." in said
    [first, *_] = json.loads(facts.read_text())["comparisons"]
    assert (first["name"], first["new"]) == (
        "noop of 25, no-op mutation: requests/s",
        [1.0],
    )
