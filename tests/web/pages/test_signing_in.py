"""Signing in: one-time links, sessions on the server, and the same answer for every failure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from raiment.bootstrap import House


async def test_one_time_link_sets_the_password_once(
    person: Any, newcomer: Any, invite: Any, password: str
) -> None:
    """Looking at it spends nothing; using it does."""
    link = f"/console/link/{await invite('ann', 'reviewer')}"
    both = {"password": password, "again": password}
    assert "Welcome, ann" in (await person.http.get(link)).text
    assert "Welcome, ann" in (await person.http.get(link)).text

    assert (await person.http.post(link, data=both)).status_code == 303
    assert (await person.http.get("/console")).status_code == 200

    assert (await person.http.get(link)).status_code == 404
    assert (await person.http.post(link, data=both)).status_code == 404
    assert (await newcomer().sign_in("ann")).status_code == 303


@pytest.mark.parametrize(
    ("one", "two", "words"),
    [
        ("short", "short", "At least 12 characters"),
        ("x" * 201, "x" * 201, "At most 200 characters"),
        ("i am called ANN here", "i am called ANN here", "must not contain"),
        ("a long enough one", "a long enough two", "not the same"),
    ],
)
async def test_passwords_follow_the_rules_shown(
    person: Any, invite: Any, one: str, two: str, words: str
) -> None:
    """A password that breaks a rule leaves the link unspent."""
    link = f"/console/link/{await invite('ann', 'reviewer')}"

    answer = await person.http.post(link, data={"password": one, "again": two})

    assert answer.status_code == 422
    assert words in answer.text
    assert (await person.http.get(link)).status_code == 200


async def test_name_and_password_open_a_session(newcomer: Any, reviewer: Any) -> None:
    """Each sign-in and sign-out is in the log."""
    ann = await reviewer("ann")
    elsewhere = newcomer()

    answer = await elsewhere.sign_in("ann")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/console"
    assert (await elsewhere.http.get("/console")).status_code == 200
    await elsewhere.post("/console/sign-out")
    assert (await elsewhere.http.get("/console")).status_code == 303
    async with ann.house.database.read() as tx:
        account = await tx.accounts.by_name("ann")
    assert account is not None
    assert await ann.history(account.id) == ["account.signed_in", "account.signed_out"]


async def test_every_failure_to_sign_in_reads_alike(
    newcomer: Any, reviewer: Any, invite: Any, password: str
) -> None:
    """Wrong password, unknown name, no password yet, disabled account."""
    ann = await reviewer("ann")
    await invite("bea", "reviewer")
    await reviewer("cleo")
    async with ann.house.database.begin() as tx:
        await tx.accounts.disable("cleo", ann.house.now())
    tries = [("ann", "wrong"), ("nobody", password), ("bea", password), ("cleo", password)]

    answers = [await newcomer().sign_in(name, word) for name, word in tries]

    assert {answer.status_code for answer in answers} == {403}
    assert len({a.text.replace(n, "NAME") for a, (n, _) in zip(answers, tries, strict=True)}) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)


async def test_the_cookie_is_out_of_reach(newcomer: Any, reviewer: Any, house: House) -> None:
    """HttpOnly and SameSite=Lax always; under https also Secure and bound to the host."""
    await reviewer("ann")
    public = replace(house, settings=replace(house.settings, public_url="https://raiment.example"))

    plain = (await newcomer().sign_in("ann")).headers["set-cookie"]
    secure_person = newcomer(public, origin="https://raiment.example")
    secure = (await secure_person.sign_in("ann")).headers["set-cookie"]

    assert plain.startswith("raiment=")
    assert secure.startswith("__Host-raiment=")
    assert "Secure" in secure
    assert "Secure" not in plain
    for cookie in (plain, secure):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
    assert (await secure_person.http.get("/console")).status_code == 200


async def test_signing_out_ends_the_session_on_the_server(newcomer: Any, reviewer: Any) -> None:
    """A copy of the cookie is worth nothing afterwards."""
    ann, thief = await reviewer("ann"), newcomer()
    thief.http.cookies = dict(ann.http.cookies)
    assert (await thief.http.get("/console")).status_code == 200

    await ann.post("/console/sign-out")

    assert (await thief.http.get("/console")).status_code == 303


async def test_sessions_end_by_themselves(newcomer: Any, reviewer: Any, house: House) -> None:
    """After a working day one signs in again."""
    ann = await reviewer("ann")
    tomorrow = newcomer(replace(house, now=lambda: house.now().replace(year=2999)))
    tomorrow.http.cookies = dict(ann.http.cookies)

    answer = await tomorrow.http.get("/console")

    assert answer.headers["location"] == "/console/sign-in"


async def test_guessing_passwords_is_slowed_down_by_address(newcomer: Any) -> None:
    """Ten tries in ten minutes from one address, whoever is asked for."""
    for number in range(10):
        await newcomer(address="192.0.2.50").sign_in(f"name {number}", "x")

    eleventh = await newcomer(address="192.0.2.50").sign_in("somebody", "x")

    assert eleventh.status_code == 429
    assert int(eleventh.headers["retry-after"]) > 0
    assert "Too many tries" in eleventh.text


async def test_strangers_cannot_lock_an_account_out(
    newcomer: Any, reviewer: Any, password: str
) -> None:
    """Guesses from elsewhere leave the account's owner a way in."""
    await reviewer("ann")
    for number in range(12):
        assert (await newcomer(address=f"192.0.2.{number}").sign_in("ann", "x")).status_code == 403

    assert (await newcomer(address="192.0.2.99").sign_in("ann", password)).status_code == 303


async def test_another_site_cannot_sign_anybody_in(person: Any, reviewer: Any) -> None:
    """A forged sign-in would have reviewers work under a stranger's name."""
    await reviewer("ann")
    form = {"name": "ann", "password": "whatever it is"}
    headers = {"sec-fetch-site": "cross-site"}

    answer = await person.http.post("/console/sign-in", data=form, headers=headers)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
