"""Which previews a platform hands out: a token that only Raiment and the platform can make."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

HEADER: Final = "x-preview-token"


def preview_token(secret: str, path: str) -> str:
    """
    Return the token (hex) with which a reviewer's preview of *path* is fetched.

    *secret* is the webhook secret. A platform that hides content may hand its media out to calls that carry
    this header, HMAC-SHA256 of ``preview:`` and the path, and to no other.
    """
    return hmac.new(secret.encode(), f"preview:{path}".encode(), sha256).hexdigest()
