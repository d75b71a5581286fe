"""Any generator with an OpenAI-shaped API: OpenAI, Azure, xAI, vLLM-Omni, LocalAI, LiteLLM, ..."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import aiohttp
import msgspec
import pybase64
from yarl import URL

from raiment.adapters.http.outgoing import public_connector
from raiment.adapters.upstreams.answer import Image, read_answer
from raiment.adapters.upstreams.fetch import (
    decode_json_base64,
    fetch_picture,
    read_bounded,
)
from raiment.errors import Unavailable
from raiment.screening.request import Verb
from raiment.screening.upstream import Answer, Call, File, Made, Output, Refused, Rejected

_PATHS = {
    Verb.GENERATE: "images/generations",
    Verb.EDIT: "images/edits",
    Verb.VARY: "images/variations",
}
_TIMEOUT = aiohttp.ClientTimeout(total=300, connect=10)
"""Seconds. Large pictures of slow models take minutes."""
_MOST_ANSWER_BYTES = 128 * 1024 * 1024
_MOST_PICTURE_BYTES = 20_000_000
_READ_BUFFER = 1024 * 1024


class OpenAIShaped:
    """``screening.upstream.Upstream`` over HTTP; made by ``open_openai_shaped``."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        near: aiohttp.ClientSession,
        far: aiohttp.ClientSession,
    ) -> None:
        self._base = URL(base_url)
        self._headers = {"accept": "application/json", "accept-encoding": "identity"}
        if api_key is not None:
            self._headers["authorization"] = f"Bearer {api_key}"
        self._near = near
        self._far = far

    async def make(self, call: Call) -> Answer:
        """Send *call*; return pictures, refusal or rejection. Raise Unavailable for the rest."""
        content_type, body = _encoded(call)
        url = self._base / _PATHS[call.verb]
        headers = {**self._headers, "content-type": content_type}
        try:
            async with self._near.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as response:
                answer = await read_bounded(response, _MOST_ANSWER_BYTES)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("upstream", "no answer") from error
        match read_answer(response.status, response.headers, answer):
            case Refused() | Rejected() as no:
                return no
            case success:
                outputs = [await self._output(image) for image in success.data or ()]
                return Made(tuple(outputs), success.about)

    async def _output(self, image: Image) -> Output:
        if image.inline is not None:
            return Output(decode_json_base64(image.inline), image.revised_prompt)
        assert image.url is not None
        data = await fetch_picture(
            image.url, self._base, self._near, self._far, _MOST_PICTURE_BYTES
        )
        return Output(data, image.revised_prompt)


@asynccontextmanager
async def open_openai_shaped(base_url: str, api_key: str | None) -> AsyncIterator[OpenAIShaped]:
    """Open connections to the generator at *base_url*, version segment included, and close them."""
    far_connector = public_connector()
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT, read_bufsize=_READ_BUFFER) as near,
        aiohttp.ClientSession(timeout=_TIMEOUT, connector=far_connector) as far,
    ):
        yield OpenAIShaped(base_url, api_key, near, far)


def _encoded(call: Call) -> tuple[str, bytes]:
    """Return content type and body."""
    if call.files and not call.as_json:
        return _form(call)
    fields: dict[str, object] = dict(call.fields)
    sources = [file for file in call.files if file.name == "image"]
    if sources:
        fields["images"] = [_reference(file) for file in sources]
    for file in call.files:
        if file.name != "image":
            fields[file.name] = _reference(file)
    return "application/json", msgspec.json.encode(fields)


def _reference(file: File) -> dict[str, str]:
    encoded = pybase64.b64encode(file.data).decode("ascii")
    return {"image_url": f"data:{file.mime};base64,{encoded}"}


def _form(call: Call) -> tuple[str, bytes]:
    """Return *call* as multipart/form-data (RFC 7578)."""
    boundary = secrets.token_hex(24)
    body = b"".join(_parts(call, boundary.encode("ascii")))
    return f"multipart/form-data; boundary={boundary}", body


def _parts(call: Call, boundary: bytes) -> Iterator[bytes]:
    several = sum(file.name == "image" for file in call.files) > 1
    head = b"--" + boundary + b'\r\ncontent-disposition: form-data; name="'
    for name, value in call.fields.items():
        yield head + name.encode() + b'"\r\n\r\n' + _written(value).encode() + b"\r\n"
    for file in call.files:
        name = "image[]" if several and file.name == "image" else file.name
        filename = f"{file.name}.{file.mime.rpartition('/')[2]}"
        yield head + f'{name}"; filename="{filename}"\r\n'.encode()
        yield f"content-type: {file.mime}\r\n\r\n".encode()
        yield file.data
        yield b"\r\n"
    yield b"--" + boundary + b"--\r\n"


def _written(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
