"""
Screens drawn around a photograph: posts, chats, viewers, pages, memes, collages, as people share them.

Each function takes a photograph and a random generator and returns the screen. Colours, sizes,
spacing, lettering, icons, rounded corners, overlays and neighbours vary from one call to the next;
nothing here knows how the picture will be looked for.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from widgets import (
    Colour,
    Draw,
    Theme,
    avatar,
    fitted,
    icon,
    lettering,
    paragraph,
    place,
    scene,
    theme,
    words,
)

Screen = Callable[[Image.Image, Draw], Image.Image]

# --- phones ---------------------------------------------------------------------------------------


def _phone(draw: Draw, colours: Theme) -> tuple[Image.Image, float]:
    """Return an empty phone screen with its status bar, and the pixels of one point."""
    width = int(draw.choice([720, 1080, 1125, 828]))
    height = int(width * draw.uniform(1.78, 2.2))
    screen = Image.new("RGB", (width, height), colours.ground)
    unit = width / 390
    canvas = ImageDraw.Draw(screen)
    canvas.text(
        (20 * unit, 12 * unit),
        f"{draw.integers(0, 24)}:{draw.integers(10, 60)}",
        font=lettering(14 * unit),
        fill=colours.text,
    )
    for i in range(3):
        icon(canvas, draw, width - (20 + 22 * i) * unit, 20 * unit, 12 * unit, colours.text)
    return screen, unit


def _bottom_bar(screen: Image.Image, draw: Draw, colours: Theme, unit: float) -> None:
    canvas = ImageDraw.Draw(screen)
    top = screen.height - draw.uniform(50, 85) * unit
    canvas.rectangle((0, top, screen.width, screen.height), fill=colours.raised)
    if draw.random() < 0.6:
        canvas.line((0, top, screen.width, top), fill=colours.line, width=max(1, int(unit)))
    for i in range(5):
        icon(canvas, draw, screen.width * (i + 0.5) / 5, top + 25 * unit, 22 * unit, colours.text)


def phone_post(photo: Image.Image, draw: Draw, *, dark: bool) -> Image.Image:
    """A post that takes the screen's whole width, its author above, signs and words below."""
    colours = theme(draw, dark=dark)
    screen, unit = _phone(draw, colours)
    canvas = ImageDraw.Draw(screen)
    width, text = screen.width, 14 * unit
    if draw.random() < 0.7:
        canvas.text(
            (16 * unit, 50 * unit), words(draw, 1), font=lettering(22 * unit), fill=colours.text
        )
        icon(canvas, draw, width - 30 * unit, 62 * unit, 22 * unit, colours.text)
    top = int(draw.uniform(95, 130) * unit)
    photo_height = width * photo.height / photo.width
    bottom_limit = screen.height - 200 * unit
    box = fitted(
        photo, (0, top + 52 * unit, width, min(top + 52 * unit + photo_height, bottom_limit))
    )
    avatar(screen, draw, 12 * unit, top + 8 * unit, 34 * unit)
    canvas.text(
        (56 * unit, top + 10 * unit), words(draw, 1), font=lettering(text), fill=colours.text
    )
    canvas.text(
        (56 * unit, top + 28 * unit), words(draw, 2), font=lettering(text * 0.8), fill=colours.faint
    )
    place(screen, photo, box, 0)
    below = box[3]
    if draw.random() < 0.3:
        for i in range(3):
            dot = width / 2 + (i - 1) * 12 * unit
            canvas.ellipse(
                (dot - 3 * unit, below + 6 * unit, dot + 3 * unit, below + 12 * unit),
                fill=colours.faint,
            )
    for i in range(3):
        icon(canvas, draw, (26 + 42 * i) * unit, below + 28 * unit, 24 * unit, colours.text)
    paragraph(
        canvas,
        draw,
        (14 * unit, below + 52 * unit, width - 14 * unit, screen.height - 95 * unit),
        colours.text,
        text,
    )
    _bottom_bar(screen, draw, colours, unit)
    return screen


