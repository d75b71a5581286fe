"""From whatever samples a file holds to eight-bit sRGB, and the opacity apart from it."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageCms

from raiment.adapters.pixels.refusal import Refusal, Refused

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_ICC_SPACE = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}
_SIXTEEN_BIT = frozenset({"I;16", "I;16L", "I;16B"})
_PLAIN = frozenset({"1", "L", "RGB", "CMYK", "YCbCr"})
_SAME_COLOUR = 2


def split(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """
    Return the colours of a loaded *image* as sRGB, and its opacity (mode ``L``) if it has any.

    The colours are those stored, also where nothing of them shows. Palettes are expanded, 16-bit
    samples keep their upper byte, an embedded ICC profile is applied. Raises ``Refused`` for
    samples with no agreed rendering (32-bit integer or float, Lab).
    """
    profile = image.info.get("icc_profile")
    if image.mode in _SIXTEEN_BIT:
        grey, opacity = _sixteen_bit(image)
        return _srgb(grey, profile), opacity
    if not image.has_transparency_data:
        plain = image.convert("RGB") if image.mode in {"P", "RGBX"} else image
        return _srgb(plain, profile), None
    full = image if image.mode in {"RGBA", "LA"} else image.convert("RGBA")
    colours = full.getchannel("L") if full.mode == "LA" else full.convert("RGB")
    return _srgb(colours, profile), full.getchannel("A")


def _sixteen_bit(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """
    Reduce 16-bit grey to its upper byte, and give the opacity its key (PNG tRNS) asks for.

    Pillow's own conversion clips everything above 255 to white, and knows no key.
    """
    samples = image.tobytes()
    first, second = (Image.frombytes("L", image.size, samples[at::2]) for at in (0, 1))
    upper, lower = (first, second) if image.mode == "I;16B" else (second, first)
    key = image.info.get("transparency")
    if not isinstance(key, int):
        return upper, None
    unlike_upper = upper.point([255 * (level != key >> 8) for level in range(256)])
    unlike_lower = lower.point([255 * (level != key & 255) for level in range(256)])
    return upper, ImageChops.lighter(unlike_upper, unlike_lower)


def leaves_rgb(profile: object) -> bool:
    """Tell whether colours stored as RGB beside *profile* (of a file's ``info``) are shown as they are."""
    return _transform("RGB", profile) is None


def _srgb(colours: Image.Image, profile: object) -> Image.Image:
    if colours.mode not in _PLAIN:
        raise Refused(Refusal.SAMPLES)
    transform = _transform(colours.mode, profile)
    if transform is None:
        return colours if colours.mode == "RGB" else colours.convert("RGB")
    converted = ImageCms.applyTransform(colours, transform)
    assert converted is not None
    return converted


def _transform(mode: str, profile: object) -> ImageCms.ImageCmsTransform | None:
    """Return what brings samples of *mode* to sRGB; None where Pillow's plain conversion does."""
    if not isinstance(profile, bytes) or not profile or mode not in _ICC_SPACE:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        core = source.profile
        if core.xcolor_space.strip() != _ICC_SPACE[mode]:
            return None
        transform = ImageCms.buildTransform(source, _SRGB, mode, "RGB")
        if mode == "RGB" and core.is_matrix_shaper and _is_identity(transform):
            return None
    except (ImageCms.PyCMSError, OSError, ValueError):
        # Browsers ignore a profile they cannot use and take the pixels as sRGB; so do we.
        return None
    return transform


def _is_identity(transform: ImageCms.ImageCmsTransform) -> bool:
    """
    Tell whether a matrix profile is sRGB in all but name, so that applying it can be spared.

    Most embedded profiles are, and applying one costs more than decoding. Three curves and a matrix
    show all they do on every level of each primary and of grey.
    """
    ramp = bytes(range(256))
    none = bytes(256)
    rows = [(ramp, none, none), (none, ramp, none), (none, none, ramp), (ramp, ramp, ramp)]
    probe = b"".join(bytes(sample) for row in rows for sample in zip(*row, strict=True))
    shown = ImageCms.applyTransform(Image.frombytes("RGB", (256, 4), probe), transform)
    assert shown is not None
    pairs = zip(probe, shown.tobytes(), strict=True)
    return all(abs(before - after) <= _SAME_COLOUR for before, after in pairs)
