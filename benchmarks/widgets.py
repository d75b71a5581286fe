"""What screens are drawn of: colours, words, signs, faces, pictures, and places for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Draw = np.random.Generator
Colour = tuple[int, int, int]

_LETTERS = "aaabcdeeeefghiiiklmnnnoooprrrssstttuuuvwyz"


@dataclass(frozen=True)
class Theme:
    """The colours of one program."""

    ground: Colour
    raised: Colour
    """Bars, cards and bubbles."""
    line: Colour
    text: Colour
    faint: Colour
    accent: Colour


def theme(draw: Draw, *, dark: bool) -> Theme:
    """Return the colours of a program in its dark or light form."""
    tint = draw.integers(-4, 5, 3)

    def gray(low: int, high: int) -> Colour:
        red, green, blue = np.clip(int(draw.integers(low, high + 1)) + tint, 0, 255).tolist()
        return red, green, blue

    accent: Colour = tuple(draw.integers(20, 236, 3).tolist())
    if dark:
        black: Colour = (0, 0, 0)
        ground = black if draw.random() < 0.35 else gray(8, 44)
        raised = ground if draw.random() < 0.5 else gray(16, 60)
        return Theme(ground, raised, gray(45, 80), gray(215, 255), gray(110, 160), accent)
    white: Colour = (255, 255, 255)
    ground = white if draw.random() < 0.55 else gray(228, 252)
    raised = ground if draw.random() < 0.5 else gray(236, 255)
    return Theme(ground, raised, gray(200, 232), gray(0, 50), gray(100, 150), accent)


def words(draw: Draw, count: int) -> str:
    """Return *count* words of no language."""
    return " ".join(
        "".join(draw.choice(list(_LETTERS), int(draw.integers(2, 10)))) for _ in range(count)
    )


def lettering(size: float) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """Return the typeface that Pillow carries, *size* pixels high."""
    return ImageFont.load_default(max(8, int(size)))


def paragraph(
    canvas: ImageDraw.ImageDraw,
    draw: Draw,
    box: tuple[float, float, float, float],
    colour: Colour,
    size: float,
) -> None:
    """Fill *box* with lines of words, the last one short."""
    left, top, right, bottom = box
    font = lettering(size)
    step = size * float(draw.uniform(1.25, 1.6))
    y = top
    while y + size <= bottom:
        width = (right - left) * float(draw.uniform(0.7, 1.0))
        if y + step + size > bottom:
            width *= float(draw.uniform(0.2, 0.9))
        line = words(draw, 24)
        while len(line) > 3 and canvas.textlength(line, font=font) > width:
            line = line[: int(len(line) * 0.9)]
        canvas.text((left, y), line, font=font, fill=colour)
        y += step


def icon(
    canvas: ImageDraw.ImageDraw, draw: Draw, x: float, y: float, size: float, colour: Colour
) -> None:
    """Draw one of a few outlined signs around a centre."""
    half, width = size / 2, max(1, int(size / 10))
    box = (x - half, y - half, x + half, y + half)
    match int(draw.integers(0, 5)):
        case 0:
            canvas.ellipse(box, outline=colour, width=width)
        case 1:
            canvas.rounded_rectangle(box, size / 5, outline=colour, width=width)
        case 2:
            canvas.polygon(
                [(x - half, y + half), (x, y - half), (x + half, y + half)], outline=colour
            )
        case 3:
            for place in (-1, 0, 1):
                dot = (
                    x + place * half * 0.8 - width,
                    y - width,
                    x + place * half * 0.8 + width,
                    y + width,
                )
                canvas.ellipse(dot, fill=colour)
        case _:
            canvas.line((x - half, y, x + half, y), fill=colour, width=width)
            canvas.line((x, y - half, x, y + half), fill=colour, width=width)


def avatar(screen: Image.Image, draw: Draw, x: float, y: float, size: float) -> None:
    """Paste a round patch of soft colours with its left top corner at a place."""
    side = max(8, int(size))
    patch = Image.fromarray(draw.integers(0, 256, (4, 4, 3), dtype=np.uint8))
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, side - 1, side - 1), fill=255)
    screen.paste(patch.resize((side, side), Image.Resampling.BICUBIC), (int(x), int(y)), mask)


def scene(draw: Draw, size: tuple[int, int]) -> Image.Image:
    """Return a picture of soft colours and shapes: somebody else's, or a desktop's background."""
    small = draw.integers(
        0, 256, (int(draw.integers(2, 7)), int(draw.integers(2, 7)), 3), dtype=np.uint8
    )
    picture = Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)
    canvas = ImageDraw.Draw(picture)
    for _ in range(int(draw.integers(0, 12))):
        x, y = draw.uniform(0, size[0]), draw.uniform(0, size[1])
        radius = draw.uniform(0.02, 0.25) * min(size)
        colour: Colour = tuple(draw.integers(0, 256, 3).tolist())
        canvas.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return picture.filter(ImageFilter.GaussianBlur(float(draw.uniform(0.5, 4))))


def place(
    screen: Image.Image, photo: Image.Image, box: tuple[int, int, int, int], radius: float
) -> None:
    """Scale *photo* into *box* and paste it with corners rounded by *radius* pixels."""
    left, top, right, bottom = box
    size = (max(8, right - left), max(8, bottom - top))
    mask = Image.new("L", size, 255)
    if radius >= 1:
        mask = Image.new("L", (2 * size[0], 2 * size[1]), 0)
        corner = (0, 0, 2 * size[0] - 1, 2 * size[1] - 1)
        ImageDraw.Draw(mask).rounded_rectangle(corner, 2 * radius, fill=255)
        mask = mask.resize(size, Image.Resampling.LANCZOS)
    screen.paste(photo.resize(size, Image.Resampling.LANCZOS), (left, top), mask)


def fitted(photo: Image.Image, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    """Return the largest place of the photo's shape in the middle of *box*."""
    left, top, right, bottom = box
    scale = min((right - left) / photo.width, (bottom - top) / photo.height)
    width, height = photo.width * scale, photo.height * scale
    x, y = (left + right - width) / 2, (top + bottom - height) / 2
    return round(x), round(y), round(x + width), round(y + height)
