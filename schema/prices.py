"""GraphQL types of ticket types."""

from typing import Self

import strawberry

from domain import ticket_types


@strawberry.type(
    description="Who sits in a seat, e.g. Adult, Student, Child. The whole network has"
    " the same types."
)
class TicketType:
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    name: str = strawberry.field(
        description="Name as the manager entered it; not translated."
    )
    proof_required: bool = strawberry.field(
        description="Whether a proof has to be shown at the door."
    )
    description: str | None = strawberry.field(
        description="Who may have it, as the manager entered it."
    )
    is_default: bool = strawberry.field(
        description="True for exactly one type: that of seats for which none is chosen."
    )
    quota_percent: int | None = strawberry.field(
        description="At most so many in a hundred seats of a session. Null: any number."
    )

    @classmethod
    def from_domain(cls, ticket_type: ticket_types.TicketType) -> Self:
        return cls(
            id=strawberry.ID(str(ticket_type.id)),
            name=ticket_type.name,
            proof_required=ticket_type.proof_required,
            description=ticket_type.description,
            is_default=ticket_type.is_default,
            quota_percent=ticket_type.quota_percent,
        )
