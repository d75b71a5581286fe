"""Ordinary picture filters, chosen by words: what the demonstration generator does to a source."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

Filter = Callable[[Image.Image], Image.Image]

_WORD = re.compile(r"[a-z]+")


def _gray(image: Image.Image) -> Image.Image:
    return ImageOps.grayscale(image).convert("RGB")


def _sepia(image: Image.Image) -> Image.Image:
    return ImageOps.colorize(ImageOps.grayscale(image), "#2b1a0c", "#fff3dc", mid="#a9814f")


def _blur(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(max(2, image.width // 150)))


def _sharpen(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.UnsharpMask(radius=3, percent=160))


def _brighten(image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(1.3)


def _darken(image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(0.65)


def _contrast(image: Image.Image) -> Image.Image:
    return ImageEnhance.Contrast(image).enhance(1.5)


def _saturate(image: Image.Image) -> Image.Image:
    return ImageEnhance.Color(image).enhance(1.7)


def _posterise(image: Image.Image) -> Image.Image:
    return ImageOps.posterize(image, 3)


def _tint(red: int, green: int, blue: int) -> Filter:
    def tinted(image: Image.Image) -> Image.Image:
        return Image.blend(
            image, ImageOps.colorize(_luminance(image), "black", (red, green, blue)), 0.5
        )

    return tinted


def _luminance(image: Image.Image) -> Image.Image:
    return ImageOps.grayscale(image)


def _sketch(image: Image.Image) -> Image.Image:
    gray = _luminance(image)
    blurred = ImageOps.invert(gray).filter(ImageFilter.GaussianBlur(max(4, image.width // 80)))
    # Colour dodge, by which pencil drawings are imitated.
    return ImageChops.invert(_divided(ImageOps.invert(gray), blurred)).convert("RGB")


def _divided(below: Image.Image, above: Image.Image) -> Image.Image:
    """Return what stays dark where a stroke is darker than its surroundings."""
    return ImageChops.subtract(below, above).point(lambda value: min(255, value * 5))


def _frame(image: Image.Image) -> Image.Image:
    return ImageOps.expand(image, max(4, image.width // 25), "#3a2a1a")


_BY_WORD: tuple[tuple[frozenset[str], Filter], ...] = (
    (frozenset({"gray", "grey", "grayscale", "greyscale", "monochrome", "black"}), _gray),
    (frozenset({"sepia", "old", "vintage", "antique"}), _sepia),
    (frozenset({"blur", "blurred", "soft", "dreamy"}), _blur),
    (frozenset({"sharp", "sharpen", "crisp"}), _sharpen),
    (frozenset({"bright", "brighten", "brighter", "light", "sunny"}), _brighten),
    (frozenset({"dark", "darken", "darker", "night"}), _darken),
    (frozenset({"contrast", "dramatic"}), _contrast),
    (frozenset({"vivid", "colourful", "colorful", "saturated"}), _saturate),
    (frozenset({"poster", "posterise", "posterize", "comic"}), _posterise),
    (frozenset({"warm", "warmer", "golden", "sunset"}), _tint(255, 200, 120)),
    (frozenset({"cold", "cool", "cooler", "winter", "blue"}), _tint(140, 190, 255)),
    (frozenset({"mirror", "mirrored", "flip", "flipped"}), ImageOps.mirror),
    (frozenset({"sketch", "pencil", "drawing", "drawn"}), _sketch),
    (frozenset({"negative", "invert", "inverted"}), ImageOps.invert),
    (frozenset({"frame", "framed", "border"}), _frame),
)


def filtered(image: Image.Image, words: str, seed: random.Random) -> Image.Image:
    """Return *image* with every filter that *words* name, in the order above; else with a light tint."""
    named = set(_WORD.findall(words.lower()))
    chosen = [apply for triggers, apply in _BY_WORD if not named.isdisjoint(triggers)]
    if not chosen:
        chosen = [_tint(*(seed.randrange(150, 256) for _ in range(3)))]
    for apply in chosen:
        image = apply(image)
    return image
