"""The network of a client, which is more its own than its address is."""

import ipaddress

IPV6_PREFIX = 64


def network_of(address: str | None) -> str | None:
    """The address; of IPv6 the /64 network, since one home has that many addresses.

    None for what is no address: a Unix socket has none.
    """
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((int(known), IPV6_PREFIX), strict=False))
