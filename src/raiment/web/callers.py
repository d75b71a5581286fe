"""Who is calling a page: from which address, and whether from a page of ours."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from fastapi import Request

from raiment.errors import NotPermitted

_HOUSEHOLD_BITS = 64
_OWN = {"same-origin", "none"}


def address_of(request: Request) -> str:
    """
    Return what the rate limits count by: the caller's IPv4 address, or IPv6 network of 64 bits.

    Behind a trusted proxy this is who called the proxy (``Settings.trusted_proxies``).
    """
    host = "" if request.client is None else request.client.host
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> _HOUSEHOLD_BITS << _HOUSEHOLD_BITS)}/64"
    return str(address)


def refuse_cross_site(request: Request) -> None:
    """
    Raise NotPermitted where a browser says that another site made it send this.

    Browsers say so in ``Sec-Fetch-Site``; older ones in ``Origin``, which is ``null`` on our own forms too
    (``Referrer-Policy: no-referrer``) and then says nothing. Forms carry a token besides.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in _OWN:
            raise NotPermitted("same-origin")
        return
    origin = request.headers.get("origin", "null")
    if origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotPermitted("same-origin")
