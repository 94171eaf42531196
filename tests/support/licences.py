"""Licences of dependencies, against tests/audit/licences.toml."""

import tomllib
from email.message import Message
from importlib.metadata import Distribution, distributions

from license_expression import ExpressionError, get_spdx_licensing

from tests.support.locks import locked, locked_by_npm
from tests.support.run import ROOT

POLICY = tomllib.loads((ROOT / "tests/audit/licences.toml").read_text("utf-8"))
SPDX = get_spdx_licensing()


def is_allowed(expression: str) -> bool:
    """Whether one of its alternatives is allowed in all its parts."""
    parsed = SPDX.parse(expression, validate=True)
    any_allowed = SPDX.parse(" OR ".join(POLICY["allowed"]))
    allowed = dict.fromkeys(any_allowed.symbols, SPDX.TRUE)
    return parsed is not None and bool(parsed.subs(allowed).simplify() == SPDX.TRUE)


def declared(metadata: Message) -> str:
    """As an SPDX expression, where metadata can be read as one."""
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in metadata.get_all("Classifier", [])
        if each.startswith("License :: ") and not each.endswith("OSI Approved")
    ]
    stated = metadata["License-Expression"] or classifiers or [metadata["License"]]
    parts = [stated] if isinstance(stated, str) else stated
    return " AND ".join(POLICY["spellings"].get(part, part or "") for part in parts)


def refusals(names: dict[str, str]) -> dict[str, str]:
    """Those whose licence is neither allowed nor an exception, by package."""
    refused = {}
    for name, licence in names.items():
        try:
            allowed = is_allowed(licence)
        except ExpressionError:
            allowed = False
        package = name.rpartition("node_modules/")[2]
        if not allowed and package not in POLICY["exceptions"]:
            refused[name] = licence or "none is declared"
    return refused


def of_python(lock: str, folders: list[str]) -> dict[str, str]:
    """By package, from what is installed in these folders."""
    installed = {normal(each): each.metadata for each in distributions(path=folders)}
    return {
        name: declared(installed[name])  # type: ignore[arg-type]
        if name in installed
        else POLICY["elsewhere"].get(name, "it is not installed")
        for name, _ in locked(lock)
    }


def normal(distribution: Distribution) -> str:
    name: str = distribution.metadata["Name"]
    return name.lower().replace("_", "-").replace(".", "-")


def of_npm(lock: str) -> dict[str, str]:
    return {
        path: entry.get("license", "") for path, entry in locked_by_npm(lock).items()
    }
