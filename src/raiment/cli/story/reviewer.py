"""The reviewer's part: signs in to the console, looks at the queue, decides."""

from __future__ import annotations

import secrets
from typing import Protocol

from raiment.cli.story.stage import Page, Stage

_SEE_OTHER = 303


class Reviewer(Protocol):
    """Somebody who decides, in whatever way: forms over HTTP here, a real browser in the tests."""

    async def enter(self, stage: Stage, link: str) -> None:
        """Set a password with the one-time *link* and be signed in."""

    async def remove(self, stage: Stage, case_id: str) -> None:
        """Decide that the images of the case are removed."""


class FormReviewer:
    """Uses the console's own forms, without a browser."""

    def __init__(self) -> None:
        self._password = secrets.token_urlsafe(18)

    async def enter(self, stage: Stage, link: str) -> None:
        """Set a password with the one-time *link* and be signed in."""
        fields = {"password": self._password, "again": self._password}
        reply = await stage.ask(lambda: stage.session.post(link, data=fields))
        signed_in = await stage.ask(lambda: stage.session.get(f"{stage.web}/console"))
        assert "sign-out" in signed_in.text, reply.status

    async def remove(self, stage: Stage, case_id: str) -> None:
        """Decide that the images of the case are removed."""
        url = f"{stage.web}/console/cases/{case_id}"

        async def decided() -> bool | None:
            page = await stage.ask(lambda: stage.session.get(url))
            hidden = Page(page.text).hidden
            if "case_version" not in hidden:
                return True  # decided: by the attempt whose answer was lost
            reason = "The person depicted says it was made without consent."
            fields = {**hidden, "outcome": "remove", "reason": reason}
            await stage.ask(lambda: stage.session.post(f"{url}/decision", data=fields))
            return None

        await stage.wait_for(decided, "the decision")
