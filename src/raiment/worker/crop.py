"""Fetch the picture that a case is about, once, and find the parts of it that others show."""

from __future__ import annotations

import asyncio
from typing import Final

from raiment.adapters.observe.logs import logger
from raiment.adapters.pixels.picture import Picture
from raiment.adapters.platforms.media import fetch_media
from raiment.adapters.platforms.webhook import webhook_secret
from raiment.adapters.postgres.copies import PostgresCroppedCopies
from raiment.adapters.postgres.similar import signals_of
from raiment.adapters.postgres.transaction import CROP
from raiment.adapters.postgres.types import AnyRow
from raiment.bootstrap import House
from raiment.casework.attach_crops import attach_crops, give_up_crops
from raiment.errors import InvalidInput, Unavailable
from raiment.matching.cropped import Crops, crops_of
from raiment.matching.signal import PDQ_RADIUS, hash_views
from raiment.matching.signals import Signals

MOST_ATTEMPTS: Final = 20
"""Some two hours, waiting ever longer, until a picture that cannot be fetched is given up."""

_NO_ORIGIN: Final = "no media origin is set"
_UNREADABLE: Final = "the picture cannot be read"
_NO_ANSWER: Final = "the platform did not hand the picture out"
_ANOTHER: Final = "the platform hands out another picture"


class _GivenUp(Exception):
    """Trying again would change nothing. Its text says why."""


async def crop(case_id: str, content_id: str, attempts: int, house: House) -> None:
    """
    Bank the crops of the content's picture, and attach the copies of the case that show a part of it.

    The picture is fetched as a reviewer's preview is, and not kept. No transaction is open meanwhile, nor
    while crops are looked for; killed in between, all of it is done again. Done before, or decided
    meanwhile, nothing is changed. Raise Unavailable where the platform does not answer, until *attempts*,
    how often it was tried before, are too many.
    """
    async with house.database.read() as tx:
        content = await tx.contents.by_id(content_id)
        if content is None or not await tx.banks.lacks_crops(content_id):
            return
    try:
        crops = await _crops_of(content, house, last=attempts + 1 >= MOST_ATTEMPTS)
    except _GivenUp as why:
        logger.warning("crops_given_up", task=CROP, attempt=attempts)
        async with house.database.begin() as tx:
            give_up_crops(case_id, content_id, str(why), house.now(), tx.office)
        return
    async with house.database.read() as tx:
        near = await tx.parts_near(crops.cuts)
    async with house.database.begin() as tx:
        cropped = PostgresCroppedCopies(tx.connection, crops.cuts, near)
        now = house.now()
        await attach_crops(case_id, content_id, crops.ladder, cropped, now, tx.office)


async def _crops_of(content: AnyRow, house: House, *, last: bool) -> Crops:
    platform = house.settings.platform
    if platform is None or platform.media_origin is None:
        raise _GivenUp(_NO_ORIGIN)
    secret = webhook_secret(platform, house.keys)
    most = house.pixels.limits.max_bytes
    try:
        data = await fetch_media(content.media_url, platform.media_origin, secret, most)
        with await house.pixels.read(data, field="picture") as picture:
            crops = await asyncio.to_thread(_crops, picture, signals_of(content))
    except Unavailable as error:
        if last:
            raise _GivenUp(_NO_ANSWER) from error
        raise
    except InvalidInput as error:
        raise _GivenUp(_UNREADABLE) from error
    if crops is None:
        raise _GivenUp(_ANOTHER)
    return crops


def _crops(picture: Picture, registered: Signals) -> Crops | None:
    """Return the crops of *picture*, None where it is not the one that was *registered*."""
    if picture.pixels_blake3 != registered.digests().get("pixels_blake3"):
        if not registered.pdq.matchable:
            return None
        views = hash_views(picture.pixels)
        near = views.plain.distance(registered.pdq.plain) <= PDQ_RADIUS
        if not (near and views.matchable):
            return None
    return crops_of(picture.pixels)
