"""
Generations, edits and variations: screen, ask the generator, screen again, record, release.

Nothing is asked of the generator before the decision on the request is stored, and nothing it made
goes out before the decision on it, and the ledger's entry, are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
import pybase64
from starlette.responses import Response

from raiment.adapters.observe.metrics import VERDICTS
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.transaction import Transaction
from raiment.errors import InvalidInput
from raiment.evidence.canonical import JSON
from raiment.evidence.record import Record
from raiment.gateway.doors import Caller, Gateway, Seen, caller, decide, keep, look_up, see
from raiment.gateway.order import Order
from raiment.gateway.shapes import (
    DECISION_HEADER,
    LEDGER_HEADER,
    events_response,
    images_response,
    refusal_response,
    rejected_response,
)
from raiment.matching.ledger import Release
from raiment.matching.signals import Signals
from raiment.policy.rule import Effect
from raiment.screening.chain import Chain
from raiment.screening.finding import KNOWN_IMAGE, UPSTREAM, WORDS, Finding
from raiment.screening.refuse import REFUSED_UPSTREAM, UNREADABLE_OUTPUT, refuse
from raiment.screening.request import Verb
from raiment.screening.screen_output import screen_output
from raiment.screening.upstream import Made, Output, Refused, Rejected
from raiment.screening.verdict import Stage, Verdict

_EVENTS = {
    Verb.GENERATE: "image_generation",
    Verb.EDIT: "image_edit",
    Verb.VARY: "image_generation",
}
_CHECKS = (WORDS, KNOWN_IMAGE)


@dataclass(frozen=True, slots=True)
class _Admitted:
    """An order whose request was allowed."""

    order: Order
    caller: Caller
    verdict: Verdict


async def serve_order(gateway: Gateway, order: Order, key_id: str) -> Response:
    """
    Carry out *order*, or answer why not.

    Raises InvalidInput for a source that is no readable picture, Unavailable where a part is away.
    """
    who = caller(key_id, order.request, gateway.keys)
    pictures = await _see_sources(gateway, order)
    verdict = await decide(gateway, order.request, pictures, who)
    if verdict.effect is not Effect.ALLOW:
        return refusal_response(verdict)
    admitted = _Admitted(order, who, verdict)
    match await gateway.upstream.make(order.call):
        case Made() as made:
            return await _release(gateway, admitted, made)
        case Refused() as refused:
            return await _refuse_upstream(gateway, admitted, refused)
        case Rejected() as rejected:
            return rejected_response(rejected)


async def _see_sources(gateway: Gateway, order: Order) -> dict[str, Seen]:
    seen: dict[str, Seen] = {}
    for file in order.call.files:
        place = f"sources.{len(seen)}" if file.name == "image" else file.name
        seen[place] = await see(gateway.eyes, file.data, file.name)
    return seen


async def _release(gateway: Gateway, admitted: _Admitted, made: Made) -> Response:
    """Screen every output, then let all out or none."""
    outputs: dict[str, Seen] = {}
    for i, output in enumerate(made.outputs):
        try:
            outputs[f"outputs.{i}"] = await see(gateway.eyes, output.data, f"outputs.{i}")
        except InvalidInput:
            return await _refuse(gateway, admitted, UNREADABLE_OUTPUT, f"outputs.{i}")
    decision_id, at = new_id("scr"), gateway.now()
    releases: list[Release] = []
    async with gateway.database.begin() as tx:
        lookups = await look_up(outputs, tx.banks)
        verdict = screen_output(lookups, decision_id, gateway.screen.picture_rules)
        await keep(tx, verdict, admitted.caller, at, after=admitted.verdict.decision_id)
        if verdict.effect is Effect.ALLOW:
            releases = [_released(admitted, seen.readings[0], at) for seen in outputs.values()]
            await _enter(tx, releases, _chain(admitted))
    VERDICTS.labels(admitted.caller.surface, verdict.effect).inc()
    if verdict.effect is not Effect.ALLOW:
        return refusal_response(verdict)
    return _answer(admitted, made, verdict, [release.id for release in releases])


def _released(admitted: _Admitted, signals: Signals, at: datetime) -> Release:
    """Return a release under the decision on its request: that is what a trace must lead to."""
    who, request_id = admitted.caller, admitted.verdict.decision_id
    return Release(new_id("rel"), request_id, who.actor, who.surface, signals, at)


def _chain(admitted: _Admitted) -> Chain:
    """Return what led to the outputs. A picture made from words alone is a root, named by its request."""
    chain = admitted.verdict.chain
    return chain if chain.roots else replace(chain, roots=(admitted.verdict.decision_id,))


async def _enter(tx: Transaction, releases: list[Release], chain: Chain) -> None:
    """Enter *releases* into the ledger, each with its chain and its log entry."""
    for release in releases:
        await tx.ledger.add(release)
        await tx.chains.add(release.id, chain, release.released_at)
        signals, digests = release.signals, release.signals.digests()
        shown: dict[str, JSON] = {
            "bytes_sha256": digests["bytes_sha256"],
            "pixels_blake3": digests["pixels_blake3"],
            "pdq": signals.pdq.plain.hex,
            "pdq_quality": signals.pdq.quality,
        }
        ids = {"screening": release.screening_id}
        tx.append(
            Record("release.recorded", release.id, release.released_at, ids, {"shown": shown})
        )


def _answer(admitted: _Admitted, made: Made, verdict: Verdict, ledger_ids: list[str]) -> Response:
    """Return the pictures, byte for byte as they were screened, with the decision that a trace names."""
    order, decision_id = admitted.order, admitted.verdict.decision_id
    checks = {"checks": _CHECKS, "notes": verdict.notes}
    images = [
        _image(
            output, {"v": 1, "action": "released", "ledger_id": ledger_id, "parent": None} | checks
        )
        for output, ledger_id in zip(made.outputs, ledger_ids, strict=True)
    ]
    headers = {DECISION_HEADER: decision_id, LEDGER_HEADER: ", ".join(ledger_ids)}
    if order.stream:
        return events_response(made.about, images, _EVENTS[order.call.verb], headers)
    safeguard = {
        "v": 1,
        "action": "released",
        "decision_id": decision_id,
        "ledger_id": ledger_ids[0],
        "parent": None,
    } | checks
    return images_response(made.about, images, safeguard, headers)


def _image(output: Output, safeguard: Mapping[str, object]) -> dict[str, object]:
    # Base64 needs no escaping: spliced in as it is, since a megabyte is scanned otherwise.
    encoded = msgspec.Raw(b'"' + pybase64.b64encode(output.data) + b'"')
    image: dict[str, object] = {"b64_json": encoded, "safeguard": safeguard}
    if output.revised_prompt is not None:
        image["revised_prompt"] = output.revised_prompt
    return image


async def _refuse_upstream(gateway: Gateway, admitted: _Admitted, refused: Refused) -> Response:
    stage = Stage.INPUT if refused.stage == "input" else Stage.OUTPUT
    observed = {"stage": refused.stage, "categories": refused.categories}
    finding = Finding(UPSTREAM, "upstream", "unknown", 1.0, observed)
    return await _refused(gateway, admitted, stage, REFUSED_UPSTREAM, finding, refused.categories)


async def _refuse(gateway: Gateway, admitted: _Admitted, name: str, place: str) -> Response:
    finding = Finding(
        KNOWN_IMAGE, "pixels", "1", None, {"picture": place}, "no picture that can be looked at"
    )
    return await _refused(gateway, admitted, Stage.OUTPUT, name, finding, ())


async def _refused(
    gateway: Gateway,
    admitted: _Admitted,
    stage: Stage,
    name: str,
    finding: Finding,
    categories: tuple[str, ...],
) -> Response:
    """Keep a block that no rule gave, and answer it."""
    verdict = refuse(
        new_id("scr"), stage, name, finding, gateway.screen.picture_rules.ref, categories
    )
    async with gateway.database.begin() as tx:
        await keep(tx, verdict, admitted.caller, gateway.now(), after=admitted.verdict.decision_id)
    VERDICTS.labels(admitted.caller.surface, verdict.effect).inc()
    return refusal_response(verdict)