def phone_card(photo: Image.Image, draw: Draw, *, dark: bool) -> Image.Image:
    """A short message with the picture below its words, margins and rounded corners around."""
    colours = theme(draw, dark=dark)
    screen, unit = _phone(draw, colours)
    canvas = ImageDraw.Draw(screen)
    width = screen.width
    left = draw.choice([16.0, 16.0, 64.0]) * unit
    top = draw.uniform(80, 120) * unit
    canvas.line((0, top - 8 * unit, width, top - 8 * unit), fill=colours.line)
    avatar(screen, draw, 16 * unit, top, 42 * unit)
    canvas.text(
        (66 * unit, top + 4 * unit), words(draw, 2), font=lettering(15 * unit), fill=colours.text
    )
    lines = int(draw.integers(1, 5))
    text_top = top + (28 if left > 20 * unit else 52) * unit
    paragraph(
        canvas,
        draw,
        (left, text_top, width - 20 * unit, text_top + lines * 23 * unit),
        colours.text,
        15 * unit,
    )
    y = text_top + (lines * 23 + 12) * unit
    right = width - 16 * unit
    height = (right - left) * photo.height / photo.width
    box = fitted(photo, (left, y, right, min(y + height, screen.height - 160 * unit)))
    radius = draw.choice([0, 8, 14, 18]) * unit
    place(screen, photo, box, radius)
    if draw.random() < 0.5:
        canvas.rounded_rectangle(box, radius, outline=colours.line, width=max(1, int(unit)))
    for i in range(4):
        icon(
            canvas, draw, left + (10 + 75 * i) * unit, box[3] + 22 * unit, 16 * unit, colours.faint
        )
    y = box[3] + 44 * unit
    while y + 90 * unit < screen.height - 80 * unit:
        canvas.line((0, y, width, y), fill=colours.line)
        avatar(screen, draw, 16 * unit, y + 10 * unit, 42 * unit)
        paragraph(
            canvas, draw, (66 * unit, y + 10 * unit, right, y + 80 * unit), colours.text, 14 * unit
        )
        y += 92 * unit
    _bottom_bar(screen, draw, colours, unit)
    return screen


def phone_chat(photo: Image.Image, draw: Draw, *, dark: bool) -> Image.Image:
    """A conversation: the picture in a bubble among others, on a plain or faintly drawn ground."""
    colours = theme(draw, dark=dark)
    screen, unit = _phone(draw, colours)
    canvas = ImageDraw.Draw(screen)
    width, height = screen.size
    if draw.random() < 0.4:
        shade = tuple(
            np.clip(np.array(colours.ground) + int(draw.choice([-7, 7])), 0, 255).tolist()
        )
        for _ in range(160):
            icon(canvas, draw, draw.uniform(0, width), draw.uniform(0, height), 26 * unit, shade)
    canvas.rectangle((0, 40 * unit, width, 92 * unit), fill=colours.raised)
    avatar(screen, draw, 50 * unit, 46 * unit, 38 * unit)
    canvas.text(
        (100 * unit, 56 * unit), words(draw, 2), font=lettering(16 * unit), fill=colours.text
    )
    y = 104 * unit
    mine = bool(draw.random() < 0.5)
    for _ in range(int(draw.integers(0, 3))):
        y = _bubble(canvas, draw, colours, (width, y, unit), mine=not mine) + 10 * unit
    share = draw.uniform(0.62, 0.82)
    margin, pad = 12 * unit, draw.choice([0.0, 4.0]) * unit
    photo_width = width * share
    photo_height = photo_width * photo.height / photo.width
    if photo_height > height * 0.5:
        photo_width *= height * 0.5 / photo_height
        photo_height = height * 0.5
    left = width - margin - photo_width if mine else margin
    box = (round(left), round(y + pad), round(left + photo_width), round(y + pad + photo_height))
    caption = 30 * unit if draw.random() < 0.4 else 0.0
    fill = colours.accent if mine else colours.line
    radius = draw.uniform(6, 18) * unit
    bubble = (box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad + caption)
    canvas.rounded_rectangle(bubble, radius, fill=fill)
    place(screen, photo, box, radius if caption == 0 else 0)
    if caption:
        canvas.text(
            (box[0] + 8 * unit, box[3] + 6 * unit),
            words(draw, 3),
            font=lettering(14 * unit),
            fill=colours.text,
        )
    else:
        canvas.text(
            (box[2] - 44 * unit, box[3] - 20 * unit),
            "12:34",
            font=lettering(11 * unit),
            fill=(255, 255, 255),
        )
    y = bubble[3] + 10 * unit
    while y < height - 160 * unit:
        mine = bool(draw.random() < 0.5)
        y = _bubble(canvas, draw, colours, (width, y, unit), mine=mine) + draw.uniform(6, 30) * unit
    _writing_bar(canvas, colours, (width, height, unit))
    return screen


