"""The reviewer's thumbnail: small, grey, blurred, and nothing but pixels."""

from __future__ import annotations

import io

from PIL import Image, ImageFilter

from raiment.adapters.pixels.picture import Picture

_BLUR_SHARE = 32
_OVERSAMPLING = 4
_QUALITY = 60


def blurred_preview(picture: Picture, longest: int = 128) -> bytes:
    """
    Return a grey, blurred JPEG of the first frame, at most *longest* pixels a side.

    It carries no metadata. The blur is a 32nd of *longest*: shapes remain, faces and skin detail
    do not. A few milliseconds whatever the picture's size, since only some pixels are looked at.
    """
    step = max(1, max(picture.width, picture.height) // (longest * _OVERSAMPLING))
    small = Image.fromarray(picture.pixels[::step, ::step]).convert("L")
    small.thumbnail((longest, longest), Image.Resampling.BOX)
    out = io.BytesIO()
    blurred = small.filter(ImageFilter.GaussianBlur(longest / _BLUR_SHARE))
    blurred.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
