"""The caches of docs/api.md show the newest state of a seat, in the real clients."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.node_program import FOLDER, WITH_NODE, node_program
from tests.support.run import ROOT

DOCUMENT = ROOT / "docs" / "api.md"
TSC = ROOT / "web" / "explorer" / "node_modules" / ".bin" / "tsc"
COMPILER = [
    *(str(WITH_NODE), str(TSC), "--ignoreConfig", "--strict"),
    *("--noUncheckedIndexedAccess", "--target", "es2022", "--module", "nodenext"),
    *("--lib", "es2022,dom", "--skipLibCheck", "--types", ""),
]


def seat(id: str, version: int, status: str) -> dict[str, object]:
    return {"id": id, "version": version, "status": status}


UPDATES = [
    ["map", [seat("a", 1, "AVAILABLE"), seat("b", 1, "AVAILABLE")]],
    ["reservation", [seat("a", 2, "HELD")]],
    ["delta", [seat("a", 5, "SOLD"), seat("c", 1, "AVAILABLE")]],
    # Late: what was before the sale, and the reservation as it gave the seat back.
    ["delta", [seat("a", 4, "HELD"), seat("b", 2, "HELD")]],
    ["reservation", [seat("a", 3, "AVAILABLE")]],
]


@pytest.mark.parametrize("client", ["apollo", "urql"])
async def test_no_older_state_hides_the_newest(client: str, tmp_path: Path) -> None:
    [example] = re.findall(
        rf"```ts\n(// cache-{client}\.ts\n.*?)```", DOCUMENT.read_text(), re.DOTALL
    )
    (tmp_path / "node_modules").symlink_to(FOLDER / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    source = tmp_path / "cache.ts"
    source.write_text(example)
    module = source.with_suffix(".js")

    # Not installed: node_program skips the test, and the compiler finds no types.
    if (FOLDER / "node_modules").is_dir():
        compiled = subprocess.run(  # noqa: ASYNC221  # nothing else runs
            [*COMPILER, str(source)], capture_output=True, text=True, check=False
        )
        assert compiled.returncode == 0, compiled.stdout
    async with node_program(
        "caches.mjs", client, module.as_uri(), json.dumps(UPDATES)
    ) as program:
        shown_map, shown_reservation = await program.next()

    assert sorted(shown_map) == [
        ["a", 5, "SOLD"],
        ["b", 2, "HELD"],
        ["c", 1, "AVAILABLE"],
    ]
    assert shown_reservation == [["a", 3, "AVAILABLE"]]