def _writing_bar(
    canvas: ImageDraw.ImageDraw, colours: Theme, room: tuple[float, float, float]
) -> None:
    """Draw the field one writes in, at the foot of a screen; *room* is its width, its height and the unit."""
    width, height, unit = room
    top = height - 70 * unit
    canvas.rectangle((0, top, width, height), fill=colours.raised)
    canvas.rounded_rectangle(
        (50 * unit, top + 8 * unit, width - 60 * unit, top + 46 * unit),
        18 * unit,
        outline=colours.line,
    )


def _bubble(
    canvas: ImageDraw.ImageDraw,
    draw: Draw,
    colours: Theme,
    at: tuple[int, float, float],
    *,
    mine: bool,
) -> float:
    width, y, unit = at
    length, lines = draw.uniform(0.25, 0.7) * width, int(draw.integers(1, 4))
    left = width - 12 * unit - length if mine else 12 * unit
    bottom = y + (14 + 20 * lines) * unit
    canvas.rounded_rectangle(
        (left, y, left + length, bottom), 14 * unit, fill=colours.accent if mine else colours.line
    )
    paragraph(
        canvas,
        draw,
        (left + 12 * unit, y + 7 * unit, left + length - 8 * unit, bottom),
        colours.text,
        14 * unit,
    )
    return float(bottom)


def phone_viewer(photo: Image.Image, draw: Draw, *, dark: bool) -> Image.Image:
    """The gallery: the picture across the middle of an almost empty screen."""
    colours = theme(draw, dark=dark)
    screen, unit = _phone(draw, colours)
    canvas = ImageDraw.Draw(screen)
    width, height = screen.size
    shift = draw.uniform(-0.06, 0.06) * height
    box = fitted(photo, (0, 100 * unit + shift, width, height - 130 * unit + shift))
    place(screen, photo, box, 0)
    canvas.text(
        (width / 2 - 40 * unit, 52 * unit),
        words(draw, 2),
        font=lettering(15 * unit),
        fill=colours.text,
    )
    icon(canvas, draw, 24 * unit, 62 * unit, 20 * unit, colours.text)
    if draw.random() < 0.5:
        size = int(34 * unit)
        for i in range(int(width / size)):
            screen.paste(scene(draw, (size - 2, size)), (i * size, int(height - 120 * unit)))
    _bottom_bar(screen, draw, colours, unit)
    return screen


# --- desktops -------------------------------------------------------------------------------------


def _window(
    screen: Image.Image, draw: Draw, colours: Theme, box: tuple[int, int, int, int]
) -> float:
    """Draw a program's frame with its bars; return where its inside begins."""
    left, top, right, _ = box
    canvas = ImageDraw.Draw(screen)
    canvas.rectangle(box, fill=colours.ground)
    bar = top + int(draw.integers(26, 42))
    canvas.rectangle((left, top, right, bar), fill=colours.raised)
    for i in range(3):
        icon(canvas, draw, right - 20 - 28 * i, (top + bar) / 2, 12, colours.text)
    x = left + 12
    for _ in range(int(draw.integers(1, 7))):
        canvas.rounded_rectangle((x, top + 6, x + 150, bar), 6, fill=colours.line)
        canvas.text((x + 10, top + 9), words(draw, 2), font=lettering(12), fill=colours.text)
        x += 156
        if x > right - 300:
            break
    inside = bar + int(draw.integers(30, 48))
    canvas.rectangle((left, bar, right, inside), fill=colours.raised)
    canvas.rounded_rectangle(
        (left + 120, bar + 5, right - 160, inside - 5), 12, outline=colours.line
    )
    canvas.text((left + 140, bar + 9), words(draw, 4), font=lettering(13), fill=colours.text)
    for i in range(3):
        icon(canvas, draw, left + 20 + 34 * i, (bar + inside) / 2, 14, colours.text)
    return float(inside)


