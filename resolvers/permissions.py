"""Who may ask."""

from typing import TYPE_CHECKING

from domain.people import Viewer
from resolvers.faults import unauthenticated

if TYPE_CHECKING:
    from resolvers.context import Info


def viewer_of(info: "Info") -> Viewer:
    """Raises the fault that tells clients to sign in."""
    if info.context.viewer is None:
        raise unauthenticated()
    return info.context.viewer
