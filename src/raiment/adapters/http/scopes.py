"""What API keys look like, and what they can be allowed."""

from __future__ import annotations

from typing import Final

SCOPES: Final = ("gateway", "content", "trace", "report", "action", "case", "bank")
"""What a key can be allowed: each door asks for one."""

KEY_PREFIX: Final = "rmt_"
