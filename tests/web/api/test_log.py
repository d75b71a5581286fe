"""The log by HTTP, checked with a verifier that is not ours."""

from __future__ import annotations

import base64

import metamorphic_log
from tests.web.api.conftest import Platform

from raiment.adapters.http.limits import LOG
from raiment.evidence.pack import verify_export


async def grow(platform: Platform) -> None:
    """Make the log grow by some entries."""
    await platform.report("https://site.example/1")


async def read(platform: Platform, path: str) -> dict[str, object]:
    """Return what an endpoint of the log answers."""
    answer = await platform.http.get(f"/v1/log/{path}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def raw(text: object) -> bytes:
    """Return the bytes of a base64 text."""
    return base64.b64decode(str(text), validate=True)


async def test_the_empty_log_has_a_checkpoint(platform: Platform) -> None:
    """Size 0, the root of nothing, signed."""
    head = await read(platform, "checkpoint")

    verified = metamorphic_log.checkpoint_verify(head["checkpoint"], [head["verification_key"]])
    assert (verified.size, verified.root) == (0, raw(head["root"]))
    assert (await read(platform, "entries"))["entries"] == []


async def test_a_checkpoint_is_signed_where_the_log_has_grown(platform: Platform) -> None:
    """Without any worker, and the same one for all until it grows again."""
    empty = await read(platform, "checkpoint")
    await grow(platform)

    head = await read(platform, "checkpoint")

    assert head["size"] > empty["size"]
    assert await read(platform, "checkpoint") == head


async def test_inclusion_holds_for_each_entry(platform: Platform) -> None:
    """Another's verifier accepts each path under the signed checkpoint."""
    await grow(platform)
    head = await read(platform, "checkpoint")
    entries = (await read(platform, "entries?limit=1000"))["entries"]

    assert len(entries) == head["size"]
    for entry in entries:
        proof = await read(platform, f"proof?index={entry['index']}&size={head['size']}")
        assert proof["leaf_hash"] == entry["leaf_hash"]
        metamorphic_log.checkpoint_verify_inclusion(
            head["checkpoint"],
            [head["verification_key"]],
            entry["index"],
            raw(proof["leaf_hash"]),
            [raw(node) for node in proof["path"]],
        )


async def test_a_kept_checkpoint_is_continued(platform: Platform) -> None:
    """Consistency between two checkpoints, by another's verifier."""
    await grow(platform)
    older = await read(platform, "checkpoint")
    await grow(platform)
    newer = await read(platform, "checkpoint")

    proof = await read(platform, f"proof?first={older['size']}")

    assert proof["second"] == newer["size"]
    metamorphic_log.checkpoint_verify_consistency(
        older["checkpoint"],
        newer["checkpoint"],
        [newer["verification_key"]],
        [raw(node) for node in proof["path"]],
    )


async def test_the_export_verifies_offline(platform: Platform) -> None:
    """What `raiment log verify` reads, as a stream."""
    await grow(platform)
    head = await read(platform, "checkpoint")

    export = await platform.http.get("/v1/log/export")

    verified = verify_export(
        export.text.splitlines(keepends=True), trusted_key=str(head["verification_key"])
    )
    assert verified.checkpoint.size == head["size"]
    assert verified.kinds["report.received"] == 1


async def test_the_log_asks_for_no_key(platform: Platform) -> None:
    """A stranger may read it."""
    del platform.http.headers["authorization"]

    assert (await read(platform, "checkpoint"))["size"] == 0


async def test_numbers_out_of_range_are_named(platform: Platform) -> None:
    """422 with the field, as the page on the log says."""
    await grow(platform)
    size = (await read(platform, "checkpoint"))["size"]

    refused = {
        query: await platform.http.get(f"/v1/log/{query}")
        for query in (
            "entries?start=-1",
            "entries?limit=0",
            "entries?limit=1001",
            "entries?start=99999999999999999999",
            f"proof?index={size}",
            f"proof?index=0&size={int(str(size)) + 1}",
            "proof?first=2&second=1",
            "proof?index=0&first=0",
            "proof?index=0&index=1",
            "proof",
        )
    }

    assert {query: answer.status_code for query, answer in refused.items()} == dict.fromkeys(
        refused, 422
    )
    assert (await read(platform, f"entries?start={size}"))["entries"] == []


async def test_readers_of_the_log_are_limited(platform: Platform) -> None:
    """Past the limit a reader is told when to come back."""
    house = platform.house
    async with house.database.begin() as tx:
        for _ in range(LOG.calls):
            await tx.requests.count(f"{LOG.door}:127.0.0.1", LOG.window, house.now())

    refused = await platform.http.get("/v1/log/checkpoint")

    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
