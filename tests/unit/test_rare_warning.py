"""Warnings that strangers can cause: one line a minute, and how often it happened."""

import logging

import pytest

from telemetry.rare_warning import PAUSE_SECONDS, RareWarning


def test_one_line_a_minute_says_how_often_it_happened(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [7.0]
    warning = RareWarning(logging.getLogger("rare"), "refused", lambda: now[0])

    for _ in range(1000):
        warning.warn("forged")
    now[0] += PAUSE_SECONDS
    for reason in ("stale", "forged"):
        warning.warn(reason)

    lines = [(vars(each)["reason"], vars(each)["times"]) for each in caplog.records]
    assert lines == [("forged", 1), ("stale", 1000)]
