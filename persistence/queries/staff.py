"""Where people work: read from the primary, since it decides what they may do."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlmodel import col

from domain.cinemas import Cinema
from domain.people import Role, Workplaces
from persistence.catalog_rows import cinema_of
from persistence.queries.reading import Reader, Rows
from persistence.tables import AccountRow, CinemaRow, MembershipRow

NETWORK = and_(
    col(AccountRow.role) == Role.MANAGER, col(AccountRow.works_locally).is_(False)
)


class Staff:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def workplaces(self, account_id: UUID, role: Role) -> Workplaces:
        """None, if the account has another role by now, or is deleted."""
        cinema_id = col(MembershipRow.cinema_id)
        columns: list[Any] = [NETWORK.label("network"), cinema_id.label("cinema_id")]
        rows = (
            select(*columns)
            .select_from(AccountRow)
            .outerjoin(
                MembershipRow, col(MembershipRow.account_id) == col(AccountRow.id)
            )
            .outerjoin(CinemaRow, col(CinemaRow.id) == cinema_id)
            .where(col(AccountRow.id) == account_id, col(AccountRow.role) == role)
            .order_by(col(CinemaRow.created_at), col(CinemaRow.id))
        )
        read = await self._reader.fetch(rows)
        return Workplaces(
            whole_network=any(row["network"] for row in read),
            cinema_ids=tuple(row["cinema_id"] for row in read if row["cinema_id"]),
        )

    async def cinemas(self, account_ids: Sequence[UUID]) -> dict[UUID, list[Cinema]]:
        """Of each account, by name: all for managers of the network."""
        cinemas: defaultdict[UUID, list[Cinema]] = defaultdict(list)
        for row in await self._reader.fetch(_cinemas(account_ids)):
            cinemas[row["account_id"]].append(cinema_of(row))
        return cinemas


def _cinemas(account_ids: Sequence[UUID]) -> Rows:
    member = (
        select(MembershipRow)
        .where(
            col(MembershipRow.account_id) == col(AccountRow.id),
            col(MembershipRow.cinema_id) == col(CinemaRow.id),
        )
        .exists()
    )
    works_there = or_(NETWORK, and_(col(AccountRow.role) != Role.CUSTOMER, member))
    columns: list[Any] = [CinemaRow, col(AccountRow.id).label("account_id")]
    return (
        select(*columns)
        .join(AccountRow, works_there)
        .where(col(AccountRow.id).in_(account_ids))
        .order_by(col(CinemaRow.name_key), col(CinemaRow.id))
    )
