"""Who may ask."""

from typing import TYPE_CHECKING

from domain.people import Role, Viewer
from resolvers.faults import forbidden, unauthenticated

if TYPE_CHECKING:
    from resolvers.context import Info


def require_viewer(info: "Info") -> Viewer:
    """Raises the fault that tells clients to sign in."""
    if info.context.viewer is None:
        raise unauthenticated()
    return info.context.viewer


def require_manager(info: "Info") -> Viewer:
    """Raises the fault for strangers, or the one for customers."""
    viewer = require_viewer(info)
    if viewer.role is not Role.MANAGER:
        raise forbidden()
    return viewer
