"""What people do to a picture before they show it again, one function each, by name."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

import screens
import widgets

Draw = np.random.Generator
Change = Callable[[Image.Image, Image.Image, Draw], Image.Image]
"""The picture, another one, and where chance comes from."""

SHARES = (0.02, 0.05, 0.1, 0.2)


def shared(image: Image.Image, draw: Draw) -> Image.Image:
    """Return what is left after a platform has had *image*: often smaller, mostly JPEG."""
    if draw.random() < 0.4:
        scale = float(draw.uniform(0.5, 0.95))
        size = (int(image.width * scale), int(image.height * scale))
        image = image.resize(size, Image.Resampling.LANCZOS)
    return jpeg(image, int(draw.integers(60, 96))) if draw.random() < 0.7 else image


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    """Return *image* after one JPEG of *quality*."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def border(share: float, image: Image.Image, _: Image.Image, draw: Draw) -> Image.Image:
    """Add a border of *share* of the shorter side: white, black, gray or coloured."""
    colours = [
        (255, 255, 255),
        (0, 0, 0),
        (int(draw.integers(30, 226)),) * 3,
        tuple(draw.integers(0, 256, 3).tolist()),
    ]
    return ImageOps.expand(image, round(share * min(image.size)), colours[int(draw.integers(0, 4))])


def crop(share: float, where: str, image: Image.Image, _: Image.Image, draw: Draw) -> Image.Image:
    """Cut *share* off both sides (``side``: off one side only) at the centre, a corner, or anywhere."""
    cut_x, cut_y = share * image.width, share * image.height
    x, y = {"centre": (0.5, 0.5), "corner": tuple(draw.integers(0, 2, 2).tolist())}.get(
        where, tuple(draw.random(2))
    )
    if where == "side":
        x, y, cut_x, cut_y = (
            round(x),
            round(y),
            *((cut_x, 0) if draw.random() < 0.5 else (0, cut_y)),
        )
    if where == "freely":
        cut_x, cut_y = draw.uniform(0, share, 2) * image.size
    left, top = x * cut_x, y * cut_y
    return image.crop(
        (
            round(left),
            round(top),
            round(left + image.width - cut_x),
            round(top + image.height - cut_y),
        )
    )


def band(share: float, image: Image.Image, _: Image.Image, draw: Draw) -> Image.Image:
    """Add a white band with words above the picture."""
    height = round(share * image.height)
    result = Image.new("RGB", (image.width, image.height + height), (255, 255, 255))
    result.paste(image, (0, height))
    canvas = ImageDraw.Draw(result)
    widgets.paragraph(
        canvas, draw, (12, 0.1 * height, image.width - 12, height), (0, 0, 0), height / 3
    )
    return result


def turned(degrees: int, image: Image.Image, _: Image.Image, __: Draw) -> Image.Image:
    """Turn by quarter turns exactly, by other angles onto black corners."""
    exact = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180}
    if degrees in exact:
        return image.transpose(exact[degrees])
    return image.rotate(degrees, Image.Resampling.BICUBIC)


def phone(dark: bool, image: Image.Image, _: Image.Image, draw: Draw) -> Image.Image:
    """Show the picture on a phone."""
    return shared(screens.PHONES[int(draw.integers(0, 4))](image, draw, dark=dark), draw)


def desktop(image: Image.Image, _: Image.Image, draw: Draw) -> Image.Image:
    """Show the picture on a desktop."""
    return shared(screens.DESKTOPS[int(draw.integers(0, 3))](image, draw), draw)


def resized(scale: float, image: Image.Image, _: Image.Image, __: Draw) -> Image.Image:
    """Scale both sides."""
    return image.resize(
        (round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS
    )


def noisy(image: Image.Image, _: Image.Image, draw: Draw) -> Image.Image:
    """Add grain of 12 gray levels."""
    return Image.fromarray(
        np.clip(
            np.asarray(image) + draw.normal(0, 12, (image.height, image.width, 3)), 0, 255
        ).astype(np.uint8)
    )


def simply(change: Callable[[Image.Image], Image.Image]) -> Change:
    """Return a change that needs neither another picture nor chance."""
    return lambda image, _, __: change(image)


CHANGES: dict[str, Change] = {
    "turned 90": partial(turned, 90),
    "turned 180": partial(turned, 180),
    "flipped left-right": simply(ImageOps.mirror),
    "flipped top-bottom": simply(ImageOps.flip),
    "inverted": simply(ImageOps.invert),
    **{f"border {share:.0%}": partial(border, share) for share in SHARES},
    **{
        f"crop {share:.0%} {where}": partial(crop, share, where)
        for where in ("centre", "side", "corner", "anywhere")
        for share in SHARES
    },
    "crop up to 20% freely": partial(crop, 0.2, "freely"),
    "band 15%": partial(band, 0.15),
    "band 25%": partial(band, 0.25),
    "meme": lambda image, _, draw: shared(screens.meme(image, draw), draw),
    "desktop": desktop,
    "phone dark": partial(phone, True),
    "phone light": partial(phone, False),
    "beside another": lambda image, other, draw: shared(
        screens.side_by_side(image, other, draw), draw
    ),
    **{f"JPEG {quality}": simply(partial(jpeg, quality=quality)) for quality in (90, 50, 20, 10)},
    **{f"scaled {scale:.0%}": partial(resized, scale) for scale in (0.5, 0.25, 2.0)},
    "squeezed": simply(lambda image: image.resize((image.width, round(image.height * 0.8)))),
    "brighter": simply(lambda image: ImageEnhance.Brightness(image).enhance(1.3)),
    "more contrast": simply(lambda image: ImageEnhance.Contrast(image).enhance(1.4)),
    "gray": simply(lambda image: image.convert("L").convert("RGB")),
    "blurred": simply(lambda image: image.filter(ImageFilter.GaussianBlur(3))),
    "noise": noisy,
    "equalised": simply(ImageOps.equalize),
    "turned 1 degree": partial(turned, 1),
    "turned 5 degrees": partial(turned, 5),
}
"""Each change by its name in the table."""
