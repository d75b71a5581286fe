"""The API tells about itself."""

from __future__ import annotations

from tests.web.api.conftest import Platform
from tests.web.api.test_fuzz import described


async def test_the_page_shows_every_operation(lasting: Platform) -> None:
    """Each path and each field of the document, and no script."""
    answer = await lasting.http.get("/docs")

    assert answer.headers["content-type"].startswith("text/html")
    document = (await lasting.http.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"<strong>{method.upper()}</strong> {path}" in answer.text
    assert "image_b64" in answer.text
    assert "<script" not in answer.text


async def test_the_fuzzed_document_is_the_one_served(lasting: Platform) -> None:
    """What the suite fuzzes is what callers read."""
    served = (await lasting.http.get("/openapi.json")).json()

    assert served["paths"] == described()["paths"]
    assert served["components"] == described()["components"]


async def test_every_operation_is_described_in_full() -> None:
    """A description, a name, and for each refusal a problem."""
    for path, methods in described()["paths"].items():
        for operation in methods.values():
            assert operation["description"], path
            refusals = {s: a for s, a in operation["responses"].items() if s >= "400"}
            for answer in refusals.values():
                assert set(answer["content"]) == {"application/problem+json"}
            if "security" in operation:
                assert {"401", "403", "422", "503"} <= refusals.keys()
