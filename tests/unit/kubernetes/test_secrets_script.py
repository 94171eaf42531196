"""deploy/kubernetes/secrets.sh: the Secrets that it asks kubectl to make."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from auth.signing_keys import load_key

SCRIPT = Path("deploy/kubernetes/secrets.sh")
# Keeps what it is asked to make, and the files that this is made of.
KUBECTL = f"""#!{sys.executable}
import json, pathlib, sys
arguments = sys.argv[1:]
kept = pathlib.Path(__file__).parent / "made"
kept.mkdir(exist_ok=True)
if "get" in arguments:
    name = arguments[-1]
    if pathlib.Path(__file__).with_name("unreachable").exists():
        sys.exit("connection refused")
    sys.exit(0 if (kept / name).exists() else f"Error (NotFound): {{name}}")
if "create" in arguments:
    name = arguments[arguments.index("generic") + 1]
    files = [a.partition("=")[2] for a in arguments if a.startswith("--from-file=")]
    made = {{"type": arguments[arguments.index("--type") + 1]}}
    made |= {{pathlib.Path(f).name: pathlib.Path(f).read_text() for f in files}}
    (kept / name).write_text(json.dumps(made))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(KUBECTL, "utf-8")
    kubectl.chmod(0o755)
    return tmp_path


def run(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", str(SCRIPT)],  # noqa: S607 - the one that the machine has
        env={"PATH": f"{folder}:{os.environ['PATH']}", "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def secrets(folder: Path) -> dict[str, dict[str, Any]]:
    return {
        file.name: json.loads(file.read_text("utf-8"))
        for file in (folder / "made").iterdir()
    }


def test_passwords_are_random_and_fit_into_a_url(folder: Path) -> None:
    done = run(folder)

    made = secrets(folder)
    passwords = [made[name]["password"] for name in ("postgres-program", "redis")]
    assert done.returncode == 0, done.stderr
    assert all(re.fullmatch(r"[0-9a-f]{48}", each) for each in passwords)
    assert len(set(passwords)) == 2
    assert made["postgres-program"]["username"] == "cinema_program"
    assert made["postgres-program"]["type"] == "kubernetes.io/basic-auth"


@pytest.mark.parametrize("ring", ["signing-keys", "ticket-keys"])
def test_the_first_key_can_sign(folder: Path, tmp_path: Path, ring: str) -> None:
    run(folder)

    [name] = secrets(folder)[ring].keys() - {"type"}
    file = tmp_path / name
    file.write_text(secrets(folder)[ring][name], "utf-8")
    file.chmod(0o440)  # as it is mounted
    assert re.fullmatch(r"\d{8}T\d{6}Z\.pem", name)
    assert load_key(file).pair.is_private


def test_no_key_has_two_purposes(folder: Path) -> None:
    run(folder)

    rings = [secrets(folder)[ring] for ring in ("signing-keys", "ticket-keys")]
    first, second = (set(ring.values()) - {"Opaque"} for ring in rings)
    assert first.isdisjoint(second)


def test_what_is_there_stays(folder: Path) -> None:
    run(folder)
    before = secrets(folder)

    again = run(folder)

    assert again.returncode == 0, again.stderr
    assert secrets(folder) == before
    assert not list(folder.glob("tmp.*"))  # no password is left behind


def test_a_cluster_that_does_not_answer_is_no_reason_to_make_one(folder: Path) -> None:
    (folder / "unreachable").touch()

    failed = run(folder)

    assert (failed.returncode, failed.stderr) == (1, "connection refused\n")
    assert secrets(folder) == {}
