"""What each container may do, as the kernel says it."""

import re
from dataclasses import dataclass
from typing import Any

from tests.compose.engine import on_the_engine

NAMES = ("Uid", "CapEff", "CapBnd", "NoNewPrivs")
# Its image has no other user, and nothing of the machine's; it has no capability.
AS_ROOT = "etcd"
# The image writes its configuration beside its programs.
WRITES_ITS_ROOT = "kafka"


@dataclass(frozen=True, slots=True)
class Rights:
    user: int
    read_only: bool
    capabilities: int
    may_gain: bool

    def complaints(self, service: str) -> list[str]:
        found = []
        if self.user == 0 and not service.startswith(AS_ROOT):
            found.append("runs as root")
        if not self.read_only and not service.startswith(WRITES_ITS_ROOT):
            found.append("may write its root")
        if self.capabilities:
            found.append(f"has capabilities {self.capabilities:x}")
        if self.may_gain:
            found.append("may gain privileges")
        return found


def rights_of(containers: dict[str, Any]) -> dict[str, Rights]:
    """Of those that run; pid 1 of each is tini, which has all rights of the service."""
    pids = {
        name: one["State"]["Pid"]
        for name, one in containers.items()
        if one["State"]["Running"]
    }
    script = "".join(
        f"echo == {name}; cat /proc/{pid}/status; grep ' / / ' /proc/{pid}/mountinfo;"
        for name, pid in pids.items()
    )
    shown = re.split(r"^== (.*)\n", on_the_engine(script), flags=re.MULTILINE)[1:]
    return {
        name: _rights(text) for name, text in zip(shown[::2], shown[1::2], strict=True)
    }


def _rights(text: str) -> Rights:
    found = {name: text.split(f"\n{name}:")[1].split(maxsplit=1)[0] for name in NAMES}
    options = re.findall(r"^\d+ \d+ \S+ / / (\S+)", text, re.MULTILINE)
    return Rights(
        user=int(found["Uid"]),
        read_only="ro" in options[-1].split(","),
        capabilities=int(found["CapEff"], 16) | int(found["CapBnd"], 16),
        may_gain=found["NoNewPrivs"] != "1",
    )
