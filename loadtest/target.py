"""The server under load: where it is, and who may ask it."""

import ipaddress
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from loadtest import plan
from runtime import run_file
from runtime.errors import CommandError

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - addresses to bind


@dataclass(frozen=True)
class Target:
    host: str
    port: int
    path: str
    tokens: tuple[str, ...]

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """As `asdict` has it in an order to a helper process."""
        return cls(**{**fields, "tokens": tuple(fields["tokens"])})

    @property
    def origin(self) -> str:
        return f"http://{self.authority}"

    @property
    def authority(self) -> str:
        """As the header Host names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def find(environ: Mapping[str, str], users: int) -> Target:
    """The server at LOADTEST_URL, or the run in DATA_DIR; a token for each user."""
    if url := environ.get("LOADTEST_URL"):
        host, port, path = address(url)
        return Target(host, port, path, _one_each(_read_tokens(environ), users))
    port = int(run_file.require(environ, "PORT"))
    host = run_file.environment(environ).get("HOST") or "127.0.0.1"
    host = ANY_ADDRESS.get(host, host)
    _require_loopback(host)
    tokens = _mint_tokens(run_file.require(environ, "SIGNING_KEYS_DIR"), users)
    return Target(host, port, "/graphql", _one_each(tokens, users))


def address(url: str) -> tuple[str, int, str]:
    """Host, port and path of LOADTEST_URL."""
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port or 80
    except ValueError:  # of the port
        host = None
    if not host or parts.scheme != "http":
        raise CommandError(
            f"LOADTEST_URL is {url!r}: set it to something like http://127.0.0.1:3333."
        )
    _require_loopback(host)
    return host, port, parts.path.rstrip("/") or "/graphql"


def _require_loopback(host: str) -> None:
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    if not is_loopback:
        raise CommandError(
            f"{host} is not this machine: the load test only ever loads "
            "127.0.0.1, ::1 or localhost."
        )


def _mint_tokens(keys_dir: str, count: int) -> Iterable[str]:
    from app.commands import tokens  # noqa: PLC0415 - only a run has keys to sign with

    return tokens.mint(Path(keys_dir), min(count, plan.MAX_TOKENS))


def _read_tokens(environ: Mapping[str, str]) -> Iterator[str]:
    if name := environ.get("LOADTEST_TOKENS_FILE"):
        lines = Path(name).read_text("utf-8").splitlines()
    elif os.isatty(sys.stdin.fileno()):
        raise CommandError(
            "LOADTEST_URL needs tokens, one a line: pipe those of `make tokens` "
            "in, or name their file in LOADTEST_TOKENS_FILE."
        )
    else:
        lines = sys.stdin.read().splitlines()
    return (line.strip() for line in lines if line.strip())


def _one_each(tokens: Iterable[str], users: int) -> tuple[str, ...]:
    """A token for each user; more users than plan.MAX_TOKENS share them."""
    distinct = tuple(dict.fromkeys(tokens))
    needed = min(users, plan.MAX_TOKENS)
    if len(distinct) < needed:
        raise CommandError(
            f"{needed} users need {needed} tokens and there are {len(distinct)}: "
            "take fewer users, or mint more with `make tokens`."
        )
    return tuple(islice(cycle(distinct), users))
