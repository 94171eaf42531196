"""Mutations of cinemas and rooms, and of what is removed or archived."""

from loadtest.documents import MOVIE, REFUSED, ROOM

OUTDATED = "... on Outdated { currentVersion }"
BUSY = "... on RoomBusy { conflictingSession { id } }"
CINEMA = """... on Cinema {
  id name city address timeZone currency version
  salesMinutesAfterStart companionReleaseMinutes refundHoursBeforeStart
}"""


def mutation(name: str, *answers: str, refused: str = REFUSED) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    selected = " ".join((refused, *answers))
    return f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {selected} }} }}"


CREATE_CINEMA = mutation("createCinema", CINEMA)
UPDATE_CINEMA = mutation("updateCinema", CINEMA, OUTDATED)
CREATE_ROOM = mutation("createRoom", "... on Room { id cinema { id } version }", ROOM)
UPDATE_ROOM = mutation(
    "updateRoom", "... on Room { id name turnaroundMinutes version }", OUTDATED, BUSY
)
ADD_SEATS = mutation("addSeats", "... on Room { version capacity }")
PLAN = """seats {
  id row number label x y place features outOfService zone { id name isDefault }
}"""
PLANNED_ROOM = mutation("createRoom", f"... on Room {{ id version {PLAN} }}")
MORE_SEATS = mutation("addSeats", f"... on Room {{ version {PLAN} }}")
UPDATE_SEATS = mutation("updateSeats", f"... on Room {{ id version {PLAN} }}", OUTDATED)
SAVE_PRICE_ZONE = mutation("savePriceZone", "... on PriceZone { id name isDefault }")
UPDATE_MOVIE = mutation("updateMovie", "... on Movie { version }", MOVIE, OUTDATED)
UPDATE_SESSION = mutation(
    "updateSession", "... on Session { id version startsAt }", OUTDATED, BUSY
)
CREATE_SESSION = mutation("createSession", "... on Session { id version }", BUSY)
# Nothing is entered, so no field can be invalid.
IN_USE = "__typename ... on Problem { code message }"
REMOVE_SESSION = mutation(
    "removeSession",
    "... on Session { id room { id } seatMap { available } }",
    refused=IN_USE,
)
REMOVE_ROOM = mutation(
    "removeRoom", "... on Room { id capacity seats { id } }", refused=IN_USE
)
ARCHIVE_MOVIE = mutation("archiveMovie", "... on Movie { id version }", refused=IN_USE)
SAVE_TICKET_TYPE = mutation(
    "saveTicketType",
    "... on TicketType { id name isDefault proofRequired description quotaPercent }",
)
PRICES = """prices {
  zone { id } ticketType { id } price { amountMinor currency }
}"""
SAVE_PRICE_CARD = mutation(
    "savePriceCard", f"... on PriceCard {{ id name version {PRICES} }}", OUTDATED
)
CINE = {
    "city": "Belém",
    "address": "Praça da República",
    "timeZone": "America/Belem",
    "currency": "BRL",
}
