"""The part of the person depicted: reports without an account, and follows the case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from raiment.cli.story.stage import Page, Stage

_RECEIVED = 201

ANSWERS: dict[str, str | list[str]] = {
    "relation": "subject",
    "minor": "no",
    "shows": ["other"],
    "ai_made": "yes",
    "declaration": [
        "declares_intimate",
        "not_consensual",
        "good_faith",
        "true",
        "accurate_and_complete",
    ],
    "why": "It was made from my photograph. Nobody asked me.",
    "contact": "me@example.org",
    "name": "A. Person",
    "signature": "A. Person",
}
"""What the person ticks and writes: enough for all three laws."""


@dataclass(frozen=True, slots=True)
class Followable:
    """Reference and secret of a report."""

    reference: str
    secret: str


class Person(Protocol):
    """Somebody who reports, in whatever way: forms over HTTP here, a real browser in the tests."""

    async def report(self, stage: Stage, post_id: str) -> Followable:
        """Fill in and send the report form for *post_id*."""

    async def follow(self, stage: Stage, report: Followable) -> str:
        """Return the text of the page that shows where the case stands."""


class FormPerson:
    """Fills in the same form as a browser would, without one."""

    async def report(self, stage: Stage, post_id: str) -> Followable:
        """Fill in and send the report form for *post_id*."""
        location = f"{stage.platform}/posts/{post_id}"
        query = {"content": post_id, "location": location}
        url = f"{stage.web}/report"
        shown = await stage.ask(lambda: stage.session.get(url, params=query))
        given = {**Page(shown.text).hidden, "locations": location, **ANSWERS}
        fields = [
            (name, value)
            for name, values in given.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        reply = await stage.ask(lambda: stage.session.post(url, data=fields))
        assert reply.status == _RECEIVED, reply.text
        marked = Page(reply.text).marked
        return Followable(marked["reference"], marked["secret"])

    async def follow(self, stage: Stage, report: Followable) -> str:
        """Return the text of the page that shows where the case stands."""
        fields = {"reference": report.reference, "secret": report.secret}
        reply = await stage.ask(lambda: stage.session.post(f"{stage.web}/case", data=fields))
        return reply.text
