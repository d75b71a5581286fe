"""What docs/log.md shows is what is: its examples are run, and its samples are the golden log's."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from raiment.evidence.checkpoint import verify
from raiment.evidence.entry import DOMAIN, Opening, opens, parse_entry

PAGE = (Path(__file__).parents[2] / "docs" / "log.md").read_text("utf-8")
GOLDEN = Path(__file__).parent / "golden_export.jsonl"


def blocks(language: str) -> list[str]:
    """The page's code blocks in *language* (empty: none named)."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return [text for named, text in fenced if named == language]


def test_the_entry_shown_is_an_entry_of_the_golden_export() -> None:
    """An auditor who copies it gets the leaf that the export has."""
    (shown,) = blocks("json")
    first = json.loads(GOLDEN.read_text("utf-8").splitlines()[1])

    assert shown == first["entry"] + "\n"


def test_the_opening_shown_opens_the_entry_shown() -> None:
    """The example of a digest is that of the sample entry, by our code and by the page's."""
    (shown,) = blocks("json")
    entry = parse_entry(shown.rstrip("\n").encode())
    example, _ = blocks("python")

    exec(compile(example, "docs/log.md", "exec"), {})  # noqa: S102 - the page is ours

    assert entry.digests["route"] in example
    assert opens(entry, Opening("route", (1).to_bytes(32, "big"), "form"))
    assert DOMAIN == b"raiment/log/fact/v1\0"


def test_the_checkpoint_shown_verifies_under_the_key_shown() -> None:
    """Note and key of the page belong together."""
    note, key, *_ = blocks("")

    assert verify(note, key.strip()).size == 3


def test_the_check_with_none_of_our_code_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script of the page accepts the golden export and rejects an altered one."""
    monkeypatch.chdir(tmp_path)
    _, script = blocks("python")
    check = compile(script, "docs/log.md", "exec")
    assert "raiment." not in script

    shutil.copy(GOLDEN, "log.jsonl")
    exec(check, {})  # noqa: S102 - the page is ours

    Path("log.jsonl").write_text(GOLDEN.read_text("utf-8").replace("case.opened", "case.closed"))
    with pytest.raises(AssertionError):
        exec(check, {})  # noqa: S102 - the page is ours
