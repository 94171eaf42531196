"""Permissions: who may use a field."""

from typing import TYPE_CHECKING
from uuid import UUID

import strawberry

from domain.errors import NotFoundError
from domain.people import Role, Viewer, Workplaces
from resolvers.faults import (
    forbidden,
    forbidden_box_office,
    forbidden_cinema,
    forbidden_network,
    forbidden_staff,
    not_found,
    unauthenticated,
)
from resolvers.ids import NO_ROW, parse_id, require_id

if TYPE_CHECKING:
    from resolvers.context import Info


def require_viewer(info: "Info") -> Viewer:
    """Raises UNAUTHENTICATED if nobody is signed in."""
    if info.context.viewer is None:
        raise unauthenticated()
    return info.context.viewer


async def require_sign_in(info: "Info") -> Viewer:
    """For who changes or reads a whole account, or passes its tickets on.

    An access token is valid for some minutes after its sign-in has ended. A thief who
    was shut out must not take its tickets, take it over or erase it in these minutes.
    Raises UNAUTHENTICATED.
    """
    viewer = require_viewer(info)
    devices = info.context.services.devices
    # Tokens of the last release do not name their sign-in.
    if viewer.family_id and not await devices.is_signed_in(viewer.id, viewer.family_id):
        raise unauthenticated()
    return viewer


async def require_manager(info: "Info") -> Workplaces:
    """Where they may change something.

    Raises UNAUTHENTICATED if nobody is signed in, FORBIDDEN for who is no manager, or
    not any more: the role of a token may be some minutes old.
    """
    viewer = require_viewer(info)
    if viewer.role is not Role.MANAGER:
        raise forbidden()
    workplaces = await managed_places(info)
    if workplaces == Workplaces():
        raise forbidden()
    return workplaces


async def managed_places(info: "Info") -> Workplaces:
    """Where the viewer is a manager: nowhere for everybody else."""
    viewer = info.context.viewer
    if viewer is None or viewer.role is not Role.MANAGER:
        return Workplaces()
    return await info.context.services.queries.staff.workplaces(viewer.id, viewer.role)


async def require_network_manager(info: "Info") -> None:
    """Raises UNAUTHENTICATED or FORBIDDEN."""
    if not (await require_manager(info)).whole_network:
        raise forbidden_network()


async def require_manager_of_cinema(info: "Info", id: strawberry.ID) -> UUID:
    """The id. Raises UNAUTHENTICATED, FORBIDDEN or NotFoundError."""
    workplaces = await require_manager(info)
    key = require_id(id)
    if not workplaces.whole_network:
        if await info.context.loaders.cinemas.load(key) is None:
            raise NotFoundError
        _check(workplaces, key)
    return key


async def require_manager_for_new_room(
    info: "Info", cinema_id: strawberry.ID | None
) -> UUID | None:
    """The room's cinema: the oldest one of the manager by default.

    None: the oldest cinema of all. Raises UNAUTHENTICATED or FORBIDDEN.
    """
    workplaces = await require_manager(info)
    if cinema_id is None:
        return None if workplaces.whole_network else workplaces.cinema_ids[0]
    key = parse_id(cinema_id) or NO_ROW
    _check(workplaces, key)
    return key


async def require_manager_of_room(info: "Info", id: strawberry.ID) -> UUID:
    """The id. Raises UNAUTHENTICATED, FORBIDDEN or NotFoundError.

    The cinema of a room never changes, so it may be read before the change.
    """
    workplaces = await require_manager(info)
    key = require_id(id)
    if not workplaces.whole_network:
        room = await info.context.loaders.rooms.load(key)
        if room is None:
            raise NotFoundError
        _check(workplaces, room.cinema_id)
    return key


async def require_manager_of_session(info: "Info", id: strawberry.ID) -> UUID:
    """The id. Raises UNAUTHENTICATED, FORBIDDEN or NotFoundError."""
    workplaces = await require_manager(info)
    key = require_id(id)
    if not workplaces.whole_network:
        _check(workplaces, await _cinema_of_session(info, key))
    return key


async def require_staff(info: "Info") -> tuple[Viewer, Workplaces]:
    """Where they work, whatever they do there.

    Raises UNAUTHENTICATED, or FORBIDDEN for who works nowhere.
    """
    viewer = require_viewer(info)
    if viewer.role is Role.CUSTOMER:
        raise forbidden_staff()
    staff = info.context.services.queries.staff
    workplaces = await staff.workplaces(viewer.id, viewer.role)
    if workplaces == Workplaces():
        raise forbidden_staff()
    return viewer, workplaces


async def require_staff_of_session(info: "Info", id: strawberry.ID) -> UUID:
    """The id. Raises UNAUTHENTICATED, FORBIDDEN or NOT_FOUND."""
    _, works_at = await require_staff(info)
    key = parse_id(id) or NO_ROW
    try:
        cinema_id = await _cinema_of_session(info, key)
    except NotFoundError as error:
        raise not_found() from error
    if not works_at.include(cinema_id):
        raise forbidden_staff()
    return key


async def require_box_office(info: "Info", session_id: strawberry.ID) -> None:
    """That they sell seats of the session: managers and cashiers of its cinema.

    Raises UNAUTHENTICATED, FORBIDDEN or NotFoundError.
    """
    viewer = require_viewer(info)
    if viewer.role not in {Role.MANAGER, Role.CASHIER}:
        raise forbidden_box_office()
    staff = info.context.services.queries.staff
    workplaces = await staff.workplaces(viewer.id, viewer.role)
    cinema_id = await _cinema_of_session(info, require_id(session_id))
    if not workplaces.include(cinema_id):
        raise forbidden_box_office()


async def _cinema_of_session(info: "Info", session_id: UUID) -> UUID:
    """Raises NotFoundError."""
    session = await info.context.loaders.sessions.load(session_id)
    if session is None:
        raise NotFoundError
    return (await info.context.loaders.room(session.room_id)).cinema_id


def _check(workplaces: Workplaces, cinema_id: UUID) -> None:
    if not workplaces.include(cinema_id):
        raise forbidden_cinema()
