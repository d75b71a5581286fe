"""The report form: nothing valid is refused, nothing written is lost, nothing is kept twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select

from raiment.adapters.postgres.database import open_database
from raiment.adapters.postgres.tables import cases, deadlines, reporters, reports
from raiment.bootstrap import House

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; drop table reports; --",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "\x00\x07 null and bell \u202e reversed \U0001f9e3",
)


async def rows(house: House, table: Any) -> int:
    """Return how many rows *table* has."""
    async with house.database.read() as tx:
        return int(await tx.connection.scalar(select(func.count()).select_from(table)) or 0)


async def only_report(house: House) -> Any:
    """Return the only report."""
    async with house.database.read() as tx:
        return (await tx.connection.execute(select(reports))).one()


async def test_complete_report_satisfies_every_regime(
    person: Any, complete: dict[str, object], text_of: Any
) -> None:
    """UK OSA s.20A(2), TAKE IT DOWN Act s.3 and DSA Art. 16(2), from one form."""
    receipt = await person.report(**complete)

    assert receipt.status_code == 201
    assert "Your report has all that the law asks for." in receipt.text
    kept = await only_report(person.house)
    assert set(kept.regimes_satisfied) == {"uk-osa", "us-take-it-down", "eu-dsa"}
    assert kept.reference == text_of(receipt, "reference")
    assert kept.form_version == "2026-11"
    assert kept.answers["share_hash"] is False
    assert await person.history(await person.case_id()) == ["case.opened", "deadline.stopped"]


async def test_location_alone_is_a_report(person: Any) -> None:
    """It is acted on, every clock runs, and the receipt says what each law still lacks."""
    receipt = await person.report(locations="the second picture in their story of Sunday")

    assert receipt.status_code == 201
    assert "nothing waits for what is missing" in receipt.text
    assert receipt.text.count("<li>For the ") == 3
    async with person.house.database.read() as tx:
        running = await tx.connection.execute(
            select(deadlines.c.regime).where(deadlines.c.stopped_at.is_(None)).distinct()
        )
        actions = await tx.cases.actions(await person.case_id())
    assert set(running.scalars()) == {"uk-osa", "us-take-it-down", "eu-dsa"}
    assert [action.kind.value for action in actions] == ["hide"]


async def test_unanswered_form_is_no_report(person: Any) -> None:
    """A click on Send with nothing filled in brings the form back."""
    answer = await person.report()

    assert answer.status_code == 422
    assert "One line about where the image is would be enough." in answer.text
    assert await rows(person.house, reports) == 0


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("why", "w" * 4001),
        ("name", "n" * 501),
        ("contact", "c" * 501),
        ("signature", "s" * 501),
        ("country", "y" * 501),
        ("locations", "https://pictures.example/" + "p" * 2000),
        ("locations", "\n".join(f"https://pictures.example/{n}" for n in range(51))),
        ("content", "i" * 501),
    ],
)
async def test_oversized_answer_comes_back_whole(person: Any, field: str, text: str) -> None:
    """The page says which answer is too long; it and all others are still there, nothing is stored."""
    answer = await person.report(**{"signature": "kept", "danger": "on", field: text})

    assert answer.status_code == 422
    assert f'id="{field}-complaint"' in answer.text
    assert text in answer.text
    assert 'name="danger" value="on" checked' in answer.text
    assert await rows(person.house, reports) == 0


async def test_answers_at_their_limits_are_kept(person: Any) -> None:
    """Fifty addresses as long as they may be, in letters of four bytes, and the longest of all else."""
    letters = np.random.default_rng(3).integers(0x1F300, 0x1F5FF, (50, 500))
    lines = ["".join(map(chr, row)) for row in letters]
    longest = dict.fromkeys(("name", "contact", "signature", "country", "content"), "é" * 500)

    receipt = await person.report(locations="\n".join(lines), why="\U0001f9e3" * 4000, **longest)

    assert receipt.status_code == 201
    assert (await only_report(person.house)).answers["locations"] == lines


async def test_form_larger_than_any_answer_is_refused(person: Any) -> None:
    """A megabyte is no report; the answer says so in words."""
    answer = await person.report(why="w" * 1_100_000)

    assert answer.status_code == 413
    assert "Too much at once" in answer.text


async def test_same_form_sent_again_is_one_report(
    person: Any, complete: dict[str, object], text_of: Any
) -> None:
    """A double click, or a retry after a lost answer, gives the same reference and secret."""
    token = await person.token()

    answers = await asyncio.gather(*(person.report(token, **complete) for _ in range(4)))
    answers.append(await person.report(token, **complete))

    assert {answer.status_code for answer in answers} == {201}
    assert len({text_of(a, "reference") + text_of(a, "secret") for a in answers}) == 1
    assert await rows(person.house, reports) == 1


async def test_form_gone_back_to_and_changed_is_not_lost(
    person: Any, complete: dict[str, object], text_of: Any
) -> None:
    """What was added is kept: another report, of the same case."""
    token = await person.token()
    first = await person.report(token, **complete)

    second = await person.report(token, **complete | {"danger": "on"})

    assert text_of(first, "reference") != text_of(second, "reference")
    assert await rows(person.house, reports) == 2
    assert await rows(person.house, cases) == 1


@pytest.mark.parametrize("token", ["", "a.1.b", "é.9.\u2028", "." * 5000])
async def test_form_without_a_token_of_ours_comes_back(person: Any, token: str) -> None:
    """It is shown again with what was written and a token that holds; then it is taken."""
    form = {"locations": "https://pictures.example/posts/3", "token": token}

    answer = await person.http.post("/report", data=form)

    assert answer.status_code == 422
    assert "https://pictures.example/posts/3" in answer.text
    assert await rows(person.house, reports) == 0


async def test_page_left_open_for_a_week_still_reports(
    newcomer: Any, house: House, person: Any, field_of: Any
) -> None:
    """A token that is too old costs one more click, and no words."""
    token = await person.token()
    later = newcomer(replace(house, now=lambda: house.now().replace(year=2999)))

    answer = await later.report(token, locations="https://pictures.example/posts/3")

    assert answer.status_code == 422
    assert "https://pictures.example/posts/3" in answer.text
    again = await later.report(field_of(answer, "token"), locations="the same")
    assert again.status_code == 201


async def test_too_many_reports_are_asked_to_wait_with_all_they_wrote(
    newcomer: Any, person: Any, text_of: Any
) -> None:
    """Twenty an hour from one address; the next keeps its words, and others are not held up."""
    token = await person.token()
    first = await person.report(token, locations="place 0")
    for number in range(1, 20):
        assert (await person.report(locations=f"place {number}")).status_code == 201

    refused = await person.report(locations="place 20", why="it is still mine")

    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert "place 20" in refused.text
    assert "it is still mine" in refused.text
    assert (await newcomer(address="192.0.2.2").report(locations="a")).status_code == 201
    repeated = await person.report(token, locations="place 0")
    assert repeated.status_code == 201
    assert text_of(repeated, "reference") == text_of(first, "reference")


async def test_neighbours_in_one_network_count_together(newcomer: Any) -> None:
    """An IPv6 household has 2^64 addresses: the limit counts the network."""
    for number in range(20):
        at = newcomer(address=f"2001:db8:1:2::{number:x}")
        assert (await at.report(locations=f"place {number}")).status_code == 201

    assert (await newcomer(address="2001:db8:1:2:ff::9").report(locations="x")).status_code == 429
    assert (await newcomer(address="2001:db8:1:3::9").report(locations="x")).status_code == 201


async def test_database_that_is_away_loses_nothing(newcomer: Any, house: House) -> None:
    """The form comes back with what was written, and says to send it again."""
    away = open_database("postgresql://nobody@127.0.0.1:9/none")
    person = newcomer(replace(house, database=away))

    answer = await person.report(locations="https://pictures.example/posts/3", why="kept")

    assert answer.status_code == 503
    assert "https://pictures.example/posts/3" in answer.text
    assert ">\nkept</textarea>" in answer.text
    await away.close()


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_only_text(
    person: Any, reviewer: Any, complete: dict[str, object], text_of: Any, text: str
) -> None:
    """In every field, on every page on which it comes back: never markup, never SQL."""
    fields = ("locations", "why", "contact", "name", "signature", "country", "content")
    receipt = await person.report(**complete | dict.fromkeys(fields, text))

    assert receipt.status_code == 201
    case = await person.follow(text_of(receipt, "reference"), text_of(receipt, "secret"))
    assert case.status_code == 200
    ann = await reviewer("ann")
    console = await ann.http.get(f"/console/cases/{await person.case_id()}")
    assert console.status_code == 200
    form = await person.report(**complete | dict.fromkeys(fields, text) | {"why": text * 4001})
    assert form.status_code == 422
    for page in (receipt, case, console, form):
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    kept = await only_report(person.house)
    assert kept.answers["why"] == text.replace("\x00", "").replace("\x07", "").strip()


async def test_answers_we_do_not_offer_count_as_not_given(person: Any) -> None:
    """A form that was tampered with is still somebody's report."""
    odd = {"relation": "queen", "minor": "?", "shows": "all", "declaration": "x", "ai_made": "z"}

    receipt = await person.report(locations="here", language="tlh", **odd)

    assert receipt.status_code == 201
    answers = (await only_report(person.house)).answers
    assert (answers["relation"], answers["minor"], answers["shows"]) == ("unsaid", "unsure", [])
    assert (answers["declarations"], answers["language"]) == ([], "en")


