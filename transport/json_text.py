"""Strict decoding and fast encoding of JSON."""

import json
from typing import Any

import orjson

MAX_DEPTH = 200  # orjson reads a thousand levels, but writes only 254


class NotJsonError(ValueError):
    """Also for NaN, invalid UTF-8, lone surrogates, endless numbers or nesting."""


def decode(text: str | bytes) -> Any:
    try:
        value = orjson.loads(text)
    except ValueError as error:
        raise NotJsonError(str(error)) from error
    if _openings(text) > MAX_DEPTH and _is_deep(value):
        raise NotJsonError(f"it is nested deeper than {MAX_DEPTH} levels")
    return value


def encode(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        # orjson refuses integers over 64 bits and types that it does not know.
        return json.dumps(value, default=_plain, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, orjson.Fragment):
        return orjson.loads(orjson.dumps(value))
    return str(value)


def encode_sorted(value: object) -> bytes:
    """Equal bytes for equal values, of those that `decode` can return."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _openings(text: str | bytes) -> int:
    """Never less than the depth, and much faster to find."""
    if isinstance(text, bytes):
        return text.count(b"[") + text.count(b"{")
    return text.count("[") + text.count("{")


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return False
    return True
