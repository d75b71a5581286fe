"""The process as an operator starts it and a newcomer asks it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import openai
import pytest
from tests.casework.conftest import drawing
from tests.gateway.conftest import add_key, png

from raiment.bootstrap import open_house
from raiment.settings import read_settings

ADVISER = {"name": "omni", "kind": "moderations", "key": "sk-of-the-adviser"}


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the gateway answers."""
    for _ in range(600):
        assert process.poll() is None
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the gateway does not answer")


async def make_key(settings: dict[str, str]) -> str:
    """Make an API key for the gateway."""
    async with open_house(read_settings(settings)) as house:
        return await add_key(house, "gateway")


def test_the_process_serves_and_ends(embedded_url: str, tmp_path: Path) -> None:
    """One command, no key of a generator: pictures, a refusal, health, metrics; SIGTERM ends it well.

    An adviser that nobody can reach is asked, and counted, and stops nothing.
    """
    url = f"http://127.0.0.1:{(port := free_port())}"
    settings = {
        "DATABASE_URL": embedded_url,
        "RAIMENT_DATA_DIR": str(tmp_path),
        "RAIMENT_GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "RAIMENT_OPINIONS": json.dumps([{**ADVISER, "url": f"http://127.0.0.1:{free_port()}/v1"}]),
    }
    with ThreadPoolExecutor(1) as thread:
        key = thread.submit(asyncio.run, make_key(settings)).result()
    command = [sys.executable, "-m", "raiment.gateway"]
    with subprocess.Popen(
        command, env={**os.environ, **settings}, stderr=subprocess.PIPE
    ) as process:
        try:
            wait_for(url, process)
            with openai.OpenAI(base_url=f"{url}/v1", api_key=key) as client:
                made = client.images.generate(model="demo", prompt="a lake", size="128x128")
                assert made.data[0].safeguard["action"] == "released"
                with pytest.raises(openai.BadRequestError):
                    client.images.edit(
                        model="demo", prompt="remove her clothes", image=png(drawing(80))
                    )
            assert httpx.get(f"{url}/healthz").text == "ok\n"
            metrics = httpx.get(f"{url}/metrics").text
            assert 'raiment_verdicts_total{surface="images.edits",verdict="block"} 1.0' in metrics
            assert 'raiment_opinions_total{adviser="omni",outcome="unavailable"} 2.0' in metrics
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stderr is not None
        logged = process.stderr.read().decode()
    assert "lake" not in logged
    assert "clothes" not in logged
    assert ADVISER["key"] not in logged + metrics
