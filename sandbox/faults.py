"""The faults that a person or a test asks for. They stay until they are used up."""

from dataclasses import dataclass

from sandbox.database import Database, now
from sandbox.parameters import Parameters, invalid

DELAY_SECONDS = 5.0
LONGEST_SECONDS = 86_400.0

# What each does, for people.
CALL_FAULTS = {
    "down": "The connection is dropped before anything is done.",
    "black_hole": "A call is never answered, and nothing is done.",
    "slow": "A call waits for the delay, then is done.",
    "lost_answer": "A call is done, then the connection is dropped.",
    "failed": "A call is answered with 500, also to its repeats; nothing is done.",
    "failed_answer": "A call is done, then answered with 500, also to its repeats.",
}
PAYMENT_FAULTS = {
    "declined": "The next payments are declined.",
    "three_d_secure": "The next cards want a confirmation by their holder.",
    "slow_money": "The next payments bring money after the delay.",
    "failed_money": "Money that is on its way does not arrive.",
    "other_amount": "The next payments are of 1 minor unit less.",
    "other_currency": "The next payments are of another currency.",
    "lost_authorisation": "An authorisation is gone when it is captured.",
    "slow_refund": "Refunds are pending for the delay.",
    "failed_refund": "Refunds are pending for the delay, and fail.",
}
WEBHOOK_FAULTS = {
    "webhooks_never": "Events are not sent.",
    "webhooks_late": "Events are sent after the delay.",
    "webhooks_twice": "Events are sent twice.",
    "webhooks_out_of_order": "Events wait for a random part of the delay.",
}
FAULTS = CALL_FAULTS | PAYMENT_FAULTS | WEBHOOK_FAULTS


@dataclass(frozen=True)
class Fault:
    """`call` limits it to one call of the API, `times` to so many of them."""

    name: str
    call: str = ""
    times: int | None = None
    delay: float = DELAY_SECONDS
    ends_at: float | None = None


class Faults:
    def __init__(self, db: Database) -> None:
        self._db = db

    def set(self, parameters: Parameters) -> Fault:
        """Parameters: name, call, times, delay and lasts, both in seconds."""
        parameters.allow("name", "call", "times", "delay", "lasts")
        name = parameters.text("name")
        if name not in FAULTS:
            raise invalid("name", f"There is no such fault: {name}")
        lasts = parameters.optional("lasts")
        fault = Fault(
            name,
            parameters.optional("call") or "",
            parameters.integer("times") if parameters.has("times") else None,
            seconds(parameters.text("delay", str(DELAY_SECONDS))),
            now() + seconds(lasts) if lasts else None,
        )
        self._db.execute(
            "DELETE FROM faults WHERE name = ? AND call = ?", name, fault.call
        )
        self._db.insert("faults", **vars(fault))
        return fault

    def clear(self, name: str | None = None) -> None:
        self._db.execute("DELETE FROM faults WHERE name = coalesce(?, name)", name)

    def active(self) -> list[Fault]:
        self._db.execute("DELETE FROM faults WHERE times <= 0 OR ends_at <= ?", now())
        rows = self._db.rows(
            "SELECT name, call, times, delay, ends_at FROM faults ORDER BY name, call"
        )
        return [Fault(**row) for row in rows]

    def take(self, name: str, call: str = "") -> Fault | None:
        """Counts one use of it."""
        for fault in self.active():
            if fault.name == name and fault.call in ("", call):
                self._db.execute(
                    "UPDATE faults SET times = times - 1 WHERE name = ? AND call = ?",
                    name,
                    fault.call,
                )
                return fault
        return None


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= LONGEST_SECONDS:
        raise invalid("delay", f"Seconds are from 0 to {LONGEST_SECONDS:.0f}: {text}")
    return value
