"""Which hosts are of this machine or network, by what is written alone: nothing is resolved."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".test")
"""RFC 6761, 6762, 8375 and ICANN's ``.internal``: names that no public server answers for."""
_NUMBER = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$")
"""What ends in a number is an address to a resolver, however it is written: 134744072 is 8.8.8.8."""


def is_private_name(host: str) -> bool:
    """Whether *host* by itself says that it is of this machine or network: ``localhost``, ``web``."""
    name = host.lower().rstrip(".")
    return not _NUMBER.search(name) and ("." not in name or name.endswith(_PRIVATE_SUFFIXES))


def is_private_host(host: str) -> bool:
    """Whether *host*, a name or an address without brackets, is of this machine or network."""
    try:
        address = ip_address(host)
    except ValueError:
        return is_private_name(host)
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return not (inner or address).is_global
