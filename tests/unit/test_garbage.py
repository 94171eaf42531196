"""The search for garbage is rare while a program works, and as before afterwards."""

import gc

import pytest

from runtime.garbage import THRESHOLDS, rare_collections


def test_what_is_there_is_not_searched_again() -> None:
    before = gc.get_threshold()

    with rare_collections():
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == THRESHOLDS

    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == before


def test_it_is_as_before_after_an_error() -> None:
    before = gc.get_threshold()

    with pytest.raises(ValueError, match="ours"), rare_collections():
        raise ValueError("ours")

    assert gc.get_threshold() == before
