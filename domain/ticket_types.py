"""Types of tickets, which the whole network shares, and what managers enter of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from domain.errors import InvalidInputError, raise_if_any
from domain.text import composed, is_line, is_text, order_key
from domain.ticket_prices import TicketType, TicketTypeFacts

MAX_TYPE_NAME_LENGTH: Final = 50
MAX_DESCRIPTION_LENGTH: Final = 200
MAX_QUOTA_PERCENT: Final = 100
Types = Sequence[tuple[UUID, UUID]]  # seats, each with the type of its ticket


def validated_type(facts: TicketTypeFacts) -> TicketTypeFacts:
    """With composed texts. Raises InvalidInputError for all wrong fields."""
    name = composed(facts.name, MAX_TYPE_NAME_LENGTH)
    description = facts.description
    if description is not None:
        description = composed(description, MAX_DESCRIPTION_LENGTH)
    facts = replace(facts, name=name, description=description)
    raise_if_any([*_wrong(facts)])
    return facts


def type_order(ticket_type: TicketType) -> tuple[bool, str]:
    """The default type first, then by name."""
    return not ticket_type.is_default, order_key(ticket_type.name)


def _wrong(facts: TicketTypeFacts) -> Iterator[InvalidInputError]:
    if not is_line(facts.name, MAX_TYPE_NAME_LENGTH):
        yield InvalidInputError(
            "name", rule="name_length", longest=MAX_TYPE_NAME_LENGTH
        )
    description, quota = facts.description, facts.quota_percent
    if description is not None and not is_text(description, MAX_DESCRIPTION_LENGTH):
        yield InvalidInputError(
            "description", rule="text_length", longest=MAX_DESCRIPTION_LENGTH
        )
    if quota is not None and not 0 <= quota <= MAX_QUOTA_PERCENT:
        yield InvalidInputError(
            "quotaPercent", rule="number_range", lowest=0, highest=MAX_QUOTA_PERCENT
        )
    elif quota is not None and facts.is_default:
        yield InvalidInputError("quotaPercent", rule="default_type_quota")