@pytest.mark.parametrize("minor", ["yes", "unsure"])
@pytest.mark.parametrize(
    ("relation", "name"), [("subject", None), ("someone_else", None), ("acting_for", "A. Nonymous")]
)
async def test_no_name_of_a_child_is_kept(
    person: Any, complete: dict[str, object], minor: str, relation: str, name: str | None
) -> None:
    """Whatever was typed; but who acts for a child signs with their own name."""
    receipt = await person.report(**complete | {"minor": minor, "relation": relation})

    assert receipt.status_code == 201
    assert "childline.org.uk/remove" in receipt.text
    async with person.house.database.read() as tx:
        reporter = (await tx.connection.execute(select(reporters))).one()
    assert (reporter.name or None, reporter.signature or None) == (name, name)
    assert reporter.contact == "someone@mail.example"


async def test_the_childs_path_never_names_stopncii(person: Any) -> None:
    """StopNCII is for adults only."""
    form = await person.http.get("/report")

    assert "takeitdown.ncmec.org" in form.text
    assert "stopncii" not in form.text.lower()


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
    ],
)
async def test_another_site_cannot_send_the_form(person: Any, headers: dict[str, str]) -> None:
    """Not even with a token that holds."""
    form = {"token": await person.token(), "locations": "here"}

    answer = await person.http.post("/report", data=form, headers=headers)

    assert answer.status_code == 403
    assert await rows(person.house, reports) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"origin": "http://127.0.0.1:8484"},
        {"origin": "null"},
    ],
)
async def test_our_own_form_is_taken_from_any_browser(person: Any, headers: dict[str, str]) -> None:
    """Older browsers send no Sec-Fetch-Site, and "null" as the origin of a page without referrer."""
    form = {"token": await person.token(), "locations": "here"}

    assert (await person.http.post("/report", data=form, headers=headers)).status_code == 201


async def test_platforms_report_button_fills_in_what_it_knows(
    person: Any, upload: Callable[..., Any]
) -> None:
    """``/report?content=…&location=…``: the reporter need not find the address again."""
    await upload("post-17")
    link = {"content": "post-17", "location": 'https://pictures.example/posts/17?"<b>'}
    form = await person.http.get("/report", params=link)

    assert 'name="content" value="post-17"' in form.text
    assert "posts/17?&#34;&lt;b&gt;" in form.text

    await person.report(content="post-17")

    async with person.house.database.read() as tx:
        page = await tx.desk.case_page(await person.case_id())
    assert [item.platform_id for item in page.items] == ["post-17"]


async def test_other_bodies_than_forms_are_refused_by_name(person: Any) -> None:
    """The answer names what is wrong, and is no stack trace."""
    headers = {"accept": "application/json"}

    answer = await person.http.post("/report", json={"locations": "x"}, headers=headers)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == "content-type"
