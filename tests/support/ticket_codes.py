"""Codes of tickets, by a key of this process."""

from pathlib import Path
from tempfile import TemporaryDirectory

from auth.signing_keys import make_first_key
from auth.ticket_keys import TicketKeys, ticket_ring

_FOLDER = TemporaryDirectory(prefix="ticket-keys-")  # removed at the end of the process
make_first_key(Path(_FOLDER.name))
TICKET_CODES = TicketKeys(ticket_ring(Path(_FOLDER.name)))
