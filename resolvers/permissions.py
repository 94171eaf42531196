"""Permissions: who may use a field."""

from typing import TYPE_CHECKING

from domain.people import Role, Viewer
from resolvers.faults import forbidden, unauthenticated

if TYPE_CHECKING:
    from resolvers.context import Info


def require_viewer(info: "Info") -> Viewer:
    """Raises UNAUTHENTICATED if nobody is signed in."""
    if info.context.viewer is None:
        raise unauthenticated()
    return info.context.viewer


def require_manager(info: "Info") -> Viewer:
    """Raises UNAUTHENTICATED if nobody is signed in, FORBIDDEN for customers."""
    viewer = require_viewer(info)
    if viewer.role is not Role.MANAGER:
        raise forbidden()
    return viewer
