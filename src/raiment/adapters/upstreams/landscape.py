"""A plain landscape, different for every seed: what the demonstration generator draws."""

from __future__ import annotations

import random
import re

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]

_WORD = re.compile(r"[a-z]+")
_WATER = frozenset({"lake", "sea", "ocean", "river", "water", "harbour", "harbor", "beach"})
_NIGHT = frozenset({"night", "moon", "stars", "dark", "midnight"})
_DUSK = frozenset({"sunset", "sunrise", "dawn", "dusk", "evening", "golden"})
_CITY = frozenset({"city", "town", "street", "skyline", "houses", "village"})
_DAY_SKY: tuple[Colour, Colour] = ((70, 130, 200), (225, 238, 248))
_NIGHT_SKY: tuple[Colour, Colour] = ((8, 12, 35), (60, 70, 110))
_DUSK_SKY: tuple[Colour, Colour] = ((70, 60, 120), (255, 170, 90))


def landscape(words: str, size: tuple[int, int], seed: random.Random) -> Image.Image:
    """Return a drawing of *size* pixels: sky, sun or moon, hills, and what *words* add to them."""
    named = set(_WORD.findall(words.lower()))
    top, bottom = _sky(named)
    image = Image.linear_gradient("L").resize(size)
    image = Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), image)
    draw = ImageDraw.Draw(image)
    _sun(draw, size, seed, pale=not named.isdisjoint(_NIGHT))
    layers = 4
    for layer in range(layers):
        _hills(draw, size, seed, (layer + 1) / layers, bottom)
    if not named.isdisjoint(_WATER):
        _water(draw, size, seed, top)
    if not named.isdisjoint(_CITY):
        _houses(draw, size, seed)
    else:
        _trees(draw, size, seed)
    return image


def _sky(named: set[str]) -> tuple[Colour, Colour]:
    if not named.isdisjoint(_NIGHT):
        return _NIGHT_SKY
    return _DUSK_SKY if not named.isdisjoint(_DUSK) else _DAY_SKY


def _sun(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], seed: random.Random, *, pale: bool
) -> None:
    width, height = size
    radius = min(size) * seed.uniform(0.05, 0.11)
    x, y = width * seed.uniform(0.12, 0.88), height * seed.uniform(0.1, 0.35)
    colour = (235, 238, 245) if pale else (255, 236, 150)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _hills(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    seed: random.Random,
    near: float,
    haze: Colour,
) -> None:
    """Draw one chain of hills; *near* (0 to 1) says how little of the *haze* lies over it."""
    width, height = size
    ground = (seed.randrange(30, 110), seed.randrange(80, 140), seed.randrange(30, 90))
    colour = tuple(round(g * near + h * (1 - near)) for g, h in zip(ground, haze, strict=True))
    level = height * (0.35 + 0.4 * near)
    steps = seed.randrange(5, 11)
    ridge = [
        (width * step / steps, level - height * seed.uniform(0.0, 0.24) * (1.2 - near))
        for step in range(steps + 1)
    ]
    draw.polygon([(0, height), *ridge, (width, height)], fill=colour)


def _water(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], seed: random.Random, sky: Colour
) -> None:
    width, height = size
    shore = height * seed.uniform(0.7, 0.8)
    draw.rectangle((0, shore, width, height), fill=sky)
    for _ in range(40):
        y, x = seed.uniform(shore, height), seed.uniform(0, width)
        pale = tuple(min(255, part + 60) for part in sky)
        draw.line((x, y, x + width * seed.uniform(0.02, 0.12), y), fill=pale, width=2)


def _houses(draw: ImageDraw.ImageDraw, size: tuple[int, int], seed: random.Random) -> None:
    width, height = size
    x = 0.0
    while x < width:
        wide, high = width * seed.uniform(0.05, 0.12), height * seed.uniform(0.08, 0.3)
        gray = seed.randrange(60, 190)
        draw.rectangle((x, height * 0.95 - high, x + wide, height), fill=(gray, gray, gray + 20))
        draw.rectangle(
            (x + wide / 3, height - high / 2, x + wide / 2, height), fill=(250, 225, 140)
        )
        x += wide * 1.1


def _trees(draw: ImageDraw.ImageDraw, size: tuple[int, int], seed: random.Random) -> None:
    width, height = size
    for _ in range(seed.randrange(6, 16)):
        x, foot = width * seed.uniform(0.02, 0.98), height * seed.uniform(0.82, 0.97)
        tall = height * seed.uniform(0.06, 0.16)
        green = (seed.randrange(10, 50), seed.randrange(60, 120), seed.randrange(20, 60))
        draw.rectangle((x - tall / 20, foot - tall / 4, x + tall / 20, foot), fill=(70, 45, 25))
        crown = [(x - tall / 3, foot - tall / 5), (x, foot - tall), (x + tall / 3, foot - tall / 5)]
        draw.polygon(crown, fill=green)
