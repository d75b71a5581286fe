"""Following a report: what its reporter is told at each stage, and nobody else ever."""

from __future__ import annotations

from typing import Any

import pytest

from raiment.casework.action import ActionKind, ActionOutcome


async def reported(person: Any, text_of: Any, **answers: object) -> tuple[str, str]:
    """Report, and return reference and secret."""
    receipt = await person.report(**answers)
    assert receipt.status_code == 201
    return text_of(receipt, "reference"), text_of(receipt, "secret")


async def test_each_stage_is_told_in_plain_words(
    person: Any, reviewer: Any, upload: Any, complete: dict[str, object], text_of: Any
) -> None:
    """Received, hidden, decided, removed, checked: with counts, times and the ways of redress."""
    await upload("post-17")
    await upload("post-18")
    mine = await reported(person, text_of, **complete)
    case_id = await person.case_id()

    page = await person.follow(*mine)
    assert "0 of 2 places hidden." in page.text
    assert "We also found 1 other place with the same image" in page.text
    assert "post-18" not in page.text

    await person.answer_all(case_id)
    assert "2 of 2 places hidden." in (await person.follow(*mine)).text

    ann = await reviewer("ann")
    await ann.decide(case_id, "remove", "a reason for colleagues")
    decided = (await person.follow(*mine)).text
    assert "It has to be removed, everywhere we find it." in decided
    assert "0 of 2 places removed." in decided
    assert "Art. 20" in decided
    assert "s. 21(2A)" in decided
    assert "ann" not in decided.replace("cannot", "")
    assert "a reason for colleagues" not in decided

    await person.answer_all(case_id)
    done = (await person.follow(*mine)).text
    assert "2 of 2 places removed." in done
    assert "We asked again, and it is no longer there." in done
    assert "done in time" in done


@pytest.mark.parametrize("others", [0, 1])
async def test_what_is_still_there_is_not_called_hidden(
    person: Any, reviewer: Any, upload: Any, complete: dict[str, object], text_of: Any, others: int
) -> None:
    """The platform said "removed" and then "present": it is visible, and its removal is asked for again."""
    for number in range(1 + others):
        await upload(f"post-{17 + number}")
    mine = await reported(person, text_of, **complete)
    case_id = await person.case_id()
    await person.answer_all(case_id)
    ann = await reviewer("ann")
    await ann.decide(case_id, "remove")
    await person.answer(case_id, ActionKind.REMOVE, ActionOutcome.DONE)
    await person.answer(case_id, ActionKind.VERIFY, ActionOutcome.PRESENT)

    page = (await person.follow(*mine)).text

    assert "asked for it to be hidden" not in page
    assert "visible, as far as we know; we have asked for its removal" in page
    if others:
        assert "0 of 2 places hidden. The rest is visible" in page
        assert "0 of 2 places removed." in page
    else:
        assert "As far as we know it is visible." in page
        assert "not hidden yet" not in page
        assert "It is not removed yet; we have asked for it." in page


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("not_intimate", "not an intimate image as the law describes one"),
        ("not_subject", "neither from the person in the image nor"),
    ],
)
async def test_refusal_is_told_with_its_reason_and_redress(
    person: Any, reviewer: Any, upload: Any, text_of: Any, outcome: str, words: str
) -> None:
    """The two grounds of OSA s.10(3B), in words."""
    await upload("post-17")
    mine = await reported(
        person, text_of, locations="https://pictures.example/posts/17", minor="no"
    )
    case_id = await person.case_id()
    await person.answer_all(case_id)
    ann = await reviewer("ann")

    await ann.decide(case_id, outcome)
    await person.answer_all(case_id)

    page = (await person.follow(*mine)).text
    assert words in page
    assert "What we had hidden is visible again." in page
    assert "If you think it is wrong" in page


async def test_wrong_secret_and_unknown_reference_get_one_answer(person: Any, text_of: Any) -> None:
    """Nobody learns from the page that a report exists."""
    reference, secret = await reported(person, text_of, locations="here")

    wrong = await person.follow(reference, "0000-0000-0000-0000")
    unknown = await person.follow("0000-0000-0000", secret)

    assert wrong.status_code == unknown.status_code == 404
    assert wrong.text.replace(reference, "0000-0000-0000") == unknown.text
    asked = (await person.http.get(f"/case/{reference}")).text
    stranger = (await person.http.get("/case/0000-0000-0000")).text
    assert asked.replace(reference, "0000-0000-0000") == stranger


async def test_credentials_may_be_typed_as_people_type(person: Any, text_of: Any) -> None:
    """Capitals, dashes, blanks, and the letters that look like digits do not matter."""
    reference, secret = await reported(person, text_of, locations="here")
    sloppy = reference.lower().replace("-", " ").replace("1", "l").replace("0", "o")

    page = await person.follow(f"  {sloppy} ", secret.upper().replace("-", "").replace("0", "O"))

    assert page.status_code == 200
    assert reference in page.text


async def test_the_secret_is_in_no_address(person: Any, text_of: Any) -> None:
    """It is shown on the receipt, asked for by POST, and never part of a link."""
    receipt = await person.report(locations="here")
    secret = text_of(receipt, "secret")

    assert f'href="/case/{text_of(receipt, "reference")}"' in receipt.text
    assert receipt.text.count(secret) == 1
    page = await person.http.get("/case", params={"secret": secret})
    assert secret not in page.text


async def test_other_reporters_stay_unseen(newcomer: Any, text_of: Any) -> None:
    """Two people report the same image: neither learns what the other said or named."""
    first, second = newcomer(), newcomer()
    mine = await reported(first, text_of, locations="https://pictures.example/posts/1", why="mine")
    other = "https://pictures.example/posts/1\nhttps://hidden.example/theirs"
    await reported(second, text_of, locations=other, why="theirs")

    page = (await first.follow(*mine)).text

    assert "hidden.example" not in page
    assert "We also found 1 other place" in page
    assert "theirs" not in page


async def test_guessing_is_slowed_down(person: Any) -> None:
    """Thirty tries in ten minutes from one address."""
    for _ in range(30):
        assert (await person.follow("0000-0000-0000", "x")).status_code == 404

    refused = await person.follow("0000-0000-0000", "x")

    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
