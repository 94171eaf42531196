"""Who may ask."""

from typing import TYPE_CHECKING

from domain.people import Role, Viewer
from resolvers.faults import forbidden, unauthenticated

if TYPE_CHECKING:
    from resolvers.context import Info


def viewer_of(info: "Info") -> Viewer:
    """Raises the fault that tells clients to sign in."""
    if info.context.viewer is None:
        raise unauthenticated()
    return info.context.viewer


def manager_of(info: "Info") -> Viewer:
    """Raises the fault for strangers, or the one for customers."""
    viewer = viewer_of(info)
    if viewer.role is not Role.MANAGER:
        raise forbidden()
    return viewer
