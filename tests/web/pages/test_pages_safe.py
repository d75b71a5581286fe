"""What holds for every page: a strict policy, no inline code, names for every field, one main region."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from raiment import web
from raiment.adapters.http.problems import PROBLEM_JSON
from raiment.bootstrap import House

TEMPLATES = sorted((Path(web.__file__).parent / "templates").rglob("*.html"))
SCRIPTS = sorted((Path(web.__file__).parent / "static").glob("*.js"))


@dataclass
class Outline(HTMLParser):
    """What matters for people who do not see the page, and for the policy."""

    fields: list[dict[str, str]] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    pictures: list[dict[str, str]] = field(default_factory=list)
    within_label: int = 0

    def __post_init__(self) -> None:
        """Begin."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.inline += [n for n in given if n == "style" or n.startswith(("on", "hx-on"))]
        self.inline += [tag] * (tag == "style" or (tag == "script" and "src" not in given))
        self.inline += [v for v in given.values() if v.lower().startswith(("javascript:", "data:"))]
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "label":
            self.within_label += 1
            self.labels.add(given.get("for", ""))
        if tag == "img":
            self.pictures.append(given)
        if tag in {"input", "textarea", "select"}:
            self.fields.append(given | {"labelled": "yes" if self.within_label else ""})

    def handle_endtag(self, tag: str) -> None:
        """Note the end of one."""
        self.within_label -= tag == "label"


def outline(text: str) -> Outline:
    """Return the outline of a page."""
    found = Outline()
    found.feed(text)
    return found


@pytest.fixture
async def pages(
    person: Any, newcomer: Any, reviewer: Any, invite: Any, upload: Any,
    complete: dict[str, object], text_of: Any,
) -> dict[str, Any]:  # fmt: skip
    """Every kind of page there is."""
    await upload("post-17")
    receipt = await person.report(**complete)
    ada = await reviewer("ada", "admin")
    case = f"/console/cases/{await person.case_id()}"
    link = await invite("bea", "lead")
    return {
        "landing": await person.http.get("/"),
        "form": await person.http.get("/report"),
        "form refused": await person.report(why="w" * 5000),
        "receipt": receipt,
        "follow": await person.http.get("/case"),
        "case": await person.follow(text_of(receipt, "reference"), text_of(receipt, "secret")),
        "no such case": await person.follow("x", "y"),
        "sign in": await person.http.get("/console/sign-in"),
        "welcome": await person.http.get(f"/console/link/{link}"),
        "spent": await person.http.get("/console/link/none"),
        "queue": await ada.http.get("/console"),
        "closed": await ada.http.get("/console?closed=true"),
        "console case": await ada.http.get(case),
        "progress": await ada.http.get(f"{case}/progress"),
        "accounts": await ada.http.get("/console/accounts"),
        "new account": await ada.post("/console/accounts", name="cy", role="lead"),
        "nothing": await person.http.get("/nothing/here"),
        "forbidden": await newcomer().http.post(
            "/report", headers={"sec-fetch-site": "cross-site"}
        ),
    }


async def test_every_page_is_safe_and_named(pages: dict[str, Any]) -> None:
    """Policy, no storing, no inline code, every field labelled, every picture described, ids once."""
    for name, page in pages.items():
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy, name
        assert "unsafe" not in policy, name
        assert page.headers["cache-control"] == "no-store", name
        assert page.headers["x-frame-options"] == "DENY", name
        assert page.headers["referrer-policy"] == "no-referrer", name
        assert page.headers["content-type"].startswith("text/html"), name
        seen = outline(page.text)
        assert seen.inline == [], name
        assert len(seen.ids) == len(set(seen.ids)), name
        unnamed = [f for f in seen.fields if not _named(f, seen)]
        assert unnamed == [], name
        assert all(picture.get("alt") for picture in seen.pictures), name
        if name != "progress":
            assert '<html lang="en">' in page.text, name
            assert seen.tags.count("main") == seen.tags.count("h1") == 1, name


def _named(given: dict[str, str], seen: Outline) -> bool:
    invisible = given.get("type") == "hidden" or "hidden" in given
    return invisible or bool(given["labelled"]) or given.get("id") in seen.labels


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_escapes_the_escaping(template: Path) -> None:
    """Neither ``safe`` nor autoescape off, no code or style in the markup."""
    text = template.read_text(encoding="utf-8")

    assert not re.search(r"\|\s*safe|autoescape|<style|style=|javascript:|\son\w+=|hx-on", text)
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []


@pytest.mark.parametrize(
    "script", [s for s in SCRIPTS if ".min." not in s.name], ids=lambda p: p.name
)
def test_our_scripts_make_no_code_or_markup(script: Path) -> None:
    """Nothing that a strict policy would have to allow."""
    text = script.read_text(encoding="utf-8")

    assert not re.search(
        r"innerHTML|outerHTML|eval\(|new Function|insertAdjacentHTML|\.style\b", text
    )


async def test_static_files_are_served_with_their_types(person: Any) -> None:
    """And change their address with their content."""
    page = await person.http.get("/console/sign-in")
    form = await person.http.get("/report")
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text + form.text)

    assert {link.partition("?")[0].rpartition(".")[2] for link in links} == {"css", "js", "svg"}
    for link in links:
        assert re.search(r"\?v=[0-9a-f]{12}$", link)
        assert (await person.http.get(link)).status_code == 200
    assert (await person.http.get("/static/../app.py")).status_code == 404
    assert (await person.http.get("/static/%2e%2e/app.py")).status_code == 404


async def test_programs_get_problems_where_people_get_pages(person: Any) -> None:
    """The same failure in the caller's own terms (RFC 9457), never a stack trace."""
    programs = {"accept": "application/json"}

    page = await person.http.get("/nothing")
    told = await person.http.get("/nothing", headers=programs)
    wrong = await person.http.delete("/report", headers=programs)

    assert page.status_code == told.status_code == 404
    assert "There is nothing at this address." in page.text
    assert told.headers["content-type"] == PROBLEM_JSON
    assert told.json()["type"] == "urn:raiment:problem:not-found"
    assert wrong.status_code == 405
    assert wrong.headers["content-type"] == PROBLEM_JSON
    assert wrong.headers["allow"]


async def test_failure_of_ours_tells_nothing_but_its_number(newcomer: Any, house: House) -> None:
    """Neither the page nor the problem quotes the error."""

    def broken() -> Any:
        raise RuntimeError("a secret inside")

    person = newcomer(replace(house, now=broken))

    page = await person.http.get("/report")
    problem = await person.http.get("/report", headers={"accept": "application/json"})

    assert page.status_code == problem.status_code == 500
    assert page.headers["x-request-id"] in page.text
    assert problem.json()["detail"].endswith(problem.headers["x-request-id"])
    assert "secret inside" not in page.text + problem.text
    assert page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("roles", "open_doors"),
    [
        (("public",), {"/report"}),
        (("console",), {"/console/sign-in"}),
        (("api",), set()),
    ],
)
async def test_a_server_opens_only_the_doors_of_its_roles(
    newcomer: Callable[..., Any], house: House, roles: tuple[str, ...], open_doors: set[str]
) -> None:
    """Form, console and API can live on different hosts over one database."""
    at = newcomer(replace(house, settings=replace(house.settings, roles=roles)))

    found = {
        path for path in ("/report", "/console/sign-in") if (await at.http.get(path)).is_success
    }

    assert found == open_doors
