"""Copies of a drawing in disguise, as people make them, and by which view each is found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tests.matching.drawings import drawing
from tests.matching.test_disguise import framed, page

from raiment.matching.view import View

Picture = np.ndarray


@dataclass(frozen=True)
class Copied:
    """A picture and its copy."""

    original: Picture
    copy: Picture
    view: View
    """What is undone to the copy."""
    from_original: View
    """What is undone to the original, to find the copy."""


def screenshot(picture: Picture) -> Picture:
    """Return a phone that shows *picture*."""
    return page(picture, dark=True, corner=28)


def captioned(picture: Picture) -> Picture:
    """Return *picture* below a white band."""
    return np.pad(picture, ((90, 0), (0, 0), (0, 0)), constant_values=255)


_MADE = {
    "mirrored": (lambda one: one[:, ::-1], View.FLIPPED_LEFT_RIGHT, View.FLIPPED_LEFT_RIGHT),
    "inverted": (lambda one: 255 - one, View.INVERTED, View.INVERTED),
    "bordered": (lambda one: framed(one, 30, 255), View.PANEL, View.PANEL),
    "captioned": (captioned, View.PANEL, View.PANEL),
    "screenshot": (screenshot, View.PANEL, View.PANEL),
    "turned screenshot": (
        lambda one: np.rot90(screenshot(one)),
        View.PANEL_TURNED_270,
        View.PANEL_TURNED_90,
    ),
}
DISGUISES = tuple(_MADE)


def copied(disguise: str) -> Copied:
    """Return a picture and its copy in *disguise*."""
    make, view, from_original = _MADE[disguise]
    original = drawing(420, 600, 100 + DISGUISES.index(disguise))
    return Copied(original, np.ascontiguousarray(make(original)), view, from_original)
