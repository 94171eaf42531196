"""`make sbom` wrote valid CycloneDX, and every locked package is in it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support import licences
from tests.support.locks import PYTHON_LOCKS, locked, locked_by_npm
from tests.support.run import ROOT

FOLDER = ROOT / ".sbom"
TOOLS = ROOT / ".venv" / "audit"
# Prints what the schema says against the file.
VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()))
"""


def bill(name: str) -> dict[str, Any]:
    text = (FOLDER / f"{name}.cdx.json").read_text("utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def components(name: str) -> set[tuple[str, str]]:
    return {
        ("/".join(filter(None, [each.get("group"), each["name"]])), each["version"])
        for each in bill(name)["components"]
    }


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_python_packages(lock: str) -> None:
    assert components(lock.removesuffix(".lock")) == locked(lock)


@pytest.mark.parametrize("page", ["explorer", "shop"])
def test_packages_of_the_pages(page: str) -> None:
    bundled = {
        (path.rpartition("node_modules/")[2], entry["version"])
        for path, entry in locked_by_npm(f"web/{page}/package-lock.json").items()
        if not entry.get("dev")
    }

    assert bundled
    assert components(page) == bundled


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.json")), ids=lambda f: f.name)
def test_the_schema(file: Path) -> None:
    validated = subprocess.run(
        [TOOLS / "bin" / "python", "-c", VALIDATE, file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (validated.stdout, validated.stderr) == ("None\n", "")


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.json")), ids=lambda f: f.name)
def test_nothing_in_it_depends_on_time_or_machine(file: Path) -> None:
    text = file.read_text("utf-8")

    assert "timestamp" not in json.loads(text)["metadata"]
    assert "serialNumber" not in json.loads(text)
    assert str(ROOT) not in text


def test_licences_of_the_tools_are_allowed() -> None:
    lock = "requirements-audit.lock"
    installed = [str(path) for path in TOOLS.glob("lib/python3*/site-packages")]

    assert licences.refusals(licences.of_python(lock, installed)) == {}
