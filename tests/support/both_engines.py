"""Which tests execute operations: `make test-core` runs them by graphql-core, too.

A file belongs to them by what it imports, so one that is new or renamed does, or by its
marker.
"""

import re
from functools import cache
from pathlib import Path

SUPPORT = Path(__file__).parent
# What executes operations in tests, by the engine of ENGINE.
EXECUTORS = (
    *("asgi_socket", "engine", "schema_client", "seat_map_socket"),
    *("transport_schema", "versioned_seat_map"),
)
IMPORT = re.compile(
    rf"^from tests\.support\.({'|'.join(EXECUTORS)}) import", re.MULTILINE
)


@cache
def executes(file: Path) -> bool:
    for name in EXECUTORS:
        if not (SUPPORT / f"{name}.py").exists():
            raise FileNotFoundError(f"tests/support/{name}.py has another name now")
    return IMPORT.search(file.read_text("utf-8")) is not None
