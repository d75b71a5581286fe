"""Content of which only hashes are told is compared by what there is, and said to be taken on trust."""

from __future__ import annotations

import secrets

import pytest
from tests.casework.conftest import drawing
from tests.web.api.conftest import Platform, counts, png

DIGESTS = ("sha256", "md5", "pixels_blake3")


async def tell(platform: Platform, content_id: str, status: int = 201, **signals: object) -> dict:
    """Register content by *signals* alone."""
    answer = await platform.http.post(
        "/v1/content",
        json={
            "content_id": content_id,
            "location": f"https://site.example/{content_id}",
            "signals": signals,
        },
    )
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def hashes(platform: Platform, number: int = 1) -> dict[str, object]:
    """Return the signals of a drawing, as Raiment tells them."""
    shown = (await platform.register(f"original-{number}", png(drawing(number))))["signals"]
    return {name: shown[name] for name in ("pdq", "quality", *DIGESTS)}


@pytest.mark.parametrize("name", DIGESTS)
async def test_a_digest_alone_is_not_matchable(platform: Platform, name: str) -> None:
    """No PDQ hash: nothing was compared but the digest, and the answer says whose word it is."""
    value = secrets.token_hex(16 if name == "md5" else 32)

    answer = await tell(platform, "one", **{name: value.upper()})

    assert (answer["matchable"], answer["rule"]) == (False, "not-matchable")
    told = answer["signals"]
    assert (told[name], told["given_by_caller"]) == (value, [name])
    assert [told[other] for other in ("pdq", *DIGESTS) if other != name] == [None] * 3
    assert (await platform.http.get("/v1/content/one")).json() == answer


async def test_a_pdq_hash_is_matchable_by_its_quality(platform: Platform) -> None:
    """The field's threshold, as for a picture in hand; a picture's own answer names nobody's word."""
    good = await tell(platform, "good", pdq=secrets.token_hex(32), quality=50)
    poor = await tell(platform, "poor", pdq=secrets.token_hex(32), quality=49)
    seen = await platform.register("seen", png(drawing(1)))

    assert (good["matchable"], poor["matchable"]) == (True, False)
    assert good["signals"]["given_by_caller"] == ["pdq"]
    assert seen["signals"]["given_by_caller"] == []


@pytest.mark.parametrize("names", [("pdq", "quality"), *((name,) for name in DIGESTS)])
async def test_what_is_told_is_looked_up_in_every_bank(
    platform: Platform, names: tuple[str, ...]
) -> None:
    """A reported image is held, by whichever hash it is known; and joins its case."""
    known = await hashes(platform)
    receipt = await platform.report("original-1", content_ids=["original-1"])

    answer = await tell(platform, "told", **{name: known[name] for name in names})

    if names == ("md5",):
        # Casework banks the stronger digest of a picture it has seen.
        assert answer["matches"] == []
    else:
        assert answer["verdict"] == "hold"
        assert {match["kind"] for match in answer["matches"]} == {"reported"}
        assert "told" in await platform.contents_of(receipt)


@pytest.mark.parametrize("names", [("pdq", "quality"), *((name,) for name in DIGESTS)])
async def test_what_was_told_is_found_backwards(platform: Platform, names: tuple[str, ...]) -> None:
    """A report of the picture finds the copy that was told before, by whichever hash."""
    known = await hashes(platform)
    await tell(platform, "told", **{name: known[name] for name in names})

    receipt = await platform.report(content_ids=["original-1"])

    assert await platform.contents_of(receipt) == {"original-1", "told"}


@pytest.mark.parametrize("names", [("pdq", "quality"), ("sha256",), ("md5",), ("pixels_blake3",)])
async def test_a_report_of_what_was_told_finds_and_banks(
    platform: Platform, names: tuple[str, ...]
) -> None:
    """Copies are found by what is known of it, and the next upload of the same is held."""
    known = await hashes(platform)
    await tell(platform, "told", **{name: known[name] for name in names})

    receipt = await platform.report(content_ids=["told"])
    again = await platform.register("again", png(drawing(1)))

    assert await platform.contents_of(receipt) == {"original-1", "told", "again"}
    assert again["verdict"] == "hold"


