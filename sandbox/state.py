"""All parts of the sandbox, on one database."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.answers import Answers
from sandbox.buyers import Buyers
from sandbox.checkouts import Checkouts
from sandbox.database import Database
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.objects import Objects
from sandbox.payments import Payments
from sandbox.refunds import Refunds


@dataclass(frozen=True)
class Options:
    """`address` is where browsers find the pages."""

    file: Path
    address: str
    secret_key: str
    webhook_secrets: tuple[str, ...]
    webhook_url: str


@dataclass
class State:
    options: Options
    # Set after each change: something may be due now.
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.db = Database(self.options.file)
        self.faults = Faults(self.db)
        self.answers = Answers(self.db)
        self.objects = Objects(self.db, self.options.address)
        events = self.events = Events(self.db, self.faults)
        self.checkouts = Checkouts(self.db, self.objects, events)
        payments = self.payments = Payments(self.db, self.objects, events, self.faults)
        self.refunds = Refunds(self.db, self.objects, events, self.faults, payments)
        self.buyers = Buyers(self.db, self.objects, events, self.faults, payments)
