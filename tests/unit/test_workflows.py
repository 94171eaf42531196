"""The files for GitHub are valid, safe, and start what there is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.run import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROGRAMS = Path(sys.executable).parent
# The Dockerfile's, from which a release builds.
STAGE = re.compile(r" AS (\w+)$", re.MULTILINE)


def findings(program: str, *arguments: str | Path) -> str:
    checked = subprocess.run(
        [PROGRAMS / program, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return checked.stdout + checked.stderr if checked.returncode else ""


def zizmor(*files: Path) -> str:
    """Its findings: pins, permissions, injection, and what a stranger could do."""
    return findings("zizmor", "--offline", "-q", "--persona", "pedantic", *files)


@pytest.mark.parametrize(
    "schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"]
)
def test_workflows_have_the_form_that_github_reads(schema: str) -> None:
    assert WORKFLOWS
    assert findings("check-jsonschema", "--builtin-schema", schema, *WORKFLOWS) == ""


def test_so_has_the_configuration_of_updates() -> None:
    file = ROOT / ".github" / "dependabot.yml"

    assert (
        findings("check-jsonschema", "--builtin-schema=vendor.dependabot", file) == ""
    )


def test_workflows_are_safe() -> None:
    assert zizmor(ROOT / ".github") == ""


@pytest.mark.parametrize(
    ("safe", "unsafe", "rule"),
    [
        (r"@[0-9a-f]{40}", "@v7", "unpinned-uses"),
        (r"permissions: {}", "permissions: write-all", "excessive-permissions"),
        (r'make "\$TARGET"', "make ${{ github.head_ref }}", "template-injection"),
    ],
)
def test_an_unsafe_workflow_is_refused(
    tmp_path: Path, safe: str, unsafe: str, rule: str
) -> None:
    file = tmp_path / ".github" / "workflows" / "ci.yml"
    file.parent.mkdir(parents=True)
    text = (ROOT / ".github/workflows/ci.yml").read_text("utf-8")
    file.write_text(re.sub(safe, unsafe, text), "utf-8")

    assert rule in zizmor(file)


def test_workflows_start_targets_of_the_makefile() -> None:
    texts = [file.read_text("utf-8") for file in WORKFLOWS]
    named = {
        target
        for text in texts
        for target in re.findall(r"(?:\bmake (?:--silent )?|target: )([a-z-]+)", text)
    }
    makefile = (ROOT / "Makefile").read_text("utf-8")
    stages = STAGE.findall((ROOT / "Dockerfile").read_text("utf-8"))

    assert "check" in named
    assert named <= {*re.findall(r"^([a-z-]+):", makefile, re.MULTILINE), *stages}
