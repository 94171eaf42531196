"""What a gate shows to who stands there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Light(StrEnum):
    GREEN = "OK"
    RED = "STOP"
    YELLOW = "ASK"  # a person decides


@dataclass(frozen=True, slots=True)
class Screen:
    light: Light
    text: str

    def __str__(self) -> str:
        return f"{self.light:4}  {self.text}"


def of_answer(answer: Mapping[str, Any]) -> Screen:
    """Of checkIn."""
    match answer["__typename"]:
        case "CheckedIn":
            return Screen(Light.GREEN, seat_and_type(answer["ticket"]))
        case "AlreadyCheckedIn":
            return already_used(answer["at"], answer["gate"])
        case "TicketNotValid":
            return Screen(Light.RED, f"not valid {answer['status'] or ''}".strip())
        case "WrongSession":
            where = answer["ticket"]["session"]["id"]
            return Screen(Light.RED, f"for another session: {where}")
        case "TooEarly":
            return too_early(answer["opensAt"])
    fields = ", ".join(".".join(each["path"]) for each in answer.get("fields", ()))
    return Screen(Light.RED, f"{answer['message']} {fields}".strip())


def too_early(opens_at: str) -> Screen:
    return Screen(Light.RED, f"too early: from {clock(opens_at)} on")


def already_used(at: str, gate: str | None) -> Screen:
    where = f" at {gate}" if gate else ""
    return Screen(Light.RED, f"checked in before: {clock(at)}{where}")


def seat_and_type(ticket: Mapping[str, Any]) -> str:
    seat, kind = ticket["seat"], ticket["ticketType"]
    proof = ": see the proof" if kind["proofRequired"] else ""
    return f"{seat['row']} {seat['number']}  {kind['name']}{proof}"


def clock(moment: str) -> str:
    """On the clock of this machine."""
    return f"{datetime.fromisoformat(moment).astimezone():%H:%M:%S}"
