"""The programs may delete only what their statements delete."""

import re
from pathlib import Path

from persistence.postgres.grants import DELETED

DELETING = re.compile(r"\bDELETE FROM (\w+)")


def test_the_privileges_are_those_that_the_statements_need() -> None:
    files = [
        file
        for folder in ("app", "persistence", "realtime", "seeds")
        for file in Path(folder).rglob("*.py")
    ]

    found = {name for file in files for name in DELETING.findall(file.read_text())}

    assert found == set(DELETED)