async def test_a_mirrored_telling_is_not_promised(platform: Platform) -> None:
    """Of a hash that was told no view can be made; a picture in hand is turned to meet it."""
    known = await hashes(platform)
    await tell(platform, "told", pdq=known["pdq"], quality=known["quality"])
    await platform.register("mirrored", png(drawing(1)[:, ::-1].copy()))

    receipt = await platform.report(content_ids=["mirrored"])

    assert "told" in await platform.contents_of(receipt)


async def test_the_same_again_changes_nothing(platform: Platform) -> None:
    """The same hashes are answered again; others, or a picture, are a conflict, and the reverse."""
    known = await hashes(platform)
    first = await tell(platform, "told", sha256=known["sha256"])

    again = await tell(platform, "told", 200, sha256=known["sha256"])
    same_file = await platform.register("told", png(drawing(1)), status=200)
    await tell(platform, "told", 409, sha256="0" * 64)
    await tell(platform, "told", 409, md5=known["md5"])
    await platform.register("told", png(drawing(2)), status=409)
    seen = await tell(platform, "original-1", 200, sha256=known["sha256"], md5=known["md5"])
    await tell(platform, "original-1", 409, md5="0" * 32)

    assert again == same_file == first
    assert seen["signals"]["given_by_caller"] == []


async def test_another_pdq_hash_beside_a_known_digest_is_not_passed_over(
    platform: Platform,
) -> None:
    """What was never looked up is not answered by what was: a hash that is new is a conflict."""
    known = await hashes(platform)
    digest = secrets.token_hex(16)
    await tell(platform, "bare", md5=digest)
    await tell(platform, "poor", md5=digest, pdq=known["pdq"], quality=10)
    await platform.report("original-1", content_ids=["original-1"])

    for content_id in ("bare", "poor"):
        await tell(platform, content_id, 409, md5=digest, pdq=known["pdq"], quality=90)
    await tell(platform, "poor", 200, md5=digest, pdq=known["pdq"], quality=10)


@pytest.mark.parametrize(
    ("signals", "field"),
    [
        ({}, "signals"),
        (None, "signals"),
        ("f" * 64, "signals"),
        ({"quality": 80}, "signals.pdq"),
        ({"pdq": "0" * 64}, "signals.quality"),
        ({"pdq": "0" * 63, "quality": 80}, "signals.pdq"),
        ({"pdq": "x" * 64, "quality": 80}, "signals.pdq"),
        ({"pdq": "0" * 64, "quality": 101}, "signals.quality"),
        ({"pdq": "0" * 64, "quality": "80"}, "signals.quality"),
        ({"pdq": "0" * 64, "quality": True}, "signals.quality"),
        ({"sha256": "0" * 32}, "signals.sha256"),
        ({"md5": "0" * 64}, "signals.md5"),
        ({"pixels_blake3": "\uff10" * 64}, "signals.pixels_blake3"),
        ({"sha1": "0" * 40}, "signals.sha1"),
    ],
)
async def test_what_is_no_hash_is_named(lasting: Platform, signals: object, field: str) -> None:
    """A typed refusal, and nothing is stored."""
    before = await counts(lasting.house)

    answer = await lasting.http.post("/v1/content", json={"content_id": "one", "signals": signals})

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert await counts(lasting.house) == before


@pytest.mark.parametrize("beside", [{"image_b64": "iVBORw0KGgo="}, {"url": "http://example.org/"}])
async def test_hashes_do_not_stand_beside_a_picture(
    lasting: Platform, beside: dict[str, str]
) -> None:
    """Which of the two is meant would be a guess; nothing is fetched either."""
    answer = await lasting.http.post(
        "/v1/content", json={"content_id": "one", "signals": {"md5": "0" * 32}, **beside}
    )

    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(beside)))
