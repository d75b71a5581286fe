"""The January story, end to end, with a real browser and a verifier that is not ours."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import metamorphic_log
import pytest
from aiohttp import ClientSession, ClientTimeout
from pymerkle import InmemoryTree
from rich.console import Console
from tests.story.browser import BrowsingPerson, BrowsingReviewer, chromium
from tests.story.installation import Installation, installation

from raiment.cli.story.pictures import photograph
from raiment.cli.story.play import Cast, play
from raiment.cli.story.stage import Stage
from raiment.evidence.pack import verify_export


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    """An installation that was just started for the first time."""
    with installation() as made:
        yield made


@pytest.mark.browser
async def test_the_story_with_a_browser(running: Installation, tmp_path: Path) -> None:
    """Refused, released, found in disguise, reported, hidden, decided, removed, blocked on return."""
    export = tmp_path / "log.jsonl"
    async with chromium() as browser, ClientSession(timeout=ClientTimeout(total=30)) as session:
        key = _made(running, "key", "add", "story", *_scopes("gateway", "content", "trace", "case"))
        stage = Stage(
            running.web,
            running.gateway,
            running.platform,
            key,
            session,
            Console(file=io.StringIO()),
        )
        person, reviewer = BrowsingPerson(browser), BrowsingReviewer(browser)
        cast = Cast(person, reviewer, "admin", running.admin_link, photograph(1), photograph(2))
        ending = await play(stage, cast, export)

    assert ending.log_size > 50
    _foreign_verifier_agrees(export)


def test_the_demo_command(running: Installation, tmp_path: Path) -> None:
    """``raiment demo`` plays it without a browser, twice on one installation, and exits with 0."""
    for turn in range(2):
        export = tmp_path / f"log-{turn}.jsonl"
        told = _made(running, "demo", "--export", str(export))

        assert "400 moderation_blocked" in told
        assert "absence verified" in told
        assert "403, verdict block" in told
        with export.open() as lines:
            verify_export(lines, trusted_key=None)


def _made(running: Installation, *command: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", "raiment.cli", *command],
        env=running.environment, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.strip()


def _scopes(*names: str) -> list[str]:
    return [word for name in names for word in ("--scope", name)]


def _foreign_verifier_agrees(export: Path) -> None:
    """Check the signature, and the root over all entries, with two libraries by others."""
    header, *entries = map(json.loads, export.read_text().splitlines())
    theirs = InmemoryTree(algorithm="sha256")
    for entry in entries:
        theirs.append_entry(entry["entry"].encode())

    head = metamorphic_log.checkpoint_verify(header["checkpoint"], [header["verification_key"]])

    assert (head.size, head.root) == (len(entries), theirs.get_root())
