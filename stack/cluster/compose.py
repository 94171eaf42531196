"""Reads the part of a compose file that matters to a plain process."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from runtime.errors import CommandError

# The job whose settings lead to every server.
PREPARE = "prepare"
# ${NAME}, ${NAME:-default}, and $$ for a dollar.
VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\})")


@dataclass(frozen=True, slots=True)
class Mount:
    """`source` is a volume's name, a path of the checkout (./...), or empty (tmpfs)."""

    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeService:
    name: str
    image: str
    command: str = ""  # empty: the image's own
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    published: Mapping[int, int] = field(default_factory=dict)  # inside -> outside
    after: Mapping[str, str] = field(default_factory=dict)  # service -> condition
    restarts: bool = True  # false: a job, done when it ends well


@dataclass(frozen=True, slots=True)
class ComposeFile:
    services: Mapping[str, ComposeService]
    subnets: tuple[str, ...]

    def in_order(self) -> list[ComposeService]:
        """A service comes after all services that it depends on."""
        ordered: dict[str, ComposeService] = {}

        def visit(name: str, waiting: tuple[str, ...]) -> None:
            if name in waiting:
                raise CommandError(f"{' waits for '.join((*waiting, name))}.")
            for earlier in self.services[name].after:
                visit(earlier, (*waiting, name))
            ordered[name] = self.services[name]

        for name in self.services:
            visit(name, ())
        return list(ordered.values())


def read(path: Path, variables: Mapping[str, str]) -> ComposeFile:
    """Raises CommandError for a variable that is missing."""
    return parse(interpolated(yaml.safe_load(path.read_text("utf-8")), variables))


def interpolated(node: Any, variables: Mapping[str, str]) -> Any:
    """A copy of the document with every ${NAME} in its strings replaced."""
    match node:
        case str():
            return VARIABLE.sub(lambda found: _value(found, variables), node)
        case list():
            return [interpolated(each, variables) for each in node]
        case dict():
            return {key: interpolated(each, variables) for key, each in node.items()}
    return node


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    name, default = found["name"], found["default"]
    if name is None:
        return "$"
    value = variables.get(name) or default
    if value is None:
        raise CommandError(f"The compose file wants {name}: set it.")
    return value


def parse(document: Mapping[str, Any]) -> ComposeFile:
    networks = document.get("networks") or {}
    return ComposeFile(
        {
            name: _service(name, fields)
            for name, fields in document["services"].items()
            if "profiles"
            not in fields  # those only start when Docker is asked for them
        },
        tuple(
            each["subnet"]
            for network in networks.values()
            for each in network["ipam"]["config"]
        ),
    )


def _service(name: str, fields: Mapping[str, Any]) -> ComposeService:
    command = fields.get("command", "")
    mounts = [_mount(text) for text in fields.get("volumes", ())]
    mounts += [Mount("", target) for target in fields.get("tmpfs", ())]
    return ComposeService(
        name=name,
        image=fields["image"],
        command=command if isinstance(command, str) else shlex.join(command),
        environment={k: str(v) for k, v in fields.get("environment", {}).items()},
        mounts=tuple(mounts),
        published=dict(_published(text) for text in fields.get("ports", ())),
        after={
            earlier: how["condition"]
            for earlier, how in fields.get("depends_on", {}).items()
        },
        restarts=fields.get("restart") == "unless-stopped",
    )


def _mount(text: str) -> Mount:
    source, target, *_ = text.split(":")
    return Mount(source, target)


def _published(text: str) -> tuple[int, int]:
    *_, outside, inside = text.split(":")
    return int(inside), int(outside)
