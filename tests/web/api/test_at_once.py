"""Many callers at once, at two servers over one database: the state is as if they had come in turn."""

from __future__ import annotations

import asyncio

from tests.casework.conftest import drawing
from tests.web.api.conftest import Platform, counts, png

PLACE = "https://site.example/1"

Two = tuple[Platform, Platform]


async def kinds(platform: Platform) -> list[str]:
    """Return the kinds of the log's entries in order."""
    async with platform.house.database.read() as tx:
        rows = await tx.connection.exec_driver_sql('select kind from log_entries order by "index"')
        return list(rows.scalars())


async def test_one_upload_registered_twenty_times_is_one(platforms: Two) -> None:
    """One row, one entry in the log, one answer for all."""
    picture = png(drawing(1))

    async def register(number: int) -> tuple[int, dict[str, object]]:
        answer = await platforms[number % 2].http.post(
            "/v1/content", files={"file": picture}, data={"content_id": "one"}
        )
        return answer.status_code, answer.json()

    answers = await asyncio.gather(*(register(number) for number in range(20)))

    assert sorted(status for status, _ in answers) == [200] * 19 + [201]
    assert all(body == answers[0][1] for _, body in answers)
    assert (await counts(platforms[0].house))["contents"] == 1
    assert await kinds(platforms[0]) == ["content.registered"]


async def test_one_id_with_two_pictures_is_the_first(platforms: Two) -> None:
    """Of two pictures under one id at once, one is registered and the other is a conflict."""

    async def register(number: int) -> int:
        answer = await platforms[number % 2].http.post(
            "/v1/content", files={"file": png(drawing(number))}, data={"content_id": "one"}
        )
        return answer.status_code

    statuses = await asyncio.gather(*(register(number) for number in (1, 2)))

    assert sorted(statuses) == [201, 409]
    assert await kinds(platforms[0]) == ["content.registered"]


async def test_reports_of_one_picture_at_once_are_one_case(platforms: Two) -> None:
    """Ten people report the same picture: one case, ten reports, one hide action."""
    await platforms[0].register("one", png(drawing(1)), location=PLACE)

    receipts = await asyncio.gather(*(platforms[n % 2].report(PLACE) for n in range(10)))

    assert len({receipt["case_id"] for receipt in receipts}) == 1
    assert len({receipt["reference"] for receipt in receipts}) == 10
    after = await counts(platforms[0].house)
    assert (after["cases"], after["reports"], after["actions"]) == (1, 10, 1)
    assert (await kinds(platforms[0])).count("deadline.started") == after["deadlines"]


async def test_one_report_sent_ten_times_at_once_is_one(platforms: Two) -> None:
    """Retries with one Idempotency-Key, at both servers, get one receipt."""

    async def send(number: int) -> dict[str, object]:
        answer = await platforms[number % 2].http.post(
            "/v1/reports", json={"locations": [PLACE]}, headers={"idempotency-key": "one"}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    receipts = await asyncio.gather(*(send(number) for number in range(10)))

    assert all(receipt == receipts[0] for receipt in receipts)
    assert (await counts(platforms[0].house))["reports"] == 1


async def test_no_upload_slips_past_a_report(platforms: Two) -> None:
    """Copies uploaded while the picture is being reported are all in the case, whoever was first."""
    await platforms[0].register("one", png(drawing(1)), location=PLACE)
    copies = [png(drawing(1), str(number)) for number in range(8)]

    receipt, *_ = await asyncio.gather(
        platforms[0].report(PLACE),
        *(platforms[n % 2].register(f"copy-{n}", copy) for n, copy in enumerate(copies)),
    )

    expected = {"one", *(f"copy-{n}" for n in range(8))}
    assert await platforms[0].contents_of(receipt) == expected
    assert (await counts(platforms[0].house))["actions"] == len(expected)


async def test_no_upload_slips_past_a_report_of_its_place(platforms: Two) -> None:
    """Registered while its own address is being reported: it is in the case, with its copies."""
    register, report = platforms
    copy = png(drawing(1), "copy")

    receipt, *_ = await asyncio.gather(
        report.report(PLACE),
        register.register("copy", copy),
        register.register("one", png(drawing(1)), location=PLACE),
    )

    assert {"one", "copy"} <= await report.contents_of(receipt)


async def test_an_action_answered_many_times_at_once_is_answered_once(platforms: Two) -> None:
    """One acknowledgement in the log, and the case goes on once."""
    await platforms[0].register("one", png(drawing(1)), location=PLACE)
    receipt = await platforms[0].report(PLACE)
    async with platforms[0].house.database.read() as tx:
        (action,) = await tx.cases.actions(str(receipt["case_id"]))

    answers = await asyncio.gather(
        *(
            platforms[n % 2].http.post(
                f"/v1/actions/{action.id}/acknowledgement", json={"outcome": "done"}
            )
            for n in range(10)
        )
    )

    assert {answer.status_code for answer in answers} == {200}
    assert (await kinds(platforms[0])).count("action.acknowledged") == 1


async def test_checkpoints_signed_at_once_are_one(platforms: Two) -> None:
    """Two servers sign the same head alike."""
    await platforms[0].report(PLACE)

    answers = await asyncio.gather(
        *(platforms[n % 2].http.get("/v1/log/checkpoint") for n in range(10))
    )

    assert len({answer.text for answer in answers}) == 1
