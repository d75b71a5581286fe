"""The reviewer's part: signs in to the console, looks at the queue, decides."""

from __future__ import annotations

import secrets
from typing import Protocol

from raiment.cli.story.stage import Page, Stage

_SEE_OTHER = 303


class Reviewer(Protocol):
    """Somebody who decides, in whatever way: forms over HTTP here, a real browser in the tests."""

    async def enter(self, stage: Stage, name: str, link: str) -> None:
        """Set a password for the account *name* with its one-time *link*, and be signed in."""

    async def remove(self, stage: Stage, case_id: str) -> None:
        """Decide that the images of the case are removed."""


class FormReviewer:
    """Uses the console's own forms, without a browser."""

    def __init__(self) -> None:
        self._password = secrets.token_urlsafe(18)

    async def enter(self, stage: Stage, name: str, link: str) -> None:
        """Set a password for the account *name* with its one-time *link*, and be signed in."""
        fields = {"password": self._password, "again": self._password}
        await stage.ask(lambda: stage.session.post(link, data=fields))

        async def signed_in() -> bool | None:
            page = await stage.ask(lambda: stage.session.get(f"{stage.web}/console"))
            if "sign-out" in page.text:
                return True
            # The link did its work, but its answer, with the session, was lost.
            known = {"name": name, "password": self._password}
            url = f"{stage.web}/console/sign-in"
            await stage.ask(lambda: stage.session.post(url, data=known))
            return None

        await stage.wait_for(signed_in, "the session")

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