def _desktop(draw: Draw, colours: Theme) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """Return a screen with a task bar, and the place of its one window."""
    width, height = [(1366, 768), (1920, 1080), (1440, 900), (1536, 864)][int(draw.integers(0, 4))]
    screen = scene(draw, (width, height))
    canvas = ImageDraw.Draw(screen)
    bar = height - int(draw.integers(34, 52))
    canvas.rectangle((0, bar, width, height), fill=colours.raised)
    for i in range(int(draw.integers(5, 14))):
        icon(
            canvas,
            draw,
            30 + 44 * i,
            (bar + height) / 2,
            22,
            colours.accent if i % 3 else colours.text,
        )
    canvas.text((width - 70, bar + 12), "12:34", font=lettering(13), fill=colours.text)
    if draw.random() < 0.65:
        return screen, (0, 0, width, bar)
    inset = [int(draw.uniform(0.02, 0.1) * width) for _ in range(2)] + [
        int(draw.uniform(0.02, 0.1) * height) for _ in range(2)
    ]
    return screen, (inset[0], inset[2], width - inset[1], bar - inset[3])


def desktop_page(photo: Image.Image, draw: Draw) -> Image.Image:
    """A browser with an article or a post: columns of words around the picture."""
    colours = theme(draw, dark=bool(draw.random() < 0.35))
    screen, box = _desktop(draw, colours)
    inside = _window(screen, draw, colours, box)
    left, _, right, bottom = box
    canvas = ImageDraw.Draw(screen)
    width = right - left
    column_left = left + width * draw.uniform(0.18, 0.3)
    column_right = right - width * draw.uniform(0.18, 0.3)
    y = inside + 20
    canvas.text((column_left, y), words(draw, 4), font=lettering(26), fill=colours.text)
    paragraph(canvas, draw, (column_left, y + 40, column_right, y + 90), colours.text, 15)
    y += 104
    height = (column_right - column_left) * photo.height / photo.width
    place_box = fitted(photo, (column_left, y, column_right, min(y + height, bottom - 40)))
    card = draw.random() < 0.4
    if card:
        canvas.rounded_rectangle(
            (column_left - 14, y - 14, column_right + 14, bottom - 8),
            10,
            fill=colours.raised,
            outline=colours.line,
        )
    place(screen, photo, place_box, float(draw.choice([0, 0, 8, 16])))
    paragraph(
        canvas, draw, (column_left, place_box[3] + 16, column_right, bottom - 12), colours.text, 15
    )
    y = inside + 24
    while y < bottom - 50:
        icon(canvas, draw, left + 30, y, 18, colours.text)
        canvas.text((left + 52, y - 8), words(draw, 1), font=lettering(15), fill=colours.text)
        y += 40
    y = inside + 24
    while y < bottom - 110 and column_right + 220 < right:
        screen.paste(scene(draw, (70, 60)), (int(column_right + 30), int(y)))
        paragraph(canvas, draw, (column_right + 110, y, right - 14, y + 60), colours.faint, 13)
        y += 90
    return screen


def desktop_lightbox(photo: Image.Image, draw: Draw) -> Image.Image:
    """The picture large in the middle of a browser, comments beside it."""
    colours = theme(draw, dark=bool(draw.random() < 0.5))
    screen, box = _desktop(draw, colours)
    inside = _window(screen, draw, colours, box)
    left, _, right, bottom = box
    canvas = ImageDraw.Draw(screen)
    split = right - (right - left) * draw.uniform(0.22, 0.33)
    back: Colour = (0, 0, 0) if draw.random() < 0.6 else colours.ground
    canvas.rectangle((left, inside, split, bottom), fill=back)
    margin = float(draw.choice([0, 12, 40]))
    place(
        screen,
        photo,
        fitted(photo, (left + margin, inside + margin, split - margin, bottom - margin)),
        0,
    )
    icon(canvas, draw, left + 24, inside + 26, 22, (200, 200, 200))
    y = inside + 14
    while y < bottom - 80:
        avatar(screen, draw, split + 12, y, 36)
        paragraph(canvas, draw, (split + 58, y, right - 12, y + 52), colours.text, 13)
        y += 74
    return screen


