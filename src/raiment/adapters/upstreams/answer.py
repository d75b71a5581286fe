"""
Read what an OpenAI-shaped generator answers, in all the spellings of "no" that are in use.

Block signals by provider: OpenAI and Azure 400 ``moderation_blocked``, older DALL-E
``content_policy_violation``, relays 451 and 422, xAI 200 with ``respect_moderation: false`` or no data,
fal ``has_nsfw_concepts``, Stability ``CONTENT_FILTERED``. A success without a picture is a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from raiment.errors import Unavailable
from raiment.screening.upstream import Refused, Rejected

_PART = "upstream"
_BLOCKS = frozenset(
    {
        "moderation_blocked",
        "content_policy_violation",
        "image_content_policy_violation",
        "image_generation_user_error",
        "content_filter",
        "content_filtered",
        "responsibleaipolicyviolation",
        "safety_violation",
    }
)
_LEGAL_REASONS = 451
_PASSED_ON = frozenset({400, 404, 409, 413, 415, 422, 429})
_OK = 200
_NOTHING = frozenset({b'""', b"null"})
"""JSON texts that stand where a picture should."""
_CLIENT_ERRORS = range(400, 500)
_TOKEN = re.compile(r"[A-Za-z0-9_.\[\]/-]{1,64}")
_STAGES = frozenset({"input", "output"})
_MOST_CATEGORIES = 16
_LONGEST_WAIT = 3600


class Image(msgspec.Struct):
    """One element of ``data``."""

    b64_json: msgspec.Raw = msgspec.Raw(b"null")
    """The JSON text as it stands in the body, without a copy: it may be megabytes."""
    url: str | None = None
    revised_prompt: str | None = None
    respect_moderation: bool | None = None
    finish_reason: str | None = None

    @property
    def inline(self) -> memoryview | None:
        """The picture as a JSON text; None where there is none, or nothing in it."""
        text = memoryview(self.b64_json)
        return None if bytes(text[:4]) in _NOTHING else text


class Success(msgspec.Struct):
    """A successful answer. What is not named here, nobody looked at, and goes no further."""

    created: int | None = None
    data: list[Image] | None = None
    background: str | None = None
    output_format: str | None = None
    quality: str | None = None
    size: str | None = None
    usage: dict[str, object] | None = None
    respect_moderation: bool | None = None
    has_nsfw_concepts: list[bool] | None = None

    @property
    def about(self) -> dict[str, object]:
        """What is told of the pictures beside themselves."""
        told = {
            "created": self.created,
            "background": self.background,
            "output_format": self.output_format,
            "quality": self.quality,
            "size": self.size,
            "usage": self.usage,
        }
        return {name: value for name, value in told.items() if value is not None}

    @property
    def refused(self) -> bool:
        """Whether this is a refusal in disguise."""
        images = self.data or []
        return (
            not images
            or self.respect_moderation is False
            or any(self.has_nsfw_concepts or ())
            or any(_is_refused(image) for image in images)
        )


class _Details(msgspec.Struct):
    moderation_stage: str | None = None
    categories: list[str] | None = None


class _Error(msgspec.Struct):
    type: str | None = None
    code: str | int | None = None
    param: str | None = None
    moderation_details: _Details | None = None


class _Failure(msgspec.Struct):
    error: _Error | str | None = None
    code: str | int | None = None


_SUCCESS = msgspec.json.Decoder(Success)
_FAILURE = msgspec.json.Decoder(_Failure)


def read_answer(
    status: int, headers: Mapping[str, str], body: bytes
) -> Success | Refused | Rejected:
    """Return what the answer says. Raise Unavailable for server errors and unknown shapes."""
    if status == _OK:
        success = _success(body)
        return Refused("unknown", ()) if success.refused else success
    if status not in _CLIENT_ERRORS:
        raise Unavailable(_PART, f"answered with status {status}")
    error = _error(body)
    codes = {str(code).lower() for code in (error.code, error.type) if code is not None}
    if status == _LEGAL_REASONS or not codes.isdisjoint(_BLOCKS):
        return _refused(error)
    if status not in _PASSED_ON:
        # 401, 402, 403: between the operator and the generator, none of the client's business.
        raise Unavailable(_PART, f"answered with status {status}")
    return Rejected(
        status=status,
        type=_token(error.type),
        code=_token(error.code),
        param=_token(error.param),
        retry_after=_seconds(headers.get("retry-after", "")),
    )


def _success(body: bytes) -> Success:
    try:
        return _SUCCESS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unavailable(_PART, "answered in an unknown shape") from error


def _is_refused(image: Image) -> bool:
    filtered = (image.finish_reason or "").lower() in _BLOCKS
    empty = image.inline is None and not image.url
    return filtered or empty or image.respect_moderation is False


def _error(body: bytes) -> _Error:
    try:
        failure = _FAILURE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Error()
    return failure.error if isinstance(failure.error, _Error) else _Error(code=failure.code)


def _refused(error: _Error) -> Refused:
    details = error.moderation_details or _Details()
    stage = details.moderation_stage
    listed = (_token(name) for name in (details.categories or [])[:_MOST_CATEGORIES])
    return Refused(
        stage if stage in _STAGES else "unknown", tuple(name for name in listed if name is not None)
    )


def _token(value: str | int | None) -> str | None:
    """Return a short machine word; anything else might quote the request."""
    text = str(value)
    return text if value is not None and _TOKEN.fullmatch(text) else None


def _seconds(text: str) -> int | None:
    return min(int(text), _LONGEST_WAIT) if text.isascii() and text.isdecimal() else None
