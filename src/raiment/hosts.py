"""Which hosts are of this machine or network, by what is written alone: nothing is resolved."""

from __future__ import annotations

from ipaddress import ip_address

_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".test")
"""RFC 6761, 6762, 8375 and ICANN's ``.internal``: names that no public server answers for."""


def is_private_name(host: str) -> bool:
    """Whether *host* by itself says that it is of this machine or network: ``localhost``, ``web``."""
    name = host.lower().rstrip(".")
    return "." not in name or name.endswith(_PRIVATE_SUFFIXES)


def is_private_host(host: str) -> bool:
    """Whether *host*, a name or an address without brackets, is of this machine or network."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return is_private_name(host)
