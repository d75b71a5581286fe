"""The stranger's part: takes the log and checks it without trusting anybody."""

from __future__ import annotations

import asyncio
from pathlib import Path

from raiment.cli.story.stage import Stage
from raiment.evidence.pack import VerifiedLog, verify_export


async def check_log(stage: Stage, file: Path) -> VerifiedLog:
    """Download the whole log to *file* and verify it offline, against the key published now."""
    checkpoint = await stage.ask(lambda: stage.session.get(f"{stage.web}/v1/log/checkpoint"))
    key = str(checkpoint.json()["verification_key"])
    stage.sent(f"GET {stage.web}/v1/log/export")
    export = await stage.ask(lambda: stage.session.get(f"{stage.web}/v1/log/export"))
    verified = await asyncio.to_thread(_verify, file, export.body, key)
    stage.came_back(f"{verified.checkpoint.size} entries, signature and every hash hold")
    stage.sent(f"check it yourself: raiment log verify {file} --key {key}")
    return verified


def _verify(file: Path, export: bytes, key: str) -> VerifiedLog:
    file.write_bytes(export)
    with file.open(encoding="utf-8", errors="surrogateescape") as lines:
        return verify_export(lines, trusted_key=key)
