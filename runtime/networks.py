"""The network of a client. One client may have many addresses in it."""

import ipaddress
from functools import lru_cache

IPV6_PREFIX = 64
LONGEST = 64  # an IPv6 address, and the name of an interface


def network_of(address: str | None) -> str | None:
    """An IPv4 address, or the /64 network of an IPv6 address, which one home has.

    None if it is not an IP address, as on a Unix socket.
    """
    if address is None or len(address) > LONGEST:
        return None
    return _network_of(address)


@lru_cache(maxsize=4_096)  # each request asks, and most clients send several
def _network_of(address: str) -> str | None:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((int(known), IPV6_PREFIX), strict=False))
