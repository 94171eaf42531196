"""Keeps the house tidy: plain words, short files, no dead files, a list of decisions.

The rules are in tests/support/tidy_rules.py, each with its reason.
"""

import ast
import io
import re
import subprocess
import tokenize
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from shutil import which

from tests.support import tidy_rules
from tests.support.tidy_rules import NAMES, WORDS, Rules

ROOT = Path(__file__).parents[2]
DECISIONS = Path("docs/adr")
STATUS = re.compile(r"\n(Accepted|Superseded by ADR \d+), \d{4}-\d\d-\d\d\.\n")
BARE_LINK = re.compile(r"\s*(- )?(<\S+>|\S+|\[[^]]+\]\(\S+\))\.?")


def files(*suffixes: str) -> list[Path]:
    """Those that git has or would add."""
    git = which("git")
    assert git
    listed = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        path
        for path in map(Path, listed.stdout.splitlines())
        if (ROOT / path).is_file() and (not suffixes or path.suffix in suffixes)
    ]


def text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def excused(path: Path, line: str) -> str:
    """The line without what an exception allows there."""
    for where, allowed, _ in tidy_rules.EXCEPTIONS:
        if re.fullmatch(where, str(path)):
            line = re.sub(allowed, "", line)
    return line


def lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text(path).splitlines(), 1):
        if path.name == "CHANGELOG.md" and re.match(tidy_rules.RELEASED, line):
            return
        # The words of a name in camel case are words, too.
        yield number, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", excused(path, line))


def names(path: Path) -> Iterator[tuple[int, str]]:
    for part in (*path.parts[:-1], path.stem):
        yield 0, part
    for token in tokenize.generate_tokens(io.StringIO(text(path)).readline):
        if token.type == tokenize.NAME and excused(path, token.string):
            yield token.start[0], token.string.strip("_")


def advice(rules: Rules, word: str) -> str:
    for banned, instead, why in rules:
        if re.fullmatch(banned, word, re.IGNORECASE):
            return f"{word!r}: write {instead} ({why})"
    raise ValueError(word)


def test_words_are_plain() -> None:
    either = "|".join(f"(?:{banned})" for banned, _, _ in WORDS)
    banned = re.compile(f"(?<![A-Za-z])(?:{either})(?![A-Za-z])", re.IGNORECASE)
    wrong = [
        f"{path}:{number}: {advice(WORDS, found.group())}"
        for path in files()
        if path.suffix in tidy_rules.SUFFIXES
        or path.name in tidy_rules.NAMES_WITHOUT_SUFFIX
        for number, line in lines(path)
        for found in banned.finditer(line)
    ]
    assert not wrong, "\n".join(wrong)


def test_names_are_plain() -> None:
    banned = re.compile("|".join(f"(?:{name})" for name, _, _ in NAMES))
    wrong = [
        f"{path}:{number}: {advice(NAMES, name)}"
        for path in files(".py")
        for number, name in names(path)
        if banned.fullmatch(name)
    ]
    assert not wrong, "\n".join(wrong)


def test_python_files_are_short() -> None:
    lengths = {path: text(path).count("\n") for path in files(".py")}
    longest = tidy_rules.LONGEST_FILE
    wrong = [
        f"{path}: {count} lines" for path, count in lengths.items() if count > longest
    ]
    assert not wrong, "\n".join(wrong)


def test_lines_of_prose_are_short() -> None:
    """Except tables, blocks of code, and links alone on their line."""
    wrong = []
    for path in files(".md"):
        in_code = False
        for number, line in enumerate(text(path).splitlines(), 1):
            if line.lstrip().startswith("```"):
                in_code = not in_code
            free = in_code or line.startswith("|") or BARE_LINK.fullmatch(line)
            if len(line) > tidy_rules.LONGEST_PROSE_LINE and not free:
                wrong.append(f"{path}:{number}: {len(line)} characters")
    assert not wrong, "\n".join(wrong)


def imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_python_file_is_imported_or_started() -> None:
    """A production file that only tests import is dead, too."""
    python = files(".py")
    imported_in_tests, imported = set[str](), set[str]()
    for path in python:
        in_tests = path.parts[0] == "tests"
        (imported_in_tests if in_tests else imported).update(imported_by(path))
    dead = []
    for path in python:
        module = ".".join(path.with_suffix("").parts)
        used = module in imported or (
            path.parts[0] == "tests" and module in imported_in_tests
        )
        if not used and not any(
            re.fullmatch(where, str(path)) for where, _ in tidy_rules.STARTED
        ):
            dead.append(str(path))
    assert not dead, "\n".join(dead)


def test_decisions_are_numbered_dated_and_listed() -> None:
    index = text(DECISIONS / "README.md")
    pages = sorted(
        path
        for path in files(".md")
        if path.parent == DECISIONS and path.name != "README.md"
    )
    numbers = [int(page.name[:4]) for page in pages]
    listed = Counter(re.findall(r"\]\((\d{4}-[^)]+)\)", index))

    gaps = [(one, two) for one, two in pairwise([0, *numbers]) if two != one + 1]
    assert not gaps
    assert listed == Counter(page.name for page in pages)
    assert [page for page in pages if not STATUS.search(text(page))] == []


def test_paths_in_the_pages_exist() -> None:
    """Paths from the root of the repository, in backticks."""
    folders = {path.parts[0] for path in files() if len(path.parts) > 1}
    named = re.compile(r"`([a-z]+/[\w./-]+\.[a-z]+)`")
    wrong = [
        f"{page}: {name}"
        for page in files(".md")
        for name in named.findall(text(page))
        if name.partition("/")[0] in folders and not (ROOT / name).exists()
    ]
    assert not wrong, "\n".join(wrong)
