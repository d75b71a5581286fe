"""Attach copies of the image to its case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from raiment.casework.case import Case, Item, ItemState
from raiment.casework.storage import Copy, Office
from raiment.evidence.canonical import JSON
from raiment.evidence.record import Record


async def attach(
    case: Case, copies: Iterable[Copy], at: datetime, office: Office
) -> tuple[Item, ...]:
    """Keep an item for each of *copies* that the case lacks; return those that are new."""
    known = set(case.content_ids)
    fresh: dict[str, Item] = {}
    for copy in copies:
        if copy.content_id in known or copy.content_id in fresh:
            continue
        fresh[copy.content_id] = Item(
            id=office.new_id("item"),
            content_id=copy.content_id,
            platform_id=copy.platform_id,
            location=None,
            found_by=copy.found_by,
            distance=copy.distance,
            state=ItemState.LISTED,
            view=copy.view,
        )
    await office.cases.add_items(case.id, tuple(fresh.values()), at)
    for item in fresh.values():
        assert item.content_id is not None
        ids = {"item": item.id, "content": item.content_id}
        facts: dict[str, JSON] = {"found_by": item.found_by.value, "distance": item.distance}
        if item.view is not None:
            facts["view"] = item.view.value
        office.log.append(Record("case.copy_found", case.id, at, ids, facts))
    return tuple(fresh.values())


async def attach_image(
    case: Case, named: Sequence[Copy], at: datetime, office: Office
) -> tuple[Item, ...]:
    """
    Attach *named*, content that shows the case's image, with every registered copy and its makers.

    From now on further uploads of it are held; of parts of it, as soon as its picture was fetched.
    Return the new items.
    """
    if not named:
        return ()
    content_ids = [copy.content_id for copy in named]
    copies = await office.cases.copies(content_ids)
    items = await attach(case, (*named, *copies), at, office)
    await office.cases.add_origins(case.id, await office.cases.origins(content_ids))
    await office.cases.supersede_restorations(content_ids)
    await office.banks.report_images(case.id, content_ids, at)
    for content_id in await office.cases.fetchable(content_ids):
        await office.later.crop(case.id, content_id)
    return items
