"""Rows whose search key contains words; see domain.text."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Select, Text, cast, func, select
from sqlmodel import col


def with_words(rows: Select[Any], search_key: str, words: Sequence[str]) -> Select[Any]:
    """Uses strpos, not LIKE, because strpos has no wildcards.

    The words are one parameter. Otherwise each number of words would be a statement of
    its own, which takes time to build and a place in the caches of statements.
    """
    if not words:
        return rows
    word = func.unnest(cast(list(words), ARRAY(Text))).column_valued("word")
    missing = select(word).where(func.strpos(col(search_key), word) == 0)
    return rows.where(~missing.exists())
