"""The packages that the locks of the repository name."""

import json
import re
from typing import Any

from tests.support.run import ROOT

PYTHON_LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
NPM_LOCKS = sorted(
    str(path.relative_to(ROOT))
    for folder in ("web/*", "tests/*")
    for path in ROOT.glob(f"{folder}/package-lock.json")
)


def locked(lock: str) -> set[tuple[str, str]]:
    """Names and versions; a name has two where they depend on Python's version."""
    text = (ROOT / lock).read_text("utf-8")
    return set(re.findall(r"^([\w.-]+)==([\w.+!-]+)", text, re.MULTILINE))


def locked_by_npm(lock: str) -> dict[str, dict[str, Any]]:
    """Entries of an npm lock, by path; the project itself is none."""
    packages: dict[str, dict[str, Any]] = json.loads((ROOT / lock).read_text("utf-8"))[
        "packages"
    ]
    return {path: entry for path, entry in packages.items() if path}