def desktop_viewer(photo: Image.Image, draw: Draw) -> Image.Image:
    """A picture viewer's window: one bar, the picture, perhaps a strip of others."""
    colours = theme(draw, dark=bool(draw.random() < 0.6))
    screen, box = _desktop(draw, colours)
    left, top, right, bottom = box
    canvas = ImageDraw.Draw(screen)
    canvas.rectangle(box, fill=colours.ground)
    bar = top + int(draw.integers(30, 56))
    canvas.rectangle((left, top, right, bar), fill=colours.raised)
    canvas.text(
        ((left + right) / 2 - 60, top + 8), words(draw, 2), font=lettering(14), fill=colours.text
    )
    for i in range(6):
        icon(canvas, draw, left + 24 + 36 * i, (top + bar) / 2, 16, colours.text)
    strip = 90 if draw.random() < 0.35 else 0
    place(screen, photo, fitted(photo, (left + 4, bar + 4, right - 4, bottom - 4 - strip)), 0)
    if strip:
        for i in range(int((right - left) / 104)):
            screen.paste(scene(draw, (96, 72)), (left + 6 + 104 * i, bottom - 82))
    return screen


# --- frames of words, and neighbours -------------------------------------------------------------


def meme(photo: Image.Image, draw: Draw) -> Image.Image:
    """A band of words above, below or on both sides of the picture, 10 to 30 % of its height each."""
    dark = bool(draw.random() < 0.3)
    paper: Colour = (0, 0, 0) if dark else (255, 255, 255)
    ink: Colour = (255, 255, 255) if dark else (0, 0, 0)
    above, below = [(1, 0), (1, 0), (0, 1), (1, 1)][int(draw.integers(0, 4))]
    heights = [round(photo.height * draw.uniform(0.1, 0.3)) * wanted for wanted in (above, below)]
    margin = round(photo.width * float(draw.choice([0, 0, 0, 0.02, 0.04])))
    size = (photo.width + 2 * margin, photo.height + sum(heights) + margin)
    screen = Image.new("RGB", size, paper)
    place(screen, photo, (margin, heights[0], margin + photo.width, heights[0] + photo.height), 0)
    canvas = ImageDraw.Draw(screen)
    for top, height in ((0, heights[0]), (heights[0] + photo.height, heights[1])):
        lines = int(draw.integers(1, 4))
        text = height / lines * draw.uniform(0.55, 0.8)
        if height and draw.random() < 0.5:
            paragraph(
                canvas,
                draw,
                (margin + 12, top + 0.1 * height, size[0] - 12, top + height),
                ink,
                text / 1.2,
            )
        elif height:
            for i in range(lines):
                line = words(draw, int(draw.integers(2, 6)))
                font = lettering(min(text, size[0] / max(1, len(line)) * 1.7))
                middle = (size[0] - canvas.textlength(line, font=font)) / 2
                canvas.text((middle, top + height * (i + 0.1) / lines), line, font=font, fill=ink)
    return screen


def side_by_side(photo: Image.Image, other: Image.Image, draw: Draw) -> Image.Image:
    """The picture beside, or above, another of the same height or width, with or without a gap."""
    gap = round(min(photo.size) * float(draw.choice([0, 0.01, 0.03])))
    paper: Colour = tuple([int(draw.choice([0, 255]))] * 3)
    if draw.random() < 0.6:
        beside = other.resize(
            (max(8, round(other.width * photo.height / other.height)), photo.height)
        )
        screen = Image.new("RGB", (photo.width + gap + beside.width, photo.height), paper)
        offset = (photo.width + gap, 0)
    else:
        beside = other.resize(
            (photo.width, max(8, round(other.height * photo.width / other.width)))
        )
        screen = Image.new("RGB", (photo.width, photo.height + gap + beside.height), paper)
        offset = (0, photo.height + gap)
    if draw.random() < 0.5:
        screen.paste(photo, (0, 0))
        screen.paste(beside, offset)
    else:
        screen.paste(beside, (0, 0))
        screen.paste(photo, (beside.width + gap, 0) if offset[1] == 0 else (0, beside.height + gap))
    return screen


PHONES = (phone_post, phone_card, phone_chat, phone_viewer)
DESKTOPS = (desktop_page, desktop_lightbox, desktop_viewer)
