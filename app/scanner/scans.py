"""The scans that a gate has let in and not sent yet, in a file that outlives it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

READABLE_BY_OWNER = 0o600  # codes are in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """`nonce` names it: however often it is sent, it counts once."""

    nonce: str
    code: str
    session_id: str
    gate: str
    scanned_at: str


class Scans:
    """Lines of JSON: a scan, or the nonce of one that was answered.

    Each line is on the disk before anybody is let in.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._waiting: dict[str, Scan] = {}
        self._by_ticket: dict[str, Scan] = {}
        for line in self._lines():
            entry = json.loads(line)
            if "answered" in entry:
                self._waiting.pop(entry["answered"], None)
            else:
                self._remember(Scan(**entry["scan"]), entry["ticket"])

    @property
    def waiting(self) -> list[Scan]:
        return list(self._waiting.values())

    def of_ticket(self, ticket_id: str) -> Scan | None:
        """The one that let it in, sent or not."""
        return self._by_ticket.get(ticket_id)

    def add(self, scan: Scan, ticket_id: str) -> None:
        self._write({"scan": asdict(scan), "ticket": ticket_id})
        self._remember(scan, ticket_id)

    def answered(self, scan: Scan) -> None:
        self._write({"answered": scan.nonce})
        del self._waiting[scan.nonce]

    def _remember(self, scan: Scan, ticket_id: str) -> None:
        self._waiting[scan.nonce] = scan
        self._by_ticket[ticket_id] = scan

    def _lines(self) -> list[str]:
        """Removes a last line that was cut off: nobody was let in for it."""
        if not self._file.exists():
            return []
        whole = self._file.read_bytes()
        whole = whole[: whole.rfind(b"\n") + 1]
        os.truncate(self._file, len(whole))
        return whole.decode().splitlines()

    def _write(self, entry: dict[str, object]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(self._file, flags, READABLE_BY_OWNER)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())
