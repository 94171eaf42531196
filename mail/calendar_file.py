"""Calendar files (RFC 5545): one entry for a reservation, which later ones replace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress

from domain.purchases import Screening

PRODUCT = "-//cinema-tickets//mails//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """Programs of people find the entry by its UID, and keep the highest sequence."""

    reservation_id: UUID
    screening: Screening
    seats: Sequence[str]
    is_over: bool  # it is to be removed

    @property
    def method(self) -> str:
        return "CANCEL" if self.is_over else "PUBLISH"

    def file(self, sender: str) -> bytes:
        """`sender`: the address that organizes."""
        screening = self.screening
        event = Event()
        event.add("uid", f"{self.reservation_id}@{sender.rpartition('@')[2]}")
        event.add("sequence", screening.version)
        event.add("dtstamp", datetime.now(UTC))
        event.add("dtstart", screening.starts_at.astimezone(UTC))
        event.add("dtend", screening.ends_at.astimezone(UTC))
        event.add("summary", screening.movie)
        place = (screening.room, screening.cinema, screening.address)
        event.add("location", ", ".join(filter(None, place)))
        event.add("description", ", ".join(self.seats))
        event.add("status", "CANCELLED" if self.is_over else "CONFIRMED")
        event.add("organizer", vCalAddress(f"mailto:{sender}"))
        calendar = Calendar()
        calendar.add("prodid", PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("method", self.method)
        calendar.add_component(event)
        return bytes(calendar.to_ical())
